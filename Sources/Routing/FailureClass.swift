/// What went wrong with an attempt, named by what is to be done next.
public enum FailureClass: String, Sendable, CaseIterable {
    /// The key was refused.
    case auth
    /// The account has no money or quota left.
    case quota
    /// Too many requests; the backend says when to come back.
    case rateLimited = "rate_limited"
    /// The backend has no capacity just now.
    case overloaded
    /// The backend does not know the model.
    case modelMissing = "model_missing"
    /// The prompt does not fit.
    case contextWindow = "context_window"
    /// The backend's content filter refused the prompt.
    case contentPolicy = "content_policy"
    /// The backend does not take the request.
    case badRequest = "bad_request"
    /// The model refused in a 200.
    case refused
    case timeoutConnect = "timeout_connect"
    case timeoutFirstToken = "timeout_first_token"
    case timeoutStall = "timeout_stall"
    case timeoutTotal = "timeout_total"
    /// No connection: refused, reset, no such host.
    case unreachable
    /// A kept connection had died under the request.
    case staleConnection = "stale_connection"
    /// The certificate or the handshake failed.
    case tls
    /// The answer ended before its end.
    case streamBroken = "stream_broken"
    /// The answer is not what its format promises.
    case malformed
    /// The answer is larger than allowed.
    case tooLarge = "too_large"
    /// The answer holds nothing.
    case empty
    /// 5xx.
    case serverError = "server_error"
    /// The judge found the answer wanting.
    case lowQuality = "low_quality"
    /// It would have cost more than a budget allows; nothing was sent.
    case overBudget = "over_budget"
    /// As many requests as it may have are in flight, or were sent this minute; nothing was sent.
    case saturated
    /// As many wait for its model as may; nothing was sent.
    case queueFull = "queue_full"
    /// Its model was not there in time; nothing was sent.
    case queueTimeout = "queue_timeout"
    /// Another model is loaded, and answering elsewhere is preferred to waiting; nothing was sent.
    case modelAway = "model_away"
    /// Its model could not be loaded, or was given up; nothing was sent.
    case modelFailed = "model_failed"
    /// The breaker had opened since the plan was made; nothing was sent.
    case breakerOpen = "breaker_open"
    /// The caller no longer wants it.
    case cancelled

    /// What the chain does next.
    public enum NextStep: Sendable {
        /// Ask the same backend once more at once: it is not to blame.
        case retryNow
        /// Ask the same backend again when some time has passed, and others meanwhile.
        case retryLater
        /// Ask others: this one would say the same again.
        case tryNext
        /// Nothing: another backend would be told the same, or nobody waits.
        case stop
    }

    /// What the chain does next.
    ///
    /// A content filter's verdict is final: routing around it would be a way to launder a prompt (FailoverBench S13).
    /// A backend that kept silent for its whole time is not asked to do so again (S06).
    public var next: NextStep {
        switch self {
        case .contentPolicy, .cancelled: .stop
        case .staleConnection: .retryNow
        case .rateLimited, .overloaded, .unreachable, .timeoutConnect, .tls, .streamBroken, .malformed, .empty,
            .serverError, .breakerOpen, .saturated, .modelAway:
            .retryLater
        case .auth, .quota, .modelMissing, .contextWindow, .badRequest, .refused, .timeoutFirstToken, .timeoutStall,
            .timeoutTotal, .tooLarge, .lowQuality, .overBudget, .queueFull, .queueTimeout, .modelFailed:
            .tryNext
        }
    }

    /// Whether the same backend may be asked again before the others: faults that are mostly over in a moment.
    var isRetriedAtOnce: Bool {
        switch self {
        case .rateLimited, .overloaded, .serverError: true
        default: false
        }
    }

    /// What the breaker and the health board make of it.
    public enum HealthEffect: Sendable {
        /// Counts against the breaker.
        case failure
        /// The configuration is wrong: out until it changes or a probe succeeds.
        case configError
        /// Out until the time that the backend named.
        case rateLimited
        /// Says nothing about the backend: the request or the caller caused it.
        case neutral
    }

    /// What the breaker and the health board make of it.
    public var healthEffect: HealthEffect {
        switch self {
        case .auth, .quota, .modelMissing: .configError
        case .rateLimited: .rateLimited
        case .contextWindow, .contentPolicy, .badRequest, .refused, .lowQuality, .overBudget, .saturated, .breakerOpen,
            .staleConnection, .cancelled, .queueFull, .queueTimeout, .modelAway:
            .neutral
        case .overloaded, .timeoutConnect, .timeoutFirstToken, .timeoutStall, .timeoutTotal, .unreachable, .tls,
            .streamBroken, .malformed, .tooLarge, .empty, .serverError, .modelFailed:
            .failure
        }
    }

    /// In words, for people; a constant.
    public var sentence: String {
        switch self {
        case .auth: "the key was refused"
        case .quota: "the account's quota or money is used up"
        case .rateLimited: "rate limited"
        case .overloaded: "overloaded"
        case .modelMissing: "it does not know the model"
        case .contextWindow: "the prompt does not fit"
        case .contentPolicy: "its content filter refused"
        case .badRequest: "it does not take the request"
        case .refused: "the model refused"
        case .timeoutConnect: "no connection in time"
        case .timeoutFirstToken: "no first token in time"
        case .timeoutStall: "the stream stalled"
        case .timeoutTotal: "no answer in time"
        case .unreachable: "no connection"
        case .staleConnection: "its connection had gone stale"
        case .tls: "the certificate or handshake failed"
        case .streamBroken: "the answer broke off"
        case .malformed: "the answer was malformed"
        case .tooLarge: "the answer was too large"
        case .empty: "the answer was empty"
        case .serverError: "it failed"
        case .lowQuality: "its answer was not good enough"
        case .overBudget: "it would cost more than is left"
        case .saturated: "it has as much work as it may have"
        case .queueFull: "too many wait for its model"
        case .queueTimeout: "its model was not there in time"
        case .modelAway: "another model is loaded"
        case .modelFailed: "its model could not be loaded"
        case .breakerOpen: "its breaker is open"
        case .cancelled: "cancelled"
        }
    }
}
