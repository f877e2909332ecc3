import Testing

@testable import Routing

@Suite("An answer costs what its tokens cost, to the billionth of a dollar")
struct PriceVectorTests {
    private let prices = PriceVector(input: 1.25, output: 10, cacheRead: 0.125, cacheWrite: 2)

    private func usage(_ counts: Int?...) -> Usage {
        Usage(
            inputUncached: counts[0],
            inputCacheRead: counts[1],
            inputCacheWrite: counts[2],
            outputVisible: counts[3],
            outputReasoning: counts[4],
            source: .provider
        )
    }

    @Test("each class of token has its price")
    func classes() {
        #expect(prices.cost(of: usage(1, 0, 0, 0, 0)) == NanoDollars(1_250))
        #expect(prices.cost(of: usage(0, 1, 0, 0, 0)) == NanoDollars(125))
        #expect(prices.cost(of: usage(0, 0, 1, 0, 0)) == NanoDollars(2_000))
        #expect(prices.cost(of: usage(0, 0, 0, 1, 0)) == NanoDollars(10_000))
        #expect(prices.cost(of: usage(0, 0, 0, 0, 1)) == NanoDollars(10_000))
        // 1,000 x 1.25 + 2,000 x 0.125 + 10 x 2 + 300 x 10 + 700 x 10 dollars a million.
        #expect(prices.cost(of: usage(1_000, 2_000, 10, 300, 700)) == NanoDollars(11_520_000))
    }

    @Test("cached tokens cost as much as others when nobody named their price")
    func noCachePrice() {
        let plain = PriceVector(input: 3, output: 15)
        #expect(plain.cost(of: usage(10, 20, 30, 1, nil)) == NanoDollars((60 * 3 + 15) * 1_000))
    }

    @Test("tokens written to a cache are charged once: LiteLLM's issue 9812, $0.054399 and not $0.091311")
    func cacheWriteOnce() {
        let sonnet = PriceVector(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75)
        #expect(sonnet.cost(of: usage(3, 0, 12_304, 550, nil)) == NanoDollars(54_399_000))
    }

    @Test("tokens read from a cache are charged at their own price: LiteLLM's issue 11789, $0.000292 and not $0.002059")
    func cacheReadOnce() {
        let haiku = PriceVector(input: 0.8, output: 4, cacheRead: 0.08, cacheWrite: 1)
        #expect(haiku.cost(of: usage(4, 2_455, 0, 23, nil)) == NanoDollars(291_600))
    }

    @Test(
        "unknown is not free",
        arguments: [
            Usage.missing, Usage(inputUncached: 5, source: .provider), Usage(outputVisible: 5, source: .provider),
            Usage(inputUncached: 5, outputVisible: 5, source: .missing),
        ]
    )
    func unknown(_ usage: Usage) {
        #expect(prices.cost(of: usage) == nil)
        #expect(PriceVector(input: 0, output: 0).cost(of: usage) == nil)
    }

    @Test("free is free")
    func zero() {
        #expect(PriceVector(input: 0, output: 0).cost(of: usage(1_000, nil, nil, 1_000, nil)) == NanoDollars(0))
        #expect(prices.cost(of: usage(0, nil, nil, 0, nil)) == NanoDollars(0))
    }

    @Test("counts that nobody could have used are no cost, and no crash", arguments: [Int.max, Int.max / 2])
    func absurd(_ count: Int) {
        #expect(prices.cost(of: usage(count, count, count, count, count)) == nil)
    }

    @Test("an amount is shown in dollars, and amounts compare")
    func amounts() {
        #expect(NanoDollars(1_500_000_000).dollars == 1.5)
        #expect(NanoDollars(1) < NanoDollars(2))
    }
}
