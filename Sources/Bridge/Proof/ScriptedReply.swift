internal import Foundation
internal import Routing

/// What a backend in a rehearsal answers with. Pure: a format and a wish go in, the bytes of a reply come out.
enum ScriptedReply: Sendable, Equatable {
    /// A whole answer.
    case answer(String)
    /// A call of the tool `look`.
    case toolCall
    /// 429, come back in a second.
    case rateLimited
    /// 500.
    case serverError
    /// Half of a stream, or half of the announced length, and the end of the connection.
    case broken
    /// No in so many words.
    case refusal
    /// The connection ends without a byte.
    case stale
    /// A whole answer, and the end of the connection.
    case goodbye
    /// The bytes of a reply as they stand.
    case raw(String)

    /// Whether the connection ends behind it.
    var isLast: Bool { [.broken, .stale, .goodbye].contains(self) }

    /// The reply's bytes.
    /// - Parameter isStreamed: whether the request asked for a stream.
    func bytes(_ wire: Backend.WireName, isStreamed: Bool) -> String {
        switch self {
        case .answer(let text): Self.whole(Self.good(text, wire, isStreamed), isStreamed, wire)
        case .goodbye:
            Self.whole(Self.good("Four barrels.", wire, isStreamed), isStreamed, wire, headers: "Connection: close\r\n")
        case .toolCall: Self.whole(Self.call(wire, isStreamed), isStreamed, wire)
        case .refusal:
            Self.whole(Self.good("I'm sorry, but I can't help with that.", wire, isStreamed), isStreamed, wire)
        case .rateLimited:
            Self.framed(#"{"error":{"message":"slow down"}}"#, "429 Too Many Requests", "Retry-After: 1\r\n")
        case .serverError: Self.framed(#"{"error":{"message":"oops"}}"#, "500 Internal Server Error")
        case .broken: Self.half(Self.good("A long answer that stops here", wire, isStreamed), isStreamed, wire)
        case .stale: ""
        case .raw(let bytes): bytes
        }
    }

    // MARK: Framing

    private static func framed(_ body: String, _ status: String = "200 OK", _ headers: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    private static func type(_ wire: Backend.WireName) -> String {
        wire == .ollamaChat ? "application/x-ndjson" : "text/event-stream"
    }

    private static func whole(
        _ body: String,
        _ isStreamed: Bool,
        _ wire: Backend.WireName,
        headers: String = ""
    ) -> String {
        guard isStreamed, wire != .dumbPipe else { return framed(body, "200 OK", headers) }
        return "HTTP/1.1 200 OK\r\nContent-Type: \(type(wire))\r\nTransfer-Encoding: chunked\r\n\(headers)\r\n"
            + String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n"
    }

    private static func half(_ body: String, _ isStreamed: Bool, _ wire: Backend.WireName) -> String {
        let whole = whole(body, isStreamed, wire)
        return String(whole.prefix(whole.count - body.count / 2 - 8))
    }

    // MARK: Bodies

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func good(_ text: String, _ wire: Backend.WireName, _ isStreamed: Bool) -> String {
        let text = quoted(text)
        switch (wire, isStreamed) {
        case (.openAIChat, true):
            return events([
                #"{"choices":[{"delta":{"content":\#(text)},"finish_reason":null}]}"#,
                #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
                #"{"choices":[],"usage":{"prompt_tokens":21,"completion_tokens":7}}"#, "[DONE]",
            ])
        case (.openAIChat, false):
            return """
                {"model":"m","choices":[{"message":{"content":\(text)},"finish_reason":"stop"}],\
                "usage":{"prompt_tokens":21,"completion_tokens":7}}
                """
        case (.anthropicMessages, true):
            return anthropic([
                #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":\#(text)}}"#,
                #"{"type":"content_block_stop","index":0}"#,
                #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}"#,
            ])
        case (.anthropicMessages, false):
            return """
                {"type":"message","role":"assistant","model":"m","content":[{"type":"text","text":\(text)}],\
                "stop_reason":"end_turn","usage":{"input_tokens":21,"output_tokens":7}}
                """
        case (.geminiGenerate, _):
            let reply = """
                {"candidates":[{"content":{"role":"model","parts":[{"text":\(text)}]},"finishReason":"STOP"}],\
                "usageMetadata":{"promptTokenCount":21,"candidatesTokenCount":7},"modelVersion":"m"}
                """
            return isStreamed ? events([reply]) : reply
        case (.ollamaChat, _):
            return """
                {"model":"m","message":{"role":"assistant","content":\(text)},"done":true,"done_reason":"stop",\
                "prompt_eval_count":21,"eval_count":7}

                """
        case (.dumbPipe, _): return #"{"status":"success","result":\#(text),"model_used":"m","cost_cents":0}"#
        }
    }

    private static func call(_ wire: Backend.WireName, _ isStreamed: Bool) -> String {
        switch (wire, isStreamed) {
        case (.openAIChat, true):
            return events([
                #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","#
                    + #""function":{"name":"look","arguments":"{}"}}]},"finish_reason":null}]}"#,
                #"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]",
            ])
        case (.openAIChat, false):
            return """
                {"model":"m","choices":[{"message":{"content":null,"tool_calls":[{"id":"c1","type":"function",\
                "function":{"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}
                """
        case (.anthropicMessages, true):
            return anthropic([
                #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c1","name":"look","#
                    + #""input":{}}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
                #"{"type":"content_block_stop","index":0}"#,
                #"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7}}"#,
            ])
        case (.anthropicMessages, false):
            return """
                {"type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"c1","name":"look",\
                "input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":21,"output_tokens":7}}
                """
        case (.geminiGenerate, _):
            let reply = """
                {"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"look","args":{}}}]},\
                "finishReason":"STOP"}],"modelVersion":"m"}
                """
            return isStreamed ? events([reply]) : reply
        case (.ollamaChat, _):
            return """
                {"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"look",\
                "arguments":{}}}]},"done":true,"done_reason":"stop"}

                """
        case (.dumbPipe, _): return good("I would look.", wire, isStreamed)
        }
    }

    private static func events(_ data: [String]) -> String { data.map { "data: \($0)\n\n" }.joined() }

    private static func anthropic(_ data: [String]) -> String {
        let start = """
            {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"m","content":[],\
            "stop_reason":null,"usage":{"input_tokens":21,"output_tokens":1}}}
            """
        return ([start] + data + [#"{"type":"message_stop"}"#]).map { line in
            let type = line.split(separator: "\"")[3]
            return "event: \(type)\ndata: \(line)\n\n"
        }.joined()
    }
}
