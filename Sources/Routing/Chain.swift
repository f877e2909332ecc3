/// Who is asked next, and when: the fallback chain of one thought. Pure: times, failures and chance come in.
///
/// The only place that decides to try again. One budget of attempts and one deadline cover all of it. Breadth goes before
/// persistence: the same backend is asked again only while everybody else can still be asked once. When all have been
/// asked, those whose fault may have passed get another turn, after a pause.
struct Chain: Sendable {
    /// What to do.
    enum Move: Sendable, Equatable {
        /// Ask the candidate at that place of the plan, after a pause.
        case ask(Int, pause: Duration)
        /// Nobody is left, or may be asked.
        case end
        /// Whoever is left could only be asked behind the deadline.
        case late
    }

    private struct Place: Sendable {
        var tries = 0
        /// Whether it is not asked again in this thought.
        var isOut = false
        /// Whether its breaker is not heeded.
        var isAnyway: Bool
        /// Its own wish, or our patience with it.
        var notBefore: ContinuousClock.Instant
        /// Whether a `Retry-After` of its has been waited out.
        var hasWaited = false
        /// Whether others were asked instead of waiting for its model.
        var wasAway = false
    }

    private let candidates: [Candidate]
    /// The model that all are asked for; nil for each one's own.
    private let model: String?
    private let policy: RoutingPolicy
    private let deadline: ContinuousClock.Instant
    private var places: [Place]
    /// The next place of the first round; behind the last one, turns are given by who is ready first.
    private var cursor = 0
    /// A place that is to be asked next, out of turn.
    private var preferred: Int?
    private var hasEnded = false
    /// Requests sent so far.
    private(set) var sent = 0
    /// How often an answer was not good enough.
    private var escalations = 0

    init(_ candidates: [Candidate], policy: RoutingPolicy, model: String? = nil, start: ContinuousClock.Instant) {
        self.model = model
        self.candidates = policy.hasFailover ? candidates : Array(candidates.prefix(1))
        self.policy = policy
        deadline = start + policy.limits.deadline
        places = self.candidates.map { Place(isAnyway: $0.isLastResort, notBefore: start) }
    }

    /// Whether the candidate's breaker is not heeded, because there is nobody else.
    func isAnyway(_ index: Int) -> Bool { places[index].isAnyway }

    /// Whether the candidate's model is waited for: when the policy says so, or nobody else is left to ask.
    func waitsForModel(_ index: Int) -> Bool {
        policy.switching == .wait || places[index].wasAway
            || !places.indices.contains { $0 != index && !places[$0].isOut && places[$0].tries == 0 }
    }

    /// What to do now.
    mutating func next(at now: ContinuousClock.Instant) -> Move {
        guard !hasEnded, sent < policy.limits.maxAttempts else { return .end }
        if let index = preferred.take() {
            let move = ask(index, at: now)
            if move != .late { return move }
        }
        while cursor < places.count {
            cursor += 1
            // Who was asked out of turn has had this one.
            let place = places[cursor - 1]
            if !place.isOut && place.tries == 0 && place.notBefore <= now { return ask(cursor - 1, at: now) }
        }
        let ready = places.indices.filter { !places[$0].isOut && places[$0].tries <= policy.retry.attempts }
            .min { (places[$0].notBefore, places[$0].tries, $0) < (places[$1].notBefore, places[$1].tries, $1) }
        return ready.map { ask($0, at: now) } ?? .end
    }

    private mutating func ask(_ index: Int, at now: ContinuousClock.Instant) -> Move {
        let pause = max(.zero, places[index].notBefore - now)
        guard now + pause < deadline else { return .late }
        return .ask(index, pause: pause)
    }

    // MARK: What came of it

    /// A request left.
    mutating func didSend(_ index: Int) {
        sent += 1
        places[index].tries += 1
    }

    /// The candidate could not be asked: nothing was sent.
    mutating func wasDenied(_ index: Int, _ failure: FailureClass, at now: ContinuousClock.Instant, jitter: Double) {
        switch failure {
        case .saturated: places[index].notBefore = now + Self.slotWait * (1 + jitter)
        case .modelAway:
            places[index].wasAway = true
            places[index].notBefore = now + Self.slotWait * (1 + jitter)
        // Refused although its breaker is not heeded: it has been removed, and no time brings it back.
        case .breakerOpen where !places[index].isAnyway:
            places[index].isAnyway = true
            places[index].notBefore = now + Self.slotWait * (1 + jitter)
        default: places[index].isOut = true
        }
    }

    /// The candidate's request failed.
    mutating func didFail(
        _ index: Int,
        _ failure: FailureClass,
        retryAfter: Duration?,
        at now: ContinuousClock.Instant,
        jitter: Double
    ) {
        switch failure.next {
        case .stop: hasEnded = !(failure == .contentPolicy && policy.reroutesContentPolicy)
        case .tryNext: places[index].isOut = true
        case .retryNow where places[index].tries == 1: preferred = index
        case .retryNow, .retryLater: rest(index, failure, retryAfter: retryAfter, at: now, jitter: jitter)
        }
        let backend = candidates[index].backend
        for other in places.indices where other != index {
            let rival = candidates[other].backend
            // The same prompt does not fit into a smaller window, and the same model refuses again.
            if failure == .contextWindow && rival.maxContext <= backend.maxContext { places[other].isOut = true }
            if failure == .refused && (model ?? rival.model) == (model ?? backend.model) { places[other].isOut = true }
        }
        if failure == .contentPolicy { places[index].isOut = true }
        if preferred != index { passOver(behind: index, failure) }
    }

    /// Leaves out those behind the candidate whom the strategy asks only after other failures.
    private mutating func passOver(behind index: Int, _ failure: FailureClass) {
        let next = candidates.next(after: index, failure: failure) ?? places.count
        for place in places.indices where place > index && place < next { places[place].isOut = true }
    }

    /// The answer was not good enough: the next tier is asked, if there is one.
    /// - Parameter better: the backends of the next tiers, in order.
    mutating func didDisappoint(_ index: Int, better: [BackendID]) {
        places[index].isOut = true
        escalations += 1
        let open = better.compactMap { id in candidates.firstIndex { $0.backend.id == id } }
            .filter { !places[$0].isOut && places[$0].tries <= policy.retry.attempts }
        guard escalations <= policy.quality.escalations, !open.isEmpty else {
            hasEnded = true
            return
        }
        // Whoever is no better is not asked any more.
        for other in places.indices where !better.contains(candidates[other].backend.id) { places[other].isOut = true }
        // Those that rest after a fault get their turn when they are ready.
        preferred = open.first { places[$0].tries == 0 }
    }

    /// A fault that may pass: the same once more if that takes no turn from anybody, or later.
    private mutating func rest(
        _ index: Int,
        _ failure: FailureClass,
        retryAfter: Duration?,
        at now: ContinuousClock.Instant,
        jitter: Double
    ) {
        let retry = policy.retry
        let own = Backoff.wait(after: places[index].tries, base: retry.base, cap: retry.cap, jitter: jitter)
        let wait = max(own, retryAfter ?? .zero)
        places[index].notBefore = now + wait
        let others = places.indices.filter { $0 != index && $0 >= cursor && !places[$0].isOut }.count
        let isWorthIt = places[index].tries <= retry.attempts && !(retryAfter != nil && places[index].hasWaited)
        // A longer wait is a turn of its own, behind whoever is ready before.
        guard failure.isRetriedAtOnce, isWorthIt, wait <= retry.patience, now + wait < deadline,
            policy.limits.maxAttempts - sent > others
        else { return }
        places[index].hasWaited = places[index].hasWaited || retryAfter != nil
        preferred = index
    }

    /// How long is waited for a backend that has as much work as it may have.
    private static let slotWait = Duration.milliseconds(50)
}
