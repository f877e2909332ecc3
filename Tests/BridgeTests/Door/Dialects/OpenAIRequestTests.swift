import Persona
import Routing
import Testing

@testable import Bridge

@Suite("A request of OpenAI's becomes a draft, or an error that names the field")
struct OpenAIRequestTests {
    /// A body with these fields besides a model and one message.
    private static func body(_ more: String) -> String {
        #"{"model":"auto","messages":[{"role":"user","content":"Hi"}]\#(more.isEmpty ? "" : ",")\#(more)}"#
    }

    private static func body(messages: String) -> String { #"{"model":"auto","messages":[\#(messages)]}"# }

    private static func read(_ body: String) throws -> DoorRequest {
        try DialectCases.read(OpenAIDialect.self, body)
    }

    @Test("the smallest request")
    func smallest() throws {
        let request = try Self.read(Self.body(""))
        #expect(request.params.draft.task == "Hi")
        #expect(request.params.draft.instructions == nil)
        #expect(request.params.draft.history.isEmpty)
        #expect(request.params.persona == nil)
        #expect(request.model == "auto")
        #expect(!request.isStreamed && !request.params.isStreamed && !request.tellsUsage && !request.wantsJSON)
        #expect(request.params.maxTokens == nil && request.params.temperature == nil)
    }

    @Test("a conversation with a tool: instructions, turns, the calls and their results, the task")
    func conversation() throws {
        let request = try Self.read(
            Self.body(
                messages: #"""
                    {"role":"system","content":"Be brief."},
                    {"role":"user","name":"ann","content":[{"type":"text","text":"Look"},{"type":"text","text":"north"}]},
                    {"role":"assistant","content":null,"tool_calls":[
                      {"id":"c9","type":"function","function":{"name":"look","arguments":"{\"at\":1}"}}]},
                    {"role":"tool","tool_call_id":"c9","content":[{"type":"text","text":"A wall"}]},
                    {"role":"assistant","content":[{"type":"text","text":"A wall."},{"type":"refusal","refusal":"No."}]},
                    {"role":"developer","content":"Be kind."},
                    {"role":"user","content":"And south?"}
                    """#
            )
        )
        let draft = request.params.draft
        #expect(draft.instructions == "Be brief.\n\nBe kind.")
        #expect(draft.task == "And south?")
        #expect(
            draft.history == [
                Turn(.user, "Look\n\nnorth"),
                Turn(.assistant, "", calls: [ToolCall(id: "c9", name: "look", arguments: #"{"at":1}"#)]),
                Turn(.tool, "A wall", answeredCall: "c9"),
                Turn(.assistant, "A wall.\n\nNo."),
            ]
        )
    }

    @Test("with a tool's result at the end there is no task but the result")
    func endsWithResult() throws {
        let request = try Self.read(
            Self.body(
                messages: #"""
                    {"role":"user","content":"Look"},
                    {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"look","arguments":"{}"}}]},
                    {"role":"tool","tool_call_id":"c","content":"A wall"}
                    """#
            )
        )
        #expect(request.params.draft.task.isEmpty)
        #expect(request.params.draft.history.map(\.speaker) == [.user, .assistant, .tool])
    }

    @Test("what comes with any message comes with the task, in order")
    func attachments() throws {
        let request = try Self.read(
            Self.body(
                messages: #"""
                    {"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk=","detail":"low"}}]},
                    {"role":"assistant","content":"A cat."},
                    {"role":"user","content":[{"type":"text","text":"And this?"},
                      {"type":"input_audio","input_audio":{"data":"aGk=","format":"mp3"}},
                      {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,aG8="}}]}
                    """#
            )
        )
        let draft = request.params.draft
        #expect(draft.task == "And this?")
        #expect(
            draft.attachments == [
                Attachment(mediaType: "image/png", bytes: Array("hi".utf8)),
                Attachment(mediaType: "audio/mpeg", bytes: Array("hi".utf8)),
                Attachment(mediaType: "application/pdf", bytes: Array("ho".utf8)),
            ]
        )
    }

    @Test("the answer's bounds, tools and streams")
    func options() throws {
        let request = try Self.read(
            Self.body(
                #"""
                "max_tokens":5,"max_completion_tokens":7,"temperature":1.5,"stop":["a","b"],"stream":true,
                "stream_options":{"include_usage":true,"include_obfuscation":false},
                "tools":[{"type":"function","function":{"name":"look","description":"Looks.","strict":true,
                  "parameters":{"type":"object","properties":{"at":{"type":"string"}}}}},
                 {"type":"function","function":{"name":"wait"}}]
                """#
            )
        )
        #expect(request.params.maxTokens == 7)
        #expect(request.params.temperature == 1.5)
        #expect(request.params.draft.stop == ["a", "b"])
        #expect(request.isStreamed && request.params.isStreamed && request.tellsUsage)
        #expect(
            request.params.draft.tools == [
                ToolDefinition(
                    name: "look",
                    summary: "Looks.",
                    parameters: #"{"properties":{"at":{"type":"string"}},"type":"object"}"#
                ),
                ToolDefinition(name: "wait"),
            ]
        )
        #expect(try Self.read(Self.body(#""stop":"end""#)).params.draft.stop == ["end"])
    }

    @Test(
        "what clients send besides is left aside, whatever it is",
        arguments: [
            #""user":"ann""#, #""metadata":{"a":"b"}"#, #""store":true"#, #""seed":7"#, #""parallel_tool_calls":false"#,
            #""top_p":0.3"#, #""presence_penalty":1"#, #""frequency_penalty":-1"#, #""service_tier":"flex""#,
            #""reasoning_effort":"low""#, #""verbosity":"low""#, #""safety_identifier":"x""#,
            #""prompt_cache_key":"x""#, #""prediction":{"type":"content","content":"x"}"#, #""top_k":40"#,
            #""n":1"#, #""n":null"#, #""logprobs":false"#, #""logprobs":null"#, #""top_logprobs":0"#,
            #""modalities":["text"]"#, #""audio":null"#, #""logit_bias":{}"#, #""stop":null"#, #""tools":[]"#,
            #""stream_options":null"#, #""functions":null"#, #""response_format":{"type":"text"}"#,
            #""tool_choice":"auto""#, #""tool_choice":"none""#, #""anything":{"else":[1]}"#,
        ]
    )
    func leftAside(_ field: String) throws {
        let request = try Self.read(Self.body(field))
        #expect(request.params.draft.task == "Hi")
        #expect(request.params.draft.instructions == nil)
        #expect(request.params.draft.tools.isEmpty)
        #expect(request.params.draft.stop.isEmpty)
    }

    @Test(
        "what would be misunderstood is refused by name",
        arguments: [
            (#""n":2"#, "n"), (#""n":0"#, "n"), (#""n":"1""#, "n"), (#""logprobs":true"#, "logprobs"),
            (#""top_logprobs":3"#, "top_logprobs"), (#""audio":{"voice":"alloy","format":"wav"}"#, "audio"),
            (#""modalities":["text","audio"]"#, "modalities"), (#""logit_bias":{"50256":-100}"#, "logit_bias"),
            (#""functions":[]"#, "functions"), (#""function_call":"auto""#, "function_call"),
            (#""web_search_options":{}"#, "web_search_options"), (#""moderation":{"model":"m"}"#, "moderation"),
            (#""tools":[{"type":"custom","custom":{"name":"x"}}]"#, "tools[0].type"),
            (#""response_format":{"type":"grammar"}"#, "response_format.type"),
            (#""tool_choice":{"type":"allowed_tools","allowed_tools":{}}"#, "tool_choice.type"),
        ]
    )
    func unsupported(_ field: String, _ path: String) throws {
        let error = try #require(try DialectCases.fault(OpenAIDialect.self, Self.body(field)))
        #expect(error.code == .unsupported)
        #expect(error.code.status == 400)
        #expect(error.field == path)
        #expect(error.message.hasPrefix(path + " "))
    }

    @Test(
        "what is wrong is refused by name",
        arguments: [
            (#""temperature":3"#, "temperature"), (#""temperature":"hot""#, "temperature"),
            (#""max_tokens":0"#, "max_tokens"), (#""max_completion_tokens":1.5"#, "max_completion_tokens"),
            (#""max_tokens":99999999"#, "max_tokens"), (#""stream":1"#, "stream"), (#""stop":[1]"#, "stop[0]"),
            (#""stop":"""#, "stop"), (#""stop":["a","b","c","d","e"]"#, "stop"), (#""stop":7"#, "stop"),
            (#""stream_options":7"#, "stream_options"),
            (#""stream_options":{"include_usage":1}"#, "stream_options.include_usage"),
            (#""tools":{}"#, "tools"), (#""tools":[7]"#, "tools[0]"), (#""tools":[{}]"#, "tools[0].type"),
            (#""tools":[{"type":"function"}]"#, "tools[0].function"),
            (#""tools":[{"type":"function","function":{}}]"#, "tools[0].function.name"),
            (#""tools":[{"type":"function","function":{"name":"a b"}}]"#, "tools[0].function.name"),
            (
                #""tools":[{"type":"function","function":{"name":"a","parameters":[]}}]"#,
                "tools[0].function.parameters"
            ),
            (#""response_format":{"type":"json_schema"}"#, "response_format.json_schema"),
            (
                #""response_format":{"type":"json_schema","json_schema":{"name":"a"}}"#,
                "response_format.json_schema.schema"
            ),
            (#""tool_choice":"required""#, "tool_choice"), (#""tool_choice":"always""#, "tool_choice"),
            (#""tool_choice":{"type":"function","function":{"name":"a"}}"#, "tool_choice"),
        ]
    )
    func wrong(_ field: String, _ path: String) throws {
        let error = try #require(try DialectCases.fault(OpenAIDialect.self, Self.body(field)))
        #expect(error.code == .invalidRequest)
        #expect(error.field == path)
        #expect(error.message.hasPrefix(path + " "))
    }

    @Test(
        "what is wrong with a message is refused with its place",
        arguments: [
            ("7", "messages[0]"), ("{}", "messages[0].role"),
            (#"{"role":"robot","content":"x"}"#, "messages[0].role"),
            (#"{"role":"user"}"#, "messages[0].content"), (#"{"role":"user","content":7}"#, "messages[0].content"),
            (#"{"role":"user","content":""}"#, "messages"), (#"{"role":"system","content":"x"}"#, "messages"),
            (#"{"role":"user","content":[{"type":"text"}]}"#, "messages[0].content[0].text"),
            (#"{"role":"system","content":[{"type":"image_url"}]}"#, "messages[0].content[0].type"),
            (#"{"role":"user","content":"x"},{"role":"tool","content":"x"}"#, "messages[1].tool_call_id"),
            (
                #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png,hi"}}]}"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,!"}}]}"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:;base64,aGk="}}]}"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"{"role":"user","content":[{"type":"input_audio","input_audio":{"format":"ogg","data":"aGk="}}]}"#,
                "messages[0].content[0].input_audio.format"
            ),
            (
                #"{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"a"}}]}"#,
                "messages[0].tool_calls[0].id"
            ),
            (
                #"{"role":"assistant","tool_calls":[{"id":"1","function":{"name":""}}]}"#,
                "messages[0].tool_calls[0].function.name"
            ),
        ]
    )
    func wrongMessage(_ messages: String, _ path: String) throws {
        let error = try #require(try DialectCases.fault(OpenAIDialect.self, Self.body(messages: messages)))
        #expect(error.code == .invalidRequest)
        #expect(error.field == path)
    }

    @Test(
        "what is not done with messages is said",
        arguments: [
            (#"{"role":"user","content":"x"},{"role":"assistant","content":"I beg"}"#, "messages"),
            (#"{"role":"function","name":"a","content":"x"}"#, "messages[0].role"),
            (
                #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a.test/b.png"}}]}"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"{"role":"user","content":[{"type":"file","file":{"file_id":"f-1"}}]}"#,
                "messages[0].content[0].file.file_data"
            ),
            (#"{"role":"user","content":[{"type":"video"}]}"#, "messages[0].content[0].type"),
            (#"{"role":"assistant","function_call":{"name":"a"}}"#, "messages[0].function_call"),
        ]
    )
    func unsupportedMessage(_ messages: String, _ path: String) throws {
        let error = try #require(try DialectCases.fault(OpenAIDialect.self, Self.body(messages: messages)))
        #expect(error.code == .unsupported)
        #expect(error.field == path)
    }

    @Test(
        "what must be there must be there",
        arguments: [
            (#"{"messages":[{"role":"user","content":"x"}]}"#, "model"), (#"{"model":"auto"}"#, "messages"),
            (#"{"model":"auto","messages":[]}"#, "messages"), (#"{"model":"auto","messages":"Hi"}"#, "messages"),
            (#"{"model":"","messages":[{"role":"user","content":"x"}]}"#, "model"),
            (#"{"model":7,"messages":[{"role":"user","content":"x"}]}"#, "model"),
        ]
    )
    func required(_ body: String, _ path: String) throws {
        #expect(try DialectCases.fault(OpenAIDialect.self, body)?.field == path)
    }

    @Test("no JSON, and JSON that is no object", arguments: ["", "{", "[]", "7", "null", #"{"a":"\#u{0}"}"#])
    func noJSON(_ body: String) throws {
        #expect(try DialectCases.fault(OpenAIDialect.self, body)?.code == .invalidJSON)
    }

    @Test("a model that nobody has")
    func unknownModel() throws {
        let body = #"{"model":"gpt-4o","messages":[{"role":"user","content":"x"}]}"#
        #expect(try DialectCases.fault(OpenAIDialect.self, body)?.code == .unknownModel)
    }

    @Test("an error repeats no word of the client's")
    func silent() throws {
        for body in [
            #"{"model":"Quillfeather","messages":[{"role":"user","content":"x"}]}"#,
            Self.body(#""tools":[{"type":"Quillfeather"}]"#), Self.body(#""response_format":{"type":"Quillfeather"}"#),
            Self.body(messages: #"{"role":"Quillfeather"}"#),
            Self.body(
                messages: #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"Quillfeather"}}]}"#
            ),
        ] {
            let error = try #require(try DialectCases.fault(OpenAIDialect.self, body))
            #expect(!OpenAIDialect.body(of: error).text.contains("Quillfeather"))
        }
    }
}
