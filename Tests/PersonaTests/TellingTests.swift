import Testing

@testable import Persona

@Suite("An answer is told whole, with lines around it that break nothing")
struct TellingTests {
    private let voice = Voice([
        .opening: [" Hm. "], .closing: ["So be it."], .partial: ["It goes on."], .unsure: ["I would not swear to it."],
        .nothing: ["Nothing came."],
    ])

    private func told(
        _ answer: String,
        _ ending: Telling.Ending = .init(),
        isBare: Bool = false,
        voice: Voice? = nil,
        piece: Int = .max,
        isHeard: Bool = false
    ) -> (text: String, certainty: String?) {
        var telling = Telling(voice ?? self.voice, at: .init(seed: 1), isBare: isBare)
        var rest = answer.unicodeScalars[...]
        var out: [String] = []
        while !rest.isEmpty {
            if isHeard { out += telling.hear(String(rest.prefix(piece))) }
            out += telling.feed(String(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        out += telling.finish(ending)
        #expect(out.allSatisfy { !$0.isEmpty })
        return (out.joined(), telling.certainty)
    }

    static let cases: [(answer: String, text: String)] = [
        ("Blue.", "Hm. Blue. So be it."),
        ("  Blue.\n", "Hm.   Blue.\nSo be it."),
        ("42", "Hm. 42 So be it."), ("3.14 or so.", "Hm. 3.14 or so. So be it."),
        ("*waves*", "Hm. *waves* So be it."), ("-5 degrees", "Hm. -5 degrees So be it."),
        ("`ls` lists.", "Hm. `ls` lists. So be it."),
        ("#1 is best", "Hm. #1 is best So be it."),
        ("```swift\nlet a = 1\n```", "Hm.\n\n```swift\nlet a = 1\n```\n\nSo be it."),
        ("```\na\n```\n", "Hm.\n\n```\na\n```\n\nSo be it."),
        ("````\n```\n````", "Hm.\n\n````\n```\n````\n\nSo be it."),
        ("~~~\na\n~~~\nDone.", "Hm.\n\n~~~\na\n~~~\nDone. So be it."),
        ("    let a = 1", "Hm.\n\n    let a = 1\n\nSo be it."),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "Hm.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nSo be it."),
        ("# Title\nText.", "Hm.\n\n# Title\nText. So be it."),
        ("- one\n- two", "Hm.\n\n- one\n- two\n\nSo be it."),
        ("1. one\n2. two", "Hm.\n\n1. one\n2. two\n\nSo be it."),
        ("> quoted", "Hm.\n\n> quoted\n\nSo be it."),
        ("$$x^2$$", "Hm.\n\n$$x^2$$\n\nSo be it."),
        (#"{"a": [1]}"#, #"{"a": [1]}"#), ("[1, 2]", "[1, 2]"), ("<p>a</p>", "<p>a</p>"),
        ("Here:\n```\nlet a = 1", "Hm. Here:\n```\nlet a = 1"),
        ("Use this: {a: 1}", "Hm. Use this: {a: 1}\n\nSo be it."),
        ("", "Nothing came."), (" \n", "Nothing came."),
    ]

    @Test("lines stand beside it as its form allows", arguments: cases)
    func shapes(_ shape: (answer: String, text: String)) {
        #expect(told(shape.answer).text == shape.text)
    }

    @Test("however it is cut into pieces, the same is told", arguments: cases)
    func pieces(_ shape: (answer: String, text: String)) {
        for piece in 1...12 {
            #expect(told(shape.answer, piece: piece).text == shape.text)
            #expect(told(shape.answer, piece: piece, isHeard: true).text == shape.text)
        }
    }

    @Test("the line before an answer is said as soon as the backend speaks, before its words may be shown")
    func heard() {
        func heard(_ pieces: String..., isBare: Bool = false) -> [String] {
            var telling = Telling(voice, at: .init(seed: 1), isBare: isBare)
            return pieces.map { telling.hear($0).joined() }
        }
        #expect(heard("I", "'m") == ["Hm.", ""])
        #expect(heard(" ", "\n-", "5") == ["", "Hm.", ""])
        #expect(heard("{", "\"a\"") == ["", ""])
        #expect(heard("yes", isBare: true) == [""])
        var telling = Telling(voice, at: .init(seed: 1))
        #expect(telling.hear("I'm Claude. ```\na\n```") == ["Hm."])
        #expect(telling.feed("```\na\n```").joined() == "\n\n```\na\n```")
        telling.restart()
        #expect(telling.hear("I'm Claude. {}") == ["Hm."])
        #expect(telling.feed("{}").joined() == "\n\n{}")
        telling.restart()
        #expect(telling.hear("I'm Claude.") == ["Hm."])
        #expect(telling.finish(.init()) == [" Nothing came."])
    }

    @Test("the answer itself stands in what is told, letter by letter", arguments: cases)
    func whole(_ shape: (answer: String, text: String)) {
        let answer = Array(shape.answer.utf8)
        guard !shape.answer.allSatisfy(\.isWhitespace) else { return }
        let text = Array(told(shape.answer, .init(isCut: true)).text.utf8)
        #expect(text.indices.contains { text[$0...].starts(with: answer) })
    }

    @Test("nothing is added to what a program reads, and it is still told how sure the persona was")
    func bare() {
        #expect(told("yes", isBare: true).text == "yes")
        #expect(told("", isBare: true).text.isEmpty)
        #expect(told("yes", .init(confidence: 0.2), isBare: true) == ("yes", "I would not swear to it."))
        #expect(told("", .init(callsTools: true)).text.isEmpty)
        #expect(told("Calling.", .init(callsTools: true)).text == "Hm. Calling.")
    }

    @Test("doubt takes the place of the closing line; a cut is told before doubt")
    func doubt() {
        #expect(
            told("Blue.", .init(confidence: 0.59)) == ("Hm. Blue. I would not swear to it.", "I would not swear to it.")
        )
        #expect(told("Blue.", .init(confidence: 0.6)) == ("Hm. Blue. So be it.", nil))
        #expect(told("Blue and", .init(isCut: true, confidence: 0.1)) == ("Hm. Blue and It goes on.", "It goes on."))
        // Inside code that was cut, a line would be code.
        #expect(told("```\na = ", .init(isCut: true)) == ("Hm.\n\n```\na = ", "It goes on."))
    }

    @Test("closing lines stand behind answers of the right length alone")
    func length() {
        var voice = voice
        voice.closingLength = 4...6
        #expect(told("Red.", voice: voice).text == "Hm. Red. So be it.")
        #expect(told("No.", voice: voice).text == "Hm. No.")
        #expect(told("Purple.", voice: voice).text == "Hm. Purple.")
    }

    @Test("an answer that starts anew is told from its beginning")
    func restart() {
        var telling = Telling(voice, at: .init(seed: 1))
        #expect(telling.feed("```sw") == ["Hm.\n\n", "```sw"] || telling.feed("ift\n") == ["Hm.\n\n", "```swift\n"])
        telling.restart()
        #expect(telling.feed("Blue") == ["Hm. ", "Blue"])
        #expect(telling.finish(.init()) == [" So be it."])
    }

    @Test("a voice without lines tells the answer and nothing else")
    func silent() {
        let silent = Voice([.opening: [], .closing: [""], .unsure: [], .partial: []])
        #expect(told("Blue.", .init(isCut: true, confidence: 0), voice: silent) == ("Blue.", nil))
    }
}
