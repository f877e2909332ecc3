internal import Persona

/// One task of a dumb pipe: what `POST /execute` says, and nothing that was not said.
package struct PipeTask: Sendable, Equatable, Undisclosed {
    /// As it came. It is sent on, and kept nowhere.
    package let prompt: String
    /// The model's name.
    package let model: String
    /// How many tokens the answer may have; nil for the model's own limit.
    package let maxTokens: Int?
    /// Nil for the model's own.
    package let temperature: Double?
    /// Texts that end the answer.
    package let stop: [String]

    /// A task of the given parts.
    package init(prompt: String, model: String, maxTokens: Int? = nil, temperature: Double? = nil, stop: [String] = [])
    {
        self.prompt = prompt
        self.model = model
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.stop = stop
    }
}

/// What a dumb pipe asks the model server of its own machine.
///
/// Unlike ``ModelServerCall`` these have a place for a prompt: one that came over the pipe's socket, so that it has left
/// the bridge already, through guard, scan and ledger. The bridge itself has no use for them.
package struct PipeServer: Sendable, Equatable {
    /// Which API it has.
    package enum Kind: String, Sendable, CaseIterable {
        case ollama
        /// llama-server, and whatever else speaks OpenAI's `/v1/chat/completions`.
        case llamaServer = "llama_server"
    }

    /// Which API it has.
    package let kind: Kind
    /// Where it is: on this machine.
    package let url: LoopbackURL
    /// What it wants to be shown.
    package let key: Secret?
    /// How many tokens prompt and answer may have together. Ollama's own is small, and it cuts what is longer without a
    /// word (ollama/ollama#4967).
    package let context: Int?

    /// A server of the given parts.
    package init(kind: Kind, url: LoopbackURL, key: Secret? = nil, context: Int? = nil) {
        self.kind = kind
        self.url = url
        self.key = key
        self.context = context
    }

    func modelList() -> OutgoingRequest {
        let path = kind == .ollama ? "/api/tags" : "/v1/models"
        return OutgoingRequest(method: .get, url: url.base + path, headers: headers(hasBody: false))
    }

    func request(_ task: PipeTask) -> OutgoingRequest {
        var json = JSONWriter(reserving: task.prompt.utf8.count + 512)
        json.object { kind == .ollama ? writeOllama(task, &$0) : writeChat(task, &$0) }
        let path = kind == .ollama ? "/api/generate" : "/v1/chat/completions"
        return OutgoingRequest(
            method: .post,
            url: url.base + path,
            headers: headers(hasBody: true),
            body: json.bytes
        )
    }

    /// https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-completion
    private func writeOllama(_ task: PipeTask, _ json: inout JSONWriter) {
        json.key("model")
        json.string(task.model)
        json.key("prompt")
        json.string(task.prompt)
        json.key("stream")
        json.boolean(false)
        for key: StaticString in ["truncate", "shift"] {
            json.key(key)
            json.boolean(false)
        }
        json.key("options")
        json.object { json in
            if let context {
                json.key("num_ctx")
                json.integer(context)
            }
            Self.write(task, limit: "num_predict", &json)
        }
    }

    /// https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    private func writeChat(_ task: PipeTask, _ json: inout JSONWriter) {
        json.key("model")
        json.string(task.model)
        json.key("messages")
        json.array {
            $0.object { json in
                json.key("role")
                json.constant("user")
                json.key("content")
                json.string(task.prompt)
            }
        }
        json.key("stream")
        json.boolean(false)
        Self.write(task, limit: "max_tokens", &json)
    }

    private static func write(_ task: PipeTask, limit: StaticString, _ json: inout JSONWriter) {
        if let tokens = task.maxTokens {
            json.key(limit)
            json.integer(tokens)
        }
        if let temperature = task.temperature {
            json.key("temperature")
            json.number(temperature)
        }
        guard !task.stop.isEmpty else { return }
        json.key("stop")
        json.array(task.stop) { $0.string($1) }
    }

    private func headers(hasBody: Bool) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let key { headers.append(("Authorization", "Bearer " + key.reveal())) }
        if hasBody { headers.append(("Content-Type", "application/json")) }
        return headers
    }

    /// What the server answered, as text.
    func answer(in body: [UInt8]) throws(PipeFailure) -> String {
        switch kind {
        case .ollama:
            guard let reply = try? JSONTree.decode(GenerateReply.self, from: body), reply.error == nil, reply.done,
                let text = reply.response
            else { throw .garbage }
            return text
        case .llamaServer:
            guard let tree = try? body.withUnsafeBytes({ try JSONParser.parse($0) }), let reply = try? ChatReply(tree),
                reply.error == nil, let message = reply.choices?.first?.message,
                let text = message.content ?? message.refusal
            else { throw .garbage }
            return text
        }
    }

    /// Ollama's answer; one that is not `done` is a part of a stream that nobody asked for.
    private struct GenerateReply: Decodable {
        var response: String?
        var done: Bool
        var error: ProviderError?
    }
}

/// Why there is no answer. It never carries what the server wrote, which may be the prompt.
package enum PipeFailure: Error, Sendable, Equatable {
    case unreachable, timedOut, tooLarge, garbage, cut, cancelled
    /// The server does not have the model.
    case unknownModel
    /// The prompt is longer than the model's window.
    case tooLong
    /// The server has too much to do.
    case busy
    /// The server refuses the pipe's key.
    case keyRefused
    /// The server answered with an error, and this status.
    case failed(status: Int)
    /// A part of the request looks like what may not be sent.
    case heldBack
    /// This machine has no descriptor left.
    case exhausted

    init(_ failure: ModelServerLine.Failure) {
        switch failure {
        case .heldBack: self = .heldBack
        case .transport(let error):
            switch error {
            case .unreachable, .tls, .curl, .timedOut(.connect): self = .unreachable
            case .timedOut: self = .timedOut
            case .responseTooLarge: self = .tooLarge
            case .cut, .stale: self = .cut
            case .notHTTP: self = .garbage
            case .cancelled, .closed: self = .cancelled
            case .exhausted: self = .exhausted
            }
        }
    }

    /// What a refused request means.
    init(_ reply: HTTPReply) {
        switch ErrorBody.failure(of: reply).failure {
        case .modelMissing: self = .unknownModel
        case .contextWindow: self = .tooLong
        case .overloaded, .rateLimited: self = .busy
        case .auth: self = .keyRefused
        default: self = .failed(status: reply.status)
        }
    }
}

extension ModelServerLine {
    /// The answer to a task.
    /// - Parameters:
    ///   - limit: for all of it.
    ///   - maxBody: how many bytes the server may answer.
    package func execute(
        _ task: PipeTask,
        at server: PipeServer,
        limit: Duration,
        maxBody: Int
    ) async -> Result<String, PipeFailure> {
        switch await send(server.request(task), limit: limit, maxBody: maxBody) {
        case .failure(let failure): return .failure(PipeFailure(failure))
        case .success(let reply):
            guard reply.status == 200 else { return .failure(PipeFailure(reply)) }
            do { return .success(try server.answer(in: reply.body)) } catch { return .failure(error) }
        }
    }

    /// The models that the server has.
    package func models(of server: PipeServer, limit: Duration) async -> Result<[String], PipeFailure> {
        switch await send(server.modelList(), limit: limit) {
        case .failure(let failure): return .failure(PipeFailure(failure))
        case .success(let reply):
            guard reply.status == 200 else { return .failure(PipeFailure(reply)) }
            guard let names = try? ModelList.names(in: reply.body) else { return .failure(.garbage) }
            return .success(names)
        }
    }
}
