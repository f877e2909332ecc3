import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("A probe finds out who lives, without a bill")
struct HealthProbeTests {
    private func probe(_ move: FakeTransport.Move, allowedFails: Int = 0, then: (Workbench) throws -> Void) async throws
    {
        var backend = try Fixture.backend("one")
        backend.allowedFails = allowedFails
        let bench = Workbench([backend], ["one": [move]])
        await probe(bench).probeAll()
        try then(bench)
    }

    private func probe(_ bench: Workbench) -> HealthProbe {
        let clock = bench.clock
        return HealthProbe(
            live: bench.live,
            board: bench.board,
            scan: TestPrompts.scan,
            ledger: bench.ledger,
            transport: bench.transport,
            now: { clock.now }
        )
    }

    @Test(
        "what a backend says about itself is heeded",
        arguments: [
            (.reply(status: 200, body: "{}"), .healthy), (.reply(status: 404, body: ""), .healthy),
            (.reply(status: 405, body: "<html>"), .healthy), (.reply(status: 400, body: "{}"), .healthy),
            (.reply(status: 401, body: ""), .configError), (.reply(status: 403, body: ""), .configError),
            (.reply(status: 402, body: ""), .configError), (.reply(status: 429, body: ""), .rateLimited),
            (.reply(status: 503, body: ""), .unhealthy), (.reply(status: 500, body: ""), .unhealthy),
            (.failure(.unreachable), .unhealthy), (.failure(.timedOut(.total)), .unhealthy),
            (.failure(.tls), .unhealthy),
        ] as [(FakeTransport.Move, HealthState)]
    )
    func verdicts(_ move: FakeTransport.Move, _ state: HealthState) async throws {
        try await probe(move) { bench throws in
            #expect(try bench.lamp("one").state == state)
            #expect((try bench.lamp("one").latency != nil) == (state == .healthy))
        }
    }

    @Test("a failed probe counts against the breaker like a failed answer, and is forgiven like one")
    func counts() async throws {
        try await probe(.failure(.unreachable), allowedFails: 1) { bench throws in
            #expect(try bench.lamp("one").state == .degraded)
        }
    }

    @Test("a probe is a row of the ledger that belongs to no thought, and is settled without a cost")
    func recorded() async throws {
        for (move, outcome) in [(.reply(status: 200, body: "{}"), "answered"), (.failure(.tls), "tls")]
            as [(FakeTransport.Move, String)]
        {
            try await probe(move) { bench throws in
                let row = try #require(bench.ledger.records.first)
                #expect(bench.ledger.records.count == 1)
                #expect(row.purpose == .probe)
                #expect(row.thought == nil && row.kind == nil && row.caller == nil)
                #expect(row.request.method == .get)
                #expect(row.request.url == "http://one.test/v1/models")
                #expect(bench.ledger.settlements.map { $0?.outcome.label } == [outcome])
                #expect(bench.ledger.settlements.first??.cost == nil)
            }
        }
    }

    @Test("every backend is asked once, but for the disabled and those that are never to be asked")
    func whoIsAsked() async throws {
        var backends = try Workbench.three()
        backends[0].service = .disabled("off")
        backends[1].health = .never
        backends.append(try Fixture.backend("four"))
        backends[3].health = .get("http://four.test/health")
        let bench = Workbench(backends, [:])
        await probe(bench).probeAll()
        #expect(bench.transport.sent.map(\.url).sorted() == ["http://four.test/health", "http://three.test/v1/models"])
        #expect(bench.transport.limits.allSatisfy { $0 == HealthProbe.limits })
    }

    @Test(
        "the key goes to the scheme, host and port of the backend, and to no other that a probe is sent to",
        arguments: [
            ("http://one.test/health", true), ("HTTP://ONE.test?x", true), ("http://one.test:81/health", false),
            ("https://one.test/health", false), ("http://one.test.evil.test/", false),
            ("http://one.test@evil.test/", false), ("http://one.test\\@evil.test/", false), ("http://two.test/", false),
        ]
    )
    func keepsTheKey(_ page: String, isSent: Bool) async throws {
        for wire in Backend.WireName.allCases {
            var backend = try Fixture.backend("one")
            backend.wire = wire
            backend.key = Secret("the-key-of-one")
            backend.health = .get(page)
            let bench = Workbench([backend], [:])
            await probe(bench).probeAll()
            let request = try #require(bench.transport.sent.first)
            #expect(request.url == page)
            #expect(request.headers.contains { $0.value.contains("the-key-of-one") } == isSent)
        }
    }

    @Test("a probe that cannot be recorded, or would name the persona, is not sent")
    func notSent() async throws {
        var backend = try Fixture.backend("one")
        let broken = Workbench([backend], [:], isLedgerBroken: true)
        await probe(broken).probeAll()
        backend.health = .get("http://one.test/\(TestPrompts.term)")
        let named = Workbench([backend], [:])
        await probe(named).probeAll()
        for bench in [broken, named] {
            #expect(bench.transport.sent.isEmpty)
            #expect(try bench.lamp("one").state == .unknown)
        }
        #expect(named.ledger.blockedRequests.map(\.violation.place) == [.url])
    }

    @Test("a good probe takes a configuration error back, and leaves an open breaker to a real request")
    func mends() async throws {
        var backend = try Fixture.backend("one")
        backend.allowedFails = 0
        backend.cooldown = .seconds(10)
        let ok = FakeTransport.Move.reply(status: 200, body: "{}")
        let bench = Workbench([backend], ["one": [.reply(status: 401, body: ""), ok, .failure(.unreachable), ok]])
        let probe = probe(bench)
        await probe.probeAll()
        #expect(try bench.lamp("one").state == .configError)
        await probe.probeAll()
        #expect(try bench.lamp("one").state == .healthy)
        await probe.probeAll()
        #expect(try bench.lamp("one").breaker == .open)
        await probe.probeAll()
        #expect(try bench.lamp("one").breaker == .open)
        bench.clock.advance(by: .seconds(10))
        await probe.probeAll()
        #expect(try bench.lamp("one").breaker == .halfOpen)
        #expect(try bench.lamp("one").isPermitted)
    }
}
