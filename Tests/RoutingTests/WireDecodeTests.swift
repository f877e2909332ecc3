import Persona
import Testing

@testable import Routing

@Suite(
    "Anthropic, Gemini, Ollama and a dumb pipe: what is no answer is none, and what is odd beside one is passed over"
)
struct WireDecodeTests {
    private func failure(_ wire: Backend.WireName, _ body: String) -> FailureClass? {
        do {
            _ = try wire.format.decode(HTTPReply(status: 200, body: Array(body.utf8)), from: Fixture.any)
            return nil
        } catch { return error.failure }
    }

    private func stream(_ wire: Backend.WireName, _ text: String) throws(WireError) -> Completion {
        var decoder = wire.format.makeStreamDecoder(for: Fixture.any)
        _ = try decoder.feed(Array(text.utf8))
        return try decoder.finish().completion
    }

    @Test("what is no answer at all", arguments: Backend.WireName.allCases)
    func nothing(_ wire: Backend.WireName) {
        for (body, expected) in [
            ("", .empty), ("{}", .empty), ("<html>Sign in</html>", .malformed), ("{\"a\"", .malformed),
            ("null", .malformed), ("\0", .malformed),
        ] as [(String, FailureClass)] {
            // A line of Ollama that does not say that it is done is half of something.
            let isHalf = wire == .ollamaChat && body == "{}"
            #expect(failure(wire, body) == (isHalf ? .streamBroken : expected), "\(wire) \(body)")
        }
        #expect(throws: WireError(.malformed)) { _ = try stream(wire, "<html></html>") }
        let nothing: FailureClass = .malformed
        for text in ["", "\n\n"] {
            do {
                _ = try stream(wire, text)
                Issue.record("\(wire) took nothing for an answer")
            } catch { #expect(error.failure == nothing) }
        }
    }

    @Test(
        "an answer without text",
        arguments: [
            (.anthropicMessages, #"{"content":[],"stop_reason":"end_turn"}"#, .empty),
            (.anthropicMessages, #"{"content":[{"type":"thinking","thinking":"x"}],"stop_reason":"end_turn"}"#, .empty),
            (.anthropicMessages, #"{"content":{},"stop_reason":"end_turn"}"#, .malformed),
            (.anthropicMessages, #"{"type":"error","error":{"type":"overloaded_error"}}"#, .overloaded),
            (.anthropicMessages, #"{"content":[{"type":"text","text":"No"}],"stop_reason":"refusal"}"#, .refused),
            (.geminiGenerate, #"{"candidates":[]}"#, .empty),
            (.geminiGenerate, #"{"candidates":[{"finishReason":"STOP"}]}"#, .empty),
            (
                .geminiGenerate,
                #"{"candidates":[{"content":{"parts":[{"text":"x","thought":true}]},"finishReason":"STOP"}]}"#, .empty
            ),
            (
                .geminiGenerate, #"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"SPII"}]}"#,
                .refused
            ),
            (
                .geminiGenerate, #"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"OTHER"}]}"#,
                .lowQuality
            ),
            (.geminiGenerate, #"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}"#, .rateLimited),
            (.ollamaChat, #"{"message":{"content":""},"done":true}"#, .empty),
            (.ollamaChat, #"{"message":{"content":"x"},"done":false}"#, .streamBroken),
            (.ollamaChat, #"{"error":"gone"}"#, .serverError),
            (.dumbPipe, #"{"status":"success","result":""}"#, .empty),
            (.dumbPipe, #"{"status":"success","result":7}"#, .malformed),
            (.dumbPipe, #"{"status":"busy","result":"x"}"#, .serverError),
            (
                .openAIChat, #"{"choices":[{"message":{"content":"x"},"finish_reason":"content_filter: SAFETY"}]}"#,
                .refused
            ),
            (.openAIChat, #"{"choices":[{"message":{"content":"x"},"finish_reason":"refusal"}]}"#, .refused),
            (.openAIChat, #"{"choices":[{"message":{"reasoning_content":"hm"},"finish_reason":"length"}]}"#, .empty),
        ] as [(Backend.WireName, String, FailureClass)]
    )
    func noAnswer(_ wire: Backend.WireName, _ body: String, _ expected: FailureClass) {
        #expect(failure(wire, body) == expected)
    }

    @Test(
        "what is odd beside an answer",
        arguments: [
            (.anthropicMessages, #"{"content":[{"type":"text","text":"x"}],"usage":"many","model":7}"#),
            (.anthropicMessages, #"{"content":[{"type":"new"},{"type":"text","text":"x"}],"stop_reason":"new"}"#),
            (.geminiGenerate, #"{"candidates":[{"content":{"parts":[{"new":1},{"text":"x"}]}}],"usageMetadata":7}"#),
            (.ollamaChat, #"{"message":{"content":"x"},"done":true,"model":7,"eval_count":"3"}"#),
            (.dumbPipe, #"{"result":"x","model_used":7,"cost_cents":"3","execution_time":"soon"}"#),
            (.openAIChat, #"{"choices":[{"message":{"content":[{"type":"thinking"},{"type":"text","text":"x"}]}}]}"#),
            (.openAIChat, #"{"choices":[{"message":{"content":"x","refusal":"","tool_calls":null}}],"usage":[]}"#),
        ] as [(Backend.WireName, String)]
    )
    func oddities(_ wire: Backend.WireName, _ body: String) throws {
        let answer = try wire.format.decode(HTTPReply(status: 200, body: Array(body.utf8)), from: Fixture.any)
        #expect(answer == Completion(text: "x", finish: .stop, model: nil, usage: .missing))
    }

    @Test(
        "counts that can be none are not said, and zero is zero",
        arguments: [
            (
                .anthropicMessages,
                #"{"content":[{"type":"text","text":"x"}],"usage":{"input_tokens":-1,"output_tokens":0,"#
                    + #""cache_read_input_tokens":0,"cache_creation_input_tokens":9223372036854775807}}"#,
                [nil, 0, 1_000_000_000_000, 0, nil]
            ),
            (
                .geminiGenerate,
                #"{"candidates":[{"content":{"parts":[{"text":"x"}]}}],"usageMetadata":{"promptTokenCount":0,"#
                    + #""cachedContentTokenCount":"7","candidatesTokenCount":3,"thoughtsTokenCount":0}}"#,
                [0, nil, nil, 3, 0]
            ),
            (
                .ollamaChat, #"{"message":{"content":"x"},"done":true,"prompt_eval_count":-4,"eval_count":0}"#,
                [nil, nil, nil, 0, nil]
            ),
        ] as [(Backend.WireName, String, [Int?])]
    )
    func counts(_ wire: Backend.WireName, _ body: String, _ expected: [Int?]) throws {
        let usage = try wire.format.decode(HTTPReply(status: 200, body: Array(body.utf8)), from: Fixture.any).usage
        let classes = [
            usage.inputUncached, usage.inputCacheRead, usage.inputCacheWrite, usage.outputVisible,
            usage.outputReasoning,
        ]
        #expect(classes == expected)
        #expect(usage.source == .provider)
    }

    @Test("Anthropic's counts are cumulative: what the end says again replaces what the start said")
    func cumulative() throws {
        let start =
            #"{"type":"message_start","message":{"usage":{"input_tokens":4,"cache_read_input_tokens":2455,"#
            + #""cache_creation_input_tokens":0,"output_tokens":1}}}"#
        let delta = #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}"#
        let end = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":23}}"#
        let stop = #"{"type":"message_stop"}"#
        var decoder = AnthropicMessagesWire().makeStreamDecoder(for: Fixture.any)
        for event in [start, delta] { _ = try decoder.feed(Array("data: \(event)\n\n".utf8)) }
        // An aborted answer is billed for what has come.
        #expect(decoder.usage == Recording.counts(4, 2_455, 0, 1, nil))
        for event in [end, stop] { _ = try decoder.feed(Array("data: \(event)\n\n".utf8)) }
        let usage = try decoder.finish().completion.usage
        #expect(usage == Recording.counts(4, 2_455, 0, 23, nil))
        // LiteLLM's issue 11789, streamed: $0.000292 and not $0.002059.
        let haiku = PriceVector(input: 0.8, output: 4, cacheRead: 0.08, cacheWrite: 1)
        #expect(haiku.cost(of: usage) == NanoDollars(291_600))
    }

    @Test("Anthropic's stream without `message_stop` is broken, whatever it said before")
    func noStop() {
        let text =
            #"data: {"type":"content_block_delta","index":0,"delta":{"text":"x"}}"# + "\n\n"
            + #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}"# + "\n\n"
        #expect(throws: WireError(.streamBroken)) { _ = try stream(.anthropicMessages, text) }
    }

    @Test("the text of a turn that is refused is not passed on, and what it cost is")
    func refusedText() throws {
        var decoder = OpenAIChatWire().makeStreamDecoder(for: Fixture.any)
        let refusal = #"data: {"choices":[{"delta":{"refusal":"I cannot","content":"x"}}]}"# + "\n\n"
        let rest =
            Fixture.chunk("more", finish: "stop")
            + #"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"# + "\n\n"
        #expect(try decoder.feed(Array(refusal.utf8)).text.isEmpty)
        #expect(try decoder.feed(Array(rest.utf8)).text.isEmpty)
        #expect(throws: WireError(.refused, usage: Recording.counts(9, nil, nil, 2, nil))) { _ = try decoder.finish() }
    }
}
