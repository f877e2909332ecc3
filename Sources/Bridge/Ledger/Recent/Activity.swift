internal import Routing
internal import Synchronization

/// What has happened since the daemon started, in memory and bounded: whoever only looks on reads no row of the ledger.
///
/// A request adds a few numbers to it under a lock that is held for as long; nothing is worked out before somebody looks.
final class Activity: Sendable {
    /// How a thought was decided, and when.
    struct Decided: Sendable {
        /// In milliseconds since 1970.
        let time: Int64
        let record: DecisionRecord
    }

    /// All of it at one moment.
    struct Snapshot: Sendable {
        /// Another number whenever anything but a probe has come to an end.
        fileprivate(set) var generation: UInt64 = 0
        fileprivate(set) var backends: [BackendID: BackendActivity] = [:]
        /// The last decisions, the oldest first.
        fileprivate(set) var decisions = Ring<Decided>(40)
        /// Thoughts by what they came to.
        fileprivate(set) var thoughts: [DecisionRecord.Outcome: Int] = [:]
        /// Of those that were answered: out of the cache, and by another than was selected.
        fileprivate(set) var cached = 0
        fileprivate(set) var fallbacks = 0
        fileprivate(set) var guardEvents: [GuardEvent: Int] = [:]

        /// A backend's share; empty for one that nothing is known of.
        subscript(_ backend: BackendID) -> BackendActivity { backends[backend] ?? BackendActivity() }
    }

    /// Backends come and go while the daemon runs; those beyond so many are not followed.
    private static let mostBackends = 1_000

    private let state = Mutex(Snapshot())
    private let listeners = Mutex<[@Sendable (DecisionRecord) -> Void]>([])

    /// From now on, each decision is told there too, on the thread of whoever decided: it must not wait.
    func listen(_ listener: @escaping @Sendable (DecisionRecord) -> Void) {
        listeners.withLock { $0.append(listener) }
    }

    private func tell(_ decision: DecisionRecord) {
        for listener in listeners.withLock({ $0 }) { listener(decision) }
    }

    /// All of it, now.
    var snapshot: Snapshot { state.withLock { $0 } }

    /// A request has ended.
    func took(_ receipt: EgressReceipt, _ settlement: Settlement, at time: Int64) {
        state.withLock { state in
            if receipt.purpose != .probe { state.generation &+= 1 }
            if state.backends[receipt.backend] != nil || state.backends.count < Self.mostBackends {
                state.backends[receipt.backend, default: BackendActivity()].took(receipt.purpose, settlement)
            }
            if let decision = settlement.decision { state.took(decision, at: time) }
        }
        if let decision = settlement.decision { tell(decision) }
    }

    /// A thought was decided that sent nothing, or nothing more.
    func took(_ decision: DecisionRecord, at time: Int64) {
        state.withLock { state in
            state.generation &+= 1
            state.took(decision, at: time)
        }
        tell(decision)
    }

    /// The guard did something.
    func took(_ event: GuardEvent) {
        state.withLock { state in
            state.generation &+= 1
            state.guardEvents[event, default: 0] += 1
        }
    }
}

extension Activity.Snapshot {
    fileprivate mutating func took(_ decision: DecisionRecord, at time: Int64) {
        decisions.append(Activity.Decided(time: time, record: decision))
        thoughts[decision.outcome, default: 0] += 1
        if decision.isCached { cached += 1 }
        if decision.hasFallenBack { fallbacks += 1 }
    }
}
