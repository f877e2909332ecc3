import Foundation
import Persona
import Routing

@testable import Bridge

/// What the proofs share: backends of every format and dialect, tasks of our own corpus, invented personas.
enum Proof {
    /// How many personas.
    static let personas = 8

    /// One backend for each format and each dialect, all free of charge, so that no price decides.
    static func config(quality: String = "{judge: false}", adjust: String = "") throws -> BridgeConfig {
        let backends = [
            ("plain", ""), ("openai", "provider: openai"), ("xai", "provider: xai"), ("moonshot", "provider: moonshot"),
            ("mistral", "provider: mistral"), ("openrouter", "provider: openrouter"),
            ("openrouter-zdr", "provider: openrouter-zdr"), ("llamacpp", "provider: llamacpp"),
            ("vllm", "provider: vllm"), ("lmstudio", "provider: lmstudio"),
            ("ollama-compatible", "provider: ollama, wire: openai-chat"),
            ("claude-compatible", "provider: anthropic, wire: openai-chat"),
            ("gemini-compatible", "provider: gemini, wire: openai-chat"),
            ("anthropic", "provider: anthropic"), ("gemini", "provider: gemini"), ("ollama", "provider: ollama"),
            ("pipe", "provider: dumb-pipe"),
        ]
        let roles = ["local", "speed", "breadth", "reasoning", "code", "long-context", "multimodal", "fallback"]
        let lines = backends.enumerated().map { number, backend in
            """
              \(backend.0): {url: "http://127.0.0.1:9/v1", model: model-\(number), role: \(roles[number % roles.count]), \
            key: k\(number), modalities: [image], local: \(number % 4 == 0), prices: {input: 0, output: 0}\
            \(backend.1.isEmpty ? "" : ", " + backend.1)}
            """
        }
        let folder = NSTemporaryDirectory() + "/wc-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let yaml = """
            server: {socket: \(folder)/w.sock, personas: \(Daemonette.personas)}
            ledger: {path: \(folder)/ledger.db}
            defaults: {timeouts: {connect_ms: 5000, first_token_ms: 20000, stall_ms: 20000, total_ms: 60000}}
            routing: {quality: \(quality), max_attempts: 6}
            \(adjust)
            backends:
            \(lines.joined(separator: "\n"))
            """
        let file = folder + "/backends.yaml"
        try yaml.write(toFile: file, atomically: true, encoding: .utf8)
        return try ConfigLoader.load(file, environment: ["HOME": folder])
    }

    /// Tasks of the classifier's own corpus, spread over its English files.
    static func tasks(_ count: Int) throws -> [String] {
        struct Line: Decodable { var task: String }
        let folder = Daemonette.repository.appendingPathComponent("training/tasks")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let all = try files.filter { $0.hasPrefix("en-") || $0.hasPrefix("own-en") }.flatMap { file in
            try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8).split(separator: "\n")
                .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).task }
        }
        return stride(from: 0, to: all.count, by: max(1, all.count / count)).prefix(count).map { all[$0] }
    }
}
