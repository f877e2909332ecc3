public import Persona

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
    public internal(set) var outcome: Outcome
    /// How long it took.
    public let duration: Duration
    /// Of one that could not wait for its model: in how long it may be otherwise, as far as can be guessed.
    public let retryAfter: Duration?

    init(backend: BackendID, outcome: Outcome, duration: Duration = .zero, retryAfter: Duration? = nil) {
        self.backend = backend
        self.outcome = outcome
        self.duration = duration
        self.retryAfter = retryAfter
    }
}

/// What a thought came to.
public struct Answer: Sendable {
    /// The backend's text, untouched.
    public let text: String
    /// The tools that the model wants called.
    public let calls: [ToolCall]
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
    /// The thought's name in the ledger.
    public internal(set) var thought: String
    /// How good the judge found it, from 0 to 1; nil when nobody judged it.
    public let confidence: Double?
    /// Whether it was given before, to the very same request: nothing was sent, and nothing is paid.
    public internal(set) var isCached = false
    /// Of one that was given to the same question in other words: how near the two are, from 0 to 1.
    public internal(set) var similarity: Double?

    /// The answer's tokens a second, hidden reasoning among them; nil when the tokens are not known.
    public var tokensPerSecond: Double? {
        guard let visible = usage.outputVisible, let last = attempts.last(where: { $0.outcome == .answered }),
            last.duration > .zero
        else { return nil }
        return Double(visible + (usage.outputReasoning ?? 0)) / (last.duration / .seconds(1))
    }
}

extension Answer {
    init(
        _ completion: Completion,
        _ usage: Usage,
        _ end: CallEnd,
        _ course: Course,
        backend: Backend,
        cost: NanoDollars?,
        confidence: Double?
    ) {
        self.init(
            text: completion.text,
            calls: completion.calls,
            backend: backend.id,
            model: completion.model ?? course.thought.constraints.model ?? backend.model,
            kind: course.plan.classification.kind,
            finish: completion.finish,
            attempts: course.run.attempts,
            usage: usage,
            cost: cost,
            duration: end.ended - course.run.start,
            firstToken: course.run.firstToken,
            thought: course.run.id,
            confidence: confidence
        )
    }
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
