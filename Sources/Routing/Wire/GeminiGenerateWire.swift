internal import Persona

/// `POST /models/{model}:generateContent` and `:streamGenerateContent`, Google's own format
/// (https://ai.google.dev/api/generate-content). The key stands in a header, never in the URL.
struct GeminiGenerateWire: WireFormat {
    func encode(_ prompt: BlindPrompt, for backend: Backend, options: CallOptions) -> OutgoingRequest {
        let model = options.model ?? backend.model
        var json = JSONWriter(reserving: prompt.sizeEstimate + 384)
        json.object { json in
            json.key("systemInstruction")
            json.object { json in
                json.key("parts")
                json.array {
                    $0.object { json in
                        json.key("text")
                        prompt.writeInstructions(for: options.kind, to: &json)
                    }
                }
            }
            json.key("contents")
            json.array(Conversation(prompt).messages) { Self.write($1, to: &$0, needsSignature: model.needsSignature) }
            Self.write(options, to: &json)
            Self.write(prompt.tools, to: &json)
        }
        let verb = options.isStreamed ? ":streamGenerateContent?alt=sse" : ":generateContent"
        return OutgoingRequest(
            method: .post,
            url: backend.url + "/" + Self.path(of: model) + verb,
            headers: Self.headers(backend, hasBody: true),
            body: json.bytes
        )
    }

    func probe(_ backend: Backend, url: String) -> OutgoingRequest {
        OutgoingRequest(method: .get, url: url, headers: Self.headers(backend))
    }

    private static func headers(_ backend: Backend, hasBody: Bool = false) -> [(name: String, value: String)] {
        let key = backend.key.map { [(name: "x-goog-api-key", value: $0.reveal())] } ?? []
        return RequestHeaders.common(key, hasBody: hasBody)
    }

    /// `models/gemini-2.5-pro`, `tunedModels/x`; whatever may not stand in a path is percent-encoded.
    private static func path(of model: String) -> String {
        var path = model.contains("/") ? "" : "models/"
        for byte in model.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "/"):
                path.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                path += (digits.count == 1 ? "%0" : "%") + digits
            }
        }
        return path
    }

    func decode(_ reply: HTTPReply, from backend: Backend) throws(WireError) -> Completion {
        guard reply.status == 200 else { throw failure(reply) }
        return try Reader().decode(reply.body)
    }

    func failure(_ reply: HTTPReply) -> WireError { ErrorBody.failure(of: reply) }

    func makeStreamDecoder(for backend: Backend) -> any StreamDecoder { ReplyStream(Reader()) }

    func modelList(_ backend: Backend) -> OutgoingRequest? {
        probe(backend, url: backend.url + "/models?pageSize=1000")
    }

    func decodeModels(_ reply: HTTPReply) throws(WireError) -> [String] {
        guard reply.status == 200 else { throw failure(reply) }
        return try ModelList.names(in: reply.body)
    }

    /// Reads whole replies; the chunks of a stream have the same form.
    struct Reader: ReplyReader {
        static let framing = ReplyFraming.serverSentEvents

        func read(_ event: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            guard let chunk = try? JSONTree.decode(GeminiReply.self, from: event) else {
                throw WireError(.malformed)
            }
            try take(chunk, into: &answer)
        }

        func readWhole(_ body: [UInt8], into answer: inout PartialAnswer) throws(WireError) {
            // A stream without `alt=sse` is one list of chunks.
            if let list = try? JSONTree.decode([GeminiReply].self, from: body) {
                for chunk in list { try take(chunk, into: &answer) }
                return
            }
            try read(body, into: &answer)
            guard answer.isRefused || answer.finish != nil || !answer.text.isEmpty else { throw WireError(.empty) }
            // Its length has said that it is whole.
            if answer.finish == nil { answer.finish = .stop }
        }

        private func take(_ chunk: GeminiReply, into answer: inout PartialAnswer) throws(WireError) {
            if let usage = chunk.usage?.usage { answer.usage = usage }
            answer.model = chunk.model.flatMap { $0.isPlainWord ? $0 : nil } ?? answer.model
            if let error = chunk.error { throw WireError(inBand: error) }
            // The prompt was blocked: there is no candidate, and the status is 200.
            if chunk.blockReason != nil {
                answer.isRefused = true
                answer.finish = .stop
            }
            guard let candidate = chunk.candidates?.first else { return }
            let finish = candidate.finishReason
            if let finish, Self.refusals.contains(finish) { answer.isRefused = true }
            for part in candidate.content?.parts ?? [] {
                answer.hasProgressed = true
                if let call = part.call {
                    // Calls come whole, and without an index.
                    answer.addWhole(id: call.id, name: call.name, arguments: call.arguments)
                }
                if !part.isThought { answer.add(part.text ?? "") }
            }
            if let finish { try Self.finish(finish, &answer) }
        }

        /// The reasons that mean "I will not".
        private static let refusals: Set<String> = [
            "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
        ]

        private static func finish(_ reason: String, _ answer: inout PartialAnswer) throws(WireError) {
            switch reason {
            case "STOP", "FINISH_REASON_UNSPECIFIED": answer.finish = .stop
            case "MAX_TOKENS": answer.finish = .length
            case let reason where refusals.contains(reason): answer.finish = .stop
            // A call that the model bungled, or `OTHER`: no fault of the backend's health.
            default: throw WireError(.lowQuality)
            }
        }
    }
}

extension String {
    /// Whether a model refuses calls in the history that lack its own mark: those from Gemini 3 on do
    /// (https://ai.google.dev/gemini-api/docs/thought-signatures).
    fileprivate var needsSignature: Bool { !contains("gemini-1") && !contains("gemini-2") }
}

// MARK: The parts of a request

extension GeminiGenerateWire {
    private static func write(_ message: Conversation.Message, to json: inout JSONWriter, needsSignature: Bool) {
        json.object { json in
            json.key("role")
            if case .assistant = message { json.constant("model") } else { json.constant("user") }
            json.key("parts")
            json.array { json in
                switch message {
                case .user(let text, let attachments):
                    for attachment in attachments { write(attachment, to: &json) }
                    // It refuses an empty message.
                    if text.isEmpty, attachments.isEmpty { writeText(Conversation.opening, to: &json) }
                    if !text.isEmpty { writeText(text, to: &json) }
                case .assistant(let text, let calls):
                    if !text.isEmpty { writeText(text, to: &json) }
                    for (position, call) in calls.enumerated() {
                        write(call, to: &json, needsSignature: needsSignature && position == 0)
                    }
                case .results(let results):
                    for (call, text) in results { writeResult(text, of: call, to: &json) }
                }
            }
        }
    }

    private static func writeText(_ text: String, to json: inout JSONWriter) {
        json.object { json in
            json.key("text")
            json.string(text)
        }
    }

    private static func write(_ attachment: Attachment, to json: inout JSONWriter) {
        guard attachment.material != .text else { return writeText(attachment.text, to: &json) }
        json.object { json in
            json.key("inlineData")
            json.object { json in
                json.key("mimeType")
                json.string(attachment.plainType)
                json.key("data")
                json.string(attachment.base64)
            }
        }
    }

    private static func write(_ call: ToolCall, to json: inout JSONWriter, needsSignature: Bool) {
        json.object { json in
            json.key("functionCall")
            json.object { json in
                json.key("id")
                json.string(call.id)
                json.key("name")
                json.string(call.name)
                json.key("args")
                json.raw(call.argumentsObject)
            }
            guard needsSignature else { return }
            json.key("thoughtSignature")
            // What the page names for calls that come from elsewhere.
            json.constant("skip_thought_signature_validator")
        }
    }

    private static func writeResult(_ text: String, of call: ToolCall, to json: inout JSONWriter) {
        json.object { json in
            json.key("functionResponse")
            json.object { json in
                json.key("id")
                json.string(call.id)
                json.key("name")
                json.string(call.name)
                json.key("response")
                json.object { json in
                    json.key("output")
                    json.string(text)
                }
            }
        }
    }

    private static func write(_ options: CallOptions, to json: inout JSONWriter) {
        let stop = options.stop.filter { !$0.isEmpty }.prefix(5)
        guard options.maxTokens != nil || options.temperature != nil || !stop.isEmpty else { return }
        json.key("generationConfig")
        json.object { json in
            if let limit = options.maxTokens {
                json.key("maxOutputTokens")
                json.integer(limit)
            }
            if let temperature = options.temperature {
                json.key("temperature")
                json.number(temperature)
            }
            guard !stop.isEmpty else { return }
            json.key("stopSequences")
            json.array(stop) { $0.string($1) }
        }
    }

    private static func write(_ tools: [ToolDefinition], to json: inout JSONWriter) {
        guard !tools.isEmpty else { return }
        json.key("tools")
        json.array {
            $0.object { json in
                json.key("functionDeclarations")
                json.array(tools) { json, tool in
                    json.object { json in
                        json.key("name")
                        json.string(tool.name)
                        json.key("description")
                        json.string(tool.summary ?? tool.name)
                        // Not `parameters`: that knows a part of JSON Schema only.
                        json.key("parametersJsonSchema")
                        json.raw(tool.schema)
                    }
                }
            }
        }
    }
}
