internal import Persona

/// How two answers to the same task stand to each other, and why.
///
/// It looks at forms, words, numbers and names, and understands nothing: what is said in wholly other words counts as
/// different, and a contradiction that neither numbers, names, yes and no, nor an opposite show is not seen.
public struct Equivalence: Sendable, Equatable {
    /// The verdict in one word.
    public enum Level: String, Sendable, CaseIterable {
        /// Word for word, but for case and marks; or the same JSON.
        case same
        /// The same content in other words.
        case equivalent
        /// Some of the content is the same.
        case partial
        /// Hardly any of it is.
        case different
        /// A number, a name, or a yes or no stands against another one.
        case contradiction
        /// One is JSON, code or a list, the other is not.
        case otherForm = "other_form"
        /// One has an answer, the other declines or has none.
        case oneDeclined = "one_declined"
        /// Neither has an answer.
        case bothDeclined = "both_declined"

        /// Whether either answer serves as well as the other.
        public var isAlike: Bool { self == .same || self == .equivalent || self == .bothDeclined }

        /// Whether it speaks against taking the one for the other.
        public var isConflict: Bool { self == .contradiction || self == .oneDeclined || self == .otherForm }
    }

    /// The verdict.
    public let level: Level
    /// How much of their content is the same, from 0 to 1; nil where there is nothing to hold against each other.
    public let overlap: Double?
    /// The verdict in words; it may repeat numbers and names of the answers.
    public let words: String
}

/// An answer, as it is held against another one.
public enum ComparedAnswer: Sendable, Equatable {
    case text(String)
    /// The model declines.
    case refusal
    /// There is none.
    case none

    /// The answer to a task, a refusal in words among them.
    public init(_ text: String, task: String, kind: TaskKind) {
        self = RefusalDetector().verdict(on: text, task: task, kind: kind).isRefusal ? .refusal : .text(text)
    }
}

/// Holds two answers against each other. Pure, no model.
public struct EquivalenceJudge: Sendable {
    /// From this overlap on, two texts say the same; from ``partly`` on, some of it. Set on pairs of paraphrases and of
    /// other answers to the same question, see the table of its tests.
    static let alike = 0.5
    static let partly = 0.2

    /// A judge.
    public init() {}

    /// The verdict on two answers to the same task; the words call them `first` and `second`.
    public func verdict(
        _ first: ComparedAnswer,
        _ second: ComparedAnswer,
        first firstName: String = "the first",
        second secondName: String = "the second"
    ) -> Equivalence {
        let one = view(first)
        let other = view(second)
        guard let one, let other else {
            if one == nil && other == nil {
                return Equivalence(level: .bothDeclined, overlap: nil, words: "neither has an answer")
            }
            let (name, answer) = one == nil ? (firstName, first) : (secondName, second)
            return Equivalence(level: .oneDeclined, overlap: nil, words: "\(name) \(Self.lack(answer))")
        }
        if let one = one.json, let other = other.json { return json(one, other) }
        if one.form != other.form, one.form == .json || other.form == .json || one.form == .code || other.form == .code
        {
            let words = "another form: \(one.form.rawValue) against \(other.form.rawValue)"
            return Equivalence(level: .otherForm, overlap: Self.overlap(one, other), words: words)
        }
        if one.folded == other.folded { return Equivalence(level: .same, overlap: 1, words: "the same text") }
        return texts(one, other)
    }

    private func view(_ answer: ComparedAnswer) -> ComparedText? {
        guard case .text(let text) = answer else { return nil }
        let view = ComparedText(text)
        return view.form == .empty ? nil : view
    }

    private static func lack(_ answer: ComparedAnswer) -> String {
        switch answer {
        case .refusal: "declines"
        case .text: "is empty"
        case .none: "has no answer"
        }
    }

    // MARK: Texts

    private func texts(_ one: ComparedText, _ other: ComparedText) -> Equivalence {
        let isShort = one.folded.count <= 3 && other.folded.count <= 3
        var overlap = Self.overlap(one, other)
        // "Yes" and "correct" are one answer; of other answers in a word or two, each word counts.
        if isShort, let stance = one.stance, stance == other.stance { overlap = max(overlap, 0.6) }
        if let conflict = conflict(one, other, overlap) {
            return Equivalence(
                level: .contradiction,
                overlap: overlap,
                words: "they contradict each other: \(conflict)"
            )
        }
        if isShort && overlap == 0 {
            let words = "they contradict each other: \(one.folded.joined(separator: " ")) against "
            let level = Equivalence.Level.contradiction
            return Equivalence(level: level, overlap: 0, words: words + other.folded.joined(separator: " "))
        }
        let share = "\(Int((overlap * 100).rounded())) % of the content is the same"
        let level: Equivalence.Level =
            overlap >= Self.alike ? .equivalent : overlap >= Self.partly ? .partial : .different
        let words =
            switch level {
            case .equivalent: "the same in other words (\(share))"
            case .partial: "partly the same (\(share))"
            default: "different answers (\(share))"
            }
        return Equivalence(level: level, overlap: overlap, words: words)
    }

    /// What they contradict each other in.
    private func conflict(_ one: ComparedText, _ other: ComparedText, _ overlap: Double) -> String? {
        if let first = one.stance, let second = other.stance, first != second {
            return first ? "yes against no" : "no against yes"
        }
        if one.form != .code {
            let (mine, theirs) = (one.numbers.subtracting(other.numbers), other.numbers.subtracting(one.numbers))
            if !mine.isEmpty && !theirs.isEmpty { return Self.against(mine.sorted(), theirs.sorted()) }
        }
        let (mine, theirs) = (Self.names(of: one, without: other), Self.names(of: other, without: one))
        let shared = one.names.keys.filter { other.names[$0] != nil }.count
        // Of many names that both have, each may leave out another.
        if !mine.isEmpty && !theirs.isEmpty && mine.count + theirs.count > shared { return Self.against(mine, theirs) }
        return opposite(one, other, overlap)
    }

    /// A denial, or a word against its opposite, where all else is nearly the same.
    private func opposite(_ one: ComparedText, _ other: ComparedText, _ overlap: Double) -> String? {
        guard overlap >= 0.5, one.folded.count <= 40, other.folded.count <= 40 else { return nil }
        let (first, second) = (Set(one.folded), Set(other.folded))
        for (word, opposite) in ComparisonWords.opposites {
            for (left, right) in [(word, opposite), (opposite, word)]
            where first.contains(left) && second.contains(right) && !first.contains(right) && !second.contains(left) {
                return "\(left) against \(right)"
            }
        }
        let isDenied = overlap >= 0.7 && (one.negations % 2) != (other.negations % 2)
        return isDenied ? "one of them says \u{201C}not\u{201D}" : nil
    }

    /// Names of the one that the other does not write in any way.
    private static func names(of one: ComparedText, without other: ComparedText) -> [String] {
        let words = Set(other.folded)
        return one.names.filter { !words.contains($0.key) && !words.contains(ComparedText.stem($0.key)) }.map(\.value)
            .sorted()
    }

    private static func against(_ one: [String], _ other: [String]) -> String {
        func list(_ values: [String]) -> String {
            let shown = values.prefix(4).joined(separator: ", ")
            return values.count > 4 ? "\(shown), \u{2026}" : shown
        }
        return "\(list(one)) against \(list(other))"
    }

    /// Of the content words of both, how many are in either (Dice, 1945). A short answer that stands whole in a longer
    /// one is the same answer.
    private static func overlap(_ one: ComparedText, _ other: ComparedText) -> Double {
        let shared = Double(one.content.intersection(other.content).count)
        let (small, large) = (min(one.content.count, other.content.count), max(one.content.count, other.content.count))
        guard large > 0 else { return one.folded == other.folded ? 1 : 0 }
        let dice = 2 * shared / Double(small + large)
        let isWithin = small > 0 && small <= 4 && Int(shared) == small
        return isWithin ? max(dice, 0.6) : dice
    }

    // MARK: JSON

    private func json(_ one: JSONValue, _ other: JSONValue) -> Equivalence {
        if one.text == other.text { return Equivalence(level: .same, overlap: 1, words: "the same JSON") }
        var walk = JSONWalk()
        walk.compare(one, other, at: "")
        let overlap = walk.leaves == 0 ? 0 : Double(walk.equal) / Double(walk.leaves)
        if let shape = walk.shapes.first {
            return Equivalence(level: .otherForm, overlap: overlap, words: "JSON of another shape, at \(shape)")
        }
        guard let path = walk.values.first else {
            let words = "the same JSON but for the wording of \(walk.wordings.first ?? "a text")"
            return Equivalence(level: .equivalent, overlap: overlap, words: words)
        }
        return Equivalence(level: .contradiction, overlap: overlap, words: "JSON with another value, at \(path)")
    }
}

/// Walks two values of JSON side by side, and notes where they differ.
private struct JSONWalk {
    var leaves = 0
    var equal = 0
    var shapes: [String] = []
    var values: [String] = []
    var wordings: [String] = []

    mutating func compare(_ one: JSONValue, _ other: JSONValue, at path: String) {
        let place = path.isEmpty ? "the top" : path
        switch (one, other) {
        case (.object(let mine), .object(let theirs)):
            let keys = Set(mine.map(\.key)).union(theirs.map(\.key)).sorted()
            for key in keys {
                let below = path.isEmpty ? key : "\(path).\(key)"
                guard let left = mine.first(where: { $0.key == key })?.value,
                    let right = theirs.first(where: { $0.key == key })?.value
                else {
                    leaves += 1
                    shapes.append(below)
                    continue
                }
                compare(left, right, at: below)
            }
        case (.array(let mine), .array(let theirs)):
            if mine.count != theirs.count {
                leaves += 1
                shapes.append(place)
            }
            for (index, pair) in zip(mine, theirs).enumerated() { compare(pair.0, pair.1, at: "\(path)[\(index)]") }
        case (.object, _), (_, .object), (.array, _), (_, .array):
            leaves += 1
            shapes.append(place)
        default:
            leaves += 1
            if one.text == other.text { return equal += 1 }
            note(one, other, at: place)
        }
    }

    private mutating func note(_ one: JSONValue, _ other: JSONValue, at place: String) {
        guard case .string(let mine) = one, case .string(let theirs) = other else { return values.append(place) }
        // Texts within JSON may say the same in other words.
        let level = EquivalenceJudge().verdict(.text(mine), .text(theirs)).level
        if level.isAlike { wordings.append(place) } else { values.append(place) }
    }
}
