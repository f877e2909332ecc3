import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("A streamed thought gives its text as it comes, and starts clean when it broke off")
struct RouterStreamTests {
    private func think(_ bench: Workbench) async throws -> (answer: Answer, events: [ThoughtEvent]) {
        var events: [ThoughtEvent] = []
        let answer = try await bench.router.think(try Workbench.thought(streamed: true)) { events.append($0) }
        return (answer, events)
    }

    /// What a client has that joins the deltas and discards them when it is told to.
    private func kept(_ events: [ThoughtEvent]) -> String {
        events.reduce(into: "") { text, event in
            switch event {
            case .delta(let more): text += more
            case .restarted: text = ""
            case .brokeOff, .switching: break
            }
        }
    }

    private static let good = FakeTransport.Move.stream([
        Fixture.chunk("The answer"), ": ping\n\n" + Fixture.chunk(" is"), Fixture.chunk(" four."),
        Fixture.chunk("", finish: "stop"), "data: [DONE]\n\n",
    ])

    @Test("the deltas join to the text of the answer")
    func deltas() async throws {
        let bench = Workbench(try Workbench.three(), ["one": [Self.good]], tick: .milliseconds(1))
        let (answer, events) = try await think(bench)
        #expect(answer.text == "The answer is four.")
        #expect(kept(events) == answer.text)
        #expect(!events.contains { $0 == .delta("") })
        #expect(story(answer.attempts) == ["one answered"])
        let first = try #require(answer.firstToken)
        #expect(first > .zero && first <= answer.duration)
    }

    @Test(
        "a stream that broke off is started anew by the next backend, which is said before its first text",
        arguments: [
            (.stream([Fixture.chunk("Half an")]), .streamBroken),
            (.stream([Fixture.chunk("Half an"), "data: {\"cho\n\n"]), nil),
            (.stream([Fixture.chunk("Half an")], end: .failed(.cut)), .streamBroken),
            (.stream([Fixture.chunk("Half an")], end: .failed(.timedOut(.stall))), .timeoutStall),
            (.stream([Fixture.chunk("Half an") + #"data: {"error":{"code":502}}"# + "\n\n"]), nil),
            (.stream([Fixture.chunk("I am"), Fixture.chunk("", finish: "content_filter")]), nil),
        ] as [(FakeTransport.Move, FailureClass?)]
    )
    func restarted(_ move: FakeTransport.Move, _ expected: FailureClass?) async throws {
        let bench = Workbench(try Workbench.three(), ["one": [move], "two": [Self.good]])
        let (answer, events) = try await think(bench)
        #expect(answer.text == "The answer is four.")
        #expect(kept(events) == answer.text)
        #expect(answer.attempts.map(\.backend.rawValue) == ["one", "two"])
        // What breaks in the same piece of bytes takes its text along: nothing had gone out.
        guard let expected else { return #expect(events.allSatisfy { if case .delta = $0 { true } else { false } }) }
        let two = try Fixture.id("two")
        let index = try #require(events.firstIndex(of: .restarted(two, expected)))
        #expect(kept(Array(events[..<index])) == "Half an")
        #expect(events[index...].count > 1)
    }

    @Test(
        "a backend that fails before its first text is replaced in silence",
        arguments: [
            FakeTransport.Move.failure(.unreachable), .reply(status: 503, body: "{}"), .stream([": ping\n\n"]),
            .stream([]),
            .failure(.timedOut(.firstToken)), .stream([#"data: {"error":{"code":429}}"# + "\n\n"]),
        ]
    )
    func silent(_ move: FakeTransport.Move) async throws {
        let bench = Workbench(try Workbench.three(), ["one": [move], "two": [Self.good]])
        let (answer, events) = try await think(bench)
        #expect(answer.attempts.map(\.backend.rawValue) == ["one", "two"])
        #expect(events.allSatisfy { if case .delta = $0 { true } else { false } })
        #expect(kept(events) == answer.text)
    }

    @Test("two broken streams are two new starts, and an unbroken failure between them is none")
    func twoRestarts() async throws {
        let broken = FakeTransport.Move.stream([Fixture.chunk("half")])
        let bench = Workbench(
            try Workbench.three() + [try Fixture.backend("four", [.speed])],
            ["one": [broken], "two": [.failure(.tls)], "three": [broken], "four": [Self.good]]
        )
        let (answer, events) = try await think(bench)
        let restarts = events.compactMap { if case .restarted(let id, _) = $0 { id.rawValue } else { nil } }
        #expect(restarts == ["two", "four"])
        #expect(kept(events) == answer.text)
        #expect(story(answer.attempts) == ["one stream_broken", "two tls", "three stream_broken", "four answered"])
    }

    @Test("who cannot take words back ends it when they break off: nobody else is asked, and it failed")
    func final() async throws {
        let broken = FakeTransport.Move.stream([Fixture.chunk("half")])
        let bench = Workbench(try Workbench.three(), ["one": [.failure(.tls)], "two": [broken], "three": [Self.good]])
        let heard = Witness()
        let thought = try Workbench.thought(streamed: true)
        let thinking = Task {
            try await bench.router.think(thought) { event in
                guard case .brokeOff(let attempts) = event else { return }
                for line in story(attempts) { heard.note(line) }
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        guard case .failure(let error as RoutingError) = await thinking.result else {
            Issue.record("answered")
            return
        }
        #expect(heard.events == ["one tls", "two stream_broken"])
        #expect(story(of: error) == heard.events)
        #expect(bench.asked == ["one", "two"])
        #expect(bench.ledger.decisions.map(\.outcome) == [.allFailed])
    }

    @Test("half an answer is never an answer")
    func neverHalf() async throws {
        let broken = FakeTransport.Move.stream([Fixture.chunk("half")])
        let bench = Workbench(try Workbench.three(), ["one": [broken], "two": [broken], "three": [broken]])
        var events: [ThoughtEvent] = []
        do {
            let answer = try await bench.router.think(try Workbench.thought(streamed: true)) { events.append($0) }
            Issue.record("answered \(answer.text)")
        } catch let error as RoutingError {
            #expect(story(of: error) == ["one stream_broken", "two stream_broken", "three stream_broken"])
        }
        #expect(bench.ledger.settlements.allSatisfy { $0?.outcome == .failed(.streamBroken) })
    }

    @Test("the last text may come with the end of the input")
    func lastLine() async throws {
        let tail = String(Fixture.chunk(" end", finish: "stop").dropLast(2))
        let bench = Workbench(try Workbench.three(), ["one": [.stream([Fixture.chunk("the"), tail])]])
        let (answer, events) = try await think(bench)
        #expect(answer.text == "the end")
        #expect(kept(events) == "the end")
    }

    @Test("text behind the end of an answer buys its stream no time")
    func behindTheEnd() async throws {
        let tail = Tail()
        let registry = BackendRegistry([try Fixture.backend("one", [.speed])])
        let router = Router(
            live: LiveRouting(RoutingSnapshot(registry: registry)),
            board: HealthBoard(registry),
            scan: TestPrompts.scan,
            ledger: MemoryLedger(),
            transport: tail
        )
        tail.body.append(Fixture.chunk("fo", finish: "stop").utf8)
        var seen: [TransportError.Phase?] = []
        let answer = try await router.think(try Workbench.thought(streamed: true)) { _ in
            seen.append(tail.pace.expired(at: .now + .seconds(2)))
            if seen.count == 1 {
                tail.body.append(Fixture.chunk("ur").utf8)
            } else {
                tail.body.finish(.failed(.timedOut(.stall)))
            }
        }
        #expect(answer.text == "four")
        #expect(seen == [nil, .stall])
    }

    /// A transport of one stream, which the test feeds.
    private struct Tail: Transport {
        let body = HTTPBody()
        let pace = HTTPStream.Pace(firstToken: .seconds(60), stall: .seconds(30), now: .now)

        func send(_ request: SealedRequest, limits: TransferLimits) async -> Result<HTTPReply, TransportError> {
            .failure(.unreachable)
        }

        func stream<Value: Sendable>(
            _ request: SealedRequest,
            limits: TransferLimits,
            read: (HTTPStream) async -> Value
        ) async -> Result<Value, TransportError> {
            .success(await read(HTTPStream(status: 200, body: body, pace: pace)))
        }
    }
}

@Suite("A backend that answers whole leaves time for others")
struct WholeReplyTimeTests {
    @Test("half of what is left, unless there is nobody else", arguments: [(2, 50), (1, 100)])
    func half(_ count: Int, _ seconds: Int) async throws {
        let backends = Array(try Workbench.three().prefix(count))
        let limits = Router.Limits(maxAttempts: 1, deadline: .seconds(100))
        let bench = Workbench(backends, [:], limits: limits)
        _ = try? await bench.router.think(try Workbench.thought())
        #expect(bench.transport.limits.map(\.total) == [.seconds(seconds)])
    }
}
