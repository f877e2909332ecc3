import Persona
import Routing
import Testing

@testable import Bridge

@Suite("A request of Anthropic's becomes a draft, or an error that names the field")
struct AnthropicRequestTests {
    private static func body(_ more: String) -> String {
        #"{"model":"auto","max_tokens":64,"messages":[{"role":"user","content":"Hi"}]\#(more.isEmpty ? "" : ",")\#(more)}"#
    }

    private static func body(messages: String) -> String {
        #"{"model":"auto","max_tokens":64,"messages":[\#(messages)]}"#
    }

    private static func read(_ body: String) throws -> DoorRequest {
        try DialectCases.read(AnthropicDialect.self, body)
    }

    @Test("the smallest request")
    func smallest() throws {
        let request = try Self.read(Self.body(""))
        #expect(request.params.draft.task == "Hi")
        #expect(request.params.draft.instructions == nil)
        #expect(request.params.maxTokens == 64)
        #expect(!request.isStreamed && request.tellsUsage)
    }

    @Test("a conversation with tools: hidden reasoning is left out, results come before what else is said")
    func conversation() throws {
        let request = try Self.read(
            #"""
            {"model":"auto","max_tokens":64,
             "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Be kind."}],
             "messages":[
              {"role":"user","content":"Look"},
              {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"x"},
                {"type":"redacted_thinking","data":"x"},{"type":"text","text":"I look."},
                {"type":"tool_use","id":"t1","name":"look","input":{"b":1,"a":2}},
                {"type":"tool_use","id":"t2","name":"wait","input":{}}]},
              {"role":"user","content":[
                {"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"A wall"}]},
                {"type":"tool_result","tool_use_id":"t2","is_error":true},
                {"type":"text","text":"And south?"}]}]}
            """#
        )
        let draft = request.params.draft
        #expect(draft.instructions == "Be brief.\n\nBe kind.")
        #expect(draft.task == "And south?")
        #expect(
            draft.history == [
                Turn(.user, "Look"),
                Turn(
                    .assistant,
                    "I look.",
                    calls: [
                        ToolCall(id: "t1", name: "look", arguments: #"{"a":2,"b":1}"#),
                        ToolCall(id: "t2", name: "wait", arguments: "{}"),
                    ]
                ),
                Turn(.tool, "A wall", answeredCall: "t1"),
                Turn(.tool, "The tool failed.", answeredCall: "t2"),
            ]
        )
    }

    @Test("results alone leave no task")
    func endsWithResult() throws {
        let request = try Self.read(
            Self.body(
                messages: #"""
                    {"role":"user","content":"Look"},
                    {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"look","input":{}}]},
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"A wall"}]}
                    """#
            )
        )
        #expect(request.params.draft.task.isEmpty)
        #expect(request.params.draft.history.last == Turn(.tool, "A wall", answeredCall: "t1"))
    }

    @Test("pictures and documents come with the task, those of results too")
    func attachments() throws {
        let request = try Self.read(
            Self.body(
                messages: #"""
                    {"role":"user","content":[
                      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}},
                      {"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"plain"}},
                      {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"aG8="}},
                      {"type":"document","source":{"type":"content","content":[{"type":"text","text":"inner"}]}},
                      {"type":"search_result","title":"S","source":"where","content":[{"type":"text","text":"found"}]}]},
                    {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"look","input":{}}]},
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[
                      {"type":"image","source":{"type":"base64","media_type":"image/gif","data":"aGk="}}]}]}
                    """#
            )
        )
        let draft = request.params.draft
        #expect(draft.attachments.map(\.mediaType) == ["image/png", "application/pdf", "image/gif"])
        #expect(draft.history.first?.text == "T\n\nplain\n\ninner\n\nS\n\nwhere\n\nfound")
        #expect(draft.history.last == Turn(.tool, "", answeredCall: "t"))
    }

    @Test("a picture alone is a task")
    func picture() throws {
        let source = #"{"type":"base64","media_type":"image/png","data":"aGk="}"#
        let request = try Self.read(
            Self.body(messages: #"{"role":"user","content":[{"type":"image","source":\#(source)}]}"#)
        )
        #expect(request.params.draft.task.isEmpty)
        #expect(request.params.draft.attachments.count == 1)
        #expect(request.params.draft.history.isEmpty)
    }

    @Test("the answer's bounds, tools and streams")
    func options() throws {
        let request = try Self.read(
            Self.body(
                #"""
                "temperature":0.5,"stop_sequences":["a","b"],"stream":true,
                "tools":[{"name":"look","description":"Looks.","input_schema":{"type":"object"},"cache_control":null}]
                """#
            )
        )
        #expect(request.params.temperature == 0.5)
        #expect(request.params.draft.stop == ["a", "b"])
        #expect(request.isStreamed && request.params.isStreamed)
        #expect(
            request.params.draft.tools
                == [ToolDefinition(name: "look", summary: "Looks.", parameters: #"{"type":"object"}"#)]
        )
    }

    @Test(
        "what clients send besides is left aside, whatever it is",
        arguments: [
            #""metadata":{"user_id":"ann"}"#, #""top_p":0.3"#, #""top_k":5"#, #""service_tier":"auto""#,
            #""thinking":{"type":"enabled","budget_tokens":1024}"#, #""cache_control":{"type":"ephemeral"}"#,
            #""inference_geo":"eu""#, #""context_management":{"edits":[]}"#, #""mcp_servers":[]"#,
            #""container":null"#, #""output_config":{"effort":"high"}"#, #""anything":{"else":[1]}"#,
            #""tool_choice":{"type":"auto","disable_parallel_tool_use":true}"#,
        ]
    )
    func leftAside(_ field: String) throws {
        let request = try Self.read(Self.body(field))
        #expect(request.params.draft.task == "Hi")
        #expect(request.params.draft.instructions == nil)
        #expect(!request.wantsJSON)
    }

    @Test(
        "what would be misunderstood is refused by name",
        arguments: [
            (#""mcp_servers":[{"type":"url","url":"https://a.test"}]"#, "mcp_servers"),
            (#""container":"c""#, "container"),
            (#""tools":[{"type":"web_search_20250305","name":"web_search"}]"#, "tools[0].type"),
            (#""output_format":{"type":"grammar"}"#, "output_format.type"),
        ]
    )
    func unsupported(_ field: String, _ path: String) throws {
        let error = try #require(try DialectCases.fault(AnthropicDialect.self, Self.body(field)))
        #expect(error.code == .unsupported)
        #expect(error.field == path)
        #expect(error.message.hasPrefix(path + " "))
    }

    @Test(
        "what is wrong is refused by name",
        arguments: [
            (#""temperature":1.5"#, "temperature"), (#""stop_sequences":["a",""]"#, "stop_sequences[1]"),
            (#""stream":"yes""#, "stream"), (#""system":7"#, "system"),
            (#""system":[{"type":"image"}]"#, "system[0].type"),
            (#""tools":[{"name":"look"}]"#, "tools[0].input_schema"),
            (#""tools":[{"name":"","input_schema":{}}]"#, "tools[0].name"),
            (#""tool_choice":"any""#, "tool_choice"), (#""tool_choice":{"type":"any"}"#, "tool_choice"),
            (#""tool_choice":{"type":"some"}"#, "tool_choice.type"),
            (#""output_config":{"format":{"type":"json_schema"}}"#, "output_config.format.schema"),
        ]
    )
    func wrong(_ field: String, _ path: String) throws {
        let error = try #require(try DialectCases.fault(AnthropicDialect.self, Self.body(field)))
        #expect(error.code == .invalidRequest)
        #expect(error.field == path)
    }

    @Test(
        "what is wrong with a message is refused with its place",
        arguments: [
            (#"{"role":"system","content":"x"}"#, "messages[0].role", false),
            (#"{"role":"user"}"#, "messages[0].content", false),
            (#"{"role":"user","content":[]}"#, "messages", false),
            (#"{"role":"user","content":"x"},{"role":"assistant","content":"{"}"#, "messages", true),
            (
                #"{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://a.test"}}]}"#,
                "messages[0].content[0].source.type", true
            ),
            (
                #"{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"png","data":"aGk="}}]}"#,
                "messages[0].content[0].source.media_type", false
            ),
            (
                #"{"role":"user","content":[{"type":"tool_result","content":"x"}]}"#,
                "messages[0].content[0].tool_use_id", false
            ),
            (#"{"role":"user","content":[{"type":"tool_use"}]}"#, "messages[0].content[0].type", true),
            (#"{"role":"assistant","content":[{"type":"server_tool_use"}]}"#, "messages[0].content[0].type", true),
            (
                #"{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"a","input":"x"}]}"#,
                "messages[0].content[0].input", false
            ),
        ]
    )
    func wrongMessage(_ messages: String, _ path: String, isUnsupported: Bool) throws {
        let error = try #require(try DialectCases.fault(AnthropicDialect.self, Self.body(messages: messages)))
        #expect(error.code == (isUnsupported ? .unsupported : .invalidRequest))
        #expect(error.field == path)
    }

    @Test("a bound of the answer is required, as Anthropic requires it")
    func required() throws {
        let body = #"{"model":"auto","messages":[{"role":"user","content":"Hi"}]}"#
        #expect(try DialectCases.fault(AnthropicDialect.self, body)?.field == "max_tokens")
    }
}
