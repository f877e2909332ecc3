/// One try at one backend.
public struct Attempt: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        case answered
        case failed(FailureClass)

        /// The word for protocol and ledger.
        public var label: String {
            switch self {
            case .answered: "answered"
            case .failed(let failure): failure.rawValue
            }
        }
    }

    /// Who was asked.
    public let backend: BackendID
    /// How it ended.
    public let outcome: Outcome
    /// How long it took.
    public let duration: Duration

    init(backend: BackendID, outcome: Outcome, duration: Duration = .zero) {
        self.backend = backend
        self.outcome = outcome
        self.duration = duration
    }
}

/// What a thought came to.
public struct Answer: Sendable {
    /// The backend's text, untouched.
    public let text: String
    /// Who answered.
    public let backend: BackendID
    /// The model that says it answered.
    public let model: String
    /// What the task was taken for.
    public let kind: TaskKind
    /// How the answer ended.
    public let finish: FinishReason
    /// All tries in order, the answering one last.
    public internal(set) var attempts: [Attempt]
    /// The tokens of the answering try.
    public internal(set) var usage: Usage
    /// What it cost, if that is known.
    public internal(set) var cost: NanoDollars?
    /// From the request to its end.
    public internal(set) var duration: Duration
    /// From the request to the first text, for a streamed thought.
    public internal(set) var firstToken: Duration?
    /// Whether it was given before, to the very same request: nothing was sent, and nothing is paid.
    public internal(set) var isCached = false
}

/// Why a thought came to nothing.
public enum RoutingError: Error, Sendable {
    /// No backend may take the task; the rules that took each out.
    case noBackend([Rejection])
    /// Every candidate was tried and failed, in order.
    case allFailed([Attempt])
    /// The time ran out.
    case deadline([Attempt])
    /// The request would have carried an identity term; nothing was sent.
    case egressBlocked(EgressBlocked)
    /// The ledger cannot record; nothing was sent.
    case ledgerUnavailable([Attempt])
    case cancelled
}
