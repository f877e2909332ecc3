internal import Synchronization

/// What is known of the health of every backend; short synchronous sections, no waiting.
public final class HealthBoard: Sendable {
    private struct Board {
        /// In the order of the configuration; read in place, since they are large to copy.
        var entries: [HealthEntry] = []
        var positions: [BackendID: Int] = [:]
        /// The first generation of the entry that came last.
        var lastBirth: UInt64 = 0
        var observers: [UInt64: AsyncStream<BackendID>.Continuation] = [:]
        var lastObserver: UInt64 = 0
    }

    private let board: Mutex<Board>

    /// A board on which every enabled backend is unknown.
    public init(_ registry: BackendRegistry, now: ContinuousClock.Instant = .now) {
        board = Mutex(Board())
        adopt(registry, now: now)
    }

    /// Takes over other backends: what is known of those that have stayed the same is kept. Another model is told to the
    /// observers even when the state is the same as before.
    public func adopt(_ registry: BackendRegistry, now: ContinuousClock.Instant = .now) {
        let (switched, observers) = board.withLock { board in
            var entries: [HealthEntry] = []
            var positions: [BackendID: Int] = [:]
            var switched: [BackendID] = []
            for backend in registry.backends where positions[backend.id] == nil {
                positions[backend.id] = entries.count
                if let known = board.positions[backend.id] {
                    let entry = board.entries[known].adopting(backend, now: now)
                    let hasSwitched = board.entries[known].backend.model != backend.model
                    // One whose state is another one is told by the look at all of them below.
                    if hasSwitched, entry.state(at: now) == entry.published { switched.append(backend.id) }
                    entries.append(entry)
                } else {
                    // Far apart: what was asked of a backend that was removed never comes back to its successor.
                    board.lastBirth += 1 << 32
                    entries.append(HealthEntry(backend, birth: board.lastBirth, now: now))
                }
            }
            board.entries = entries
            board.positions = positions
            return (switched, Array(board.observers.values))
        }
        refresh(at: now)
        for observer in observers { for id in switched { observer.yield(id) } }
    }

    /// The lamps, in the order of the configuration.
    public func snapshot(at now: ContinuousClock.Instant = .now) -> [BackendHealth] {
        board.withLock { board in board.entries.indices.map { board.entries[$0].lamp(at: now) } }
    }

    /// The names of backends whose state changes, from now on.
    public func changes() -> AsyncStream<BackendID> {
        let (stream, continuation) = AsyncStream<BackendID>.makeStream(bufferingPolicy: .bufferingNewest(256))
        let observer = board.withLock { board in
            board.lastObserver += 1
            board.observers[board.lastObserver] = continuation
            return board.lastObserver
        }
        continuation.onTermination = { [weak self] _ in
            self?.board.withLock { $0.observers[observer] = nil }
        }
        return stream
    }

    /// Looks at what time alone has changed, such as a rate limit that is over, and tells the observers.
    public func refresh(at now: ContinuousClock.Instant = .now) {
        for id in board.withLock({ $0.entries.map(\.backend.id) }) { update(id, at: now) { _ in } }
    }

    // MARK: Permits

    /// A permit to ask the backend, or why there is none; a backend that has been removed has none.
    /// - Parameter anyway: whether to ask although its breaker says no, because there is no other.
    func permit(for id: BackendID, anyway: Bool = false, at now: ContinuousClock.Instant) -> Permission {
        switch update(id, at: now, { $0.enter(anyway: anyway, at: now) }) {
        case .success(let ticket): .granted(BreakerPermit(board: self, backend: id, ticket: ticket, granted: now))
        case .failure(let refusal): .refused(refusal)
        case nil: .refused(.breakerOpen)
        }
    }

    /// Takes a permit back with what came of it.
    fileprivate func settle(
        _ id: BackendID,
        _ ticket: CircuitBreaker.Ticket,
        _ end: AttemptEnd,
        duration: Duration?,
        now: ContinuousClock.Instant
    ) {
        update(id, at: now) { $0.leave(ticket, end, duration: duration, at: now) }
    }

    /// Takes what a probe found. It may take a backend out, but it does not bring one back by itself: that a list of
    /// models comes does not show that an answer would.
    func probed(
        _ id: BackendID,
        _ ticket: CircuitBreaker.Ticket?,
        _ failure: FailureClass?,
        retryAfter: Duration?,
        latency: Duration,
        at now: ContinuousClock.Instant
    ) {
        update(id, at: now) { $0.probed(ticket, failure, retryAfter: retryAfter, latency: latency, at: now) }
    }

    /// A ticket for a probe; nil while the breaker wants nobody.
    func probeTicket(for id: BackendID, at now: ContinuousClock.Instant) -> CircuitBreaker.Ticket? {
        let ticket: CircuitBreaker.Ticket?? = update(id, at: now) { $0.probeTicket(at: now) }
        return ticket ?? nil
    }

    // MARK: States

    /// Changes an entry, and tells the observers when its state is another one afterwards.
    @discardableResult
    private func update<Value>(
        _ id: BackendID,
        at now: ContinuousClock.Instant,
        _ change: (inout HealthEntry) -> Value
    ) -> Value? {
        let (value, observers): (Value?, [AsyncStream<BackendID>.Continuation]) = board.withLock { board in
            guard let place = board.positions[id] else { return (nil, []) }
            let value = change(&board.entries[place])
            let state = board.entries[place].state(at: now)
            guard state != board.entries[place].published else { return (value, []) }
            board.entries[place].published = state
            board.entries[place].since = now
            return (value, Array(board.observers.values))
        }
        for observer in observers { observer.yield(id) }
        return value
    }
}

/// The answer to the wish for a permit.
enum Permission: ~Copyable {
    case granted(BreakerPermit)
    case refused(PermitRefusal)
}

/// The permission to send one request to one backend, and its place among those that it may have in flight. It comes back
/// on every path: by ``finish(_:at:)``, or by itself.
struct BreakerPermit: ~Copyable {
    private let board: HealthBoard
    private let backend: BackendID
    private let ticket: CircuitBreaker.Ticket
    private let granted: ContinuousClock.Instant
    private var isFinished = false

    fileprivate init(
        board: HealthBoard,
        backend: BackendID,
        ticket: CircuitBreaker.Ticket,
        granted: ContinuousClock.Instant
    ) {
        self.board = board
        self.backend = backend
        self.ticket = ticket
        self.granted = granted
    }

    /// Gives it back with the outcome.
    consuming func finish(_ end: AttemptEnd, at now: ContinuousClock.Instant) {
        board.settle(backend, ticket, end, duration: now - granted, now: now)
        isFinished = true
    }

    deinit {
        if !isFinished { board.settle(backend, ticket, .unsaid, duration: nil, now: .now) }
    }
}
