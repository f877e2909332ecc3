import Foundation
import Routing
import Testing

@testable import Bridge

/// Reads manifests from texts.
enum ManifestBench {
    static func load(_ text: String, environment: [String: String] = [:]) throws -> Manifest {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("manifest.yaml").path
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try ManifestReader.load(file, environment: ["HOME": "/h"].merging(environment) { $1 })
    }

    static func problems(_ text: String) -> [ConfigProblem] {
        do {
            _ = try load(text)
            return []
        } catch {
            return (error as? ConfigProblems)?.problems ?? []
        }
    }
}

@Suite("a manifest is checked")
struct ManifestTests {
    private func command(_ manifest: Manifest, _ id: String) throws -> ModelCommand {
        guard case .process(let command) = try #require(manifest.profile(id)).runner else {
            throw CocoaError(.coderValueNotFound)
        }
        return command
    }

    @Test("the example loads, with two profiles of one file and one of a server")
    func example() throws {
        let manifest = try ManifestReader.load(
            Daemonette.repository.appendingPathComponent("configs/manifest.yaml").path,
            environment: ["HOME": "/h"]
        )
        #expect(manifest.listener.isLoopback)
        let first = try command(manifest, "hermes-4-14b")
        #expect(try command(manifest, "hermes-4-14b-long").model == first.model)
        #expect(manifest.profiles.contains { if case .server = $0.runner { true } else { false } })
    }

    @Test("flags become arguments: a switch, a value, a list; what is inherited can be changed and taken away")
    func flags() throws {
        let manifest = try ManifestBench.load(
            """
            defaults: {flags: {ctx-size: 4096, mlock: true, threads: 4}, arguments: ["--verbose"], env: {A: "1", B: "2"}}
            profiles:
              one:
                model: /m/one.gguf
                flags: {ctx-size: 8192, mlock: false, flash-attn: on, lora: [/l/a, /l/b], c: 2, -np: 3}
                env: {B: "3"}
              two: {model: /m/one.gguf, flags: {alias: mine}, arguments: []}
            """
        )
        #expect(
            try command(manifest, "one").arguments(port: 8100, alias: "one") == [
                "--model", "/m/one.gguf", "--host", "127.0.0.1", "--port", "8100", "--alias", "one", "--threads", "4",
                "--ctx-size", "8192", "--flash-attn", "on", "--lora", "/l/a", "--lora", "/l/b", "-c", "2", "-np", "3",
                "--verbose",
            ]
        )
        #expect(try command(manifest, "one").environment == ["A": "1", "B": "3"])
        #expect(
            try command(manifest, "two").arguments(port: 1, alias: "two") == [
                "--model", "/m/one.gguf", "--host", "127.0.0.1", "--port", "1", "--ctx-size", "4096", "--mlock",
                "--threads", "4", "--alias", "mine",
            ]
        )
    }

    @Test("times, sizes, names and places are read")
    func values() throws {
        let manifest = try ManifestBench.load(
            """
            sidecar: {listen: "[::1]:9000", state: s/lock, ports: 7000-7002, restarts: 1, backoff_s: 0.5, stable_s: 9, patience_s: 7}
            servers: {o: {kind: ollama, url: "http://localhost:11434/"}}
            defaults: {command: bin/llama-server, ttl_s: 60, ready_timeout_s: 5}
            profiles:
              a: {model: m.gguf, name: Model A, aliases: [x, y], memory: 1.5 GiB, ttl_s: 0, stop_timeout_s: 2, hang_timeout_s: 0}
              b: {server: o, model: "q:7b", ready_timeout_s: 8}
            """
        )
        #expect(manifest.listener.host == "::1" && manifest.listener.port == 9_000 && manifest.listener.isLoopback)
        #expect(manifest.ports == 7_000...7_002)
        #expect(
            manifest.limits
                == Manifest.Limits(
                    restarts: 1,
                    backoff: .milliseconds(500),
                    stable: .seconds(9),
                    patience: .seconds(7)
                )
        )
        #expect(manifest.state.hasSuffix("/s/lock"))
        let first = try #require(manifest.profile("y"))
        #expect(first.id == "a" && first.name == "Model A" && first.memory == 1_610_612_736)
        #expect(first.timeToLive == nil && first.hangTimeout == nil && first.stopTimeout == .seconds(2))
        #expect(first.readyTimeout == .seconds(5))
        #expect(try command(manifest, "a").model.hasSuffix("/m.gguf"))
        #expect(try command(manifest, "a").executable.hasSuffix("/bin/llama-server"))
        let second = try #require(manifest.profile("b"))
        let server = ModelServer(name: "o", kind: .ollama, url: try #require(LoopbackURL("http://localhost:11434")))
        #expect(second.runner == .server(server, model: "q:7b"))
        #expect(second.timeToLive == nil && second.readyTimeout == .seconds(8))
        #expect(manifest.profile("z") == nil)
    }

    /// A text, and where its one problem is.
    private static let wrong: [(text: String, path: String, line: Int?)] = [
        ("profiles: {}", "profiles", 1),
        ("sidecar: {}", "profiles", 1),
        ("profiles:\n  a: {modle: x}", "profiles.a.model", 2),
        ("profiles:\n  a:\n    model: m\n    ttl: 3", "profiles.a.ttl", 4),
        ("profiles: {a: {model: m, flags: {port: 1}}}", "profiles.a.flags.port", 1),
        ("profiles: {a: {model: m, flags: {-m: x}}}", "profiles.a.flags.-m", 1),
        ("profiles: {a: {model: m, flags: {x: {y: 1}}}}", "profiles.a.flags.x", 1),
        ("profiles: {a: {model: m, arguments: [\"--port=1\"]}}", "profiles.a.arguments", 1),
        ("profiles: {\"a b\": {model: m}}", "profiles.a b", 1),
        ("profiles: {a: {model: m, aliases: [\"x y\"]}}", "profiles.a.aliases", 1),
        ("profiles: {a: {model: m}, b: {model: m, aliases: [a]}}", "profiles.b.aliases", 1),
        ("profiles: {a: {model: m, aliases: [z]}, b: {model: m, aliases: [z]}}", "profiles.b.aliases", 1),
        ("profiles: {a: {model: m, memory: much}}", "profiles.a.memory", 1),
        ("profiles: {a: {model: m, ttl_s: -1}}", "profiles.a.ttl_s", 1),
        ("profiles: {a: {model: m, env: {1A: x}}}", "profiles.a.env.1A", 1),
        ("profiles: {a: {model: m, env: {WORKSHOP_SIDECAR: x}}}", "profiles.a.env.WORKSHOP_SIDECAR", 1),
        ("profiles: {a: {model: \"${NOPE}\"}}", "profiles.a.model", 1),
        ("profiles: {a: {model: m, server: o}}", "profiles.a.server", 1),
        (
            "servers: {o: {kind: olama, url: \"http://127.0.0.1:1\"}}\nprofiles: {a: {model: m, server: o}}",
            "servers.o.kind", 1
        ),
        (
            "servers: {o: {kind: ollama, url: \"http://10.0.0.1:1\"}}\nprofiles: {a: {model: m, server: o}}",
            "servers.o.url", 1
        ),
        (
            "servers: {o: {kind: ollama, url: \"http://127.0.0.1:1\"}}\nprofiles: {a: {model: m, server: o, flags: {c: 1}}}",
            "profiles.a.flags", 2
        ),
        (
            "servers: {o: {kind: ollama, url: \"http://127.0.0.1:1\"}}\nprofiles: {a: {model: m, server: o, ttl_s: 1}}",
            "profiles.a.ttl_s", 2
        ),
        ("sidecar: {listen: here}\nprofiles: {a: {model: m}}", "sidecar.listen", 1),
        ("sidecar: {listen: \"0.0.0.0:8082\"}\nprofiles: {a: {model: m}}", "sidecar.listen", 1),
        ("sidecar: {token: short}\nprofiles: {a: {model: m}}", "sidecar.token", 1),
        ("sidecar: {ports: 9-8}\nprofiles: {a: {model: m}}", "sidecar.ports", 1),
        ("sidecar: {ports: 8080-8090}\nprofiles: {a: {model: m}}", "sidecar.ports", 1),
        ("- a", "", 1),
    ]

    @Test("what is wrong is named with its place", arguments: wrong)
    func problems(wrong: (text: String, path: String, line: Int?)) {
        let found = ManifestBench.problems(wrong.text)
        #expect(found.contains { $0.path == wrong.path && $0.line == wrong.line }, "\(found)")
    }

    @Test("all problems come at once, and a misspelt key has a hint")
    func several() {
        let found = ManifestBench.problems("sidecar: {prots: 1}\nprofiles: {a: {modle: m, ttl_s: x}}")
        #expect(found.count == 4)
        #expect(found.first?.hint == "did you mean ports?")
    }

    @Test("other machines are let in only with a token, and it is not shown")
    func token() throws {
        let text = "sidecar: {listen: \"0.0.0.0:8082\", token: \"${T}\"}\nprofiles: {a: {model: m}}"
        let manifest = try ManifestBench.load(text, environment: ["T": "0123456789abcdef"])
        let token = try #require(manifest.listener.token)
        #expect(token.isShown(by: "Bearer 0123456789abcdef"))
        for wrong in [nil, "", "Bearer", "Bearer 0123456789abcdeX", "0123456789abcdef"] {
            #expect(!token.isShown(by: wrong))
        }
        #expect(!"\(manifest)".contains("0123456789abcdef"))
    }

    @Test("a model's file that is not there is doubtful, and not wrong")
    func warnings() throws {
        let manifest = try ManifestBench.load("profiles: {a: {model: /nowhere/m.gguf}, b: {model: \(#filePath)}}")
        #expect(manifest.warnings.count == 1)
        #expect(manifest.warnings.first?.contains("/nowhere/m.gguf") == true)
    }
}
