import Foundation
import Logging
import Persona
import Routing
import TestSupport

@testable import Bridge

/// A pipe in this process: real HTTP, real model server or real command.
final class PipeBench: Sendable {
    let port: Int
    let curl: CurlLoop
    private let serving: Task<Void, any Error>

    /// Starts it, and returns when it listens.
    init(_ adjust: (inout PipeConfig) -> Void) async throws {
        var config = PipeConfig()
        config.port = 0
        config.limits.grace = .milliseconds(100)
        adjust(&config)
        let daemon = PipeDaemon(config, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, keeper: nil)
        let (ports, tell) = AsyncStream.makeStream(of: Int.self)
        let serving = Task { try await daemon.run(endedBy: []) { tell.yield($0) } }
        self.serving = serving
        Task {
            _ = await serving.result
            tell.finish()
        }
        curl = try CurlLoop()
        guard let port = await ports.first(where: { _ in true }) else {
            try await serving.value
            throw CocoaError(.fileNoSuchFile)
        }
        self.port = port
    }

    /// One that drives a server.
    static func server(
        _ kind: PipeServer.Kind,
        _ upstream: LoopbackUpstream,
        _ adjust: (inout PipeConfig) -> Void = { _ in }
    ) async throws -> PipeBench {
        try await PipeBench { config in
            config.driver = .server(PipeServer(kind: kind, url: LoopbackURL(port: upstream.port)))
            config.standard = "m"
            adjust(&config)
        }
    }

    /// One that runs a shell's script, which is an argument like any other.
    static func script(_ script: String, _ adjust: (inout PipeConfig) -> Void = { _ in }) async throws -> PipeBench {
        try await PipeBench { config in
            config.driver = .command(PipeCommand(program: "/bin/sh", arguments: ["-c", script]))
            config.standard = "m"
            config.models = ["m"]
            adjust(&config)
        }
    }

    func stop() async {
        serving.cancel()
        _ = await serving.result
        curl.shutdown()
    }

    // MARK: Asking

    func get(_ path: String, _ headers: [(name: String, value: String)] = []) async throws -> SidecarAnswer {
        try await ask(OutgoingRequest(method: .get, url: "http://127.0.0.1:\(port)\(path)", headers: headers))
    }

    /// `POST /execute` with a body as it stands.
    func post(_ body: String, _ headers: [(name: String, value: String)] = [("Content-Type", "application/json")])
        async throws -> SidecarAnswer
    {
        let url = "http://127.0.0.1:\(port)/execute"
        return try await ask(OutgoingRequest(method: .post, url: url, headers: headers, body: Array(body.utf8)))
    }

    /// `POST /execute` of a prompt.
    func execute(_ prompt: String, _ config: String = "{}") async throws -> SidecarAnswer {
        try await post(Self.body(prompt, config))
    }

    static func body(_ prompt: String, _ config: String = "{}") -> String {
        var json = JSONWriter()
        json.object { json in
            json.key("prompt")
            json.string(prompt)
            json.key("model_config")
            json.raw(Array(config.utf8))
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func ask(_ request: OutgoingRequest) async throws -> SidecarAnswer {
        let sealed = try EgressScan(index: IdentityIndex([])).seal(request)
        let limits = TransferLimits(connect: .seconds(5), total: .seconds(60), maxBody: 64 << 20)
        let reply = try await curl.send(sealed, limits: limits).get()
        return SidecarAnswer(status: reply.status, retryAfter: reply.headers["Retry-After"], body: reply.body)
    }
}

/// A model server that answers as Ollama or as llama-server does.
enum PipeModelServer {
    static func ollama(_ answer: @escaping @Sendable (String) -> String = { _ in "Hm." }) -> LoopbackUpstream {
        .answering { request, peer in
            if request.hasPrefix("GET /api/tags") {
                peer.reply(#"{"models":[{"name":"m","size":1},{"name":"n"}]}"#)
            } else {
                peer.reply("{\"model\":\"m\",\"response\":\"\(answer(request))\",\"done\":true}")
            }
        }
    }

    static func llama(_ answer: String = "Hm.") -> LoopbackUpstream {
        .answering { request, peer in
            if request.hasPrefix("GET /v1/models") {
                peer.reply(#"{"object":"list","data":[{"id":"m"}]}"#)
            } else {
                peer.reply(
                    "{\"model\":\"m\",\"choices\":[{\"message\":{\"content\":\"\(answer)\"},"
                        + "\"finish_reason\":\"stop\"}]}"
                )
            }
        }
    }
}
