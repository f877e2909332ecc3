import Testing

@testable import Routing

@Suite("A streamed reply is an answer only when it has said that it is finished")
struct OpenAIChatStreamTests {
    private func read(_ pieces: [[UInt8]]) throws(WireError) -> (deltas: [String], completion: Completion) {
        var decoder = OpenAIChatWire().makeStreamDecoder(for: Fixture.any)
        var deltas: [String] = []
        for piece in pieces { deltas.append(try decoder.feed(piece).text) }
        let (rest, completion) = try decoder.finish()
        return (deltas + [rest], completion)
    }

    private func failure(_ text: String) -> FailureClass? {
        do {
            _ = try read([Array(text.utf8)])
            return nil
        } catch { return error.failure }
    }

    private static let whole =
        ": OPENROUTER PROCESSING\n\n" + #"data: {"model":"served-1","choices":[{"delta":{"role":"assistant"}}]}"#
        + "\n\n"
        + Fixture.chunk("Gr\u{FC}\u{DF}e") + Fixture.chunk(" \u{1F600}") + Fixture.chunk("", finish: "length")
        + #"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":0}}"# + "\n\ndata: [DONE]\n\n"

    @Test("however it is cut, text, model, finish and usage are the same, and the deltas join to the text")
    func everySplit() throws {
        let bytes = Array(Self.whole.utf8)
        let usage = Usage(inputUncached: 9, outputVisible: 0, source: .provider)
        let expected = Completion(text: "Gr\u{FC}\u{DF}e \u{1F600}", finish: .length, model: "served-1", usage: usage)
        var cuts = (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
        cuts.append(bytes.map { [$0] })
        for pieces in cuts {
            let (deltas, completion) = try read(pieces)
            #expect(completion == expected)
            #expect(deltas.joined() == expected.text)
        }
    }

    @Test(
        "an end that some servers leave out is not needed",
        arguments: [
            ("[DONE]", Fixture.chunk("a") + Fixture.chunk("b", finish: "stop")),
            ("the last empty line", Fixture.chunk("a") + Fixture.chunk("b", finish: "stop").trimming(2)),
            ("the empty line of [DONE]", Fixture.chunk("ab", finish: "stop") + "data: [DONE]"),
        ]
    )
    func missingEnds(_ what: String, _ text: String) throws {
        let (deltas, completion) = try read([Array(text.utf8)])
        #expect(completion.text == "ab", "without \(what)")
        #expect(deltas.joined() == "ab")
    }

    @Test("Moonshot's counts stand in the choice")
    func moonshot() throws {
        let usage = #""usage":{"prompt_tokens":9,"completion_tokens":2,"cached_tokens":4}"#
        let text = #"data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop",\#(usage)}]}"# + "\n\n"
        let counts = try read([Array(text.utf8)]).completion.usage
        #expect(counts == Usage(inputUncached: 5, inputCacheRead: 4, outputVisible: 2, source: .provider))
    }

    @Test("a stream without counts has none")
    func noUsage() throws {
        #expect(try read([Array(Fixture.chunk("a", finish: "stop").utf8)]).completion.usage == .missing)
    }

    @Test(
        "what is no whole answer is none",
        arguments: [
            ("", .malformed), (": ping\n\n", .malformed), ("<html>Sign in</html>", .malformed), ("{}", .empty),
            ("data: [DONE]\n\n", .streamBroken), (Fixture.chunk("half"), .streamBroken),
            (Fixture.chunk("half") + "data: [DONE]\n\n", .streamBroken),
            (Fixture.chunk("half", finish: ""), .streamBroken),
            (Fixture.chunk("half") + "data: {\"choices\":[{\"del\n\n", .malformed),
            (Fixture.chunk("half") + "data: {\"choices\":[{\"delta\":{\"content\":\"cut", .malformed),
            (Fixture.chunk("half") + "data: \n\n" + Fixture.chunk("", finish: "stop"), .malformed),
            (Fixture.chunk("", finish: "stop"), .empty),
            (Fixture.chunk("well", finish: "content_filter"), .refused),
            (Fixture.chunk("well", finish: "error"), .streamBroken),
            (#"data: {"choices":[{"delta":{"refusal":"I cannot"}}]}"# + "\n\n", .refused),
            (Fixture.chunk("half") + #"data: {"error":{"code":502,"message":"gone"}}"# + "\n\n", .serverError),
            (#"data: {"error":{"code":429,"message":"slow down"}}"# + "\n\n", .rateLimited),
            (#"data: {"error":{"type":"overloaded_error"}}"# + "\n\n", .overloaded),
            (#"data: {"error":"gone"}"# + "\n\n", .serverError),
            ("data: " + String(repeating: "x", count: (1 << 20) + 1), .tooLarge),
        ] as [(String, FailureClass)]
    )
    func noAnswer(_ text: String, _ expected: FailureClass) {
        #expect(failure(text) == expected)
    }
}

extension String {
    /// The text without its last characters.
    fileprivate func trimming(_ count: Int) -> String { String(dropLast(count)) }
}
