import TestSupport
import Testing

@testable import Routing

@Suite("The breaker keeps requests away from a failing backend, and asks with one when it may be well again")
struct CircuitBreakerTests {
    /// What happens to a breaker that forgives two failures and rests for ten seconds.
    enum Event: Sendable {
        case success, failure, neutral
        case wait(Int)
    }

    private static let start = ContinuousClock.now

    private static func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func ticket(_ decision: CircuitBreaker.Decision) throws -> CircuitBreaker.Ticket {
        guard case .granted(let ticket) = decision else { throw NotGranted() }
        return ticket
    }

    private struct NotGranted: Error {}

    /// A breaker that is open since `start`.
    private func opened(allowedFails: Int = 0, cooldown: Int = 10) throws -> CircuitBreaker {
        var breaker = CircuitBreaker(tolerance: .init(allowedFails: allowedFails), cooldown: .seconds(cooldown))
        for _ in 0...allowedFails {
            breaker.record(.failure(.serverError), for: try ticket(breaker.acquire(at: Self.start)), at: Self.start)
        }
        try #require(breaker.state == .open)
        return breaker
    }

    @Test(
        "events lead to states",
        arguments: [
            ([], .closed, 0), ([.success], .closed, 0), ([.failure], .closed, 1), ([.failure, .failure], .closed, 2),
            ([.failure, .failure, .failure], .open, 0), ([.failure, .failure, .success, .failure], .closed, 1),
            ([.failure, .neutral, .failure], .closed, 2), ([.neutral, .neutral, .neutral, .neutral], .closed, 0),
            ([.failure, .failure, .failure, .wait(10), .success], .halfOpen, 0),
            ([.failure, .failure, .failure, .wait(10), .success, .success, .success, .success], .closed, 0),
            ([.failure, .failure, .failure, .wait(10), .success, .success, .failure], .open, 0),
            ([.failure, .failure, .failure, .wait(10), .failure], .open, 0),
            ([.failure, .failure, .failure, .wait(10), .neutral], .halfOpen, 0),
            ([.failure, .failure, .failure, .wait(10), .neutral, .success], .halfOpen, 0),
        ] as [([Event], CircuitBreaker.State, Int)]
    )
    func table(_ events: [Event], _ state: CircuitBreaker.State, _ fails: Int) throws {
        var breaker = CircuitBreaker(tolerance: .init(allowedFails: 2), cooldown: .seconds(10))
        var now = Self.start
        for event in events {
            switch event {
            case .wait(let seconds): now += .seconds(seconds)
            case .success: breaker.record(.success, for: try ticket(breaker.acquire(at: now)), at: now)
            case .failure: breaker.record(.failure(.serverError), for: try ticket(breaker.acquire(at: now)), at: now)
            case .neutral: breaker.record(.neutral, for: try ticket(breaker.acquire(at: now)), at: now)
            }
        }
        #expect(breaker.state == state)
        #expect(breaker.consecutiveFails == fails)
    }

    @Test(
        "a class of failures may have a number of its own, zero among them",
        arguments: [
            ([.overloaded], .open), ([.serverError, .serverError], .closed), ([.timeoutStall], .closed),
            ([.timeoutStall, .timeoutStall], .open), ([.serverError, .serverError, .serverError], .open),
            ([.timeoutStall, .serverError, .serverError], .open),
        ] as [([FailureClass], CircuitBreaker.State)]
    )
    func byClass(_ failures: [FailureClass], _ state: CircuitBreaker.State) throws {
        let tolerance = CircuitBreaker.Tolerance(allowedFails: 2, byClass: [.overloaded: 0, .timeoutStall: 1])
        var breaker = CircuitBreaker(tolerance: tolerance, cooldown: .seconds(10))
        for failure in failures {
            breaker.record(.failure(failure), for: try ticket(breaker.acquire(at: Self.start)), at: Self.start)
        }
        #expect(breaker.state == state)
    }

    @Test("after the first probe twice as many pass with each success, until everybody does")
    func ramp() throws {
        var breaker = try opened()
        let now = Self.at(10)
        for allowed in [1, 2, 4, 8] {
            var tickets: [CircuitBreaker.Ticket] = []
            while case .granted(let ticket) = breaker.acquire(at: now) {
                tickets.append(ticket)
                try #require(tickets.count <= 8)
            }
            #expect(tickets.count == allowed)
            #expect(breaker.isRecovering == (allowed > 1))
            breaker.record(.success, for: tickets.removeFirst(), at: now)
            for ticket in tickets { breaker.record(.neutral, for: ticket, at: now) }
        }
        #expect(breaker.state == .closed)
    }

    @Test("with no failure forgiven the first one opens it")
    func forgivesNothing() throws {
        #expect(try opened(allowedFails: 0).state == .open)
    }

    @Test("an open breaker denies until its cooldown is over, to the instant")
    func cooldown() throws {
        var breaker = try opened()
        #expect(!breaker.wouldPermit(at: Self.at(9)))
        #expect(breaker.acquire(at: Self.at(9)) == .denied(until: Self.at(10)))
        #expect(breaker.state == .open)
        #expect(breaker.wouldPermit(at: Self.at(10)))
        #expect(try ticket(breaker.acquire(at: Self.at(10))).isProbe)
        #expect(breaker.state == .halfOpen)
    }

    @Test("a half-open breaker lets exactly one probe through")
    func oneProbe() throws {
        var breaker = try opened()
        let probe = try ticket(breaker.acquire(at: Self.at(10)))
        for second in 10..<1_000 {
            #expect(!breaker.wouldPermit(at: Self.at(second)))
            #expect(breaker.acquire(at: Self.at(second)) == .probing)
        }
        breaker.record(.success, for: probe, at: Self.at(1_000))
        #expect(breaker.isRecovering)
    }

    @Test("a probe that says nothing leaves the breaker half-open for the next one")
    func neutralProbe() throws {
        var breaker = try opened()
        breaker.record(.neutral, for: try ticket(breaker.acquire(at: Self.at(10))), at: Self.at(11))
        #expect(breaker.state == .halfOpen)
        #expect(breaker.wouldPermit(at: Self.at(11)))
        let second = try ticket(breaker.acquire(at: Self.at(11)))
        #expect(breaker.acquire(at: Self.at(11)) == .probing)
        breaker.record(.failure(.serverError), for: second, at: Self.at(12))
        #expect(breaker.acquire(at: Self.at(13)) == .denied(until: Self.at(22)))
    }

    @Test(
        "a late answer to an earlier state's request changes nothing",
        arguments: [
            CircuitBreaker.Outcome.success, .failure(.serverError), .neutral,
        ]
    )
    func lateAnswers(_ outcome: CircuitBreaker.Outcome) throws {
        var breaker = CircuitBreaker(tolerance: .init(allowedFails: 0), cooldown: .seconds(10))
        let slow = try ticket(breaker.acquire(at: Self.start))
        breaker.record(.failure(.serverError), for: try ticket(breaker.acquire(at: Self.start)), at: Self.start)
        breaker.record(outcome, for: slow, at: Self.at(5))
        #expect(breaker.acquire(at: Self.at(9)) == .denied(until: Self.at(10)))
        let probe = try ticket(breaker.acquire(at: Self.at(10)))
        breaker.record(outcome, for: slow, at: Self.at(10))
        #expect(breaker.acquire(at: Self.at(10)) == .probing)
        breaker.record(.success, for: probe, at: Self.at(11))
        breaker.record(outcome, for: slow, at: Self.at(12))
        #expect(breaker.isRecovering)
        #expect(breaker.wouldPermit(at: Self.at(12)))
    }

    @Test("a last resort is let through an open breaker: success opens the way for others, failure does not prolong it")
    func anyway() throws {
        var breaker = try opened()
        let first = breaker.acquireAnyway(at: Self.at(5))
        breaker.record(.failure(.serverError), for: first, at: Self.at(6))
        #expect(breaker.acquire(at: Self.at(9)) == .denied(until: Self.at(10)))
        let second = breaker.acquireAnyway(at: Self.at(7))
        breaker.record(.neutral, for: second, at: Self.at(7))
        #expect(breaker.state == .open)
        breaker.record(.success, for: second, at: Self.at(8))
        #expect(breaker.isRecovering)
    }

    @Test("a last resort beside a probe does not free the probe's place")
    func anywayBesideProbe() throws {
        var breaker = try opened()
        let probe = try ticket(breaker.acquire(at: Self.at(10)))
        let extra = breaker.acquireAnyway(at: Self.at(11))
        breaker.record(.neutral, for: extra, at: Self.at(12))
        #expect(breaker.acquire(at: Self.at(12)) == .probing)
        breaker.record(.success, for: probe, at: Self.at(13))
        #expect(breaker.isRecovering)
    }

    @Test("however requests come and go, no more try a half-open breaker than may", arguments: UInt64(1)...300)
    func neverTooMany(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var breaker = CircuitBreaker(
            tolerance: .init(allowedFails: Int.random(in: 0...3, using: &generator)),
            cooldown: .seconds(Int.random(in: 0...4, using: &generator))
        )
        var now = Self.start
        var inFlight: [CircuitBreaker.Ticket] = []
        for step in 0..<200 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...3:
                if case .granted(let ticket) = breaker.acquire(at: now) { inFlight.append(ticket) }
            case 4: inFlight.append(breaker.acquireAnyway(at: now))
            case 5: now += .seconds(Int.random(in: 0...3, using: &generator))
            default:
                guard let index = inFlight.indices.randomElement(using: &generator) else { continue }
                let outcomes: [CircuitBreaker.Outcome] = [
                    .success, .failure(.serverError), .failure(.overloaded), .neutral,
                ]
                let outcome = outcomes[Int.random(in: 0..<4, using: &generator)]
                breaker.record(outcome, for: inFlight.remove(at: index), at: now)
            }
            let probes = inFlight.filter { $0.isProbe && !$0.isAnyway && $0.generation == breaker.generation }
            guard breaker.state == .halfOpen else { continue }
            #expect(probes.count <= (breaker.isRecovering ? 8 : 1), "seed \(seed), step \(step)")
            if !breaker.isRecovering {
                #expect(breaker.wouldPermit(at: now) == probes.isEmpty, "seed \(seed), step \(step)")
            }
        }
    }
}
