internal import Persona
internal import Routing

/// An error as the protocol knows it: a code, a name, one fixed sentence, and data that holds no text of anybody's.
///
/// The table stands in `docs/protocol.md`.
public struct BridgeError: Error, Sendable {
    /// The codes; the raw value is the `code` on the wire.
    public enum Code: Int, Sendable, CaseIterable {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case internalError = -32603
        case protocolUnsupported = -32001
        case tooManyInFlight = -32002
        case lineTooLong = -32003
        case shuttingDown = -32004
        case personaRefused = -32010
        case egressBlocked = -32011
        case noBackend = -32012
        case allBackendsFailed = -32013
        case deadlineExceeded = -32014
        case cancelled = -32015
        case ledgerUnavailable = -32016
        case unknownPersona = -32017
        case unknownBackend = -32018
        case quarantined = -32019
        case notPermitted = -32020
        case memoryUnavailable = -32021
        case unknownThought = -32022
        case experimentRunning = -32028
        case badConfiguration = -32030
        case unknownJob = -32040
        case queueFull = -32041
        case jobConflict = -32042
        case comparisonTooDear = -32043
        case badMigration = -32044
        case noMigration = -32045
        case migrationRuns = -32046

        /// The name in `data.code`.
        public var name: StaticString {
            switch self {
            case .parseError: "parse_error"
            case .invalidRequest: "invalid_request"
            case .methodNotFound: "method_not_found"
            case .invalidParams: "invalid_params"
            case .internalError: "internal_error"
            case .protocolUnsupported: "protocol_unsupported"
            case .tooManyInFlight: "too_many_in_flight"
            case .lineTooLong: "line_too_long"
            case .shuttingDown: "shutting_down"
            case .personaRefused: "persona_refused"
            case .egressBlocked: "egress_blocked"
            case .noBackend: "no_backend"
            case .allBackendsFailed: "all_backends_failed"
            case .deadlineExceeded: "deadline_exceeded"
            case .cancelled: "cancelled"
            case .ledgerUnavailable: "ledger_unavailable"
            case .unknownPersona: "unknown_persona"
            case .unknownBackend: "unknown_backend"
            case .quarantined: "quarantined"
            case .notPermitted: "not_permitted"
            case .memoryUnavailable: "memory_unavailable"
            case .unknownThought: "unknown_thought"
            case .experimentRunning: "experiment_running"
            case .badConfiguration: "bad_configuration"
            case .unknownJob: "unknown_job"
            case .queueFull: "queue_full"
            case .jobConflict: "job_conflict"
            case .comparisonTooDear: "comparison_too_dear"
            case .badMigration: "bad_migration"
            case .noMigration: "no_migration"
            case .migrationRuns: "migration_runs"
            }
        }

        /// The fixed sentence.
        public var message: StaticString {
            switch self {
            case .parseError: "The line is not JSON."
            case .invalidRequest: "The line is not a JSON-RPC 2.0 request."
            case .methodNotFound: "There is no such method."
            case .invalidParams: "A parameter is missing, unknown or of the wrong type."
            case .internalError: "The bridge made a mistake; its log has the details."
            case .protocolUnsupported: "This protocol version is not spoken here."
            case .tooManyInFlight: "Too many requests are in flight on this connection."
            case .lineTooLong: "The line is longer than the limit."
            case .shuttingDown: "The bridge is shutting down."
            case .personaRefused: "The task names what may not leave this machine."
            case .egressBlocked: "The request would have carried what may not leave this machine."
            case .noBackend: "No backend may take this task."
            case .allBackendsFailed: "Every backend that could take this task failed."
            case .deadlineExceeded: "The time for this task ran out."
            case .cancelled: "The request was cancelled."
            case .ledgerUnavailable: "The ledger cannot record, so nothing is sent."
            case .unknownPersona: "There is no such persona."
            case .unknownBackend: "There is no such backend."
            case .quarantined: "The task may name what may not leave this machine, and waits for the owner."
            case .notPermitted: "Only the daemon's own user may ask that."
            case .memoryUnavailable: "What is kept on this machine cannot be read or written."
            case .unknownThought: "There is no such thought of yours."
            case .experimentRunning: "An experiment is running; stop it first."
            case .badConfiguration: "The configuration is wrong, so nothing has changed."
            case .unknownJob: "There is no such job of yours."
            case .queueFull: "No more jobs can wait; let some end first."
            case .jobConflict: "The job does not stand where that can be done."
            case .comparisonTooDear: "The comparison could cost more than is allowed, so nothing is sent."
            case .badMigration: "There is no such migration to be made, so nothing has changed."
            case .noMigration: "No migration is under way."
            case .migrationRuns: "A migration is under way already."
            }
        }
    }

    /// What else an error may say.
    struct Details: Sendable {
        var field: String?
        var limit: Int?
        var supported: [Int]?
        var say: String?
        var identityClass: IdentityClass?
        var leak: Int64?
        var attempts: [Attempt]?
        var rejected: [Rejection]?
        var problems: [ConfigProblem]?
        /// What to do about it; one of our own sentences.
        var why: String?
        /// What it could cost.
        var usd: Double?

        /// In how many seconds a model may be there, for which nobody could wait any longer.
        var retryAfter: Int? {
            let guesses = (attempts ?? []).compactMap(\.retryAfter)
            return guesses.min().map { max(1, Int(($0 / .seconds(1)).rounded(.up))) }
        }
    }

    /// Which error.
    public let code: Code
    var details = Details()

    init(_ code: Code, _ details: Details = Details()) {
        self.code = code
        self.details = details
    }

    /// In how many seconds it may be otherwise, when somebody could not wait any longer for a model; nil for other errors.
    var retryAfter: Int? { details.retryAfter }

    /// A parameter's fault.
    static func invalidParams(_ field: String) -> BridgeError { BridgeError(.invalidParams, Details(field: field)) }
}
