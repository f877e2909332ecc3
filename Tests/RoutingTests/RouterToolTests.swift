import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("A tool that was not offered is not called")
struct RouterToolTests {
    private func reply(_ names: String..., text: String = "") -> FakeTransport.Move {
        let calls = names.enumerated().map { index, name in
            #"{"id":"c\#(index)","type":"function","function":{"name":"\#(name)","arguments":"{}"}}"#
        }
        let message = #"{"content":"\#(text)","tool_calls":[\#(calls.joined(separator: ","))]}"#
        return .reply(status: 200, body: #"{"choices":[{"message":\#(message),"finish_reason":"tool_calls"}]}"#)
    }

    private func thought(_ tools: String..., streamed: Bool = false) throws -> Thought {
        var draft = PromptDraft(task: "look at the door, quick")
        draft.tools = tools.map { ToolDefinition(name: $0, summary: "Does a thing.") }
        return Thought(prompt: try TestPrompts.blind(draft), isStreamed: streamed)
    }

    @Test("a call of what was offered is handed on")
    func offered() async throws {
        let bench = Workbench(try Workbench.three(), ["one": [reply("look", "open")]])
        let answer = try await bench.router.think(try thought("open", "look"))
        #expect(answer.calls.map(\.name) == ["look", "open"] && answer.finish == .toolCalls)
    }

    @Test("one call of another makes it the model's mistake, and the next backend is asked")
    func unoffered() async throws {
        for move in [reply("fly"), reply("look", "fly"), reply("Look"), reply("look ")] {
            let bench = Workbench(try Workbench.three(), ["one": [move], "two": [reply("look")]])
            let answer = try await bench.router.think(try thought("look"))
            #expect(story(answer.attempts) == ["one low_quality", "two answered"])
            #expect(try bench.lamp("one").state != .degraded)
        }
        let bench = Workbench(
            try Workbench.three(),
            ["one": [reply("look", text: "So.")], "two": [.reply(status: 200, body: Fixture.answer("A door."))]]
        )
        // Nothing was offered at all.
        #expect(try await bench.router.think(try thought()).text == "A door.")
        #expect(bench.ledger.settlements.first??.usage.source == .estimated)
    }

    @Test("what was streamed before it is taken back")
    func streamed() async throws {
        let call = #"{"index":0,"id":"c","function":{"name":"fly","arguments":"{}"}}"#
        let last = #"data: {"choices":[{"delta":{"tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"# + "\n\n"
        let bench = Workbench(
            try Workbench.three(),
            ["one": [.stream([Fixture.chunk("So."), last])], "two": [.stream([Fixture.chunk("No.", finish: "stop")])]]
        )
        var events: [String] = []
        let answer = try await bench.router.think(try thought("look", streamed: true)) { event in
            switch event {
            case .delta(let text): events.append(text)
            case .restarted(let backend, let failure): events.append("\(backend) \(failure.rawValue)")
            case .brokeOff, .switching: break
            }
        }
        #expect(answer.text == "No.")
        #expect(events == ["So.", "two low_quality", "No."])
    }
}
