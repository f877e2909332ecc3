/// A bound on what may be spent.
public struct Budget: Sendable, Equatable {
    /// Whose spending counts.
    public enum Scope: Sendable, Hashable {
        case everything
        case backend(BackendID)
        /// Everything that one caller asks for; the empty name stands for each caller by itself.
        case caller(String)
    }

    /// From when to when.
    public enum Period: String, Sendable, CaseIterable {
        /// One thought with all of its attempts.
        case task
        /// A day, in UTC.
        case day
        /// A month, in UTC.
        case month
    }

    /// Whose spending counts.
    public var scope: Scope
    /// From when to when.
    public var period: Period
    /// How much.
    public var limit: NanoDollars

    /// A budget.
    public init(scope: Scope = .everything, period: Period, limit: NanoDollars) {
        self.scope = scope
        self.period = period
        self.limit = limit
    }
}

/// Whether and for how long an answer is given again to the very same request.
public struct CachePolicy: Sendable, Equatable {
    /// Whether anything is kept.
    public var isOn: Bool
    /// How long an answer is fresh.
    public var maxAge: Duration
    /// How many answers are kept.
    public var maxEntries: Int
    /// How many bytes the kept requests and answers may have together.
    public var maxBytes: Int
    /// Whether an answer is also given to the same question in other words; nil for the very same request alone.
    public var semantic: SemanticPolicy?

    /// The defaults of `docs/configuration.md`: off.
    public init(
        isOn: Bool = false,
        maxAge: Duration = .seconds(600),
        maxEntries: Int = 1_000,
        maxBytes: Int = 16 << 20,
        semantic: SemanticPolicy? = nil
    ) {
        self.isOn = isOn
        self.maxAge = maxAge
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
        self.semantic = semantic
    }
}
