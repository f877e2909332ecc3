internal import Persona

/// Finds, in one pass over an answer's bytes, what no answer should hold: the marks of chat templates, and placeholders.
struct TextMarks: Sendable {
    /// What stands in an answer.
    struct Found: Equatable {
        /// How many fences of code.
        var fences = 0
        /// Whether pieces of the model's own format stand in it.
        var hasArtefact = false
        /// Whether a placeholder stands where the answer should.
        var hasPlaceholder = false
    }

    private enum Meaning {
        case fence, artefact, bar, speaker, thought, thoughtEnd, placeholder
    }

    private static let all: [(Meaning, [String])] = [
        (.fence, ["```"]), (.bar, ["<|"]), (.thought, ["<think>"]), (.thoughtEnd, ["</think>"]),
        (.speaker, ["\nHuman:", "\nUser:"]),
        (
            .artefact,
            [
                "[INST]", "[/INST]", "<<SYS>>", "</s>", "<unk>", "<start_of_turn>", "<end_of_turn>", "### Instruction",
                "### Response", "<image>", "<bos>", "<eos>", "\nassistant\n", "<｜",
            ]
        ),
        (
            .placeholder,
            [
                "TODO: implement", "TODO: add", "[Insert ", "[insert ", "Your code here", "your code here",
                "[your text",
                "Lorem ipsum", "[Your text", "implement this here", "rest of the code", "# Your code", "TODO implement",
            ]
        ),
    ]

    private let automaton: TermAutomaton
    private let meanings: [Meaning]
    private let lengths: [Int]

    static let shared = TextMarks()

    private init() {
        let marks = Self.all.flatMap { meaning, marks in marks.map { (meaning, Array($0.utf8)) } }
        meanings = marks.map(\.0)
        lengths = marks.map(\.1.count)
        automaton = TermAutomaton(marks.map { TermAutomaton.Term(folded: $0.1, isWholeWord: false) })
    }

    /// What stands in the answer, and neither in its task nor in quotation marks.
    func find(in text: UnsafeBufferPointer<UInt8>, task: UnsafeBufferPointer<UInt8>, kind: TaskKind) -> Found {
        var found = Found()
        var thoughts = 0
        var suspects: [TermAutomaton.Match] = []
        automaton.scan(Array(text)) { match in
            switch meanings[match.term] {
            case .fence: found.fences += 1
            case .thought: thoughts += 1
            case .thoughtEnd: thoughts -= 1
            case .artefact, .bar, .speaker, .placeholder: if suspects.count < 8 { suspects.append(match) }
            }
            return true
        }
        // Reasoning that has ended is a nuisance, not a fault.
        if thoughts > 0 { found.hasArtefact = true }
        for match in suspects where !isMeant(match, in: text, task, kind, found) {
            if meanings[match.term] == .placeholder { found.hasPlaceholder = true } else { found.hasArtefact = true }
        }
        return found
    }

    /// Whether the mark belongs to what is talked about.
    private func isMeant(
        _ match: TermAutomaton.Match,
        in text: UnsafeBufferPointer<UInt8>,
        _ task: UnsafeBufferPointer<UInt8>,
        _ kind: TaskKind,
        _ found: Found
    ) -> Bool {
        let start = match.end - lengths[match.term]
        switch meanings[match.term] {
        // A pipe behind an angle bracket is an operator in some languages.
        case .bar where found.fences > 0: return true
        // A dialogue has its speakers.
        case .speaker where kind == .contentCreation: return true
        case .placeholder where text.count >= 2_000: return true
        default: break
        }
        if start > 0 {
            switch Unicode.Scalar(text[start - 1]) {
            case "`", "\"", "'": return true
            default: break
            }
        }
        return Self.holds(task, text[start..<match.end])
    }

    private static func holds(_ text: UnsafeBufferPointer<UInt8>, _ part: UnsafeBufferPointer<UInt8>.SubSequence)
        -> Bool
    {
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
