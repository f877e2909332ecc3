import Testing

@testable import Routing

@Suite("Prices that depend on more than the number of tokens")
struct LongPromptPriceTests {
    /// Gemini 2.5 Pro, https://ai.google.dev/gemini-api/docs/pricing.
    private let gemini = PriceVector(
        input: 1.25,
        output: 10,
        cacheRead: 0.125,
        longPrompt: PriceVector.LongPrompt(above: 200_000, input: 2.5, output: 15)
    )

    @Test("a long prompt has other prices for all of its tokens, the cache's in proportion")
    func step() {
        #expect(gemini.cost(of: Recording.counts(200_000, nil, nil, 1_000, nil)) == NanoDollars(260_000_000))
        #expect(gemini.cost(of: Recording.counts(200_001, nil, nil, 1_000, nil)) == NanoDollars(515_002_500))
        // The cached ones are part of the prompt: 100,001 x 2.5 + 100,000 x 0.25 + 1,000 x 15.
        #expect(gemini.cost(of: Recording.counts(100_001, 100_000, nil, 0, 1_000)) == NanoDollars(290_002_500))
    }

    @Test("reasoning may have its own price")
    func reasoning() {
        let prices = PriceVector(input: 1, output: 2, reasoning: 5)
        #expect(prices.cost(of: Recording.counts(0, nil, nil, 3, 4)) == NanoDollars(26_000))
    }

    @Test("tokens kept for an hour have their own price, and are part of those written")
    func hour() {
        let prices = PriceVector(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWriteHour: 6)
        // 2,095 x 3 + 2,051 x 0.3 + 1,051 x 3.75 + 1,000 x 6 + 503 x 15.
        let usage = Recording.counts(2_095, 2_051, 2_051, 503, nil, hour: 1_000)
        #expect(prices.cost(of: usage) == NanoDollars(24_386_550))
        let absurd = Recording.counts(0, nil, 10, 0, nil, hour: 1_000)
        #expect(prices.cost(of: absurd) == NanoDollars(60_000))
    }

    @Test(
        "the worst case is never below what an answer of that size costs",
        arguments: [
            PriceVector(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWriteHour: 6),
            PriceVector(input: 1, output: 2, reasoning: 5), PriceVector(input: 0.8, output: 4, cacheRead: 2),
            PriceVector(
                input: 1.25,
                output: 10,
                cacheRead: 0.125,
                longPrompt: PriceVector.LongPrompt(above: 500, input: 2.5, output: 15)
            ), PriceVector(input: 0, output: 0),
        ]
    )
    func worstCase(_ prices: PriceVector) throws {
        for prompt in [0, 1, 499, 500, 501, 100_000] {
            let worst = prices.worstCase(inputTokens: prompt, outputTokens: 700)
            for usage in [
                Recording.counts(prompt, nil, nil, 700, nil), Recording.counts(0, prompt, nil, 0, 700),
                Recording.counts(0, 0, prompt, 350, 350), Recording.counts(0, 0, prompt, 1, 699, hour: prompt),
            ] {
                #expect(try worst >= #require(prices.cost(of: usage)))
            }
        }
        #expect(prices.worstCase(inputTokens: -5, outputTokens: -5) == NanoDollars(0))
    }

    @Test("a worst case that no integer holds is the largest that one does")
    func absurd() {
        let prices = PriceVector(input: 1_000_000, output: 1)
        #expect(prices.worstCase(inputTokens: .max, outputTokens: .max) == NanoDollars(.max))
    }

    @Test("the figures of the threads, line by line")
    func threads() {
        // litellm#9812: the console bills $0.04614 for the cache and $0.00825 for the answer: $0.05439, not $0.091311.
        let sonnet = PriceVector(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75)
        #expect(sonnet.cost(of: Recording.counts(0, nil, 12_304, 0, nil)) == NanoDollars(46_140_000))
        #expect(sonnet.cost(of: Recording.counts(0, nil, nil, 550, nil)) == NanoDollars(8_250_000))
        #expect(sonnet.cost(of: Recording.counts(0, 0, 12_304, 550, nil)) == NanoDollars(54_390_000))
        // litellm#11364: 98,805 prompt tokens, all but 10 of them from or for the cache; $0.36394875, not $0.04708.
        let opus = PriceVector(input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25)
        #expect(opus.cost(of: Recording.counts(10, 66_360, 32_435, 3_410, 1_710)) == NanoDollars(363_948_750))
        // litellm#37992: a zero that was said is no charge, and no reason to invent one.
        #expect(sonnet.cost(of: Recording.counts(0, 0, 0, 0, 0)) == NanoDollars(0))
    }
}
