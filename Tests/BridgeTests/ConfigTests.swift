import Foundation
import Persona
import Routing
import Testing

@testable import Bridge

struct ConfigTests {
    private static let example = Daemonette.repository.appendingPathComponent("configs/backends.yaml").path

    /// Loads a text as a file beside the repository's personas.
    private func load(_ text: String, environment: [String: String] = ["HOME": "/home/nobody"]) throws -> BridgeConfig {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try ConfigLoader.load(file.path, environment: environment)
    }

    private func problems(_ text: String, environment: [String: String] = [:]) -> [ConfigProblem] {
        do {
            _ = try load(text, environment: environment)
            return []
        } catch {
            return (error as? ConfigProblems)?.problems ?? []
        }
    }

    private let server = "server: {personas: \(Daemonette.personas)}\n"
    private let local = "backends: {a: {url: \"http://127.0.0.1:1/v1\", model: m, role: local, local: true"

    @Test("the example loads, with the seven of the design")
    func exampleLoads() throws {
        let config = try ConfigLoader.load(Self.example, environment: ["HOME": "/home/nobody", "XAI_API_KEY": "k"])
        #expect(
            config.backends.map(\.id.rawValue) == ["local", "claude", "kimi", "gpt", "gemini", "grok", "openrouter"]
        )
        #expect(config.backends.filter { $0.disabledReason == nil }.map(\.id.rawValue) == ["local", "grok"])
        #expect(config.backends[1].disabledReason == "no key: set ANTHROPIC_API_KEY")
        #expect(config.defaultPersona.rawValue == "timmy")
        #expect(config.personas.first?.identity.spokenNames.contains("Timmy") == true)
    }

    @Test("the memory's bounds are read, and stand beside the ledger without being named")
    func memory() throws {
        let text = server + local + "}}\n"
        let config = try load("ledger: {path: /tmp/l/ledger.db}\n" + text)
        #expect(config.memory == BridgeConfig.MemorySettings(path: "/tmp/l/memory.db"))
        let bounded = try load(
            "memory: {path: /tmp/m.db, turns: 6, days: 7, tokens: 900, journal_days: 0}\n" + text
        ).memory
        var expected = BridgeConfig.MemorySettings(path: "/tmp/m.db")
        expected.turns = 6
        expected.days = 7
        expected.tokens = 900
        expected.journalDays = 0
        #expect(bounded == expected)
        for wrong in ["turns: 1", "days: 0", "tokens: 255", "journal_days: -1", "turn: 9"] {
            let found = problems("memory: {\(wrong)}\n" + text)
            let path = "memory.\(wrong.prefix { $0 != ":" })"
            #expect(found.count == 1 && found.first?.path == path)
        }
    }

    @Test("JSON is accepted")
    func json() throws {
        let json = """
            {"server": {"personas": "\(Daemonette.personas)"},
             "backends": {"a": {"url": "http://127.0.0.1:1/v1/", "model": "m", "role": ["local", "code"]}}}
            """
        let backend = try #require(try load(json).backends.first)
        #expect(backend.url == "http://127.0.0.1:1/v1")
        #expect(backend.roles == [.local, .code])
        #expect(backend.health == .get("http://127.0.0.1:1/v1/models"))
    }

    @Test("backends inherit what they do not say")
    func inheritance() throws {
        let config = try load(
            server + """
                defaults: {timeouts: {connect_ms: 7}, allowed_fails: 9, cooldown_s: 1.5}
                backends:
                  a: {url: "http://h/v1", model: m, role: local, timeouts: {total_ms: 8}}
                  b: {url: "http://h/v1", model: m, role: local, allowed_fails: 0}
                """
        )
        #expect(config.backends[0].timeouts.connect == .milliseconds(7))
        #expect(config.backends[0].timeouts.total == .milliseconds(8))
        #expect(config.backends[0].allowedFails == 9)
        #expect(config.backends[1].allowedFails == 0)
        #expect(config.backends[1].cooldown == .milliseconds(1_500))
    }

    @Test("everything that is wrong is told at once, each with path, line and hint")
    func allAtOnce() {
        let found = problems(
            """
            server: {personas: \(Daemonette.personas), sokket: x, max_in_flight: 0}
            backends:
              a:
                url: ftp://h/v1
                modle: m
                role: lokal
              B: {url: "http://h", model: m, role: local}
            routing: {max_attempts: many}
            """
        )
        let told = found.map { "\($0.line ?? 0) \($0.path): \($0.message) \($0.hint ?? "")" }
        for expected in [
            "1 server.sokket: there is no such key did you mean socket?",
            "1 server.max_in_flight: is not a number from 1 to 65536",
            "4 backends.a.url: is not an http or https URL",
            "5 backends.a.modle: there is no such key did you mean model?",
            "backends.a.model: is missing",
            "6 backends.a.role: is none of",
            "7 backends.B: is no name for a backend",
            "8 routing.max_attempts: is not a number from 1 to 32",
        ] {
            #expect(told.contains { $0.contains(expected) }, "\(expected)\n\(told.joined(separator: "\n"))")
        }
        #expect(found.count == 8, "\(told.joined(separator: "\n"))")
    }

    @Test(
        "what could carry a line of a header, steer a terminal or name a user is no address and no model",
        arguments: [
            (#"url: "http://h/v1\r\nX: y", model: m"#, "url"), (#"url: "http://h:99999/v1", model: m"#, "url"),
            (#"url: "http://h/v1", model: "m\u001b[2J""#, "model"),
            (#"url: "http://h/v1", model: m, health: "/x y""#, "health"),
            (#"url: "http://h/v1", model: m, health: "http://u:p@h/x""#, "health"),
        ]
    )
    func oddAddresses(_ keys: String, path: String) {
        let found = ConfigBench.problems(
            "{server: {personas: \(Daemonette.personas)}, backends: {a: {role: local, \(keys)}}}"
        )
        #expect(found.map(\.path) == ["backends.a.\(path)"])
    }

    @Test(
        "a provider with another vendor's format has no address of that vendor: neither its key nor a prompt goes there",
        arguments: ["openai", "xai", "moonshot", "custom"]
    )
    func foreignWire(_ provider: String) {
        for wire in ["anthropic-messages", "gemini-generate", "ollama-chat"] {
            let found = ConfigBench.problems(
                """
                server: {personas: \(Daemonette.personas)}
                backends: {a: {provider: \(provider), wire: \(wire), model: m, role: local}}
                """
            )
            #expect(found.map(\.path) == ["backends.a.url"])
        }
    }

    @Test(
        "each kind of fault is found",
        arguments: [
            ("role: []", "backends.a.role", "is empty"),
            ("role: local, model: \"\"", "backends.a.model", "is empty"),
            ("role: local, key: \"\"", "backends.a.key", "is empty"),
            ("role: local, key: \"two words\"", "backends.a.key", "no header"),
            ("role: local, prices: {input: 1}", "backends.a.prices.output", "is missing"),
            ("role: local, prices: {input: -1, output: 1}", "backends.a.prices.input", "is not a number"),
            ("role: local, health: sometimes", "backends.a.health", "is neither"),
            ("role: local, wire: smoke", "backends.a.wire", "is none of"),
            ("role: local, max_context: 8k", "backends.a.max_context", "is not a number"),
            ("role: local, local: perhaps", "backends.a.local", "is neither true nor false"),
            ("role: local, provider: \"${NOWHERE}\"", "backends.a.provider", "the environment has no NOWHERE"),
        ]
    )
    func faults(fields: String, path: String, message: String) {
        let model = fields.contains("model:") ? "" : "model: m, "
        let found = problems(server + "backends: {a: {url: \"http://h/v1\", \(model)\(fields)}}")
        #expect(found.contains { $0.path == path && $0.message.contains(message) }, "\(found)")
    }

    @Test("a file that is no configuration says so", arguments: ["", "[]", "a: [", "a: 1\na: 2", "text"])
    func noMapping(text: String) {
        #expect(!problems(text).isEmpty)
    }

    @Test("a socket path over 106 bytes is a problem of the configuration")
    func longSocket() {
        let path = "/tmp/" + String(repeating: "x", count: 103)
        let found = problems("server: {personas: \(Daemonette.personas), socket: \(path)}\n" + local + "}}")
        #expect(found.map(\.path) == ["server.socket"])
        #expect(found.first?.message.contains("106") == true)
    }

    @Test("no secret is in a problem, a summary or a dump")
    func secrets() throws {
        let environment = ["HOME": "/h", "KEY": "sk-very-secret"]
        let text = server + local + ", key: \"${KEY}\"}}"
        let config = try load(text, environment: environment)
        var dumped = ""
        dump(config, to: &dumped)
        for printed in [dumped, "\(config)", String(reflecting: config), config.summary.joined()] {
            #expect(!printed.contains("sk-very-secret"))
            #expect(!printed.contains("Ashdown"))
        }
        let found = problems(server + "backends: {a: {url: \"http://u:sk-very-secret@h/\", model: m, role: local}}")
        #expect(found.count == 1)
        #expect(!found.map(\.description).joined().contains("sk-very-secret"))
        // A key that was put where a name belongs.
        let strategy = "}}\nrouting: {strategy: {mode: single, target: \"x${KEY}\"}}"
        let misplaced = problems(server + local + strategy, environment: environment).map(\.description).joined()
        #expect(misplaced.contains("x${KEY}"))
        #expect(!misplaced.contains("sk-very-secret"))
    }

    @Test("a backend whose own name for a model names the persona is a problem: nothing could be sent to it")
    func leakingModel() {
        let text = server + "backends: {a: {url: \"http://h/v1\", model: timmy-7b, role: local}}"
        let found = problems(text, environment: ["HOME": "/h"])
        #expect(found.map(\.path) == ["backends"])
        #expect(found.first?.message.contains("a: an identity term of class name in the body") == true)
        #expect(found.first.map { "\($0)".lowercased().contains("timmy-7b") } == false)
    }

    @Test(
        "whatever of a backend would be sent is read at load, in every format",
        arguments: [
            ("url: \"http://timmy.example/v1\", model: m", "in the url"),
            ("url: \"http://h/glasswing/v1\", model: m", "in the url"),
            ("url: \"http://h/v1\", model: m, models: [small, lantern-mill-7b]", "in the"),
            ("url: \"http://h/v1\", model: m, health: \"http://wickerfen.example/up\"", "in the url"),
            ("url: \"http://h/v1\", model: m, key: \"${KEY}\"", "in the header"),
            ("url: \"http://h/${SECRET}/v1\", model: m, key: \"${SECRET}\"", "class key in the url"),
            ("url: \"http://h/v1\", model: \"${SECRET}\", key: \"${SECRET}\"", "class key in the"),
        ],
        ["openai-chat", "anthropic-messages", "gemini-generate", "ollama-chat"]
    )
    func leakingPlaces(_ place: (yaml: String, told: String), wire: String) {
        let environment = ["HOME": "/h", "KEY": "timmy_keeper-4f7a", "SECRET": "sk-9fQ2mZ7wLx4TbV8cNd1RkE5yHs3uGp6A"]
        let text = server + "backends: {a: {\(place.yaml), wire: \(wire), role: local}}"
        let found = problems(text, environment: environment)
        #expect(found.map(\.path) == ["backends"])
        #expect(found.first?.message.contains(place.told) == true, "\(found)")
        #expect(!found.map(\.description).joined().contains("sk-9fQ2"))
    }

    @Test("a key in its own header is no leak", arguments: ["openai-chat", "anthropic-messages", "gemini-generate"])
    func ownKey(_ wire: String) {
        let environment = ["HOME": "/h", "SECRET": "sk-9fQ2mZ7wLx4TbV8cNd1RkE5yHs3uGp6A"]
        let backend = "url: \"https://h.example/v1\", model: m, wire: \(wire), role: local, key: \"${SECRET}\""
        let other = "url: \"https://h.example/v2\", model: m, wire: \(wire), role: local, key: none"
        #expect(problems(server + "backends: {a: {\(backend)}, b: {\(other)}}", environment: environment).isEmpty)
    }

    @Test("a persona without a name, or that is not there, is a problem")
    func personas() throws {
        #expect(problems("server: {personas: /nowhere}\n" + local + "}}").contains { $0.path == "server.personas" })
        #expect(
            problems("server: {personas: \(Daemonette.personas), persona: nobody}\n" + local + "}}")
                .contains { $0.path == "server.persona" && $0.hint == "there are: timmy" }
        )
    }

    @Test("identity terms may come from the environment")
    func identityFromEnvironment() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        let persona = folder.appendingPathComponent("ann")
        try FileManager.default.createDirectory(at: persona, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("identity: {name: Annabel, owner: \"${OWNER}\"}\n".utf8)
            .write(to: persona.appendingPathComponent("persona.yaml"))
        let text = "server: {personas: \(folder.path), persona: ann}\n" + local + "}}"
        let config = try load(text, environment: ["HOME": "/h", "OWNER": "Hieronymus Vane"])
        let index = IdentityIndex(config.personas.map(\.identity))
        #expect(index.firstClass(in: "ask Hieronymus") == .owner)
        #expect(problems(text, environment: ["HOME": "/h"]).contains { $0.path == "identity.owner" })
    }
}
