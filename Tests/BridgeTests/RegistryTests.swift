import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("backends are switched, added and removed while the daemon runs", .timeLimit(.minutes(1)))
struct RegistryTests {
    private static let alpha = Upstream.answering("Bl", "ue.", model: "alpha-model")

    /// A daemon with two backends that answer, each in its own words.
    private func withDaemon(_ body: (Daemonette, LoopbackUpstream, LoopbackUpstream) async throws -> Void) async throws
    {
        let alpha = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let beta = Upstream.answering("Gr", "een.", model: "beta-model")
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url)
        do { try await body(daemon, alpha, beta) } catch { Issue.record(error) }
        alpha.stop()
        beta.stop()
        await daemon.stop()
    }

    private func ask(_ client: LineClient, _ method: String, _ params: [String: Any] = [:]) async throws -> [String:
        Any]
    {
        let request: [String: Any] = ["jsonrpc": "2.0", "id": 1, "method": method, "params": params]
        return try await client.ask(
            String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
        )
    }

    private func answerer(_ client: LineClient) async throws -> String? {
        let answer = try await ask(client, "think", ["task": "say one word"])
        return (answer["result"] as? [String: Any])?["backend"] as? String
    }

    private func row(_ name: String, _ answer: [String: Any]) throws -> [String: Any] {
        let result = try #require(answer["result"] as? [String: Any], "\(answer)")
        let rows = try #require(result["backends"] as? [[String: Any]])
        return try #require(rows.first { $0["backend"] as? String == name })
    }

    private func code(_ answer: [String: Any]) -> String? {
        ((answer["error"] as? [String: Any])?["data"] as? [String: Any])?["code"] as? String
    }

    private func problem(_ answer: [String: Any]) -> [String: Any]? {
        let data = (answer["error"] as? [String: Any])?["data"] as? [String: Any]
        return (data?["problems"] as? [[String: Any]])?.first
    }

    @Test("the task of a backend that is switched off goes to the next best, and comes back when it is on again")
    func disable() async throws {
        try await withDaemon { daemon, _, _ in
            let client = try LineClient(daemon.socket)
            #expect(try await answerer(client) == "alpha")
            let off = try row("alpha", try await ask(client, "backends", ["action": "disable", "backend": "alpha"]))
            #expect(off["service"] as? String == "disabled")
            #expect(off["why"] as? String == "switched off by an operator")
            #expect(off["operator"] as? String == "disabled")
            #expect(try await answerer(client) == "beta")
            #expect(daemon.parts.board.snapshot().first?.state == .disabled)
            let on = try row("alpha", try await ask(client, "backends", ["action": "enable", "backend": "alpha"]))
            #expect(on["service"] as? String == "enabled")
            #expect(try await answerer(client) == "alpha")
        }
    }

    @Test("a backend that is drained finishes what it has, and gets nothing new")
    func drain() async throws {
        let asked = Gate()
        let release = Gate()
        let alpha = LoopbackUpstream.answering { request, peer in
            guard request.hasPrefix("POST") else { return peer.reply("{}") }
            asked.open()
            release.wait()
            peer.reply(Upstream.whole("Blue.", model: "alpha-model"))
        }
        let beta = Upstream.answering("Gr", "een.", model: "beta-model")
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url)
        do {
            let early = try LineClient(daemon.socket)
            early.send(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"say one word"}}"#)
            await asked.opened()
            let client = try LineClient(daemon.socket)
            let drained = try row("alpha", try await ask(client, "backends", ["action": "drain", "backend": "alpha"]))
            #expect(drained["service"] as? String == "draining")
            #expect((drained["health"] as? [String: Any])?["in_flight"] as? Int == 1)
            #expect(try await answerer(client) == "beta")
            release.open()
            let answer = try #require(try await early.receive())
            #expect((answer["result"] as? [String: Any])?["backend"] as? String == "alpha")
            #expect(
                await eventually {
                    daemon.parts.board.snapshot().first?.inFlight == 0
                }
            )
        } catch { Issue.record(error) }
        alpha.stop()
        beta.stop()
        await daemon.stop()
    }

    @Test("a backend can be registered, asked, and removed; its key is a variable's name")
    func register() async throws {
        try await withDaemon { daemon, alpha, _ in
            let client = try LineClient(daemon.socket)
            let config: [String: Any] = [
                "url": alpha.url, "model": "delta-model", "role": ["local"], "local": true, "key": "${DELTA_KEY}",
                "quality": 0.9, "prices": ["input": 0, "output": 0],
            ]
            let answer = try await ask(
                client,
                "backends",
                ["action": "register", "backend": "delta", "config": config]
            )
            let added = try row("delta", answer)
            #expect(added["source"] as? String == "socket")
            #expect(added["service"] as? String == "enabled")
            #expect(added["has_key"] as? Bool == true)
            #expect(added["quality"] as? Double == 0.9)
            let thought = try await ask(client, "think", ["task": "say one word", "backend": "delta"])
            #expect((thought["result"] as? [String: Any])?["backend"] as? String == "delta")
            #expect(
                alpha.requests.contains { $0.contains("Bearer delta-key") && $0.contains("delta-model") }
            )
            let totals = try row("delta", try await ask(client, "backends"))["totals"] as? [String: Any]
            #expect(totals?["attempts"] as? Int == 1)
            #expect(totals?["answered"] as? Int == 1)
            // Once more with the same name: that one is replaced.
            let again = ["url": alpha.url, "model": "delta-2", "role": "local"]
            let replaced = try await ask(
                client,
                "backends",
                ["action": "register", "backend": "delta", "config": again]
            )
            #expect(try row("delta", replaced)["model"] as? String == "delta-2")
            let removed = try await ask(client, "backends", ["action": "remove", "backend": "delta"])
            let rows = (removed["result"] as? [String: Any])?["backends"] as? [[String: Any]]
            #expect(rows?.compactMap { $0["backend"] as? String } == ["alpha", "beta", "gamma"])
            #expect(code(try await ask(client, "think", ["task": "x", "backend": "delta"])) == "unknown_backend")
        }
    }

    @Test(
        "what may not be registered is told, and changes nothing",
        arguments: [
            ("delta", ["model": "m", "role": "local"], "backends.delta.url", "is missing"),
            (
                "delta", ["url": "http://h", "model": "m", "modle": "m", "role": "local"], "backends.delta.modle",
                "there is no such key"
            ),
            ("delta", ["url": "http://h", "model": "m", "role": "x"], "backends.delta.role", "is none of"),
            (
                "delta", ["url": "http://h", "model": "m", "role": "local", "key": "sk-1"], "backends.delta.key",
                "is not a v"
            ),
            (
                "delta", ["url": "http://h/${HOME}", "model": "m", "role": "local"], "backends.delta.url",
                "only key may name a variable"
            ),
            (
                "delta", ["url": "http://h", "model": "timmy-7b", "role": "local"], "backends.delta.model",
                "an identity term"
            ),
            ("alpha", ["url": "http://h", "model": "m", "role": "local"], "alpha", "stands in the configuration"),
            ("No", ["url": "http://h", "model": "m", "role": "local"], "No", "is no name for a backend"),
        ]
    )
    func refused(name: String, config: [String: String], path: String, message: String) async throws {
        try await withDaemon { daemon, _, _ in
            let client = try LineClient(daemon.socket)
            let answer = try await ask(client, "backends", ["action": "register", "backend": name, "config": config])
            #expect(code(answer) == "bad_configuration")
            #expect(problem(answer)?["path"] as? String == path)
            #expect((problem(answer)?["message"] as? String)?.hasPrefix(message) == true, "\(answer)")
            #expect(!"\(answer)".contains("sk-1"))
            let rows = (try await ask(client, "backends")["result"] as? [String: Any])?["backends"] as? [[String: Any]]
            #expect(rows?.count == 3)
        }
    }

    @Test("bad parameters are told by name")
    func badParameters() async throws {
        let table: [([String: Any], String)] = [
            (["action": "dance"], "action"), (["action": "enable"], "backend"),
            (["action": "list", "backend": "alpha"], "backend"),
            (["action": "enable", "backend": "alpha", "config": ["a": 1]], "config"),
            (["action": "register", "backend": "delta"], "config"),
            (["action": "register", "backend": "delta", "config": []], "config"), (["actoin": "list"], "actoin"),
        ]
        try await withDaemon { daemon, _, _ in
            let client = try LineClient(daemon.socket)
            for (params, field) in table {
                let answer = try await ask(client, "backends", params)
                #expect(code(answer) == "invalid_params", "\(params)")
                let data = (answer["error"] as? [String: Any])?["data"] as? [String: Any]
                #expect(data?["field"] as? String == field, "\(params)")
            }
            #expect(
                code(try await ask(client, "backends", ["action": "disable", "backend": "zeta"])) == "unknown_backend"
            )
            let remove = try await ask(client, "backends", ["action": "remove", "backend": "alpha"])
            #expect(code(remove) == "bad_configuration")
            let keyless = try await ask(client, "backends", ["action": "enable", "backend": "gamma"])
            #expect(problem(keyless)?["hint"] as? String == "set GAMMA_KEY for the daemon, and reload")
        }
    }

    @Test("what an operator has said and registered outlives the daemon")
    func restart() async throws {
        let upstream = Upstream.answering("Bl", "ue.", model: "alpha-model")
        defer { upstream.stop() }
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let ledger = place.appendingPathComponent("ledger.db").path
        let first = try await Daemonette(alpha: upstream.url) { $0.ledger.path = ledger }
        let client = try LineClient(first.socket)
        let config = ["url": upstream.url, "model": "m", "role": "local"]
        _ = try await ask(client, "backends", ["action": "register", "backend": "delta", "config": config])
        _ = try await ask(client, "backends", ["action": "disable", "backend": "alpha"])
        _ = try await ask(client, "backends", ["action": "drain", "backend": "delta"])
        // A word that is the configuration's opposite: the operator's goes before it.
        _ = try await ask(client, "backends", ["action": "enable", "backend": "beta"])
        await first.stop()
        let second = try await Daemonette(alpha: upstream.url) { config in
            config.ledger.path = ledger
            config.backends[1].service = .disabled("switched off in the configuration")
        }
        let rows = try await ask(try LineClient(second.socket), "backends")
        #expect(try row("alpha", rows)["service"] as? String == "disabled")
        #expect(try row("beta", rows)["service"] as? String == "enabled")
        #expect(try row("delta", rows)["service"] as? String == "draining")
        #expect(try row("gamma", rows)["why"] as? String == "no key: set GAMMA_KEY")
        await second.stop()
    }

    @Test("the list tells everything but the secret")
    func list() async throws {
        let upstream = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let daemon = try await Daemonette(alpha: upstream.url) { $0.backends[1].key = Secret("sk-very-secret") }
        let client = try LineClient(daemon.socket)
        client.send(#"{"jsonrpc":"2.0","id":1,"method":"backends"}"#)
        let line = try #require(await client.readLine())
        #expect(!line.contains("sk-very-secret"))
        #expect(line.contains(#""has_key":true"#))
        upstream.stop()
        await daemon.stop()
    }

    @Test("sums follow every end of a thought, and no probe")
    func totals() async throws {
        let beta = LoopbackUpstream.answering { _, peer in peer.reply("{}", status: "500 No") }
        let alpha = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url)
        let client = try LineClient(daemon.socket)
        for _ in 0..<3 { _ = try await ask(client, "think", ["task": "say one word", "backend": "alpha"]) }
        _ = try await ask(client, "think", ["task": "say one word", "backend": "beta"])
        await daemon.parts.health.probe().probeAll()
        let totals = try await daemon.parts.ledger.backendTotals()
        let first = try #require(totals["alpha"])
        #expect((first.jobs, first.answered, first.failed, first.consecutiveFailures) == (3, 3, 0, 0))
        #expect(first.meanMilliseconds.map { $0 > 0 } == true)
        let second = try #require(totals["beta"])
        #expect(second.answered == 0 && second.failed == second.jobs && second.jobs >= 1)
        #expect(second.consecutiveFailures == second.jobs)
        #expect(totals["gamma"] == BackendTotals())
        alpha.stop()
        beta.stop()
        await daemon.stop()
    }
}
