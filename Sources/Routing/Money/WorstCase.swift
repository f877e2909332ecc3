extension Backend {
    /// The most that one request to it can cost, for ``BudgetBook/reserve(_:backend:caller:task:)``; zero when it is free or
    /// nobody said its prices.
    /// - Parameters:
    ///   - inputTokens: an estimate of the prompt that does not fall short.
    ///   - maxTokens: the caller's own limit for the answer. Without it the backend's, and without that ``defaultOutput``.
    package func worstCase(inputTokens: Int, maxTokens: Int?) -> NanoDollars {
        let output = maxTokens.map { min($0, maxOutput ?? $0) } ?? maxOutput ?? Self.defaultOutput
        return prices?.most(inputTokens: inputTokens, outputTokens: output) ?? NanoDollars(0)
    }

    /// How long an answer may be that nobody limits.
    private static var defaultOutput: Int { 4_096 }
}

extension PriceVector {
    /// Every prompt token at the dearest price that one can have, and the longest answer.
    fileprivate func most(inputTokens: Int, outputTokens: Int) -> NanoDollars {
        let dearest = max(input, cacheRead ?? input, cacheWrite ?? input)
        let sum = (Double(inputTokens) * dearest + Double(outputTokens) * output) * 1_000
        return NanoDollars(Int64(exactly: sum.rounded(.up)) ?? .max)
    }
}
