public import Routing
internal import Synchronization

/// A ledger in memory, which can be told to fail.
public final class MemoryLedger: EgressLedger {
    private struct State {
        var records: [EgressRecord] = []
        var settlements: [Int64: Settlement] = [:]
        var blocked: [EgressBlocked] = []
        var decisions: [DecisionRecord] = []
        var isBroken = false
    }

    private let state = Mutex(State())

    /// An empty ledger.
    public init(isBroken: Bool = false) {
        state.withLock { $0.isBroken = isBroken }
    }

    /// What was about to leave, in order.
    public var records: [EgressRecord] { state.withLock { $0.records } }

    /// How each ended, in the order of the records.
    public var settlements: [Settlement?] {
        state.withLock { state in (0..<state.records.count).map { state.settlements[Int64($0 + 1)] } }
    }

    /// What the egress scan held back.
    public var blockedRequests: [EgressBlocked] { state.withLock { $0.blocked } }

    /// How the thoughts were decided, in the order in which they ended.
    public var decisions: [DecisionRecord] { state.withLock { $0.decisions } }

    /// Records, or fails as told.
    public func willSend(_ record: EgressRecord) async throws(LedgerUnavailable) -> EgressReceipt {
        let sequence: Int64? = state.withLock { state in
            guard !state.isBroken else { return nil }
            state.records.append(record)
            return Int64(state.records.count)
        }
        guard let sequence else { throw LedgerUnavailable() }
        return EgressReceipt(sequence: sequence, for: record)
    }

    /// Records the end.
    public func settle(_ receipt: EgressReceipt, _ settlement: Settlement) async {
        state.withLock { state in
            state.settlements[receipt.sequence] = settlement
            if let decision = settlement.decision { state.decisions.append(decision) }
        }
    }

    /// Records how a thought was decided that sent nothing.
    public func decided(_ decision: DecisionRecord) async {
        state.withLock { $0.decisions.append(decision) }
    }

    /// Records what was held back.
    public func blocked(_ blocked: EgressBlocked) async {
        state.withLock { $0.blocked.append(blocked) }
    }
}
