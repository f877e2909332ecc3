internal import Persona
internal import Routing

/// OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat), whole and streamed.
struct OpenAIDialect: DoorDialect {
    private let id: String
    private let created: Int64
    private let request: DoorRequest
    private var fence: Fence?
    /// A chunk's bytes before and behind what its delta adds; the same for all chunks until it is known who answers.
    private lazy var frame = makeFrame()

    init(id: String, created: Int64, request: DoorRequest) {
        let id = "chatcmpl-" + id
        self.id = id
        self.created = created
        self.request = request
        fence = request.wantsJSON ? Fence() : nil
    }

    private func makeFrame() -> (head: [UInt8], tail: [UInt8]) {
        var json = JSONWriter()
        json.object { json in
            Self.writeFrame("chat.completion.chunk", id, created, request.model, &json)
        }
        // With usage asked for, every chunk has the field: https://platform.openai.com/docs/api-reference/chat/create
        let usage = request.tellsUsage ? #","usage":null"# : ""
        return (
            SSE.data + json.bytes.dropLast() + Array(#","choices":[{"index":0,"delta":"#.utf8),
            Array((#","logprobs":null,"finish_reason":null}]"# + usage + "}\n\n").utf8)
        )
    }

    static func read(_ body: [UInt8], _ models: ModelNames) throws(DoorError) -> DoorRequest {
        try OpenAIRequest.read(body, models)
    }

    // MARK: Whole

    func whole(_ reply: Reply) -> [UInt8] {
        let text = ReplyText.whole(of: reply, for: request)
        var json = JSONWriter(reserving: text.utf8.count + 640)
        json.object { json in
            Self.writeFrame("chat.completion", id, created, reply.answer.model, &json)
            json.key("choices")
            json.array { json in
                json.object { json in
                    json.key("index")
                    json.integer(0)
                    json.key("message")
                    json.object { json in Self.writeMessage(text, reply.calls, &json) }
                    json.key("logprobs")
                    json.null()
                    json.key("finish_reason")
                    json.constant(Self.finishReason(of: reply))
                }
            }
            guard reply.answer.usage.source != .missing else { return }
            json.key("usage")
            Self.write(reply.answer.usage, &json)
        }
        return json.bytes
    }

    private static func writeMessage(_ text: String, _ calls: [ToolCall], _ json: inout JSONWriter) {
        json.key("role")
        json.constant("assistant")
        json.key("content")
        if text.isEmpty && !calls.isEmpty { json.null() } else { json.string(text) }
        json.key("refusal")
        json.null()
        guard !calls.isEmpty else { return }
        json.key("tool_calls")
        json.array(calls) { json, call in
            json.object { json in write(call, &json) }
        }
    }

    // MARK: Streamed

    mutating func begin() -> [UInt8] {
        chunk { json in
            json.object { json in
                json.key("role")
                json.constant("assistant")
                json.key("content")
                json.constant("")
            }
        }
    }

    mutating func delta(_ text: String) -> [UInt8] { say(fence?.feed(text) ?? text) }

    mutating func finish(_ reply: Reply) -> [UInt8] {
        var out = say(fence?.finish() ?? "")
        for (index, call) in reply.calls.enumerated() {
            out += chunk { json in
                json.object { json in
                    json.key("tool_calls")
                    json.array { json in
                        json.object { json in
                            json.key("index")
                            json.integer(index)
                            Self.write(call, &json)
                        }
                    }
                }
            }
        }
        // From here on it is known who answered.
        out += SSE.event { json in
            Self.writeFrame("chat.completion.chunk", id, created, reply.answer.model, &json)
            json.key("choices")
            json.array { json in
                json.object { json in
                    json.key("index")
                    json.integer(0)
                    json.key("delta")
                    json.object { _ in }
                    json.key("logprobs")
                    json.null()
                    json.key("finish_reason")
                    json.constant(Self.finishReason(of: reply))
                }
            }
            if request.tellsUsage {
                json.key("usage")
                json.null()
            } else {
                ReplyOrigin.write(reply, &json)
            }
        }
        if request.tellsUsage { out += usage(reply) }
        return out + SSE.done
    }

    /// The last chunk: what was counted, and no choice.
    private func usage(_ reply: Reply) -> [UInt8] {
        SSE.event { json in
            Self.writeFrame("chat.completion.chunk", id, created, reply.answer.model, &json)
            json.key("choices")
            json.array { _ in }
            json.key("usage")
            if reply.answer.usage.source == .missing { json.null() } else { Self.write(reply.answer.usage, &json) }
            ReplyOrigin.write(reply, &json)
        }
    }

    /// Without `[DONE]` behind it: who passes the error over must not take what came for a whole answer.
    mutating func fail(_ error: DoorError) -> [UInt8] { SSE.data + Self.body(of: error) + SSE.end }

    /// The JSON comes in a chunk that adds nothing, in a field with the event's name: OpenAI's SDKs take every event for a
    /// chunk, whatever its name.
    func notice(_ name: String, _ json: [UInt8]) -> [UInt8] {
        guard !name.isEmpty else { return SSE.comment }
        return SSE.event(name) { out in
            Self.writeFrame("chat.completion.chunk", id, created, request.model, &out)
            out.key("choices")
            out.array { out in
                out.object { out in
                    out.key("index")
                    out.integer(0)
                    out.key("delta")
                    out.object { _ in }
                    out.key("logprobs")
                    out.null()
                    out.key("finish_reason")
                    out.null()
                }
            }
            out.key(escaping: name)
            out.raw(json)
        }
    }

    private mutating func say(_ text: String) -> [UInt8] {
        guard !text.isEmpty else { return [] }
        return chunk { json in
            json.object { json in
                json.key("content")
                json.string(text)
            }
        }
    }

    private mutating func chunk(_ delta: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(reserving: 96)
        delta(&json)
        var out: [UInt8] = []
        let delta = SSE.onOneLine(json.bytes)
        out.reserveCapacity(frame.head.count + delta.count + frame.tail.count)
        out += frame.head
        out += delta
        out += frame.tail
        return out
    }

    // MARK: Parts

    private static func writeFrame(
        _ object: StaticString,
        _ id: String,
        _ created: Int64,
        _ model: String,
        _ json: inout JSONWriter
    ) {
        json.key("id")
        json.string(id)
        json.key("object")
        json.constant(object)
        json.key("created")
        json.integer(created)
        json.key("model")
        json.string(model)
    }

    private static func write(_ call: ToolCall, _ json: inout JSONWriter) {
        json.key("id")
        json.string(call.id)
        json.key("type")
        json.constant("function")
        json.key("function")
        json.object { json in
            json.key("name")
            json.string(call.name)
            json.key("arguments")
            json.string(call.arguments)
        }
    }

    private static func finishReason(of reply: Reply) -> StaticString {
        switch reply.answer.finish {
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .stop: reply.calls.isEmpty ? "stop" : "tool_calls"
        }
    }

    /// What the cache took part in counts among the prompt's tokens here; hidden reasoning among the answer's.
    private static func write(_ usage: Usage, _ json: inout JSONWriter) {
        let prompt = (usage.inputUncached ?? 0) + (usage.inputCacheRead ?? 0) + (usage.inputCacheWrite ?? 0)
        let answer = (usage.outputVisible ?? 0) + (usage.outputReasoning ?? 0)
        json.object { json in
            json.key("prompt_tokens")
            json.integer(prompt)
            json.key("completion_tokens")
            json.integer(answer)
            json.key("total_tokens")
            json.integer(prompt + answer)
            if let cached = usage.inputCacheRead {
                json.key("prompt_tokens_details")
                json.object { json in
                    json.key("cached_tokens")
                    json.integer(cached)
                }
            }
            if let reasoning = usage.outputReasoning {
                json.key("completion_tokens_details")
                json.object { json in
                    json.key("reasoning_tokens")
                    json.integer(reasoning)
                }
            }
        }
    }

    // MARK: Errors

    static func body(of error: DoorError) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("error")
            json.object { json in
                json.key("message")
                json.string(error.message)
                json.key("type")
                json.constant(error.code.openAIType)
                json.key("param")
                json.string(error.field, orNull: ())
                json.key("code")
                json.string(error.code.rawValue)
                error.writeOrigin(&json)
            }
        }
        return json.bytes
    }
}
