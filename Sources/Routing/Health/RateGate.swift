/// How many requests a backend may have: beside each other, and in a minute. Pure: times come in.
///
/// The minute is a token bucket: it holds at most a tenth of the minute's number, so that a burst cannot use up a minute
/// at once and be refused by the backend for the rest of it.
struct RateGate: Sendable {
    private let maxConcurrent: Int
    private let perMinute: Double?
    private let depth: Double
    private var tokens: Double
    private var filled: ContinuousClock.Instant
    /// Requests under way.
    private(set) var inFlight = 0

    /// A gate through which nobody has gone yet.
    init(maxConcurrent: Int?, requestsPerMinute: Int?, now: ContinuousClock.Instant) {
        self.maxConcurrent = maxConcurrent ?? .max
        perMinute = requestsPerMinute.map(Double.init)
        depth = max(1, (perMinute ?? 0) / 10)
        tokens = depth
        filled = now
    }

    /// Whether one more would pass now.
    func wouldPass(at now: ContinuousClock.Instant) -> Bool {
        inFlight < maxConcurrent && (perMinute == nil || available(at: now) >= 1)
    }

    /// Lets one pass, if it may.
    mutating func enter(at now: ContinuousClock.Instant) -> Bool {
        guard wouldPass(at: now) else { return false }
        if perMinute != nil {
            tokens = available(at: now) - 1
            filled = now
        }
        inFlight += 1
        return true
    }

    /// One has come back.
    mutating func leave() { inFlight = max(0, inFlight - 1) }

    /// Takes over what has gone through a gate with other limits: the requests under way, and what is left of a burst.
    mutating func inherit(_ other: RateGate, at now: ContinuousClock.Instant) {
        inFlight = other.inFlight
        if other.perMinute != nil { tokens = min(tokens, other.available(at: now)) }
    }

    private func available(at now: ContinuousClock.Instant) -> Double {
        guard let perMinute else { return depth }
        let seconds = max(0, (now - filled) / .seconds(1))
        return min(depth, tokens + seconds * perMinute / 60)
    }
}
