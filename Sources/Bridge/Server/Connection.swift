internal import Foundation
internal import Logging
internal import NIOCore
internal import Persona
internal import Routing

/// One client: carries out its requests side by side, and sends the answers as they are ready.
///
/// The actor's executor is the channel's event loop: reading, deciding and writing happen on one thread, and a `route`
/// is read, decided and answered within one call. Only the ledger and the transport work elsewhere.
actor Connection {
    /// What a connection may do.
    struct Limits: Sendable {
        var maxInFlight: Int
        var idleTimeout: Duration
        var writeTimeout: Duration
    }

    nonisolated let channel: any Channel
    private let service: ThoughtService
    private let operations: Operations
    private let status: ServerStatus
    private let limits: Limits
    private let logger: Logger
    private var outbox = Outbox()
    private var inFlight: [RequestID: Task<Void, Never>?] = [:]
    private var subscriptions: [ServerEvent: Task<Void, Never>] = [:]
    private var lastLine = ContinuousClock.now
    private var blockedSince: ContinuousClock.Instant?
    private var isFlushScheduled = false
    /// No more lines will come, or none may.
    private var hasEnded = false
    private var isDraining = false
    private var isAborting = false
    private var isClosing = false
    /// Whether the client is of the daemon's own user, who may read what was held back.
    private var isOwner = false
    /// The client's user.
    private var user: UInt32?

    nonisolated let unownedExecutor: UnownedSerialExecutor
    /// Where its thoughts go on when the ledger or a backend has answered.
    private let executor: LoopExecutor

    init(
        _ channel: any Channel,
        service: ThoughtService,
        operations: Operations,
        status: ServerStatus,
        limits: Limits,
        logger: Logger
    ) {
        self.channel = channel
        self.service = service
        self.operations = operations
        self.status = status
        self.limits = limits
        self.logger = logger
        unownedExecutor = channel.eventLoop.executor.asUnownedSerialExecutor()
        executor = LoopExecutor(channel.eventLoop, for: unownedExecutor)
    }

    /// Serves the client until it has left and its work has ended.
    /// - Parameters:
    ///   - isOwner: whether it is of the daemon's own user.
    ///   - user: of which user it is.
    func run(isOwner: Bool, user: UInt32?) async {
        self.isOwner = isOwner
        self.user = user
        let watching = Task { await self.watch() }
        channel.setOption(.autoRead, value: true).whenFailure { _ in }
        // However it is closed, that is the end; there is nothing to be done about an error.
        try? await channel.closeFuture.get()
        watching.cancel()
        outbox.close()
        await endWork()
        // Whoever is still on the way to this event loop finds none when the daemon ends.
        await watching.value
    }

    /// Takes no new requests; closes when those in flight are done.
    func drain() {
        isDraining = true
        closeWhenDone()
    }

    /// Takes no new requests, and cancels those in flight; closes when they have been answered so.
    func abort() {
        isDraining = true
        isAborting = true
        for case .some(let task) in inFlight.values { task.cancel() }
        closeWhenDone()
        // A client that does not read must not hold up the end.
        channel.eventLoop.scheduleTask(in: .milliseconds(500)) { [channel] in channel.close(promise: nil) }
    }

    // MARK: What the channel says, on its event loop

    /// Takes the lines of one read; their answers leave in one write.
    func received(_ batch: LineBatcher.Batch) {
        guard !hasEnded else { return }
        lastLine = .now
        for line in batch.lines { take(line) }
        if batch.tooLong {
            queue(ServerMessage.error(nil, BridgeError(.lineTooLong, .init(limit: LineBatcher.maxLine))))
            hasEnded = true
            for case .some(let task) in inFlight.values { task.cancel() }
        }
        flush()
        closeWhenDone()
    }

    /// The client has sent its last line; what it asked for is still answered.
    func inputEnded() {
        hasEnded = true
        closeWhenDone()
    }

    /// The client reads again, or has stopped reading.
    func writabilityChanged() {
        flush()
        closeWhenDone()
    }

    // MARK: Requests

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
            queue(ServerMessage.cancelled(id, isCancelled))
        case .health: queue(status.health(id, service))
        case .subscribe(let events): subscribe(events, id)
        case .unsubscribe(let events): unsubscribe(events, id)
        case .route(let params): start(id, on: executor) { await self.route(id, params) }
        case .think(let params): start(id, on: executor) { await self.think(id, params) }
        case .costs: report(id) { ServerMessage.costs(id, try await self.service.costs()) }
        case .audit: report(id) { ServerMessage.audit(id, try await self.service.ledger.audit()) }
        case .rate(let params): report(id) { try await self.service.rate(id, params) }
        case .models(let isFresh):
            start(id) { self.queue(ServerMessage.models(id, await self.operations.catalogue.list(isFresh: isFresh))) }
        case .names(let names):
            start(id) { self.queue(ServerMessage.names(id, await self.operations.roster.learn(names))) }
        case .leaks(let request):
            guard isOwner else { return queue(ServerMessage.error(id, BridgeError(.notPermitted))) }
            operate(id) { () throws(BridgeError) in try await self.service.leaks(id, request) }
        case .backends(let request):
            operate(id) { () throws(BridgeError) in
                ServerMessage.backends(id, try await self.operations.backends(request))
            }
        case .reload:
            operate(id) { () throws(BridgeError) in ServerMessage.reloaded(id, try await self.operations.reload()) }
        case .learning(let request):
            operate(id) { () throws(BridgeError) in try await self.service.learning.answer(id, request) }
        case .batch(let params):
            operate(id) { () throws(BridgeError) in
                ServerMessage.batch(id, try await self.service.batch(params))
            }
        case .forget(let params):
            operate(id) { () throws(BridgeError) in
                let turns = try await self.service.forget(params)
                try await self.operations.forgetJobs(params, self.service)
                return ServerMessage.forgotten(id, turns: turns)
            }
        case .journal(let params):
            operate(id) { () throws(BridgeError) in
                let (entries, say) = try await self.service.journal(params)
                return ServerMessage.journal(id, entries, say: say)
            }
        case .jobs(let request):
            let peer = JobPeer(user: user, isOwner: isOwner)
            report(id) { try await self.operations.jobs.answer(id, request, from: peer) }
        case .compare(let params):
            operate(id) { () throws(BridgeError) in
                let report = try await self.operations.comparer.compare(params) { cell in
                    await self.send(ServerMessage.comparisonAnswer(id, cell))
                }
                return ServerMessage.compared(id, report, await report.summary())
            }
        case .migrate(let request):
            operate(id) { () throws(BridgeError) in try await self.operations.migrations.perform(request, id) }
        }
    }

    // MARK: Work

    /// Starts work at once, on this thread; it is in flight until it ends.
    /// - Parameter executor: where it goes on after it has waited. A report's work is none for the event loop.
    private func start(_ id: RequestID, on executor: LoopExecutor? = nil, _ work: @escaping () async -> Void) {
        guard inFlight.count < limits.maxInFlight else {
            let details = BridgeError.Details(limit: limits.maxInFlight)
            return queue(ServerMessage.error(id, BridgeError(.tooManyInFlight, details)))
        }
        inFlight[id] = .some(nil)
        status.began()
        let task = Task.immediate(executorPreference: executor) {
            await work()
            self.ended(id)
        }
        // Work that never waited is over by now.
        if inFlight[id] != nil { inFlight[id] = task }
    }

    private func ended(_ id: RequestID) {
        status.ended()
        inFlight[id] = nil
        closeWhenDone()
    }

    @discardableResult
    private func cancel(_ id: RequestID) -> Bool {
        guard let task = inFlight[id] else { return false }
        task?.cancel()
        return true
    }

    private func route(_ id: RequestID, _ params: ThoughtParams) async {
        do { queue(ServerMessage.route(id, try await service.route(params))) } catch {
            queue(ServerMessage.error(id, error))
        }
    }

    private func think(_ id: RequestID, _ params: ThoughtParams) async {
        do {
            let reply = try await service.think(params) { event in
                switch event {
                case .delta(let sequence, let text):
                    await send(ServerMessage.delta(id, sequence: sequence, text: text))
                case .restarted(let backend, let failure):
                    await send(ServerMessage.restarted(id, backend: backend, reason: failure))
                // Who goes on says so with its restart; nobody does, with the error.
                case .brokeOff: break
                case .switching(let notice): await send(ServerMessage.switching(id, notice))
                }
            }
            queue(ServerMessage.think(id, reply))
        } catch {
            // Nobody but the daemon cancels while it aborts.
            let isOurs = isAborting && error.code == .cancelled
            queue(ServerMessage.error(id, isOurs ? BridgeError(.shuttingDown) : error))
        }
    }

    private func report(_ id: RequestID, _ work: @escaping () async throws -> [UInt8]) {
        start(id) {
            do { self.queue(try await work()) } catch is CancellationError {
                self.queue(ServerMessage.error(id, BridgeError(.cancelled)))
            } catch let error as BridgeError {
                self.queue(ServerMessage.error(id, error))
            } catch {
                self.logger.error("the ledger cannot be read", metadata: ["reason": "\(type(of: error))"])
                self.queue(ServerMessage.error(id, BridgeError(.ledgerUnavailable)))
            }
        }
    }

    private func operate(_ id: RequestID, _ work: @escaping () async throws(BridgeError) -> [UInt8]) {
        start(id) {
            do throws(BridgeError) { self.queue(try await work()) } catch {
                self.queue(ServerMessage.error(id, error))
            }
        }
    }

    /// Cancels what is in flight and what is listened to, and waits for the end of all of it.
    private func endWork() async {
        let tasks = inFlight.values.compactMap(\.self) + subscriptions.values
        subscriptions = [:]
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    // MARK: Events

    private func subscribe(_ events: [ServerEvent], _ id: RequestID) {
        for event in events where subscriptions[event] == nil { subscriptions[event] = hear(event) }
        tellSubscriptions(id)
    }

    private func unsubscribe(_ events: [ServerEvent], _ id: RequestID) {
        for event in events { subscriptions.removeValue(forKey: event)?.cancel() }
        tellSubscriptions(id)
    }

    private func tellSubscriptions(_ id: RequestID) {
        queue(ServerMessage.subscribed(id, to: ServerEvent.allCases.filter { subscriptions[$0] != nil }))
    }

    /// Hands on what happens from now on, until it is cancelled.
    private func hear(_ event: ServerEvent) -> Task<Void, Never> {
        switch event {
        case .healthChanged:
            let (changes, models) = (service.board.changes(), service.switching.changes())
            return Task {
                async let switched: Void = self.hearModels(models)
                for await backend in changes { await self.tell(of: backend) }
                await switched
            }
        case .budgetAlert:
            let alerts = service.budgets.alerts()
            return Task { for await alert in alerts { await self.send(ServerMessage.alert(alert)) } }
        case .modelSwitching:
            let changes = service.switching.changes()
            return Task { for await lamp in changes { await self.send(ServerMessage.switching(lamp)) } }
        }
    }

    /// A lamp says of a backend whose model is loaded on demand whether it is.
    private func hearModels(_ changes: AsyncStream<SwitchLamp>) async {
        for await lamp in changes {
            for backend in service.registry.backends where backend.place?.sidecar == lamp.sidecar {
                await tell(of: backend.id)
            }
        }
    }

    private func tell(of backend: BackendID) async {
        guard let line = status.change(of: backend, service) else { return }
        await send(line)
    }

    // MARK: Writing

    /// Adds a line; it leaves with everything else that this turn of the event loop adds.
    private func queue(_ line: [UInt8]) {
        outbox.add(line)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        channel.eventLoop.assumeIsolated().execute { self.assumeIsolated { $0.flush() } }
    }

    /// Adds a line, and waits while the client is too far behind.
    private func send(_ line: [UInt8]) async {
        queue(line)
        while outbox.isFull && !outbox.isClosed { await withCheckedContinuation { outbox.wait($0) } }
    }

    /// Writes what waits, unless the client does not read: then nothing is read from it either, until it does.
    private func flush() {
        isFlushScheduled = false
        guard !outbox.isClosed else { return }
        guard channel.isWritable else {
            return holdUp()
        }
        if blockedSince != nil && !isClosing {
            blockedSince = nil
            channel.setOption(.autoRead, value: true).whenFailure { _ in }
        }
        // In slices: a slow client that reads makes it writable again and again, one that does not never does.
        while channel.isWritable, let lines = outbox.take(atMost: Self.slice) {
            channel.writeAndFlush(lines, promise: nil)
        }
        if !outbox.isEmpty { holdUp() }
    }

    /// How much is handed to the channel at once.
    private static let slice = 256 << 10

    /// The client is behind: nothing more is read from it until it has caught up.
    private func holdUp() {
        guard blockedSince == nil else { return }
        blockedSince = .now
        channel.setOption(.autoRead, value: false).whenFailure { _ in }
    }

    /// Closes the connection behind the last answer, when no more can come.
    private func closeWhenDone() {
        guard hasEnded || isDraining, inFlight.isEmpty, !isClosing else { return }
        hasEnded = true
        flush()
        guard outbox.isEmpty else { return }
        isClosing = true
        blockedSince = .now
        // A close drops what the socket has not taken yet; an empty write is done when all before it is.
        let channel = channel
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in channel.close(promise: nil) }
    }

    /// Closes the connection when its client has stopped reading, or has been idle for too long.
    private func watch() async {
        let hasIdle = limits.idleTimeout > .zero
        let interval = (hasIdle ? min(limits.idleTimeout, limits.writeTimeout) : limits.writeTimeout) / 4
        while !Task.isCancelled {
            do { try await Task.sleep(for: max(interval, .milliseconds(10))) } catch { return }
            let now = ContinuousClock.now
            let isStuck = blockedSince.map { now - $0 > limits.writeTimeout } ?? false
            let isIdle = hasIdle && inFlight.isEmpty && now - lastLine > limits.idleTimeout
            if isStuck || isIdle {
                logger.info("closing a connection", metadata: ["reason": isStuck ? "it does not read" : "it is idle"])
                channel.close(promise: nil)
                return
            }
            closeWhenDone()
        }
    }
}
