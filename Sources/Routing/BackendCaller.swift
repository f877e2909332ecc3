internal import Persona

/// What one attempt is about. A class, as ``Course`` is and for the same reason.
final class BackendCall: Sendable {
    let backend: Backend
    let kind: TaskKind
    let thought: Thought
    /// Whether others could be asked after it.
    let hasRivals: Bool
    /// How many tokens of an answer money is held for: it must not be longer. Nil where none is held.
    let heldTokens: Int?

    init(backend: Backend, kind: TaskKind, thought: Thought, hasRivals: Bool = false, heldTokens: Int? = nil) {
        self.backend = backend
        self.kind = kind
        self.thought = thought
        self.hasRivals = hasRivals
        self.heldTokens = heldTokens
    }

    /// Backends are asked for streams even when the caller wants the answer whole: only a stream tells a slow backend
    /// from a silent one.
    var isStreamed: Bool { thought.isStreamed || backend.isStreamed }

    var options: CallOptions {
        CallOptions(
            kind: kind,
            maxTokens: heldTokens ?? backend.outputLimit(thought.maxTokens),
            isStreamed: isStreamed,
            temperature: thought.temperature,
            stop: thought.stop,
            model: asked
        )
    }

    /// The model that the caller named. A sidecar's model has the name that its server knows, whatever it is called here.
    private var asked: String? { backend.place == nil ? thought.constraints.model : nil }

    /// The model, for the record.
    var model: String { asked ?? backend.model }
}

/// What an attempt came to, before anybody has judged it. Its ledger row waits for ``BackendCaller/settle(_:_:)``.
struct CallEnd: Sendable {
    let result: Result<Completion, WireError>
    let receipt: EgressReceipt
    let began: ContinuousClock.Instant
    let ended: ContinuousClock.Instant
    /// When the first text came, of a stream.
    let firstText: ContinuousClock.Instant?

    var duration: Duration { ended - began }
}

/// Asks one backend once: encode, seal, record, send, decode.
struct BackendCaller: Sendable {
    let egress: Egress
    let now: @Sendable () -> ContinuousClock.Instant
    /// How a request is written for a backend.
    let format: @Sendable (Backend) -> any WireFormat

    /// Asks. What comes back must be settled.
    func ask(
        _ call: BackendCall,
        run: ThoughtRun,
        onEvent: (ThoughtEvent) async -> Void
    ) async throws(RoutingError) -> CallEnd {
        let backend = call.backend
        let began = now()
        let request = format(backend).encode(call.thought.prompt, for: backend, options: call.options)
        let bytesSent = request.body.count
        let passage = try await pass(request, call, run: run)
        let receipt = passage.receipt
        let limits = transferLimits(call, remaining: run.deadline - now())
        var firstText: ContinuousClock.Instant?
        let result =
            if call.isStreamed {
                await streamed(passage, call, limits: limits, firstText: &firstText, onEvent: onEvent)
            } else {
                await whole(passage, backend, limits: limits)
            }
        let sent = (bytes: bytesSent, attachments: call.thought.prompt.attachments.count)
        return CallEnd(
            result: believed(result, call, sent),
            receipt: receipt,
            began: began,
            ended: now(),
            firstText: firstText
        )
    }

    /// What a backend says of an answer, as far as it can be true: counts that cannot be are as if they were not said, and
    /// an answer that calls a tool which was not offered is the model's mistake.
    private func believed(
        _ result: Result<Completion, WireError>,
        _ call: BackendCall,
        _ sent: (bytes: Int, attachments: Int)
    ) -> Result<Completion, WireError> {
        let prompt = call.thought.prompt
        switch result {
        case .success(var completion):
            if !completion.usage.isCredible(ofBytes: sent.bytes, attachments: sent.attachments) {
                completion.usage = .missing
                completion.reportedCost = nil
            }
            let isOffered = { (made: ToolCall) in prompt.tools.contains { $0.name == made.name } }
            guard !completion.calls.allSatisfy(isOffered) else { return .success(completion) }
            let size = completion.calls.reduce(completion.text.utf8.count) { $0 + $1.arguments.utf8.count }
            return .failure(
                WireError(.lowQuality, usage: completion.usage.or(.estimated(prompt, answerBytes: size)))
            )
        case .failure(var error):
            if !error.usage.isCredible(ofBytes: sent.bytes, attachments: sent.attachments) {
                error.usage = .estimated(prompt, answerBytes: 0)
            }
            return .failure(error)
        }
    }

    /// Records how it ended.
    func settle(_ end: CallEnd, _ settlement: Settlement) async {
        await egress.settle(end.receipt, settlement)
    }

    @inline(never)
    private func pass(
        _ request: OutgoingRequest,
        _ call: BackendCall,
        run: ThoughtRun
    ) async throws(RoutingError) -> Egress.Passage {
        do {
            return try await egress.pass(request, to: call.backend) { sealed in
                EgressRecord(
                    purpose: call.thought.purpose,
                    backend: call.backend.id,
                    model: call.model,
                    thought: run.id,
                    attempt: run.sent,
                    kind: call.kind,
                    caller: call.thought.caller,
                    isLocal: call.backend.isLocal,
                    standIns: call.thought.standIns,
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
        // A whole reply says nothing until it is there: a silent backend must leave time for another one.
        let most = call.isStreamed || !call.hasRivals ? remaining : remaining / 2
        return TransferLimits(
            connect: min(timeouts.connect, remaining),
            total: min(timeouts.total, most),
            firstToken: call.isStreamed ? timeouts.firstToken : nil,
            stall: call.isStreamed ? timeouts.stall : nil,
            linger: call.isStreamed && call.backend.isBilled ? Self.linger : .zero
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
            Result { () throws(WireError) in try format(backend).decode(reply, from: backend) }
        }
    }

    private func streamed(
        _ passage: consuming Egress.Passage,
        _ call: BackendCall,
        limits: TransferLimits,
        firstText: inout ContinuousClock.Instant?,
        onEvent: (ThoughtEvent) async -> Void
    ) async -> Result<Completion, WireError> {
        var first: ContinuousClock.Instant?
        let result = await egress.stream(passage, limits: limits) { stream in
            guard stream.status == 200 else {
                return Result<Completion, WireError>.failure(await refusal(stream, format(call.backend)))
            }
            do throws(WireError) {
                return .success(try await read(stream, call, firstText: &first, onEvent: onEvent))
            } catch { return .failure(error) }
        }
        firstText = first
        switch result {
        case .failure(let error): return .failure(WireError(FailureClassifier.classify(error)))
        case .success(let completion): return completion
        }
    }

    private func read(
        _ stream: HTTPStream,
        _ call: BackendCall,
        firstText: inout ContinuousClock.Instant?,
        onEvent: (ThoughtEvent) async -> Void
    ) async throws(WireError) -> Completion {
        var decoder = format(call.backend).makeStreamDecoder(for: call.backend)
        var received = 0
        do throws(WireError) {
            var hasFinished = false
            while let bytes = try await next(stream.body, orEnd: hasFinished) {
                let (text, hasProgressed) = try decoder.feed(bytes)
                if hasProgressed && !hasFinished { stream.pace.progressed() }
                if !text.isEmpty {
                    received += text.utf8.count
                    if firstText == nil { firstText = now() }
                    if call.thought.isStreamed && !Task.isCancelled {
                        // A client that is slow to take it is no fault of the backend's. Text behind the end of the
                        // answer buys it no time.
                        if !hasFinished { stream.pace.pause() }
                        await onEvent(.delta(text))
                        if !hasFinished { stream.pace.progressed() }
                    }
                }
                if decoder.hasFinished && !hasFinished {
                    hasFinished = true
                    stream.pace.ends(within: Self.grace)
                }
            }
            let (rest, completion) = try decoder.finish()
            if Task.isCancelled { throw WireError(.cancelled, usage: completion.usage) }
            if !rest.isEmpty {
                if firstText == nil { firstText = now() }
                if call.thought.isStreamed { await onEvent(.delta(rest)) }
            }
            return completion
        } catch {
            var error = error
            // What came before it broke is billed too.
            error.usage = error.usage.or(decoder.usage)
            if received > 0 { error.usage = error.usage.or(.estimated(call.thought.prompt, answerBytes: received)) }
            throw error
        }
    }

    /// How long the counts and the end of the stream may still come when the answer has said that it is finished
    /// (FailoverBench S11).
    private static let grace = Duration.seconds(1)

    /// The next bytes. When the answer has finished, whatever happens to the connection is its end.
    private func next(_ body: HTTPBody, orEnd hasFinished: Bool) async throws(WireError) -> [UInt8]? {
        do { return try await body.next() } catch {
            if hasFinished { return nil }
            throw WireError(FailureClassifier.classify(error))
        }
    }

    /// Reads the body of a refused stream: it is the error, not an answer.
    private func refusal(_ stream: HTTPStream, _ format: any WireFormat) async -> WireError {
        var body: [UInt8] = []
        while body.count < 64 << 10, let bytes = try? await stream.body.next() { body += bytes }
        return format.failure(HTTPReply(status: stream.status, headers: stream.headers, body: body))
    }
}
