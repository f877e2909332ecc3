import Testing

@testable import Routing

@Suite("What stands beside an answer may be odd without the answer being lost")
struct OddRepliesTests {
    private let wire = OpenAIChatWire()

    private func decode(_ fields: String) throws(WireError) -> Completion {
        let body = #"{"choices":[{"message":{"content":"Blue."},"finish_reason":"stop"}]\#(fields)}"#
        return try wire.decode(HTTPReply(status: 200, body: Array(body.utf8)), from: Fixture.any)
    }

    @Test(
        "a side field of the wrong type is as if it were not there",
        arguments: [
            #","usage":"many""#, #","usage":{"prompt_tokens":"12"}"#, #","usage":{"prompt_tokens":1.5}"#,
            #","model":7"#,
            #","error":null"#, #","error":{}"#,
        ]
    )
    func sideFields(fields: String) throws {
        #expect(try decode(fields) == Completion(text: "Blue.", finish: .stop, model: nil, usage: .missing))
    }

    @Test("a model's name is a name, or nothing", arguments: ["a secret task text", "", "tab\\t", "\u{e9}"])
    func modelNames(name: String) throws {
        #expect(try decode(#","model":"\#(name)""#).model == nil)
        #expect(try decode(#","model":"gpt-5:latest""#).model == "gpt-5:latest")
        let long = String(repeating: "x", count: 129)
        #expect(try decode(#","model":"\#(long)""#).model == nil)
    }

    @Test("hidden reasoning is progress without text", arguments: ["reasoning_content", "reasoning"])
    func reasoning(field: String) throws {
        var decoder = wire.makeStreamDecoder(for: Fixture.any)
        let step = try decoder.feed(Array("data: {\"choices\":[{\"delta\":{\"\(field)\":\"hm\"}}]}\n\n".utf8))
        #expect(step.text.isEmpty)
        #expect(step.hasProgressed)
        #expect(try !decoder.feed(Array(": ping\n\n".utf8)).hasProgressed)
    }

    @Test(
        "what says nothing before a streamed answer changes nothing, whether it comes with the answer or by itself",
        arguments: Backend.WireName.allCases.filter { $0 != .dumbPipe },
        ["", "\n", " \r\n\t", "\0\0", "\u{FEFF}", "\n\u{FEFF} "]
    )
    func leading(wire: Backend.WireName, start: String) throws {
        let answer =
            switch wire {
            case .openAIChat: #"{"choices":[{"message":{"content":"Blue."},"finish_reason":"stop"}]}"#
            case .anthropicMessages: #"{"content":[{"type":"text","text":"Blue."}],"stop_reason":"end_turn"}"#
            case .geminiGenerate: #"{"candidates":[{"content":{"parts":[{"text":"Blue."}]},"finishReason":"STOP"}]}"#
            case .ollamaChat: #"{"message":{"content":"Blue."},"done":true}"#
            // It has no streams.
            case .dumbPipe: ""
            }
        let bytes = Array((start + answer).utf8)
        for pieces in [[bytes], bytes.map { [$0] }] {
            var decoder = wire.format.makeStreamDecoder(for: Fixture.any)
            for piece in pieces { _ = try decoder.feed(piece) }
            #expect(try decoder.finish().completion.text == "Blue.")
        }
    }

    @Test("nothing behind [DONE] is part of the answer")
    func afterDone() throws {
        var decoder = wire.makeStreamDecoder(for: Fixture.any)
        let chunk = #"data: {"choices":[{"delta":{"content":"Blue."},"finish_reason":"stop"}]}"# + "\n\n"
        #expect(try decoder.feed(Array((chunk + "data: [DONE]\n\n" + chunk).utf8)).text == "Blue.")
        #expect(try decoder.finish().completion.text == "Blue.")
    }

    @Test("an answer over the limit is too large, whole or streamed")
    func tooLarge() {
        let text = String(repeating: "x", count: Completion.maxText + 1)
        let body = #"{"choices":[{"message":{"content":"\#(text)"},"finish_reason":"stop"}]}"#
        #expect(throws: WireError(.tooLarge)) {
            try wire.decode(HTTPReply(status: 200, body: Array(body.utf8)), from: Fixture.any)
        }
        var decoder = wire.makeStreamDecoder(for: Fixture.any)
        let chunk = #"data: {"choices":[{"delta":{"content":"\#(text)"}}]}"# + "\n\n"
        #expect(throws: WireError(.tooLarge)) { _ = try decoder.feed(Array(chunk.utf8)) }
    }
}
