internal import Synchronization

/// How many thoughts are under way, of all clients and of each key. A place is given back on every path.
final class DoorLimits: Sendable {
    private struct State {
        var inFlight = 0
        var meters: [String: KeyMeter] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let most: Int
    private let state = Mutex(State())

    /// - Parameter most: how many may be under way in all.
    init(most: Int) { self.most = most }

    /// A place; it is free again when nobody holds it any more.
    final class Place: Sendable {
        private let limits: DoorLimits
        private let key: String?

        fileprivate init(_ limits: DoorLimits, _ key: String?) {
            self.limits = limits
            self.key = key
        }

        deinit { limits.leave(key) }

        /// Is held until here.
        func hold() { withExtendedLifetime(self) {} }
    }

    /// How many are under way.
    var inFlight: Int { state.withLock { $0.inFlight } }

    /// Waits until none is under way.
    func areEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.inFlight > 0 { state.waiting.append(continuation) }
                return state.inFlight == 0
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Takes a place.
    /// - Throws: `busy`, `rate_limit_exceeded` or `too_many_in_flight`.
    func enter(_ key: DoorKey?, at now: ContinuousClock.Instant = .now) throws(DoorError) -> Place {
        let refusal: DoorError? = state.withLock { state in
            guard state.inFlight < most else { return DoorError(.busy) }
            if let key {
                switch state.meters[key.name, default: KeyMeter(now: now)].enter(key, at: now) {
                case .rate(let seconds): return DoorError(.rateLimited, retryAfter: seconds)
                case .inFlight: return DoorError(.tooManyInFlight)
                case nil: break
                }
            }
            state.inFlight += 1
            return nil
        }
        if let refusal { throw refusal }
        return Place(self, key?.name)
    }

    private func leave(_ key: String?) {
        let waiting = state.withLock { state in
            state.inFlight -= 1
            if let key { state.meters[key]?.leave() }
            guard state.inFlight == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
