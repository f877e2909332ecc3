import Testing

@testable import Persona

@Suite("A voice is the same for the same seed")
struct VoiceTests {
    private let voice = Voice(
        opening: ["Hm. ", "Ah. ", "Well. "],
        closing: [],
        refusal: ["No."],
        unavailable: ["Later."],
        late: ["Too late."]
    )

    @Test("the same seed picks the same line, and every line has a seed")
    func picks() {
        #expect(
            (0..<6).map { voice.pick(\.opening, seed: $0) } == ["Hm. ", "Ah. ", "Well. ", "Hm. ", "Ah. ", "Well. "]
        )
        #expect(voice.pick(\.opening, seed: .max) == voice.pick(\.opening, seed: .max))
        #expect(voice.pick(\.refusal, seed: .max) == "No.")
    }

    @Test("an empty list says nothing")
    func empty() {
        #expect(voice.pick(\.closing, seed: 7).isEmpty)
    }

    @Test(
        "the seed of a text is FNV-1a, which no process salts",
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
        ] as [(String, UInt64)]
    )
    func seeds(_ text: String, _ expected: UInt64) {
        #expect(Voice.seed(text) == expected)
    }

    @Test("the plain voice has a word for every occasion that needs one")
    func plain() {
        for lines in [\Voice.refusal, \Voice.unavailable, \Voice.late] {
            #expect(!Voice.plain.pick(lines, seed: 0).isEmpty)
        }
    }
}
