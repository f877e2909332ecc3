public import Persona

/// The model router: plan, permit, encode, record, send, decode, judge, and on to the next candidate when it fails.
public struct Router: Sendable {
    /// The budgets of a chain.
    public struct Limits: Sendable, Equatable {
        /// How many requests one thought may send.
        public var maxAttempts: Int
        /// For the whole chain.
        public var deadline: Duration
        /// What all of a thought's requests together may cost; nil for any sum.
        public var maxCost: NanoDollars?

        /// Limits.
        public init(maxAttempts: Int = 6, deadline: Duration = .seconds(300), maxCost: NanoDollars? = nil) {
            self.maxAttempts = maxAttempts
            self.deadline = deadline
            self.maxCost = maxCost
        }
    }

    /// Time and chance, so that tests can hold them still.
    public struct Circumstances: Sendable {
        /// The time.
        public var now: @Sendable () -> ContinuousClock.Instant
        /// Waits; returns early when the task is cancelled.
        public var sleep: @Sendable (Duration) async -> Void
        /// From 0 to 1.
        public var jitter: @Sendable () -> Double

        /// The real ones, where not said otherwise.
        public init(
            now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
            sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
            jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }
        ) {
            self.now = now
            self.sleep = sleep
            self.jitter = jitter
        }
    }

    private let live: LiveRouting
    private let board: HealthBoard
    private let classifier = Classifier()
    private let selector = Selector()
    private let caller: BackendCaller
    private let world: Circumstances

    /// A router over the backends of the moment.
    public init(
        live: LiveRouting,
        board: HealthBoard,
        scan: EgressScan,
        ledger: any EgressLedger,
        transport: any Transport,
        circumstances: Circumstances = Circumstances()
    ) {
        self.live = live
        self.board = board
        self.world = circumstances
        caller = BackendCaller(
            egress: Egress(scan: scan, ledger: ledger, transport: transport),
            board: board,
            now: circumstances.now
        )
    }

    /// Decides only.
    public func plan(_ thought: Thought) -> RoutePlan { plan(thought, live.current) }

    private func plan(_ thought: Thought, _ snapshot: RoutingSnapshot) -> RoutePlan {
        var classification = classifier.classify(thought.prompt)
        if let kind = thought.kind {
            classification.kind = kind
            classification.confidence = 1
            classification.why = ["the caller named the kind"]
        }
        let facts = Selector.Facts(
            classification: classification,
            taskBytes: thought.prompt.task.utf8.count,
            attachments: thought.prompt.attachments.map(\.mediaType),
            constraints: thought.constraints
        )
        return selector.plan(facts, registry: snapshot.registry, health: board.snapshot(at: world.now()))
    }

    /// Thinks: the first whole answer of the plan's candidates that is good enough, or the best of those that are not.
    /// - Parameter onEvent: called in order, for a streamed thought; the thought waits for it.
    public func think(
        _ thought: Thought,
        onEvent: (ThoughtEvent) async -> Void = { _ in }
    ) async throws(RoutingError) -> Answer {
        let snapshot = live.current
        let plan = plan(thought, snapshot)
        guard !plan.candidates.isEmpty else { throw .noBackend(plan.rejected) }
        let start = world.now()
        var run = ThoughtRun(start: start, deadline: start + snapshot.policy.limits.deadline)
        var chain = Chain(plan.candidates, policy: snapshot.policy, start: start)
        while true {
            if Task.isCancelled { throw .cancelled }
            switch chain.next(at: world.now()) {
            case .end: throw world.now() < run.deadline ? .allFailed(run.attempts) : .deadline(run.attempts)
            case .late: throw .deadline(run.attempts)
            case .ask(let index, let pause):
                if pause > .zero {
                    await world.sleep(pause)
                    if Task.isCancelled { throw .cancelled }
                }
                let candidate = plan.candidates[index]
                switch board.permit(for: candidate.backend.id, anyway: chain.isAnyway(index), at: world.now()) {
                case .refused(let refusal):
                    run.note(candidate.backend.id, refusal.failure)
                    chain.wasDenied(index, refusal.failure, at: world.now(), jitter: world.jitter())
                case .granted(let permit):
                    chain.didSend(index)
                    run.sent = chain.sent
                    await run.announceRestart(on: candidate.backend.id, onEvent)
                    let call = BackendCall(backend: candidate.backend, kind: plan.classification.kind, thought: thought)
                    switch try await caller.ask(call, run: &run, permit: permit, onEvent: onEvent) {
                    case .answered(let answer): return answer
                    case .failed(let failure, let retryAfter):
                        if failure == .cancelled { throw .cancelled }
                        let now = world.now()
                        chain.didFail(index, failure, retryAfter: retryAfter, at: now, jitter: world.jitter())
                    }
                }
            }
        }
    }
}
