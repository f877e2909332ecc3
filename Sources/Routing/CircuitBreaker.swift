/// Keeps requests away from a backend that fails, and finds out with one request when it is well again.
///
/// Pure: times come in, decisions go out. `closed` -> `open` after more than `allowedFails` failures in a row;
/// `open` -> `halfOpen` when the cooldown is over and somebody asks; `halfOpen` -> `closed` when its single probe
/// succeeds, -> `open` when it fails.
public struct CircuitBreaker: Sendable {
    /// Where it stands, with the legal next states.
    public enum State: String, Sendable {
        /// Everybody passes. Next: `open`.
        case closed
        /// Nobody passes. Next: `halfOpen`.
        case open
        /// One request passes. Next: `closed`, `open`.
        case halfOpen = "half_open"
    }

    /// The answer to "may I?".
    public enum Decision: Sendable, Equatable {
        /// Yes; give the ticket back with the outcome.
        case granted(Ticket)
        /// No, not before that time.
        case denied(until: ContinuousClock.Instant)
        /// No: the one probe is under way.
        case probing
    }

    /// A permission. Its generation lets the breaker tell answers to an earlier state's requests apart.
    public struct Ticket: Sendable, Equatable {
        let generation: UInt64
        /// Whether it is the one probe of a half-open breaker, or may close an open one like it.
        public let isProbe: Bool
        /// Whether it was given although the breaker said no: its end does not free the place of the one probe.
        var isAnyway = false
    }

    /// How an attempt ended.
    public enum Outcome: Sendable {
        case success, failure
        /// Says nothing about the backend; a probe that ends so leaves the breaker half-open for the next one.
        case neutral
    }

    private enum Position: Sendable {
        case closed(fails: Int)
        case open(until: ContinuousClock.Instant)
        case halfOpen(isProbing: Bool)
    }

    private let allowedFails: Int
    private let cooldown: Duration
    private var position: Position = .closed(fails: 0)
    private(set) var generation: UInt64 = 0

    /// A closed breaker that forgives that many failures in a row.
    public init(allowedFails: Int, cooldown: Duration) {
        self.allowedFails = allowedFails
        self.cooldown = cooldown
    }

    /// Where it stands.
    public var state: State {
        switch position {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// Failures in a row while closed.
    public var consecutiveFails: Int {
        if case .closed(let fails) = position { fails } else { 0 }
    }

    /// Whether a request would be let through now; changes nothing.
    public func wouldPermit(at now: ContinuousClock.Instant) -> Bool {
        switch position {
        case .closed: true
        case .open(let until): now >= until
        case .halfOpen(let isProbing): !isProbing
        }
    }

    /// Asks for permission. A grant must be given back through ``record(_:for:at:)``.
    public mutating func acquire(at now: ContinuousClock.Instant) -> Decision {
        switch position {
        case .closed:
            return .granted(Ticket(generation: generation, isProbe: false))
        case .open(let until):
            guard now >= until else { return .denied(until: until) }
            generation += 1
            position = .halfOpen(isProbing: true)
            return .granted(Ticket(generation: generation, isProbe: true))
        case .halfOpen(let isProbing):
            guard !isProbing else { return .probing }
            position = .halfOpen(isProbing: true)
            return .granted(Ticket(generation: generation, isProbe: true))
        }
    }

    /// A permission although the breaker says no: for the least bad backend when there is no other. Its success closes
    /// the breaker, its failure does not prolong what is open already.
    public mutating func acquireAnyway(at now: ContinuousClock.Instant) -> Ticket {
        if case .granted(let ticket) = acquire(at: now) { return ticket }
        return Ticket(generation: generation, isProbe: true, isAnyway: true)
    }

    /// Gives a permission back. Answers to requests of an earlier generation change nothing: a slow success from
    /// before the outage does not close the breaker, a slow failure does not prolong it.
    public mutating func record(_ outcome: Outcome, for ticket: Ticket, at now: ContinuousClock.Instant) {
        guard ticket.generation == generation else { return }
        switch (position, outcome) {
        case (.closed, .success): position = .closed(fails: 0)
        case (.closed(let fails), .failure):
            if fails + 1 > allowedFails { open(at: now) } else { position = .closed(fails: fails + 1) }
        case (.halfOpen, .success) where ticket.isProbe, (.open, .success) where ticket.isProbe: close()
        case (.halfOpen, .failure) where ticket.isProbe: open(at: now)
        case (.halfOpen, .neutral) where ticket.isProbe && !ticket.isAnyway: position = .halfOpen(isProbing: false)
        case (.closed, .neutral), (.open, _), (.halfOpen, _): break
        }
    }

    private mutating func open(at now: ContinuousClock.Instant) {
        generation += 1
        position = .open(until: now + cooldown)
    }

    private mutating func close() {
        generation += 1
        position = .closed(fails: 0)
    }
}
