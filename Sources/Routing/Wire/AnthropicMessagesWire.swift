internal import Persona

/// `POST /messages`, Anthropic's own format (https://docs.claude.com/en/api/messages), in the version of 2023-06-01.
struct AnthropicMessagesWire: WireFormat {
    /// The limit of an answer when nobody named one: the format requires it, and every model allows this many.
    static let defaultLimit = 4_096

    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest {
        var json = JSONWriter(reserving: prompt.sizeEstimate + 384)
        json.object { json in
            json.key("model")
            json.string(options.model ?? backend.model)
            json.key("max_tokens")
            json.integer(options.maxTokens ?? backend.maxOutput ?? Self.defaultLimit)
            json.key("system")
            prompt.writeInstructions(for: options.kind, to: &json)
            json.key("messages")
            json.array { Self.write(Conversation(prompt).messages, to: &$0) }
            json.key("stream")
            json.boolean(options.isStreamed)
            if let temperature = options.temperature {
                json.key("temperature")
                // From 0 to 1 here.
                json.number(min(temperature, 1))
            }
            // It refuses those that are nothing but white space.
            let stop = options.stop.filter { $0.contains { !$0.isWhitespace } }
            if !stop.isEmpty {
                json.key("stop_sequences")
                json.array(stop) { $0.string($1) }
            }
            if !prompt.tools.isEmpty {
                json.key("tools")
                json.array(prompt.tools) { Self.write($1, to: &$0) }
            }
        }
        return OutgoingRequest(
            method: .post,
            url: backend.url + "/messages",
            headers: Self.headers(backend, hasBody: true),
            body: json.bytes
        )
    }

    func probe(_ backend: Backend, url: String) -> OutgoingRequest {
        OutgoingRequest(method: .get, url: url, headers: Self.headers(backend))
    }

    /// The key in `x-api-key`, and the version, which is required.
    static func headers(_ backend: Backend, hasBody: Bool = false) -> [(name: String, value: String)] {
        var own = backend.key.map { [(name: "x-api-key", value: $0.reveal())] } ?? []
        own.append((name: "anthropic-version", value: "2023-06-01"))
        return RequestHeaders.common(own, hasBody: hasBody)
    }

    func decode(_ reply: HTTPReply, from backend: Backend) throws(WireError) -> Completion {
        guard reply.status == 200 else { throw failure(reply) }
        return try Reader().decode(reply.body)
    }

    func failure(_ reply: HTTPReply) -> WireError { ErrorBody.failure(of: reply) }

    func makeStreamDecoder(for backend: Backend) -> any StreamDecoder { ReplyStream(Reader()) }

    func modelList(_ backend: Backend) -> OutgoingRequest? { probe(backend, url: backend.url + "/models?limit=1000") }

    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String] {
        guard reply.status == 200 else { throw failure(reply) }
        return try ModelList.names(in: reply.body)
    }

    /// Reads the events of https://docs.claude.com/en/docs/build-with-claude/streaming; kinds that are not known are
    /// passed over, as the page asks.
    struct Reader: ReplyReader {
        static let framing = ReplyFraming.serverSentEvents

        private var counts = AnthropicReply.Counts()
        private var stopReason: String?
        mutating func read(_ event: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            guard let event = try? JSONTree.decode(AnthropicEvent.self, from: event) else {
                throw WireError(.malformed)
            }
            switch event.content {
            case .start(let reply):
                counts.add(reply.usage)
                answer.model = reply.modelName
                answer.usage = counts.usage ?? answer.usage
            case .block(let index, let block): take(block, index: index, into: &answer)
            case .delta(let index, let delta):
                if let arguments = delta.partialJSON {
                    answer.add(index: index, id: nil, name: nil, arguments: arguments)
                }
                if delta.hasReasoning { answer.hasProgressed = true }
                answer.add(delta.text ?? "")
            case .messageDelta(let reason, let usage):
                // Cumulative: what it says again replaces what was said before.
                counts.add(usage)
                answer.usage = counts.usage ?? answer.usage
                stopReason = reason ?? stopReason
                if reason == "refusal" { answer.isRefused = true }
            case .stop:
                // Only this says that the answer is whole.
                try Self.finish(stopReason, &answer)
                answer.isOver = true
            case .error(let error): throw WireError(inBand: error)
            case .other: break
            }
        }

        func readWhole(_ body: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            guard let reply = try? JSONTree.decode(AnthropicReply.self, from: body) else {
                throw WireError(.malformed)
            }
            var counts = counts
            counts.add(reply.usage)
            answer.usage = counts.usage ?? .missing
            answer.model = reply.modelName
            if let error = reply.error { throw WireError(inBand: error) }
            for (index, block) in (reply.content ?? []).enumerated() { take(block, index: index, into: &answer) }
            guard reply.content != nil || reply.stopReason != nil else { throw WireError(.empty) }
            try Self.finish(reply.stopReason, &answer)
        }

        private func take(_ block: AnthropicReply.Block, index: Int, into answer: inout PartialAnswer) {
            answer.hasProgressed = true
            switch block.type {
            case "text": answer.add(block.text ?? "")
            case "tool_use": answer.add(index: index, id: block.id, name: block.name, arguments: block.arguments)
            default: break
            }
        }

        /// What a stop reason means (https://docs.claude.com/en/api/handling-stop-reasons).
        private static func finish(_ reason: String?, _ answer: inout PartialAnswer) throws(WireError) {
            switch reason {
            case "refusal":
                answer.isRefused = true
                answer.finish = .stop
            case "max_tokens": answer.finish = .length
            case "tool_use": answer.finish = .toolCalls
            // Cut because prompt and answer fill the model: a larger one has room.
            case "model_context_window_exceeded": throw WireError(.contextWindow)
            default: answer.finish = .stop
            }
        }
    }
}

// MARK: The parts of a request

extension AnthropicMessagesWire {
    /// Results of tools are the user's here, and stand before what the user says next, in one message with it.
    private static func write(_ messages: [Conversation.Message], to json: inout JSONWriter) {
        var position = 0
        while position < messages.count {
            let message = messages[position]
            position += 1
            var next: Conversation.Message?
            if case .results = message, position < messages.count, case .user = messages[position] {
                next = messages[position]
                position += 1
            }
            json.object { json in
                json.key("role")
                if case .assistant = message { json.constant("assistant") } else { json.constant("user") }
                json.key("content")
                // A text alone may stand as it is.
                if case .user(let text, let attachments) = message, attachments.isEmpty {
                    // It refuses an empty one.
                    json.string(text.isEmpty ? Conversation.opening : text)
                } else {
                    json.array { json in
                        writeBlocks(message, to: &json)
                        if let next { writeBlocks(next, to: &json) }
                    }
                }
            }
        }
    }

    private static func writeBlocks(_ message: Conversation.Message, to json: inout JSONWriter) {
        switch message {
        case .user(let text, let attachments):
            for attachment in attachments { write(attachment, to: &json) }
            if !text.isEmpty { writeText(text, to: &json) }
        case .assistant(let text, let calls):
            if !text.isEmpty { writeText(text, to: &json) }
            for call in calls {
                json.object { json in
                    json.key("type")
                    json.constant("tool_use")
                    json.key("id")
                    json.string(call.id)
                    json.key("name")
                    json.string(call.name)
                    json.key("input")
                    json.raw(call.argumentsObject)
                }
            }
        case .results(let results):
            for (call, text) in results {
                json.object { json in
                    json.key("type")
                    json.constant("tool_result")
                    json.key("tool_use_id")
                    json.string(call.id)
                    json.key("content")
                    json.string(text)
                }
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

    private static func write(_ attachment: Attachment, to json: inout JSONWriter) {
        switch attachment.material {
        case .text: writeText(attachment.text, to: &json)
        case .image where attachment.isCommonImage: writeSource("image", attachment, to: &json)
        case .document: writeSource("document", attachment, to: &json)
        case .image, .audio, .video, .other: writeText(Attachment.leftOut, to: &json)
        }
    }

    private static func writeSource(_ type: StaticString, _ attachment: Attachment, to json: inout JSONWriter) {
        json.object { json in
            json.key("type")
            json.constant(type)
            json.key("source")
            json.object { json in
                json.key("type")
                json.constant("base64")
                json.key("media_type")
                json.string(attachment.plainType)
                json.key("data")
                json.string(attachment.base64)
            }
        }
    }

    private static func write(_ tool: ToolDefinition, to json: inout JSONWriter) {
        json.object { json in
            json.key("name")
            json.string(tool.name)
            if let summary = tool.summary {
                json.key("description")
                json.string(summary)
            }
            json.key("input_schema")
            json.raw(tool.schema)
        }
    }
}
