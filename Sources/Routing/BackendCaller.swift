internal import Persona

/// What one attempt is about.
struct BackendCall: Sendable {
    let backend: Backend
    let kind: TaskKind
    let thought: Thought

    /// Backends are asked for streams even when the caller wants the answer whole: only a stream tells a slow backend
    /// from a silent one.
    var isStreamed: Bool { thought.isStreamed || backend.isStreamed }

    var options: CallOptions {
        CallOptions(
            kind: kind,
            maxTokens: thought.maxTokens ?? backend.maxOutput,
            isStreamed: isStreamed,
            temperature: thought.temperature,
            stop: thought.stop
        )
    }
}

/// What an attempt came to.
enum CallEnd: Sendable {
    case answered(Answer)
    case failed(FailureClass, retryAfter: Duration?)
}

/// Asks one backend once: encode, seal, record, send, decode, settle.
struct BackendCaller: Sendable {
    let egress: Egress
    let board: HealthBoard
    let now: @Sendable () -> ContinuousClock.Instant

    /// Asks. Permit and ledger row are settled on every path.
    func ask(
        _ call: BackendCall,
        run: inout ThoughtRun,
        permit: consuming BreakerPermit,
        onEvent: (ThoughtEvent) async -> Void
    ) async throws(RoutingError) -> CallEnd {
        let backend = call.backend
        let began = now()
        let request = backend.wire.format.encode(call.thought.prompt, for: backend, options: call.options)
        let passage = try await pass(request, call, run: run)
        let receipt = passage.receipt
        let limits = transferLimits(call, remaining: run.deadline - now())
        let result: Result<Completion, WireError>
        if call.isStreamed {
            result = await streamed(passage, call, limits: limits, run: &run, onEvent: onEvent)
        } else {
            result = await whole(passage, backend, limits: limits)
        }
        let ended = now()
        switch result {
        case .success(let completion):
            let cost = completion.reportedCost ?? backend.prices.flatMap { $0.cost(of: completion.usage) }
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
            return .answered(Answer(completion, call, run: run, cost: cost, ended: ended))
        case .failure(let error):
            let failure = error.failure
            run.attempts.append(Attempt(backend: backend.id, outcome: .failed(failure), duration: ended - began))
            // What is left of the chain's time may be too little for anybody: that is no fault of this backend's.
            let isOurs = ended >= run.deadline && [.timeoutTotal, .timeoutConnect].contains(failure)
            permit.finish(isOurs ? .unsaid : .failed(failure, retryAfter: error.retryAfter), at: ended)
            await egress.settle(
                receipt,
                Settlement(
                    outcome: .failed(failure),
                    duration: ended - began,
                    model: nil,
                    usage: error.usage,
                    cost: backend.prices.flatMap { $0.cost(of: error.usage) }
                )
            )
            return .failed(failure, retryAfter: error.retryAfter)
        }
    }

    private func pass(
        _ request: OutgoingRequest,
        _ call: BackendCall,
        run: ThoughtRun
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

    private func transferLimits(_ call: BackendCall, remaining: Duration) -> TransferLimits {
        let timeouts = call.backend.timeouts
        // A limit of nothing would mean none to libcurl.
        let remaining = max(remaining, .milliseconds(1))
        return TransferLimits(
            connect: min(timeouts.connect, remaining),
            total: min(timeouts.total, remaining),
            firstToken: call.isStreamed ? timeouts.firstToken : nil,
            stall: call.isStreamed ? timeouts.stall : nil,
            linger: call.backend.isBilled ? Self.linger : .zero
        )
    }

    /// How long a billed answer that nobody wants any more may still come, for the counts at its end. Not longer: every
    /// further token costs (litellm #36008).
    private static let linger = Duration.milliseconds(500)

    private func whole(
        _ passage: consuming Egress.Passage,
        _ backend: Backend,
        limits: TransferLimits
    ) async -> Result<Completion, WireError> {
        switch await egress.send(passage, limits: limits) {
        case .failure(let error): .failure(WireError(FailureClassifier.classify(error)))
        case .success(let reply):
            Result { () throws(WireError) in try backend.wire.format.decode(reply, from: backend) }
        }
    }

    private func streamed(
        _ passage: consuming Egress.Passage,
        _ call: BackendCall,
        limits: TransferLimits,
        run: inout ThoughtRun,
        onEvent: (ThoughtEvent) async -> Void
    ) async -> Result<Completion, WireError> {
        var firstText: ContinuousClock.Instant?
        let result = await egress.stream(passage, limits: limits) { stream in
            guard stream.status == 200 else {
                return Result<Completion, WireError>.failure(await refusal(stream, call.backend.wire.format))
            }
            do throws(WireError) {
                return .success(try await read(stream, call, firstText: &firstText, onEvent: onEvent))
            } catch { return .failure(error) }
        }
        if run.firstToken == nil { run.firstToken = firstText.map { $0 - run.start } }
        switch result {
        case .failure(let error): return .failure(WireError(FailureClassifier.classify(error)))
        case .success(.failure(let error)):
            if firstText != nil && call.thought.isStreamed { run.broken = error.failure }
            return .failure(error)
        case .success(let completion): return completion
        }
    }

    private func read(
        _ stream: HTTPStream,
        _ call: BackendCall,
        firstText: inout ContinuousClock.Instant?,
        onEvent: (ThoughtEvent) async -> Void
    ) async throws(WireError) -> Completion {
        var decoder = call.backend.wire.format.makeStreamDecoder(for: call.backend)
        do throws(WireError) {
            while let bytes = try await next(stream.body) {
                let (text, hasProgressed) = try decoder.feed(bytes)
                if hasProgressed { stream.pace.progressed() }
                guard !text.isEmpty else { continue }
                if firstText == nil { firstText = now() }
                guard call.thought.isStreamed, !Task.isCancelled else { continue }
                // A client that is slow to take it is no fault of the backend's.
                stream.pace.pause()
                await onEvent(.delta(text))
                stream.pace.progressed()
            }
            let (rest, completion) = try decoder.finish()
            if Task.isCancelled { throw WireError(.cancelled, usage: completion.usage) }
            if !rest.isEmpty && call.thought.isStreamed { await onEvent(.delta(rest)) }
            return completion
        } catch {
            // What was counted before it broke is billed too.
            throw WireError(error.failure, retryAfter: error.retryAfter, usage: error.usage.or(decoder.usage))
        }
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
}

extension Answer {
    fileprivate init(
        _ completion: Completion,
        _ call: BackendCall,
        run: ThoughtRun,
        cost: NanoDollars?,
        ended: ContinuousClock.Instant
    ) {
        self.init(
            text: completion.text,
            calls: completion.calls,
            backend: call.backend.id,
            model: completion.model ?? call.backend.model,
            kind: call.kind,
            finish: completion.finish,
            attempts: run.attempts,
            usage: completion.usage,
            cost: cost,
            duration: ended - run.start,
            firstToken: run.firstToken,
            thought: run.id
        )
    }
}
