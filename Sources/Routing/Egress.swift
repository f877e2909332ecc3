public import Persona

/// What the ledger is told before a request leaves.
public struct EgressRecord: Sendable {
    /// Why it leaves.
    public enum Purpose: String, Sendable {
        case thought, probe
        /// A judgement on an answer by a model: the router's own cost.
        case critique
        /// A task that several backends are given, to compare them.
        case comparison
        /// A copy of a thought for the target of a migration; nobody is shown its answer.
        case shadow
        /// A text whose vector is looked up.
        case embedding
    }

    /// Why it leaves.
    public let purpose: Purpose
    /// To whom.
    public let backend: BackendID
    /// The model that is asked for.
    public let model: String
    /// The thought that it belongs to; nil for a probe.
    public let thought: String?
    /// The how-manieth try of the thought, from 1.
    public let attempt: Int
    /// What the task was taken for; nil for a probe.
    public let kind: TaskKind?
    /// Who asked, in the game's terms; stays in the ledger.
    public let caller: String?
    /// Whether the backend runs on this machine.
    public let isLocal: Bool?
    /// How many terms were replaced before it was written.
    public let standIns: Int
    /// The final bytes.
    public let request: SealedRequest

    package init(
        purpose: Purpose,
        backend: BackendID,
        model: String,
        thought: String?,
        attempt: Int,
        kind: TaskKind?,
        caller: String?,
        isLocal: Bool? = nil,
        standIns: Int = 0,
        request: SealedRequest
    ) {
        self.purpose = purpose
        self.backend = backend
        self.model = model
        self.thought = thought
        self.attempt = attempt
        self.kind = kind
        self.caller = caller
        self.isLocal = isLocal
        self.standIns = standIns
        self.request = request
    }
}

/// What the ledger is told when it is over.
public struct Settlement: Sendable {
    /// How it ended.
    public let outcome: Attempt.Outcome
    /// How long it took.
    public let duration: Duration
    /// The model that answered.
    public let model: String?
    /// The tokens.
    public let usage: Usage
    /// What it cost; nil when that is not known.
    public let cost: NanoDollars?
    /// From the request to the first text, when it was streamed.
    public let firstToken: Duration?
    /// How good the answer was found to be, from 0 to 1; nil when nobody judged it.
    public let quality: Double?
    /// With the last request of a thought: how the thought was decided. It is written in the same commit.
    public let decision: DecisionRecord?

    package init(
        outcome: Attempt.Outcome,
        duration: Duration,
        model: String?,
        usage: Usage,
        cost: NanoDollars?,
        firstToken: Duration? = nil,
        quality: Double? = nil,
        decision: DecisionRecord? = nil
    ) {
        self.outcome = outcome
        self.duration = duration
        self.model = model
        self.usage = usage
        self.cost = cost
        self.firstToken = firstToken
        self.quality = quality
        self.decision = decision
    }

    /// The answer's tokens a second, hidden reasoning among them, from the first text on; over all of the time when that
    /// moment is not known. Nil when the tokens are not.
    public var tokensPerSecond: Double? {
        guard outcome == .answered, let visible = usage.outputVisible else { return nil }
        let time = (duration - (firstToken ?? .zero)) / .seconds(1)
        return time > 0 ? Double(visible + (usage.outputReasoning ?? 0)) / time : nil
    }
}

/// The place of a request in the ledger.
public struct EgressReceipt: Sendable, Hashable {
    /// The sequence number of its row.
    public let sequence: Int64
    /// Why it left.
    public let purpose: EgressRecord.Purpose
    /// To whom.
    public let backend: BackendID
    /// Whether that backend runs on this machine.
    public let isLocal: Bool?
    /// What the task was taken for.
    public let kind: TaskKind?
    /// Who asked.
    public let caller: String?

    /// The receipt of the row.
    public init(sequence: Int64, for record: EgressRecord) {
        self.sequence = sequence
        self.purpose = record.purpose
        self.backend = record.backend
        self.isLocal = record.isLocal
        self.kind = record.kind
        self.caller = record.caller
    }
}

/// The ledger cannot record.
public struct LedgerUnavailable: Error, Sendable {
    /// The one error there is: the ledger's own log has the reason.
    public init() {}
}

/// Where every request is written down before it leaves.
public protocol EgressLedger: Sendable {
    /// Commits the record; returns only when a crash could no longer lose it.
    func willSend(_ record: EgressRecord) async throws(LedgerUnavailable) -> EgressReceipt

    /// Commits how it ended.
    func settle(_ receipt: EgressReceipt, _ settlement: Settlement) async

    /// Notes how a thought was decided that sent nothing, such as one that the cache answered; waits for nothing.
    func decided(_ decision: DecisionRecord) async

    /// Notes that the egress scan held a request back.
    func blocked(_ blocked: EgressBlocked) async
}

/// A request that the egress scan held back.
public struct EgressBlocked: Error, Sendable, Equatable {
    /// To whom it would have gone.
    public let backend: BackendID
    /// What was found, without the term.
    public let violation: EgressViolation

    package init(backend: BackendID, violation: EgressViolation) {
        self.backend = backend
        self.violation = violation
    }
}

/// The one door out: scan, record, send, in this order. Nothing else holds the transport.
struct Egress: Sendable {
    private let scan: EgressScan
    private let ledger: any EgressLedger
    private let transport: any Transport

    init(scan: EgressScan, ledger: any EgressLedger, transport: any Transport) {
        self.scan = scan
        self.ledger = ledger
        self.transport = transport
    }

    /// A request that is scanned and committed to the ledger, and may be sent once.
    struct Passage: ~Copyable {
        let receipt: EgressReceipt
        fileprivate let request: SealedRequest
    }

    /// Why a request does not leave.
    enum Refusal: Error {
        case blocked(EgressBlocked)
        case unrecorded
    }

    /// Scans and records. When it returns, the ledger row is committed.
    func pass(
        _ request: OutgoingRequest,
        to backend: Backend,
        record: (SealedRequest) -> EgressRecord
    ) async throws(Refusal) -> Passage {
        let sealed: SealedRequest
        do { sealed = try scan.seal(request) } catch {
            let blocked = EgressBlocked(backend: backend.id, violation: error)
            await ledger.blocked(blocked)
            throw .blocked(blocked)
        }
        do { return Passage(receipt: try await ledger.willSend(record(sealed)), request: sealed) } catch {
            throw .unrecorded
        }
    }

    /// Sends, for a whole reply.
    func send(_ passage: consuming Passage, limits: TransferLimits) async -> Result<HTTPReply, TransportError> {
        await transport.send(passage.request, limits: limits)
    }

    /// Sends, for a streamed reply.
    func stream<Value: Sendable>(
        _ passage: consuming Passage,
        limits: TransferLimits,
        read: (HTTPStream) async -> Value
    ) async -> Result<Value, TransportError> {
        await transport.stream(passage.request, limits: limits, read: read)
    }

    /// Records the end.
    func settle(_ receipt: EgressReceipt, _ settlement: Settlement) async {
        await ledger.settle(receipt, settlement)
    }
}
