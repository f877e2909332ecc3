/// Takes the address out of a task: "Timmy, please count the barrels" becomes "please count the barrels".
///
/// Only the places where one speaks *to* somebody: the front ("Timmy, ...", "hey Timmy ..."), the end
/// ("..., Timmy?") and a vocative in the middle (", Timmy, "). A name anywhere else speaks *about* the persona and is
/// left for the guard.
struct AddressStripper: Sendable, Undisclosed {
    private let names: AddressedText<Character>
    /// The same for texts in which each byte is a character: most are such, and to cut a text into characters takes long.
    private let plainNames: AddressedText<UInt8>

    init(names: [String]) {
        let names = names.map { $0.lowercased() }.filter { !$0.isEmpty }
        self.names = AddressedText(names: names.map(Array.init))
        plainNames = AddressedText(names: names.compactMap(Self.plain))
    }

    /// A name in bytes; nil for one that stands in no text of bytes alone.
    private static func plain(_ name: String) -> [UInt8]? {
        let letters = name.map { Array($0.lowercased().utf8) }
        return letters.allSatisfy { $0.count == 1 } ? letters.map { $0[0] } : nil
    }

    /// Whether somebody may be named in a task; what it costs to be sure is for the few.
    func mayName(in task: String) -> Bool { Self.bytes(of: task).map { plainNames.stand(in: $0) } ?? true }

    /// The task without its address.
    func strip(_ task: String) -> String {
        guard let bytes = Self.bytes(of: task) else {
            return names.strip(Array(task)).map { String($0) } ?? task
        }
        return plainNames.strip(bytes).map { String(decoding: $0, as: UTF8.self) } ?? task
    }

    /// The bytes of a text in which each is a character.
    private static func bytes(of text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        // A carriage return and a line feed are one character.
        return bytes.contains { $0 >= 0x80 || $0 == 0x0D } ? nil : bytes
    }
}

/// A character as far as addresses are told by it.
private protocol AddressMark: Hashable {
    var isLetter: Bool { get }
    var isNumber: Bool { get }
    var isWhitespace: Bool { get }
    /// Whether it is that small letter, in either case.
    func isCase(of small: Self) -> Bool
    /// The letters as a word, small.
    static func word(_ letters: ArraySlice<Self>) -> String
    static func marks(_ characters: String) -> [Self]
}

extension Character: AddressMark {
    fileprivate func isCase(of small: Character) -> Bool { lowercased() == small.lowercased() }
    fileprivate static func word(_ letters: ArraySlice<Character>) -> String { String(letters).lowercased() }
    fileprivate static func marks(_ characters: String) -> [Character] { Array(characters) }
}

extension UInt8: AddressMark {
    fileprivate var isLetter: Bool { small &- 0x61 < 26 }
    fileprivate var isNumber: Bool { self &- 0x30 < 10 }
    fileprivate var isWhitespace: Bool { self == 0x20 || self &- 0x09 < 5 }
    fileprivate func isCase(of small: UInt8) -> Bool { self.small == small }
    fileprivate static func word(_ letters: ArraySlice<UInt8>) -> String {
        String(decoding: letters.map(\.small), as: UTF8.self)
    }
    fileprivate static func marks(_ characters: String) -> [UInt8] { characters.compactMap(\.asciiValue) }
}

/// What is addressed in texts of one kind of characters.
private struct AddressedText<Mark: AddressMark & Sendable>: Sendable {
    typealias Text = ArraySlice<Mark>

    /// Small.
    let names: [[Mark]]
    private let space = Set(Mark.marks(","))
    private let ends = Mark.marks("?!.")
    private let comma = Mark.marks(",")[0]
    private let separators = Set(Mark.marks(",:;!?\u{2013}\u{2014}."))
    /// What goes on with a name: "Timmy's lamp".
    private let joins = Mark.marks("_'\u{2019}")

    init(names: [[Mark]]) { self.names = names }

    /// How many addresses are taken off at each end. Nobody calls more often; what is left the guard refuses.
    private static var mostAddresses: Int { 4 }
    /// How much text before a name at the end may be courtesies.
    private static var longestCourtesy: Int { 64 }

    /// The task without its address and without white space around it; nil for one that names nobody.
    func strip(_ task: [Mark]) -> [Mark]? {
        guard stand(in: task) else { return nil }
        // Slices: a copy for each address would be quadratic in a text of nothing but addresses.
        var text = task[...]
        for _ in 0..<Self.mostAddresses {
            guard let rest = withoutFront(text) else { break }
            text = rest
        }
        var punctuation: Text = []
        for _ in 0..<Self.mostAddresses {
            guard let (rest, tail) = withoutEnd(text) else { break }
            text = rest
            // The first mark is the one that closed the task.
            punctuation = tail + punctuation
        }
        let stripped = withoutVocatives(text) + punctuation
        guard let first = stripped.firstIndex(where: { !$0.isWhitespace }),
            let last = stripped.lastIndex(where: { !$0.isWhitespace })
        else { return Mark.marks(bareAddress) }
        return Array(stripped[first...last])
    }

    /// Whether one of the names stands there.
    func stand(in text: [Mark]) -> Bool {
        names.contains { name in
            text.indices.contains { text[$0].isCase(of: name[0]) && matches(name, text[...], at: $0) }
        }
    }

    /// `[greeting] NAME [separators]` at the front; a name that goes on as a sentence ("Timmy is ...") stays.
    private func withoutFront(_ text: Text) -> Text? {
        var start = skipSpace(text, from: text.startIndex)
        let word = text[start...].prefix { $0.isLetter }
        let isGreeted = greetings.contains(Mark.word(word))
        if isGreeted {
            start += word.count
            start = skipSpace(text, from: start, also: space)
        }
        guard let end = nameEnd(text, at: start) else { return nil }
        let afterName = skipSpace(text, from: end)
        // A name and nothing else is an address as well.
        let isSeparated = afterName == text.endIndex || separators.contains(text[afterName])
        guard isSeparated || isGreeted else { return nil }
        return text[skipSpace(text, from: afterName, also: separators)...]
    }

    /// `, NAME` before the last punctuation, or a name behind nothing but courtesies; the punctuation is told apart.
    private func withoutEnd(_ text: Text) -> (rest: Text, punctuation: Text)? {
        let end = (text.lastIndex { !$0.isWhitespace && !ends.contains($0) } ?? text.startIndex - 1) + 1
        for name in names where end - text.startIndex > name.count {
            let start = end - name.count
            guard matches(name, text, at: start) else { continue }
            let last = text[..<start].lastIndex { !$0.isWhitespace }
            let before = text[..<(last.map { $0 + 1 } ?? text.startIndex)]
            if before.last == comma { return (before.dropLast(), text[end...]) }
            // "Thanks Timmy!", "good night Timmy": nobody writes a comma there.
            guard start > before.endIndex, isCourtesy(before) else { continue }
            return (before, text[end...])
        }
        return nil
    }

    private func isCourtesy(_ text: Text) -> Bool {
        guard text.count <= Self.longestCourtesy else { return false }
        let words = text.split { !$0.isLetter }.map(Mark.word)
        return !words.isEmpty && words.allSatisfy(courtesies.contains)
    }

    /// `, NAME,` becomes `,`.
    private func withoutVocatives(_ text: Text) -> [Mark] {
        var out: [Mark] = []
        out.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == comma {
                let start = skipSpace(text, from: index + 1)
                if let end = nameEnd(text, at: start), end < text.endIndex, text[end] == comma {
                    index = end
                }
            }
            out.append(text[index])
            index += 1
        }
        return out
    }

    private func nameEnd(_ text: Text, at start: Int) -> Int? {
        for name in names where matches(name, text, at: start) {
            let end = start + name.count
            if end == text.endIndex || !goesOn(text[end]) { return end }
        }
        return nil
    }

    /// Whether a name that this character follows is part of a longer word, or owns what comes.
    private func goesOn(_ next: Mark) -> Bool { next.isLetter || next.isNumber || joins.contains(next) }

    private func matches(_ name: [Mark], _ text: Text, at start: Int) -> Bool {
        guard start + name.count <= text.endIndex else { return false }
        return name.indices.allSatisfy { text[start + $0].isCase(of: name[$0]) }
    }

    private func skipSpace(_ text: Text, from start: Int, also: Set<Mark> = []) -> Int {
        var index = start
        while index < text.endIndex, text[index].isWhitespace || also.contains(text[index]) { index += 1 }
        return index
    }
}

private let greetings: Set<String> = [
    "hey", "hi", "hello", "dear", "ok", "okay", "oh", "ah", "yo", "hail", "greetings",
]
private let courtesies: Set<String> = greetings.union([
    "thanks", "thank", "you", "good", "morning", "evening", "night", "day", "bye", "goodbye", "farewell", "welcome",
    "please", "sorry", "again", "so", "much", "well", "done",
])
/// What a task is that holds nothing but the address: somebody said hello.
private let bareAddress = "Hello."
