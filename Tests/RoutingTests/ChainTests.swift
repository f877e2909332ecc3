import TestSupport
import Testing

@testable import Routing

@Suite("The chain says who is asked next, and when")
struct ChainTests {
    private static let start = ContinuousClock.now

    /// A chain of backends with one letter each, played by hand.
    private struct Play {
        let names: [String]
        var chain: Chain
        var now = ChainTests.start
        var log: [String] = []

        init(
            _ names: String,
            attempts: Int = 6,
            retries: Int = 2,
            deadline: Duration = .seconds(300),
            _ adjust: (inout RoutingPolicy, inout [Candidate]) -> Void = { _, _ in }
        ) throws {
            self.names = names.map(String.init)
            var policy = RoutingPolicy()
            policy.limits = Router.Limits(maxAttempts: attempts, deadline: deadline)
            policy.retry.attempts = retries
            var candidates: [Candidate] = try self.names.map {
                .of(try Fixture.backend($0))
            }
            adjust(&policy, &candidates)
            chain = Chain(candidates, policy: policy, start: ChainTests.start)
        }

        /// Plays the failures of each backend, in order; the last one of a list is repeated. The log names who was
        /// asked, after which pause in milliseconds.
        mutating func run(_ failures: [String: [(FailureClass, Duration?)]], jitter: Double = 1) -> [String] {
            var left = failures
            for _ in 0..<100 {
                switch chain.next(at: now) {
                case .end: return log + ["end"]
                case .late: return log + ["late"]
                case .ask(let index, let pause):
                    now += pause
                    let name = names[index]
                    log.append(pause == .zero ? name : "\(name)+\(Int(pause / .milliseconds(1)))")
                    guard var moves = left[name], let move = moves.first else { return log + ["answered"] }
                    if moves.count > 1 { moves.removeFirst() }
                    left[name] = moves
                    if [.saturated, .breakerOpen].contains(move.0) {
                        chain.wasDenied(index, move.0, at: now, jitter: jitter)
                    } else {
                        chain.didSend(index)
                        chain.didFail(index, move.0, retryAfter: move.1, at: now, jitter: jitter)
                    }
                }
            }
            return log + ["for ever"]
        }
    }

    @Test("without a failure the first is asked once")
    func first() throws {
        var play = try Play("abc")
        let story = play.run([:])
        #expect(story == ["a", "answered"])
    }

    @Test(
        "a fault is answered as its class says",
        arguments: [
            // Others are asked; this one would say the same again.
            (.auth, ["a", "b", "answered"]), (.quota, ["a", "b", "answered"]), (.modelMissing, ["a", "b", "answered"]),
            (.badRequest, ["a", "b", "answered"]), (.refused, ["a", "b", "answered"]),
            (.tooLarge, ["a", "b", "answered"]), (.timeoutFirstToken, ["a", "b", "answered"]),
            (.timeoutTotal, ["a", "b", "answered"]), (.timeoutStall, ["a", "b", "answered"]),
            (.overBudget, ["a", "b", "answered"]),
            // Mostly over in a moment: the same once more, and once more, then others.
            (.serverError, ["a", "a+250", "a+500", "b", "answered"]),
            (.overloaded, ["a", "a+250", "a+500", "b", "answered"]),
            // Not over in a moment.
            (.unreachable, ["a", "b", "answered"]), (.streamBroken, ["a", "b", "answered"]),
            // Not its fault.
            (.staleConnection, ["a", "a", "b", "answered"]),
            // Final.
            (.contentPolicy, ["a", "end"]), (.cancelled, ["a", "end"]),
        ] as [(FailureClass, [String])]
    )
    func classes(_ failure: FailureClass, _ expected: [String]) throws {
        var play = try Play("ab")
        let story = play.run(["a": [(failure, nil)]])
        #expect(story == expected)
    }

    @Test("breadth goes before persistence: nobody is asked twice while others would lose their turn")
    func breadth() throws {
        var play = try Play("abcdefg", attempts: 4)
        let down: [(FailureClass, Duration?)] = [(.serverError, nil)]
        let failures = Dictionary(uniqueKeysWithValues: "abcdefg".map { (String($0), down) })
        let story = play.run(failures)
        #expect(story == ["a", "b", "c", "d", "end"])
    }

    @Test("when all have been asked, those whose fault may pass get another turn, who is ready first before others")
    func laps() throws {
        var play = try Play("ab", attempts: 6)
        let failures: [String: [(FailureClass, Duration?)]] = ["a": [(.unreachable, nil)], "b": [(.streamBroken, nil)]]
        let story = play.run(failures)
        #expect(story == ["a", "b", "a+250", "b", "a+500", "b", "end"])
    }

    @Test("a single backend that comes back in a moment is waited for")
    func alone() throws {
        var play = try Play("a")
        let failures: [String: [(FailureClass, Duration?)]] = ["a": [(.unreachable, nil), (.unreachable, nil)]]
        let story = play.run(failures)
        #expect(story == ["a", "a+250", "a+500", "end"])
    }

    @Test("chance halves a wait at most")
    func jitter() throws {
        var play = try Play("a")
        let story = play.run(["a": [(.serverError, nil)]], jitter: 0)
        #expect(story == ["a", "a+125", "a+250", "end"])
    }

    // MARK: Retry-After

    @Test(
        "a wish to wait is heeded: short ones at once, long ones only when there is nobody else",
        arguments: [
            ("ab", 2, ["a", "a+2000", "b", "answered"]), ("ab", 60, ["a", "b", "answered"]),
            ("a", 60, ["a", "a+60000", "a+60000", "end"]), ("a", 400, ["a", "late"]),
        ]
    )
    func retryAfter(_ names: String, _ seconds: Int, _ expected: [String]) throws {
        var play = try Play(names)
        let story = play.run(["a": [(.rateLimited, .seconds(seconds))]])
        #expect(story == expected)
    }

    @Test("the latest wish counts, not the first (litellm #20722)")
    func latestWish() throws {
        var play = try Play("a", attempts: 3)
        let failures: [String: [(FailureClass, Duration?)]] = [
            "a": [(.rateLimited, .seconds(1)), (.rateLimited, .seconds(107))]
        ]
        let story = play.run(failures)
        #expect(story == ["a", "a+1000", "a+107000", "end"])
    }

    @Test("a long wish to wait holds up nobody who is ready before")
    func longWish() throws {
        var play = try Play("ab")
        let failures: [String: [(FailureClass, Duration?)]] = [
            "a": [(.unreachable, nil)], "b": [(.rateLimited, .seconds(60))],
        ]
        let story = play.run(failures)
        #expect(story == ["a", "b", "a+250", "a+500", "b+59250", "b+60000", "end"])
    }

    @Test("a wish that lies behind the deadline is none: others are asked while there is time")
    func wishBehindDeadline() throws {
        var play = try Play("ab", deadline: .seconds(1))
        let story = play.run(["a": [(.rateLimited, .seconds(2))]])
        #expect(story == ["a", "b", "answered"])
    }

    // MARK: Who is left out

    @Test("a prompt that does not fit goes only to larger windows")
    func windows() throws {
        var play = try Play("abcd") { _, candidates in
            for (index, window) in [8_000, 4_000, 8_000, 32_000].enumerated() {
                var backend = candidates[index].backend
                backend.maxContext = window
                candidates[index] = .of(backend)
            }
        }
        let story = play.run(["a": [(.contextWindow, nil)]])
        #expect(story == ["a", "d", "answered"])
    }

    @Test("a model that refuses is not asked again under another name")
    func refusals() throws {
        var play = try Play("abc") { _, candidates in
            var backend = candidates[1].backend
            backend.model = "a-1"
            candidates[1] = .of(backend)
        }
        let story = play.run(["a": [(.refused, nil)]])
        #expect(story == ["a", "c", "answered"])
    }

    @Test("a model that everybody is asked for refuses once")
    func refusedByName() throws {
        let candidates = try ["a", "b"].map { Candidate.of(try Fixture.backend($0)) }
        var chain = Chain(candidates, policy: RoutingPolicy(), model: "m", start: Self.start)
        chain.didSend(0)
        chain.didFail(0, .refused, retryAfter: nil, at: Self.start, jitter: 0)
        let next = chain.next(at: Self.start)
        #expect(next == .end)
    }

    @Test("a content filter's verdict leads on when the policy says so")
    func contentPolicy() throws {
        var play = try Play("ab") { policy, _ in policy.reroutesContentPolicy = true }
        let story = play.run(["a": [(.contentPolicy, nil)]])
        #expect(story == ["a", "b", "answered"])
    }

    @Test(
        "the strategy may name the failures that lead on",
        arguments: [
            (FailureClass.overloaded, ["a", "b", "answered"]), (.badRequest, ["a", "d", "answered"]),
        ]
    )
    func gates(_ failure: FailureClass, _ expected: [String]) throws {
        var play = try Play("abcd", retries: 0) { _, candidates in
            candidates[1].gate = Candidate.Gate(classes: [.overloaded], span: 2)
        }
        let story = play.run(["a": [(failure, nil)]])
        #expect(story == expected)
    }

    @Test("without failover there is one backend")
    func noFailover() throws {
        var play = try Play("ab") { policy, _ in policy.hasFailover = false }
        let story = play.run(["a": [(.badRequest, nil)]])
        #expect(story == ["a", "end"])
    }

    // MARK: Nothing was sent

    @Test("who has no room is asked later, and that costs no attempt")
    func saturated() throws {
        var play = try Play("ab", attempts: 1)
        let failures: [String: [(FailureClass, Duration?)]] = [
            "a": [(.saturated, nil), (.saturated, nil), (.auth, nil)], "b": [(.saturated, nil)],
        ]
        let story = play.run(failures)
        #expect(story == ["a", "b", "a+100", "b", "a+100", "end"])
    }

    @Test("a breaker that has opened is not heeded when there is nobody else")
    func breakerOpen() throws {
        var play = try Play("ab")
        let failures: [String: [(FailureClass, Duration?)]] = [
            "a": [(.breakerOpen, nil), (.auth, nil)], "b": [(.badRequest, nil)],
        ]
        let story = play.run(failures)
        #expect(story == ["a", "b", "a+100", "end"])
        #expect(play.chain.isAnyway(0))
        #expect(!play.chain.isAnyway(1))
    }

    @Test("who has no permit even so has been removed: nobody waits for it")
    func removed() throws {
        var play = try Play("a")
        let story = play.run(["a": [(.breakerOpen, nil)]])
        #expect(story == ["a", "a+100", "end"])
    }

    // MARK: Not good enough

    @Test("who was asked out of turn and failed is not asked again before the others")
    func outOfTurn() throws {
        var play = try Play("abc")
        let better = try ["b", "c"].map(Fixture.id)
        guard case .ask(0, _) = play.chain.next(at: Self.start) else { throw Unexpected() }
        play.chain.didSend(0)
        play.chain.didDisappoint(0, better: better)
        guard case .ask(1, _) = play.chain.next(at: Self.start) else { throw Unexpected() }
        play.chain.didSend(1)
        play.chain.didFail(1, .unreachable, retryAfter: nil, at: Self.start, jitter: 0)
        let next = play.chain.next(at: Self.start)
        #expect(next == .ask(2, pause: .zero))
    }

    @Test("whoever has had all of its tries is no better backend")
    func exhausted() throws {
        var play = try Play("ab", retries: 0)
        guard case .ask(0, _) = play.chain.next(at: Self.start) else { throw Unexpected() }
        play.chain.didSend(0)
        play.chain.didFail(0, .unreachable, retryAfter: nil, at: Self.start, jitter: 0)
        guard case .ask(1, _) = play.chain.next(at: Self.start) else { throw Unexpected() }
        play.chain.didSend(1)
        play.chain.didDisappoint(1, better: [try Fixture.id("a")])
        let next = play.chain.next(at: Self.start)
        #expect(next == .end)
    }

    @Test("an answer that is not good enough leads to better backends only, and so often")
    func escalation() throws {
        var play = try Play("abcd") { policy, _ in policy.quality.escalations = 1 }
        let better = try ["d", "c"].map(Fixture.id)
        guard case .ask(0, _) = play.chain.next(at: Self.start) else { throw Unexpected() }
        play.chain.didSend(0)
        play.chain.didDisappoint(0, better: better)
        guard case .ask(3, _) = play.chain.next(at: Self.start) else { throw Unexpected() }
        play.chain.didSend(3)
        play.chain.didFail(3, .badRequest, retryAfter: nil, at: Self.start, jitter: 0)
        guard case .ask(2, _) = play.chain.next(at: Self.start) else { throw Unexpected() }
        play.chain.didSend(2)
        play.chain.didDisappoint(2, better: [])
        let end = play.chain.next(at: Self.start)
        #expect(end == .end)
    }

    private struct Unexpected: Error {}

    // MARK: Bounds

    @Test("whatever fails however, a chain ends within its attempts and its deadline", arguments: UInt64(1)...200)
    func ends(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let attempts = Int.random(in: 1...8, using: &generator)
        let names = String("abcdef".prefix(Int.random(in: 1...6, using: &generator)))
        var play = try Play(names, attempts: attempts, retries: Int.random(in: 0...3, using: &generator))
        var failures: [String: [(FailureClass, Duration?)]] = [:]
        let classes = FailureClass.allCases.filter { ![.saturated, .breakerOpen].contains($0) }
        for name in names {
            failures[String(name)] = (0..<4).map { _ in
                let wait: Duration? =
                    Bool.random(using: &generator) ? nil : .seconds(Int.random(in: 0...200, using: &generator))
                return (classes[Int.random(in: 0..<classes.count, using: &generator)], wait)
            }
        }
        let log = play.run(failures, jitter: Double.random(in: 0...1, using: &generator))
        #expect(["end", "late"].contains(log.last), "seed \(seed): \(log)")
        #expect(log.count - 1 <= attempts, "seed \(seed): \(log)")
        #expect(play.now - Self.start < .seconds(300), "seed \(seed): \(log)")
    }
}
