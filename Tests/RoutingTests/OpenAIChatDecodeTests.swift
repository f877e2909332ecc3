import Persona
import Testing

@testable import Routing

@Suite("A whole reply is an answer, or it is said why it is none")
struct OpenAIChatDecodeTests {
    private let wire = OpenAIChatWire()

    private func decode(_ body: String, status: Int = 200) throws(WireError) -> Completion {
        try wire.decode(HTTPReply(status: status, body: Array(body.utf8)), from: Fixture.any)
    }

    private func failure(_ body: String, status: Int = 200) -> FailureClass? {
        do {
            _ = try decode(body, status: status)
            return nil
        } catch { return error.failure }
    }

    private func usage(_ usage: String) throws -> Usage {
        try decode(#"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":\#(usage)}"#).usage
    }

    @Test(
        "text, model and finish are taken as they stand",
        arguments: [
            ("stop", .stop), ("length", .length), ("max_tokens", .length), ("end_turn", .stop),
            ("tool_calls", .toolCalls),
        ] as [(String, FinishReason)]
    )
    func answers(_ reason: String, _ finish: FinishReason) throws {
        let answer = try decode(Fixture.answer("z\u{FC} \\n x", finish: reason))
        #expect(answer.text == "z\u{FC} \n x")
        #expect(answer.model == "served-1")
        #expect(answer.finish == finish)
    }

    @Test("a reply that says no finish reason is whole all the same: its length says so")
    func noFinishReason() throws {
        let answer = try decode(#"{"choices":[{"message":{"content":"x"}}]}"#)
        #expect(answer == Completion(text: "x", finish: .stop, model: nil, usage: .missing))
    }

    @Test("a call of tools needs no text, but a call")
    func toolCalls() throws {
        let call = #"{"id":"call_7","type":"function","function":{"name":"look","arguments":"{\"at\":\"door\"}"}}"#
        let answer = try decode(
            #"{"choices":[{"message":{"content":null,"tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#
        )
        #expect(answer.finish == .toolCalls)
        #expect(answer.text.isEmpty)
        #expect(answer.calls == [ToolCall(id: "call_7", name: "look", arguments: #"{"at":"door"}"#)])
        #expect(failure(#"{"choices":[{"message":{"content":null},"finish_reason":"tool_calls"}]}"#) == .empty)
    }

    @Test(
        "tokens are counted in the classes that are priced apart, zero is kept, and missing is not zero",
        arguments: [
            (#"{"prompt_tokens":10,"completion_tokens":5}"#, [10, nil, 5, nil]),
            (
                #"{"prompt_tokens":10,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":4},"#
                    + #""completion_tokens_details":{"reasoning_tokens":6}}"#, [6, 4, 3, 6]
            ),
            (
                #"{"prompt_tokens":0,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":0},"#
                    + #""completion_tokens_details":{"reasoning_tokens":0}}"#, [0, 0, 0, 0]
            ),
            (#"{"prompt_tokens":10}"#, [10, nil, nil, nil]), (#"{"completion_tokens":5}"#, [nil, nil, 5, nil]),
            (#"{"prompt_tokens":"10","completion_tokens":5}"#, [nil, nil, 5, nil]),
            // The total tells which of the two conventions holds.
            (
                #"{"prompt_tokens":10,"completion_tokens":4,"total_tokens":20,"#
                    + #""completion_tokens_details":{"reasoning_tokens":6}}"#, [10, nil, 4, 6]
            ),
            (
                #"{"prompt_tokens":10,"completion_tokens":10,"total_tokens":20,"#
                    + #""completion_tokens_details":{"reasoning_tokens":6}}"#, [10, nil, 4, 6]
            ),
            (#"{"prompt_tokens":10,"completion_tokens":5,"cached_tokens":4}"#, [6, 4, 5, nil]),
            (#"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":null}"#, [10, nil, 5, nil]),
            (#"{"prompt_tokens":-9223372036854775808,"completion_tokens":5}"#, [nil, nil, 5, nil]),
            (
                #"{"prompt_tokens":9223372036854775807,"completion_tokens":5,"#
                    + #""completion_tokens_details":{"reasoning_tokens":-9223372036854775807}}"#,
                [1_000_000_000_000, nil, 5, nil]
            ),
        ] as [(String, [Int?])]
    )
    func counts(_ text: String, _ expected: [Int?]) throws {
        let usage = try usage(text)
        #expect([usage.inputUncached, usage.inputCacheRead, usage.outputVisible, usage.outputReasoning] == expected)
        #expect(usage.source == .provider)
    }

    @Test(
        "no counts, and counts that contradict themselves, are missing counts",
        arguments: [
            "null", "{}", #"{"total_tokens":5}"#,
            #"{"prompt_tokens":3,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}"#,
        ]
    )
    func missing(_ text: String) throws {
        #expect(try usage(text) == .missing)
    }

    @Test(
        "what is no answer is none",
        arguments: [
            ("", .empty), ("{}", .empty), (#"{"choices":[]}"#, .empty), (#"{"choices":[{}]}"#, .empty),
            (#"{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}"#, .empty),
            (#"{"choices":[{"message":{"content":null},"finish_reason":"length"}]}"#, .empty),
            ("<html>Sign in</html>", .malformed), (#"{"choices":[{"message":{"cont"#, .malformed), ("null", .malformed),
            ("[]", .malformed), ("7", .malformed), (#"{"choices":{}}"#, .malformed), ("\u{0}", .malformed),
            (#"{"choices":[{"message":{"content":null,"refusal":"I cannot"},"finish_reason":"stop"}]}"#, .refused),
            (#"{"choices":[{"message":{"content":"Well"},"finish_reason":"content_filter"}]}"#, .refused),
            (#"{"choices":[{"message":{"content":"Well"},"finish_reason":"error"}]}"#, .streamBroken),
            (#"{"error":{"code":429,"message":"slow down"}}"#, .rateLimited),
            (#"{"error":{"message":"x"},"choices":[{"message":{"content":"y"}}]}"#, .serverError),
            (#"{"error":"it did not work"}"#, .serverError),
            (#"{"error":{"type":"insufficient_quota"}}"#, .quota),
        ] as [(String, FailureClass)]
    )
    func noAnswer(_ body: String, _ expected: FailureClass) {
        #expect(failure(body) == expected)
    }

    @Test(
        "a good body under a bad status is no answer",
        arguments: [(500, .serverError), (201, .badRequest)] as [(Int, FailureClass)]
    )
    func badStatus(_ status: Int, _ expected: FailureClass) {
        #expect(failure(Fixture.answer("x"), status: status) == expected)
    }

    @Test("a refused request brings the wait that the backend asked for")
    func retryAfter() {
        let headers = HTTPHeaders(block: Array("HTTP/1.1 429 Too Many\r\nretry-after: 7\r\n".utf8))
        let error = wire.failure(HTTPReply(status: 429, headers: headers, body: []))
        #expect(error == WireError(.rateLimited, retryAfter: .seconds(7)))
    }
}
