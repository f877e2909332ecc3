import TestSupport
import Testing

@testable import Routing

@Suite("The board knows how every backend is, and says so when that changes")
struct HealthBoardTests {
    private let clock = ManualClock()

    private func board(allowedFails: Int = 1, disabled: String? = nil) throws -> (HealthBoard, BackendID) {
        var backend = try Fixture.backend("gpt")
        backend.allowedFails = allowedFails
        backend.cooldown = .seconds(10)
        if let disabled { backend.service = .disabled(disabled) }
        return (HealthBoard(BackendRegistry([backend]), now: clock.now), backend.id)
    }

    private func lamp(_ board: HealthBoard) throws -> BackendHealth {
        try #require(board.snapshot(at: clock.now).first)
    }

    /// One attempt that ends so.
    private func attempt(_ board: HealthBoard, _ id: BackendID, _ end: AttemptEnd) throws {
        guard let permit = board.granted(id, at: clock.now) else { throw NoPermit() }
        permit.finish(end, at: clock.now)
    }

    /// Whether there is a permit; it is dropped at once.
    private func isGiven(_ board: HealthBoard, _ id: BackendID) -> Bool {
        guard let permit = board.granted(id, at: clock.now) else { return false }
        _ = consume permit
        return true
    }

    private struct NoPermit: Error {}

    @Test(
        "one attempt's end leads to a state",
        arguments: [
            (.answered, .healthy), (.unsaid, .unknown),
            (.failed(.auth, retryAfter: nil), .configError), (.failed(.quota, retryAfter: nil), .configError),
            (.failed(.modelMissing, retryAfter: nil), .configError),
            (.failed(.rateLimited, retryAfter: .seconds(3)), .rateLimited),
            (.failed(.serverError, retryAfter: nil), .degraded), (.failed(.timeoutStall, retryAfter: nil), .degraded),
            (.failed(.refused, retryAfter: nil), .unknown), (.failed(.cancelled, retryAfter: nil), .unknown),
            (.failed(.contextWindow, retryAfter: nil), .unknown), (.failed(.contentPolicy, retryAfter: nil), .unknown),
        ] as [(AttemptEnd, HealthState)]
    )
    func states(_ end: AttemptEnd, _ state: HealthState) throws {
        let (board, id) = try board()
        try attempt(board, id, end)
        #expect(try lamp(board).state == state)
    }

    @Test("failures degrade it, then open its breaker; one good answer brings it back, a few mend it")
    func failures() throws {
        let (board, id) = try board(allowedFails: 1)
        #expect(try lamp(board).state == .unknown)
        try attempt(board, id, .failed(.serverError, retryAfter: nil))
        #expect(try lamp(board).state == .degraded)
        try attempt(board, id, .failed(.streamBroken, retryAfter: nil))
        let open = try lamp(board)
        #expect((open.state, open.breaker) == (.unhealthy, .open))
        #expect(open.why == FailureClass.streamBroken.sentence)
        #expect(!open.isPermitted)
        clock.advance(by: .seconds(10))
        #expect(try lamp(board).isPermitted)
        try attempt(board, id, .answered)
        let back = try lamp(board)
        #expect((back.state, back.why) == (.degraded, "it is coming back"))
        for _ in 0..<3 { try attempt(board, id, .answered) }
        let mended = try lamp(board)
        #expect((mended.state, mended.breaker) == (.healthy, .closed))
        #expect(mended.since == clock.now)
    }

    @Test("a rate limit ends at the time that the backend named", arguments: [3, 60])
    func rateLimit(_ seconds: Int) throws {
        let (board, id) = try board()
        try attempt(board, id, .failed(.rateLimited, retryAfter: .seconds(seconds)))
        clock.advance(by: .seconds(seconds) - .milliseconds(1))
        #expect(try lamp(board).state == .rateLimited)
        clock.advance(by: .milliseconds(1))
        #expect(try lamp(board).state == .healthy)
        #expect(try lamp(board).breaker == .closed)
    }

    @Test(
        "an answer to a request of before does not end a rest, one to a later request does",
        arguments: [(FailureClass.rateLimited, HealthState.rateLimited), (.quota, .configError)]
    )
    func lateAnswer(_ failure: FailureClass, _ state: HealthState) throws {
        let (board, id) = try board()
        guard let early = board.granted(id, at: clock.now) else { throw NoPermit() }
        clock.advance(by: .seconds(1))
        try attempt(board, id, .failed(failure, retryAfter: .seconds(30)))
        early.finish(.answered, at: clock.now)
        #expect(try lamp(board).state == state)
        clock.advance(by: .seconds(1))
        try attempt(board, id, .answered)
        #expect(try lamp(board).state == .healthy)
    }

    @Test("a disabled backend stays disabled and says why")
    func disabled() throws {
        let (board, _) = try board(disabled: "KEY is not set")
        #expect(try lamp(board).state == .disabled)
        #expect(try lamp(board).why == "KEY is not set")
    }

    @Test("a good probe clears a configuration error")
    func probeClearsConfigError() throws {
        let (board, id) = try board()
        try attempt(board, id, .failed(.auth, retryAfter: nil))
        let ticket = board.probeTicket(for: id, at: clock.now)
        board.probed(id, ticket, nil, retryAfter: nil, latency: .milliseconds(7), at: clock.now)
        #expect(try lamp(board).state == .healthy)
        #expect(try lamp(board).latency == .milliseconds(7))
    }

    @Test("a good probe says nothing of money or models; five minutes later they are tried again")
    func configErrorWait() throws {
        for failure in [FailureClass.quota, .modelMissing] {
            let (board, id) = try board()
            try attempt(board, id, .failed(failure, retryAfter: nil))
            board.probed(id, nil, nil, retryAfter: nil, latency: .zero, at: clock.now)
            #expect(try lamp(board).state == .configError)
            clock.advance(by: .seconds(301))
            #expect(try lamp(board).state == .healthy)
        }
    }

    @Test("a good probe forgives no failures")
    func probeForgivesNothing() throws {
        let (board, id) = try board(allowedFails: 1)
        try attempt(board, id, .failed(.serverError, retryAfter: nil))
        board.probed(
            id,
            board.probeTicket(for: id, at: clock.now),
            nil,
            retryAfter: nil,
            latency: .zero,
            at: clock.now
        )
        #expect(try lamp(board).state == .degraded)
        try attempt(board, id, .failed(.serverError, retryAfter: nil))
        #expect(try lamp(board).state == .unhealthy)
    }

    @Test("a good probe does not close an open breaker, and leaves the one real request its place")
    func probeDoesNotClose() throws {
        let (board, id) = try board(allowedFails: 0)
        try attempt(board, id, .failed(.serverError, retryAfter: nil))
        #expect(board.probeTicket(for: id, at: clock.now) == nil)
        board.probed(id, nil, nil, retryAfter: nil, latency: .zero, at: clock.now)
        #expect(try lamp(board).breaker == .open)
        clock.advance(by: .seconds(10))
        let ticket = board.probeTicket(for: id, at: clock.now)
        #expect(ticket?.isProbe == true)
        #expect(!isGiven(board, id))
        board.probed(id, ticket, nil, retryAfter: nil, latency: .zero, at: clock.now)
        #expect(try lamp(board).breaker == .halfOpen)
        try attempt(board, id, .answered)
        #expect(try lamp(board).state == .degraded)
    }

    @Test("a bad probe counts like a bad answer")
    func badProbe() throws {
        let (board, id) = try board(allowedFails: 0)
        let ticket = board.probeTicket(for: id, at: clock.now)
        board.probed(id, ticket, .unreachable, retryAfter: nil, latency: .zero, at: clock.now)
        #expect(try lamp(board).state == .unhealthy)
    }

    @Test("observers hear of a change once, and of nothing that is no change")
    func changes() async throws {
        let (one, last) = (try Fixture.backend("one"), try Fixture.backend("last"))
        let board = HealthBoard(BackendRegistry([one, last]), now: clock.now)
        let streams = [board.changes(), board.changes()]
        for _ in 0..<3 { try attempt(board, one.id, .answered) }
        try attempt(board, one.id, .failed(.refused, retryAfter: nil))
        try attempt(board, one.id, .failed(.serverError, retryAfter: nil))
        try attempt(board, one.id, .answered)
        try attempt(board, last.id, .answered)
        for stream in streams {
            var heard: [BackendID] = []
            for await change in stream {
                heard.append(change)
                if change == last.id { break }
            }
            #expect(heard == [one.id, one.id, one.id, last.id])
        }
    }

    @Test("an unknown backend has no permit")
    func unknownBackend() throws {
        let (board, _) = try board()
        #expect(!isGiven(board, try Fixture.id("nobody")))
    }

    // MARK: Permits

    @Test("the permit of a probe comes back when it is finished or dropped")
    func permitComesBack() throws {
        let (board, id) = try board(allowedFails: 0)
        try attempt(board, id, .failed(.serverError, retryAfter: nil))
        clock.advance(by: .seconds(10))
        func drop() throws {
            guard let permit = board.granted(id, at: clock.now) else { throw NoPermit() }
            #expect(!isGiven(board, id))
            _ = consume permit
        }
        try drop()
        #expect(try lamp(board).breaker == .halfOpen)
        try drop()
        try attempt(board, id, .answered)
        #expect(try lamp(board).state == .degraded)
    }

    @Test("a permit that is thrown past comes back")
    func permitThrown() throws {
        let (board, id) = try board(allowedFails: 0)
        try attempt(board, id, .failed(.serverError, retryAfter: nil))
        clock.advance(by: .seconds(10))
        func fail(_ permit: consuming BreakerPermit) throws { throw NoPermit() }
        #expect(throws: NoPermit.self) {
            guard let permit = board.granted(id, at: clock.now) else { return }
            try fail(permit)
        }
        #expect(try lamp(board).isPermitted)
    }

    @Test("a probe that fails is seen, however long nobody has been asked")
    func failingProbe() throws {
        let (board, id) = try board()
        clock.advance(by: .seconds(60))
        let ticket = board.probeTicket(for: id, at: clock.now)
        board.probed(id, ticket, .unreachable, retryAfter: nil, latency: .zero, at: clock.now)
        #expect(try lamp(board).state == .degraded)
        #expect(try lamp(board).why == FailureClass.unreachable.sentence)
    }
}
