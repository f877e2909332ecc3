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
    let service: ThoughtService
    let operations: Operations
    let status: ServerStatus
    let limits: Limits
    let logger: Logger
    private var outbox = Outbox()
    private var inFlight: [RequestID: Task<Void, Never>?] = [:]
    var subscriptions = Subscriptions()
    private var lastLine = ContinuousClock.now
    private var blockedSince: ContinuousClock.Instant?
    private var isFlushScheduled = false
    /// No more lines will come, or none may.
    private var hasEnded = false
    private var isDraining = false
    private(set) var isAborting = false
    private var isClosing = false
    /// Whether the client is of the daemon's own user, who may read what was held back.
    private(set) var isOwner = false
    /// The client's user.
    private(set) var user: UInt32?

    nonisolated let unownedExecutor: UnownedSerialExecutor
    /// Where its thoughts go on when the ledger or a backend has answered.
    let executor: LoopExecutor

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
        // Whatever runs on the event loop must have ended before it.
        await watching.value
    }

    /// Takes no new requests; closes when those in flight are done. To be called before ``run(isOwner:user:)`` has returned.
    nonisolated func drain() {
        channel.eventLoop.execute { self.assumeIsolated { $0.beginDraining() } }
    }

    /// Takes no new requests, and cancels those in flight; closes when they have been answered so. To be called before
    /// ``run(isOwner:user:)`` has returned.
    nonisolated func abort() {
        channel.eventLoop.execute { self.assumeIsolated { $0.beginAborting() } }
    }

    private func beginDraining() {
        isDraining = true
        closeWhenDone()
    }

    private func beginAborting() {
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
        case .success where inFlight[id] != nil:
            queue(ServerMessage.error(id, BridgeError(.invalidRequest, .init(field: "id"))))
        case .success where isDraining: queue(ServerMessage.error(id, BridgeError(.shuttingDown)))
        case .success(let request): perform(request, id)
        }
    }

    // MARK: Work

    /// Starts work at once, on this thread; it is in flight until it ends.
    /// - Parameter executor: where it goes on after it has waited. A report's work is none for the event loop.
    func start(_ id: RequestID, on executor: LoopExecutor? = nil, _ work: @escaping () async -> Void) {
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
    func cancel(_ id: RequestID) -> Bool {
        guard let task = inFlight[id] else { return false }
        task?.cancel()
        return true
    }

    /// Cancels what is in flight, and waits for its end.
    private func endWork() async {
        let tasks = inFlight.values.compactMap(\.self)
        for task in tasks { task.cancel() }
        for task in subscriptions.end() + tasks { await task.value }
    }

    // MARK: Writing

    /// Adds a line; it leaves with everything else that this turn of the event loop adds.
    func queue(_ line: [UInt8]) {
        outbox.add(line)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        channel.eventLoop.assumeIsolated().execute { self.assumeIsolated { $0.flush() } }
    }

    /// Adds a line, and waits while the client is too far behind.
    func send(_ line: [UInt8]) async {
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
