internal import Persona

/// What a model server on this machine is asked about itself, or told to do.
///
/// A closed list: no call has a place for a prompt, so none needs the ledger. The model's name is the manifest's.
package enum ModelServerCall: Sendable, Equatable {
    /// llama-server: 200 when it is ready, 503 while it loads
    /// (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md).
    case health
    /// llama-server: what each of its slots does; 501 when it was started with `--no-slots`.
    case slots
    /// llama-server without a model: every model and how it stands.
    case routerModels
    case routerLoad(model: String)
    case routerUnload(model: String)
    /// Ollama: the models in memory (https://github.com/ollama/ollama/blob/main/docs/api.md).
    case ollamaLoaded
    /// Ollama: an empty request, which loads a model and answers when it is there.
    case ollamaLoad(model: String)
    case ollamaUnload(model: String)

    /// The bytes.
    func request(at server: LoopbackURL) -> OutgoingRequest {
        switch self {
        case .health: Self.get(server, "/health")
        case .slots: Self.get(server, "/slots")
        case .routerModels: Self.get(server, "/models")
        case .routerLoad(let model): Self.post(server, "/models/load", model)
        case .routerUnload(let model): Self.post(server, "/models/unload", model)
        case .ollamaLoaded: Self.get(server, "/api/ps")
        case .ollamaLoad(let model): Self.post(server, "/api/generate", model)
        case .ollamaUnload(let model): Self.post(server, "/api/generate", model, keepAlive: 0)
        }
    }

    private static func get(_ server: LoopbackURL, _ path: String) -> OutgoingRequest {
        OutgoingRequest(method: .get, url: server.base + path, headers: [])
    }

    private static func post(
        _ server: LoopbackURL,
        _ path: String,
        _ model: String,
        keepAlive: Int? = nil
    ) -> OutgoingRequest {
        var json = JSONWriter()
        json.object { json in
            json.key("model")
            json.string(model)
            if let keepAlive {
                json.key("keep_alive")
                json.integer(keepAlive)
            }
        }
        return OutgoingRequest(
            method: .post,
            url: server.base + path,
            headers: [("Content-Type", "application/json")],
            body: json.bytes
        )
    }
}

/// Asks model servers of this machine.
package struct ModelServerLine: Sendable {
    /// Why there is no reply.
    package enum Failure: Error, Sendable, Equatable {
        case transport(TransportError)
        /// The model's name looks like what may not be sent.
        case heldBack
    }

    private let scan = EgressScan(index: IdentityIndex([]))
    private let transport: any Transport

    /// A line that sends through a transport.
    package init(transport: any Transport) {
        self.transport = transport
    }

    /// The reply, whatever its status.
    /// - Parameter limit: for all of it.
    package func ask(
        _ call: ModelServerCall,
        at server: LoopbackURL,
        limit: Duration = .seconds(2)
    ) async -> Result<HTTPReply, Failure> {
        await send(call.request(at: server), limit: limit)
    }

    func send(
        _ request: OutgoingRequest,
        limit: Duration,
        maxBody: Int = 4 << 20
    ) async -> Result<HTTPReply, Failure> {
        guard let request = try? scan.seal(request) else { return .failure(.heldBack) }
        let limits = TransferLimits(connect: min(limit, .seconds(2)), total: limit, maxBody: maxBody)
        return await transport.send(request, limits: limits).mapError { .transport($0) }
    }
}
