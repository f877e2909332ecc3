internal import Persona

/// One thought on its way: the plan, where the chain stands, what it has been through. A class, of 1.5 KB: every wait on the way
/// keeps what it works with in memory, and a struct would be kept once for each.
final class Course {
    let thought: Thought
    let plan: RoutePlan
    let policy: RoutingPolicy
    private let generation: Int
    var chain: Chain
    var run: ThoughtRun
    /// The best of the answers that were not good enough, and its place among the attempts.
    private var best: (answer: Answer, place: Int)?

    /// What the request is kept under in the cache; nil when it is not.
    private var key: CacheKey??
    /// What it is looked up by among questions in other words; nil when it is not.
    var meaning: SemanticCache.Question?

    init(_ thought: Thought, _ plan: RoutePlan, _ snapshot: RoutingSnapshot, start: ContinuousClock.Instant) {
        var policy = snapshot.policy
        if let reroutes = thought.reroutesContentPolicy { policy.reroutesContentPolicy = reroutes }
        if let maxCost = thought.maxCost { policy.limits.maxCost = min(maxCost, policy.limits.maxCost ?? maxCost) }
        self.thought = thought
        self.plan = plan
        self.policy = policy
        generation = snapshot.generation
        chain = Chain(plan.candidates, policy: policy, model: thought.constraints.model, start: start)
        run = ThoughtRun(start: start, limits: policy.limits, id: thought.id)
    }

    /// The most that a request to the backend may cost.
    func worstCase(of backend: Backend) -> NanoDollars {
        guard backend.prices != nil else { return NanoDollars(0) }
        return backend.worstCase(inputTokens: mostPromptTokens, maxTokens: thought.maxTokens)
    }

    /// How many tokens of an answer the worst case pays for.
    func heldTokens(of backend: Backend) -> Int {
        backend.outputBound(thought.maxTokens, inputTokens: mostPromptTokens)
    }

    private var mostPromptTokens: Int { TokenEstimate.most(plan.promptTokens) }

    /// Whether somebody's thought is decided: what the bridge asks for itself, such as a comparison, decides nothing.
    var isCounted: Bool { thought.purpose == .thought }

    /// Takes a whole answer that was not good enough; its attempt is the last one.
    func reject(_ answer: Answer) {
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
    func giveBest(_ onEvent: (ThoughtEvent) async -> Void) async -> Answer? {
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

    /// The request's key; made once.
    func cacheKey(_ cache: AnswerCache) -> CacheKey? {
        if let key { return key }
        let kind = plan.classification.kind
        let made = cache.key(thought.prompt, kind: kind, call: call, isCacheable: thought.isCacheable)
        key = .some(made)
        return made
    }

    /// What an answer depends on besides the prompt and its kind.
    private var call: AnswerCache.Call {
        AnswerCache.Call(
            constraints: thought.constraints,
            model: thought.constraints.model,
            criterion: plan.criterion,
            maxTokens: thought.maxTokens,
            temperature: thought.temperature,
            stop: thought.stop,
            generation: generation
        )
    }

    /// The request without its task, for questions in other words.
    func question(_ semantic: SemanticCache) -> SemanticCache.Question? {
        guard thought.purpose == .thought, !thought.affectsState, let form = QuestionForm(thought.prompt.task) else {
            return nil
        }
        let scope = CacheKey(
            thought.prompt,
            kind: plan.classification.kind,
            call: call,
            epoch: semantic.epoch,
            hasTask: false
        )
        return SemanticCache.Question(scope: scope, form: form, generation: generation)
    }

    // MARK: What the ledger is told

    /// The decision behind an answer.
    func decision(_ answer: Answer, at now: ContinuousClock.Instant) -> DecisionRecord {
        var record = decision(at: now)
        record.outcome = .answered
        record.served = answer.backend
        record.model = answer.model
        record.usage = answer.usage
        record.quality = answer.confidence
        return record
    }

    /// The decision behind an answer out of the cache.
    func decision(_ hit: AnswerCache.Hit, at now: ContinuousClock.Instant) -> DecisionRecord {
        var record = decision(hit.answer, at: now)
        record.isCached = true
        if hit.answer.similarity != nil { record.reason = "given again: the same question in other words" }
        record.usage = hit.usage
        return record
    }

    /// The decision behind an error.
    func decision(_ error: RoutingError, at now: ContinuousClock.Instant) -> DecisionRecord {
        var record = decision(at: now)
        record.outcome =
            switch error {
            case .noBackend(let rejected): rejected.contains { $0.rule == .budget } ? .overBudget : .noBackend
            case .allFailed(let attempts): attempts.allSatisfy(\.isOverBudget) ? .overBudget : .allFailed
            case .deadline: .deadline
            case .egressBlocked: .egressBlocked
            case .ledgerUnavailable: .ledgerUnavailable
            case .cancelled: .cancelled
            }
        return record
    }

    private func decision(at now: ContinuousClock.Instant) -> DecisionRecord {
        var record = DecisionRecord(thought: run.id, plan: plan, criterion: plan.criterion, caller: thought.caller)
        record.attempts = run.sent
        record.cost = run.cost
        record.duration = now - run.start
        record.wishes.note(thought)
        return record
    }
}

extension DecisionWishes {
    /// What the thought brought along; never what it says.
    fileprivate mutating func note(_ thought: Thought) {
        constraints = thought.constraints
        answerTokens = thought.maxTokens
        hasTools = !thought.prompt.tools.isEmpty
        affectsState = thought.affectsState
        isVisible = thought.isVisible
        if !thought.prompt.attachments.isEmpty { modalities = Selector.Facts.modalities(of: thought.prompt) }
    }
}

extension Attempt {
    fileprivate var isOverBudget: Bool { outcome == .failed(.overBudget) }
}
