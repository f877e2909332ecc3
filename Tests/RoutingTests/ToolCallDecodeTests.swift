import Persona
import Testing

@testable import Routing

@Suite("A model's calls of tools come out whole, or not at all")
struct ToolCallDecodeTests {
    /// Reads chunks of OpenAI's format, each a list of fragments.
    private func read(_ chunks: [String], finish: String = "tool_calls") throws(WireError) -> [ToolCall] {
        var decoder = OpenAIChatWire().makeStreamDecoder(for: Fixture.any)
        for chunk in chunks {
            _ = try decoder.feed(Array("data: {\"choices\":[{\"delta\":{\"tool_calls\":[\(chunk)]}}]}\n\n".utf8))
        }
        _ = try decoder.feed(Array("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"\(finish)\"}]}\n\n".utf8))
        let (_, completion) = try decoder.finish()
        #expect(completion.finish == (finish == "length" ? .length : .toolCalls))
        return completion.calls
    }

    private static let whole = [
        ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#), ToolCall(id: "b", name: "g", arguments: #"{"y":2}"#),
    ]

    @Test(
        "however a server cuts and counts them",
        arguments: [
            // By the book: interleaved, the name once.
            [
                #"{"index":0,"id":"a","function":{"name":"f","arguments":""}}"#,
                #"{"index":1,"id":"b","function":{"name":"g","arguments":""}}"#,
                #"{"index":0,"function":{"arguments":"{\"x\":"}}"#, #"{"index":1,"function":{"arguments":"{\"y\":"}}"#,
                #"{"index":1,"function":{"arguments":"2}"}},{"index":0,"function":{"arguments":"1}"}}"#,
            ],
            // The id and the name in each fragment.
            [
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#,
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"1}"}}"#,
                #"{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}"#,
            ],
            // Gemini's compatible endpoint: all of them are the first.
            [
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}"#,
                #"{"index":0,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}"#,
            ],
            // No index; the JSON itself instead of text of it.
            [
                #"{"id":"a","function":{"name":"f","arguments":{"x":1}}}"#,
                #"{"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}"#,
            ],
            [
                #"{"id":"a","function":{"name":"f","arguments":"{\"x\""}},{"function":{"arguments":":1}"}}"#,
                #"{"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}"#,
            ],
        ]
    )
    func fragments(_ chunks: [String]) throws {
        #expect(try read(chunks) == Self.whole)
    }

    @Test("a finish of `stop` beside a call is a call; one cut at the limit says so", arguments: ["stop", "length"])
    func finishes(_ finish: String) throws {
        #expect(try read([#"{"id":"a","function":{"name":"f"}}"#], finish: finish).count == 1)
    }

    @Test(
        "ids that are none are numbered",
        arguments: ["", "with space", "\\u00e9", "\\n", String(repeating: "x", count: 129)]
    )
    func ids(_ id: String) throws {
        let call = #"{"index":0,"id":"\#(id)","function":{"name":"f","arguments":"{}"}}"#
        #expect(try read([call]).map(\.id) == ["call_1"])
    }

    @Test(
        "a call that nobody could act on is a bad answer, and no fault of the backend's health",
        arguments: [
            #"{"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"#,
            #"{"id":"a","function":{"name":"f","arguments":"[]"}}"#, #"{"id":"a","function":{"arguments":"{}"}}"#,
            #"{"id":"a","function":{"name":"no name","arguments":"{}"}}"#, #"{"id":"a"}"#,
        ]
    )
    func bungled(_ call: String) {
        #expect(throws: WireError(.lowQuality)) { try read([call]) }
        #expect(FailureClass.lowQuality.healthEffect == .neutral)
    }

    @Test("calls count against the size of an answer")
    func tooLarge() {
        let argument = String(repeating: "x", count: Completion.maxText)
        let call = #"{"id":"a","function":{"name":"f","arguments":"{\"x\":\"\#(argument)\"}"}}"#
        #expect(throws: WireError(.tooLarge)) { try read([call]) }
    }

    @Test("the fragments of a call are progress, so that no stall is seen")
    func progress() throws {
        for (wire, chunk) in [
            (.openAIChat, #"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"}]}}]}"# + "\n\n"),
            (
                .anthropicMessages,
                #"data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}"#
                    + "\n\n"
            ),
            (
                .anthropicMessages,
                #"data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"h"}}"#
                    + "\n\n"
            ),
            (
                .geminiGenerate,
                #"data: {"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}]}"# + "\n\n"
            ), (.ollamaChat, #"{"message":{"content":"","thinking":"hm"},"done":false}"# + "\n"),
        ] as [(Backend.WireName, String)] {
            var decoder = wire.format.makeStreamDecoder(for: Fixture.any)
            let step = try decoder.feed(Array(chunk.utf8))
            #expect(step.hasProgressed, "\(wire)")
            #expect(step.text.isEmpty)
        }
        var decoder = AnthropicMessagesWire().makeStreamDecoder(for: Fixture.any)
        #expect(try !decoder.feed(Array("data: {\"type\":\"ping\"}\n\n".utf8)).hasProgressed)
    }

    @Test("an answer with more calls than anybody could want is too large", arguments: [256, 257, 50_000])
    func flood(_ count: Int) throws {
        var calls = PartialAnswer()
        calls.finish = .toolCalls
        for index in 0..<count { calls.add(index: index, id: nil, name: "f", arguments: nil) }
        do throws(WireError) {
            #expect(try calls.completion().calls.count == 256)
            #expect(count == 256)
        } catch {
            #expect(error.failure == .tooLarge)
            #expect(count > 256)
        }
    }
}
