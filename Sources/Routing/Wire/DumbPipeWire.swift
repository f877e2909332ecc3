internal import Persona

/// `POST /execute` of a dumb pipe: `{"prompt", "model_config"}` goes in, `{"status", "result", "model_used",
/// "execution_time", "cost_cents"}` comes out. It has no streams, no roles and no tools: a conversation is written as
/// text, and the answer comes as one piece.
struct DumbPipeWire: WireFormat {
    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest {
        var json = JSONWriter(reserving: prompt.sizeEstimate + 256)
        json.object { json in
            json.key("prompt")
            json.string(Self.text(of: prompt, kind: options.kind))
            json.key("model_config")
            json.object { json in
                json.key("model")
                json.string(options.model ?? backend.model)
                if let limit = options.maxTokens {
                    json.key("max_tokens")
                    json.integer(limit)
                }
                if let temperature = options.temperature {
                    json.key("temperature")
                    json.number(temperature)
                }
                let stop = options.stop.filter { !$0.isEmpty }
                guard !stop.isEmpty else { return }
                json.key("stop")
                json.array(stop) { $0.string($1) }
            }
        }
        return OutgoingRequest(
            method: .post,
            url: backend.url + "/execute",
            headers: RequestHeaders.bearer(backend, hasBody: true),
            body: json.bytes
        )
    }

    /// The whole prompt as one text: the instructions, what was said before with its speakers, and the task.
    private static func text(of prompt: BlindPrompt, kind: TaskKind) -> String {
        let instruction = kind.instruction.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
        var parts = [prompt.instructions ?? instruction]
        let messages = Conversation(prompt).messages
        for (position, message) in messages.enumerated() {
            switch message {
            case .user(let text, let attachments):
                parts += attachments.map { $0.material == .text ? $0.text : Attachment.leftOut }
                // Alone it needs no speaker.
                parts.append(messages.count == 1 ? text : "User: " + text)
            case .assistant(let text, let calls):
                if !text.isEmpty { parts.append("Assistant: " + text) }
                parts += calls.map { "Assistant calls \($0.name): \($0.arguments)" }
            case .results(let results): parts += results.map { "Result of \($0.call.name): \($0.text)" }
            }
            if position == messages.count - 1, messages.count > 1 { parts.append("Assistant:") }
        }
        return parts.joined(separator: "\n\n")
    }

    func probe(_ backend: Backend, url: String) -> OutgoingRequest {
        OutgoingRequest(method: .get, url: url, headers: RequestHeaders.bearer(backend))
    }

    func decode(_ reply: HTTPReply, from backend: Backend) throws(WireError) -> Completion {
        guard reply.status == 200 else { throw failure(reply) }
        return try Reader().decode(reply.body)
    }

    func failure(_ reply: HTTPReply) -> WireError { ErrorBody.failure(of: reply) }

    func makeStreamDecoder(for backend: Backend) -> any StreamDecoder { ReplyStream(Reader()) }

    func modelList(_ backend: Backend) -> OutgoingRequest? { probe(backend, url: backend.url + "/models") }

    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String] {
        guard reply.status == 200 else { throw failure(reply) }
        return try ModelList.names(in: reply.body)
    }

    /// Reads the one piece.
    struct Reader: ReplyReader {
        static let framing = ReplyFraming.whole

        func read(_ event: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            try readWhole(event, into: &answer)
        }

        func readWhole(_ body: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            guard let reply = try? JSONTree.decode(DumbPipeReply.self, from: body) else {
                throw WireError(.malformed)
            }
            answer.model = reply.model.flatMap { $0.isPlainWord ? $0 : nil }
            answer.cost = reply.cost
            if let error = reply.error { throw WireError(inBand: error) }
            guard reply.status == nil || reply.status == "success" else { throw WireError(.serverError) }
            answer.add(reply.result ?? "")
            answer.finish = .stop
        }
    }
}

/// A reply of a dumb pipe.
struct DumbPipeReply: Decodable {
    var status: String?
    var result: String?
    var model: String?
    var cost: NanoDollars?
    var error: ProviderError?

    private enum CodingKeys: String, CodingKey {
        case status, result, error
        case model = "model_used"
        case costCents = "cost_cents"
    }

    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        status = fields.lenient(String.self, .status)
        result = try fields.decodeIfPresent(String.self, forKey: .result)
        model = fields.lenient(String.self, .model)
        cost = fields.lenient(Double.self, .costCents).flatMap { NanoDollars(dollars: $0 / 100) }
        error = fields.lenient(ProviderError.self, .error)
    }
}
