internal import Persona

/// `POST /api/chat`, Ollama's own format (https://github.com/ollama/ollama/blob/main/docs/api.md): one JSON object on
/// each line.
///
/// Ollama cuts a prompt that is longer than its window without a word, and its window is small unless told otherwise;
/// so the window is named in each request, and newer servers are told not to cut (ollama/ollama#4967).
struct OllamaChatWire: WireFormat {
    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest {
        var json = JSONWriter(reserving: prompt.sizeEstimate + 384)
        json.object { json in
            json.key("model")
            json.string(options.model ?? backend.model)
            json.key("messages")
            json.array {
                $0.object { json in
                    json.key("role")
                    json.constant("system")
                    json.key("content")
                    prompt.writeInstructions(for: options.kind, to: &json)
                }
                for message in Conversation(prompt).messages { Self.write(message, to: &$0) }
            }
            json.key("stream")
            json.boolean(options.isStreamed)
            json.key("truncate")
            json.boolean(false)
            json.key("shift")
            json.boolean(false)
            json.key("options")
            json.object { Self.write(options, window: backend.maxContext, to: &$0) }
            OpenAIChatWire.write(prompt.tools, to: &json)
        }
        return OutgoingRequest(
            method: .post,
            url: backend.url + "/api/chat",
            headers: RequestHeaders.bearer(backend, hasBody: true),
            body: json.bytes
        )
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

    func modelList(_ backend: Backend) -> OutgoingRequest? { probe(backend, url: backend.url + "/api/tags") }

    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String] {
        guard reply.status == 200 else { throw failure(reply) }
        return try ModelList.names(in: reply.body)
    }

    /// Reads lines until one says `done`; a whole reply is one such line.
    struct Reader: ReplyReader {
        static let framing = ReplyFraming.lines

        func read(_ event: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            guard let line = try? JSONTree.decode(OllamaReply.self, from: event) else {
                throw WireError(.malformed)
            }
            if let usage = line.usage { answer.usage = usage }
            answer.model = line.modelName ?? answer.model
            if let error = line.error { throw WireError(inBand: error) }
            if let message = line.message {
                if message.hasThinking { answer.hasProgressed = true }
                for call in message.calls {
                    answer.addWhole(id: call.id, name: call.name, arguments: call.arguments)
                }
                answer.add(message.content ?? "")
            }
            guard line.isDone else { return }
            answer.finish = line.doneReason == "length" ? .length : .stop
            answer.isOver = true
        }

        func readWhole(_ body: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            try read(body, into: &answer)
        }
    }

    private static func write(_ message: Conversation.Message, to json: inout JSONWriter) {
        switch message {
        case .user(let text, let attachments):
            var text = text
            for attachment in attachments where attachment.material != .image {
                text = (attachment.material == .text ? attachment.text : Attachment.leftOut) + "\n\n" + text
            }
            json.object { json in
                json.key("role")
                json.constant("user")
                json.key("content")
                json.string(text)
                let images = attachments.filter { $0.material == .image }
                guard !images.isEmpty else { return }
                json.key("images")
                json.array(images) { $0.string($1.base64) }
            }
        case .assistant(let text, let calls):
            json.object { json in
                json.key("role")
                json.constant("assistant")
                json.key("content")
                json.string(text)
                guard !calls.isEmpty else { return }
                json.key("tool_calls")
                json.array(calls) { json, call in
                    json.object { json in
                        json.key("function")
                        json.object { json in
                            json.key("name")
                            json.string(call.name)
                            json.key("arguments")
                            json.raw(call.argumentsObject)
                        }
                    }
                }
            }
        case .results(let results):
            for (call, text) in results {
                json.object { json in
                    json.key("role")
                    json.constant("tool")
                    json.key("tool_name")
                    json.string(call.name)
                    json.key("content")
                    json.string(text)
                }
            }
        }
    }

    private static func write(_ options: CallOptions, window: Int, to json: inout JSONWriter) {
        json.key("num_ctx")
        json.integer(window)
        if let limit = options.maxTokens {
            json.key("num_predict")
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

/// One line of Ollama: only the fields that are read.
struct OllamaReply: Decodable {
    /// A piece of the answer.
    struct Message: Decodable {
        var content: String?
        var hasThinking: Bool
        var calls: [Call]

        private enum CodingKeys: String, CodingKey {
            case content, thinking
            case toolCalls = "tool_calls"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            content = try fields.decodeIfPresent(String.self, forKey: .content)
            hasThinking = fields.lenient(String.self, .thinking)?.isEmpty == false
            calls = try fields.decodeIfPresent([Call].self, forKey: .toolCalls) ?? []
        }
    }

    /// A call of a tool; newer servers give it an id.
    struct Call: Decodable {
        var id: String?
        var name: String?
        var arguments: String?

        private enum CodingKeys: String, CodingKey { case id, function }

        private enum FunctionKeys: String, CodingKey { case name, arguments }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            id = fields.lenient(String.self, .id)
            let function = try fields.nestedContainer(keyedBy: FunctionKeys.self, forKey: .function)
            name = function.lenient(String.self, .name)
            arguments =
                function.lenient(String.self, .arguments) ?? function.lenient(JSONValue.self, .arguments)?.text
        }
    }

    var message: Message?
    var isDone: Bool
    var doneReason: String?
    var error: ProviderError?
    private var model: String?
    private var promptCount: Int?
    private var answerCount: Int?

    private enum CodingKeys: String, CodingKey {
        case message, done, error, model
        case doneReason = "done_reason"
        case promptCount = "prompt_eval_count"
        case answerCount = "eval_count"
    }

    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        message = try fields.decodeIfPresent(Message.self, forKey: .message)
        isDone = fields.lenient(Bool.self, .done) ?? false
        doneReason = fields.lenient(String.self, .doneReason)
        error = fields.lenient(ProviderError.self, .error)
        model = fields.lenient(String.self, .model)
        promptCount = fields.tokens(.promptCount)
        answerCount = fields.tokens(.answerCount)
    }

    var modelName: String? { model.flatMap { $0.isPlainWord ? $0 : nil } }

    /// The counts of the last line; the prompt's is left out when all of it was in the cache.
    var usage: Usage? {
        guard promptCount != nil || answerCount != nil else { return nil }
        return Usage(inputUncached: promptCount, outputVisible: answerCount, source: .provider)
    }
}
