import Testing

@testable import Persona

@Suite("A reply does not say which model it is from")
struct ReplyGuardTests {
    private func guarded(_ text: String) -> (String, Int) {
        var reply = ReplyGuard()
        let out = reply.feed(text) + reply.finish()
        return (out, reply.caught)
    }

    @Test(
        "the sentence goes, and what else was said stays",
        arguments: [
            ("I'm Claude, made by Anthropic. The barrels are full.", "The barrels are full."),
            ("The barrels are full. I am ChatGPT.", "The barrels are full. "),
            ("As ChatGPT, I would say that it rains.", "I would say that it rains."),
            ("Hello! I'm Gemini, and I am glad to help.", "Hello! I am glad to help."),
            ("One.\nI was trained by OpenAI.\nTwo.", "One.\n\nTwo."),
            ("Ich bin ein Sprachmodell von OpenAI. Es regnet.", "Es regnet."),
            ("\u{6211}\u{662F}ChatGPT\u{3002}\u{4F60}\u{597D}\u{3002}", "\u{4F60}\u{597D}\u{3002}"),
        ]
    )
    func cuts(_ text: String, _ expected: String) {
        let (out, caught) = guarded(text)
        #expect(out == expected)
        #expect(caught == 1)
    }

    @Test(
        "mentions, quotations and code stay as they are",
        arguments: [
            "Claude Monet painted water lilies.", "He said \"I'm ChatGPT\" and laughed.", "Type `I'm Claude` now.",
            "```\nI'm ChatGPT.\n```\nDone.", "OpenAI was founded in 2015. It rains.", "", " \n ", "3.5 e.g. x.y",
        ]
    )
    func keeps(_ text: String) {
        #expect(guarded(text) == (text, 0))
    }

    @Test("at any split the same is shown, and never more than the whole shows")
    func everySplit() {
        let text = "Well. I'm Claude, made by Anthropic. It rains!\n```\nI'm Gemini.\n```\nAs Grok, I like rain. Yes"
        let (expected, caught) = guarded(text)
        #expect(caught == 2)
        let characters = Array(text)
        for split in 0...characters.count {
            var reply = ReplyGuard()
            let first = reply.feed(String(characters[..<split]))
            #expect(expected.hasPrefix(first))
            #expect(first + reply.feed(String(characters[split...])) + reply.finish() == expected)
        }
    }

    @Test("it holds back no more than its limit")
    func bounded() {
        var reply = ReplyGuard()
        let text = String(repeating: "rain and ", count: 300)
        let shown = reply.feed(text)
        #expect(shown.count >= text.count - ReplyGuard.longestHeld)
        #expect(shown + reply.finish() == text)
    }
}
