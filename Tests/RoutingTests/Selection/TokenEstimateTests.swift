import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("The token estimate is honest: near the truth, and never absurd")
struct TokenEstimateTests {
    @Test("prose in fourteen languages and code are right to within a fifth", arguments: TokenTexts.rows)
    func texts(_ row: TokenTexts.Row) {
        let estimate = TokenEstimate.tokens(of: row.text)
        let error = Double(estimate) / Double(row.o200k) - 1
        #expect(abs(error) <= 0.2, "\(row.name): \(estimate) for \(row.o200k)")
    }

    @Test(
        "whatever the bytes, there are no more tokens than bytes and no less than one in twelve",
        arguments: UInt64(1)...200
    )
    func bounds(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<Int.random(in: 0..<400, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        let attached = TokenEstimate.tokens(of: Attachment(mediaType: "text/plain", bytes: bytes))
        #expect(attached <= bytes.count && attached >= bytes.count / 12, "seed \(seed)")
        let text = String(decoding: bytes, as: UTF8.self)
        let estimate = TokenEstimate.tokens(of: text)
        #expect(estimate <= text.utf8.count && estimate >= text.utf8.count / 12, "seed \(seed)")
    }

    @Test("a text has at least as many tokens as a part of it", arguments: TokenTexts.rows)
    func grows(_ row: TokenTexts.Row) {
        #expect(TokenEstimate.tokens(of: row.text + " " + row.text) > TokenEstimate.tokens(of: row.text))
    }

    @Test(
        "an attachment counts by its kind and its size",
        arguments: [
            ("image/png", 0, 1_000...1_600), ("image/png", 200_000, 1_000...1_600),
            ("image/png", 9_000_000, 1_600...1_600),
            ("audio/wav", 160_000, 300...350), ("application/pdf", 500_000, 15_000...30_000),
            ("video/mp4", 0, 1_000...1_000),
        ] as [(String, Int, ClosedRange<Int>)]
    )
    func attachments(_ mediaType: String, _ bytes: Int, _ expected: ClosedRange<Int>) {
        let attachment = Attachment(mediaType: mediaType, bytes: [UInt8](repeating: 0, count: bytes))
        #expect(expected.contains(TokenEstimate.tokens(of: attachment)))
    }

    @Test("every part of a prompt counts, its tools among them")
    func parts() throws {
        let parameters = #"{"type":"object","properties":{"city":{"type":"string","description":"a city"}}}"#
        let bare = PromptDraft(task: "What is the weather?")
        var drafts: [PromptDraft] = []
        drafts.append(PromptDraft(task: bare.task, instructions: "Answer like a sailor."))
        drafts.append(PromptDraft(task: bare.task, history: [Turn(.user, "Good morning to all of you.")]))
        let call = ToolCall(id: "1", name: "weather", arguments: #"{"city":"Lima"}"#)
        drafts.append(PromptDraft(task: bare.task, history: [Turn(.assistant, "", calls: [call])]))
        drafts.append(PromptDraft(task: bare.task, tools: [ToolDefinition(name: "weather", parameters: parameters)]))
        drafts.append(PromptDraft(task: bare.task, attachments: [Attachment(mediaType: "image/png")]))
        let least = TokenEstimate.tokens(of: try TestPrompts.blind(bare.task))
        for draft in drafts { #expect(TokenEstimate.tokens(of: try TestPrompts.blind(draft)) > least) }
    }
}
