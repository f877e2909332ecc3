import Persona
import Testing

@testable import Routing

@Suite("Whatever the history is, what is sent is a conversation that every vendor takes")
struct ConversationTests {
    /// The messages in short: who says what, and ids.
    private func story(_ history: [Turn], task: String = "T") throws -> [String] {
        let prompt = try WireCases.blind(PromptDraft(task: task, history: history))
        return Conversation(prompt).messages.map { message in
            switch message {
            case .user(let text, _): "user \(text)"
            case .assistant(let text, let calls): "assistant \(text)" + calls.map { " \($0.id)=\($0.name)" }.joined()
            case .results(let results): "results" + results.map { " \($0.call.id)=\($0.text)" }.joined()
            }
        }
    }

    private func call(_ id: String, _ name: String = "f") -> ToolCall { ToolCall(id: id, name: name, arguments: "{}") }

    @Test("turns stand in their order, and the task is last")
    func order() throws {
        #expect(try story([]) == ["user T"])
        #expect(
            try story([Turn(.user, "a"), Turn(.assistant, "b")]) == ["user a", "assistant b", "user T"]
        )
    }

    @Test("turns of one speaker in a row are one, empty ones none")
    func merged() throws {
        let history = [
            Turn(.user, "a"), Turn(.user, ""), Turn(.user, "b"), Turn(.assistant, "c"), Turn(.assistant, ""),
            Turn(.assistant, "d"), Turn(.user, "e"),
        ]
        #expect(try story(history) == ["user a\n\nb", "assistant c\n\nd", "user e\n\nT"])
    }

    @Test("an assistant that speaks first is asked to")
    func opening() throws {
        #expect(try story([Turn(.assistant, "a")]) == ["user Begin.", "assistant a", "user T"])
    }

    @Test("each call has its result behind it, in the order of the calls, whatever the order of the turns")
    func results() throws {
        let history = [
            Turn(.user, "a"), Turn(.assistant, "", calls: [call("x"), call("y"), call("z")]), Turn(.user, "wait"),
            Turn(.tool, "Y", answeredCall: "y"), Turn(.tool, "X", answeredCall: "x"),
        ]
        #expect(
            try story(history) == [
                "user a", "assistant  call_1=f call_2=f call_3=f",
                "results call_1=X call_2=Y call_3=There is no result.", "user wait\n\nT",
            ]
        )
    }

    @Test("an id that comes twice means the nearest call, and goes out as two")
    func repeated() throws {
        let history = [
            Turn(.user, "a"), Turn(.assistant, "", calls: [call("x")]), Turn(.tool, "1", answeredCall: "x"),
            Turn(.assistant, "", calls: [call("x")]), Turn(.tool, "2"),
        ]
        #expect(
            try story(history, task: "") == [
                "user a", "assistant  call_1=f", "results call_1=1", "assistant  call_2=f", "results call_2=2",
            ]
        )
    }

    @Test("results that name no call are those of the calls before them, in their order")
    func unnamed() throws {
        let history = [
            Turn(.user, "a"), Turn(.assistant, "", calls: [call("x"), call("y")]), Turn(.tool, "1"), Turn(.tool, "2"),
        ]
        #expect(
            try story(history, task: "") == ["user a", "assistant  call_1=f call_2=f", "results call_1=1 call_2=2"]
        )
    }

    @Test("a result that no call asked for is what the user says")
    func orphan() throws {
        #expect(try story([Turn(.tool, "found", answeredCall: "?")]) == ["user found\n\nT"])
    }

    @Test("an empty task is left out behind a result, and nowhere else")
    func emptyTask() throws {
        #expect(try story([], task: "") == ["user "])
        #expect(try story([Turn(.user, "a"), Turn(.assistant, "b")], task: "") == ["user a", "assistant b", "user "])
    }

    @Test(
        "arguments that are no object are sent inside of one, a schema that is none is the empty one",
        arguments: [
            ("{\"a\":1}", #"{"a":1}"#), (" {\"b\":[1,2.5,null,true]} ", " {\"b\":[1,2.5,null,true]} "), ("", "{}"),
            ("[1]", #"{"arguments":"[1]"}"#), ("7", #"{"arguments":"7"}"#), ("{\"a\":", #"{"arguments":"{\"a\":"}"#),
            ("{\0}\0", #"{"arguments":"{\u0000}\u0000"}"#), ("{}{}", #"{"arguments":"{}{}"}"#),
        ]
    )
    func arguments(_ text: String, _ expected: String) {
        let object = ToolCall(id: "1", name: "f", arguments: text).argumentsObject
        #expect(String(decoding: object, as: UTF8.self) == expected)
        let schema = String(decoding: ToolDefinition(name: "f", parameters: text).schema, as: UTF8.self)
        #expect(schema == (expected == text ? text : #"{"type":"object","properties":{}}"#))
    }

    @Test("JSON that is passed on keeps its values")
    func values() throws {
        let text = #"{"a":[1,-2,2.5,true,null,"z\u00fc"],"b":{"n":18446744073709551615},"c":1e+20}"#
        let call = #"{"function":{"name":"f","arguments":\#(text)}}"#
        let body = #"{"choices":[{"message":{"tool_calls":[\#(call)]},"finish_reason":"stop"}]}"#
        let answer = try OpenAIChatWire().decode(HTTPReply(status: 200, body: Array(body.utf8)), from: Fixture.any)
        #expect(answer.calls.map(\.arguments) == [text.replacing("\\u00fc", with: "\u{FC}")])
    }
}
