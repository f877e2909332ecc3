internal import ServiceLifecycle
internal import Synchronization

/// That something is open which others wait for; once.
final class Opening: Sendable {
    private let state: Mutex<(isOpen: Bool, waiting: [AsyncStream<Never>.Continuation])>

    init(isOpen: Bool = false) {
        state = Mutex((isOpen, []))
    }

    /// Lets go on who waits.
    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Returns when it is open, or when the daemon is to end before.
    func wait() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        let isOpen = state.withLock { state in
            if !state.isOpen { state.waiting.append(continuation) }
            return state.isOpen
        }
        if isOpen { return }
        await cancelWhenGracefulShutdown { for await _ in stream {} }
    }
}

/// A service that begins when something is open: who can ask a thought may have it thought by a model of the daemon's own
/// sidecar.
struct Awaiting<Base: Service & CustomStringConvertible>: Service, CustomStringConvertible {
    let base: Base
    let opening: Opening

    var description: String { base.description }

    func run() async throws {
        await opening.wait()
        try await base.run()
    }
}
