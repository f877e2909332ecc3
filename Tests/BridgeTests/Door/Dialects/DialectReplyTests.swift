import Foundation
import Persona
import Testing

@testable import Bridge
@testable import Routing

@Suite("An answer is written as the vendor's own server writes it")
struct DialectReplyTests {
    private static let chunk =
        #"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"#

    @Test("OpenAI, whole")
    func openAIWhole() throws {
        let dialect = OpenAIDialect(id: "1", created: 1_700_000_000, request: DialectCases.request())
        let reply = try DialectCases.reply("Hi \"you\"\n")
        #expect(
            dialect.whole(reply).text
                == #"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"qwen-8b","#
                + #""choices":[{"index":0,"message":{"role":"assistant","content":"Hi \"you\"\n","refusal":null},"#
                + #""logprobs":null,"finish_reason":"stop"}],"#
                + #""usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}"#
        )
    }

    @Test("OpenAI, whole, with calls and no text")
    func openAICalls() throws {
        let dialect = OpenAIDialect(id: "1", created: 1_700_000_000, request: DialectCases.request())
        let text = dialect.whole(try DialectCases.reply("", calls: DialectCases.calls, finish: .toolCalls)).text
        #expect(text.contains(#""content":null,"#))
        #expect(text.contains(#""finish_reason":"tool_calls""#))
        #expect(
            text.contains(
                #""tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","#
                    + #""arguments":"{\"at\":\"the \\\"map\\\"\"}"}},"#
                    + #"{"id":"call_2","type":"function","function":{"name":"wait","arguments":"{}"}}]"#
            )
        )
    }

    @Test("OpenAI, streamed: the role, the words, the end with who answered, the mark")
    func openAIStream() throws {
        let stream = OpenAIDialect.stream(
            ["Hi", "", " you"],
            try DialectCases.reply("Hi you"),
            for: DialectCases.request(streamed: true)
        )
        let choice = #","choices":[{"index":0,"delta":"#
        let open = #","logprobs":null,"finish_reason":null}]}"#
        #expect(
            stream.components(separatedBy: "\n\n") == [
                Self.chunk + #""auto""# + choice + #"{"role":"assistant","content":""}"# + open,
                Self.chunk + #""auto""# + choice + #"{"content":"Hi"}"# + open,
                Self.chunk + #""auto""# + choice + #"{"content":" you"}"# + open,
                Self.chunk + #""qwen-8b""# + choice + #"{},"logprobs":null,"finish_reason":"stop"}],"#
                    + #""workshop":{"backend":"desk","model":"qwen-8b","attempts":2,"cost_usd":0.0015,"#
                    + #""thought":"1f2e","kind":"general","cached":false,"usage_source":"provider"}}"#,
                "data: [DONE]", "",
            ]
        )
    }

    @Test("OpenAI, streamed with usage: every chunk has the field, and one more chunk has the counts")
    func openAIUsage() throws {
        let usage = Usage(
            inputUncached: 5,
            inputCacheRead: 3,
            inputCacheWrite: 2,
            outputVisible: 7,
            outputReasoning: 4,
            source: .provider
        )
        let stream = OpenAIDialect.stream(
            ["Hi"],
            try DialectCases.reply("Hi", usage: usage),
            for: DialectCases.request(streamed: true, tellsUsage: true)
        )
        let chunks = stream.components(separatedBy: "\n\n").dropLast(2)
        #expect(chunks.count == 4)
        #expect(chunks.dropLast().allSatisfy { $0.contains(#""usage":null"#) && !$0.contains("workshop") })
        #expect(
            chunks.last?.contains(
                #""choices":[],"usage":{"prompt_tokens":10,"completion_tokens":11,"total_tokens":21,"#
                    + #""prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":4}},"workshop":"#
            ) == true
        )
    }

    @Test("OpenAI, streamed calls: one chunk each")
    func openAIStreamedCalls() throws {
        let stream = OpenAIDialect.stream(
            [],
            try DialectCases.reply("", calls: DialectCases.calls, finish: .toolCalls),
            for: DialectCases.request(streamed: true)
        )
        #expect(stream.contains(#""delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","#))
        #expect(stream.contains(#""delta":{"tool_calls":[{"index":1,"id":"call_2","type":"function","#))
        #expect(stream.contains(#""finish_reason":"tool_calls""#))
    }

    @Test("Anthropic, whole")
    func anthropicWhole() throws {
        let dialect = AnthropicDialect(id: "1", created: 0, request: DialectCases.request())
        let usage = Usage(
            inputUncached: 5,
            inputCacheRead: 3,
            inputCacheWrite: 2,
            outputVisible: 7,
            outputReasoning: 4,
            source: .provider
        )
        #expect(
            dialect.whole(try DialectCases.reply("Hi", calls: DialectCases.calls, finish: .toolCalls, usage: usage))
                .text
                == #"{"id":"msg_1","type":"message","role":"assistant","model":"qwen-8b","#
                + #""content":[{"type":"text","text":"Hi"},"#
                + #"{"type":"tool_use","id":"call_1","name":"look","input":{"at":"the \"map\""}},"#
                + #"{"type":"tool_use","id":"call_2","name":"wait","input":{}}],"#
                + #""stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":5,"#
                + #""cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":11}}"#
        )
    }

    @Test("Anthropic, streamed: a text block, a block for each call, and how it ended")
    func anthropicStream() throws {
        let stream = AnthropicDialect.stream(
            ["Hi", " you"],
            try DialectCases.reply("Hi you", calls: DialectCases.calls, finish: .toolCalls),
            for: DialectCases.request(streamed: true, tellsUsage: true)
        )
        let events = stream.components(separatedBy: "\n\n").dropLast()
        #expect(
            events.map { $0.prefix { $0 != "\n" }.dropFirst("event: ".count) } == [
                "message_start", "ping", "content_block_start", "content_block_delta", "content_block_delta",
                "content_block_stop", "content_block_start", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop",
            ]
        )
        let data = events.map { $0.components(separatedBy: "\ndata: ").last ?? "" }
        #expect(data[1] == #"{"type":"ping"}"#)
        #expect(
            data[2] == #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
        )
        #expect(data[4] == #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" you"}}"#)
        #expect(
            data[6] == #"{"type":"content_block_start","index":1,"content_block":"#
                + #"{"type":"tool_use","id":"call_1","name":"look","input":{}}}"#
        )
        #expect(
            data[7] == #"{"type":"content_block_delta","index":1,"delta":"#
                + #"{"type":"input_json_delta","partial_json":"{\"at\":\"the \\\"map\\\"\"}"}}"#
        )
        #expect(data[11] == #"{"type":"content_block_stop","index":2}"#)
        #expect(
            data[12].hasPrefix(
                #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"#
                    + #""usage":{"input_tokens":11,"output_tokens":7},"workshop":{"backend":"desk","#
            )
        )
    }

    @Test("Anthropic, streamed without a word: clients still find a block")
    func anthropicEmpty() throws {
        let stream = AnthropicDialect.stream([], try DialectCases.reply(""), for: DialectCases.request(streamed: true))
        #expect(stream.contains(#""content_block":{"type":"text","text":""}"#))
        #expect(stream.components(separatedBy: "event: content_block_stop").count == 2)
    }

    @Test(
        "how an answer ended",
        arguments: [
            (FinishReason.stop, false, "stop", "end_turn"), (.length, false, "length", "max_tokens"),
            (.toolCalls, true, "tool_calls", "tool_use"), (.stop, true, "tool_calls", "tool_use"),
            (.length, true, "length", "max_tokens"),
        ]
    )
    func endings(_ finish: FinishReason, hasCalls: Bool, _ openAI: String, _ anthropic: String) throws {
        let reply = try DialectCases.reply("x", calls: hasCalls ? DialectCases.calls : [], finish: finish)
        let request = DialectCases.request()
        for text in [
            OpenAIDialect(id: "1", created: 0, request: request).whole(reply).text,
            OpenAIDialect.stream(["x"], reply, for: request),
        ] { #expect(text.contains(#""finish_reason":"\#(openAI)""#)) }
        for text in [
            AnthropicDialect(id: "1", created: 0, request: request).whole(reply).text,
            AnthropicDialect.stream(["x"], reply, for: request),
        ] { #expect(text.contains(#""stop_reason":"\#(anthropic)""#)) }
    }

    @Test("what nobody counted is not told as zero where it need not be told")
    func uncounted() throws {
        let reply = try DialectCases.reply("x", usage: .missing, cost: nil)
        let request = DialectCases.request(tellsUsage: true)
        #expect(!OpenAIDialect(id: "1", created: 0, request: request).whole(reply).text.contains("usage"))
        let stream = OpenAIDialect.stream(["x"], reply, for: request)
        #expect(stream.contains(#""choices":[],"usage":null,"workshop":"#))
        #expect(stream.contains(#""cost_usd":null"#))
        #expect(stream.contains(#""usage_source":"missing""#))
    }

    @Test("without a persona the answer is given alone, with one in the persona's words")
    func words() throws {
        let reply = try DialectCases.reply("Two.", said: "Well now. Two.")
        for (persona, text) in [(nil, "Two."), ("timmy", "Well now. Two.")] {
            let request = DialectCases.request(persona: persona)
            #expect(
                OpenAIDialect(id: "1", created: 0, request: request).whole(reply).text.contains(
                    #""content":"\#(text)""#
                )
            )
            #expect(
                AnthropicDialect(id: "1", created: 0, request: request).whole(reply).text.contains(
                    #""text":"\#(text)""#
                )
            )
        }
    }

    @Test("a fence around JSON that was asked for is taken off, whole and streamed")
    func fenced() throws {
        let reply = try DialectCases.reply("```json\n{\"a\":1}\n```")
        let request = DialectCases.request(json: true)
        let pieces = ["``", "`json\n{\"a\"", ":1}", "\n``", "`"]
        for text in [
            OpenAIDialect(id: "1", created: 0, request: request).whole(reply).text,
            AnthropicDialect(id: "1", created: 0, request: request).whole(reply).text,
            OpenAIDialect.stream(pieces, reply, for: request), AnthropicDialect.stream(pieces, reply, for: request),
        ] { #expect(!text.contains("`")) }
        #expect(OpenAIDialect.stream(pieces, reply, for: request).contains(#"{"content":":1}"}"#))
        let asked = OpenAIDialect(id: "1", created: 0, request: DialectCases.request()).whole(reply).text
        #expect(asked.contains("```json"))
    }

    @Test("an error in each dialect: what is wrong, where, who failed, who was asked")
    func errors() {
        var error = DoorError(.allBackendsFailed, "It failed.", field: "model")
        error.src = "desk"
        error.attempts = [.init(backend: "desk", outcome: "overloaded")]
        let origin = #""src":"desk","attempts":[{"backend":"desk","outcome":"overloaded"}]}}"#
        let openAI =
            #"{"error":{"message":"It failed.","type":"server_error","param":"model","code":"all_backends_failed","#
            + origin
        let anthropic =
            #"{"type":"error","error":{"type":"api_error","message":"It failed.","code":"all_backends_failed","#
            + #""param":"model","# + origin
        #expect(OpenAIDialect.body(of: error).text == openAI)
        #expect(AnthropicDialect.body(of: error).text == anthropic)
        var first = OpenAIDialect(id: "1", created: 0, request: DialectCases.request())
        var other = AnthropicDialect(id: "1", created: 0, request: DialectCases.request())
        // Nothing that would pass for the end of a whole answer.
        #expect(first.fail(error).text == "data: " + openAI + "\n\n")
        #expect(other.fail(error).text == "event: error\ndata: " + anthropic + "\n\n")
        #expect(OpenAIDialect.body(of: DoorError(.unauthorized)).text.contains(#""param":null,"#))
    }

    @Test("no client sees a break of lines in the middle of an event")
    func oneLine() throws {
        let words = "a\u{2028}b\u{2029}c\u{85}d\u{B}ä–\r\n"
        let reply = try DialectCases.reply(words)
        let written = #""a\u2028b\u2029c\u0085d\u000bä–\r\n""#
        let request = DialectCases.request()
        #expect(OpenAIDialect.stream([words], reply, for: request).contains(#"{"content":\#(written)}"#))
        #expect(AnthropicDialect.stream([words], reply, for: request).contains(#""text":\#(written)}"#))
    }

    @Test("a notice is an event of its name that adds nothing; without a name the line is kept open")
    func notices() {
        let openAI = OpenAIDialect(id: "1", created: 1_700_000_000, request: DialectCases.request())
        let anthropic = AnthropicDialect(id: "1", created: 0, request: DialectCases.request())
        let json = Array(#"{"place":2}"#.utf8)
        #expect(
            openAI.notice("model_switching", json).text
                == "event: model_switching\n" + Self.chunk
                + #""auto","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":null}],"#
                + #""model_switching":{"place":2}}"# + "\n\n"
        )
        #expect(
            anthropic.notice("model_switching", json).text
                == "event: model_switching\ndata: " + #"{"type":"model_switching","model_switching":{"place":2}}"#
                + "\n\n"
        )
        #expect(openAI.notice("", []).text == ": ping\n\n")
        #expect(anthropic.notice("", []).text == "event: ping\ndata: {\"type\":\"ping\"}\n\n")
    }
}
