#if canImport(Glibc)
    internal import Glibc
#endif

/// What is known of one backend. Pure: times come in.
struct HealthEntry: Sendable {
    private(set) var backend: Backend
    private(set) var breaker: CircuitBreaker
    private(set) var gate: RateGate
    private var rateLimit: Rest?
    private var configError: (failure: FailureClass, rest: Rest)?
    private var latency: Duration?
    private var typicalLatency: Duration?
    private var misses: (share: Double, at: ContinuousClock.Instant)
    private var wasAsked = false
    private var lastFailure: FailureClass?
    private var failed: ContinuousClock.Instant?
    /// The least generation of its tickets; those of an earlier backend of the same name are below.
    private let birth: UInt64
    /// The least generation whose ends say anything of the backend as it is configured now.
    private var relevant: UInt64
    /// The state that observers know.
    var published: HealthState
    /// Since when it is published.
    var since: ContinuousClock.Instant

    /// A time out, and when the word for it came.
    private struct Rest {
        let since: ContinuousClock.Instant
        let until: ContinuousClock.Instant
    }

    /// How long a backend rests whose key, account or model is refused: somebody may have mended it since.
    private static let configErrorWait = Duration.seconds(300)
    /// How long a backend rests that says "too many requests" and not until when.
    private static let defaultRateLimitWait = Duration.seconds(5)
    /// The weight of the newest value in an average: about the last ten count.
    private static let newest = 0.1
    /// Half of what a backend missed is forgotten after so long: one that nobody asks could not show that it is well.
    private static let forgetting = Duration.seconds(5)

    init(_ backend: Backend, birth: UInt64 = 0, now: ContinuousClock.Instant) {
        self.backend = backend
        self.birth = birth
        relevant = birth
        misses = (0, now)
        breaker = CircuitBreaker(tolerance: backend.tolerance, cooldown: backend.cooldown, generation: birth)
        gate = RateGate(
            maxConcurrent: backend.maxConcurrent,
            requestsPerMinute: backend.requestsPerMinute,
            now: now
        )
        published = backend.disabledReason == nil ? .unknown : .disabled
        since = now
    }

    /// Takes over a changed configuration. What was learnt of a backend at another address or of another model or key is
    /// worth nothing; what is under way stays counted.
    func adopting(_ changed: Backend, now: ContinuousClock.Instant) -> HealthEntry {
        let isSame = changed.url == backend.url && changed.model == backend.model && changed.key == backend.key
        let isTolerated = changed.tolerance == backend.tolerance && changed.cooldown == backend.cooldown
        var entry = isSame ? self : HealthEntry(changed, birth: birth, now: now)
        entry.backend = changed
        if !isSame || !isTolerated {
            // Answers to requests of before say nothing to the new breaker.
            entry.breaker = CircuitBreaker(
                tolerance: changed.tolerance,
                cooldown: changed.cooldown,
                generation: breaker.generation + 1
            )
        }
        if !isSame { entry.relevant = entry.breaker.generation }
        entry.gate = RateGate(
            maxConcurrent: changed.maxConcurrent,
            requestsPerMinute: changed.requestsPerMinute,
            now: now
        )
        entry.gate.inherit(gate, at: now)
        entry.published = published
        entry.since = since
        return entry
    }

    // MARK: Permits

    /// A ticket for one request, or why there is none.
    mutating func enter(
        anyway: Bool,
        at now: ContinuousClock.Instant
    ) -> Result<CircuitBreaker.Ticket, PermitRefusal> {
        guard gate.wouldPass(at: now) else { return .failure(.saturated) }
        if anyway {
            _ = gate.enter(at: now)
            return .success(breaker.acquireAnyway(at: now))
        }
        guard case .granted(let ticket) = breaker.acquire(at: now) else { return .failure(.breakerOpen) }
        _ = gate.enter(at: now)
        return .success(ticket)
    }

    /// The request has ended.
    mutating func leave(
        _ ticket: CircuitBreaker.Ticket,
        _ end: AttemptEnd,
        duration: Duration?,
        at now: ContinuousClock.Instant
    ) {
        guard ticket.generation >= birth else { return }
        gate.leave()
        guard ticket.generation >= relevant else { return }
        switch end {
        case .answered:
            wasAsked = true
            // Who was asked before the backend said no to another knows nothing of that.
            let asked = now - (duration ?? .zero)
            if let configError, asked >= configError.rest.since { self.configError = nil }
            if let rateLimit, asked >= rateLimit.since { self.rateLimit = nil }
            lastFailure = nil
            misses = (missedShare(at: now) * (1 - Self.newest), now)
            if let duration { typicalLatency = typicalLatency.map { $0 + (duration - $0) * Self.newest } ?? duration }
            breaker.record(.success, for: ticket, at: now)
        case .failed(let failure, let retryAfter):
            if failure.healthEffect == .failure {
                misses = (missedShare(at: now) * (1 - Self.newest) + Self.newest, now)
            }
            note(failure, retryAfter: retryAfter, for: ticket, at: now)
        case .unsaid: breaker.record(.neutral, for: ticket, at: now)
        }
    }

    /// A ticket for a probe, which is no work and takes nobody's place; nil while the breaker wants nobody.
    mutating func probeTicket(at now: ContinuousClock.Instant) -> CircuitBreaker.Ticket? {
        if case .granted(let ticket) = breaker.acquire(at: now) { ticket } else { nil }
    }

    /// A probe has ended. A good one forgives no failures, and leaves an open breaker half-open for one real request.
    mutating func probed(
        _ ticket: CircuitBreaker.Ticket?,
        _ failure: FailureClass?,
        retryAfter: Duration?,
        latency: Duration,
        at now: ContinuousClock.Instant
    ) {
        if let ticket, ticket.generation < relevant { return }
        guard let failure else {
            wasAsked = true
            self.latency = latency
            // The probe shows that the key is taken; it shows nothing of an account's money or of a model.
            if configError?.failure == .auth { configError = nil }
            if let ticket { breaker.record(.neutral, for: ticket, at: now) }
            return
        }
        note(failure, retryAfter: retryAfter, for: ticket, at: now)
    }

    private mutating func note(
        _ failure: FailureClass,
        retryAfter: Duration?,
        for ticket: CircuitBreaker.Ticket?,
        at now: ContinuousClock.Instant
    ) {
        var outcome = CircuitBreaker.Outcome.neutral
        switch failure.healthEffect {
        case .configError: configError = (failure, Rest(since: now, until: now + Self.configErrorWait))
        case .rateLimited: rateLimit = Rest(since: now, until: now + (retryAfter ?? Self.defaultRateLimitWait))
        case .failure:
            lastFailure = failure
            failed = now
            outcome = .failure(failure)
        case .neutral: break
        }
        if failure.healthEffect != .neutral { wasAsked = true }
        if let ticket { breaker.record(outcome, for: ticket, at: now) }
    }

    // MARK: What is seen

    /// How it is now.
    func state(at now: ContinuousClock.Instant) -> HealthState {
        if backend.disabledReason != nil { return .disabled }
        if let configError, configError.rest.until > now { return .configError }
        if let rateLimit, rateLimit.until > now { return .rateLimited }
        if breaker.state != .closed { return breaker.isRecovering ? .degraded : .unhealthy }
        // A backend that stands behind its equals is not asked, and could not show that it is well again.
        if breaker.consecutiveFails > 0, let failed, now - failed < backend.cooldown { return .degraded }
        return wasAsked ? .healthy : .unknown
    }

    /// Its lamp.
    func lamp(at now: ContinuousClock.Instant) -> BackendHealth {
        let state = state(at: now)
        let why =
            switch state {
            case .disabled: backend.disabledReason ?? ""
            case .configError: configError?.failure.sentence ?? ""
            case .rateLimited: FailureClass.rateLimited.sentence
            case .unhealthy: lastFailure?.sentence ?? "it failed"
            case .degraded: breaker.isRecovering ? "it is coming back" : lastFailure?.sentence ?? "it failed"
            case .healthy: "it answers"
            case .unknown: "not asked yet"
            }
        return BackendHealth(
            backend: backend.id,
            state: state,
            breaker: breaker.state,
            since: since,
            latency: latency,
            why: why,
            isPermitted: breaker.wouldPermit(at: now),
            inFlight: gate.inFlight,
            isSaturated: !gate.wouldPass(at: now),
            typicalLatency: typicalLatency,
            reliability: ((1 - missedShare(at: now)) * 10).rounded() / 10
        )
    }

    /// The share of its requests that it did not answer of late.
    private func missedShare(at now: ContinuousClock.Instant) -> Double {
        misses.share == 0 ? 0 : misses.share * exp2(-((now - misses.at) / Self.forgetting))
    }
}

/// Why there is no permit just now.
enum PermitRefusal: Error, Sendable {
    case breakerOpen, saturated

    /// As the attempts of a thought tell it.
    var failure: FailureClass { self == .saturated ? .saturated : .breakerOpen }
}

/// How an attempt ended, for the board.
enum AttemptEnd: Sendable {
    case answered
    case failed(FailureClass, retryAfter: Duration?)
    /// The permit was dropped without a word.
    case unsaid
}

extension Backend {
    /// What its breaker forgives.
    var tolerance: CircuitBreaker.Tolerance { .init(allowedFails: allowedFails, byClass: allowedFailsByClass) }
}
