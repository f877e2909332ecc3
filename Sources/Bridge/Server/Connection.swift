internal import Foundation
internal import Logging
internal import NIOCore
internal import Routing

/// One client: reads its requests, carries them out side by side, and sends the answers as they are ready.
///
/// The actor's executor is the channel's event loop, so reading, deciding and writing happen on one thread without a
/// hop; only the ledger and the transport work elsewhere.
actor Connection {
    /// What a connection may do.
    struct Limits: Sendable {
        var maxInFlight: Int
        var idleTimeout: Duration
        var writeTimeout: Duration
    }

    private let channel: NIOAsyncChannel<LineBatcher.Batch, ByteBuffer>
    private let service: ThoughtService
    private let status: ServerStatus
    private let limits: Limits
    private let logger: Logger
    private let writable: AsyncStream<Void>
    private let wakeWriter: AsyncStream<Void>.Continuation
    private var outbox = Outbox()
    private var inFlight: [RequestID: Task<Void, Never>?] = [:]
    private var subscription: Task<Void, Never>?
    private var lastLine = ContinuousClock.now
    private var writeBegan: ContinuousClock.Instant?
    private var isDraining = false

    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(
        _ channel: NIOAsyncChannel<LineBatcher.Batch, ByteBuffer>,
        service: ThoughtService,
        status: ServerStatus,
        limits: Limits,
        logger: Logger
    ) {
        self.channel = channel
        self.service = service
        self.status = status
        self.limits = limits
        self.logger = logger
        unownedExecutor = channel.channel.eventLoop.executor.asUnownedSerialExecutor()
        (writable, wakeWriter) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Serves the client until it leaves, breaks a rule, or the task is cancelled.
    func run() async {
        do {
            try await channel.executeThenClose { inbound, outbound in
                let writing = Task.immediate { await self.write(outbound) }
                let watching = Task { await self.watch() }
                await withTaskCancellationHandler {
                    await self.read(inbound)
                } onCancel: {
                    // Cancelled by the server's end: reading stops, the rest is cleaned up below.
                    self.channel.channel.close(mode: .input, promise: nil)
                }
                await self.endWork()
                watching.cancel()
                wakeWriter.finish()
                await writing.value
            }
        } catch {
            // A connection that breaks is an everyday event, and nothing of the daemon's.
            logger.debug("connection ended", metadata: ["reason": "\(type(of: error))"])
        }
        await endWork()
        outbox.close()
    }

    /// Takes no new requests; closes when those in flight are done.
    func drain() {
        isDraining = true
        if inFlight.isEmpty { channel.channel.close(mode: .input, promise: nil) }
    }

    // MARK: Reading

    private func read(_ inbound: NIOAsyncChannelInboundStream<LineBatcher.Batch>) async {
        do {
            for try await batch in inbound {
                lastLine = .now
                for line in batch.lines { take(line) }
                if batch.tooLong {
                    queue(ServerMessage.error(nil, BridgeError(.lineTooLong, .init(limit: LineBatcher.maxLine))))
                    return
                }
                while outbox.isFull && !outbox.isClosed { await withCheckedContinuation { outbox.wait($0) } }
            }
            // The client has sent its last line; what it asked for is still answered.
            while !inFlight.isEmpty {
                let first = inFlight.values.lazy.compactMap(\.self).first
                guard let first else { return }
                await first.value
            }
        } catch {
            logger.debug("reading ended", metadata: ["reason": "\(type(of: error))"])
        }
    }

    private func take(_ line: ByteBuffer) {
        let message = ClientMessage.read(line)
        guard let id = message.id else {
            if case .success(.cancel(let target)) = message.request { cancel(target) }
            // A line without an id asks for no answer, unless it is so broken that it could not have one.
            if case .failure(let error) = message.request, [.parseError, .invalidRequest].contains(error.code) {
                queue(ServerMessage.error(nil, error))
            }
            return
        }
        switch message.request {
        case .failure(let error): queue(ServerMessage.error(id, error))
        case .success(let request): perform(request, id)
        }
    }

    private func perform(_ request: ClientRequest, _ id: RequestID) {
        guard inFlight[id] == nil else {
            return queue(ServerMessage.error(id, BridgeError(.invalidRequest, .init(field: "id"))))
        }
        if isDraining { return queue(ServerMessage.error(id, BridgeError(.shuttingDown))) }
        switch request {
        case .hello(let version) where version != ServerMessage.protocolVersion:
            let supported = [ServerMessage.protocolVersion]
            queue(ServerMessage.error(id, BridgeError(.protocolUnsupported, .init(supported: supported))))
        case .hello:
            queue(ServerMessage.hello(id, persona: service.defaultPersona, maxInFlight: limits.maxInFlight))
        case .cancel(let target):
            let isCancelled = cancel(target)
            queue(
                ServerMessage.result(id) { json in
                    json.key("cancelled")
                    json.boolean(isCancelled)
                }
            )
        case .health: queue(status.health(id, service))
        case .subscribe(let events): subscribe(events, id)
        case .unsubscribe(let events): unsubscribe(events, id)
        case .route(let params):
            start(id) { await self.reply(id) { () throws(BridgeError) in
                ServerMessage.route(id, try await self.service.route(params))
            } }
        case .think(let params): start(id) { await self.think(id, params) }
        case .costs: start(id) { await self.report(id) { ServerMessage.costs(id, try await self.service.ledger.costs()) } }
        case .audit: start(id) { await self.report(id) { ServerMessage.audit(id, try await self.service.ledger.audit()) } }
        }
    }

    // MARK: Work

    /// Starts work at once, on this thread; it is in flight until it ends.
    private func start(_ id: RequestID, _ work: sending @escaping @isolated(any) () async -> Void) {
        guard inFlight.count < limits.maxInFlight else {
            let details = BridgeError.Details(limit: limits.maxInFlight)
            return queue(ServerMessage.error(id, BridgeError(.tooManyInFlight, details)))
        }
        inFlight[id] = .some(nil)
        status.began()
        let task = Task.immediate {
            await work()
            self.ended(id)
        }
        // Work that never waited is over by now.
        if inFlight[id] != nil { inFlight[id] = task }
    }

    private func ended(_ id: RequestID) {
        status.ended()
        inFlight[id] = nil
        if isDraining && inFlight.isEmpty { channel.channel.close(mode: .input, promise: nil) }
    }

    @discardableResult
    private func cancel(_ id: RequestID) -> Bool {
        guard let task = inFlight[id] else { return false }
        task?.cancel()
        return true
    }

    private func think(_ id: RequestID, _ params: ThoughtParams) async {
        await reply(id) { () throws(BridgeError) in
            let (answer, text) = try await service.think(params) { event in
                switch event {
                case .delta(let sequence, let text):
                    await send(ServerMessage.delta(id, sequence: sequence, text: text))
                case .restarted(let backend, let failure):
                    await send(ServerMessage.restarted(id, backend: backend, reason: failure))
                }
            }
            return ServerMessage.think(id, answer, text: text)
        }
    }

    private func reply(_ id: RequestID, _ work: () async throws(BridgeError) -> [UInt8]) async {
        do { queue(try await work()) } catch { queue(ServerMessage.error(id, error)) }
    }

    private func report(_ id: RequestID, _ work: () async throws -> [UInt8]) async {
        do { queue(try await work()) } catch {
            logger.error("the ledger cannot be read", metadata: ["reason": "\(type(of: error))"])
            queue(ServerMessage.error(id, BridgeError(.ledgerUnavailable)))
        }
    }

    /// Cancels what is in flight, and waits for its end.
    private func endWork() async {
        subscription?.cancel()
        subscription = nil
        let tasks = inFlight.values.compactMap(\.self)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    // MARK: Events

    private func subscribe(_ events: [String], _ id: RequestID) {
        if !events.isEmpty && subscription == nil {
            let changes = service.board.changes()
            subscription = Task {
                for await backend in changes {
                    guard let line = self.status.change(of: backend, self.service) else { continue }
                    await self.send(line)
                }
            }
        }
        queueSubscriptions(id)
    }

    private func unsubscribe(_ events: [String], _ id: RequestID) {
        if !events.isEmpty {
            subscription?.cancel()
            subscription = nil
        }
        queueSubscriptions(id)
    }

    private func queueSubscriptions(_ id: RequestID) {
        let events = subscription == nil ? [] : ["health.changed"]
        queue(
            ServerMessage.result(id) { json in
                json.key("events")
                json.array(events) { $0.string($1) }
            }
        )
    }

    // MARK: Writing

    /// Adds a line, whatever the outbox holds.
    private func queue(_ line: [UInt8]) {
        outbox.add(line)
        wakeWriter.yield()
    }

    /// Adds a line, and waits while the client is too far behind.
    private func send(_ line: [UInt8]) async {
        queue(line)
        while outbox.isFull && !outbox.isClosed { await withCheckedContinuation { outbox.wait($0) } }
    }

    private func write(_ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async {
        for await _ in writable {
            while let lines = outbox.take() {
                writeBegan = .now
                do { try await outbound.write(lines) } catch {
                    outbox.close()
                    return
                }
                writeBegan = nil
            }
        }
    }

    /// Closes the connection when its client has stopped reading, or has been idle for too long.
    private func watch() async {
        while !Task.isCancelled {
            let shortest = limits.idleTimeout > .zero ? min(limits.idleTimeout, limits.writeTimeout) : limits.writeTimeout
            do { try await Task.sleep(for: max(shortest / 4, .milliseconds(10))) } catch { return }
            let now = ContinuousClock.now
            let isStuck = writeBegan.map { now - $0 > limits.writeTimeout } ?? false
            let isIdle = limits.idleTimeout > .zero && inFlight.isEmpty && now - lastLine > limits.idleTimeout
            if isStuck || isIdle {
                logger.info("closing a connection", metadata: ["reason": isStuck ? "it does not read" : "it is idle"])
                channel.channel.close(promise: nil)
                return
            }
        }
    }
}
