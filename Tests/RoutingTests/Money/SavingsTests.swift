import Testing

@testable import Routing

@Suite("Savings compare like with like, and are never flattered")
struct SavingsTests {
    private let usage = Usage(inputUncached: 1_000, outputVisible: 100, source: .provider)

    private func backend(_ name: String, _ roles: [Role], _ input: Double?, local: Bool = false) throws -> Backend {
        var backend = try Fixture.backend(name, roles, local: local)
        backend.prices = input.map { PriceVector(input: $0, output: $0 * 5, cacheRead: $0 / 10) }
        return backend
    }

    private func seven() throws -> [Backend] {
        [
            try backend("local", [.local], 0, local: true), try backend("pipe", [.reasoning], 0),
            try backend("claude", [.reasoning], 3), try backend("opus", [.reasoning], 15),
            try backend("grok", [.speed], 0.2), try backend("unsaid", [.breadth], nil),
        ]
    }

    @Test(
        "the first API backend of the kind's home; without one the cheapest: not one dear model for all, LiteLLM's 38700",
        arguments: [
            (TaskKind.debugging, 3.0), (.quickAnswer, 0.2), (.general, 0.2), (.knowledge, 0.2), (.multimodal, 0.2),
        ]
    )
    func baseline(_ kind: TaskKind, price: Double) throws {
        let cost = Baseline(try seven()).cost(of: usage, kind: kind)
        #expect(cost == NanoDollars(Int64(price * 1_500 * 1_000)))
    }

    @Test("a backend that cannot be asked now has prices all the same")
    func disabled() throws {
        var claude = try backend("claude", [.reasoning], 3)
        claude.service = .disabled("no key")
        #expect(Baseline([claude]).cost(of: usage, kind: .debugging) == NanoDollars(4_500_000))
    }

    @Test("no API backend, no baseline; no tokens, no baseline: LiteLLM's issue 35402 made it zero")
    func none() throws {
        let free = Baseline([try backend("local", [.local], 2, local: true), try backend("pipe", [.speed], 0)])
        #expect(free.cost(of: usage, kind: .general) == nil)
        #expect(Baseline(try seven()).cost(of: .missing, kind: .general) == nil)
        #expect(Savings(baseline: nil, spent: NanoDollars(5)).saved == nil)
        #expect(Savings(baseline: nil).percent == nil)
    }

    @Test("tokens that a cache held are as cheap in the baseline as they were")
    func cached() throws {
        let cached = Usage(inputUncached: 0, inputCacheRead: 1_000, outputVisible: 0, source: .provider)
        #expect(Baseline(try seven()).cost(of: cached, kind: .debugging) == NanoDollars(300_000))
    }

    @Test("the router's own cost is no saving, LiteLLM's issue 38816; a loss shows as one")
    func net() {
        let savings = Savings(baseline: NanoDollars(100), spent: NanoDollars(30), router: NanoDollars(20))
        #expect(savings.saved == NanoDollars(50))
        #expect(savings.percent == 50)
        #expect(Savings(baseline: NanoDollars(10), spent: NanoDollars(30)).saved == NanoDollars(-20))
        #expect(Savings(baseline: NanoDollars(0), spent: NanoDollars(30)).percent == nil)
    }
}
