public import Persona

/// Decides what a blind task is about. Pure, and a few microseconds: one pass over the text for all cues, and a look
/// at its structure (code, a diff, a stack trace, length, attachments).
public struct Classifier: Sendable {
    private let automaton: TermAutomaton

    /// The classifier; build it once.
    public init() {
        automaton = TermAutomaton(
            ClassifierCues.all.map {
                TermAutomaton.Term(folded: TextFolding.standard.fold($0.phrase), isWholeWord: true)
            }
        )
    }

    /// What the task is about.
    public func classify(_ prompt: BlindPrompt) -> Classification {
        let structure = TaskStructure(prompt.task)
        var scores = Scores()
        var isLocalOnly = false
        var cost = 0
        let opening = TaskStructure.openingLength
        automaton.scan(TextFolding.standard.fold(prompt.task)) { match in
            let cue = ClassifierCues.all[match.term]
            switch cue.meaning {
            case .kind(let kind, let weight):
                // What is asked for mostly stands first; the material follows.
                scores.add(match.end <= opening ? weight : weight / 4, to: kind, because: cue.reason)
            case .stays: isLocalOnly = true
            case .complex: cost += 1
            }
            return true
        }
        addStructure(structure, attachments: prompt.attachments.map(\.mediaType), to: &scores)
        return verdict(scores, structure: structure, isLocalOnly: isLocalOnly, complexCues: cost)
    }

    private func addStructure(_ structure: TaskStructure, attachments: [String], to scores: inout Scores) {
        if attachments.contains(where: { !$0.hasPrefix("text/") && $0 != "application/pdf" }) {
            scores.add(20, to: .multimodal, because: "comes with an image, audio or video")
        }
        if structure.length > 12_000 {
            scores.add(12, to: .longDocument, because: "the material is very long")
        }
        if structure.hasDiff { scores.add(5, to: .codeReview, because: "holds a diff") }
        if structure.hasStackTrace { scores.add(6, to: .debugging, because: "holds an error trace") }
        if structure.hasCode {
            scores.add(2, to: .codeReview, because: "holds code")
            scores.add(2, to: .debugging, because: "holds code")
        }
        if structure.isQuestion && structure.length < 200 {
            scores.add(1.5, to: .knowledge, because: "is a short question")
        }
    }

    private func verdict(
        _ scores: Scores,
        structure: TaskStructure,
        isLocalOnly: Bool,
        complexCues: Int
    ) -> Classification {
        let ranked = scores.ranked
        let kind = ranked.first?.kind ?? .general
        let best = ranked.first?.score ?? 0
        let second = ranked.dropFirst().first?.score ?? 0
        let confidence = best == 0 ? 0.3 : min(0.95, 0.4 + 0.5 * (best - second) / best + 0.02 * best)
        var why = ranked.first?.reasons ?? ["no rule speaks for another kind"]
        if isLocalOnly { why.append("says that it must stay on this machine") }
        return Classification(
            kind: kind,
            complexity: complexity(of: kind, structure: structure, complexCues: complexCues),
            confidence: (confidence * 100).rounded() / 100,
            isLocalOnly: isLocalOnly,
            why: why
        )
    }

    private func complexity(of kind: TaskKind, structure: TaskStructure, complexCues: Int) -> Complexity {
        switch kind {
        case .architecture, .orchestration, .research, .longDocument: return .complex
        case .status, .quickAnswer: return .simple
        case .classification, .extraction, .general, .translation, .knowledge:
            return structure.length > 3_000 || complexCues > 1 ? .moderate : .simple
        case .reasoning, .analysis, .codeReview, .debugging, .codeGeneration, .summarization, .contentCreation,
            .multimodal:
            return structure.length > 4_000 || complexCues > 0 ? .complex : .moderate
        }
    }

    /// Points for each kind, and where they come from.
    private struct Scores {
        private var points: [TaskKind: (score: Double, reasons: [String])] = [:]

        mutating func add(_ score: Double, to kind: TaskKind, because reason: String) {
            var entry = points[kind] ?? (0, [])
            entry.score += score
            if !entry.reasons.contains(reason) { entry.reasons.append(reason) }
            points[kind] = entry
        }

        /// The best first; of equals the one that stands first in ``TaskKind``.
        var ranked: [(kind: TaskKind, score: Double, reasons: [String])] {
            TaskKind.allCases.compactMap { kind in points[kind].map { (kind, $0.score, $0.reasons) } }
                .enumerated()
                .sorted { ($0.element.1, -$0.offset) > ($1.element.1, -$1.offset) }
                .map { ($0.element.0, $0.element.1, $0.element.2) }
        }
    }
}

/// What a task looks like, whatever its words say.
struct TaskStructure {
    /// How many folded bytes count as the opening of a task.
    static let openingLength = 160

    let length: Int
    let isQuestion: Bool
    let hasDiff: Bool
    let hasStackTrace: Bool
    let hasCode: Bool

    init(_ task: String) {
        length = task.utf8.count
        isQuestion = task.utf8.reversed().prefix { $0 <= 0x20 || $0 == UInt8(ascii: "?") }.contains(UInt8(ascii: "?"))
        var diff = 0
        var trace = 0
        var code = 0
        for line in task.utf8.split(separator: UInt8(ascii: "\n")).prefix(200) {
            if Self.starts(line, with: "@@ ") || Self.starts(line, with: "diff --git") { diff += 2 }
            if Self.starts(line, with: "+++ ") || Self.starts(line, with: "--- ") { diff += 1 }
            if Self.starts(line, with: "Traceback (") || Self.starts(line, with: "  File \"")
                || Self.starts(line, with: "    at ") || Self.starts(line, with: "panic:")
            {
                trace += 1
            }
            if Self.starts(line, with: "```") { code += 2 }
            if let last = line.last, last == UInt8(ascii: "{") || last == UInt8(ascii: ";") || last == UInt8(ascii: "}")
            {
                code += 1
            }
            if Self.starts(line, with: "def ") || Self.starts(line, with: "func ") || Self.starts(line, with: "class ")
            {
                code += 1
            }
        }
        hasDiff = diff >= 2
        hasStackTrace = trace >= 1
        hasCode = code >= 2
    }

    private static func starts(_ line: Substring.UTF8View, with prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { line.starts(with: $0) }
    }
}
