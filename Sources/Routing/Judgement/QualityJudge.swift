public import Persona

/// How good an answer looks, and why.
public struct Judgement: Sendable, Equatable {
    /// The four things that are looked at, each from 0 to 1.
    public struct Parts: Sendable, Equatable {
        /// Whether it has the form that was asked for; 30 %.
        public var format: Double
        /// Whether it is all there; 20 %.
        public var completeness: Double
        /// Whether it makes sense on its face; 30 %.
        public var coherence: Double
        /// What a model thinks of it; 20 %, nil when none was asked.
        public var selfCritique: Double?
    }

    /// From 0 to 1.
    public let confidence: Double
    /// What it is made of.
    public let parts: Parts
    /// What is wrong with it, in constant sentences.
    public let reasons: [String]
}

/// Judges an answer by its face: form, completeness, coherence, and a model's opinion when there is one.
///
/// The weights are those of the hybrid architecture: 30, 20, 30 and 20 %; without an opinion the others are scaled up. A
/// weighted mean alone would let a good-looking answer pass that has not the form asked for, so the worst part bounds the
/// whole: confidence is at most 0.35 more than it. Pure, no model, a few microseconds.
public struct QualityJudge: Sendable {
    /// What of an answer is judged.
    public struct Answer: Sendable {
        /// Its text.
        public var text: String
        /// The tools that it wants called.
        public var calls: [ToolCall]
        /// How it ended.
        public var finish: FinishReason

        /// An answer.
        public init(text: String, calls: [ToolCall] = [], finish: FinishReason = .stop) {
            self.text = text
            self.calls = calls
            self.finish = finish
        }
    }

    /// A judge.
    public init() {}

    /// The judgement of an answer to a prompt of that kind.
    /// - Parameters:
    ///   - expectations: what is asked of its form; nil to read it off the prompt.
    ///   - selfCritique: a model's opinion from 0 to 1; see ``SelfCritique``.
    public func judge(
        _ answer: Answer,
        for prompt: BlindPrompt,
        kind: TaskKind,
        expectations: [Expectation]? = nil,
        selfCritique: Double? = nil
    ) -> Judgement {
        // The text beside a call is talk; what counts is the call.
        if !answer.calls.isEmpty {
            return Self.judgement(format: Finding(1), completeness: Finding(1), coherence: Finding(1), selfCritique)
        }
        var text = answer.text
        var task = prompt.task
        return text.withUTF8 { text in
            task.withUTF8 { task in
                let view = AnswerView(text, task: task, kind: kind, finish: answer.finish, marks: .shared)
                let expected = expectations ?? Expectation.infer(from: prompt, kind: kind)
                return Self.judgement(
                    format: FormatCheck.check(view, expected),
                    completeness: CompletenessCheck.check(view, expected),
                    coherence: CoherenceCheck.check(view),
                    selfCritique
                )
            }
        }
    }

    private static func judgement(
        format: Finding,
        completeness: Finding,
        coherence: Finding,
        _ critique: Double?
    ) -> Judgement {
        let critique = critique.map { min(1, max(0, $0)) }
        let face = 0.3 * format.score + 0.2 * completeness.score + 0.3 * coherence.score
        let mean = critique.map { face + 0.2 * $0 } ?? face / 0.8
        let worst = min(format.score, completeness.score, coherence.score)
        return Judgement(
            confidence: min(mean, worst + 0.35),
            parts: .init(
                format: format.score,
                completeness: completeness.score,
                coherence: coherence.score,
                selfCritique: critique
            ),
            reasons: format.reasons + completeness.reasons + coherence.reasons
        )
    }
}

/// The score of one part: the worst of what was found.
struct Finding: Equatable {
    var score: Double
    var reasons: [String] = []

    init(_ score: Double) {
        self.score = score
    }

    /// Lowers the score, and says why.
    mutating func lower(to score: Double, _ reason: StaticString) {
        guard score < 1 else { return }
        self.score = min(self.score, score)
        reasons.append(reason.description)
    }
}
