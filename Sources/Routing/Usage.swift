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
    /// Those of ``inputCacheWrite`` that are kept for an hour instead of minutes.
    public var inputCacheWriteHour: Int?
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
        inputCacheWriteHour: Int? = nil,
        outputVisible: Int? = nil,
        outputReasoning: Int? = nil,
        source: Source
    ) {
        self.inputUncached = inputUncached
        self.inputCacheRead = inputCacheRead
        self.inputCacheWrite = inputCacheWrite
        self.inputCacheWriteHour = inputCacheWriteHour
        self.outputVisible = outputVisible
        self.outputReasoning = outputReasoning
        self.source = source
    }

    /// The backend said nothing.
    public static let missing = Usage(source: .missing)

    /// What a backend would have counted, as far as the sizes tell; marked as estimated.
    static func estimated(_ prompt: BlindPrompt, answerBytes: Int) -> Usage {
        Usage(inputUncached: TokenEstimate.tokens(of: prompt), outputVisible: (answerBytes + 3) / 4, source: .estimated)
    }

    /// Whether a request of so many bytes can have been counted so. A token has at least a byte; a server's own words around
    /// the prompt, and pictures, which are counted by their size and not by their bytes, are allowed for. No model
    /// answers with a million tokens.
    func isCredible(ofBytes bytes: Int, attachments: Int) -> Bool {
        let prompt = (inputUncached ?? 0) + (inputCacheRead ?? 0) + (inputCacheWrite ?? 0)
        let answer = (outputVisible ?? 0) + (outputReasoning ?? 0)
        return prompt <= bytes + 8_192 + attachments * 65_536 && answer <= 1_000_000
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

    /// An amount that somebody else names in dollars, to the nearest billionth; nil when it cannot be what one answer
    /// costs: less than nothing, more than a million, or no number.
    public init?(dollars: Double) {
        guard (0...1_000_000).contains(dollars) else { return nil }
        value = Int64((dollars * 1_000_000_000).rounded())
    }

    /// In dollars, for people and the protocol.
    public var dollars: Double { Double(value) / 1_000_000_000 }

    /// By amount.
    public static func < (left: NanoDollars, right: NanoDollars) -> Bool { left.value < right.value }
}
