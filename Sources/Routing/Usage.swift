internal import Persona

/// Token counts of one answer, in the five classes that are priced apart. Nil is "not said", zero is zero.
public struct Usage: Sendable, Equatable {
    /// Where the numbers come from.
    public enum Source: String, Sendable {
        case provider, estimated, missing
    }

    /// Prompt tokens that were neither read from nor written to a cache.
    public var inputUncached: Int?
    /// Prompt tokens read from a cache.
    public var inputCacheRead: Int?
    /// Prompt tokens written to a cache.
    public var inputCacheWrite: Int?
    /// Answer tokens that somebody can read.
    public var outputVisible: Int?
    /// Answer tokens spent on hidden reasoning.
    public var outputReasoning: Int?
    /// Where the numbers come from.
    public var source: Source

    /// Counts; those not given were not said.
    public init(
        inputUncached: Int? = nil,
        inputCacheRead: Int? = nil,
        inputCacheWrite: Int? = nil,
        outputVisible: Int? = nil,
        outputReasoning: Int? = nil,
        source: Source
    ) {
        self.inputUncached = inputUncached
        self.inputCacheRead = inputCacheRead
        self.inputCacheWrite = inputCacheWrite
        self.outputVisible = outputVisible
        self.outputReasoning = outputReasoning
        self.source = source
    }

    /// The backend said nothing.
    public static let missing = Usage(source: .missing)

    /// What a backend would have counted, as far as the sizes tell; marked as estimated.
    static func estimated(_ prompt: BlindPrompt, answerBytes: Int) -> Usage {
        Usage(inputUncached: prompt.estimatedTokens, outputVisible: (answerBytes + 3) / 4, source: .estimated)
    }

    /// These counts, or others when nothing was said here.
    func or(_ other: Usage) -> Usage { source == .missing ? other : self }
}

/// An amount of money in billionths of a dollar: a million tokens at a thousandth of a cent each still add up exactly.
public struct NanoDollars: Sendable, Hashable, Comparable {
    /// The amount.
    public var value: Int64

    /// An amount.
    public init(_ value: Int64) {
        self.value = value
    }

    /// In dollars, for people and the protocol.
    public var dollars: Double { Double(value) / 1_000_000_000 }

    /// By amount.
    public static func < (left: NanoDollars, right: NanoDollars) -> Bool { left.value < right.value }
}

/// What a backend charges, in dollars per million tokens.
public struct PriceVector: Sendable, Equatable {
    /// For a prompt token.
    public var input: Double
    /// For an answer token, a reasoning token among them.
    public var output: Double
    /// For a prompt token read from a cache; as `input` when not said.
    public var cacheRead: Double?
    /// For a prompt token written to a cache; as `input` when not said.
    public var cacheWrite: Double?

    /// Prices.
    public init(input: Double, output: Double, cacheRead: Double? = nil, cacheWrite: Double? = nil) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
    }

    /// What an answer costs, or nil when the prompt's or the answer's size was not said: unknown is not free.
    ///
    /// One dollar per million tokens is 1,000 billionths of a dollar a token.
    public func cost(of usage: Usage) -> NanoDollars? {
        guard usage.source != .missing, let uncached = usage.inputUncached, let visible = usage.outputVisible
        else { return nil }
        let read = Double(usage.inputCacheRead ?? 0) * (cacheRead ?? input)
        let write = Double(usage.inputCacheWrite ?? 0) * (cacheWrite ?? input)
        let answer = (Double(visible) + Double(usage.outputReasoning ?? 0)) * output
        // Counts come from a backend and may be absurd; what no integer holds is not known either.
        let value = Int64(exactly: ((Double(uncached) * input + read + write + answer) * 1_000).rounded())
        return value.map(NanoDollars.init)
    }
}

extension BlindPrompt {
    /// About how many tokens it has.
    var estimatedTokens: Int { Selector.estimatedTokens(bytes: task.utf8.count) }
}
