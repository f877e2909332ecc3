import TestSupport
import Testing

@testable import Routing

@Suite("A refusal is no answer: others are asked, the same model is not")
struct RouterRefusalTests {
    private static let sorry = "I'm sorry, but I can't help with that request."
    private static let refusal = FakeTransport.Move.reply(status: 200, body: Fixture.answer(sorry))
    private static let good = FakeTransport.Move.reply(status: 200, body: Fixture.answer("four"))

    @Test("a refusal in words is told from an answer, billed, and held against nobody")
    func rerouted() async throws {
        var backends = try Workbench.three()
        for index in backends.indices { backends[index].prices = PriceVector(input: 2, output: 10) }
        let bench = Workbench(backends, ["one": [Self.refusal], "two": [Self.good]])
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(story(answer.attempts) == ["one refused", "two answered"])
        #expect(answer.text == "four")
        #expect(try bench.lamp("one").breaker == .closed)
        #expect(bench.ledger.settlements.map { $0?.outcome.label } == ["refused", "answered"])
        // It was generated and counted, so it costs.
        #expect(bench.ledger.settlements.map { $0?.cost } == [NanoDollars(70_000), NanoDollars(70_000)])
    }

    @Test("the same model behind another backend is not asked")
    func sameModel() async throws {
        var backends = try Workbench.three()
        backends[1].model = backends[0].model
        let bench = Workbench(backends, ["one": [Self.refusal], "two": [Self.good], "three": [Self.good]])
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(story(answer.attempts) == ["one refused", "three answered"])
    }

    @Test("what has come of a streamed refusal is taken back")
    func streamed() async throws {
        let refusal = FakeTransport.Move.stream([Fixture.chunk(Self.sorry, finish: "stop")])
        let answer = FakeTransport.Move.stream([Fixture.chunk("four", finish: "stop")])
        let bench = Workbench(try Workbench.three(), ["one": [refusal], "two": [answer]])
        let heard = Witness()
        _ = try await bench.router.think(try Workbench.thought(streamed: true)) { event in
            switch event {
            case .delta(let text): heard.note(text)
            case .restarted(let backend, let failure): heard.note("\(backend) \(failure.rawValue)")
            case .brokeOff, .switching: break
            }
        }
        #expect(heard.events == [Self.sorry, "two refused", "four"])
    }

    @Test("when all refuse, each is named")
    func all() async throws {
        let moves = ["one": [Self.refusal], "two": [Self.refusal], "three": [Self.refusal]]
        let bench = Workbench(try Workbench.three(), moves)
        let thought = try Workbench.thought()
        do throws(RoutingError) {
            _ = try await bench.router.think(thought)
            Issue.record("an answer")
        } catch {
            #expect(story(of: error) == ["one refused", "two refused", "three refused"])
        }
    }
}
