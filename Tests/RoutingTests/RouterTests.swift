import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("A thought is answered by the first backend that can")
struct RouterTests {
    private static let down = FakeTransport.Move.reply(status: 500, body: "")
    private static let good = FakeTransport.Move.reply(status: 200, body: Fixture.answer("four"))

    private func failure(_ bench: Workbench, _ thought: Thought) async throws -> RoutingError {
        do {
            let answer = try await bench.router.think(thought)
            throw Answered(text: answer.text)
        } catch let error as RoutingError { return error }
    }

    private struct Answered: Error { let text: String }

    @Test("the answer tells who gave it, what it cost and who was tried before, in order")
    func fallback() async throws {
        var backends = try Workbench.three()
        for place in backends.indices { backends[place].prices = PriceVector(input: 1, output: 2) }
        let bench = Workbench(
            backends,
            ["one": [Self.down], "two": [.failure(.unreachable)], "three": [Self.good]],
            tick: .milliseconds(1)
        )
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(answer.text == "four")
        #expect(answer.backend.rawValue == "three")
        #expect(answer.model == "served-1")
        #expect(answer.kind == .quickAnswer)
        #expect(answer.cost == NanoDollars(20_000))
        #expect(answer.usage == Usage(inputUncached: 10, outputVisible: 5, source: .provider))
        #expect(story(answer.attempts) == ["one server_error", "two unreachable", "three answered"])
        #expect(answer.attempts.allSatisfy { $0.duration > .zero })
        #expect(answer.duration > .zero)
        #expect(answer.firstToken == nil)
        #expect(bench.asked == ["one", "two", "three"])
        let records = bench.ledger.records
        #expect(records.map(\.attempt) == [1, 2, 3])
        #expect(Set(records.map(\.thought)).count == 1)
        #expect(records.allSatisfy { $0.caller == "player 7" && $0.kind == .quickAnswer && $0.purpose == .thought })
        #expect(records.map(\.model) == ["one-1", "two-1", "three-1"])
        #expect(bench.ledger.settlements.map { $0?.outcome.label } == ["server_error", "unreachable", "answered"])
        #expect(bench.ledger.settlements.last??.cost == NanoDollars(20_000))
    }

    @Test("every request stands in the ledger, as it is sent, before the transport sees it")
    func recordedFirst() async throws {
        let order = Witness()
        let transport = FakeTransport(["one": [Self.down], "two": [Self.good]])
        let registry = BackendRegistry(Array(try Workbench.three().prefix(2)))
        let router = Router(
            live: LiveRouting(RoutingSnapshot(registry: registry, policy: Workbench.noRetries)),
            board: HealthBoard(registry),
            scan: TestPrompts.scan,
            ledger: WitnessedLedger(ledger: MemoryLedger(), witness: order),
            transport: WitnessedTransport(transport: transport, witness: order)
        )
        for isStreamed in [false, true] {
            _ = try? await router.think(try Workbench.thought(streamed: isStreamed))
        }
        let events = order.events
        #expect(Array(events.prefix(6)) == ["row 1", "sent", "settled 1", "row 2", "sent", "settled 2"])
        // The second thought goes to the one that answered; it takes a whole answer for a streamed one.
        #expect(events.count == 9)
        for pair in stride(from: 0, to: events.count, by: 3) {
            #expect(events[pair].hasPrefix("row"))
            #expect(events[pair + 1] == "sent")
        }
    }

    @Test("the row holds the bytes that are sent")
    func rowHoldsBytes() async throws {
        let bench = Workbench(try Workbench.three(), ["one": [Self.good]])
        _ = try await bench.router.think(try Workbench.thought())
        let row = try #require(bench.ledger.records.first?.request)
        let sent = try #require(bench.transport.sent.first)
        #expect(row.url == sent.url)
        #expect(row.body == sent.body)
        #expect(!sent.body.isEmpty)
    }

    @Test("what cannot be recorded is not sent")
    func brokenLedger() async throws {
        let bench = Workbench(try Workbench.three(), ["one": [Self.good]], isLedgerBroken: true)
        let error = try await failure(bench, try Workbench.thought())
        guard case .ledgerUnavailable(let attempts) = error else { throw error }
        #expect(attempts.isEmpty)
        #expect(bench.transport.sent.isEmpty)
        #expect(try bench.lamp("one").state == .unknown)
    }

    @Test("an identity term in the configuration is held back, and nothing is sent", arguments: [false, true])
    func egressBlocked(_ isStreamed: Bool) async throws {
        var backends = try Workbench.three()
        backends[0].model = "\(TestPrompts.term.lowercased())-7b"
        let bench = Workbench(backends, ["one": [Self.good], "two": [Self.good]])
        let error = try await failure(bench, try Workbench.thought(streamed: isStreamed))
        guard case .egressBlocked(let blocked) = error else { throw error }
        #expect(blocked.violation.identityClass == .name)
        #expect(blocked.violation.place == .body)
        #expect(bench.ledger.blockedRequests == [blocked])
        #expect(bench.transport.sent.isEmpty)
        #expect(bench.ledger.records.isEmpty)
    }

    @Test("a content filter's verdict is final")
    func contentPolicy() async throws {
        let body = #"{"error":{"type":"content_filter","message":"no"}}"#
        let bench = Workbench(try Workbench.three(), ["one": [.reply(status: 400, body: body)], "two": [Self.good]])
        let error = try await failure(bench, try Workbench.thought())
        #expect(story(of: error) == ["one content_policy"])
        #expect(bench.asked == ["one"])
    }

    @Test("a rate limit sends the thought on, and the backend rests for as long as it asked")
    func rateLimited() async throws {
        let busy = FakeTransport.Move.reply(status: 429, headers: "retry-after: 7\r\n", body: "")
        let bench = Workbench(try Workbench.three(), ["one": [busy, Self.good], "two": [Self.good]])
        let first = try await bench.router.think(try Workbench.thought())
        #expect(story(first.attempts) == ["one rate_limited", "two answered"])
        #expect(try bench.lamp("one").state == .rateLimited)
        bench.clock.advance(by: .milliseconds(6_999))
        #expect(story(try await bench.router.think(try Workbench.thought()).attempts) == ["two answered"])
        bench.clock.advance(by: .milliseconds(1))
        #expect(story(try await bench.router.think(try Workbench.thought()).attempts) == ["one answered"])
    }

    @Test("a refusal in the answer is asked elsewhere, and counts against nobody")
    func refused() async throws {
        let refusal = #"{"choices":[{"message":{"refusal":"I cannot"},"finish_reason":"stop"}]}"#
        let bench = Workbench(try Workbench.three(), ["one": [.reply(status: 200, body: refusal)], "two": [Self.good]])
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(story(answer.attempts) == ["one refused", "two answered"])
        #expect(try bench.lamp("one").breaker == .closed)
        #expect(try bench.lamp("one").state == .unknown)
    }

    @Test("no thought sends more requests than its budget", arguments: 1...3)
    func attemptBudget(_ budget: Int) async throws {
        let bench = Workbench(try Workbench.three(), [:], limits: Router.Limits(maxAttempts: budget))
        let error = try await failure(bench, try Workbench.thought())
        guard case .allFailed(let attempts) = error else { throw error }
        #expect(attempts.count == budget)
        #expect(bench.transport.sent.count == budget)
    }

    @Test("the deadline covers the whole chain, and each transfer gets what is left of it")
    func deadline() async throws {
        let limits = Router.Limits(maxAttempts: 3, deadline: .seconds(10))
        let bench = Workbench(try Workbench.three(), [:], limits: limits, tick: .seconds(1))
        let error = try await failure(bench, try Workbench.thought())
        guard case .deadline(let attempts) = error else { throw error }
        #expect(story(attempts) == ["one unreachable", "two unreachable"])
        let totals = bench.transport.limits.map(\.total)
        #expect(totals.count == 2)
        #expect(totals.allSatisfy { $0 > .zero && $0 < .seconds(10) })
        #expect(totals.sorted(by: >) == totals)
    }

    @Test("a backend that ran into the end of the chain's time is not blamed for it", arguments: [3, 60])
    func deadlineBlamesNobody(seconds: Int) async throws {
        let limits = Router.Limits(maxAttempts: 1, deadline: .seconds(seconds))
        let moves: [String: [FakeTransport.Move]] = ["one": [.failure(.timedOut(.total))]]
        let bench = Workbench(try Workbench.three(), moves, limits: limits, tick: .seconds(1))
        _ = try await failure(bench, try Workbench.thought())
        #expect(try bench.lamp("one").state == (seconds == 3 ? .unknown : .degraded))
    }

    @Test("a backend's own limits hold where they are tighter than the deadline")
    func backendLimits() async throws {
        var backends = try Workbench.three()
        backends[0].timeouts = Backend.Timeouts(
            connect: .seconds(1),
            firstToken: .seconds(2),
            stall: .seconds(3),
            total: .seconds(4)
        )
        let bench = Workbench(backends, ["one": [Self.good, .stream([Fixture.chunk("x", finish: "stop")])]])
        _ = try await bench.router.think(try Workbench.thought())
        _ = try await bench.router.think(try Workbench.thought(streamed: true))
        let whole = TransferLimits(connect: .seconds(1), total: .seconds(4))
        var streamed = whole
        streamed.firstToken = .seconds(2)
        streamed.stall = .seconds(3)
        streamed.linger = .milliseconds(500)
        #expect(bench.transport.limits == [whole, streamed])
    }

    @Test("nobody who may take the task: the rules that took each out are told, and nothing is sent")
    func noBackend() async throws {
        let bench = Workbench(try Workbench.three(), [:])
        var thought = try Workbench.thought()
        thought.constraints.isLocalOnly = true
        let error = try await failure(bench, thought)
        guard case .noBackend(let rejected) = error else { throw error }
        #expect(rejected.map(\.rule) == [.notLocal, .notLocal, .notLocal])
        #expect(bench.ledger.records.isEmpty)
    }

    @Test("the caller's kind goes before the classifier's")
    func callersKind() async throws {
        let bench = Workbench(try Fixture.seven().backends, [:])
        var thought = try Workbench.thought()
        thought.kind = .multimodal
        let plan = bench.router.plan(thought)
        #expect(plan.candidates.first?.backend.id.rawValue == "gemini")
        #expect(plan.classification.why == ["the caller named the kind"])
        #expect(bench.transport.sent.isEmpty)
    }

    @Test("the model that was asked for is named when the reply names none")
    func modelName() async throws {
        let body = #"{"choices":[{"message":{"content":"x"}}]}"#
        let bench = Workbench(try Workbench.three(), ["one": [.reply(status: 200, body: body)]])
        let answer = try await bench.router.think(try Workbench.thought())
        #expect(answer.model == "one-1")
        #expect(answer.cost == nil)
        // Nobody counted, so the sizes tell.
        #expect(answer.usage.source == .estimated)
        #expect(answer.usage.outputVisible == 1)
    }
}
