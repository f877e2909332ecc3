import Persona
import Testing

@testable import Routing

@Suite("The vendors of OpenAI's format differ where they differ, and nowhere else")
struct ChatDialectTests {
    private func usage(_ provider: String, _ usage: String) throws -> Usage {
        let body = #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":\#(usage)}"#
        let backend = try WireCases.backend(.openAIChat, provider)
        return try backend.wire.format.decode(HTTPReply(status: 200, body: Array(body.utf8)), from: backend).usage
    }

    private func completion(_ provider: String, _ usage: String) throws -> Completion {
        let body = #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":\#(usage)}"#
        let backend = try WireCases.backend(.openAIChat, provider)
        return try backend.wire.format.decode(HTTPReply(status: 200, body: Array(body.utf8)), from: backend)
    }

    @Test(
        "reasoning is part of the answer's count, or not; a total that fits one of the two decides",
        arguments: [
            ("xai", nil, 14, 6), ("gemini", nil, 14, 6), ("openai", nil, 8, 6), ("", nil, 8, 6),
            ("xai", 24, 8, 6), ("openai", 30, 14, 6), ("xai", 99, 14, 6), ("openai", 99, 8, 6),
        ] as [(String, Int?, Int, Int)]
    )
    func reasoning(_ provider: String, _ total: Int?, _ visible: Int, _ hidden: Int) throws {
        let sum = total.map { #","total_tokens":\#($0)"# } ?? ""
        let details = #""completion_tokens_details":{"reasoning_tokens":6}"#
        let usage = try usage(provider, #"{"prompt_tokens":10,"completion_tokens":14\#(sum),\#(details)}"#)
        #expect(usage.outputVisible == visible)
        #expect(usage.outputReasoning == hidden)
    }

    @Test("what Gemini's compatible endpoint has in its total alone are thoughts; nobody else's total says so")
    func hiddenReasoning() throws {
        let counts = #"{"prompt_tokens":10,"completion_tokens":4,"total_tokens":20}"#
        #expect(try usage("gemini", counts).outputReasoning == 6)
        #expect(try usage("gemini", counts).outputVisible == 4)
        #expect(try usage("openai", counts).outputReasoning == nil)
    }

    @Test(
        "cached tokens, wherever they stand",
        arguments: [
            (#""prompt_tokens_details":{"cached_tokens":4}"#, [6, 4, nil]), (#""cached_tokens":4"#, [6, 4, nil]),
            (#""prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6"#, [6, 4, nil]),
            (#""prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":5}"#, [1, 4, 5]),
            (#""prompt_tokens_details":{"cached_tokens":0},"cached_tokens":4"#, [10, 0, nil]),
        ] as [(String, [Int?])]
    )
    func cached(_ field: String, _ expected: [Int?]) throws {
        let usage = try usage("", #"{"prompt_tokens":10,"completion_tokens":1,\#(field)}"#)
        #expect([usage.inputUncached, usage.inputCacheRead, usage.inputCacheWrite] == expected)
    }

    @Test("a cost is believed of OpenRouter alone, and only one that can be")
    func costs() throws {
        let counts = #""prompt_tokens":1,"completion_tokens":1"#
        #expect(try completion("openrouter", "{\(counts),\"cost\":0.00000105}").reportedCost == NanoDollars(1_050))
        #expect(try completion("openrouter", "{\(counts),\"cost\":0}").reportedCost == NanoDollars(0))
        for odd in ["-1", "\"0.1\"", "1e9", "null"] {
            #expect(try completion("openrouter", "{\(counts),\"cost\":\(odd)}").reportedCost == nil)
        }
        #expect(try completion("openai", "{\(counts),\"cost\":5}").reportedCost == nil)
    }

    @Test(
        "where an unbilled page tells whether a backend lives",
        arguments: [
            (.openAIChat, "openai", "https://api.openai.com/v1", "https://api.openai.com/v1/models"),
            (.openAIChat, "", "http://a/v1", "http://a/v1/models"),
            (.openAIChat, "llamacpp", "http://a:1/v1", "http://a:1/health"),
            (.openAIChat, "llamacpp", "http://a:1", "http://a:1/health"),
            (.openAIChat, "vllm", "http://a/b/v1", "http://a/b/health"),
            // Its list of models is public, and says nothing about the key.
            (.openAIChat, "openrouter", "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/key"),
            (.anthropicMessages, "", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/models"),
            (.geminiGenerate, "", "https://g/v1beta", "https://g/v1beta/models"),
            (.ollamaChat, "", "http://a:11434", "http://a:11434/api/version"),
            (.dumbPipe, "", "http://a:8001", "http://a:8001/health"),
        ] as [(Backend.WireName, String, String, String)]
    )
    func health(_ wire: Backend.WireName, _ provider: String, _ base: String, _ expected: String) {
        #expect(wire.defaultHealthURL(base: base, provider: provider) == expected)
    }

    @Test("Anthropic's list of models wants its own headers, also behind its compatible endpoint")
    func anthropicProbe() throws {
        for backend in try [WireCases.backend(.openAIChat, "anthropic"), WireCases.backend(.anthropicMessages)] {
            let list = try #require(backend.wire.format.modelList(backend))
            #expect(list.headers.contains { $0 == ("x-api-key", "sk-7") })
            #expect(list.headers.contains { $0 == ("anthropic-version", "2023-06-01") })
        }
    }

    @Test(
        "a list of models in any of its forms: each name once, and nothing that is none",
        arguments: [
            #"{"data":[{"id":"a"},{"id":"b"},{"id":"a"},{"id":"with space"},{"id":7},7,{}]}"#,
            #"{"models":[{"model":"a"},{"name":"models/b"}]}"#, #"["a","b"]"#, #"[{"id":"a"},{"name":"b"}]"#,
            #"{"models":["a","b",null]}"#,
        ]
    )
    func models(_ body: String) throws {
        #expect(try OpenAIChatWire().decodeModels(HTTPReply(status: 200, body: Array(body.utf8))) == ["a", "b"])
    }

    @Test("vendors have their addresses, servers of one's own have none")
    func addresses() {
        #expect(Backend.WireName.openAIChat.defaultURL(provider: "xai") == "https://api.x.ai/v1")
        #expect(Backend.WireName.openAIChat.defaultURL(provider: "llamacpp") == nil)
        #expect(Backend.WireName.dumbPipe.defaultURL(provider: "") == nil)
        for wire in Backend.WireName.allCases {
            #expect(wire.defaultURL(provider: "gemini")?.hasSuffix("/") != true)
        }
    }
}
