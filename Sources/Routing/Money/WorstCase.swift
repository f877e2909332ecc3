extension Backend {
    /// The most that one request to it can cost, for ``BudgetBook/reserve(_:backend:caller:task:)``; zero when it is free or
    /// nobody said its prices.
    /// - Parameters:
    ///   - inputTokens: an estimate of the prompt that does not fall short.
    ///   - maxTokens: the caller's own limit for the answer.
    package func worstCase(inputTokens: Int, maxTokens: Int?) -> NanoDollars {
        let output = outputBound(maxTokens, inputTokens: inputTokens)
        return prices?.worstCase(inputTokens: inputTokens, outputTokens: output) ?? NanoDollars(0)
    }

    /// How long an answer may be, by the caller's limit and the backend's own; nil when nobody limits it.
    func outputLimit(_ maxTokens: Int?) -> Int? { maxTokens.map { min($0, maxOutput ?? $0) } ?? maxOutput }

    /// How long an answer may be for which money is held: its limit, or ``defaultOutput`` where nobody limits it, and then
    /// no more than fits into the window behind the prompt.
    func outputBound(_ maxTokens: Int?, inputTokens: Int) -> Int {
        outputLimit(maxTokens) ?? min(Self.defaultOutput, max(maxContext / 4, maxContext - inputTokens))
    }

    /// How long an answer may be that nobody limits.
    private static var defaultOutput: Int { 4_096 }
}

extension TokenEstimate {
    /// What a prompt of so many estimated tokens has at most. The estimate is good to a fifth, and older vocabularies take
    /// a quarter more: half as much again is held.
    static func most(_ tokens: Int) -> Int { tokens / 2 * 3 + 2 }
}

extension Thought {
    /// The most that one request for it to the backend can cost; zero when it is free or nobody said its prices.
    package func worstCase(on backend: Backend) -> NanoDollars {
        backend.worstCase(inputTokens: TokenEstimate.most(TokenEstimate.tokens(of: prompt)), maxTokens: maxTokens)
    }
}
