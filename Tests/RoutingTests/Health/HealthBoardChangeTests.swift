import TestSupport
import Testing

@testable import Routing

@Suite("A reload keeps what is known of those who stay the same")
struct HealthBoardChangeTests {
    private let clock = ManualClock()

    private func failed(_ board: HealthBoard, _ id: BackendID) throws {
        guard let permit = board.granted(id, at: clock.now) else { throw NoPermit() }
        permit.finish(.failed(.serverError, retryAfter: nil), at: clock.now)
    }

    private func lamp(_ board: HealthBoard, _ name: String) throws -> BackendHealth {
        let id = try Fixture.id(name)
        return try #require(board.snapshot(at: clock.now).first { $0.backend == id })
    }

    @Test("an open breaker stays open, a backend at another address starts anew, one that is gone is gone")
    func adopt() throws {
        var backends = try ["same", "moved", "gone"].map { try Fixture.backend($0) }
        for index in backends.indices { backends[index].allowedFails = 0 }
        let board = HealthBoard(BackendRegistry(backends), now: clock.now)
        for backend in backends { try failed(board, backend.id) }
        #expect(board.snapshot(at: clock.now).allSatisfy { $0.breaker == .open })
        backends[1].url = "http://elsewhere.test/v1"
        board.adopt(BackendRegistry([try Fixture.backend("new"), backends[1], backends[0]]), now: clock.now)
        #expect(board.snapshot(at: clock.now).map(\.backend.rawValue) == ["new", "moved", "same"])
        #expect(try lamp(board, "same").breaker == .open)
        #expect(try lamp(board, "moved").breaker == .closed)
        #expect(try lamp(board, "moved").state == .unknown)
    }

    @Test("what is under way stays counted, and comes back to the changed entry")
    func inFlight() throws {
        var backend = try Fixture.backend("one")
        backend.maxConcurrent = 1
        let board = HealthBoard(BackendRegistry([backend]), now: clock.now)
        guard let permit = board.granted(backend.id, at: clock.now) else { throw NoPermit() }
        backend.maxConcurrent = 2
        board.adopt(BackendRegistry([backend]), now: clock.now)
        #expect(try lamp(board, "one").inFlight == 1)
        guard let second = board.granted(backend.id, at: clock.now) else { throw NoPermit() }
        #expect(try lamp(board, "one").isSaturated)
        permit.finish(.answered, at: clock.now)
        second.finish(.answered, at: clock.now)
        #expect(try lamp(board, "one").inFlight == 0)
    }

    @Test("another model is told once, whether or not the state is another one; what was learnt of the old one is gone")
    func switched() async throws {
        var backends = try ["same", "unknown", "failing"].map { try Fixture.backend($0) }
        for index in backends.indices { backends[index].allowedFails = 0 }
        let board = HealthBoard(BackendRegistry(backends), now: clock.now)
        try failed(board, backends[2].id)
        var told = board.changes().makeAsyncIterator()
        for index in 1...2 { backends[index].model = "other" }
        board.adopt(BackendRegistry(backends), now: clock.now)
        #expect(try lamp(board, "failing").state == .unknown)
        try failed(board, backends[0].id)
        #expect(await told.next()?.rawValue == "failing")
        #expect(await told.next()?.rawValue == "unknown")
        #expect(await told.next()?.rawValue == "same")
    }

    @Test("what was asked of a backend that was removed never comes back to its successor")
    func successor() throws {
        var backend = try Fixture.backend("one")
        backend.maxConcurrent = 1
        let board = HealthBoard(BackendRegistry([backend]), now: clock.now)
        guard let old = board.granted(backend.id, at: clock.now) else { throw NoPermit() }
        board.adopt(BackendRegistry([]), now: clock.now)
        board.adopt(BackendRegistry([backend]), now: clock.now)
        guard let new = board.granted(backend.id, at: clock.now) else { throw NoPermit() }
        old.finish(.failed(.auth, retryAfter: nil), at: clock.now)
        #expect(try lamp(board, "one").state == .unknown)
        #expect(try lamp(board, "one").isSaturated)
        new.finish(.answered, at: clock.now)
        #expect(try lamp(board, "one").inFlight == 0)
    }

    @Test(
        "how a request of before a change ends says nothing of the changed backend",
        arguments: [AttemptEnd.failed(.auth, retryAfter: nil), .failed(.serverError, retryAfter: nil), .answered]
    )
    func before(_ end: AttemptEnd) throws {
        var backend = try Fixture.backend("one")
        backend.allowedFails = 0
        let board = HealthBoard(BackendRegistry([backend]), now: clock.now)
        guard let old = board.granted(backend.id, at: clock.now) else { throw NoPermit() }
        backend.key = Secret("mended")
        board.adopt(BackendRegistry([backend]), now: clock.now)
        #expect(try lamp(board, "one").inFlight == 1)
        old.finish(end, at: clock.now)
        #expect(try lamp(board, "one").state == .unknown)
        #expect(try lamp(board, "one").inFlight == 0)
        try failed(board, backend.id)
        #expect(try lamp(board, "one").breaker == .open)
    }

    @Test("a reload gives no second burst")
    func burst() throws {
        var backend = try Fixture.backend("one")
        backend.requestsPerMinute = 10
        let board = HealthBoard(BackendRegistry([backend]), now: clock.now)
        try failed(board, backend.id)
        backend.weight = 2
        board.adopt(BackendRegistry([backend]), now: clock.now)
        #expect(try lamp(board, "one").isSaturated)
        clock.advance(by: .seconds(6))
        #expect(try !lamp(board, "one").isSaturated)
    }

    private struct NoPermit: Error {}

    @Test("an observer hears that a backend was switched off")
    func observed() async throws {
        var backend = try Fixture.backend("one")
        let board = HealthBoard(BackendRegistry([backend]), now: clock.now)
        let changes = board.changes()
        backend.service = .draining
        board.adopt(BackendRegistry([backend]), now: clock.now)
        for await id in changes {
            #expect(id == backend.id)
            break
        }
        #expect(try lamp(board, "one").state == .disabled)
        #expect(try lamp(board, "one").why == "it is being drained")
    }

    @Test("answers make a backend's typical time and reliability")
    func averages() throws {
        let backend = try Fixture.backend("one")
        let board = HealthBoard(BackendRegistry([backend]), now: clock.now)
        for seconds in [1, 1, 11] {
            guard let permit = board.granted(backend.id, at: clock.now) else { throw NoPermit() }
            clock.advance(by: .seconds(seconds))
            permit.finish(.answered, at: clock.now)
        }
        #expect(try lamp(board, "one").typicalLatency == .seconds(2))
        #expect(try lamp(board, "one").reliability == 1)
        try failed(board, backend.id)
        #expect(try lamp(board, "one").reliability == 0.9)
    }
}
