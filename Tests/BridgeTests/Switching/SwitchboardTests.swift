import Foundation
import Routing
import Synchronization
import TestSupport
import Testing

@testable import Bridge

@Suite("requests wait for the model that they want", .timeLimit(.minutes(1)))
struct SwitchboardTests {
    @Test("the first request has the model loaded, and is answered by it; so is one for another model")
    func switches() async throws {
        let bench = try await SwitchBench(["ma", "mb"])
        #expect(await bench.hear("ma") == "I run ma.")
        #expect(await bench.hear("ma") == "I run ma.")
        #expect(await bench.hear("mb") == "I run mb.")
        #expect(await bench.queue?.tally.switches == 2)
        #expect(bench.ledger.records.map(\.model) == ["ma", "ma", "mb"])
        #expect(await eventually { await bench.queue?.inFlight == 0 })
        await bench.stop()
    }

    @Test("requests that come together are served model by model")
    func batches() async throws {
        let bench = try await SwitchBench(["ma", "mb", "mc"])
        let words = await withTaskGroup(of: String.self) { group in
            for model in ["ma", "mb", "ma", "ma", "mc", "ma"] { group.addTask { await bench.hear(model) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(words.sorted() == Array(repeating: "I run ma.", count: 4) + ["I run mb.", "I run mc."])
        #expect(await bench.queue?.tally.switches == 3)
        await bench.stop()
    }

    @Test("a model that is at work is not stopped: who wants another waits until it has answered")
    func busy() async throws {
        let bench = try await SwitchBench(["ma", "mb"], flags: "{answer-s: 0.6}")
        #expect(await bench.hear("ma") == "I run ma.")
        async let first = bench.hear("ma")
        #expect(await eventually { await bench.queue?.inFlight == 1 })
        #expect(await bench.hear("mb") == "I run mb.")
        #expect(await first == "I run ma.")
        await bench.stop()
    }

    @Test("who waits for a stream hears the place and the time")
    func notices() async throws {
        let bench = try await SwitchBench(["ma"], flags: "{load-s: 1.2}")
        let heard = Mutex<[SwitchNotice]>([])
        let result = await bench.think("ma", streamed: true) { event in
            if case .switching(let notice) = event { heard.withLock { $0.append(notice) } }
        }
        #expect(SwitchBench.words(result) == "I run ma.")
        let notices = heard.withLock { $0 }
        #expect(notices.count >= 2)
        #expect(notices.allSatisfy { $0.profile == "ma" && $0.sidecar == "desk" && $0.place == 1 })
        #expect(notices.map(\.elapsed) == notices.map(\.elapsed).sorted())
        await bench.stop()
    }

    @Test("a queue that is full says so at once, with a time to come back")
    func full() async throws {
        let bench = try await SwitchBench(["ma"], flags: "{load-s: 1}", limits: SwitchBench.limits(waiting: 2))
        let results = await withTaskGroup(of: Result<Answer, RoutingError>.self) { group in
            for _ in 0..<5 { group.addTask { await bench.think("ma") } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let words = results.map(SwitchBench.words)
        #expect(words.count { $0 == "queue_full" } >= 2)
        #expect(words.count { $0 == "I run ma." } >= 2)
        for case .failure(.allFailed(let attempts)) in results { #expect(attempts.first?.retryAfter != nil) }
        await bench.stop()
    }

    @Test("whose patience ends is told so; the model goes on loading")
    func late() async throws {
        let limits = SwitchBench.limits(patience: .milliseconds(1_500))
        let bench = try await SwitchBench(["ma"], flags: "{load-s: 3}", limits: limits)
        #expect(await bench.hear("ma") == "queue_timeout")
        #expect(try await bench.sidecar.becomes { $0.text("active") == "ma" })
        #expect(await bench.hear("ma") == "I run ma.")
        await bench.stop()
    }

    @Test("a client that leaves leaves the queue")
    func leaves() async throws {
        let bench = try await SwitchBench(["ma"], flags: "{load-s: 1}")
        let client = Task { await bench.hear("ma") }
        #expect(await eventually { await bench.queue?.waiting.count == 1 })
        client.cancel()
        #expect(await client.value == "cancelled")
        #expect(await bench.queue?.waiting == [])
        #expect(await bench.queue?.tally.left == 1)
        await bench.stop()
    }

    @Test("a model that cannot be loaded is passed over, and not asked for again at once")
    func failed() async throws {
        let other = FakeSidecar(model: "other").upstream()
        defer { other.stop() }
        var backend = try SwitchBench.backend("other", url: other.url + "/v1")
        backend.roles = [.fallback]
        let bench = try await SwitchBench(["ma"], flags: "{crash-at-start: true}", others: [backend])
        #expect(await bench.hear(nil) == "Blue.")
        #expect(bench.board.snapshot().first { $0.backend.rawValue == "ma" }?.state == .unhealthy)
        let switches = await bench.queue?.tally.switches
        #expect(await bench.hear(nil) == "Blue.")
        #expect(await bench.queue?.tally.switches == switches)
        await bench.stop()
    }

    @Test("where others are preferred, they answer while the model is loaded for the next one")
    func prefersOthers() async throws {
        let other = FakeSidecar(model: "other").upstream()
        defer { other.stop() }
        var backend = try SwitchBench.backend("other", url: other.url + "/v1")
        backend.roles = [.fallback]
        var policy = RoutingPolicy()
        policy.switching = .preferOthers
        let bench = try await SwitchBench(["ma"], policy: policy, others: [backend])
        #expect(await bench.hear(nil) == "Blue.")
        #expect(try await bench.sidecar.becomes { $0.text("active") == "ma" })
        #expect(await eventually { await bench.queue?.active == "ma" })
        #expect(await bench.hear(nil) == "I run ma.")
        // Nobody else may be asked: then it is waited for.
        await bench.stop()
    }

    @Test("an alias is the same model")
    func alias() async throws {
        let bench = try await SwitchBench(["ma"])
        #expect(await bench.hear("ma") == "I run ma.")
        let place = ModelPlace(sidecar: "desk", profile: "ma-alias")
        let pass = await bench.switchboard.enter(place, waits: true, until: .now + .seconds(5), onNotice: { _ in })
        #expect(await bench.queue?.tally.switches == 1)
        if case .success(let pass) = pass { bench.switchboard.leave(pass) } else { Issue.record("no pass") }
        #expect(try await bench.sidecar.becomes { $0.number("in_flight.leases") == 0 })
        await bench.stop()
    }

    @Test("what somebody switches by hand is believed at the next request, and the lamps say it")
    func byHand() async throws {
        let bench = try await SwitchBench(["ma", "mb"])
        #expect(await bench.hear("ma") == "I run ma.")
        #expect(try await bench.sidecar.change(to: "mb", ",\"if_busy\":\"wait\"").status == 200)
        #expect(await bench.hear("mb") == "I run mb.")
        #expect(await bench.queue?.tally.switches == 1)
        await bench.switchboard.look(at: "desk")
        let lamp = bench.switchboard.lamps["desk"]
        #expect(lamp?.state == .ready)
        #expect(lamp?.activeNames == ["mb", "mb-alias"])
        await bench.stop()
    }

    @Test("a sidecar that is not there is a backend that is not there")
    func unreachable() async throws {
        let bench = try await SwitchBench(["ma"])
        await bench.sidecar.stop()
        #expect(await bench.hear("ma").hasPrefix("unreachable"))
        await bench.switchboard.look(at: "desk")
        #expect(bench.switchboard.lamps["desk"]?.state == .unreachable)
    }
}
