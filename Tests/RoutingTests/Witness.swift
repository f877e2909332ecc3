import Persona
import Synchronization

@testable import Routing

/// Keeps what happened, in order.
final class Witness: Sendable {
    private let seen = Mutex<[String]>([])

    var events: [String] { seen.withLock { $0 } }

    func note(_ event: String) { seen.withLock { $0.append(event) } }
}

/// A ledger whose steps are witnessed when they are done.
struct WitnessedLedger: EgressLedger {
    let ledger: any EgressLedger
    let witness: Witness

    func willSend(_ record: EgressRecord) async throws(LedgerUnavailable) -> EgressReceipt {
        let receipt = try await ledger.willSend(record)
        witness.note("row \(receipt.sequence)")
        return receipt
    }

    func settle(_ receipt: EgressReceipt, _ settlement: Settlement) async {
        await ledger.settle(receipt, settlement)
        witness.note("settled \(receipt.sequence)")
    }

    func decided(_ decision: DecisionRecord) async { await ledger.decided(decision) }

    func blocked(_ blocked: EgressBlocked) async { await ledger.blocked(blocked) }
}

/// A transport whose calls are witnessed when they begin.
struct WitnessedTransport: Transport {
    let transport: any Transport
    let witness: Witness

    func send(_ request: SealedRequest, limits: TransferLimits) async -> Result<HTTPReply, TransportError> {
        witness.note("sent")
        return await transport.send(request, limits: limits)
    }

    func stream<Value: Sendable>(
        _ request: SealedRequest,
        limits: TransferLimits,
        read: (HTTPStream) async -> Value
    ) async -> Result<Value, TransportError> {
        witness.note("sent")
        return await transport.stream(request, limits: limits, read: read)
    }
}
