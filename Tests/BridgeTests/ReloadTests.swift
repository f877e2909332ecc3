import Foundation
import Logging
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("the configuration is read again while the daemon runs", .timeLimit(.minutes(1)))
struct ReloadTests {
    private func withDaemon(
        _ alpha: LoopbackUpstream = Upstream.answering("Bl", "ue.", model: "alpha-model"),
        _ body: (Daemonette, LineClient) async throws -> Void
    ) async throws {
        let daemon = try await Daemonette(alpha: alpha.url)
        do { try await body(daemon, try LineClient(daemon.socket)) } catch { Issue.record(error) }
        alpha.stop()
        await daemon.stop()
    }

    private func file(_ daemon: Daemonette) -> URL { daemon.folder.appendingPathComponent("backends.yaml") }

    private func edit(_ daemon: Daemonette, _ change: (String) -> String) throws {
        let text = try String(contentsOf: file(daemon), encoding: .utf8)
        try (change(text + "\n")).write(to: file(daemon), atomically: true, encoding: .utf8)
    }

    private let reload = #"{"jsonrpc":"2.0","id":1,"method":"reload"}"#

    private func names(_ daemon: Daemonette) async -> [String] {
        await daemon.parts.operations.registry.backends.map(\.backend.id.rawValue)
    }

    @Test("what the file says now counts from the next thought on")
    func change() async throws {
        try await withDaemon { daemon, client in
            try edit(daemon) {
                $0.replacingOccurrences(of: "alpha-model", with: "other-model") + "routing: {primary: beta}\n"
            }
            let answer = try await client.ask(reload)
            let result = try #require(answer["result"] as? [String: Any], "\(answer)")
            #expect(result["reloaded"] as? Bool == true)
            #expect(result["needs_restart"] as? [String] == [])
            let live = daemon.parts.operations.live.current
            #expect(live.registry.backends.first?.model == "other-model")
            #expect(live.policy.primary?.rawValue == "beta")
        }
    }

    @Test("a file that is wrong changes nothing, and every problem is told")
    func wrong() async throws {
        try await withDaemon { daemon, client in
            try edit(daemon) { $0.replacingOccurrences(of: "role: local", with: "role: lokal") + "cache: {on: what}\n" }
            let answer = try await client.ask(reload)
            let data = (answer["error"] as? [String: Any])?["data"] as? [String: Any]
            #expect(data?["code"] as? String == "bad_configuration")
            let problems = try #require(data?["problems"] as? [[String: Any]])
            #expect(problems.compactMap { $0["path"] as? String } == ["backends.alpha.role", "cache.on"])
            #expect(problems.allSatisfy { $0["line"] is NSNumber })
            #expect(await names(daemon) == ["alpha", "beta", "gamma"])
            let think = try await client.ask(
                #"{"jsonrpc":"2.0","id":2,"method":"think","params":{"task":"say one word"}}"#
            )
            #expect((think["result"] as? [String: Any])?["backend"] as? String == "alpha")
        }
    }

    @Test("what is in flight ends with the backends that it began with")
    func inFlight() async throws {
        let asked = Gate()
        let release = Gate()
        let alpha = LoopbackUpstream.answering { request, peer in
            guard request.hasPrefix("POST") else { return peer.reply("{}") }
            asked.open()
            release.wait()
            peer.reply(Upstream.whole("Blue.", model: "alpha-model"))
        }
        try await withDaemon(alpha) { daemon, client in
            client.send(#"{"jsonrpc":"2.0","id":"t","method":"think","params":{"task":"say one word"}}"#)
            await asked.opened()
            try edit(daemon) { text in
                text.split(separator: "\n").filter { !$0.contains("alpha:") }.joined(separator: "\n")
            }
            let other = try LineClient(daemon.socket)
            #expect(try await other.ask(reload)["result"] != nil)
            #expect(await names(daemon) == ["beta", "gamma"])
            release.open()
            let answer = try #require(try await client.receive())
            #expect((answer["result"] as? [String: Any])?["backend"] as? String == "alpha", "\(answer)")
        }
    }

    @Test("what a running daemon cannot take over is told, each time")
    func restart() async throws {
        try await withDaemon { daemon, client in
            try edit(daemon) {
                $0.replacingOccurrences(of: "w.sock", with: "other.sock")
                    .replacingOccurrences(of: "ledger.db}", with: "other.db, durability: power}")
            }
            for _ in 0..<2 {
                let result = try await client.ask(reload)["result"] as? [String: Any]
                #expect(result?["needs_restart"] as? [String] == ["server.socket", "ledger.path", "ledger.durability"])
            }
        }
    }

    @Test("a persona's new term holds back at once what it names")
    func personas() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let persona = folder.appendingPathComponent("timmy")
        try FileManager.default.createDirectory(at: persona, withIntermediateDirectories: true)
        let card = persona.appendingPathComponent("persona.yaml")
        try "identity: {name: Timmy}\n".write(to: card, atomically: true, encoding: .utf8)
        try await withDaemon { daemon, client in
            try edit(daemon) { $0.replacingOccurrences(of: Daemonette.personas, with: folder.path) }
            #expect(try await client.ask(reload)["result"] != nil)
            let think = #"{"jsonrpc":"2.0","id":2,"method":"think","params":{"task":"where is Marmalade Quay"}}"#
            #expect(try await client.ask(think)["result"] != nil)
            let named = "identity: {name: Timmy, places: Marmalade Quay}\n"
            try named.write(to: card, atomically: true, encoding: .utf8)
            #expect(try await client.ask(reload)["result"] != nil)
            #expect((try await client.ask(think)["result"] as? [String: Any])?["stand_ins"] as? Int == 1)
            // What the persona wishes of the guard is read again too.
            try (named + "guard: {policy: {classes: {place: refuse}}}\n")
                .write(to: card, atomically: true, encoding: .utf8)
            #expect(try await client.ask(reload)["result"] != nil)
            let refused = try await client.ask(think)["error"] as? [String: Any]
            #expect((refused?["data"] as? [String: Any])?["code"] as? String == "persona_refused")
        }
    }

    @Test("backends of the socket inherit from the new file, and give way to one of the same name")
    func registered() async throws {
        try await withDaemon { daemon, client in
            for name in ["delta", "epsilon"] {
                let config = #"{"url":"http://127.0.0.1:1","model":"m","role":"code"}"#
                let line =
                    #"{"jsonrpc":"2.0","id":1,"method":"backends","params":{"action":"register","backend":"\#(name)","config":\#(config)}}"#
                #expect(try await client.ask(line)["result"] != nil)
            }
            try edit(daemon) { text in
                text.replacingOccurrences(of: "defaults: {", with: "defaults: {quality: 0.75, ")
                    + "\n  delta: {url: \"http://127.0.0.1:2\", model: from-file, role: code}"
            }
            #expect(try await client.ask(reload)["result"] != nil)
            let backends = await daemon.parts.operations.registry.backends
            #expect(backends.map(\.backend.id.rawValue) == ["alpha", "beta", "gamma", "delta", "epsilon"])
            #expect(backends[3].backend.model == "from-file" && backends[3].source == .file)
            #expect(backends[4].backend.quality == 0.75 && backends[4].source == .socket)
        }
    }

    @Test("an operator's word outlives a reload")
    func word() async throws {
        try await withDaemon { daemon, client in
            let disable =
                #"{"jsonrpc":"2.0","id":1,"method":"backends","params":{"action":"disable","backend":"alpha"}}"#
            _ = try await client.ask(disable)
            _ = try await client.ask(reload)
            #expect(daemon.parts.operations.live.current.registry.backends.first?.disabledReason != nil)
        }
    }

    @Test("a file that changes is noticed, when it has been still for a moment")
    func watched() async throws {
        try await withDaemon { daemon, _ in
            let watching = Task {
                try await ReloadService(reloader: daemon.parts.operations.reloader, interval: .milliseconds(20)).run()
            }
            try edit(daemon) { $0 + "\n  delta: {url: \"http://127.0.0.1:2\", model: m, role: code}" }
            #expect(await eventually { await names(daemon).contains("delta") })
            // A file of variables that was not there counts, too.
            let variables = daemon.folder.appendingPathComponent(".env")
            try "BACKEND_DELTA_MODEL=n".write(to: variables, atomically: true, encoding: .utf8)
            #expect(
                await eventually { daemon.parts.operations.live.current.registry.backends.last?.model == "n" }
            )
            watching.cancel()
            _ = await watching.result
        }
    }

    @Test("a stamp differs when a file is written, replaced, removed, or opened to others")
    func stamps() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("f")
        var stamps = [FileStamp.of([file.path])]
        try "a".write(to: file, atomically: false, encoding: .utf8)
        stamps.append(FileStamp.of([file.path]))
        try "ab".write(to: file, atomically: false, encoding: .utf8)
        stamps.append(FileStamp.of([file.path]))
        try "cd".write(to: file, atomically: true, encoding: .utf8)
        stamps.append(FileStamp.of([file.path]))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        stamps.append(FileStamp.of([file.path]))
        for (earlier, later) in zip(stamps, stamps.dropFirst()) { #expect(earlier != later) }
        #expect(FileStamp.of([file.path]) == stamps.last)
    }
}
