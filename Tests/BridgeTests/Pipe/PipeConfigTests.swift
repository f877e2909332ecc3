import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("a pipe's configuration")
struct PipeConfigTests {
    private func load(
        _ yaml: String? = nil,
        flags: PipeFlags = PipeFlags(),
        _ environment: [String: String] = [:],
        files: [String: (text: String, mode: Int)] = [:]
    ) throws -> PipeConfig {
        let folder = URL(fileURLWithPath: "/tmp/wp-\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, file) in files {
            let path = folder.appendingPathComponent(name).path
            try file.text.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: file.mode], ofItemAtPath: path)
        }
        guard let yaml else { return try PipeConfigReader.load(nil, flags: flags, environment: environment) }
        let file = folder.appendingPathComponent("pipe.yaml").path
        try yaml.write(toFile: file, atomically: true, encoding: .utf8)
        return try PipeConfigReader.load(file, flags: flags, environment: environment)
    }

    private func problems(_ yaml: String?, flags: PipeFlags = PipeFlags(), _ environment: [String: String] = [:])
        -> [String]
    {
        do {
            _ = try load(yaml, flags: flags, environment)
            return []
        } catch {
            return (error as? ConfigProblems)?.problems.map { "\($0.path) \($0.message)" } ?? ["\(error)"]
        }
    }

    @Test("nothing said is the specification's Talos, on loopback")
    func standard() throws {
        let config = try load()
        #expect(config.host == "127.0.0.1" && config.port == 8001 && config.token == nil)
        #expect(config.driver == .server(PipeServer(kind: .ollama, url: LoopbackURL(port: 11_434))))
        #expect(config.standard == "llama3.1:8b" && config.models.isEmpty && config.costCents == 0)
        #expect(config.limits.time == .seconds(300))
    }

    @Test("the repository's file is right")
    func shipped() throws {
        let file = Daemonette.repository.appendingPathComponent("configs/pipe.yaml").path
        let config = try PipeConfigReader.load(file, environment: [:])
        #expect(config.port == 8001 && config.standard == "llama3.1:8b" && config.isLoopback)
        #expect(config.summary.count == 2)
    }

    @Test("flags win over the file, and the file over the variables of the specification")
    func layers() throws {
        let variables = [
            "OLLAMA_HOST": "0.0.0.0", "DEFAULT_MODEL": "d", "CODE_MODEL": "c", "TALOS_PORT": "9001",
            "WORKSHOP_PIPE_TOKEN": "0123456789abcdef",
        ]
        let low = try load(nil, variables)
        #expect(low.port == 9001 && low.standard == "d" && low.guessed == ["d", "c"] && low.token != nil)
        #expect(low.driver == .server(PipeServer(kind: .ollama, url: LoopbackURL(port: 11_434))))
        let yaml = "pipe: {listen: '127.0.0.1:9002'}\nmodel: {llama_server: 'http://127.0.0.1:8080', default: f}"
        let middle = try load(yaml, variables)
        #expect(middle.port == 9002 && middle.standard == "f")
        #expect(middle.driver == .server(PipeServer(kind: .llamaServer, url: LoopbackURL(port: 8080))))
        let flags = PipeFlags(listen: "[::1]:9003", ollama: "http://localhost:1", model: "g")
        let high = try load(yaml, flags: flags, variables)
        #expect(high.host == "::1" && high.port == 9003 && high.standard == "g")
        #expect(high.driver == .server(PipeServer(kind: .ollama, url: try #require(LoopbackURL("http://localhost:1")))))
    }

    @Test("OLLAMA_HOST is read as Ollama's own programs read it")
    func ollamaHost() {
        let expected = [
            ("http://localhost:11434", "http://localhost:11434"), ("127.0.0.1", "http://127.0.0.1:11434"),
            ("0.0.0.0:9", "http://127.0.0.1:9"), ("http://0.0.0.0:9/", "http://127.0.0.1:9"),
        ]
        for (text, url) in expected { #expect(PipeConfigReader.ollamaURL(text) == url) }
    }

    @Test("a command is an argument vector, with the model where it is wanted, and little of the environment")
    func command() throws {
        let config = try load(
            "model: {command: [run, --model, 'x{model}', '$HOME;id'], models: [a, b], pass: [CUDA_VISIBLE_DEVICES]}"
        )
        guard case .command(let command) = config.driver else {
            Issue.record("no command")
            return
        }
        #expect(command.program == "run" && command.arguments(model: "a") == ["--model", "xa", "$HOME;id"])
        #expect(config.standard == "a")
        let given = command.environment(
            of: ["PATH": "/bin", "CUDA_VISIBLE_DEVICES": "0", "WORKSHOP_PIPE_TOKEN": "secret", "OPENAI_API_KEY": "k"]
        )
        #expect(given == ["PATH": "/bin", "CUDA_VISIBLE_DEVICES": "0"])
    }

    @Test("a token comes from a file that others cannot read")
    func tokenFile() throws {
        let yaml = "pipe: {listen: '0.0.0.0:1', token_file: t}"
        let config = try load(yaml, files: ["t": ("0123456789abcdef\n", 0o600)])
        #expect(config.token?.isShown(by: "Bearer 0123456789abcdef") == true)
        for file in [("0123456789abcdef", 0o644), ("short", 0o600), ("", 0o600), ("0123456789 abcdef", 0o600)] {
            #expect(throws: ConfigProblems.self) { try load(yaml, files: ["t": file]) }
        }
        #expect(throws: ConfigProblems.self) { try load(yaml) }
    }

    /// What is written, and the first words of each problem.
    private static let wrong: [(yaml: String, problems: [String])] = [
        ("pipe: {listen: '0.0.0.0:8001'}", ["pipe.listen opens the pipe to other machines without a token"]),
        ("pipe: {listen: 8001}", ["pipe.listen is not an address"]),
        ("pipe: {token: short}", ["pipe.token holds less than 16"]),
        (
            "pipe: {token: 0123456789abcdef, token_file: /nowhere}",
            ["pipe.token stands beside", "pipe.token_file cannot"]
        ),
        ("pipe: {lisen: x}", ["pipe.lisen there is no such key"]),
        ("model: {ollama: 'http://10.0.0.1:11434'}", ["model.ollama is no http URL of this machine"]),
        ("model: {ollama: 'http://127.0.0.1:1', command: [x]}", ["model.ollama is not the only one"]),
        ("model: {command: 'rm -rf /'}", ["model.command is one word with spaces"]),
        ("model: {command: []}", ["model.command names no program"]),
        ("model: {command: [x, '{model}']}", ["model.command takes a caller's word"]),
        ("model: {default: '-x'}", ["model.default can be no model's name"]),
        ("model: {models: [a, b], default: c}", ["model.default is none of models"]),
        ("limits: {time_s: 0, concurrent: 0}", ["limits.concurrent is not a number", "limits.time_s is not a number"]),
        ("pipes: {}", ["pipes there is no such key"]),
        ("[", ["the file is not YAML"]),
    ]

    @Test("all that is wrong is told at once, with its key", arguments: wrong)
    func refuses(wrong: (yaml: String, problems: [String])) {
        let found = problems(wrong.yaml)
        #expect(found.count == wrong.problems.count, "\(found)")
        for start in wrong.problems {
            #expect(found.contains { $0.trimmingCharacters(in: .whitespaces).hasPrefix(start) }, "\(start): \(found)")
        }
    }

    @Test("flags and variables are checked, too, and named")
    func refusesFlags() {
        let open = problems(nil, flags: PipeFlags(listen: "0.0.0.0:1"))
        #expect(open == ["--listen opens the pipe to other machines without a token"])
        #expect(problems(nil, flags: PipeFlags(ollama: "https://x")) == ["--ollama is no http URL of this machine"])
        #expect(problems(nil, ["TALOS_PORT": "x"]) == ["TALOS_PORT is no port"])
        #expect(problems(nil, ["OLLAMA_HOST": "10.0.0.1"]) == ["OLLAMA_HOST is no http URL of this machine"])
        #expect(problems(nil, ["WORKSHOP_PIPE_TOKEN": "x"]).count == 1)
        #expect(problems(nil, flags: PipeFlags(tokenFile: "/nowhere")) == ["--token-file cannot be read"])
    }
}
