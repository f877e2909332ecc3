internal import Persona

/// What the router makes of a whole answer.
enum AnswerVerdict: Sendable, Equatable {
    case good(Double?)
    case poor(Double)
    case refusal

    /// Whether it is an answer to be content with.
    var isGood: Bool { if case .good = self { true } else { false } }

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

    /// What is made of the answer.
    /// - Parameter selfCritique: a model's opinion from 0 to 1.
    func verdict(on completion: Completion, _ course: Course, selfCritique: Double? = nil) -> AnswerVerdict {
        let prompt = course.thought.prompt
        let kind = course.plan.classification.kind
        if completion.calls.isEmpty,
            refusals.verdict(on: completion.text, task: prompt.task, kind: kind).isRefusal
        {
            return .refusal
        }
        // An answer that ends where the caller wanted it to end is not cut.
        let isCutOnPurpose = completion.finish == .length && course.thought.maxTokens != nil
        guard course.policy.quality.isJudged, !isCutOnPurpose else { return .good(nil) }
        let answer = QualityJudge.Answer(text: completion.text, calls: completion.calls, finish: completion.finish)
        let confidence = quality.judge(answer, for: prompt, kind: kind, selfCritique: selfCritique).confidence
        return confidence < course.policy.quality.threshold ? .poor(confidence) : .good(confidence)
    }

    /// Whether a model is to be asked for its opinion.
    func wantsOpinion(on completion: Completion, _ verdict: AnswerVerdict, _ policy: RoutingPolicy) -> Bool {
        policy.quality.isJudged && policy.quality.hasSelfCritique && completion.calls.isEmpty
            && verdict.confidence != nil
    }
}
