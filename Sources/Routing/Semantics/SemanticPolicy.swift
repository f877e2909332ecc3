/// Whether an answer is also given to the same question in other words, and who says how near two questions are.
public struct SemanticPolicy: Sendable, Equatable {
    /// Whose vectors are compared.
    public var backend: BackendID
    /// The model that makes them.
    public var model: String
    /// The least cosine of two questions that may be the same, from 0 to 1. The gate decides behind it.
    public var threshold: Double
    /// How long a thought waits for a vector at most.
    public var timeout: Duration
    /// How long an answer is fresh.
    public var maxAge: Duration
    /// How many answers are kept.
    public var maxEntries: Int
    /// How many bytes questions, vectors and answers may have together.
    public var maxBytes: Int
    /// What the judge must have thought of an answer that is given again, from 0 to 1.
    public var minConfidence: Double
    /// Dollars per million tokens of the embedding model; nil where it is the backend's own price, or free on this machine.
    public var price: Double?

    /// The defaults of `docs/configuration.md`.
    public init(
        backend: BackendID,
        model: String,
        threshold: Double = 0.9,
        timeout: Duration = .milliseconds(250),
        maxAge: Duration = .seconds(600),
        maxEntries: Int = 10_000,
        maxBytes: Int = 128 << 20,
        minConfidence: Double = 0.7,
        price: Double? = nil
    ) {
        self.backend = backend
        self.model = model
        self.threshold = threshold
        self.timeout = timeout
        self.maxAge = maxAge
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
        self.minConfidence = minConfidence
        self.price = price
    }
}

/// What came of looking questions up by meaning, since the daemon started.
public struct SemanticFigures: Sendable, Equatable {
    /// Thoughts that were answered so.
    public internal(set) var hits = 0
    /// Thoughts whose vector was looked up in vain.
    public internal(set) var misses = 0
    /// Of the misses: near enough by their vectors, and kept apart by the gate.
    public internal(set) var gated = 0
    /// Thoughts that went on without a vector: the backend failed, was slow, or rested after failures.
    public internal(set) var failures = 0
    /// What the hits had cost the first time, as far as that is known.
    public internal(set) var saved = NanoDollars(0)
    /// What vectors cost, as far as that is known.
    public internal(set) var spent = NanoDollars(0)
    /// Answers kept now.
    public internal(set) var entries = 0
    /// Their bytes, vectors and questions among them.
    public internal(set) var bytes = 0

    /// Nothing yet.
    public init() {}
}
