import TestSupport
import Testing

@testable import Routing

/// Over real sockets, by the router alone; `DoorFailoverTests` plays the same through the front door.
@Suite("Sixteen ways to fail, all of them survived", .timeLimit(.minutes(2)))
struct FailoverTests {
    @Test("nobody's fault costs the answer", arguments: FailoverScenario.all, [false, true])
    func survived(_ scenario: FailoverScenario, _ isStreamed: Bool) async throws {
        let wall = try FailoverWall(scenario)
        let end = try await wall.think(streamed: isStreamed)
        let broken = scenario.broken(by: end, on: wall.stage)
        #expect(broken.isEmpty)
    }

    @Test("S10: nothing after a spoilt answer is spoilt", arguments: [false, true])
    func afterMalformed(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall(try #require(FailoverScenario.all.first { $0.description.hasPrefix("S10") }))
        _ = try await wall.think(streamed: isStreamed)
        let after = try await wall.think(streamed: isStreamed)
        #expect(after.text != nil && FailoverStage.prose.contains(after.text ?? ""))
    }

    @Test("S11: the usage of an answer without its last mark is known", arguments: [false, true])
    func neverDone(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall(try #require(FailoverScenario.all.first { $0.description.hasPrefix("S11") }))
        let end = try await wall.think(streamed: isStreamed)
        #expect(end.tokens.output == FaultyUpstream.tokens(FailoverStage.prose[0]).count)
        #expect(wall.ledger.settlements.last??.usage.source == .provider)
    }

    @Test("S15: an outage of a minute costs no request an answer and the backend few; it is back soon after")
    func outage() async throws {
        let clock = ManualClock()
        let wall = try FailoverWall(.outage, clock: clock)
        let broken = try await FailoverScenario.outage.endure(on: wall.stage, clock) { request in
            try await wall.think(streamed: request.isMultiple(of: 2))
        }
        #expect(broken.isEmpty)
    }

    @Test("S16: the answer names who gave it and what that cost; what failed is not billed", arguments: [false, true])
    func accounting(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall(.account)
        let end = try await wall.think(streamed: isStreamed)
        let broken = FailoverScenario.account.broken(by: end, on: wall.stage) + FailoverScenario.account.accounted(end)
        #expect(broken.isEmpty)
        let settlements = wall.ledger.settlements
        #expect(settlements.count == end.story.count)
        #expect(settlements.dropLast().allSatisfy { ($0?.cost?.value ?? 0) == 0 })
        #expect(settlements.last??.cost == end.cost)
    }
}
