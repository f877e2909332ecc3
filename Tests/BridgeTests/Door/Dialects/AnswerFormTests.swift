import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("What is asked of an answer's form is asked in words that the judge knows")
struct AnswerFormTests {
    private static func openAI(_ more: String, system: String = "") throws -> DoorRequest {
        let message = #"{"role":"user","content":"Who?"}"#
        return try DialectCases.read(
            OpenAIDialect.self,
            #"{"model":"auto","messages":[\#(system)\#(message)],\#(more)}"#
        )
    }

    private static func anthropic(_ more: String) throws -> DoorRequest {
        let message = #"{"role":"user","content":"Who?"}"#
        return try DialectCases.read(
            AnthropicDialect.self,
            #"{"model":"auto","max_tokens":9,"messages":[\#(message)],\#(more)}"#
        )
    }

    private static let schema =
        #"{"type":"object","required":["name","age"],"properties":{"name":{"type":"string"},"age":{"type":"integer"}}}"#

    /// What the judge expects of the answer.
    private static func expected(_ request: DoorRequest) throws -> [Routing.Expectation] {
        Routing.Expectation.infer(from: try TestPrompts.blind(request.params.draft), kind: .general)
    }

    @Test("JSON of any form")
    func object() throws {
        let request = try Self.openAI(#""response_format":{"type":"json_object"}"#)
        #expect(request.wantsJSON)
        #expect(try Self.expected(request) == [.json(keys: [])])
    }

    @Test(
        "JSON of a schema, whose required keys the judge looks for",
        arguments: [
            #"openai "response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":SCHEMA}}"#,
            #"anthropic "output_config":{"effort":"low","format":{"type":"json_schema","schema":SCHEMA}}"#,
            #"anthropic "output_format":{"type":"json_schema","schema":SCHEMA}"#,
        ]
    )
    func schema(_ line: String) throws {
        let more = String(line.split(separator: " ", maxSplits: 1)[1]).replacing("SCHEMA", with: Self.schema)
        let request = line.hasPrefix("openai") ? try Self.openAI(more) : try Self.anthropic(more)
        #expect(request.wantsJSON)
        #expect(try Self.expected(request).first == .json(keys: ["name", "age"]))
        #expect(request.params.draft.instructions?.contains(#""age":{"type":"integer"}"#) == true)
    }

    @Test("a long system message does not hide the form from the judge")
    func behindSystem() throws {
        let system = #"{"role":"system","content":"\#(String(repeating: "Speak plainly. ", count: 100))"},"#
        let request = try Self.openAI(
            #""response_format":{"type":"json_schema","json_schema":{"schema":\#(Self.schema)}}"#,
            system: system
        )
        #expect(try Self.expected(request).first == .json(keys: ["name", "age"]))
        #expect(request.params.draft.instructions?.hasSuffix("Speak plainly. ") == true)
    }

    private static let tools =
        #""tools":[{"type":"function","function":{"name":"look"}},{"type":"function","function":{"name":"wait"}}]"#
    private static let toolsOfAnthropic =
        #""tools":[{"name":"look","input_schema":{}},{"type":"custom","name":"wait","input_schema":{}}]"#

    @Test(
        "a call that is wished for is asked for, and only what may be called is offered",
        arguments: [
            (#""auto""#, #"{"type":"auto"}"#, ["look", "wait"], nil),
            (#""none""#, #"{"type":"none"}"#, [], nil),
            (
                #""required""#, #"{"type":"any"}"#, ["look", "wait"],
                "Call at least one of the tools; do not answer in words."
            ),
            (
                #"{"type":"function","function":{"name":"wait"}}"#, #"{"type":"tool","name":"wait"}"#, ["wait"],
                "Call the tool; do not answer in words."
            ),
        ] as [(String, String, [String], String?)]
    )
    func choice(_ openAI: String, _ anthropic: String, _ offered: [String], _ said: String?) throws {
        for request in [
            try Self.openAI(#""tool_choice":\#(openAI),\#(Self.tools)"#),
            try Self.anthropic(#""tool_choice":\#(anthropic),\#(Self.toolsOfAnthropic)"#),
        ] {
            #expect(request.params.draft.tools.map(\.name) == offered)
            #expect(request.params.draft.instructions == said)
        }
    }
}

@Suite("A fence around an answer for a program comes off")
struct FenceTests {
    @Test(
        "however it is cut",
        arguments: [
            ("{\"a\":1}", "{\"a\":1}"), ("```json\n{\"a\":1}\n```", "{\"a\":1}"),
            ("\n ```\n{\n \"a\": 1\n}\n\n```\n", "{\n \"a\": 1\n}"),
            ("```json\n{\"a\":\"``` x\"}", "{\"a\":\"``` x\"}"),
            ("`a`", "`a`"), ("", ""), ("``", "``"), ("```", "```"), ("```json", "```json"), (" {} ", " {} "),
            ("```json\n{\"ä\":\"𝄞\"}\n``", "{\"ä\":\"𝄞\"}\n``"), ("```json\n{}\n", "{}\n"),
            ("```" + String(repeating: "x", count: 80), "```" + String(repeating: "x", count: 80)),
            // No line of a fence is so long, and none stands so far in, whether it comes at once or not.
            (
                "```" + String(repeating: "x", count: 80) + "\n{}\n```",
                "```" + String(repeating: "x", count: 80) + "\n{}\n```"
            ),
            (String(repeating: " ", count: 80) + "```\n{}\n```", String(repeating: " ", count: 80) + "```\n{}\n```"),
        ]
    )
    func cut(_ text: String, _ expected: String) {
        let scalars = Array(text.unicodeScalars)
        for size in 1...max(scalars.count, 1) {
            var fence = Fence()
            var out = ""
            for start in stride(from: 0, to: scalars.count, by: size) {
                var piece = ""
                piece.unicodeScalars.append(contentsOf: scalars[start..<min(start + size, scalars.count)])
                out += fence.feed(piece)
            }
            out += fence.finish()
            #expect(out == expected, "in pieces of \(size)")
        }
    }
}
