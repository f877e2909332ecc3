internal import Synchronization

/// How a backend is, as people see it.
public enum HealthState: String, Sendable {
    case healthy
    /// It fails now and then, but is still asked.
    case degraded
    /// Its breaker is open or half-open.
    case unhealthy
    case rateLimited = "rate_limited"
    /// A refused key, an empty account, an unknown model: nothing that time alone mends.
    case configError = "config_error"
    /// Nobody has asked it yet.
    case unknown
    case disabled
}

/// One lamp of the workshop.
public struct BackendHealth: Sendable {
    /// Whose lamp it is.
    public let backend: BackendID
    /// How the backend is.
    public let state: HealthState
    /// Where its breaker stands.
    public let breaker: CircuitBreaker.State
    /// How long it has been in this state.
    public let since: ContinuousClock.Instant
    /// The time that the last successful probe took.
    public let latency: Duration?
    /// A constant sentence: why it is in this state.
    public let why: String
    /// Whether the breaker would let a request pass now.
    public let isPermitted: Bool
    /// How many requests it has in flight.
    public var inFlight = 0
    /// Whether it has as many requests as it may have, in flight or this minute.
    public var isSaturated = false
    /// How long an answer took of late, on the average; nil before the first.
    public var typicalLatency: Duration?
    /// Which share of its requests it answered of late, from 0 to 1.
    public var reliability = 1.0
}

/// What is known of the health of every backend; short synchronous sections, no waiting.
public final class HealthBoard: Sendable {
    private struct Entry {
        var disabledReason: String?
        var breaker: CircuitBreaker
        var rateLimitedUntil: ContinuousClock.Instant?
        var configError: (failure: FailureClass, until: ContinuousClock.Instant)?
        var latency: Duration?
        var wasAsked = false
        var lastFailure: FailureClass?
        var published: HealthState
        var since: ContinuousClock.Instant
    }

    private struct Board {
        var entries: [BackendID: Entry] = [:]
        var order: [BackendID] = []
        var observers: [UInt64: AsyncStream<BackendID>.Continuation] = [:]
        var lastObserver: UInt64 = 0
    }

    private let board: Mutex<Board>

    /// A board on which every enabled backend is unknown.
    public init(_ registry: BackendRegistry, now: ContinuousClock.Instant = .now) {
        var board = Board()
        board.order = registry.backends.map(\.id)
        for backend in registry.backends { board.entries[backend.id] = Self.entry(backend, now: now) }
        self.board = Mutex(board)
    }

    private static func entry(_ backend: Backend, now: ContinuousClock.Instant) -> Entry {
        Entry(
            disabledReason: backend.disabledReason,
            breaker: CircuitBreaker(allowedFails: backend.allowedFails, cooldown: backend.cooldown),
            published: backend.disabledReason == nil ? .unknown : .disabled,
            since: now
        )
    }

    /// Takes other backends over, and keeps what is known of those that were there.
    public func adopt(_ registry: BackendRegistry, at now: ContinuousClock.Instant = .now) {
        board.withLock { board in
            board.order = registry.backends.map(\.id)
            let wanted = Set(board.order)
            board.entries = board.entries.filter { wanted.contains($0.key) }
            for backend in registry.backends {
                if board.entries[backend.id] == nil { board.entries[backend.id] = Self.entry(backend, now: now) }
                board.entries[backend.id]?.disabledReason = backend.disabledReason
            }
        }
        refresh(at: now)
    }

    /// The lamps, in the order of the configuration.
    public func snapshot(at now: ContinuousClock.Instant = .now) -> [BackendHealth] {
        board.withLock { board in
            board.order.compactMap { id in board.entries[id].map { Self.lamp(id, $0, at: now) } }
        }
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
        for id in board.withLock({ $0.order }) { update(id, at: now) { _ in } }
    }

    // MARK: Permits

    /// A permit to ask the backend, or nil when its breaker says no.
    /// - Parameter anyway: whether to ask although it says no, because there is no other.
    func permit(for id: BackendID, anyway: Bool = false, at now: ContinuousClock.Instant) -> BreakerPermit? {
        update(id, at: now) { entry in
            if anyway { return entry.breaker.acquireAnyway(at: now) }
            if case .granted(let ticket) = entry.breaker.acquire(at: now) { return ticket }
            return nil
        }.map { BreakerPermit(board: self, backend: id, ticket: $0) }
    }

    /// Takes a permit back with what came of it.
    fileprivate func settle(
        _ id: BackendID,
        _ ticket: CircuitBreaker.Ticket,
        _ end: AttemptEnd,
        now: ContinuousClock.Instant
    ) {
        update(id, at: now) { entry in
            switch end {
            case .answered:
                entry.wasAsked = true
                entry.configError = nil
                entry.rateLimitedUntil = nil
                entry.lastFailure = nil
                entry.breaker.record(.success, for: ticket, at: now)
            case .failed(let failure, let retryAfter):
                Self.note(failure, retryAfter: retryAfter, in: &entry, at: now)
                entry.breaker.record(failure.healthEffect == .failure ? .failure : .neutral, for: ticket, at: now)
            case .unsaid:
                entry.breaker.record(.neutral, for: ticket, at: now)
            }
        }
    }

    /// Takes what a probe found. It may take a backend out, but it does not bring one back by itself: that a list of
    /// models comes does not show that an answer would. It forgives no failures, and leaves an open breaker half-open for
    /// one real request.
    func probed(
        _ id: BackendID,
        _ ticket: CircuitBreaker.Ticket?,
        _ failure: FailureClass?,
        retryAfter: Duration?,
        latency: Duration,
        at now: ContinuousClock.Instant
    ) {
        update(id, at: now) { entry in
            guard let failure else {
                entry.wasAsked = true
                entry.latency = latency
                // The probe shows that the key is taken; it shows nothing of an account's money or of a model.
                if entry.configError?.failure == .auth { entry.configError = nil }
                if let ticket { entry.breaker.record(.neutral, for: ticket, at: now) }
                return
            }
            Self.note(failure, retryAfter: retryAfter, in: &entry, at: now)
            if let ticket {
                entry.breaker.record(failure.healthEffect == .failure ? .failure : .neutral, for: ticket, at: now)
            }
        }
    }

    /// A ticket for a probe; nil while the breaker wants nobody.
    func probeTicket(for id: BackendID, at now: ContinuousClock.Instant) -> CircuitBreaker.Ticket? {
        update(id, at: now) { entry in
            if case .granted(let ticket) = entry.breaker.acquire(at: now) { ticket } else { nil }
        }
    }

    private static func note(
        _ failure: FailureClass,
        retryAfter: Duration?,
        in entry: inout Entry,
        at now: ContinuousClock.Instant
    ) {
        switch failure.healthEffect {
        case .configError: entry.configError = (failure, now + configErrorWait)
        case .rateLimited: entry.rateLimitedUntil = now + (retryAfter ?? defaultRateLimitWait)
        case .failure: entry.lastFailure = failure
        case .neutral: return
        }
        entry.wasAsked = true
    }

    /// How long a backend rests whose key, account or model is refused: somebody may have mended it since.
    private static let configErrorWait = Duration.seconds(300)

    /// How long a backend rests that says "too many requests" and not until when.
    private static let defaultRateLimitWait = Duration.seconds(5)

    // MARK: States

    /// Changes an entry, and tells the observers when its state is another one afterwards.
    private func update<Value>(
        _ id: BackendID,
        at now: ContinuousClock.Instant,
        _ change: (inout Entry) -> Value?
    ) -> Value? {
        let (value, observers): (Value?, [AsyncStream<BackendID>.Continuation]) = board.withLock { board in
            guard var entry = board.entries[id] else { return (nil, []) }
            let value = change(&entry)
            let state = Self.state(of: entry, at: now)
            let hasChanged = state != entry.published
            if hasChanged {
                entry.published = state
                entry.since = now
            }
            board.entries[id] = entry
            return (value, hasChanged ? Array(board.observers.values) : [])
        }
        for observer in observers { observer.yield(id) }
        return value
    }

    private func update(_ id: BackendID, at now: ContinuousClock.Instant, _ change: (inout Entry) -> Void) {
        let _: Void? = update(id, at: now) { change(&$0) as Void? }
    }

    private static func state(of entry: Entry, at now: ContinuousClock.Instant) -> HealthState {
        if entry.disabledReason != nil { return .disabled }
        if let error = entry.configError, error.until > now { return .configError }
        if let until = entry.rateLimitedUntil, until > now { return .rateLimited }
        if entry.breaker.state != .closed { return .unhealthy }
        if entry.breaker.consecutiveFails > 0 { return .degraded }
        return entry.wasAsked ? .healthy : .unknown
    }

    private static func lamp(_ id: BackendID, _ entry: Entry, at now: ContinuousClock.Instant) -> BackendHealth {
        let state = state(of: entry, at: now)
        let why =
            switch state {
            case .disabled: entry.disabledReason ?? ""
            case .configError: entry.configError?.failure.sentence ?? ""
            case .rateLimited: FailureClass.rateLimited.sentence
            case .unhealthy, .degraded: entry.lastFailure?.sentence ?? "it failed"
            case .healthy: "it answers"
            case .unknown: "not asked yet"
            }
        return BackendHealth(
            backend: id,
            state: state,
            breaker: entry.breaker.state,
            since: entry.since,
            latency: entry.latency,
            why: why,
            isPermitted: entry.breaker.wouldPermit(at: now)
        )
    }
}

/// How an attempt ended, for the board.
enum AttemptEnd: Sendable {
    case answered
    case failed(FailureClass, retryAfter: Duration?)
    /// The permit was dropped without a word.
    case unsaid
}

/// The permission to send one request to one backend. It comes back on every path: by ``finish(_:at:)``, or by itself.
struct BreakerPermit: ~Copyable {
    private let board: HealthBoard
    private let backend: BackendID
    private let ticket: CircuitBreaker.Ticket
    private var isFinished = false

    fileprivate init(board: HealthBoard, backend: BackendID, ticket: CircuitBreaker.Ticket) {
        self.board = board
        self.backend = backend
        self.ticket = ticket
    }

    /// Gives it back with the outcome.
    consuming func finish(_ end: AttemptEnd, at now: ContinuousClock.Instant) {
        board.settle(backend, ticket, end, now: now)
        isFinished = true
    }

    deinit {
        if !isFinished { board.settle(backend, ticket, .unsaid, now: .now) }
    }
}
