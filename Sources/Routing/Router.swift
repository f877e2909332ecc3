public import Persona

/// The model router: plan, budget, permit, call, judge, and on to the next candidate when it fails.
public final class Router: Sendable {
    private let live: LiveRouting
    private let board: HealthBoard
    private let budgets: BudgetBook
    private let cache: AnswerCache
    private let ledger: any EgressLedger
    private let classifier = Classifier()
    private let selector = Selector()
    private let judge = AnswerJudge()
    private let turns = TurnCounter()
    /// Asks one backend once.
    private let caller: BackendCaller
    private let critic: Critic
    private let embedder: Embedder
    private let models: (any ModelGate)?
    private let steering: [any PlanSteering]
    /// Time and chance.
    public let world: Circumstances

    /// A router over the backends of the moment.
    /// - Parameters:
    ///   - blind: the guard, for questions about answers; without it no model is asked for its opinion.
    ///   - models: the way to backends whose models are loaded on demand.
    ///   - steering: what changes the order of a plan, in turn; the last has the last word.
    public init(
        live: LiveRouting,
        board: HealthBoard,
        scan: EgressScan,
        ledger: any EgressLedger,
        transport: any Transport,
        budgets: BudgetBook = BudgetBook(),
        cache: AnswerCache = AnswerCache(),
        blind: Blinding? = nil,
        models: (any ModelGate)? = nil,
        steering: [any PlanSteering] = [],
        circumstances: Circumstances = Circumstances()
    ) {
        caller = BackendCaller(
            egress: Egress(scan: scan, ledger: ledger, transport: transport),
            now: circumstances.now,
            format: circumstances.format
        )
        self.live = live
        self.board = board
        self.ledger = ledger
        self.budgets = budgets
        self.cache = cache
        self.models = models
        self.steering = steering
        self.world = circumstances
        embedder = Embedder(egress: caller.egress, budgets: budgets, semantic: cache.semantic, now: circumstances.now)
        critic = Critic(caller: caller, board: board, world: circumstances, blind: blind)
    }

    /// What has come of looking questions up by meaning; nil while that is off.
    public var semanticFigures: SemanticFigures? { cache.semantic.figures }

    /// Decides only.
    public func plan(_ thought: Thought) -> RoutePlan { plan(thought, live.current) }

    private func plan(_ thought: Thought, _ snapshot: RoutingSnapshot) -> RoutePlan {
        var classification = thought.classification ?? classifier.classify(thought.prompt)
        if let kind = thought.kind {
            classification.kind = kind
            classification.confidence = 1
            classification.why = ["the caller named the kind"]
        }
        let facts = Selector.Facts(
            classification: classification,
            promptTokens: TokenEstimate.tokens(of: thought.prompt),
            answerTokens: thought.maxTokens,
            attachments: thought.prompt.attachments.map(\.mediaType),
            hasTools: !thought.prompt.tools.isEmpty,
            caller: thought.caller,
            conversation: thought.conversation,
            constraints: thought.constraints,
            turn: turns.next(),
            allowance: budgets.allowance(for: thought.caller),
            affectsState: thought.affectsState,
            isVisible: thought.isVisible
        )
        return plan(facts, snapshot)
    }

    /// Decides by facts alone, as things are now.
    public func plan(_ facts: Selector.Facts) -> RoutePlan { plan(facts, live.current) }

    private func plan(_ facts: Selector.Facts, _ snapshot: RoutingSnapshot) -> RoutePlan {
        var plan = selector.plan(facts, snapshot: snapshot, health: board.snapshot(at: world.now()))
        for steering in steering { plan = steering.steer(plan, facts) }
        return plan
    }

    /// Thinks: the first whole answer of the plan's candidates that is good enough, or the best of those that are not.
    /// - Parameter onEvent: called in order, for a streamed thought; the thought waits for it.
    public func think(
        _ thought: Thought,
        onEvent: (ThoughtEvent) async -> Void = { _ in }
    ) async throws(RoutingError) -> Answer {
        let snapshot = live.current
        let plan = plan(thought, snapshot)
        let course = Course(thought, plan, snapshot, start: world.now())
        do throws(RoutingError) {
            if let key = course.cacheKey(cache) {
                if let hit = cache.lookup(key, at: world.now()) { return await giveAgain(hit, course, onEvent) }
                if let hit = await embedder.lookup(course, snapshot.registry) {
                    return await giveAgain(hit, course, onEvent)
                }
            }
            return try await answer(course, onEvent)
        } catch {
            // An answer's decision is written with its last request; this one has none.
            if course.isCounted { await ledger.decided(course.decision(error, at: world.now())) }
            throw error
        }
    }

    @inline(never)
    private func giveAgain(
        _ hit: AnswerCache.Hit,
        _ course: Course,
        _ onEvent: (ThoughtEvent) async -> Void
    ) async -> Answer {
        var answer = hit.answer
        answer.thought = course.run.id
        answer.duration = world.now() - course.run.start
        if course.thought.isStreamed { await onEvent(.delta(answer.text)) }
        await ledger.decided(course.decision(hit, at: world.now()))
        return answer
    }

    private func answer(
        _ course: Course,
        _ onEvent: (ThoughtEvent) async -> Void
    ) async throws(RoutingError) -> Answer {
        guard !course.plan.candidates.isEmpty else { throw .noBackend(course.plan.rejected) }
        while true {
            if Task.isCancelled { throw .cancelled }
            switch course.chain.next(at: world.now()) {
            case .ask(let index, let pause):
                if pause > .zero {
                    await world.sleep(pause)
                    if Task.isCancelled { throw .cancelled }
                }
                do throws(RoutingError) {
                    if let answer = try await ask(index, course, onEvent) { return answer }
                } catch {
                    // Nothing more is sent; an answer that is there already is given all the same.
                    if case .cancelled = error { throw error }
                    if Task.isCancelled { throw error }
                    if let best = await giveBest(course, onEvent) { return best }
                    throw error
                }
            case .end:
                if let best = await giveBest(course, onEvent) { return best }
                throw course.failure(isLate: course.run.isOver(at: world.now()))
            case .late:
                if let best = await giveBest(course, onEvent) { return best }
                throw course.failure(isLate: true)
            }
        }
    }

    /// The best of the answers that were not good enough, if there was any.
    @inline(never)
    private func giveBest(
        _ course: Course,
        _ onEvent: (ThoughtEvent) async -> Void
    ) async -> Answer? {
        guard var best = await course.giveBest(onEvent) else { return nil }
        best.duration = world.now() - course.run.start
        if course.isCounted { await ledger.decided(course.decision(best, at: world.now())) }
        return best
    }

    // MARK: One candidate
    //
    // A thought that waits keeps the frames of all that wait with it. What may wait, too, but mostly does not or not then, is
    // kept out of them: inlined, its values would have places in the caller's frame for as long as the backend thinks.

    /// Asks a candidate: the answer, if it is the thought's; nil when the chain goes on.
    private func ask(
        _ index: Int,
        _ course: Course,
        _ onEvent: (ThoughtEvent) async -> Void
    ) async throws(RoutingError) -> Answer? {
        let backend = course.plan.candidates[index].backend
        let reservation: Reservation
        let worstCase = course.worstCase(of: backend)
        let isHeld = worstCase.value > 0 && isBounded(backend, course)
        switch budgets.reserve(
            worstCase,
            backend: backend.id,
            caller: course.thought.caller,
            task: course.run.budget
        ) {
        case .failure: return deny(index, course, .overBudget)
        case .success(let held): reservation = held
        }
        switch board.permit(for: backend.id, anyway: course.chain.isAnyway(index), at: world.now()) {
        case .refused(let refusal): return deny(index, course, refusal.failure)
        case .granted(let permit):
            var pass: ModelPass?
            if let place = backend.place {
                switch await enter(place, index, course, onEvent) {
                case .success(let granted): pass = granted
                case .failure(let refusal):
                    permit.finish(.failed(refusal.failure, retryAfter: refusal.retryAfter), at: world.now())
                    if refusal.failure == .cancelled { throw .cancelled }
                    return deny(index, course, refusal.failure, retryAfter: refusal.retryAfter)
                }
            }
            course.chain.didSend(index)
            course.run.sent = course.chain.sent
            await course.run.announceRestart(on: backend.id, onEvent)
            let call = BackendCall(
                backend: pass.map(backend.served) ?? backend,
                kind: course.plan.classification.kind,
                thought: course.thought,
                hasRivals: course.plan.candidates.count > 1,
                heldTokens: isHeld ? course.heldTokens(of: backend) : nil
            )
            let end = try await send(call, pass, course, onEvent)
            course.run.note(end)
            switch end.result {
            case .success(let completion):
                return await weigh(completion, end, index, course, permit: permit, reservation: reservation)
            case .failure(let error):
                try await fail(error, end, index, course, permit: permit, reservation: reservation)
                guard course.run.broken != nil else { return nil }
                await onEvent(.brokeOff(course.run.attempts))
                // Who has words that cannot be taken back wants nobody else's.
                if Task.isCancelled { throw .allFailed(course.run.attempts) }
                return nil
            }
        }
    }

    /// Permission to send to a backend whose model is loaded on demand, when it is there.
    @inline(never)
    private func enter(
        _ place: ModelPlace,
        _ index: Int,
        _ course: Course,
        _ onEvent: (ThoughtEvent) async -> Void
    ) async -> Result<ModelPass, ModelRefusal> {
        guard let models else { return .failure(ModelRefusal(.unreachable)) }
        let waits = course.chain.waitsForModel(index)
        return await models.enter(place, waits: waits, until: course.run.deadline) { notice in
            if course.thought.isStreamed { await onEvent(.switching(notice)) }
        }
    }

    @inline(never)
    private func send(
        _ call: BackendCall,
        _ pass: ModelPass?,
        _ course: Course,
        _ onEvent: (ThoughtEvent) async -> Void
    ) async throws(RoutingError) -> CallEnd {
        // The model is free as soon as the answer is there, not when it has been weighed.
        defer { if let pass { models?.leave(pass) } }
        return try await caller.ask(call, run: course.run, onEvent: onEvent)
    }

    /// Whether any budget bounds what is spent on it.
    private func isBounded(_ backend: Backend, _ course: Course) -> Bool {
        budgets.left(for: course.thought.caller, backend: backend.id, task: course.run.budget) != nil
    }

    /// Nothing was sent.
    private func deny(
        _ index: Int,
        _ course: Course,
        _ failure: FailureClass,
        retryAfter: Duration? = nil
    ) -> Answer? {
        course.run.note(course.plan.candidates[index].backend.id, failure, retryAfter: retryAfter)
        course.chain.wasDenied(index, failure, at: world.now(), jitter: world.jitter())
        return nil
    }

    /// A whole answer: is it one, and is it good enough?
    private func weigh(
        _ completion: Completion,
        _ end: CallEnd,
        _ index: Int,
        _ course: Course,
        permit: consuming BreakerPermit,
        reservation: consuming Reservation
    ) async -> Answer? {
        let backend = course.plan.candidates[index].backend
        var verdict = judge.verdict(on: completion, course)
        permit.finish(verdict == .refusal ? .failed(.refused, retryAfter: nil) : .answered, at: end.ended)
        if judge.wantsOpinion(on: completion, verdict, course.policy),
            let opinion = await critic.opinion(on: completion, of: backend.id, course, live.current.registry)
        {
            verdict = judge.verdict(on: completion, course, selfCritique: opinion)
        }
        // Words that cannot be taken back are the answer; the confidence says what it is worth.
        let stands = course.thought.standsOnceShown && end.firstText != nil && !verdict.isGood
        if stands { verdict = .good(verdict.confidence) }
        let usage = completion.usage.or(.estimated(course.thought.prompt, answerBytes: completion.text.utf8.count))
        let cost = completion.reportedCost ?? backend.prices.flatMap { $0.cost(of: usage) }
        course.run.spend(reservation.settle(cost), known: cost, on: backend)
        course.run.attempts.append(Attempt(backend: backend.id, outcome: verdict.outcome, duration: end.duration))
        let confidence = verdict.confidence
        let answer = Answer(completion, usage, end, course, backend: backend, cost: cost, confidence: confidence)
        var decision: DecisionRecord?
        if case .good = verdict, course.isCounted { decision = course.decision(answer, at: end.ended) }
        await caller.settle(
            end,
            Settlement(answered: completion, end, usage: usage, cost: cost, verdict: verdict, decision: decision)
        )
        switch verdict {
        case .good:
            if let key = course.cacheKey(cache) { cache.store(answer, isSound: !stands, for: key, at: end.ended) }
            if let meaning = course.meaning, !stands { cache.semantic.store(answer, for: meaning, at: end.ended) }
            return answer
        case .refusal:
            if end.firstText != nil && course.thought.isStreamed { course.run.broken = .refused }
            course.chain.didFail(index, .refused, retryAfter: nil, at: end.ended, jitter: world.jitter())
        case .poor:
            course.reject(answer)
            course.chain.didDisappoint(index, better: course.plan.escalations(after: backend.id).map(\.backend.id))
        }
        return nil
    }

    /// No answer.
    @inline(never)
    private func fail(
        _ error: WireError,
        _ end: CallEnd,
        _ index: Int,
        _ course: Course,
        permit: consuming BreakerPermit,
        reservation: consuming Reservation
    ) async throws(RoutingError) {
        let backend = course.plan.candidates[index].backend
        let failure = error.failure
        let cost = backend.prices.flatMap { $0.cost(of: error.usage) }
        // What brought nothing back is not billed.
        let isBilled = error.usage.source != .missing
        let counted = reservation.settle(cost ?? NanoDollars(0))
        course.run.spend(counted, known: isBilled ? cost : counted, on: backend)
        course.run.attempts.append(Attempt(backend: backend.id, outcome: .failed(failure), duration: end.duration))
        if end.firstText != nil && course.thought.isStreamed { course.run.broken = failure }
        // What is left of the chain's time may be too little for anybody: that is no fault of this backend's.
        let isOurs = course.run.isOver(at: end.ended) && [.timeoutTotal, .timeoutConnect].contains(failure)
        permit.finish(isOurs ? .unsaid : .failed(failure, retryAfter: error.retryAfter), at: end.ended)
        await caller.settle(end, Settlement(failed: error, end, cost: cost))
        if failure == .cancelled { throw .cancelled }
        course.chain.didFail(index, failure, retryAfter: error.retryAfter, at: end.ended, jitter: world.jitter())
    }
}
