internal import Routing

/// Why the front door does not answer, in a form that each dialect can tell.
///
/// It never carries a prompt, a provider's body, a secret or a matched identity term: sentences of ours, names of fields and
/// backends, and numbers.
struct DoorError: Error, Sendable, Equatable {
    /// For programs.
    var code: Code
    /// For people: what is wrong, and what to do.
    var message: String
    /// The field that is to blame, as the client named it.
    var field: String?
    /// Who failed: the door itself, or a backend by its name.
    var src = DoorError.ourselves
    /// In how many seconds it may be otherwise.
    var retryAfter: Int?
    /// Who was asked, in order, and how it ended.
    var attempts: [Try]?

    /// The ``src`` of what the daemon itself has to say.
    static let ourselves = "workshop"

    /// One try at one backend.
    struct Try: Sendable, Equatable {
        var backend: String
        /// `answered`, or the failure's class.
        var outcome: String

        init(backend: String, outcome: String) {
            self.backend = backend
            self.outcome = outcome
        }

        init(_ attempt: Attempt) {
            self.init(backend: attempt.backend.rawValue, outcome: attempt.outcome.label)
        }
    }

    init(_ code: Code, _ message: String? = nil, field: String? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message ?? code.sentence
        self.field = field
        self.retryAfter = retryAfter ?? code.retryAfter
    }

    /// A field's fault.
    static func invalid(_ field: String, _ message: String? = nil) -> DoorError {
        DoorError(
            .invalidRequest,
            message ?? "The field \(field) is missing, unknown, or not what it should be.",
            field: field
        )
    }

    /// What is not done here, though others do it.
    static func unsupported(_ field: String, _ message: String) -> DoorError {
        DoorError(.unsupported, message, field: field)
    }
}

extension DoorError {
    /// The codes; the raw value is on the wire. The table stands in `docs/http.md`.
    enum Code: String, Sendable, CaseIterable {
        case invalidRequest = "invalid_request"
        case invalidJSON = "invalid_json"
        case unsupported
        case unknownModel = "model_not_found"
        case unknownPersona = "unknown_persona"
        case contextWindow = "context_length_exceeded"
        case contentPolicy = "content_policy_violation"
        case unauthorized = "invalid_api_key"
        case wrongHost = "wrong_host"
        case wrongOrigin = "wrong_origin"
        case notPermitted = "not_permitted"
        case refused = "persona_refused"
        case quarantined
        case egressBlocked = "egress_blocked"
        case noSuchPath = "not_found"
        case wrongMethod = "method_not_allowed"
        case slowClient = "request_timeout"
        case tooLarge = "request_too_large"
        case headersTooLarge = "headers_too_large"
        case notJSON = "not_json"
        case notHTTP = "not_http"
        case rateLimited = "rate_limit_exceeded"
        case tooManyInFlight = "too_many_in_flight"
        case overBudget = "insufficient_quota"
        case queueFull = "queue_full"
        case cancelled
        case internalError = "internal_error"
        case allBackendsFailed = "all_backends_failed"
        case streamInterrupted = "stream_interrupted"
        case noBackend = "no_backend"
        case busy
        case ledgerUnavailable = "ledger_unavailable"
        case shuttingDown = "shutting_down"
        case deadlineExceeded = "deadline_exceeded"

        /// The HTTP status.
        var status: Int {
            switch self {
            case .invalidRequest, .invalidJSON, .notHTTP, .unsupported, .unknownPersona, .contextWindow, .contentPolicy:
                400
            case .unauthorized: 401
            case .wrongHost, .wrongOrigin, .notPermitted, .refused, .quarantined, .egressBlocked: 403
            case .unknownModel, .noSuchPath: 404
            case .wrongMethod: 405
            case .slowClient: 408
            case .tooLarge: 413
            case .notJSON: 415
            case .rateLimited, .tooManyInFlight, .overBudget, .queueFull: 429
            case .headersTooLarge: 431
            // What nginx calls a client that has left; nobody reads it.
            case .cancelled: 499
            case .internalError: 500
            case .allBackendsFailed, .streamInterrupted: 502
            case .noBackend, .busy, .ledgerUnavailable, .shuttingDown: 503
            case .deadlineExceeded: 504
            }
        }

        /// The `type` of OpenAI's errors (https://platform.openai.com/docs/guides/error-codes).
        var openAIType: StaticString {
            switch self {
            case .overBudget: "insufficient_quota"
            case .rateLimited, .tooManyInFlight, .queueFull: "rate_limit_error"
            case .wrongHost, .wrongOrigin, .notPermitted, .refused, .quarantined, .egressBlocked: "permission_error"
            default: status < 500 ? "invalid_request_error" : "server_error"
            }
        }

        /// The `type` of Anthropic's errors (https://docs.anthropic.com/en/api/errors).
        var anthropicType: StaticString {
            switch self {
            case .unauthorized: "authentication_error"
            case .wrongHost, .wrongOrigin, .notPermitted, .refused, .quarantined, .egressBlocked: "permission_error"
            case .unknownModel, .noSuchPath: "not_found_error"
            case .tooLarge: "request_too_large"
            case .rateLimited, .tooManyInFlight, .queueFull: "rate_limit_error"
            case .overBudget: "billing_error"
            case .noBackend, .busy, .shuttingDown: "overloaded_error"
            case .deadlineExceeded: "timeout_error"
            default: status < 500 ? "invalid_request_error" : "api_error"
            }
        }

        /// Whether asking again can help; said as `x-should-retry`, which the vendors' own SDKs heed before the status.
        var isWorthRetrying: Bool {
            switch self {
            case .overBudget, .internalError: false
            default: status == 408 || status == 429 || status >= 500
            }
        }

        /// The seconds that it names when nobody knows better.
        fileprivate var retryAfter: Int? {
            switch self {
            case .tooManyInFlight, .busy, .shuttingDown: 1
            default: nil
            }
        }

        /// What is wrong, when there is nothing more to say about it.
        fileprivate var sentence: String {
            switch self {
            case .invalidRequest: "A field is missing, unknown, or not what it should be."
            case .invalidJSON: "The body is not a JSON object."
            case .unsupported: "The request asks for something that is not done here."
            case .unknownModel: "There is no such model; GET /v1/models lists them."
            case .unknownPersona: "There is no such persona."
            case .contextWindow: "The prompt does not fit into any backend that may take it."
            case .contentPolicy: "A backend's content filter refused the prompt."
            case .unauthorized: "The key is missing, wrong or revoked; workshop key new makes one."
            case .wrongHost: "The Host header names another machine; use the address that the door listens on."
            case .wrongOrigin: "Pages of this origin may not use the door; http.cors names those that may."
            case .notPermitted: "This key may not do that."
            case .refused: "The request names what may not leave this machine."
            case .quarantined: "The request may name what may not leave this machine, and waits for the owner."
            case .egressBlocked: "The request would have carried what may not leave this machine."
            case .noSuchPath: "There is no such path; docs/http.md lists them."
            case .wrongMethod: "The path has no such method."
            case .slowClient: "The request took too long to arrive."
            case .tooLarge: "The body is larger than the limit."
            case .headersTooLarge: "The headers are larger than the limit."
            case .notJSON: "The body is not of type application/json."
            case .notHTTP: "What was sent is no HTTP/1.1."
            case .rateLimited: "The key has sent as many requests as it may for now."
            case .tooManyInFlight: "The key has as many requests under way as it may."
            case .overBudget: "The budget does not cover the request."
            case .queueFull: "As many wait for this model as may wait."
            case .cancelled: "The client has left."
            case .internalError: "The bridge made a mistake; its log has the details."
            case .allBackendsFailed: "Every backend that could take the request failed."
            case .streamInterrupted: "The backend broke off after it had begun; send the request again."
            case .noBackend: "No backend may take the request."
            case .busy: "The door has as many requests under way as it may."
            case .ledgerUnavailable: "The ledger cannot record, so nothing is sent."
            case .shuttingDown: "The bridge is shutting down."
            case .deadlineExceeded: "The time for the request ran out."
            }
        }
    }
}

extension DoorError {
    /// What the thought came to, for the door.
    init(_ error: BridgeError) {
        self.init(Self.code(of: error))
        field = error.details.field
        retryAfter = error.retryAfter ?? retryAfter
        if let tried = error.details.attempts, !tried.isEmpty {
            attempts = tried.map(Try.init)
            src = Self.culprit(of: tried)
        }
        let rejected = (error.details.rejected ?? []).filter { $0.rule != .notRequested }
        if code == .noBackend || code == .unsupported, !rejected.isEmpty {
            message +=
                " Left out: " + rejected.map { "\($0.backend) (\($0.rule.rawValue))" }.joined(separator: ", ") + "."
        }
    }

    /// A stream whose first words were sent has broken off: the last of these tries is to blame.
    init(interruptedBy tried: [Attempt]) {
        self.init(.streamInterrupted)
        attempts = tried.map(Try.init)
        src = Self.culprit(of: tried)
    }

    /// Whose failure a client hears of: the last backend's that failed by itself; ourselves, when nothing but our own rules
    /// kept every one from being asked.
    private static func culprit(of tried: [Attempt]) -> String {
        tried.last { !$0.isOurDoing }?.backend.rawValue ?? ourselves
    }

    private static func code(of error: BridgeError) -> Code {
        switch error.code {
        case .parseError: .invalidJSON
        case .invalidRequest, .invalidParams, .protocolUnsupported, .lineTooLong, .unknownThought, .experimentRunning,
            .badConfiguration, .unknownJob, .jobConflict,
            .comparisonTooDear, .badMigration, .noMigration, .migrationRuns:
            .invalidRequest
        case .queueFull: .queueFull
        case .methodNotFound: .noSuchPath
        case .internalError: .internalError
        case .tooManyInFlight: .tooManyInFlight
        case .shuttingDown: .shuttingDown
        case .personaRefused: .refused
        case .egressBlocked: .egressBlocked
        case .noBackend: code(of: error.details.rejected ?? [])
        case .allBackendsFailed: code(of: error.details.attempts ?? [])
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        case .ledgerUnavailable, .memoryUnavailable: .ledgerUnavailable
        case .unknownPersona: .unknownPersona
        case .unknownBackend: .unknownModel
        case .quarantined: .quarantined
        case .notPermitted: .notPermitted
        }
    }

    /// What all tries have in common, where a client can do something about it.
    private static func code(of attempts: [Attempt]) -> Code {
        if attempts.last?.outcome == .failed(.contentPolicy) { return .contentPolicy }
        if attempts.isEmpty { return .allBackendsFailed }
        // Somebody could have answered, had there been less to do; and nobody else could.
        let isCrowded = { (attempt: Attempt) in
            [.failed(.queueFull), .failed(.queueTimeout)].contains(attempt.outcome)
        }
        if attempts.contains(where: isCrowded) { return .queueFull }
        if attempts.allSatisfy({ $0.outcome == .failed(.contextWindow) }) { return .contextWindow }
        if attempts.allSatisfy({ $0.outcome == .failed(.overBudget) }) { return .overBudget }
        return .allBackendsFailed
    }

    /// What all backends were left out for, where a client can do something about it.
    private static func code(of rejected: [Rejection]) -> Code {
        let rules = Set(rejected.map(\.rule)).subtracting([.notRequested, .disabled])
        if rules == [.context] { return .contextWindow }
        // Nothing that passes: another request is the remedy.
        if !rules.isEmpty && rules.isSubset(of: [.modality, .capability]) { return .unsupported }
        return rules == [.budget] ? .overBudget : .noBackend
    }
}

extension Attempt {
    /// Whether it was a rule of ours that ended it, and not the backend: what it would cost, how much work we give it.
    fileprivate var isOurDoing: Bool {
        switch outcome {
        case .answered: false
        case .failed(let failure): [.overBudget, .saturated, .cancelled].contains(failure)
        }
    }
}
