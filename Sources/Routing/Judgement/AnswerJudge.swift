internal import Persona

/// What the router makes of a whole answer.
enum AnswerVerdict: Sendable, Equatable {
    case good(Double?)
    case poor(Double)
    case refusal

    /// How good it is, from 0 to 1.
    var confidence: Double? {
        switch self {
        case .good(let confidence): confidence
        case .poor(let confidence): confidence
        case .refusal: nil
        }
    }

    /// What the attempts of the thought tell of it.
    var outcome: Attempt.Outcome {
        switch self {
        case .good: .answered
        case .poor: .failed(.lowQuality)
        case .refusal: .failed(.refused)
        }
    }
}

/// Puts the deciders about answers together. Pure.
struct AnswerJudge: Sendable {
    private let refusals = RefusalDetector()
    private let quality = QualityJudge()

    func verdict(
        on completion: Completion,
        _ prompt: BlindPrompt,
        _ kind: TaskKind,
        _ policy: RoutingPolicy
    ) -> AnswerVerdict {
        if completion.calls.isEmpty,
            refusals.verdict(on: completion.text, task: prompt.task, kind: kind).isRefusal
        {
            return .refusal
        }
        guard policy.quality.isJudged else { return .good(nil) }
        let answer = QualityJudge.Answer(text: completion.text, calls: completion.calls, finish: completion.finish)
        let confidence = quality.judge(answer, for: prompt, kind: kind).confidence
        return confidence < policy.quality.threshold ? .poor(confidence) : .good(confidence)
    }
}
