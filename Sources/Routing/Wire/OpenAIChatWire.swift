internal import Persona

/// `POST /chat/completions` as OpenAI defined it (https://platform.openai.com/docs/api-reference/chat) and llama.cpp,
/// vLLM, LM Studio, Ollama, xAI, Moonshot, OpenRouter and the compatible endpoints of Anthropic and Gemini serve it.
/// What is particular to one of them stands in ``ChatDialect``.
struct OpenAIChatWire: WireFormat {
    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest {
        let dialect = ChatDialect.of(backend.provider)
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
                for message in Conversation(prompt).messages { Self.write(message, to: &$0, dialect) }
            }
            json.key("stream")
            json.boolean(options.isStreamed)
            if options.isStreamed && dialect.knowsStreamOptions {
                json.key("stream_options")
                json.object { json in
                    json.key("include_usage")
                    json.boolean(true)
                }
            }
            Self.write(options, to: &json, dialect)
            Self.write(prompt.tools, to: &json)
            Self.writePrivacy(to: &json, dialect)
        }
        return OutgoingRequest(
            method: .post,
            url: backend.url + "/chat/completions",
            headers: RequestHeaders.bearer(backend, hasBody: true),
            body: json.bytes
        )
    }

    func probe(_ backend: Backend, url: String) -> OutgoingRequest {
        let headers =
            switch ChatDialect.of(backend.provider).probeKey {
            case .bearer: RequestHeaders.bearer(backend)
            case .anthropic: AnthropicMessagesWire.headers(backend)
            }
        return OutgoingRequest(method: .get, url: url, headers: headers)
    }

    func decode(_ reply: HTTPReply, from backend: Backend) throws(WireError) -> Completion {
        guard reply.status == 200 else { throw failure(reply) }
        return try Reader(dialect: .of(backend.provider)).decode(reply.body)
    }

    func failure(_ reply: HTTPReply) -> WireError { ErrorBody.failure(of: reply) }

    func makeStreamDecoder(for backend: Backend) -> any StreamDecoder {
        ReplyStream(Reader(dialect: .of(backend.provider)))
    }

    func modelList(_ backend: Backend) -> OutgoingRequest? { probe(backend, url: backend.url + "/models") }

    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String] {
        guard reply.status == 200 else { throw failure(reply) }
        return try ModelList.names(in: reply.body)
    }

    /// What a finish reason means.
    static func finish(_ reason: String) throws(WireError) -> FinishReason {
        switch reason {
        case "length", "max_tokens", "model_length": return .length
        case "tool_calls", "function_call", "tool_use": return .toolCalls
        case "refusal": throw WireError(.refused)
        // OpenRouter: an error in the middle of the generation, under a 200. DeepSeek, SGLang: cut off.
        case "error", "insufficient_system_resource", "abort": throw WireError(.streamBroken)
        // Gemini's compatible endpoint names the filter behind a colon.
        default:
            guard !reason.hasPrefix("content_filter") else { throw WireError(.refused) }
            return .stop
        }
    }

    /// Reads `data: {...}` chunks until `[DONE]` or the end of the input after a finish reason.
    struct Reader: ReplyReader {
        static let framing = ReplyFraming.serverSentEvents

        let dialect: ChatDialect
        init(dialect: ChatDialect) {
            self.dialect = dialect
        }

        func read(_ event: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            if event == Self.done {
                answer.isOver = true
                return
            }
            let chunk = try parse(event, into: &answer)
            guard let choice = chunk.choices?.first else { return }
            if let delta = choice.delta ?? choice.message { take(delta, into: &answer) }
            // Some servers write an empty reason where there is none yet.
            if let reason = choice.finishReason, !reason.isEmpty { try take(reason, into: &answer) }
        }

        func readWhole(_ body: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            let reply = try parse(body, into: &answer)
            guard let choice = reply.choices?.first else { throw WireError(.empty) }
            if let message = choice.message { take(message, into: &answer) }
            // Its length has said that it is whole.
            try take(choice.finishReason ?? "stop", into: &answer)
        }

        private func parse(_ bytes: [UInt8], into answer: inout PartialAnswer) throws(WireError) -> ChatReply {
            // A malformed chunk inside a stream has lost text: half an answer must not pass for a whole one.
            let reply: ChatReply
            do { reply = try ChatReply(bytes.withUnsafeBytes { bytes in try JSONParser.parse(bytes) }) } catch {
                throw WireError(.malformed)
            }
            let counts = reply.usage ?? reply.choices?.first?.usage
            if let usage = counts?.usage(dialect) { answer.usage = usage }
            if dialect.reportsCost, let cost = counts?.cost { answer.cost = cost }
            answer.model = reply.model ?? answer.model
            if let error = reply.error ?? reply.choices?.first?.error { throw WireError(inBand: error) }
            return reply
        }

        private func take(_ message: ChatReply.Message, into answer: inout PartialAnswer) {
            if message.refusal?.isEmpty == false {
                answer.isRefused = true
                answer.hasProgressed = true
            }
            if message.hasReasoning { answer.hasProgressed = true }
            for call in message.toolCalls ?? [] {
                answer.add(index: call.index, id: call.id, name: call.name, arguments: call.arguments)
            }
            answer.add(message.content ?? "")
        }

        private func take(_ reason: String, into answer: inout PartialAnswer) throws(WireError) {
            do { answer.finish = try OpenAIChatWire.finish(reason) } catch  where error.failure == .refused {
                answer.isRefused = true
            }
        }

        private static let done = Array("[DONE]".utf8)
    }
}

// MARK: The parts of a request

extension OpenAIChatWire {
    private static func write(_ message: Conversation.Message, to json: inout JSONWriter, _ dialect: ChatDialect) {
        switch message {
        case .user(let text, let attachments):
            json.object { json in
                json.key("role")
                json.constant("user")
                json.key("content")
                if attachments.isEmpty {
                    json.string(text)
                } else {
                    json.array { json in
                        for attachment in attachments { write(attachment, to: &json, dialect) }
                        if !text.isEmpty { writeText(text, to: &json) }
                    }
                }
            }
        case .assistant(let text, let calls):
            json.object { json in
                json.key("role")
                json.constant("assistant")
                json.key("content")
                if text.isEmpty { json.null() } else { json.string(text) }
                guard !calls.isEmpty else { return }
                json.key("tool_calls")
                json.array(calls) { write($1, to: &$0) }
            }
        case .results(let results):
            for (call, text) in results {
                json.object { json in
                    json.key("role")
                    json.constant("tool")
                    json.key("tool_call_id")
                    json.string(call.id)
                    json.key("content")
                    json.string(text)
                }
            }
        }
    }

    private static func write(_ call: ToolCall, to json: inout JSONWriter) {
        json.object { json in
            json.key("id")
            json.string(call.id)
            json.key("type")
            json.constant("function")
            json.key("function")
            json.object { json in
                json.key("name")
                json.string(call.name)
                json.key("arguments")
                json.string(String(decoding: call.argumentsObject, as: UTF8.self))
            }
        }
    }

    private static func writeText(_ text: String, to json: inout JSONWriter) {
        json.object { json in
            json.key("type")
            json.constant("text")
            json.key("text")
            json.string(text)
        }
    }

    /// A part of a message: `type`, and an object of the same name with the given fields.
    private static func writePart(
        _ type: StaticString,
        _ fields: [(StaticString, String)],
        to json: inout JSONWriter
    ) {
        json.object { json in
            json.key("type")
            json.constant(type)
            json.key(type)
            json.object { json in
                for (key, value) in fields {
                    json.key(key)
                    json.string(value)
                }
            }
        }
    }

    private static func write(_ attachment: Attachment, to json: inout JSONWriter, _ dialect: ChatDialect) {
        let address = { "data:\(attachment.plainType);base64,\(attachment.base64)" }
        switch attachment.material {
        case .text: writeText(attachment.text, to: &json)
        case .image: writePart("image_url", [("url", address())], to: &json)
        case .audio:
            if let format = attachment.audioFormat {
                writePart("input_audio", [("data", attachment.base64), ("format", format)], to: &json)
            } else {
                writeText(Attachment.leftOut, to: &json)
            }
        case .video where dialect.takesVideo: writePart("video_url", [("url", address())], to: &json)
        case .document: writePart("file", [("filename", "file.pdf"), ("file_data", address())], to: &json)
        case .video, .other: writeText(Attachment.leftOut, to: &json)
        }
    }

    private static func write(_ options: CallOptions, to json: inout JSONWriter, _ dialect: ChatDialect) {
        if let limit = options.maxTokens {
            switch dialect.limitField {
            case .maxTokens: json.key("max_tokens")
            case .maxCompletionTokens: json.key("max_completion_tokens")
            }
            json.integer(limit)
        }
        if let temperature = options.temperature {
            json.key("temperature")
            json.number(temperature)
        }
        let stop = options.stop.filter { !$0.isEmpty }.prefix(4)
        if !stop.isEmpty {
            json.key("stop")
            json.array(stop) { $0.string($1) }
        }
    }

    /// Also Ollama's form.
    static func write(_ tools: [ToolDefinition], to json: inout JSONWriter) {
        guard !tools.isEmpty else { return }
        json.key("tools")
        json.array(tools) { json, tool in
            json.object { json in
                json.key("type")
                json.constant("function")
                json.key("function")
                json.object { json in
                    json.key("name")
                    json.string(tool.name)
                    if let summary = tool.summary {
                        json.key("description")
                        json.string(summary)
                    }
                    json.key("parameters")
                    json.raw(tool.schema)
                }
            }
        }
    }

    private static func writePrivacy(to json: inout JSONWriter, _ dialect: ChatDialect) {
        if dialect.hasStore {
            json.key("store")
            json.boolean(false)
        }
        guard dialect.disclosure != .notAsked else { return }
        json.key("provider")
        json.object { json in
            json.key("data_collection")
            json.constant("deny")
            guard dialect.disclosure == .zeroRetention else { return }
            json.key("zdr")
            json.boolean(true)
        }
    }
}
