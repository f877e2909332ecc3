/// Keeps requests away from a backend that fails, and finds out with one request when it is well again.
///
/// Pure: times come in, decisions go out. `closed` -> `open` after more failures in a row than are allowed; `open` ->
/// `halfOpen` when the cooldown is over and somebody asks. Half-open, one request passes; each that succeeds lets twice
/// as many pass beside each other, until the breaker is `closed`: a backend that has just come up must not be met by
/// everybody at once. One failure meanwhile, and it is `open` again.
public struct CircuitBreaker: Sendable {
    /// Where it stands, with the legal next states.
    public enum State: String, Sendable {
        /// Everybody passes. Next: `open`.
        case closed
        /// Nobody passes. Next: `halfOpen`.
        case open
        /// Few pass, the first one alone. Next: `closed`, `open`.
        case halfOpen = "half_open"
    }

    /// The answer to "may I?".
    public enum Decision: Sendable, Equatable {
        /// Yes; give the ticket back with the outcome.
        case granted(Ticket)
        /// No, not before that time.
        case denied(until: ContinuousClock.Instant)
        /// No: as many as may try are under way.
        case probing
    }

    /// A permission. Its generation lets the breaker tell answers to an earlier state's requests apart.
    public struct Ticket: Sendable, Equatable {
        let generation: UInt64
        /// Whether it tries a half-open breaker, or an open one as a last resort.
        public let isProbe: Bool
        /// Whether it was given although the breaker said no: its end does not free the place of a probe.
        var isAnyway = false
    }

    /// How an attempt ended.
    public enum Outcome: Sendable, Equatable {
        case success
        case failure(FailureClass)
        /// Says nothing about the backend; a probe that ends so leaves its place to the next one.
        case neutral
    }

    /// How many failures in a row are forgiven: one more opens the breaker.
    public struct Tolerance: Sendable, Equatable {
        /// Of all classes together.
        public var allowedFails: Int
        /// Of some classes by themselves; 0 opens it with the first.
        public var byClass: [FailureClass: Int]

        /// A tolerance.
        public init(allowedFails: Int, byClass: [FailureClass: Int] = [:]) {
            self.allowedFails = allowedFails
            self.byClass = byClass
        }
    }

    private enum Position: Sendable {
        case closed(fails: Int, byClass: [FailureClass: Int])
        case open(until: ContinuousClock.Instant)
        case halfOpen(allowed: Int, underWay: Int)

        static let well = Position.closed(fails: 0, byClass: [:])
    }

    /// With so many requests beside each other going well the breaker is closed.
    private static let fullStrength = 8

    private let tolerance: Tolerance
    private let cooldown: Duration
    private var position = Position.well
    private(set) var generation: UInt64

    /// A closed breaker.
    /// - Parameter generation: of its first tickets; those below are not its own.
    public init(tolerance: Tolerance, cooldown: Duration, generation: UInt64 = 0) {
        self.generation = generation
        self.tolerance = tolerance
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
        if case .closed(let fails, _) = position { fails } else { 0 }
    }

    /// Whether the first probe has succeeded, and others may follow.
    public var isRecovering: Bool {
        if case .halfOpen(let allowed, _) = position { allowed > 1 } else { false }
    }

    /// Whether a request would be let through now; changes nothing.
    public func wouldPermit(at now: ContinuousClock.Instant) -> Bool {
        switch position {
        case .closed: true
        case .open(let until): now >= until
        case .halfOpen(let allowed, let underWay): underWay < allowed
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
            position = .halfOpen(allowed: 1, underWay: 1)
        case .halfOpen(let allowed, let underWay):
            guard underWay < allowed else { return .probing }
            position = .halfOpen(allowed: allowed, underWay: underWay + 1)
        }
        return .granted(Ticket(generation: generation, isProbe: true))
    }

    /// A permission although the breaker says no: for the least bad backend when there is no other. Its success opens
    /// the way for others, its failure does not prolong what is open already.
    public mutating func acquireAnyway(at now: ContinuousClock.Instant) -> Ticket {
        if case .granted(let ticket) = acquire(at: now) { return ticket }
        return Ticket(generation: generation, isProbe: true, isAnyway: true)
    }

    /// Gives a permission back. Answers to requests of an earlier generation change nothing: a slow success from
    /// before the outage does not close the breaker, a slow failure does not prolong it.
    public mutating func record(_ outcome: Outcome, for ticket: Ticket, at now: ContinuousClock.Instant) {
        guard ticket.generation == generation else { return }
        switch position {
        case .closed(let fails, let byClass): recordClosed(outcome, fails: fails, byClass: byClass, at: now)
        case .open:
            guard outcome == .success else { return }
            generation += 1
            position = .halfOpen(allowed: 2, underWay: 0)
        case .halfOpen(let allowed, var underWay):
            if !ticket.isAnyway { underWay -= 1 }
            switch outcome {
            case .success where allowed * 2 > Self.fullStrength:
                generation += 1
                position = .well
            case .success: position = .halfOpen(allowed: allowed * 2, underWay: underWay)
            case .failure: open(at: now)
            case .neutral: position = .halfOpen(allowed: allowed, underWay: underWay)
            }
        }
    }

    private mutating func recordClosed(
        _ outcome: Outcome,
        fails: Int,
        byClass: [FailureClass: Int],
        at now: ContinuousClock.Instant
    ) {
        switch outcome {
        case .success: if fails > 0 { position = .well }
        case .neutral: break
        case .failure(let failure):
            var byClass = byClass
            byClass[failure, default: 0] += 1
            let isTooMuch =
                if let allowed = tolerance.byClass[failure] { byClass[failure, default: 0] > allowed } else {
                    fails + 1 > tolerance.allowedFails
                }
            if isTooMuch { open(at: now) } else { position = .closed(fails: fails + 1, byClass: byClass) }
        }
    }

    private mutating func open(at now: ContinuousClock.Instant) {
        generation += 1
        position = .open(until: now + cooldown)
    }
}
