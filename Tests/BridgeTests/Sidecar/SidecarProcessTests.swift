import Foundation
import TestSupport
import Testing

@testable import Bridge

@Suite("the sidecar runs real processes", .timeLimit(.minutes(2)))
struct SidecarProcessTests {
    /// Runs a bench, and ends it whatever happens.
    private func with(
        _ profiles: String,
        sidecar: String = "",
        adjust: (inout Manifest) -> Void = { _ in },
        _ body: (SidecarBench) async throws -> Void
    ) async throws {
        let bench = try await SidecarBench(profiles, sidecar: sidecar, adjust: adjust)
        do { try await body(bench) } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    private func isGone(_ pid: pid_t) async -> Bool { await eventually { !SidecarBench.isAlive(pid) } }

    @Test("it starts with no model, and switches from one to another")
    func switches() async throws {
        try await with(
            "{a: {model: /m/a.gguf, env: {SEEN: yes}}, b: {model: /m/b.gguf, aliases: [bee], flags: {alias: own}}}"
        ) { bench in
            var status = try await bench.status
            #expect(status.text("state") == "stopped" && status["active"] == nil && status["url"] == nil)
            let first = try await bench.change(to: "a")
            #expect(first.status == 200 && first.text("active") == "a" && first.text("model") == "a")
            #expect(try await bench.model("/environment").text("SEEN") == "yes")
            let arguments = String(decoding: try await bench.model("/arguments").body, as: UTF8.self)
            #expect(arguments.contains("\"--model\", \"/m/a.gguf\", \"--host\", \"127.0.0.1\""))
            let second = try await bench.change(to: "bee")
            #expect(second.text("active") == "b" && second.text("model") == "own")
            #expect(second.text("url") != first.text("url"))
            status = try await bench.change(to: nil)
            #expect(status.text("state") == "stopped" && status["active"] == nil)
        }
    }

    @Test("a slow load is told about, joined, and not disturbed")
    func slowLoad() async throws {
        try await with("{a: {model: m, flags: {load-s: 1}}, b: {model: m}}") { bench in
            let soon = try await bench.change(to: "a", ",\"wait\":false")
            #expect(soon.status == 202 && soon.text("state") == "starting" && soon["active"] == nil)
            async let joined = bench.change(to: "a")
            #expect(try await bench.becomes { $0.text("progress.line")?.contains("loading /tmp/") == true })
            let refused = try await bench.change(to: "b")
            #expect(refused.status == 409 && refused.text("error.code") == "loading" && refused.retryAfter == "1")
            #expect(refused.text("status.state") == "starting" && refused.text("src") == "workshop-sidecar")
            async let impatient = bench.change(to: "a", ",\"patience_s\":1")
            let outcome = try await (joined, impatient)
            #expect(outcome.0.status == 200 && outcome.0.text("active") == "a")
            #expect([200, 504].contains(outcome.1.status))
            _ = try await bench.change(to: "b")
            _ = try await bench.change(to: "a", ",\"wait\":false")
            // The last time took a second: now it can guess.
            #expect(try await bench.becomes { ($0.number("progress.expected_s") ?? 0) >= 1 })
        }
    }

    @Test("a model that says nothing is found ready by asking")
    func mute() async throws {
        try await with("{a: {model: m, flags: {mute: true}}}") { bench in
            let answer = try await bench.change(to: "a")
            #expect(answer.text("state") == "ready")
        }
    }

    @Test("what crashes is started again three times, then has failed, with its last lines")
    func crashLoop() async throws {
        try await with("{a: {model: m, flags: {crash-at-start: true}}}") { bench in
            let failed = try await bench.change(to: "a")
            #expect(failed.status == 503 && failed.text("error.code") == "model_failed")
            let log = failed["error.log"] as? [String] ?? []
            #expect(log.last == "llama_model_load: error loading model: tensor 'blk.0' is missing")
            #expect(failed.text("status.state") == "failed" && failed.number("status.restarts") == 3)
            #expect(failed.text("status.error.cause") == "crashed" && failed["status.active"] == nil)
            // By hand it is tried anew, with all its restarts.
            #expect(try await bench.change(to: "a").number("status.restarts") == 3)
            #expect(try await bench.change(to: nil).text("state") == "stopped")
        }
    }

    @Test("a ready model that crashes comes back by itself")
    func crash() async throws {
        try await with("{a: {model: m, flags: {crash-file: FOLDER/crash}}}") { bench in
            let before = try await bench.change(to: "a").text("url")
            bench.touch("crash")
            #expect(try await bench.becomes { $0.number("restarts") == 1 && $0.text("state") == "ready" })
            let status = try await bench.status
            #expect(status.text("url") != before)
            #expect(status.text("error.message")?.contains("exit code 7") == true)
        }
    }

    @Test("a program that is not there is said so, once")
    func missingProgram() async throws {
        try await with("{a: {model: m, command: no-such-llama-server}}") { bench in
            let failed = try await bench.change(to: "a")
            #expect(failed.status == 503 && failed.text("status.error.cause") == "not_started")
            #expect(failed.text("error.message")?.contains("no program no-such-llama-server") == true)
            #expect(failed.number("status.restarts") == 0)
        }
    }

    @Test("one that does not end when asked is killed")
    func stubborn() async throws {
        let profiles =
            "{a: {model: m, stop_timeout_s: 0.3, flags: {ignore-sigterm: true, child-file: FOLDER/child}}, b: {model: m}}"
        try await with(profiles) { bench in
            _ = try await bench.change(to: "a")
            #expect(try await bench.change(to: "b").text("active") == "b")
            let child = try bench.pid("child")
            #expect(await isGone(child))
        }
    }

    @Test("the children of a model go with it, also one that left its session", arguments: [false, true])
    func children(escapes: Bool) async throws {
        try await with("{a: {model: m, flags: {child-file: FOLDER/child, escape: \(escapes)}}, b: {model: m}}") {
            bench in
            _ = try await bench.change(to: "a")
            let child = try bench.pid("child")
            #expect(SidecarBench.isAlive(child))
            _ = try await bench.change(to: "b")
            #expect(!SidecarBench.isAlive(child))
        }
    }

    @Test("a busy model is not stopped; who waits gets the next one when it is free")
    func busy() async throws {
        try await with("{a: {model: m, flags: {busy-file: FOLDER/busy}}, b: {model: m}}") { bench in
            _ = try await bench.change(to: "a")
            bench.touch("busy")
            let refused = try await bench.change(to: "b")
            #expect(refused.status == 409 && refused.text("error.code") == "busy")
            #expect(refused.isTrue("status.busy") && refused.number("status.in_flight.requests") == 1)
            async let waiting = bench.change(to: "b", ",\"if_busy\":\"wait\"")
            #expect(try await bench.becomes { $0.text("next") == "b" })
            #expect(try await bench.status.text("active") == "a")
            bench.remove("busy")
            #expect(try await waiting.text("active") == "b")
        }
    }

    @Test("a lease keeps a model, also one that does not say what it does")
    func leases() async throws {
        try await with("{a: {model: m, flags: {no-slots: true}}, b: {model: m}}") { bench in
            let early = try await bench.post("/models/lease", "{\"profile\":\"a\"}")
            #expect(early.status == 409 && early.text("error.code") == "not_active")
            _ = try await bench.change(to: "a")
            let lease = try await bench.post("/models/lease", "{\"profile\":\"a\",\"seconds\":30}")
            let url = try await bench.status.text("url")
            #expect(lease.status == 200 && url != nil && lease.text("url") == url)
            let name = try #require(lease.text("lease"))
            #expect(try await bench.change(to: "b").text("error.code") == "busy")
            async let waiting = bench.change(to: "b", ",\"if_busy\":\"wait\"")
            #expect(try await bench.becomes { $0.isTrue("switching") == true })
            let late = try await bench.post("/models/lease", "{\"profile\":\"a\"}")
            #expect(late.status == 409 && late.text("error.code") == "switching")
            #expect(try await bench.post("/models/release", "{\"lease\":\"\(name)\"}").status == 200)
            #expect(try await waiting.text("active") == "b")
            #expect(try await bench.post("/models/release", "{\"lease\":\"\(name)\"}").status == 404)
        }
    }

    @Test("a client that leaves takes its wish with it")
    func leaving() async throws {
        try await with("{a: {model: m, flags: {busy-file: FOLDER/busy}}, b: {model: m}}") { bench in
            _ = try await bench.change(to: "a")
            bench.touch("busy")
            let waiting = Task { try await bench.change(to: "b", ",\"if_busy\":\"wait\"") }
            #expect(try await bench.becomes { $0.text("next") == "b" })
            waiting.cancel()
            #expect(try await bench.becomes { !$0.isTrue("switching") })
            #expect(try await bench.status.text("active") == "a")
        }
    }

    @Test("who insists stops a busy model")
    func insisting() async throws {
        try await with("{a: {model: m, flags: {busy-file: FOLDER/busy}}, b: {model: m}}") { bench in
            _ = try await bench.change(to: "a")
            bench.touch("busy")
            #expect(try await bench.change(to: "b", ",\"if_busy\":\"stop\"").text("active") == "b")
        }
    }

    @Test("a model that answers no more is ended, and started again")
    func hung() async throws {
        let hangs = { (manifest: inout Manifest) in manifest.profiles[0].hangTimeout = .milliseconds(500) }
        try await with("{a: {model: m, stop_timeout_s: 0.2, flags: {hang-file: FOLDER/hang}}}", adjust: hangs) {
            bench in
            _ = try await bench.change(to: "a")
            bench.touch("hang")
            #expect(try await bench.becomes { $0.text("error.cause") == "hung" })
            bench.remove("hang")
            #expect(try await bench.becomes { $0.text("state") == "ready" })
        }
    }

    @Test("one that is not ready in time is ended, and has failed")
    func tooSlow() async throws {
        try await with("{a: {model: m, ready_timeout_s: 1, flags: {load-s: 60}}}") { bench in
            let failed = try await bench.change(to: "a")
            #expect(failed.status == 503 && failed.text("status.error.cause") == "too_slow")
            #expect(failed.text("status.state") == "failed")
        }
    }

    @Test("an idle model is unloaded after its time, a busy one is not")
    func timeToLive() async throws {
        try await with("{a: {model: m, ttl_s: 0.4, flags: {busy-file: FOLDER/busy}}}") { bench in
            bench.touch("busy")
            _ = try await bench.change(to: "a")
            #expect(try await bench.becomes { $0.isTrue("busy") == true })
            let isLonger = { (status: SidecarAnswer) in (status["since_s"] as? NSNumber)?.doubleValue ?? 0 > 0.6 }
            #expect(try await bench.becomes { $0.text("state") != "ready" || isLonger($0) })
            #expect(try await bench.status.text("state") == "ready")
            bench.remove("busy")
            #expect(try await bench.becomes { $0.text("state") == "stopped" })
            #expect(try await bench.change(to: "a").text("state") == "ready")
        }
    }

    @Test("a port that somebody has is passed over")
    func takenPort() async throws {
        let upstream = LoopbackUpstream { $0.awaitClose() }
        defer { upstream.stop() }
        let takes = { (manifest: inout Manifest) in manifest.ports = upstream.port...upstream.port }
        try await with("{a: {model: m}}", adjust: takes) { bench in
            let failed = try await bench.change(to: "a")
            #expect(failed.text("status.error.message")?.contains("no port of") == true)
        }
    }

    @Test("its end leaves nothing behind")
    func shutdown() async throws {
        let bench = try await SidecarBench("{a: {model: m, flags: {load-s: 60, child-file: FOLDER/child}}}")
        async let waiting = bench.change(to: "a")
        #expect(await eventually { (try? bench.pid("child")) ?? 0 > 0 })
        let child = try bench.pid("child")
        let mark = ProcessMark(state: bench.folder.path + "/lock")
        #expect(await eventually { Stragglers.find(mark).count == 2 })
        await bench.stop()
        #expect(Stragglers.find(mark).isEmpty && !SidecarBench.isAlive(child))
        _ = try? await waiting
    }
}
