internal import CCurl
public import Persona
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// All HTTP of the daemon: one thread, one curl multi handle, `async` on top.
///
/// Only the thread touches curl, but for `curl_multi_wakeup`, which may be called from anywhere (7.68 and later): the
/// multi handle lives as long as the loop, so whoever wakes it never meets a freed one. Commands go through the inbox in
/// order. Whoever waits is resumed by ``CurlTransfer/finish(_:)``, the reader of a stream by
/// ``CurlTransfer/deliver(_:)``, and by nobody else.
public final class CurlLoop: Transport {
    private enum Command {
        case add(CurlTransfer)
        case cancel(UInt64)
        /// Nobody wants the text any more, perhaps the counts behind it.
        case linger(UInt64)
    }

    private struct Inbox: ~Copyable {
        var commands: [Command] = []
        var isClosed = false
        var lastID: UInt64 = 0
        var thread: pthread_t?
    }

    /// The multi handle. `@unchecked Sendable`: off the loop's thread it is only woken.
    private struct MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer

        func wake() { curl_multi_wakeup(pointer) }
    }

    private let multi: MultiHandle
    /// Of the connections that the multi handle keeps, and closes when it is cleaned up.
    private let sockets = CurlSockets()

    private let inbox = Mutex(Inbox())

    /// Starts the thread.
    /// - Throws: ``StartFailure`` when curl or the system has no room for it.
    public init() throws {
        guard CurlGlobal.isReady, let pointer = curl_multi_init() else { throw StartFailure() }
        multi = MultiHandle(pointer: pointer)
        // Connections kept for reuse; the default is four times the number of transfers, however few they are.
        _ = ccurl_multi_setopt_long(pointer, CURLMOPT_MAXCONNECTS, 256)
        // The thread owns itself: it lets go when its loop ends, which ``shutdown()`` brings about.
        let me = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let failure = pthread_create(&thread, nil, Self.main, me.toOpaque())
        guard failure == 0 else {
            me.release()
            throw StartFailure()
        }
        inbox.withLock { $0.thread = thread }
    }

    /// libcurl could not be started.
    public struct StartFailure: Error, CustomStringConvertible {
        /// What to do.
        public var description: String { "libcurl cannot start; check memory and the limits of threads and open files" }
    }

    /// The whole reply, whatever its status.
    public func send(_ request: SealedRequest, limits: TransferLimits) async -> Result<HTTPReply, TransportError> {
        let id = mintID()
        return await cancelling(id) { continuation in
            start(CurlTransfer(id: id, request: request, limits: limits, receiver: .whole(continuation)))
        }
    }

    /// The reply's head as soon as it is there, and its body as it comes, for as long as `read` reads it.
    public func stream<Value: Sendable>(
        _ request: SealedRequest,
        limits: TransferLimits,
        read: (HTTPStream) async -> Value
    ) async -> Result<Value, TransportError> {
        let id = mintID()
        let body = HTTPBody()
        let pace = HTTPStream.Pace(firstToken: limits.firstToken, stall: limits.stall, now: .now)
        let head = await cancelling(id) { continuation in
            start(CurlTransfer(id: id, request: request, limits: limits, receiver: .head(continuation, body, pace)))
        }
        switch head {
        case .failure(let error): return .failure(error)
        case .success(let stream):
            let value = await reading(id) { await read(stream) }
            // Whatever the reader left unread is not wanted; a transfer that has ended is not found.
            if !body.hasEnded { post(.cancel(id)) }
            return .success(value)
        }
    }

    /// Waits for what `begin` starts; a cancellation of the task ends the transfer.
    ///
    /// The isolation is captured on purpose: `withTaskCancellationHandler` runs a closure that captures none on the
    /// global executor, which costs two thread switches a request.
    private func cancelling<Value: Sendable>(
        _ id: UInt64,
        isolation: isolated (any Actor)? = #isolation,
        _ begin: (CheckedContinuation<Value, Never>) -> Void
    ) async -> Value {
        await withTaskCancellationHandler {
            _ = isolation
            return await withCheckedContinuation { begin($0) }
        } onCancel: {
            post(.cancel(id))
        }
    }

    /// Runs the reader of a stream; a cancellation of the task ends the transfer, at once or after
    /// ``TransferLimits/linger``, and with it the body.
    private func reading<Value: Sendable>(
        _ id: UInt64,
        isolation: isolated (any Actor)? = #isolation,
        _ read: () async -> Value
    ) async -> Value {
        await withTaskCancellationHandler {
            _ = isolation
            return await read()
        } onCancel: {
            post(.linger(id))
        }
    }

    /// Ends every transfer with ``TransportError/closed``, then the thread; returns when it is gone.
    public func shutdown() {
        let thread = inbox.withLock { inbox in
            inbox.isClosed = true
            let thread = inbox.thread
            inbox.thread = nil
            return thread
        }
        multi.wake()
        if let thread { pthread_join(thread, nil) }
    }

    // MARK: The inbox

    private func mintID() -> UInt64 {
        inbox.withLock { inbox in
            inbox.lastID += 1
            return inbox.lastID
        }
    }

    /// Posts the transfer. A cancellation that came before the inbox knew the transfer found nothing to cancel there,
    /// so it is looked for once more behind the post: whichever comes later finds the other.
    private func start(_ transfer: CurlTransfer) {
        guard post(.add(transfer)) else { return transfer.finish(.closed) }
        if Task.isCancelled { post(.cancel(transfer.id)) }
    }

    /// Hands a command to the thread; false when it takes no more.
    @discardableResult
    private func post(_ command: Command) -> Bool {
        let (isOpen, isFirst) = inbox.withLock { inbox in
            guard !inbox.isClosed else { return (false, false) }
            inbox.commands.append(command)
            return (true, inbox.commands.count == 1)
        }
        // One wake-up serves all commands until the thread takes them. Not under the lock: the thread would wake up
        // only to wait for it.
        if isFirst { multi.wake() }
        return isOpen
    }

    deinit { curl_multi_cleanup(multi.pointer) }

    // MARK: The thread

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { me in
        guard let me else { return nil }
        ccurl_name_thread("curl")
        let loop = Unmanaged<CurlLoop>.fromOpaque(me).takeRetainedValue()
        loop.run()
        return nil
    }

    private func run() {
        var state = LoopState(multi: multi.pointer, sockets: sockets)
        while true {
            let (commands, isClosed) = inbox.withLock { inbox in
                let commands = inbox.commands
                inbox.commands.removeAll(keepingCapacity: true)
                return (commands, inbox.isClosed)
            }
            for command in commands {
                switch command {
                case .add(let transfer): state.add(transfer)
                case .cancel(let id): state.end(id, .cancelled)
                case .linger(let id): state.linger(id, from: .now)
                }
            }
            if isClosed { break }
            state.perform()
            state.endExpired(at: .now)
            state.wait()
        }
        state.close()
    }
}

/// What only the loop's thread touches.
private struct LoopState: ~Copyable {
    private let multi: UnsafeMutableRawPointer
    private let sockets: CurlSockets
    private var transfers: [UInt64: CurlTransfer] = [:]
    private var identifiers: [UnsafeMutableRawPointer: UInt64] = [:]
    /// Each has carried a request with a body, and will carry such ones only: what is not said anew stays as it was said.
    private var idleHandles: [UnsafeMutableRawPointer] = []
    private let arrivals = CurlArrivals()
    private var nextCheck = ContinuousClock.now

    /// How many easy handles are kept for reuse.
    private static let maxIdleHandles = 128
    /// How often the limits for tokens are looked at: this is how late a stall may be noticed.
    private static let checkInterval = Duration.milliseconds(20)

    init(multi: UnsafeMutableRawPointer, sockets: CurlSockets) {
        self.multi = multi
        self.sockets = sockets
    }

    mutating func add(_ transfer: CurlTransfer) {
        let used = transfer.hasBody ? idleHandles.popLast() : nil
        guard let handle = used ?? makeHandle() else {
            return transfer.finish(.curl(CURLE_FAILED_INIT.rawValue))
        }
        transfer.configure(handle, arrivals, sockets)
        guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
            // In this order: what is told of the end asks the handle for its status.
            transfer.finish(.curl(CURLE_FAILED_INIT.rawValue))
            return curl_easy_cleanup(handle)
        }
        transfers[transfer.id] = transfer
        identifiers[handle] = transfer.id
    }

    mutating func perform() {
        var running: Int32 = 0
        _ = curl_multi_perform(multi, &running)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let id = identifiers[handle]
            else { continue }
            // Read before the handle is removed: that frees the message.
            let code = ccurl_message_result(message)
            end(id, transfers[id]?.meaning(of: code))
        }
        // Behind the ends: whoever has all of it is told once.
        arrivals.deliver()
    }

    private func makeHandle() -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        CurlTransfer.prepare(handle, sockets)
        return handle
    }

    /// Ends a transfer; an unknown one has ended already.
    mutating func end(_ id: UInt64, _ failure: TransportError?) {
        guard let transfer = transfers.removeValue(forKey: id), let handle = transfer.handle else { return }
        identifiers[handle] = nil
        _ = curl_multi_remove_handle(multi, handle)
        transfer.finish(failure)
        if transfer.hasBody, failure == nil, idleHandles.count < Self.maxIdleHandles {
            idleHandles.append(handle)
        } else {
            curl_easy_cleanup(handle)
        }
    }

    /// Ends a transfer soon, or at once when it is not to linger.
    mutating func linger(_ id: UInt64, from now: ContinuousClock.Instant) {
        guard let transfer = transfers[id] else { return }
        if !transfer.linger(from: now) { end(id, .cancelled) }
    }

    /// Ends the streams that have been silent for too long.
    mutating func endExpired(at now: ContinuousClock.Instant) {
        guard now >= nextCheck else { return }
        nextCheck = now + Self.checkInterval
        for (id, transfer) in transfers {
            if let failure = transfer.expired(at: now) { end(id, failure) }
        }
    }

    /// Sleeps until a socket, a timer of curl's or the inbox has something.
    func wait() {
        // What curl wants to do at once needs no question to the system before.
        var pause = 0
        guard curl_multi_timeout(multi, &pause) != CURLM_OK || pause != 0 else { return }
        _ = curl_multi_poll(multi, nil, 0, transfers.isEmpty ? 1_000 : 20, nil)
    }

    mutating func close() {
        for id in Array(transfers.keys) { end(id, .closed) }
        for handle in idleHandles { curl_easy_cleanup(handle) }
        idleHandles = []
    }
}
