internal import Logging
internal import Synchronization

/// Says what is wrong once, again each minute while it lasts, and when it is over: a disk that is full must not be filled with
/// lines about it.
final class FaultLog: Sendable {
    private struct State {
        var reason: String?
        var told: ContinuousClock.Instant?
    }

    private static let silence = Duration.seconds(60)
    private let logger: Logger
    private let fault: String
    private let end: String
    private let state = Mutex(State())
    /// Looked at after each success: nobody locks for it.
    private let lasts = Atomic(false)

    /// - Parameters:
    ///   - fault: said when something fails, with the reason.
    ///   - end: said when it works again.
    init(_ fault: String, end: String, to logger: Logger) {
        self.logger = logger
        self.fault = fault
        self.end = end
    }

    /// It failed.
    func failed(_ reason: String) {
        let mustTell = state.withLock { state in
            let now = ContinuousClock.now
            if state.reason == reason, let told = state.told, now - told < Self.silence { return false }
            state = State(reason: reason, told: now)
            return true
        }
        lasts.store(true, ordering: .relaxed)
        if mustTell { logger.error("\(fault)", metadata: ["reason": "\(reason)"]) }
    }

    /// It worked.
    func worked() {
        guard lasts.load(ordering: .relaxed) else { return }
        lasts.store(false, ordering: .relaxed)
        state.withLock { $0 = State() }
        logger.notice("\(end)")
    }
}
