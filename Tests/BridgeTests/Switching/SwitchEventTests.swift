import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("clients of the socket hear of a switch", .timeLimit(.minutes(1)))
struct SwitchEventTests {
    /// A daemon whose backend `alpha` is a model of a sidecar.
    private func daemon(_ sidecar: LoopbackUpstream) async throws -> Daemonette {
        try await Daemonette(alpha: sidecar.url) { config in
            guard let url = LoopbackURL(sidecar.url) else { return }
            config.sidecars = [SidecarSettings(name: "desk", url: url)]
            config.backends[0].place = ModelPlace(sidecar: "desk", profile: "fast")
        }
    }

    private func place(_ message: [String: Any]) -> [String: Any]? {
        let result = message["result"] as? [String: Any]
        let rows = result?["backends"] as? [[String: Any]]
        let row = rows?.first { $0["backend"] as? String == "alpha" } ?? message["params"] as? [String: Any]
        return row?["model_place"] as? [String: Any]
    }

    @Test("subscribers hear of the switch, and the lamps say whether a model is loaded")
    func events() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let daemon = try await daemon(sidecar)
        let watcher = try LineClient(daemon.socket)
        _ = try await watcher.ask(
            #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"events":["model.switching"]}}"#
        )
        let client = try LineClient(daemon.socket)
        let before = try await client.ask(#"{"jsonrpc":"2.0","id":1,"method":"health"}"#)
        #expect(place(before)?["loaded"] as? Bool == false)
        #expect(place(before)?["state"] as? String == "unknown")
        let answer = try await client.ask(
            #"{"jsonrpc":"2.0","id":2,"method":"think","params":{"task":"say one word"}}"#
        )
        #expect((answer["result"] as? [String: Any])?["backend"] as? String == "alpha")
        var heard: [String] = []
        while heard.last?.hasPrefix("ready") != true, let line = try await watcher.receive() {
            let params = try #require(line["params"] as? [String: Any])
            #expect(line["method"] as? String == "model.switching")
            heard.append(
                "\(params["state"] ?? "") \(params["active"] as? String ?? params["profile"] as? String ?? "")"
            )
        }
        #expect(heard == ["switching hermes", "ready hermes"])
        let after = try await client.ask(#"{"jsonrpc":"2.0","id":3,"method":"health"}"#)
        // It is called by an alias here.
        #expect(place(after)?["loaded"] as? Bool == true)
        #expect(place(after)?["profile"] as? String == "fast")
        await daemon.stop()
    }

    @Test("who hears of the lamps hears when a model is loaded")
    func lamps() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let daemon = try await daemon(sidecar)
        let watcher = try LineClient(daemon.socket)
        _ = try await watcher.ask(
            #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"events":["health.changed"]}}"#
        )
        let client = try LineClient(daemon.socket)
        _ = try await client.ask(#"{"jsonrpc":"2.0","id":2,"method":"think","params":{"task":"say one word"}}"#)
        var isLoaded = false
        while !isLoaded, let line = try await watcher.receive() { isLoaded = place(line)?["loaded"] as? Bool == true }
        #expect(isLoaded)
        await daemon.stop()
    }

    @Test("the door is told of each sidecar, and can switch")
    func door() async throws {
        let fake = FakeSidecar(model: "hermes")
        let sidecar = fake.upstream()
        defer { sidecar.stop() }
        let daemon = try await daemon(sidecar)
        let board = daemon.parts.switchboard
        func json(_ bytes: [UInt8]) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        }
        let status = try #require(try json(await board.status())["sidecars"] as? [[String: Any]])
        #expect(status.first?["sidecar"] as? String == "desk")
        #expect((status.first?["reply"] as? [String: Any])?["state"] as? String == "stopped")
        #expect((status.first?["queue"] as? [String: Any])?["in_flight"] as? Int == 0)
        let available = try #require(try json(await board.available())["sidecars"] as? [[String: Any]])
        #expect(((available.first?["reply"] as? [String: Any])?["profiles"] as? [Any])?.count == 1)
        let switched = await board.change(Array(#"{"profile":"fast"}"#.utf8))
        #expect(switched.status == 200)
        #expect(try json(switched.body)["active"] as? String == "hermes")
        #expect(board.lamps["desk"]?.state == .ready)
        #expect(await board.change(Array(#"{"profile":null,"sidecar":null,"wait":false}"#.utf8)).status == 200)
        for body in [
            "", "{}", #"{"profile":"fast","if_busy":"stop"}"#, #"{"profile":"fast","sidecar":"disk"}"#,
            #"{"profile":"fast","speed":1}"#,
        ] {
            let refused = await board.change(Array(body.utf8))
            #expect([400, 404, 415].contains(refused.status), "\(body)")
            #expect(try json(refused.body)["src"] as? String == "workshop")
        }
        await daemon.stop()
    }
}
