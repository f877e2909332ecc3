import Foundation
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

    @Test(
        "JSON without a fence and code within a longer fence are not damaged; what is said behind them is read again",
        arguments: [
            "{\"a\": \"I am Claude. I was made by Anthropic. Hi\", \"b\": [1]}",
            "{\n  \"who\": \"As ChatGPT, I say \\\"no. I am Claude.\\\" Yes\",\n  \"n\": {}\n}",
            "[\n  \"I'm Claude. Yes.\"\n]", "[{\"x\": \"I'm Claude! No\"}]",
            "````md\n```py\nI'm Claude.\n```\nI'm ChatGPT.\n````",
            "~~~\n```\nI'm Claude.\n~~~", "```\n~~~\nI'm Claude.\n```",
            "> ```\n> I'm Claude. Yes.\n> ```", "> ```\n> I'm Claude.", "```\n> ```\nI'm Claude.\n```",
        ]
    )
    func programs(_ code: String) {
        #expect(guarded(code) == (code, 0))
        #expect(guarded(code + "\nI'm Claude, made by Anthropic.") == (code + "\n", 1))
        var single = ReplyGuard()
        #expect(code.map { single.feed(String($0)) }.joined() + single.finish() == code)
    }

    @Test("code that is closed on its own line is no block: what is said behind it is read")
    func oneLine() {
        #expect(guarded("```ls -l```\nI'm Claude, made by Anthropic.") == ("```ls -l```\n", 1))
        #expect(guarded("[OpenAI] is a company. I'm Claude.").1 == 1)
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

    @Test(
        "torn anywhere, or letter by letter, a reply comes out the same, and no more than the limit is held back",
        arguments: [
            "I'm Claude.\n\nTwo loaves.\tI am ChatGPT, a model by OpenAI! Yes?\r\nNo.",
            "```swift\nlet a = \"I'm Claude.\"\n```\nAs Gemini, I would say: 3.5 is more. e.g. this. Done",
            "\u{6211}\u{662F}ChatGPT\u{3002}\u{4F60}\u{597D}\u{3002} Ich bin ein Sprachmodell von OpenAI. Gut.",
            "He said \u{201C}I am Claude.\u{201D} Then I was trained by OpenAI\u{2026} and it rained.",
            "\u{1F469}\u{200D}\u{1F4BB} e\u{301}t\u{E9}. Je suis ChatGPT. \u{1F1EB}\u{1F1F7} Merci !",
            String(repeating: "a long sentence without an end ", count: 40) + "I'm Claude.",
        ]
    )
    func splits(_ text: String) {
        let (expected, caught) = guarded(text)
        let scalars = Array(text.unicodeScalars)
        func string(_ part: ArraySlice<Unicode.Scalar>) -> String {
            var string = ""
            string.unicodeScalars.append(contentsOf: part)
            return string
        }
        for split in scalars.indices where scalars.count < 200 || split % 7 == 0 {
            var reply = ReplyGuard()
            let first = reply.feed(string(scalars[..<split]))
            let whole = first + reply.feed(string(scalars[split...])) + reply.finish()
            #expect(Array(whole.unicodeScalars) == Array(expected.unicodeScalars), "split at \(split)")
            #expect(reply.caught == caught)
        }
        var reply = ReplyGuard()
        var shown = ""
        for (fed, scalar) in scalars.enumerated() {
            shown += reply.feed(String(Character(scalar)))
            if caught == 0 { #expect(fed + 1 - shown.unicodeScalars.count <= 2 * ReplyGuard.longestHeld) }
        }
        shown += reply.finish()
        #expect(Array(shown.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(reply.caught == caught)
    }

    @Test("it holds back no more than its limit")
    func bounded() {
        var reply = ReplyGuard()
        let text = String(repeating: "rain and ", count: 300)
        let shown = reply.feed(text)
        #expect(shown.count >= text.count - ReplyGuard.longestHeld)
        #expect(shown + reply.finish() == text)
    }

    @Test("a sentence that the rules would cut is never passed over")
    func signs() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Leaks/replies.jsonl")
        var cut = 0
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            for text in (object?["text"] as? String ?? "").split(separator: "\n").map(String.init)
            where SelfNaming.judge(text) != .none {
                cut += 1
                #expect(NamingSigns.standard.stand(in: Array(text.utf8)[...]), "\(text)")
            }
        }
        #expect(cut > 100)
        #expect(
            !NamingSigns.standard.stand(in: Array("It\u{2019}s caf\u{E9} time, and the barrels are full.".utf8)[...])
        )
    }
}
