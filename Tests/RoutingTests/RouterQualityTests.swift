import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("An answer that is not good enough leads to a better backend, and is given when there is none")
struct RouterQualityTests {
    private static let poorText = "[INST] Lorem ipsum <|im_start|>"
    private static let poor = FakeTransport.Move.reply(status: 200, body: Fixture.answer(poorText))
    private static let good = FakeTransport.Move.reply(status: 200, body: Fixture.answer("four"))

    /// A small one here, and two that are better.
    private func tiers() throws -> [Backend] {
        var backends = [
            try Fixture.backend("one", [.speed], local: true), try Fixture.backend("two", [.speed]),
            try Fixture.backend("three", [.reasoning]),
        ]
        backends[1].prices = PriceVector(input: 1, output: 2)
        backends[2].prices = PriceVector(input: 1, output: 2)
        return backends
    }

    private func think(_ bench: Workbench, streamed: Bool) async throws -> (Answer, shown: String) {
        var shown = ""
        let answer = try await bench.router.think(try Workbench.thought(streamed: streamed)) { event in
            switch event {
            case .delta(let text): shown += text
            case .restarted: shown = ""
            case .brokeOff, .switching: break
            }
        }
        return (answer, shown)
    }

    @Test("the better backend's answer is given, and both are paid", arguments: [false, true])
    func escalated(_ isStreamed: Bool) async throws {
        let bench = Workbench(try tiers(), ["one": [Self.poor], "two": [Self.good]])
        let (answer, shown) = try await think(bench, streamed: isStreamed)
        #expect(story(answer.attempts) == ["one low_quality", "two answered"])
        #expect(shown == (isStreamed ? "four" : ""))
        #expect(bench.ledger.decisions.map(\.cost) == [NanoDollars(20_000)])
        #expect(bench.ledger.decisions.map(\.attempts) == [2])
    }

    @Test(
        "an answer that is there is given when those that are better fail",
        arguments: [FakeTransport.Move.failure(.unreachable), .stream([Fixture.chunk("half")]), .failure(.tls)],
        [false, true]
    )
    func best(_ move: FakeTransport.Move, _ isStreamed: Bool) async throws {
        let bench = Workbench(
            try tiers(),
            ["one": [Self.poor], "two": [move], "three": [move]],
            tick: .milliseconds(1)
        )
        let (answer, shown) = try await think(bench, streamed: isStreamed)
        #expect(answer.text == Self.poorText)
        #expect(answer.backend.rawValue == "one")
        #expect(answer.attempts.first?.outcome == .answered)
        #expect(shown == (isStreamed ? Self.poorText : ""))
        #expect(bench.ledger.decisions.count == 1)
        let whole = try #require(bench.ledger.decisions.first).duration
        #expect(answer.duration > whole / 2)
    }

    @Test("an answer that is there is given also when the next request is held back", arguments: [false, true])
    func heldBack(_ isStreamed: Bool) async throws {
        var backends = Array(try tiers().prefix(2))
        backends[1].model = TestPrompts.term
        let bench = Workbench(backends, ["one": [Self.poor], "two": [Self.good]])
        let (answer, shown) = try await think(bench, streamed: isStreamed)
        #expect(answer.text == Self.poorText)
        #expect(shown == (isStreamed ? Self.poorText : ""))
        #expect(bench.ledger.decisions.map(\.outcome) == [.answered])
        #expect(bench.asked == ["one"])
    }

    @Test("what nobody knows the price of is not told as free", arguments: [false, true])
    func unpriced(_ isLocal: Bool) async throws {
        let bench = Workbench([try Fixture.backend("one", [.speed], local: isLocal)], ["one": [Self.good]])
        _ = try await bench.router.think(try Workbench.thought())
        let decision = try #require(bench.ledger.decisions.first)
        #expect(decision.cost == (isLocal ? NanoDollars(0) : nil))
        #expect(decision.isComparable == isLocal)
    }

    @Test("a vocabulary that takes a quarter more tokens than were reckoned breaks no budget")
    func estimate() async throws {
        var backend = try Fixture.backend("one", [.speed])
        backend.prices = PriceVector(input: 1, output: 0)
        var thought = try Workbench.thought()
        let reckoned = TokenEstimate.tokens(of: thought.prompt)
        for percent in [100, 125, 160] {
            let bench = Workbench([backend], ["one": [Self.good]])
            thought.maxCost = NanoDollars(Int64(reckoned * 10 * percent))
            let answer = try? await bench.router.think(thought)
            #expect((answer != nil) == (percent == 160))
        }
    }

    @Test("an answer out of the cache bears the name of its own thought")
    func cached() async throws {
        let cache = AnswerCache(CachePolicy(isOn: true))
        let bench = Workbench(try tiers(), ["one": [Self.good]], cache: cache)
        for isStreamed in [false, true] {
            let (answer, shown) = try await think(bench, streamed: isStreamed)
            #expect(answer.isCached == isStreamed)
            #expect(answer.thought == bench.ledger.decisions.last?.thought)
            #expect(shown == (isStreamed ? "four" : ""))
        }
        #expect(bench.asked == ["one"])
        #expect(Set(bench.ledger.decisions.map(\.thought)).count == 2)
    }

    @Test("no more is asked of a backend than it can write")
    func outputLimit() throws {
        var backend = try Fixture.backend("one")
        #expect(backend.outputLimit(nil) == nil)
        #expect(backend.outputLimit(900) == 900)
        backend.maxOutput = 500
        #expect(backend.outputLimit(nil) == 500)
        #expect(backend.outputLimit(900) == 500)
        #expect(backend.outputLimit(9) == 9)
        var thought = try Workbench.thought()
        thought.maxTokens = 900
        #expect(BackendCall(backend: backend, kind: .general, thought: thought).options.maxTokens == 500)
    }

    @Test("a limit of time is rounded up: it ends at a deadline, never before")
    func milliseconds() {
        #expect(Duration.nanoseconds(1_999_000_001).wholeMilliseconds == 2_000)
        #expect(Duration.milliseconds(1_999).wholeMilliseconds == 1_999)
        #expect(Duration.zero.wholeMilliseconds == 1)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds > 0)
    }
}
