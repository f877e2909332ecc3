/// How a backend is, as people see it.
public enum HealthState: String, Sendable, CaseIterable {
    case healthy
    /// It fails now and then, or has just come back; it is still asked.
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
    /// Which share of its requests it answered of late, from 0 to 1 in tenths; what it missed is forgotten with time.
    public var reliability = 1.0
}
