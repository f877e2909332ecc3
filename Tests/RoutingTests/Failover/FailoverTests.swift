import Foundation
import TestSupport
import Testing

@testable import Routing

/// The sixteen scenarios of FailoverBench 0.1, over real sockets; the times are scaled down, the counts are not.
@Suite("Sixteen ways to fail, all of them survived", .timeLimit(.minutes(2)))
struct FailoverTests {
    /// The benchmark allows four in three seconds.
    private static let fewTries = 3
    private static let tooMany = "Too Many Requests"
    private static let down = FaultyUpstream.Move.status(503, reason: "Service Unavailable")

    @Test("S01: a rate limit that names a time is waited out, and the same backend answers", arguments: [false, true])
    func retryAfter(_ isStreamed: Bool) async throws {
        let busy = FaultyUpstream.Move.status(429, reason: Self.tooMany, headers: "Retry-After: 1\r\n")
        let wall = try FailoverWall([[busy, .answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "primary", streamed: isStreamed)
        let arrivals = wall.upstreams[0].arrivals
        try #require(arrivals.count == 2)
        #expect(arrivals[1] - arrivals[0] >= .milliseconds(950))
    }

    @Test("S01: with a fallback at hand a short wait is still obeyed", arguments: [false, true])
    func retryAfterWithFallback(_ isStreamed: Bool) async throws {
        let busy = FaultyUpstream.Move.status(429, reason: Self.tooMany, headers: "retry-after-ms: 300\r\n")
        let wall = try FailoverWall([[busy, .answer], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "primary", streamed: isStreamed)
        let arrivals = wall.upstreams[0].arrivals
        try #require(arrivals.count == 2)
        #expect(arrivals[1] - arrivals[0] >= .milliseconds(290))
    }

    @Test("S02: a rate limit without end is not hammered; the fallback answers", arguments: [false, true])
    func rateLimited(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.status(429, reason: Self.tooMany)], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect((1...Self.fewTries).contains(wall.upstreams[0].count))
    }

    @Test("S03: one server error is retried once at the same backend", arguments: [false, true])
    func serverError(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.status(500, reason: "Internal Server Error"), .answer], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "primary", streamed: isStreamed)
        #expect(end.story == ["primary server_error", "primary answered"])
        #expect(wall.upstreams[1].count == 0)
    }

    @Test("S04: a backend that stays down is left after few tries", arguments: [false, true])
    func persistent(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[Self.down], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect((1...Self.fewTries).contains(wall.upstreams[0].count))
    }

    @Test("S05: a connection that is reset costs nobody the answer", arguments: [false, true])
    func reset(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.reset], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect((1...Self.fewTries).contains(wall.upstreams[0].count))
        let alone = try FailoverWall([[.reset, .answer]])
        alone.expectAnswer(try await alone.think(streamed: isStreamed), by: "primary", streamed: isStreamed)
    }

    @Test("S06: a silent backend is asked once and left", arguments: [false, true])
    func silent(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.silence], [.answer]], configure: FailoverWall.impatient(with: "primary"))
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect(end.story == ["primary timeout_first_token", "fallback answered"])
        #expect(wall.upstreams[0].count == 1)
    }

    @Test("S06: silent backends alone end in an error that names each, once", arguments: [false, true])
    func allSilent(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall(
            [[.silence], [.silence]],
            configure: FailoverWall.impatient(with: "primary", "fallback")
        )
        let end = try await wall.think(streamed: isStreamed)
        #expect(end.answer == nil)
        #expect(end.story == ["primary timeout_first_token", "fallback timeout_first_token"])
        #expect(wall.upstreams.map(\.count) == [1, 1])
    }

    @Test("S07: headers and keep-alive comments are no first token", arguments: [false, true])
    func lateFirstToken(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.pings], [.answer]], configure: FailoverWall.impatient(with: "primary"))
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect(end.story == ["primary timeout_first_token", "fallback answered"])
        #expect(wall.upstreams[0].count == 1)
    }

    @Test("S08: an answer that is cut is never an answer", arguments: [false, true])
    func cut(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.cut(after: 40)], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect(end.story.first == "primary stream_broken")
        let alone = try FailoverWall([[.cut(after: 40)]])
        let failed = try await alone.think(streamed: isStreamed)
        #expect(failed.answer == nil)
        #expect(Set(failed.story) == ["primary stream_broken"])
    }

    @Test("S09: an answer that stalls in the middle is left for a whole one", arguments: [false, true])
    func stalled(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.stall(after: 30)], [.answer]]) { backend in
            if backend.id.rawValue == "primary" { backend.timeouts.stall = .milliseconds(300) }
        }
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect(end.story == ["primary timeout_stall", "fallback answered"])
    }

    @Test("S10: an event that is no JSON spoils at most that answer, and nothing after it", arguments: [false, true])
    func malformed(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.malformed, .answer], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: end.by ?? "nobody", streamed: isStreamed)
        let after = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(after, by: after.by ?? "nobody", streamed: isStreamed)
    }

    @Test("S11: an answer without its last mark is whole, and its usage is known", arguments: [false, true])
    func neverDone(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[.neverDone], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "primary", streamed: isStreamed)
        #expect(end.answer?.usage.outputVisible == FaultyUpstream.tokens(FailoverWall.prose[0]).count)
        #expect(end.answer?.usage.source == .provider)
    }

    @Test(
        "S12: a prompt that does not fit goes to a larger window, at once and to no smaller",
        arguments: [false, true]
    )
    func tooLong(_ isStreamed: Bool) async throws {
        let body = #"{"error":{"code":"context_length_exceeded","type":"invalid_request_error","message":"too long"}}"#
        let refusal = FaultyUpstream.Move.status(400, reason: "Bad Request", body: body)
        let wall = try FailoverWall([[refusal], [.answer], [.answer]]) { backend in
            switch backend.id.rawValue {
            case "primary": backend.maxContext = 8_000
            case "fallback": backend.maxContext = 8_000
            default: backend.maxContext = 128_000
            }
        }
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "third", streamed: isStreamed)
        #expect(wall.upstreams.map(\.count) == [1, 0, 1])
    }

    @Test("S13: a content filter's verdict is final and told", arguments: [false, true])
    func contentPolicy(_ isStreamed: Bool) async throws {
        let body = #"{"error":{"code":"content_policy_violation","message":"no"}}"#
        let refusal = FaultyUpstream.Move.status(400, reason: "Bad Request", body: body)
        let wall = try FailoverWall([[refusal], [.answer]])
        let end = try await wall.think(streamed: isStreamed)
        #expect(end.answer == nil)
        #expect(end.story == ["primary content_policy"])
        #expect(wall.upstreams.map(\.count) == [1, 0])
    }

    @Test("S13: a policy may say otherwise", arguments: [false, true])
    func contentPolicyRerouted(_ isStreamed: Bool) async throws {
        let body = #"{"error":{"code":"content_policy_violation","message":"no"}}"#
        let refusal = FaultyUpstream.Move.status(400, reason: "Bad Request", body: body)
        var policy = FailoverWall.quickRetries
        policy.reroutesContentPolicy = true
        let wall = try FailoverWall([[refusal], [.answer]], policy: policy)
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect(wall.upstreams[0].count == 1)
    }

    @Test("S14: what came of a cut answer is not sent on, so nobody can refuse it", arguments: [false, true])
    func prefill(_ isStreamed: Bool) async throws {
        let picky = FaultyUpstream.Move.depends { request in
            guard request.contains(#""role":"assistant""#) || request.contains("The old mill") else { return .answer }
            let body = #"{"error":{"type":"invalid_request_error","message":"prefill is not supported"}}"#
            return .status(400, reason: "Bad Request", body: body)
        }
        let wall = try FailoverWall([[.cut(after: 40)], [picky]])
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        #expect(end.story == ["primary stream_broken", "fallback answered"])
    }

    @Test("S15: an outage of a minute costs no request an answer and the backend few; it is back soon after")
    func outage() async throws {
        let clock = ManualClock()
        let wall = try FailoverWall([[Self.down], [.answer]], clock: clock) { backend in
            backend.cooldown = .seconds(15)
        }
        var served: [String?] = []
        for request in 0..<24 {
            if request == 15 { wall.upstreams[0].play([.answer]) }
            let end = try await wall.think(streamed: request.isMultiple(of: 2))
            served.append(end.by)
            clock.advance(by: .seconds(4))
        }
        #expect(served.prefix(15).allSatisfy { $0 == "fallback" })
        #expect(served.allSatisfy { $0 != nil })
        // Back within thirty seconds, and for good.
        let back = try #require(served.firstIndex(of: "primary"))
        #expect(back <= 15 + 7)
        #expect(served[back...].allSatisfy { $0 == "primary" })
        let inOutage = wall.upstreams[0].count - served.count { $0 == "primary" }
        #expect(inOutage <= 10, "\(inOutage) requests to a backend that is down")
    }

    @Test("S16: the answer names who gave it and what that cost; what failed is not billed", arguments: [false, true])
    func accounting(_ isStreamed: Bool) async throws {
        let wall = try FailoverWall([[Self.down], [.answer]]) { backend in
            backend.prices = PriceVector(input: backend.id.rawValue == "primary" ? 1_000 : 1, output: 2)
        }
        let end = try await wall.think(streamed: isStreamed)
        wall.expectAnswer(end, by: "fallback", streamed: isStreamed)
        let tokens = FaultyUpstream.tokens(FailoverWall.prose[1]).count
        #expect(end.answer?.model == "served-1")
        #expect(end.answer?.usage == Usage(inputUncached: 11, outputVisible: tokens, source: .provider))
        let cost = NanoDollars(Int64(11 * 1_000 + tokens * 2_000))
        #expect(end.answer?.cost == cost)
        let settlements = wall.ledger.settlements
        #expect(settlements.count == end.story.count)
        #expect(settlements.dropLast().allSatisfy { ($0?.cost?.value ?? 0) == 0 })
        #expect(settlements.last??.cost == cost)
    }
}
