import Foundation
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("The personas of the moment know the game's names and the bridge's keys", .timeLimit(.minutes(1)))
struct RosterTests {
    private static let key = "sk-proj-9fQ2mZ7wLx4TbV8cNd1RkE5yHs3uGp6A"

    private func withDaemon(
        adjust: (inout BridgeConfig) -> Void = { _ in },
        _ body: (Daemonette, LineClient) async throws -> Void
    ) async throws {
        let alpha = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let daemon = try await Daemonette(alpha: alpha.url, adjust: adjust)
        do { try await body(daemon, try LineClient(daemon.socket)) } catch { Issue.record(error) }
        alpha.stop()
        await daemon.stop()
    }

    private func names(_ list: String) -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"names","params":{"names":[\#(list)]}}"#
    }

    private func think(_ client: LineClient, _ task: String) async throws -> [String: Any] {
        try await client.ask(#"{"jsonrpc":"2.0","id":2,"method":"think","params":{"task":"\#(task)"}}"#)
    }

    /// Whether a text names what is kept to the house, as the guard of the moment sees it.
    private func isNamed(_ text: String, _ daemon: Daemonette) throws -> Bool {
        let mind = try #require(PersonaID("timmy").flatMap { daemon.parts.bench.current.personas[$0] })
        do {
            _ = try mind.gate.blind(PromptDraft(task: text))
            return false
        } catch {
            // A key looks odd to a guard that does not know it.
            return error.identityClass != .odd
        }
    }

    @Test("names that the game tells are kept to the house from then on, the whole list each time, and over a reload")
    func names() async throws {
        try await withDaemon { daemon, client in
            #expect(try !isNamed("tell Rosalind hello", daemon))
            let list =
                #"{"class":"person","text":"Rosalind"},{"class":"place","text":"Rose"},{"class":"account","text":"zorblax"}"#
            let result = try await client.ask(names(list))["result"] as? [String: Any]
            #expect(result?["terms"] as? Int == 2 && result?["passed_over"] as? [Int] == [1])
            #expect(try isNamed("tell Rosalind hello", daemon) && isNamed("zorblax's door", daemon))
            #expect(try !isNamed("a rose", daemon))
            #expect(try await client.ask(#"{"jsonrpc":"2.0","id":1,"method":"reload"}"#)["result"] != nil)
            #expect(try isNamed("tell Rosalind hello", daemon))
            #expect(try await client.ask(names(""))["result"] != nil)
            #expect(try !isNamed("tell Rosalind hello", daemon))
        }
    }

    @Test(
        "a list that is wrong is told so, with the field",
        arguments: [
            (#""Rosalind""#, "names"), (#"{"class":"god","text":"Zeus"}"#, "class"), (#"{"class":"person"}"#, "text"),
            (#"{"text":"Zeus"}"#, "class"), (#"{"class":"person","text":"Zeus","age":3}"#, "age"), ("3", "names"),
        ]
    )
    func faults(_ list: String, _ field: String) async throws {
        try await withDaemon { _, client in
            let error = try await client.ask(names(list))["error"] as? [String: Any]
            #expect((error?["data"] as? [String: Any])?["field"] as? String == field)
        }
    }

    @Test("a key of a backend may not stand in a task, and still opens its backend")
    func keys() async throws {
        try await withDaemon(adjust: { config in
            for index in config.configured.indices { config.configured[index].backend.key = Secret(Self.key) }
        }) { daemon, client in
            #expect(try isNamed("is \(Self.key) valid", daemon))
            let refused = try await think(client, "is \(Self.key) valid")["error"] as? [String: Any]
            #expect((refused?["data"] as? [String: Any])?["class"] as? String == "key")
            #expect(try await think(client, "say one word")["result"] != nil)
        }
    }

    @Test("the key of a backend that is registered later is kept to the house as well")
    func registered() async throws {
        try await withDaemon(adjust: { $0.environment = ConfigEnvironment(process: ["DELTA_KEY": Self.key]) }) {
            daemon,
            client async throws in
            #expect(try !isNamed("is \(Self.key) valid", daemon))
            let config = #"{"url":"http://127.0.0.1:1","model":"m","role":"code","key":"${DELTA_KEY}"}"#
            let line =
                #"{"jsonrpc":"2.0","id":1,"method":"backends","params":{"action":"register","backend":"delta","config":\#(config)}}"#
            #expect(try await client.ask(line)["result"] != nil)
            #expect(try isNamed("is \(Self.key) valid", daemon))
        }
    }

    @Test("where the bridge's files are does not leave")
    func paths() async throws {
        try await withDaemon { daemon, _ async throws in
            for path in ["backends.yaml", "ledger.db", "memory.db", "w.sock"] {
                let file = daemon.folder.appendingPathComponent(path).path
                #expect(try isNamed("what is \(file) for", daemon), "\(path)")
            }
        }
    }

    @Test("a persona's new lines are spoken after a reload, and each persona has its own")
    func voices() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ opening: String) throws {
            let persona = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: persona, withIntermediateDirectories: true)
            let text = "identity: {name: \(name.uppercased())}\nvoice: {opening: [\(opening)]}\n"
            try text.write(to: persona.appendingPathComponent("persona.yaml"), atomically: true, encoding: .utf8)
        }
        try write("timmy", "Hm.")
        try write("borka", "Grr!")
        try await withDaemon { daemon, client in
            let file = daemon.folder.appendingPathComponent("backends.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacingOccurrences(of: Daemonette.personas, with: folder.path)
                .write(to: file, atomically: true, encoding: .utf8)
            let reload = #"{"jsonrpc":"2.0","id":1,"method":"reload"}"#
            func spoken(_ persona: String) async throws -> String? {
                let line =
                    #"{"jsonrpc":"2.0","id":2,"method":"think","params":{"task":"say one word","persona":"\#(persona)"}}"#
                return (try await client.ask(line)["result"] as? [String: Any])?["text"] as? String
            }
            #expect(try await client.ask(reload)["result"] != nil)
            #expect(try await spoken("timmy") == "Hm. Blue.")
            #expect(try await spoken("borka") == "Grr! Blue.")
            try write("borka", "Rawr!")
            #expect(try await client.ask(reload)["result"] != nil)
            #expect(try await spoken("timmy") == "Hm. Blue.")
            #expect(try await spoken("borka") == "Rawr! Blue.")
            // One persona's name does not leave on another's behalf.
            let result = try await think(client, "where is Borka")["result"] as? [String: Any]
            #expect(result?["stand_ins"] as? Int == 1)
        }
    }
}
