import TestSupport
import Testing

@testable import Routing

@Suite("The router heeds health, and gives every permit back")
struct RouterHealthTests {
    private static let down = FakeTransport.Move.reply(status: 500, body: "")
    private static let good = FakeTransport.Move.reply(status: 200, body: Fixture.answer("four"))

    private func backends(allowedFails: Int = 1) throws -> [Backend] {
        try Workbench.three().prefix(2).map {
            var backend = $0
            backend.allowedFails = allowedFails
            backend.cooldown = .seconds(10)
            return backend
        }
    }

    private func tries(_ bench: Workbench, streamed: Bool = false) async throws -> [String] {
        do { return story(try await bench.router.think(try Workbench.thought(streamed: streamed)).attempts) } catch {
            guard let error = error as? RoutingError, let story = story(of: error) else { throw error }
            return story
        }
    }

    @Test("a backend that fails too often is asked no more, until one request may try")
    func breaker() async throws {
        let bench = Workbench(
            try backends(),
            ["one": [Self.down, Self.down, Self.down, Self.good], "two": [Self.good]]
        )
        #expect(try await tries(bench) == ["one server_error", "two answered"])
        #expect(try bench.lamp("one").state == .degraded)
        // A degraded backend stands behind its equals; only it is asked for here, so that it fails again.
        var only = try Workbench.thought()
        only.constraints.backend = try Fixture.id("one")
        _ = try? await bench.router.think(only)
        #expect(try bench.lamp("one").breaker == .open)
        let rejected = bench.router.plan(try Workbench.thought()).rejected
        #expect(rejected.map(\.rule) == [.breakerOpen])
        for _ in 0..<3 { #expect(try await tries(bench) == ["two answered"]) }
        bench.clock.advance(by: .seconds(10))
        #expect(try await tries(bench) == ["one server_error", "two answered"])
        #expect(try await tries(bench) == ["two answered"])
        bench.clock.advance(by: .seconds(10))
        #expect(try await tries(bench) == ["one answered"])
        #expect(try bench.lamp("one").state == .degraded)
    }

    @Test("when all are down the least bad is tried all the same, and may mend")
    func lastResort() async throws {
        let moves = ["one": [Self.down, Self.down, Self.good], "two": [Self.down]]
        let bench = Workbench(try backends(allowedFails: 0), moves)
        #expect(try await tries(bench) == ["one server_error", "two server_error"])
        #expect(try bench.lamp("one").breaker == .open)
        #expect(try await tries(bench) == ["one server_error", "two server_error"])
        #expect(try await tries(bench) == ["one answered"])
        #expect(try bench.lamp("one").why == "it is coming back")
    }

    @Test("a broken stream counts when it ends, not when it opens")
    func streamCounts() async throws {
        let broken = FakeTransport.Move.stream([Fixture.chunk("ha")])
        let bench = Workbench(try backends(allowedFails: 0), ["one": [broken], "two": [Self.good]])
        _ = try? await bench.router.think(try Workbench.thought(streamed: true))
        #expect(try bench.lamp("one").breaker == .open)
    }

    @Test(
        "a probe's place is given back whatever becomes of its request",
        arguments: [
            FakeTransport.Move.reply(status: 400, body: ""), .reply(status: 401, body: ""),
            .reply(status: 429, body: ""),
            .reply(status: 413, body: ""),
            .reply(status: 400, body: #"{"error":{"type":"content_filter"}}"#), .failure(.cancelled), .failure(.closed),
        ],
        [false, true]
    )
    func permitsComeBack(_ move: FakeTransport.Move, _ isStreamed: Bool) async throws {
        let bench = Workbench(try backends(allowedFails: 0), ["one": [Self.down, move], "two": [Self.good]])
        _ = try await tries(bench)
        bench.clock.advance(by: .seconds(10))
        _ = try? await bench.router.think(try Workbench.thought(streamed: isStreamed))
        #expect(bench.asked.filter { $0 == "one" }.count == 2)
        #expect(try bench.lamp("one").breaker == .halfOpen)
        #expect(try bench.lamp("one").isPermitted)
    }

    @Test(
        "a probe's place is given back when the ledger fails or the scan holds its request back",
        arguments: [true, false]
    )
    func permitsComeBackUnsent(_ isLedgerBroken: Bool) async throws {
        var backends = try backends(allowedFails: 0)
        if !isLedgerBroken { backends[0].model = TestPrompts.term }
        let bench = Workbench(backends, [:], isLedgerBroken: isLedgerBroken)
        guard let permit = bench.board.granted(backends[0].id, at: bench.clock.now) else { return }
        permit.finish(.failed(.serverError, retryAfter: nil), at: bench.clock.now)
        bench.clock.advance(by: .seconds(10))
        await #expect(throws: RoutingError.self) { try await bench.router.think(try Workbench.thought()) }
        #expect(try bench.lamp("one").breaker == .halfOpen)
        #expect(try bench.lamp("one").isPermitted)
        #expect(bench.transport.sent.isEmpty)
    }

    @Test("while one request tries, another goes elsewhere without waiting")
    func probeUnderWay() async throws {
        let bench = Workbench(try backends(allowedFails: 0), ["one": [Self.good], "two": [Self.good]])
        let id = try Fixture.id("one")
        guard let first = bench.board.granted(id, at: bench.clock.now) else { return }
        first.finish(.failed(.serverError, retryAfter: nil), at: bench.clock.now)
        bench.clock.advance(by: .seconds(10))
        let ticket = bench.board.probeTicket(for: id, at: bench.clock.now)
        #expect(ticket?.isProbe == true)
        #expect(try await tries(bench) == ["two answered"])
    }

    @Test("a cancelled thought ends as cancelled, is settled so, and counts against nobody", arguments: [false, true])
    func cancel(_ isStreamed: Bool) async throws {
        let bench = Workbench(try backends(allowedFails: 0), ["one": [.hang], "two": [Self.good]])
        let thought = try Workbench.thought(streamed: isStreamed)
        let task = Task { try await bench.router.think(thought) }
        while bench.transport.sent.isEmpty { await Task.yield() }
        task.cancel()
        let result = await task.result
        guard case .failure(let error) = result, case .some(.cancelled) = error as? RoutingError else {
            Issue.record("\(result)")
            return
        }
        #expect(bench.asked == ["one"])
        #expect(bench.ledger.settlements.map { $0?.outcome.label } == ["cancelled"])
        #expect(try bench.lamp("one").breaker == .closed)
        #expect(try bench.lamp("one").state == .unknown)
    }

    @Test("a backend that was removed under a thought is not waited for")
    func removed() async throws {
        let bench = Workbench(Array(try backends().prefix(1)), ["one": [Self.good]])
        bench.board.adopt(BackendRegistry([]), now: bench.clock.now)
        let start = bench.clock.now
        #expect(try await tries(bench) == ["one breaker_open"])
        #expect(bench.clock.now - start < .seconds(1))
        #expect(bench.transport.sent.isEmpty)
    }

    @Test("however long a thought waits for busy backends, each is told of once")
    func busy() async throws {
        var backends = try backends()
        for index in backends.indices { backends[index].maxConcurrent = 1 }
        let bench = Workbench(backends, [:], limits: Router.Limits(deadline: .seconds(30)))
        guard let first = bench.board.granted(backends[0].id, at: bench.clock.now),
            let second = bench.board.granted(backends[1].id, at: bench.clock.now)
        else { throw NoPermit() }
        #expect(try await tries(bench) == ["one saturated", "two saturated"])
        first.finish(.answered, at: bench.clock.now)
        second.finish(.answered, at: bench.clock.now)
    }

    private struct NoPermit: Error {}
}
