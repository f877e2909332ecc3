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

    @Test(
        "words are shown as they come, up to the first sign of a naming",
        arguments: [
            ("Op", ""), ("Open the", "Open the"), ("The lamp", "The lamp"), ("The lamp, ", "The lamp"),
            ("It is done.", "It is done."), ("42", "42"), ("Caf\u{E9}", "Caf\u{E9}"),
            ("\u{414}\u{43E}\u{43C}", "\u{414}\u{43E}\u{43C}"),
            // What may lead to a name is held until it does not.
            ("I", ""), ("I am a", ""), ("I am a bak", "I am a bak"), ("I think", "I think"), ("As", ""),
            ("My name is", ""), ("Well, I'm", "Well"), ("Ich bin ein", ""), ("Ich bin m\u{FC}de", "Ich bin m\u{FC}de"),
            ("\u{42F}", ""), ("I \u{201C}really\u{201D} am", ""), ("I'm Command R, large", ""),
            // A name, whole or misspelt, and what may become one.
            ("The cl", "The"), ("The cloth", "The cloth"), ("The caldue", "The caldue"), ("The cluade", "The"),
            ("The chatgtp", "The"), ("A fine ai2", "A fine"), ("A fine aim", "A fine aim"),
            // Who speaks, and what makers do.
            ("I think the lamp was made", "I think the lamp was"), ("The lamp was made here", "The lamp was made here"),
            ("The lamp was made for me", "The lamp was made for"),
            // Scripts that are not read word by word.
            ("Hi \u{6211}", "Hi"), ("Hi \u{1F44D} there", "Hi \u{1F44D} there"),
            // Code and JSON are nobody's speech.
            ("```\nI'm Cl", "```\nI'm Cl"), ("{\"a\":\nI'm Cl", "{\"a\":\nI'm Cl"), ("> ```\n> I'm Cl", "> ```\n"),
        ]
    )
    func early(_ text: String, _ shown: String) {
        var reply = ReplyGuard()
        #expect(reply.feed(text) == shown)
        #expect(reply.feed("") == "")
        #expect(shown + reply.finish() == text)
        var single = ReplyGuard()
        #expect(text.unicodeScalars.map { single.feed(String($0)) }.joined() == shown)
    }

    @Test(
        "what was shown of a sentence that goes is closed",
        arguments: [
            ("Just so you know, I'm Claude. It rains.", "Just so you\u{2026} It rains."),
            ("Well, as ChatGPT, I would say that it rains.", "Well\u{2026} I would say that it rains."),
            ("It rains. In truth I am ChatGPT.\nYes.", "It rains. In truth\u{2026}\nYes."),
            ("- I'm Claude.\n- Yes.", "\n- Yes."), ("(I'm Claude.) Yes.", "Yes."),
        ]
    )
    func closes(_ text: String, _ expected: String) {
        #expect(guarded(text) == (expected, 1))
    }

    private typealias Row = (label: String, sentence: String, text: String)

    private static let labelled: [Row] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return ["replies", "replies_held"].flatMap { name in
            let file = folder.appendingPathComponent("Leaks/\(name).jsonl")
            let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
            return lines.compactMap { line -> Row? in
                guard let row = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
                    let label = row["label"], let text = row["text"]
                else { return nil }
                return (label, row["sentence"] ?? "", text)
            }
        }
    }()

    @Test("however a reply is cut into pieces, the same is shown of it")
    func chunks() {
        var chance = SystemRandomNumberGenerator()
        #expect(Self.labelled.count > 700)
        for (_, _, text) in Self.labelled {
            let whole = guarded(text)
            let most = [1, 3, 9].randomElement(using: &chance) ?? 1
            var rest = text.unicodeScalars[...]
            var reply = ReplyGuard()
            var shown = ""
            var cuts: [Int] = []
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...most, using: &chance))
                rest = rest.dropFirst(piece.count)
                cuts.append(piece.count)
                shown += reply.feed(String(piece))
            }
            shown += reply.finish()
            #expect((shown, reply.caught) == whole, "in pieces of \(cuts)")
        }
    }

    @Test("letter by letter, nothing is shown of a naming from its first sign on")
    func firstSign() {
        var cut = 0
        var early = 0
        for (label, sentence, _) in Self.labelled where label == "naming" {
            var reply = ReplyGuard()
            let shown = sentence.unicodeScalars.map { reply.feed(String($0)) }.joined()
            _ = reply.finish()
            guard reply.caught > 0 else { continue }
            cut += 1
            if shown.isEmpty { early += 1 }
            let words = Words(shown).items
            #expect(words.allSatisfy { $0.kind == nil && !Words.genericEnds.contains($0.text) }, "\(shown)")
            // It names nobody whoever came next.
            for name in [" Claude and so on.", " by OpenAI and so on.", " an AI language model and so on."] {
                #expect(SelfNaming.judge(shown + name) == .none, "\(sentence)")
            }
        }
        #expect(cut > 340)
        #expect(early * 100 > cut * 85)
    }

    @Test("of what is no naming, most is shown before its sentence ends")
    func share() {
        var fed = 0
        var shown = 0
        let plain =
            "The key hangs by the oven, and the lamps are lit again, said the miller, who never sleeps in June, "
        for start in ["I think that ", "It was he who came: ", "We have been here; ", "As far as we see, "] {
            var reply = ReplyGuard()
            for letter in start + plain {
                fed += 1
                shown += reply.feed(String(letter)).count
            }
        }
        #expect(shown > fed - 4 * 3)
    }

    private func hasName(_ sentence: String) -> Bool {
        var watch = NamingWatch()
        watch.read(Array(sentence.utf8)[...], isEnd: true)
        return watch.hasName
    }

    @Test("a sentence that the rules would cut is never passed over")
    func signs() {
        var cut = 0
        for (_, _, text) in Self.labelled {
            for text in text.split(separator: "\n").map(String.init) where SelfNaming.judge(text) != .none {
                cut += 1
                #expect(hasName(text), "\(text)")
            }
        }
        #expect(cut > 100)
        #expect(!hasName("It\u{2019}s caf\u{E9} time, and the barrels are full."))
    }
}
