import Foundation
import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("A format of one's own goes the way of all others", .timeLimit(.minutes(1)))
struct TelegraphWireTests {
    /// Real curl over a real socket; a backend whose format no configuration names yet.
    private struct Office {
        let curl: CurlLoop
        let ledger = MemoryLedger()
        let router: Router

        init(_ upstream: LoopbackUpstream, model: String = "morse-1") throws {
            curl = try CurlLoop()
            var backend = try Fixture.backend("office", [.local])
            backend.url = upstream.url
            backend.model = model
            backend.prices = PriceVector(input: 2, output: 10)
            backend.isStreamed = true
            let registry = BackendRegistry([backend])
            var circumstances = Router.Circumstances()
            circumstances.format = { _ in TelegraphWire() }
            router = Router(
                live: LiveRouting(RoutingSnapshot(registry: registry)),
                board: HealthBoard(registry),
                scan: TestPrompts.scan,
                ledger: ledger,
                transport: curl,
                circumstances: circumstances
            )
        }
    }

    private static let answer = """
        {"piece": "It would be blue, "}
        {"piece": "like the lamp over the bench."}
        {"stop": "end", "cost": [12, 9]}

        """

    private func think(_ task: String, _ reply: String, model: String = "morse-1") async throws -> (
        answer: Result<Answer, any Error>, sent: [String], ledger: MemoryLedger
    ) {
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply(reply) }
        defer { upstream.stop() }
        let office = try Office(upstream, model: model)
        defer { office.curl.shutdown() }
        let thought = Thought(prompt: try TestPrompts.blind(task), isStreamed: false, caller: "player 7")
        do {
            let answer = try await office.router.think(thought)
            return (.success(answer), upstream.requests, office.ledger)
        } catch { return (.failure(error), upstream.requests, office.ledger) }
    }

    @Test("its answer is given and priced, and its request was on record before")
    func answered() async throws {
        let (answer, sent, ledger) = try await think("name a colour", Self.answer)
        let given = try answer.get()
        #expect(given.text == "It would be blue, like the lamp over the bench.")
        #expect(given.cost == NanoDollars(dollars: (12 * 2 + 9 * 10) / 1e6))
        let request = try #require(sent.first)
        #expect(request.hasPrefix("POST /telegraph HTTP/1.1") && request.contains("User: name a colour"))
        #expect(ledger.records.map(\.backend.rawValue) == ["office"])
        #expect(ledger.settlements.compactMap { $0?.outcome.label } == ["answered"])
    }

    @Test("what breaks off, is no line of it, or is empty, fails as in every format")
    func failed() async throws {
        for (reply, outcome) in [
            ("{\"piece\": \"It would\"}\n", "stream_broken"), ("<html>\n", "malformed"),
            ("{\"stop\": \"end\"}\n", "empty"),
        ] {
            let (answer, _, ledger) = try await think("name a colour", reply)
            #expect(throws: (any Error).self) { try answer.get() }
            #expect(ledger.settlements.compactMap { $0?.outcome.label }.first == outcome)
        }
    }

    @Test("the guard reads what it wrote: a term leaves neither in a task nor in a field of the format's own")
    func guarded() async throws {
        let (_, sent, ledger) = try await think("name a colour", Self.answer, model: TestPrompts.term)
        #expect(sent.isEmpty && ledger.records.isEmpty && ledger.blockedRequests.count == 1)
        await #expect(throws: (any Error).self) {
            try await think("who is \(TestPrompts.term)?", Self.answer).answer.get()
        }
    }
}
