import Foundation
import Persona
import Testing

@testable import Bridge
@testable import Routing

@Suite("Every answer of the front door can be looked at from outside")
struct DialectDumpTests {
    /// The file that `make test-wire` names; `Tests/Wire/replies.py` reads it.
    private static let file = ProcessInfo.processInfo.environment["WORKSHOP_DOOR_DUMP"]

    @Test("all forms of answers, lists and errors, one a line", .enabled(if: file != nil))
    func dump() throws {
        var lines: [UInt8] = []
        func add(_ form: String, _ name: String, _ bytes: [UInt8]) {
            var json = JSONWriter()
            json.object { json in
                json.key("form")
                json.string(form)
                json.key("name")
                json.string(name)
                json.key("bytes")
                json.string(bytes.text)
            }
            lines += json.bytes + [UInt8(ascii: "\n")]
        }
        for (name, reply) in try Self.replies() {
            for request in Self.requests {
                let label =
                    "\(name), \(request.tellsUsage ? "usage" : "no usage"), \(request.wantsJSON ? "JSON" : "text")"
                let openAI = OpenAIDialect(id: "1", created: 1_700_000_000, request: request)
                let anthropic = AnthropicDialect(id: "1", created: 1_700_000_000, request: request)
                add("openai whole", label, openAI.whole(reply))
                add("anthropic whole", label, anthropic.whole(reply))
                let pieces = reply.plain.pieces(atMost: 4)
                add("openai stream", label, Array(OpenAIDialect.stream(pieces, reply, for: request).utf8))
                add("anthropic stream", label, Array(AnthropicDialect.stream(pieces, reply, for: request).utf8))
                add("openai notice", label, openAI.notice("model_switching", Array(#"{"place":1}"#.utf8)))
            }
        }
        for code in DoorError.Code.allCases {
            var error = DoorError(code, field: "messages[0].content", retryAfter: 3)
            error.attempts = [.init(backend: "desk", outcome: "overloaded")]
            add("openai error \(code.status)", code.rawValue, OpenAIDialect.body(of: error))
            add("anthropic error \(code.status)", code.rawValue, AnthropicDialect.body(of: error))
        }
        let names = try DialectCases.names()
        add("openai models", "all", names.openAIList(created: 1_700_000_000))
        add("anthropic models", "all", names.anthropicList(created: 1_700_000_000))
        add("openai model", "one", try #require(names.openAIModel("shared", created: 1_700_000_000)))
        add("anthropic model", "one", try #require(names.anthropicModel("shared", created: 1_700_000_000)))
        try Data(lines).write(to: URL(fileURLWithPath: try #require(Self.file)))
    }

    private static let requests = [(false, false), (true, false), (true, true)].map { tellsUsage, json in
        DialectCases.request(tellsUsage: tellsUsage, json: json)
    }

    private static func replies() throws -> [(String, Reply)] {
        let cached = Usage(
            inputUncached: 5,
            inputCacheRead: 3,
            inputCacheWrite: 2,
            outputVisible: 7,
            outputReasoning: 4,
            source: .provider
        )
        return [
            ("text", try DialectCases.reply("Hello \"you\",\n𝄞 \u{1F}\u{2028}\u{85}.", usage: cached)),
            ("cut", try DialectCases.reply("Hello", finish: .length, cost: nil)),
            ("calls", try DialectCases.reply("", calls: DialectCases.calls, finish: .toolCalls)),
            ("text and calls", try DialectCases.reply("I look.", calls: DialectCases.calls, finish: .toolCalls)),
            ("fenced", try DialectCases.reply("```json\n{\"a\":1}\n```")),
            ("nothing", try DialectCases.reply("")),
            ("uncounted", try DialectCases.reply("Hello", usage: .missing, cost: nil)),
        ]
    }
}
