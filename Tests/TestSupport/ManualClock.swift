internal import Synchronization

/// A clock that stands still until it is moved.
public final class ManualClock: Sendable {
    private let instant: Mutex<ContinuousClock.Instant>

    /// A clock that stands at some instant.
    public init(at instant: ContinuousClock.Instant = .now) {
        self.instant = Mutex(instant)
    }

    /// What it shows.
    public var now: ContinuousClock.Instant { instant.withLock { $0 } }

    /// Moves it on.
    public func advance(by duration: Duration) {
        instant.withLock { $0 += duration }
    }
}
