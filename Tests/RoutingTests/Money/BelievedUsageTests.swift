import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("A backend is not believed what cannot be true")
struct BelievedUsageTests {
    private let prices = PriceVector(input: 1, output: 10, cacheRead: 0.5)

    private func bench(usage: String, finish: String = "stop", budgets: BudgetBook = BudgetBook()) throws -> Workbench {
        var backend = try Fixture.backend("one", [.speed])
        backend.prices = prices
        let reply = #"{"choices":[{"message":{"content":"Four."},"finish_reason":"\#(finish)"}],"usage":\#(usage)}"#
        return Workbench([backend], ["one": [.reply(status: 200, body: reply)]], budgets: budgets)
    }

    @Test(
        "numbers that no such request can have are estimated, and say so",
        arguments: [
            #"{"prompt_tokens":1000000000000,"completion_tokens":5}"#,
            #"{"prompt_tokens":9223372036854775807,"completion_tokens":5}"#,
            #"{"prompt_tokens":20000,"completion_tokens":5}"#,
            #"{"prompt_tokens":10,"completion_tokens":1000001}"#,
            #"{"prompt_tokens":10,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":1000001},"#
                + #""total_tokens":1000016}"#,
            #"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}}"#,
            #"{"prompt_tokens":1000000000000,"completion_tokens":5,"cost":900000}"#,
        ]
    )
    func absurd(usage: String) async throws {
        let book = BudgetBook([Budget(period: .day, limit: NanoDollars(1_000_000_000))])
        let bench = try bench(usage: usage, budgets: book)
        let thought = try Workbench.thought()
        let answer = try await bench.router.think(thought)
        let expected = Usage.estimated(thought.prompt, answerBytes: 5)
        #expect(answer.usage == expected && expected.source == .estimated)
        #expect(answer.cost == prices.cost(of: expected))
        #expect(bench.ledger.settlements.last??.usage == expected)
        #expect(book.standings().first?.spent == answer.cost)
    }

    @Test(
        "numbers that can be true are believed, odd ones too",
        arguments: [
            #"{"prompt_tokens":0,"completion_tokens":0}"#, #"{"prompt_tokens":8192,"completion_tokens":1000000}"#,
            #"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":10}}"#,
        ]
    )
    func plausible(usage: String) async throws {
        let answer = try await bench(usage: usage).router.think(try Workbench.thought())
        #expect(answer.usage.source == .provider)
        #expect(answer.cost == prices.cost(of: answer.usage))
    }

    @Test("pictures may count more than they have bytes")
    func pictures() {
        let usage = Usage(inputUncached: 60_000, outputVisible: 1, source: .provider)
        #expect(!usage.isCredible(ofBytes: 900, attachments: 0))
        #expect(usage.isCredible(ofBytes: 900, attachments: 1))
    }

    @Test("nor of an answer that is none: it is billed as it was sent")
    func refused() async throws {
        let book = BudgetBook([Budget(period: .day, limit: NanoDollars(1_000_000_000))])
        let usage = #"{"prompt_tokens":1000000000000,"completion_tokens":5}"#
        let bench = try bench(usage: usage, finish: "content_filter", budgets: book)
        let thought = try Workbench.thought()
        _ = try? await bench.router.think(thought)
        let settled = try #require(bench.ledger.settlements.last ?? nil)
        #expect(settled.outcome != .answered)
        #expect(settled.usage.source != .provider)
        #expect((settled.usage.inputUncached ?? 0) < 1_000)
        #expect((book.standings().first?.spent ?? NanoDollars(.max)) < NanoDollars(1_000_000))
    }
}
