import Foundation
import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("Where money is held for an answer, the answer is not longer than that")
struct HeldAnswerTests {
    private let budget = Budget(period: .day, limit: NanoDollars(10_000_000_000))

    private func limit(
        _ budgets: [Budget],
        prices: PriceVector? = PriceVector(input: 1, output: 10),
        maxTokens: Int? = nil,
        maxCost: NanoDollars? = nil,
        adjust: (inout Backend) -> Void = { _ in }
    ) async throws -> String? {
        var backend = try Fixture.backend("one", [.speed])
        backend.prices = prices
        adjust(&backend)
        let moves = [FakeTransport.Move.reply(status: 200, body: Fixture.answer("Four."))]
        let bench = Workbench([backend], ["one": moves], budgets: BudgetBook(budgets))
        let prompt = try TestPrompts.blind("2 + 2, quick")
        _ = try await bench.router.think(Thought(prompt: prompt, maxTokens: maxTokens, maxCost: maxCost))
        let body = String(decoding: try #require(bench.transport.sent.first).body, as: UTF8.self)
        guard let start = body.range(of: #""max_tokens":"#) else { return nil }
        return String(body[start.upperBound...].prefix { $0.isNumber })
    }

    @Test("an answer that nobody limits gets the limit that is held for it, in the window that there is")
    func unlimited() async throws {
        #expect(try await limit([budget]) == "4096")
        #expect(try await limit([budget]) { $0.maxContext = 2_000 }.flatMap { Int($0) }.map { $0 < 2_000 } == true)
        #expect(try await limit([], maxCost: NanoDollars(10_000_000_000)) == "4096")
        let other = Budget(scope: .backend(try Fixture.id("two")), period: .day, limit: budget.limit)
        #expect(try await limit([other]) == nil)
    }

    @Test("a limit that somebody has named stays what it is")
    func limited() async throws {
        #expect(try await limit([budget], maxTokens: 9) == "9")
        #expect(try await limit([budget], maxTokens: 9_000) == "9000")
        #expect(try await limit([budget]) { $0.maxOutput = 500 } == "500")
    }

    @Test("without a budget, a price or anything to pay nothing is limited")
    func unbounded() async throws {
        #expect(try await limit([]) == nil)
        #expect(try await limit([budget], prices: nil) == nil)
        #expect(try await limit([budget], prices: PriceVector(input: 0, output: 0)) == nil)
    }

    @Test("what is held pays for the longest answer that was asked for")
    func covers() throws {
        for (window, input) in [(8_192, 10), (8_192, 6_000), (2_000, 1_900), (400_000, 9), (256, 1_000_000)] {
            var backend = try Fixture.backend("one")
            backend.maxContext = window
            backend.prices = PriceVector(input: 1, output: 10)
            let longest = backend.outputBound(nil, inputTokens: input)
            #expect((1...4_096).contains(longest))
            let cost = backend.prices?.cost(
                of: Usage(inputUncached: input, outputVisible: longest, source: .provider)
            )
            #expect(cost == backend.worstCase(inputTokens: input, maxTokens: nil))
        }
    }
}
