import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("Each format says the same in its own words, in the same bytes each time")
struct WireEncodeTests {
    private func body(
        _ name: String,
        _ wire: Backend.WireName,
        _ provider: String = "",
        streamed: Bool = false
    ) throws -> String {
        let draft = try #require(WireCases.drafts.first { $0.name == name }).draft
        return try WireCases.body(draft, wire, provider, CallOptions(kind: .general, isStreamed: streamed))
    }

    private static let system = "Answer the request briefly and plainly."

    @Test(
        "a plain task",
        arguments: [
            (
                .openAIChat,
                #"{"model":"m-1","messages":[{"role":"system","content":"\#(system)"},{"role":"user","content":"#
                    + #""Why is the sky blue?"}],"stream":false}"#
            ),
            (
                .anthropicMessages,
                #"{"model":"m-1","max_tokens":4096,"system":"\#(system)","messages":[{"role":"user","content":"#
                    + #""Why is the sky blue?"}],"stream":false}"#
            ),
            (
                .geminiGenerate,
                #"{"systemInstruction":{"parts":[{"text":"\#(system)"}]},"contents":[{"role":"user","parts":"#
                    + #"[{"text":"Why is the sky blue?"}]}]}"#
            ),
            (
                .ollamaChat,
                #"{"model":"m-1","messages":[{"role":"system","content":"\#(system)"},{"role":"user","content":"#
                    + #""Why is the sky blue?"}],"stream":false,"truncate":false,"shift":false,"#
                    + #""options":{"num_ctx":8192}}"#
            ),
            (.dumbPipe, #"{"prompt":"\#(system)\n\nWhy is the sky blue?","model_config":{"model":"m-1"}}"#),
        ] as [(Backend.WireName, String)]
    )
    func plain(_ wire: Backend.WireName, _ expected: String) throws {
        #expect(try body("plain", wire) == expected)
        #expect(try body("plain", wire) == body("plain", wire))
    }

    @Test("the caller's own instructions replace those of the kind", arguments: Backend.WireName.allCases)
    func instructions(_ wire: Backend.WireName) throws {
        let body = try body("instructions", wire)
        #expect(body.contains(#"Answer with a \"number\".\n"#))
        #expect(!body.contains(Self.system))
    }

    @Test(
        "a call and its result, with ids that the bridge numbers",
        arguments: [
            (
                .openAIChat,
                #"{"role":"assistant","content":"I look.","tool_calls":[{"id":"call_1","type":"function","function":"#
                    + #"{"name":"get_weather","arguments":"{\"place\":\"Oslo\",\"days\":2}"}}]},"#
                    + #"{"role":"tool","tool_call_id":"call_1","content":"9 degrees"}],"stream":false"#
            ),
            (
                .anthropicMessages,
                #"{"role":"assistant","content":[{"type":"text","text":"I look."},{"type":"tool_use","id":"call_1","#
                    + #""name":"get_weather","input":{"place":"Oslo","days":2}}]},{"role":"user","content":"#
                    + #"[{"type":"tool_result","tool_use_id":"call_1","content":"9 degrees"}]}],"stream":false"#
            ),
            (
                .geminiGenerate,
                #"{"role":"model","parts":[{"text":"I look."},{"functionCall":{"id":"call_1","name":"get_weather","#
                    + #""args":{"place":"Oslo","days":2}},"thoughtSignature":"skip_thought_signature_validator"}]},"#
                    + #"{"role":"user","parts":[{"functionResponse":{"id":"call_1","name":"get_weather","response":"#
                    + #"{"output":"9 degrees"}}}]}]"#
            ),
            (
                .ollamaChat,
                #"{"role":"assistant","content":"I look.","tool_calls":[{"function":{"name":"get_weather","#
                    + #""arguments":{"place":"Oslo","days":2}}}]},"#
                    + #"{"role":"tool","tool_name":"get_weather","content":"9 degrees"}],"stream":false"#
            ),
            (
                .dumbPipe,
                #"User: Is it warm in Oslo?\n\nAssistant: I look.\n\nAssistant calls get_weather: "#
                    + #"{\"place\":\"Oslo\",\"days\":2}\n\nResult of get_weather: 9 degrees\n\nAssistant:""#
            ),
        ] as [(Backend.WireName, String)]
    )
    func results(_ wire: Backend.WireName, _ expected: String) throws {
        let body = try body("results", wire)
        #expect(body.contains(expected), "\(body)")
        #expect(!body.contains(WireCases.call.id))
    }

    @Test(
        "tools are defined where there are tools, and their schema stands as it was given",
        arguments: [
            (.openAIChat, #""parameters":"#), (.anthropicMessages, #""input_schema":"#),
            (.geminiGenerate, #""parametersJsonSchema":"#), (.ollamaChat, #""parameters":"#),
        ] as [(Backend.WireName, String)]
    )
    func tools(_ wire: Backend.WireName, _ key: String) throws {
        let body = try body("tools", wire)
        #expect(body.contains(key + WireCases.weather.parameters))
        #expect(body.contains(key + #"{"type":"object","properties":{}}"#))
        #expect(wire.takesTools)
        #expect(!Backend.WireName.dumbPipe.takesTools)
    }

    @Test(
        "what a caller asks of one call",
        arguments: [
            (.openAIChat, #""max_tokens":64,"temperature":0.25,"stop":["END","\n\n"]}"#),
            (.anthropicMessages, #""stream":false,"temperature":0.25,"stop_sequences":["END"]}"#),
            (
                .geminiGenerate,
                #""generationConfig":{"maxOutputTokens":64,"temperature":0.25,"stopSequences":["END","\n\n"]}}"#
            ),
            (.ollamaChat, #""options":{"num_ctx":8192,"num_predict":64,"temperature":0.25,"stop":["END","\n\n"]}}"#),
            (
                .dumbPipe,
                #""model_config":{"model":"other-2","max_tokens":64,"temperature":0.25,"stop":["END","\n\n"]}}"#
            ),
        ] as [(Backend.WireName, String)]
    )
    func options(_ wire: Backend.WireName, _ expected: String) throws {
        let options = try #require(WireCases.options.first { $0.name == "limited" }).options
        let prompt = try WireCases.blind(PromptDraft(task: "x"))
        let request = wire.format.encode(prompt, for: try WireCases.backend(wire), options: options)
        #expect(String(decoding: request.body, as: UTF8.self).hasSuffix(expected))
        #expect((request.url + String(decoding: request.body, as: UTF8.self)).contains("other-2"))
    }

    @Test(
        "where a request goes, streamed and whole, and which header has the key",
        arguments: [
            (.openAIChat, "/chat/completions", "/chat/completions", "Authorization: Bearer sk-7"),
            (.anthropicMessages, "/messages", "/messages", "x-api-key: sk-7"),
            (
                .geminiGenerate, "/models/gemini-3-pro:generateContent",
                "/models/gemini-3-pro:streamGenerateContent?alt=sse", "x-goog-api-key: sk-7"
            ), (.ollamaChat, "/api/chat", "/api/chat", "Authorization: Bearer sk-7"),
            (.dumbPipe, "/execute", "/execute", "Authorization: Bearer sk-7"),
        ] as [(Backend.WireName, String, String, String)]
    )
    func addresses(_ wire: Backend.WireName, _ whole: String, _ streamed: String, _ key: String) throws {
        let backend = try WireCases.backend(wire)
        for (isStreamed, path) in [(false, whole), (true, streamed)] {
            let options = CallOptions(kind: .general, isStreamed: isStreamed)
            let request = wire.format.encode(try TestPrompts.blind("x"), for: backend, options: options)
            #expect(request.url == "http://one.test/v1" + path)
            let headers = request.headers.map { "\($0.name): \($0.value)" }
            #expect(headers.filter { $0.contains("sk-7") } == [key])
            #expect(headers.first == "User-Agent: workshop")
            #expect(headers.last == "Content-Type: application/json")
            #expect(headers.contains("anthropic-version: 2023-06-01") == (wire == .anthropicMessages))
            #expect(headers.count == (wire == .anthropicMessages ? 5 : 4))
        }
        var keyless = backend
        keyless.key = nil
        let probe = wire.format.probe(keyless, url: "http://one.test/x")
        #expect(probe.url == "http://one.test/x" && probe.method == .get && probe.body.isEmpty)
        #expect(!probe.headers.contains { $0.value.contains("sk-7") || $0.name == "Authorization" })
    }

    @Test("a model's name in Gemini's URL is encoded, and may be a tuned one")
    func modelPaths() throws {
        var backend = try WireCases.backend(.geminiGenerate)
        let options = CallOptions(kind: .general, isStreamed: false)
        for (model, path) in [
            ("gemini-2.5-pro", "/models/gemini-2.5-pro:"), ("tunedModels/a-1", "/tunedModels/a-1:"),
            ("models/x", "/models/x:"), ("a?key=b", "/models/a%3Fkey%3Db:"), ("\u{E9}\n", "/models/%C3%A9%0A:"),
        ] {
            backend.model = model
            let url = GeminiGenerateWire().encode(try TestPrompts.blind("x"), for: backend, options: options).url
            #expect(url == "http://one.test/v1\(path)generateContent")
        }
    }

    @Test("models from Gemini 3 on want a mark at a call that is not theirs; older ones do not know it")
    func signatures() throws {
        let draft = try #require(WireCases.drafts.first { $0.name == "results" }).draft
        var backend = try WireCases.backend(.geminiGenerate)
        backend.model = "gemini-2.5-pro"
        let options = CallOptions(kind: .general, isStreamed: false)
        let request = GeminiGenerateWire().encode(try WireCases.blind(draft), for: backend, options: options)
        #expect(!String(decoding: request.body, as: UTF8.self).contains("thoughtSignature"))
    }

    @Test("Anthropic's limit is the caller's, the backend's, or one that every model allows")
    func anthropicLimit() throws {
        var backend = try WireCases.backend(.anthropicMessages)
        let wire = AnthropicMessagesWire()
        var options = CallOptions(kind: .general, isStreamed: false, temperature: 1.5)
        func limit() throws -> String {
            String(
                decoding: wire.encode(try TestPrompts.blind("x"), for: backend, options: options).body,
                as: UTF8.self
            )
        }
        #expect(try limit().contains(#""max_tokens":4096"#))
        backend.maxOutput = 8_000
        #expect(try limit().contains(#""max_tokens":8000"#))
        options.maxTokens = 5
        #expect(try limit().contains(#""max_tokens":5"#))
        // Its temperatures end at 1.
        #expect(try limit().contains(#""temperature":1}"#))
    }
}
