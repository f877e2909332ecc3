/// What came of one request, as far as routing learns from it. Numbers only; never a word of a task.
public struct RequestOutcome: Sendable, Equatable {
    /// What the task was taken for.
    public var kind: TaskKind
    /// Who was asked.
    public var backend: BackendID
    /// Whether there was an answer, no refusal, good enough.
    public var isAnswered: Bool
    /// From 0 to 1; nil when nobody judged it.
    public var quality: Double?
    /// From the request to its end, in seconds.
    public var seconds: Double
    /// What a million of its tokens cost, in dollars; nil when nobody knows.
    public var dollarsPerMillion: Double?
    /// When, in milliseconds since 1970.
    public var time: Int64

    /// An outcome.
    public init(
        kind: TaskKind,
        backend: BackendID,
        isAnswered: Bool,
        quality: Double? = nil,
        seconds: Double = 0,
        dollarsPerMillion: Double? = nil,
        time: Int64 = 0
    ) {
        self.kind = kind
        self.backend = backend
        self.isAnswered = isAnswered
        self.quality = quality
        self.seconds = seconds
        self.dollarsPerMillion = dollarsPerMillion
        self.time = time
    }

    /// What came of a request; nil when it says nothing of the backend: the caller left, the task itself was at fault, or
    /// nobody had a thought.
    public init?(_ receipt: EgressReceipt, _ settlement: Settlement, time: Int64) {
        guard receipt.purpose == .thought, let kind = receipt.kind else { return nil }
        var isAnswered = true
        if case .failed(let failure) = settlement.outcome {
            guard failure.teaches else { return nil }
            isAnswered = false
        }
        self.init(
            kind: kind,
            backend: receipt.backend,
            isAnswered: isAnswered,
            quality: settlement.quality,
            seconds: settlement.duration / .seconds(1),
            dollarsPerMillion: Self.dollarsPerMillion(settlement.cost, settlement.usage, isLocal: receipt.isLocal),
            time: time
        )
    }

    /// What a million tokens cost; nil when the sum or the tokens are not known. A local model is free where nobody says
    /// otherwise.
    public static func dollarsPerMillion(_ cost: NanoDollars?, _ usage: Usage, isLocal: Bool?) -> Double? {
        guard let cost else { return isLocal == true ? 0 : nil }
        let parts = [
            usage.inputUncached, usage.inputCacheRead, usage.inputCacheWrite, usage.outputVisible,
            usage.outputReasoning,
        ]
        // Counts are a backend's own words.
        let tokens = parts.reduce(0.0) { $0 + min(max(Double($1 ?? 0), 0), 1e9) }
        return tokens > 0 ? Double(cost.value) / tokens / 1_000 : nil
    }
}

extension FailureClass {
    /// Whether it says something of how well the backend serves such tasks.
    public var teaches: Bool {
        switch self {
        case .refused, .lowQuality: true
        case .contextWindow, .contentPolicy, .badRequest, .overBudget, .saturated, .queueFull, .queueTimeout,
            .modelAway,
            .breakerOpen, .cancelled, .tooLarge:
            false
        case .auth, .quota, .rateLimited, .overloaded, .modelMissing, .timeoutConnect, .timeoutFirstToken,
            .timeoutStall, .timeoutTotal, .unreachable, .staleConnection, .tls, .streamBroken, .malformed, .empty,
            .serverError, .modelFailed:
            true
        }
    }
}
