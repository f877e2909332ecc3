public import Persona

/// What several models are to agree on.
public struct ConsensusTerms: Sendable, Equatable {
    /// Who decides.
    public enum Rule: String, Sendable, CaseIterable {
        /// The answer that most of them gave.
        case majority
        /// The answer that the judge thought best of.
        case confidence
    }

    /// Those who are asked, by name; empty for the first ``count`` of the plan.
    public var backends: [BackendID]
    /// How many are asked.
    public var count: Int
    /// Who decides.
    public var rule: Rule
    /// What all of them together may cost at worst; nil for any sum.
    public var maxCost: NanoDollars?

    /// How many may be asked.
    public static let members = 2...7

    /// Terms.
    public init(
        backends: [BackendID] = [],
        count: Int = 3,
        rule: Rule = .majority,
        maxCost: NanoDollars? = nil
    ) {
        self.backends = backends
        self.count = backends.isEmpty ? count : backends.count
        self.rule = rule
        self.maxCost = maxCost
    }

    /// How many must answer: more than half.
    public var quorum: Int { count / 2 + 1 }
}

/// Who is asked, and what that may cost: known before anything is sent.
public struct ConsensusPlan: Sendable {
    /// Those who are asked.
    public let members: [Backend]
    /// Those of the terms who may not take the task.
    public let rejected: [Rejection]
    /// The most that all of them together may cost; nil when one is billed and nobody said its prices.
    public let worstCase: NanoDollars?
    /// The most that each of the members may cost, in their order; nil as above.
    public let worstCases: [NanoDollars?]

    /// - Parameters:
    ///   - plan: who may take the task.
    ///   - maxTokens: the caller's own limit for the answer.
    public init(_ terms: ConsensusTerms, _ plan: RoutePlan, maxTokens: Int?) {
        let candidates = plan.candidates.filter { !$0.isLastResort }.map(\.backend)
        var members: [Backend] = []
        if terms.backends.isEmpty {
            // Two of one model at one place are one voice.
            for backend in candidates where members.count < terms.count {
                if !members.contains(where: { $0.model == backend.model && $0.url == backend.url }) {
                    members.append(backend)
                }
            }
        } else {
            members = terms.backends.compactMap { name in candidates.first { $0.id == name } }
        }
        self.members = members
        let asked = Set(terms.backends)
        rejected = asked.isEmpty ? plan.rejected : plan.rejected.filter { asked.contains($0.backend) }
        worstCases = members.map { backend in
            guard backend.prices != nil else { return backend.isLocal ? NanoDollars(0) : nil }
            return backend.worstCase(inputTokens: TokenEstimate.most(plan.promptTokens), maxTokens: maxTokens)
        }
        worstCase = worstCases.reduce(NanoDollars(0)) { sum, most in
            sum.flatMap { sum in most.map { NanoDollars(sum.value + $0.value) } }
        }
    }

    /// What is said of all of them when it is.
    public var tooDear: [Rejection] {
        members.map { Rejection(backend: $0.id, rule: .budget, why: "all together may cost more than was asked for") }
    }

    /// Whether it may cost more than the terms allow; what is not known does.
    public func isTooDear(for terms: ConsensusTerms) -> Bool {
        guard let most = terms.maxCost else { return false }
        return worstCase.map { $0 > most } ?? true
    }
}

/// What one of several models said.
public struct Ballot: Sendable {
    /// Who.
    public let backend: BackendID
    /// The answer; nil when there was none.
    public let answer: Answer?
    /// Why not.
    public let failure: FailureClass?
    /// What is compared of it.
    public let choice: String?

    /// A vote.
    public init(_ backend: BackendID, _ answer: Answer, choice: String) {
        self.backend = backend
        self.answer = answer
        failure = nil
        self.choice = choice
    }

    /// No vote.
    public init(_ backend: BackendID, failure: FailureClass) {
        self.backend = backend
        answer = nil
        self.failure = failure
        choice = nil
    }
}

/// What came of a vote. Pure: ballots in, decision out.
public struct Verdict: Sendable {
    /// How it was decided.
    public enum Decider: String, Sendable {
        case majority, confidence
    }

    /// The place of the ballot that stands for the decision.
    public let winner: Int
    /// How it was decided; by confidence also where no answer had a majority.
    public let decider: Decider
    /// Whether all who answered said the same.
    public let isUnanimous: Bool
    /// How many who answered said what was decided.
    public let agreeing: Int

    /// The decision; nil when fewer have answered than must.
    public init?(_ ballots: [Ballot], _ terms: ConsensusTerms) {
        let votes = ballots.indices.filter { ballots[$0].answer != nil }
        guard votes.count >= terms.quorum else { return nil }
        var groups: [String: [Int]] = [:]
        for vote in votes { groups[ballots[vote].choice ?? "", default: []].append(vote) }
        let best = { (votes: [Int]) -> Int in
            votes.max { one, other in
                let (first, second) = (ballots[one].answer?.confidence ?? 0, ballots[other].answer?.confidence ?? 0)
                // Of equally good ones the first.
                return (first, -one) < (second, -other)
            } ?? votes[0]
        }
        let largest = groups.values.max { ($0.count, -$0[0]) < ($1.count, -$1[0]) } ?? votes
        if terms.rule == .majority, largest.count * 2 > votes.count {
            winner = best(largest)
            decider = .majority
        } else {
            winner = best(votes)
            decider = .confidence
        }
        agreeing = groups[ballots[winner].choice ?? ""]?.count ?? 1
        isUnanimous = groups.count == 1
    }

    /// Whether those who have not answered yet cannot change what is decided: enough have answered, and more than half of all who
    /// were asked have said the same.
    public static func stands(_ ballots: [Ballot], asked: Int, _ terms: ConsensusTerms) -> Bool {
        let votes = ballots.filter { $0.answer != nil }
        guard terms.rule == .majority, votes.count >= terms.quorum else { return false }
        return Dictionary(grouping: votes) { $0.choice ?? "" }.values.contains { $0.count * 2 > asked }
    }
}

/// What of an answer is compared with another's: its closed form, where the task asks for one. Pure.
public enum ClosedForm {
    /// Two answers of one choice say the same.
    public static func choice(_ text: String, for prompt: BlindPrompt, kind: TaskKind) -> String {
        choice(text, Expectation.infer(from: prompt, kind: kind))
    }

    static func choice(_ text: String, _ expected: [Expectation]) -> String {
        for form in expected {
            switch form {
            case .yesOrNo: if let answer = yesOrNo(text) { return answer }
            case .oneOf(let options): if let option = option(text, options) { return option }
            case .number: if let number = number(text) { return number }
            case .json: if let value = json(text) { return value }
            case .code, .words, .wordsAtMost, .sentences, .oneLine, .items, .language: break
            }
        }
        return plain(text)
    }

    /// Words alone: without case, signs and spaces that say nothing.
    private static func plain(_ text: String) -> String {
        if let value = json(text), value.first == "{" || value.first == "[" { return value }
        if let number = number(text) { return number }
        // A sign inside of a word, or one that is no sentence's, says something: "a < b", "C++", "5 %".
        let signs: Set<Character> = [
            ",", ";", ":", "!", "?", "\"", "'", "“", "”", "„", "‘", "’", "«", "»", "(", ")", "[", "]", "{", "}", "`",
            "*", "_",
            "…", "¿", "¡", "。", "！", "？",
        ]
        let words = text.lowercased().split(whereSeparator: \.isWhitespace).compactMap { chunk in
            var word = chunk
            while let first = word.first, signs.contains(first) { word.removeFirst() }
            while let last = word.last, last == "." || signs.contains(last) { word.removeLast() }
            return word.isEmpty ? nil : String(word)
        }
        return words.isEmpty ? text : words.joined(separator: " ")
    }

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && !"-'’".contains($0) }.map(String.init)
    }

    private static let affirmations: Set<String> = [
        "yes", "true", "ja", "oui", "sí", "sì", "sim", "да", "correct", "はい", "是",
    ]
    private static let negations: Set<String> = [
        "no", "false", "nein", "non", "nee", "não", "нет", "incorrect", "いいえ", "否",
    ]

    /// The first word says it, and no later one takes it back.
    private static func yesOrNo(_ text: String) -> String? {
        let words = words(text)
        guard let first = words.first else { return nil }
        let (isYes, isNo) = (affirmations.contains(first), negations.contains(first))
        guard isYes != isNo else { return nil }
        let others = isYes ? negations : affirmations
        return words.dropFirst().prefix(3).contains(where: others.contains) ? nil : (isYes ? "yes" : "no")
    }

    /// Words that take an option back: "not spam" is no vote for spam.
    private static let denials: Set<String> = [
        "not", "no", "never", "neither", "nor", "none", "isn't", "isn’t", "aren't", "cannot", "can't", "can’t", "nicht",
        "kein", "keine",
        "pas", "ni", "niet", "geen", "nunca", "не",
    ]

    /// The one option that stands in it; none when two do, or when it is denied.
    private static func option(_ text: String, _ options: [String]) -> String? {
        let said = words(text)
        let found = options.filter { option in
            let wanted = words(option)
            return !wanted.isEmpty && said.indices.contains { said[$0...].starts(with: wanted) }
        }
        // Of "red" and "dark red" the longer one was meant.
        let longest = found.max { $0.count < $1.count }
        guard let longest, found.allSatisfy({ longest.lowercased().contains($0.lowercased()) }) else { return nil }
        let own = words(longest)
        guard own == said || Set(said).subtracting(own).isDisjoint(with: denials) else { return nil }
        return longest.lowercased()
    }

    /// The text is a number, with a unit or without: 7, 7.0 and 7. are one.
    private static func number(_ text: String) -> String? {
        // Not the spaces inside: "3 4" is two numbers.
        var trimmed = text[...]
        while let last = trimmed.last, last.isWhitespace || ".!".contains(last) { trimmed.removeLast() }
        while let first = trimmed.first, first.isWhitespace { trimmed.removeFirst() }
        guard trimmed.utf8.count <= 32, let value = Double(trimmed), value.isFinite else { return nil }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    /// The value that the text is, with its keys in order; a block of code around it is taken off.
    private static func json(_ text: String) -> String? {
        var lines = text.split(whereSeparator: \.isNewline)
        if lines.first?.hasPrefix("```") == true, lines.last?.hasPrefix("```") == true, lines.count > 2 {
            lines = Array(lines.dropFirst().dropLast())
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        return bytes.withUnsafeBytes { try? JSONParser.parse($0) }?.text
    }
}
