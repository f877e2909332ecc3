public import Persona

/// What is to be thought about, after the guard.
public struct Thought: Sendable {
    /// The task as a backend may see it.
    public var prompt: BlindPrompt
    /// The caller's choice of a kind, instead of the classifier's.
    public var kind: TaskKind?
    /// What the caller insists on.
    public var constraints: Selector.Constraints
    /// An upper limit for the answer.
    public var maxTokens: Int?
    /// Whether to give the answer piece by piece.
    public var isStreamed: Bool
    /// Who asked, for the ledger.
    public var caller: String?

    /// A thought.
    public init(
        prompt: BlindPrompt,
        kind: TaskKind? = nil,
        constraints: Selector.Constraints = Selector.Constraints(),
        maxTokens: Int? = nil,
        isStreamed: Bool = false,
        caller: String? = nil
    ) {
        self.prompt = prompt
        self.kind = kind
        self.constraints = constraints
        self.maxTokens = maxTokens
        self.isStreamed = isStreamed
        self.caller = caller
    }
}

/// What happens while a streamed thought is under way.
public enum ThoughtEvent: Sendable, Equatable {
    /// More text.
    case delta(String)
    /// The answer broke off; that backend starts it anew, and what came before does not count.
    case restarted(BackendID, FailureClass)
}

/// The model router: plan, permit, encode, record, send, decode, and on to the next candidate when it fails.
///
/// The only place that tries again: one attempt budget and one deadline cover the whole chain.
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
        public init(maxAttempts: Int = 4, deadline: Duration = .seconds(300), maxCost: NanoDollars? = nil) {
            self.maxAttempts = maxAttempts
            self.deadline = deadline
            self.maxCost = maxCost
        }
    }

    private let live: LiveRouting
    private let board: HealthBoard
    private let classifier = Classifier()
    private let selector = Selector()
    private let egress: Egress
    private let now: @Sendable () -> ContinuousClock.Instant

    /// A router over the backends.
    public init(
        registry: BackendRegistry,
        board: HealthBoard,
        scan: EgressScan,
        ledger: any EgressLedger,
        transport: any Transport,
        limits: Limits = Limits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        var policy = RoutingPolicy()
        policy.limits = limits
        let live = LiveRouting(RoutingSnapshot(registry: registry, policy: policy))
        self.init(live: live, board: board, scan: scan, ledger: ledger, transport: transport, now: now)
    }

    /// A router over the backends of each moment.
    public init(
        live: LiveRouting,
        board: HealthBoard,
        scan: EgressScan,
        ledger: any EgressLedger,
        transport: any Transport,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.live = live
        self.board = board
        self.egress = Egress(scan: scan, ledger: ledger, transport: transport)
        self.now = now
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
        return selector.plan(facts, registry: snapshot.registry, health: board.snapshot(at: now()))
    }

    /// Thinks: the first whole answer of the plan's candidates.
    /// - Parameter onEvent: called in order, for a streamed thought; the thought waits for it.
    public func think(
        _ thought: Thought,
        onEvent: (ThoughtEvent) async -> Void = { _ in }
    ) async throws(RoutingError) -> Answer {
        // One snapshot for the whole thought: a reload never changes the rules in its middle.
        let snapshot = live.current
        let limits = snapshot.policy.limits
        let plan = plan(thought, snapshot)
        guard !plan.candidates.isEmpty else { throw .noBackend(plan.rejected) }
        let start = now()
        var run = Run(id: Self.mintID(), start: start, deadline: start + limits.deadline)
        var queue = plan.candidates[...]
        while let candidate = queue.first, run.sent < limits.maxAttempts {
            if Task.isCancelled { throw .cancelled }
            guard now() < run.deadline else { throw .deadline(run.attempts) }
            let call = Call(backend: candidate.backend, kind: plan.classification.kind, thought: thought)
            let step: Step
            // The plan's look at the breaker is a moment old; the permit is what counts.
            if let permit = board.permit(for: candidate.backend.id, anyway: candidate.isLastResort, at: now()) {
                if let failure = run.brokenStream {
                    run.brokenStream = nil
                    run.firstToken = nil
                    await onEvent(.restarted(candidate.backend.id, failure))
                }
                step = try await attempt(call, run: &run, permit: permit, onEvent: onEvent)
            } else {
                run.attempts.append(Attempt(backend: candidate.backend.id, outcome: .failed(.breakerOpen)))
                step = .next(.tryNext)
            }
            switch step {
            case .answered(let answer): return answer
            // Once: a second stale connection in a row is the backend's doing.
            case .next(.retrySame) where !run.hasRetried: run.hasRetried = true
            case .next:
                run.hasRetried = false
                queue.removeFirst()
            }
        }
        throw now() < run.deadline ? .allFailed(run.attempts) : .deadline(run.attempts)
    }

    // MARK: One attempt

    /// What one attempt is about.
    private struct Call {
        let backend: Backend
        let kind: TaskKind
        let thought: Thought

        var options: CallOptions {
            CallOptions(kind: kind, maxTokens: thought.maxTokens, isStreamed: thought.isStreamed)
        }
    }

    /// What a thought has been through.
    private struct Run {
        let id: String
        let start: ContinuousClock.Instant
        let deadline: ContinuousClock.Instant
        var attempts: [Attempt] = []
        var sent = 0
        var firstToken: Duration?
        /// Whether the current candidate has been asked twice.
        var hasRetried = false
        /// Why the last stream broke, when some of its text had gone out.
        var brokenStream: FailureClass?
    }

    /// What an attempt came to.
    private enum Step {
        case answered(Answer)
        case next(FailureClass.NextStep)
    }

    /// Asks one backend.
    private func attempt(
        _ call: Call,
        run: inout Run,
        permit: consuming BreakerPermit,
        onEvent: (ThoughtEvent) async -> Void
    ) async throws(RoutingError) -> Step {
        let backend = call.backend
        let format = backend.wire.format
        run.sent += 1
        let began = now()
        let request = format.encode(call.thought.prompt, for: backend, options: call.options)
        let passage = try await pass(request, call, run: run)
        let receipt = passage.receipt
        let limits = transferLimits(call, remaining: run.deadline - now())
        let result: Result<Completion, WireError>
        if call.thought.isStreamed {
            result = await streamed(passage, backend, limits: limits, run: &run, onEvent: onEvent)
        } else {
            result = await whole(passage, backend, limits: limits)
        }
        let ended = now()
        switch result {
        case .success(let completion):
            let cost = backend.prices.flatMap { $0.cost(of: completion.usage) }
            run.attempts.append(Attempt(backend: backend.id, outcome: .answered, duration: ended - began))
            permit.finish(.answered, at: ended)
            await egress.settle(
                receipt,
                Settlement(
                    outcome: .answered,
                    duration: ended - began,
                    model: completion.model,
                    usage: completion.usage,
                    cost: cost
                )
            )
            return .answered(answer(completion, call, run: run, cost: cost, ended: ended))
        case .failure(let error):
            let failure = error.failure
            run.attempts.append(Attempt(backend: backend.id, outcome: .failed(failure), duration: ended - began))
            // What is left of the chain's time may be too little for anybody: that is no fault of this backend's.
            let isOurs = ended >= run.deadline && [.timeoutTotal, .timeoutConnect].contains(failure)
            permit.finish(isOurs ? .unsaid : .failed(failure, retryAfter: error.retryAfter), at: ended)
            await egress.settle(
                receipt,
                Settlement(outcome: .failed(failure), duration: ended - began, model: nil, usage: .missing, cost: nil)
            )
            return .next(try next(after: failure, run: run))
        }
    }

    private func next(after failure: FailureClass, run: Run) throws(RoutingError) -> FailureClass.NextStep {
        switch failure.next {
        case .tryNext, .retrySame: return failure.next
        case .stop: throw failure == .cancelled ? .cancelled : .allFailed(run.attempts)
        }
    }

    private func pass(
        _ request: OutgoingRequest,
        _ call: Call,
        run: Run
    ) async throws(RoutingError) -> Egress.Passage {
        do {
            return try await egress.pass(request, to: call.backend) { sealed in
                EgressRecord(
                    purpose: .thought,
                    backend: call.backend.id,
                    model: call.backend.model,
                    thought: run.id,
                    attempt: run.sent,
                    kind: call.kind,
                    caller: call.thought.caller,
                    request: sealed
                )
            }
        } catch {
            switch error {
            case .blocked(let blocked): throw .egressBlocked(blocked)
            case .unrecorded: throw .ledgerUnavailable(run.attempts)
            }
        }
    }

    private func transferLimits(_ call: Call, remaining: Duration) -> TransferLimits {
        let timeouts = call.backend.timeouts
        return TransferLimits(
            connect: min(timeouts.connect, remaining),
            total: min(timeouts.total, remaining),
            firstToken: call.thought.isStreamed ? timeouts.firstToken : nil,
            stall: call.thought.isStreamed ? timeouts.stall : nil
        )
    }

    private func whole(
        _ passage: consuming Egress.Passage,
        _ backend: Backend,
        limits: TransferLimits
    ) async -> Result<Completion, WireError> {
        let format = backend.wire.format
        return switch await egress.send(passage, limits: limits) {
        case .failure(let error): .failure(WireError(FailureClassifier.classify(error)))
        case .success(let reply): Result { () throws(WireError) in try format.decode(reply, from: backend) }
        }
    }

    private func streamed(
        _ passage: consuming Egress.Passage,
        _ backend: Backend,
        limits: TransferLimits,
        run: inout Run,
        onEvent: (ThoughtEvent) async -> Void
    ) async -> Result<Completion, WireError> {
        let format = backend.wire.format
        var firstText: ContinuousClock.Instant?
        let result = await egress.stream(passage, limits: limits) { stream in
            guard stream.status == 200 else {
                return Result<Completion, WireError>.failure(await refusal(stream, format))
            }
            do throws(WireError) {
                return .success(try await read(stream, backend, firstText: &firstText, onEvent: onEvent))
            } catch { return .failure(error) }
        }
        if run.firstToken == nil { run.firstToken = firstText.map { $0 - run.start } }
        switch result {
        case .failure(let error): return .failure(WireError(FailureClassifier.classify(error)))
        case .success(.failure(let error)):
            if firstText != nil { run.brokenStream = error.failure }
            return .failure(error)
        case .success(let completion): return completion
        }
    }

    private func read(
        _ stream: HTTPStream,
        _ backend: Backend,
        firstText: inout ContinuousClock.Instant?,
        onEvent: (ThoughtEvent) async -> Void
    ) async throws(WireError) -> Completion {
        var decoder = backend.wire.format.makeStreamDecoder(for: backend)
        while let bytes = try await next(stream.body) {
            let (text, hasProgressed) = try decoder.feed(bytes)
            if hasProgressed { stream.pace.progressed() }
            guard !text.isEmpty else { continue }
            if firstText == nil { firstText = now() }
            // A client that is slow to take it is no fault of the backend's.
            stream.pace.pause()
            await onEvent(.delta(text))
            stream.pace.progressed()
        }
        let (rest, completion) = try decoder.finish()
        if !rest.isEmpty { await onEvent(.delta(rest)) }
        return completion
    }

    private func next(_ body: HTTPBody) async throws(WireError) -> [UInt8]? {
        do { return try await body.next() } catch { throw WireError(FailureClassifier.classify(error)) }
    }

    /// Reads the body of a refused stream: it is the error, not an answer.
    private func refusal(_ stream: HTTPStream, _ format: any WireFormat) async -> WireError {
        var body: [UInt8] = []
        while body.count < 64 << 10, let bytes = try? await stream.body.next() { body += bytes }
        return format.failure(HTTPReply(status: stream.status, headers: stream.headers, body: body))
    }

    private func answer(
        _ completion: Completion,
        _ call: Call,
        run: Run,
        cost: NanoDollars?,
        ended: ContinuousClock.Instant
    ) -> Answer {
        Answer(
            text: completion.text,
            backend: call.backend.id,
            model: completion.model ?? call.backend.model,
            kind: call.kind,
            finish: completion.finish,
            attempts: run.attempts,
            usage: completion.usage,
            cost: cost,
            duration: ended - run.start,
            firstToken: run.firstToken
        )
    }

    /// 64 random bits: tells the attempts of one thought from another's in the ledger, and is never sent.
    private static func mintID() -> String {
        String(UInt64.random(in: .min ... .max), radix: 16)
    }
}
