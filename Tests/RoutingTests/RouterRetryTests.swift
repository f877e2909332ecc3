import TestSupport
import Testing

@testable import Routing

@Suite("A kept connection that had died is the one thing that is asked again at the same backend, once")
struct RouterRetryTests {
    private static let stale = FakeTransport.Move.failure(.stale)
    private static let good = FakeTransport.Move.reply(status: 200, body: Fixture.answer("four"))

    @Test("the same backend answers, both requests stand in the ledger, and nobody is blamed")
    func once() async throws {
        let bench = Workbench(try Workbench.three(), ["one": [Self.stale, Self.good]])
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(story(answer.attempts) == ["one stale_connection", "one answered"])
        #expect(bench.ledger.records.map(\.attempt) == [1, 2])
        #expect(bench.ledger.settlements.map { $0?.outcome.label } == ["stale_connection", "answered"])
        #expect(try bench.lamp("one").state == .healthy)
    }

    @Test("a second one in a row sends the thought on, where a first one is forgiven again")
    func twice() async throws {
        let bench = Workbench(
            try Workbench.three(),
            ["one": [Self.stale, Self.stale, Self.good], "two": [Self.stale, Self.good]]
        )
        let answer = try await bench.router.think(try Workbench.thought())
        let expected = ["one stale_connection", "one stale_connection", "two stale_connection", "two answered"]
        #expect(story(answer.attempts) == expected)
    }

    @Test("every request counts against the budget")
    func budget() async throws {
        let limits = Router.Limits(maxAttempts: 1)
        let bench = Workbench(try Workbench.three(), ["one": [Self.stale, Self.good]], limits: limits)
        await #expect(throws: RoutingError.self) { try await bench.router.think(try Workbench.thought()) }
        #expect(bench.transport.sent.count == 1)
    }

    @Test("the one request of a half-open breaker may be asked again as well")
    func probe() async throws {
        var backend = try Fixture.backend("one", [.speed])
        backend.allowedFails = 0
        backend.cooldown = .seconds(10)
        let bench = Workbench([backend], ["one": [.reply(status: 500, body: ""), Self.stale, Self.good]])
        await #expect(throws: RoutingError.self) { try await bench.router.think(try Workbench.thought()) }
        bench.clock.advance(by: .seconds(10))
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(story(answer.attempts) == ["one stale_connection", "one answered"])
        #expect(try bench.lamp("one").state == .degraded)
    }
}
