import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("An answer that is not good enough leads to a better backend, and the best of all is given")
struct RouterEscalationTests {
    /// A small local model, a large local one and a remote one, each stronger than the one before.
    private func tiers() throws -> [Backend] {
        var small = try Fixture.backend("small", [.local, .speed], local: true)
        small.quality = 0.4
        var large = try Fixture.backend("large", [.local, .reasoning], local: true)
        large.quality = 0.75
        var remote = try Fixture.backend("remote", [.reasoning])
        remote.quality = 0.95
        return [small, large, remote]
    }

    private static func whole(_ text: String) -> FakeTransport.Move { .reply(status: 200, body: Fixture.answer(text)) }

    private static let poor = whole("no no no no no no no no no no no no no no no no no no no no no no no no")
    /// Better than nothing: the form is wrong, the rest is not.
    private static let fair = whole("There are three of them, as far as I can tell from the text.")
    private static let good = whole(#"{\"count\": 3}"#)

    private func thought(streamed: Bool = false) throws -> Thought {
        let prompt = try TestPrompts.blind("How many barrels are there? Answer with a JSON object.")
        let constraints = Selector.Constraints(tier: .localFast)
        return Thought(prompt: prompt, kind: .extraction, constraints: constraints, isStreamed: streamed)
    }

    @Test("the next tier is asked, and its good answer is the answer")
    func escalates() async throws {
        let bench = Workbench(try tiers(), ["small": [Self.poor], "large": [Self.good]])
        let answer = try await bench.router.think(try thought())
        #expect(story(answer.attempts) == ["small low_quality", "large answered"])
        #expect(answer.text == #"{"count": 3}"#)
        #expect(try #require(answer.confidence) >= 0.6)
        // Both were answered and billed; the judgement stands beside each.
        #expect(bench.ledger.settlements.map { $0?.outcome.label } == ["answered", "answered"])
        #expect(bench.ledger.settlements.compactMap { $0?.quality }.count == 2)
        #expect(try bench.lamp("small").breaker == .closed)
    }

    @Test("when nobody's is good enough the best one is given, with its low confidence")
    func best() async throws {
        let moves = ["small": [Self.poor], "large": [Self.fair], "remote": [Self.poor]]
        let bench = Workbench(try tiers(), moves)
        let answer = try await bench.router.think(try thought())
        #expect(story(answer.attempts) == ["small low_quality", "large answered", "remote low_quality"])
        #expect(answer.backend.rawValue == "large")
        #expect(try #require(answer.confidence) < 0.6)
    }

    @Test("so many tiers are asked as the policy says, none without a judge", arguments: [0, 1])
    func bounded(_ escalations: Int) async throws {
        var policy = Workbench.noRetries
        policy.quality.escalations = escalations
        let moves = ["small": [Self.poor], "large": [Self.poor], "remote": [Self.good]]
        let bench = Workbench(try tiers(), moves, policy: policy)
        _ = try await bench.router.think(try thought())
        #expect(bench.transport.sent.count == escalations + 1)
        policy.quality.isJudged = false
        let lenient = Workbench(try tiers(), moves, policy: policy)
        #expect(story(try await lenient.router.think(try thought()).attempts) == ["small answered"])
    }

    @Test("a stronger backend that fails does not take the answer away")
    func failing() async throws {
        let down = FakeTransport.Move.reply(status: 500, body: "")
        let bench = Workbench(try tiers(), ["small": [Self.fair], "large": [down], "remote": [down]])
        let answer = try await bench.router.think(try thought())
        #expect(answer.backend.rawValue == "small")
        #expect(answer.attempts.count == 3)
    }

    @Test("the client of a stream ends up with the text of the answer that is given")
    func streamed() async throws {
        func stream(_ text: String) -> FakeTransport.Move { .stream([Fixture.chunk(text, finish: "stop")]) }
        let repeated = String(repeating: "no ", count: 24)
        let fair = "There are three of them, as far as I can tell from the text."
        let bench = Workbench(
            try tiers(),
            ["small": [stream(fair)], "large": [stream(repeated)], "remote": [stream(repeated)]]
        )
        var shown = ""
        var restarts = 0
        let answer = try await bench.router.think(try thought(streamed: true)) { event in
            switch event {
            case .delta(let text): shown += text
            case .restarted:
                shown = ""
                restarts += 1
            case .brokeOff, .switching: break
            }
        }
        #expect(answer.text == fair)
        #expect(shown == fair)
        #expect(restarts == 3)
    }

    // MARK: A model's opinion

    private func router(_ bench: Workbench, blind: @escaping Blinding) -> Router {
        Router(
            live: bench.live,
            board: bench.board,
            scan: TestPrompts.scan,
            ledger: bench.ledger,
            transport: bench.transport,
            blind: blind
        )
    }

    private static var critical: RoutingPolicy {
        var policy = Workbench.noRetries
        policy.quality.hasSelfCritique = true
        return policy
    }

    @Test("the fast local tier's opinion counts, is asked on record, and costs no attempt", arguments: [0, 10])
    func opinion(_ grade: Int) async throws {
        var backends = try tiers()
        backends.swapAt(0, 1)
        let moves = ["large": [Self.good], "small": [Self.whole("\(grade)")], "remote": [Self.good]]
        let bench = Workbench(backends, moves, policy: Self.critical)
        var thought = try thought()
        thought.constraints.tier = .localQuality
        let router = router(bench) { try? TestPrompts.blind($0) }
        let answer = try await router.think(thought)
        #expect(bench.ledger.records.map(\.purpose).prefix(2) == [.thought, .critique])
        #expect(bench.ledger.records[1].backend.rawValue == "small")
        #expect(answer.attempts.allSatisfy { $0.backend.rawValue != "small" })
        let body = String(decoding: bench.transport.sent[1].body, as: UTF8.self)
        #expect(body.contains("from 0 to 10"))
        let quality = try #require(bench.ledger.settlements[0]?.quality)
        #expect((quality > 0.9) == (grade == 10))
        #expect(bench.board.snapshot().allSatisfy { $0.inFlight == 0 })
    }

    @Test("what the guard does not let through is not asked, and weighs nothing")
    func guarded() async throws {
        let bench = Workbench(try tiers(), ["large": [Self.good], "small": [Self.good]], policy: Self.critical)
        let router = router(bench) { _ in nil }
        var thought = try thought()
        thought.constraints.tier = .localQuality
        let answer = try await router.think(thought)
        #expect(try #require(answer.confidence) > 0.9)
        #expect(bench.ledger.records.map(\.purpose) == [.thought])
    }
}
