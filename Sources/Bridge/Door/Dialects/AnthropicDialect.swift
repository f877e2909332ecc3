internal import Persona
internal import Routing

/// Anthropic's messages (https://docs.claude.com/en/api/messages), whole and streamed
/// (https://docs.claude.com/en/docs/build-with-claude/streaming).
struct AnthropicDialect: DoorDialect {
    private let id: String
    private let request: DoorRequest
    private var fence: Fence?
    /// The block that comes next, or the one that is open.
    private var index = 0
    private var isOpen = false

    init(id: String, created: Int64, request: DoorRequest) {
        self.id = "msg_" + id
        self.request = request
        fence = request.wantsJSON ? Fence() : nil
    }

    static func read(_ body: [UInt8], _ models: ModelNames) throws(DoorError) -> DoorRequest {
        try AnthropicRequest.read(body, models)
    }

    // MARK: Whole

    func whole(_ reply: Reply) -> [UInt8] {
        let text = ReplyText.whole(of: reply, for: request)
        var json = JSONWriter(reserving: text.utf8.count + 640)
        json.object { json in
            writeFrame(reply.answer.model, &json)
            json.key("content")
            json.array { json in
                if !text.isEmpty || reply.calls.isEmpty { Self.writeText(text, &json) }
                for call in reply.calls { Self.write(call, &json) { $0.raw(call.input) } }
            }
            json.key("stop_reason")
            json.constant(Self.stopReason(of: reply))
            json.key("stop_sequence")
            json.null()
            json.key("usage")
            Self.write(reply.answer.usage, &json)
        }
        return json.bytes
    }

    // MARK: Streamed

    mutating func begin() -> [UInt8] {
        Self.event("message_start") { json in
            json.key("message")
            json.object { json in
                writeFrame(request.model, &json)
                json.key("content")
                json.array { _ in }
                json.key("stop_reason")
                json.null()
                json.key("stop_sequence")
                json.null()
                json.key("usage")
                // Nobody has counted yet; the end says all of it.
                Self.write(Usage(inputUncached: 0, outputVisible: 0, source: .missing), &json)
            }
        } + Self.ping
    }

    mutating func delta(_ text: String) -> [UInt8] { say(fence?.feed(text) ?? text) }

    mutating func finish(_ reply: Reply) -> [UInt8] {
        var out = say(fence?.finish() ?? "")
        // Clients look for a first block.
        if !isOpen && reply.calls.isEmpty { out += open { Self.writeText("", &$0) } }
        out += close()
        for call in reply.calls {
            out += open { Self.write(call, &$0) { $0.object { _ in } } }
            out += delta("input_json_delta") { json in
                json.key("partial_json")
                json.string(String(decoding: call.input, as: UTF8.self))
            }
            out += close()
        }
        out += Self.event("message_delta") { json in
            json.key("delta")
            json.object { json in
                json.key("stop_reason")
                json.constant(Self.stopReason(of: reply))
                json.key("stop_sequence")
                json.null()
            }
            json.key("usage")
            Self.write(reply.answer.usage, &json)
            ReplyOrigin.write(reply, &json)
        }
        return out + Self.event("message_stop") { _ in }
    }

    mutating func fail(_ error: DoorError) -> [UInt8] {
        Array("event: error\ndata: ".utf8) + Self.body(of: error) + SSE.end
    }

    /// An event with the JSON in a field of its name; Anthropic asks clients to pass over events that they do not know.
    func notice(_ name: String, _ json: [UInt8]) -> [UInt8] {
        guard !name.isEmpty else { return Self.ping }
        return SSE.event(name) { out in
            out.key("type")
            out.string(name)
            out.key(escaping: name)
            out.raw(json)
        }
    }

    private mutating func say(_ text: String) -> [UInt8] {
        guard !text.isEmpty else { return [] }
        let start = isOpen ? [] : open { Self.writeText("", &$0) }
        return start
            + delta("text_delta") { json in
                json.key("text")
                json.string(text)
            }
    }

    private mutating func open(_ block: (inout JSONWriter) -> Void) -> [UInt8] {
        isOpen = true
        return Self.event("content_block_start") { json in
            json.key("index")
            json.integer(index)
            json.key("content_block")
            block(&json)
        }
    }

    private func delta(_ type: StaticString, _ fields: (inout JSONWriter) -> Void) -> [UInt8] {
        Self.event("content_block_delta") { json in
            json.key("index")
            json.integer(index)
            json.key("delta")
            json.object { json in
                json.key("type")
                json.constant(type)
                fields(&json)
            }
        }
    }

    private mutating func close() -> [UInt8] {
        guard isOpen else { return [] }
        isOpen = false
        defer { index += 1 }
        return Self.event("content_block_stop") { json in
            json.key("index")
            json.integer(index)
        }
    }

    // MARK: Parts

    private static let ping = event("ping") { _ in }

    /// An event, which says its name in its data too.
    private static func event(_ name: String, _ fields: (inout JSONWriter) -> Void) -> [UInt8] {
        SSE.event(name) { json in
            json.key("type")
            json.string(name)
            fields(&json)
        }
    }

    private func writeFrame(_ model: String, _ json: inout JSONWriter) {
        json.key("id")
        json.string(id)
        json.key("type")
        json.constant("message")
        json.key("role")
        json.constant("assistant")
        json.key("model")
        json.string(model)
    }

    private static func writeText(_ text: String, _ json: inout JSONWriter) {
        json.object { json in
            json.key("type")
            json.constant("text")
            json.key("text")
            json.string(text)
        }
    }

    private static func write(_ call: ToolCall, _ json: inout JSONWriter, _ input: (inout JSONWriter) -> Void) {
        json.object { json in
            json.key("type")
            json.constant("tool_use")
            json.key("id")
            json.string(call.id)
            json.key("name")
            json.string(call.name)
            json.key("input")
            input(&json)
        }
    }

    private static func stopReason(of reply: Reply) -> StaticString {
        switch reply.answer.finish {
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        case .stop: reply.calls.isEmpty ? "end_turn" : "tool_use"
        }
    }

    /// What the cache took part in does not count among the input's tokens here. The two sums are required; what nobody
    /// counted is zero, and `workshop.usage_source` says so.
    private static func write(_ usage: Usage, _ json: inout JSONWriter) {
        json.object { json in
            json.key("input_tokens")
            json.integer(usage.inputUncached ?? 0)
            if let written = usage.inputCacheWrite {
                json.key("cache_creation_input_tokens")
                json.integer(written)
            }
            if let read = usage.inputCacheRead {
                json.key("cache_read_input_tokens")
                json.integer(read)
            }
            json.key("output_tokens")
            json.integer((usage.outputVisible ?? 0) + (usage.outputReasoning ?? 0))
        }
    }

    // MARK: Errors

    static func body(of error: DoorError) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("type")
            json.constant("error")
            json.key("error")
            json.object { json in
                json.key("type")
                json.constant(error.code.anthropicType)
                json.key("message")
                json.string(error.message)
                json.key("code")
                json.string(error.code.rawValue)
                json.key("param")
                json.string(error.field, orNull: ())
                error.writeOrigin(&json)
            }
        }
        return json.bytes
    }
}

extension ToolCall {
    /// The arguments as a JSON object; a text that is none, in one.
    fileprivate var input: [UInt8] {
        let bytes = Array(arguments.utf8)
        if case .object? = try? bytes.withUnsafeBytes({ try JSONParser.parse($0) }) { return bytes }
        var json = JSONWriter()
        json.object { json in
            guard !arguments.isEmpty else { return }
            json.key("arguments")
            json.string(arguments)
        }
        return json.bytes
    }
}
