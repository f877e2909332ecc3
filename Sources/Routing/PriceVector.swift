/// What a backend charges, in dollars per million tokens.
public struct PriceVector: Sendable, Equatable {
    /// Other prices for long prompts: for all tokens of an answer whose prompt has more tokens than ``above``, as xAI
    /// and Google charge from 200,000 on.
    public struct LongPrompt: Sendable, Equatable {
        /// The longest prompt that has the ordinary prices.
        public var above: Int
        /// For a prompt token. Prices of caches rise in proportion to it.
        public var input: Double
        /// For an answer token.
        public var output: Double

        /// Prices of long prompts.
        public init(above: Int, input: Double, output: Double) {
            self.above = above
            self.input = input
            self.output = output
        }
    }

    /// For a prompt token.
    public var input: Double
    /// For an answer token.
    public var output: Double
    /// For a prompt token read from a cache; as `input` when not said.
    public var cacheRead: Double?
    /// For a prompt token written to a cache; as `input` when not said.
    public var cacheWrite: Double?
    /// For a prompt token written to a cache for an hour; as `cacheWrite` when not said.
    public var cacheWriteHour: Double?
    /// For an answer token of hidden reasoning; as `output` when not said.
    public var reasoning: Double?
    /// Other prices for long prompts.
    public var longPrompt: LongPrompt?

    /// Prices.
    public init(
        input: Double,
        output: Double,
        cacheRead: Double? = nil,
        cacheWrite: Double? = nil,
        cacheWriteHour: Double? = nil,
        reasoning: Double? = nil,
        longPrompt: LongPrompt? = nil
    ) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.cacheWriteHour = cacheWriteHour
        self.reasoning = reasoning
        self.longPrompt = longPrompt
    }

    /// What an answer costs, or nil when the prompt's or the answer's size was not said: unknown is not free.
    ///
    /// One dollar per million tokens is 1,000 billionths of a dollar a token.
    public func cost(of usage: Usage) -> NanoDollars? {
        guard usage.source != .missing, let uncached = usage.inputUncached, let visible = usage.outputVisible
        else { return nil }
        let read = Double(usage.inputCacheRead ?? 0)
        let write = Double(usage.inputCacheWrite ?? 0)
        // Those kept for an hour are part of those written; a backend that says more of them than there are is wrong.
        let hour = min(write, Double(usage.inputCacheWriteHour ?? 0))
        let prices = prices(forPromptOf: Double(uncached) + read + write)
        let short = prices.cacheWrite ?? prices.input
        let prompt =
            Double(uncached) * prices.input + read * (prices.cacheRead ?? prices.input)
            + (write - hour) * short + hour * (prices.cacheWriteHour ?? short)
        let answer =
            Double(visible) * prices.output + Double(usage.outputReasoning ?? 0) * (prices.reasoning ?? prices.output)
        // Counts come from a backend and may be absurd; what no integer holds is not known either.
        return Int64(exactly: ((prompt + answer) * 1_000).rounded()).map(NanoDollars.init)
    }

    /// The most that an answer of that size can cost, however its tokens are counted: what is set aside before asking.
    public func worstCase(inputTokens: Int, outputTokens: Int) -> NanoDollars {
        let prompt = Double(max(0, inputTokens))
        let prices = prices(forPromptOf: prompt)
        let most = [prices.input, prices.cacheRead, prices.cacheWrite, prices.cacheWriteHour].compactMap(\.self).max()
        let answer = Double(max(0, outputTokens)) * max(prices.output, prices.reasoning ?? 0)
        let value = ((prompt * (most ?? prices.input) + answer) * 1_000).rounded(.up)
        return NanoDollars(Int64(exactly: value) ?? .max)
    }

    /// The prices that hold for a prompt of that many tokens.
    private func prices(forPromptOf tokens: Double) -> PriceVector {
        guard let longPrompt, tokens > Double(longPrompt.above) else { return self }
        var prices = self
        let rise = input > 0 ? longPrompt.input / input : 1
        prices.input = longPrompt.input
        prices.output = longPrompt.output
        prices.cacheRead = cacheRead.map { $0 * rise }
        prices.cacheWrite = cacheWrite.map { $0 * rise }
        prices.cacheWriteHour = cacheWriteHour.map { $0 * rise }
        prices.reasoning = reasoning.map { output > 0 ? $0 * longPrompt.output / output : $0 }
        return prices
    }
}
