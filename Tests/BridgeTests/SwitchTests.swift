import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("An operator chooses the model of a backend while the daemon runs", .timeLimit(.minutes(1)))
struct SwitchTests {
    /// A backend that lists two models besides its own, and answers as whatever it is asked for.
    private static func upstream(listing names: [String] = ["alpha-model", "large", "timmy-7b"]) -> LoopbackUpstream {
        .answering { request, peer in
            if request.hasPrefix("GET") {
                peer.reply("{\"data\":[\(names.map { "{\"id\":\"\($0)\"}" }.joined(separator: ","))]}")
            } else {
                Upstream.stream(
                    [Upstream.chunk("Blue.") + Upstream.chunk("", finish: "stop") + Upstream.usage],
                    to: peer
                )
            }
        }
    }

    private func withDaemon(
        _ upstream: LoopbackUpstream = upstream(),
        adjust: (inout BridgeConfig) -> Void = { _ in },
        _ body: (Daemonette, LineClient) async throws -> Void
    ) async throws {
        let daemon = try await Daemonette(alpha: upstream.url, adjust: adjust)
        do { try await body(daemon, try LineClient(daemon.socket)) } catch { Issue.record(error) }
        upstream.stop()
        await daemon.stop()
    }

    private func think(_ client: LineClient) async throws -> [String: Any]? {
        try await client.ask("think", ["task": "say one word", "backend": "alpha"]).result
    }

    private func lamp(_ client: LineClient) async throws -> [String: Any]? {
        try await client.ask("health").row("alpha")
    }

    @Test("the next route and the next request ask for it; the lamp and the list show it beside the file's")
    func chosen() async throws {
        let upstream = Self.upstream()
        try await withDaemon(upstream) { _, client in
            let row = try #require(try await client.choose("large", of: "alpha").row("alpha"))
            #expect(row["model"] as? String == "large" && row["configured_model"] as? String == "alpha-model")
            #expect(row["models"] as? [String] == ["alpha-model"])
            let route = try await client.ask("route", ["task": "list the files in this room"])
            #expect(route.result?["model"] as? String == "large")
            #expect(try await think(client)?["model"] as? String == "large")
            #expect(upstream.requests.last?.contains(#""model":"large""#) == true)
            #expect(try await lamp(client)?["model"] as? String == "large")
            // What the file names can still be asked for by name.
            let named = try await client.ask("think", ["task": "say one word", "model": "alpha-model"])
            #expect(named.result?["model"] as? String == "alpha-model")
            let back = try #require(try await client.choose(nil, of: "alpha").row("alpha"))
            #expect(back["model"] as? String == "alpha-model" && back["models"] as? [String] == [])
            #expect(try await think(client)?["model"] as? String == "alpha-model")
        }
    }

    @Test("a model that the configuration names needs no list")
    func configured() async throws {
        let upstream = Upstream.answering("Bl", "ue.", model: "alpha-model")
        try await withDaemon(upstream, adjust: { $0.name(["small"]) }) { _, client in
            let row = try #require(try await client.choose("small", of: "alpha").row("alpha"))
            #expect(row["model"] as? String == "small" && row["models"] as? [String] == ["small", "alpha-model"])
            #expect(!upstream.requests.contains { $0.hasPrefix("GET") })
            // The file's by its name is the same as going back.
            let back = try #require(try await client.choose("alpha-model", of: "alpha").row("alpha"))
            #expect(back["model"] as? String == "alpha-model" && back["models"] as? [String] == ["small"])
        }
    }

    @Test("what is no model of the backend is refused by its field, and changes nothing")
    func refused() async throws {
        try await withDaemon { _, client in
            for model in ["beta-model", "LARGE", "large ", "models/large", "\u{1B}[2J"] {
                let answer = try await client.choose(model, of: "alpha")
                #expect(answer.code == "invalid_params" && answer.field == "model", "\(model)")
            }
            #expect(try await client.choose("", of: "alpha").field == "model")
            #expect(try await client.choose(String(repeating: "m", count: 129), of: "alpha").field == "model")
            #expect(try await client.choose("large", of: "zeta").code == "unknown_backend")
            #expect(try await client.ask("backends", ["action": "switch", "model": "large"]).field == "backend")
            let drain = ["action": "drain", "backend": "alpha", "model": "large"]
            #expect(try await client.ask("backends", drain).field == "model")
            #expect(try await lamp(client)?["model"] as? String == "alpha-model")
        }
        // Nobody answers there, so nobody says that it is known.
        try await withDaemon { _, client in
            let answer = try await client.choose("large", of: "gamma")
            #expect(answer.field == "model")
        }
    }

    @Test("a name that the guard would hold back is refused, though the backend lists it")
    func leaking() async throws {
        try await withDaemon { _, client in
            let answer = try await client.choose("timmy-7b", of: "alpha")
            #expect(answer.code == "bad_configuration", "\(answer)")
            #expect(try await think(client)?["model"] as? String == "alpha-model")
        }
    }

    @Test("a model that has come since the list was asked for is found")
    func fresh() async throws {
        let name = Live("old")
        let upstream = LoopbackUpstream.answering { _, peer in
            peer.reply("{\"data\":[{\"id\":\"\(name.current)\"}]}")
        }
        try await withDaemon(upstream) { _, client in
            _ = try await client.ask("models")
            name.replace(with: "new")
            #expect(try await client.choose("new", of: "alpha").row("alpha")?["model"] as? String == "new")
        }
    }

    @Test("what is in flight ends with the model that it began with, and says nothing of the new one")
    func inFlight() async throws {
        let asked = Gate()
        let release = Gate()
        let upstream = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply(#"{"data":[{"id":"large"}]}"#) }
            asked.open()
            release.wait()
            peer.reply("{}", status: "500 No")
        }
        try await withDaemon(upstream, adjust: { $0.backends[0].allowedFails = 0 }) { daemon, client in
            let early = try LineClient(daemon.socket)
            early.send(
                #"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"say one word","backend":"alpha"}}"#
            )
            await asked.opened()
            #expect(try await client.choose("large", of: "alpha").code == nil)
            release.open()
            let end = try #require(try await early.receive())
            #expect(DaemonAnswer(message: end).code == "all_backends_failed")
            #expect(upstream.requests.last { $0.hasPrefix("POST") }?.contains("alpha-model") == true)
            let lamp = try #require(try await lamp(client))
            #expect(lamp["breaker"] as? String == "closed" && lamp["model"] as? String == "large")
        }
    }

    @Test("it outlives a reload and the daemon; another model in the file goes by the operator's word")
    func kept() async throws {
        let upstream = Self.upstream()
        defer { upstream.stop() }
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let ledger = place.appendingPathComponent("ledger.db").path
        let first = try await Daemonette(alpha: upstream.url) { $0.ledger.path = ledger }
        let client = try LineClient(first.socket)
        #expect(try await client.choose("large", of: "alpha").code == nil)
        let file = first.folder.appendingPathComponent("backends.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacingOccurrences(of: "alpha-model", with: "newer").write(
            to: file,
            atomically: true,
            encoding: .utf8
        )
        #expect(try await client.ask("reload").code == nil)
        let row = try #require(try await client.ask("backends").row("alpha"))
        #expect(row["model"] as? String == "large" && row["configured_model"] as? String == "newer")
        #expect(try await think(client)?["model"] as? String == "large")
        await first.stop()
        let second = try await Daemonette(alpha: upstream.url) { $0.ledger.path = ledger }
        let later = try LineClient(second.socket)
        #expect(try await lamp(later)?["model"] as? String == "large")
        #expect(try await later.choose(nil, of: "alpha").code == nil)
        await second.stop()
        let third = try await Daemonette(alpha: upstream.url) { $0.ledger.path = ledger }
        #expect(try await lamp(try LineClient(third.socket))?["model"] as? String == "alpha-model")
        await third.stop()
    }

    @Test("a backend that is registered once more, or removed, has the model of its own section again")
    func registered() async throws {
        let upstream = Self.upstream()
        try await withDaemon(upstream) { _, client in
            let config: [String: Any] = ["url": upstream.url, "model": "alpha-model", "role": "code"]
            let register: [String: Any] = ["action": "register", "backend": "delta", "config": config]
            let model = { (answer: DaemonAnswer) in answer.row("delta")?["model"] as? String }
            for undo in [false, true] {
                #expect(model(try await client.ask("backends", register)) == "alpha-model")
                #expect(model(try await client.choose("large", of: "delta")) == "large")
                if undo { _ = try await client.ask("backends", ["action": "remove", "backend": "delta"]) }
                #expect(model(try await client.ask("backends", register)) == "alpha-model")
            }
        }
    }

    @Test("who has subscribed to the lamps hears of it, though the lamp has the same colour")
    func told() async throws {
        try await withDaemon { _, client in
            _ = try await client.ask("subscribe", ["events": ["health.changed"]])
            client.send(
                #"{"jsonrpc":"2.0","id":2,"method":"backends","params":{"action":"switch","backend":"alpha","model":"large"}}"#
            )
            let lines = [try #require(try await client.receive()), try #require(try await client.receive())]
            let event = try #require(lines.first { $0["method"] != nil }?["params"] as? [String: Any])
            #expect(event["backend"] as? String == "alpha" && event["model"] as? String == "large")
        }
    }

    @Test(
        "what an operator changes is not answered out of the cache as it was before",
        arguments: [
            #"{"action":"disable","backend":"alpha"}"#, #"{"action":"drain","backend":"alpha"}"#,
            #"{"action":"enable","backend":"alpha"}"#, #"{"action":"switch","backend":"alpha","model":"large"}"#,
            #"{"action":"register","backend":"delta","config":{"url":"http://127.0.0.1:1","model":"m","role":"code"}}"#,
            #"{"action":"remove","backend":"epsilon"}"#,
        ]
    )
    func cache(action: String) async throws {
        try await withDaemon(adjust: { $0.cache.isOn = true }) { _, client in
            let section: [String: Any] = ["url": "http://127.0.0.1:1", "model": "m", "role": "code"]
            _ = try await client.ask("backends", ["action": "register", "backend": "epsilon", "config": section])
            let isCached = { try await client.ask("think", ["task": "say one word"]).result?["cached"] as? Bool }
            #expect(try await isCached() == false)
            #expect(try await isCached() == true)
            let answer = try await client.ask(#"{"jsonrpc":"2.0","id":1,"method":"backends","params":\#(action)}"#)
            #expect(answer["result"] != nil, "\(answer)")
            #expect(try await isCached() == false)
            #expect(try await isCached() == true)
            #expect(try await client.ask("reload").code == nil)
        }
    }
}

extension BridgeConfig {
    /// Gives the first backend other models.
    fileprivate mutating func name(_ models: [String]) { backends[0].models = models }
}
