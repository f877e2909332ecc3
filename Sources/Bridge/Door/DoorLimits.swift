internal import Synchronization

/// How many thoughts are under way, of all clients and of each key. A place is given back on every path.
final class DoorLimits: Sendable {
    private struct State {
        var inFlight = 0
        var meters: [String: KeyMeter] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isClosing = false
        /// What ends each thought that is under way.
        var ends: [ObjectIdentifier: @Sendable () -> Void] = [:]
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

        deinit { limits.leave(key, ObjectIdentifier(self)) }

        /// Is held until here.
        func hold() { withExtendedLifetime(self) {} }

        /// Called when the door does not wait for it any longer.
        func onClosing(_ end: @escaping @Sendable () -> Void) { limits.note(end, ObjectIdentifier(self)) }
    }

    /// How many are under way.
    var inFlight: Int { state.withLock { $0.inFlight } }

    /// Whether what is under way is being ended, since the daemon ends.
    var isClosing: Bool { state.withLock { $0.isClosing } }

    /// Lets nobody in any more, and ends what is under way.
    func close() {
        let ends = state.withLock { state in
            state.isClosing = true
            defer { state.ends = [:] }
            return Array(state.ends.values)
        }
        for end in ends { end() }
    }

    private func note(_ end: @escaping @Sendable () -> Void, _ place: ObjectIdentifier) {
        let isLate = state.withLock { state in
            if !state.isClosing { state.ends[place] = end }
            return state.isClosing
        }
        if isLate { end() }
    }

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
    /// - Throws: `busy`, `shutting_down`, `rate_limit_exceeded` or `too_many_in_flight`.
    func enter(_ key: DoorKey?, at now: ContinuousClock.Instant = .now) throws(DoorError) -> Place {
        let refusal: DoorError? = state.withLock { state in
            if state.isClosing { return DoorError(.shuttingDown) }
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

    private func leave(_ key: String?, _ place: ObjectIdentifier) {
        let waiting = state.withLock { state in
            state.inFlight -= 1
            state.ends[place] = nil
            if let key { state.meters[key]?.leave() }
            guard state.inFlight == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
