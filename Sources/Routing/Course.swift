internal import Persona

/// One thought on its way: the plan, where the chain stands, what it has been through.
struct Course: Sendable {
    let thought: Thought
    let plan: RoutePlan
    let policy: RoutingPolicy
    var chain: Chain
    var run: ThoughtRun
    /// The best of the answers that were not good enough, and its place among the attempts.
    private var best: (answer: Answer, place: Int)?

    init(_ thought: Thought, _ plan: RoutePlan, _ policy: RoutingPolicy, start: ContinuousClock.Instant) {
        self.thought = thought
        self.plan = plan
        self.policy = policy
        chain = Chain(plan.candidates, policy: policy, start: start)
        run = ThoughtRun(start: start, limits: policy.limits)
    }

    /// The most that a request to the backend may cost.
    func worstCase(of backend: Backend) -> NanoDollars {
        guard backend.prices != nil else { return NanoDollars(0) }
        return backend.worstCase(inputTokens: thought.prompt.estimatedTokens, maxTokens: thought.maxTokens)
    }

    /// Takes a whole answer that was not good enough; its attempt is the last one.
    mutating func reject(_ answer: Answer) {
        let place = run.attempts.count - 1
        if thought.isStreamed {
            run.broken = .lowQuality
            run.shown = place
        }
        guard (best?.answer.confidence ?? -1) < (answer.confidence ?? 0) else { return }
        best = (answer, place)
    }

    /// The best of the answers that were not good enough, when there is no better; the client of a stream is shown it,
    /// unless that is what it has.
    mutating func giveBest(_ onEvent: (ThoughtEvent) async -> Void) async -> Answer? {
        guard let best else { return nil }
        var answer = best.answer
        answer.attempts = run.attempts
        answer.attempts[best.place].outcome = .answered
        if thought.isStreamed && run.shown != best.place {
            await onEvent(.restarted(answer.backend, .lowQuality))
            await onEvent(.delta(answer.text))
        }
        return answer
    }

    /// Why there is no answer.
    func failure(isLate: Bool) -> RoutingError {
        isLate ? .deadline(run.attempts) : .allFailed(run.attempts)
    }
}
