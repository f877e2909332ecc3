import Testing

@testable import Persona

@Suite("Texts are folded so that a term is found however it is dressed")
struct TextFoldingTests {
    @Test(
        "every dress of a name folds to the plain name",
        arguments: [
            ("case", "TiMMy"),
            ("accents, composed", "T\u{ED}mm\u{FD}"),
            ("accents, combining", "Ti\u{301}mmy\u{301}"),
            ("a pile of combining marks", "T\u{334}\u{321}i\u{335}m\u{336}m\u{337}y\u{338}"),
            ("fullwidth", "\u{FF34}\u{FF49}\u{FF4D}\u{FF4D}\u{FF59}"),
            ("mathematical letters", "\u{1D413}\u{1D422}\u{1D426}\u{1D426}\u{1D432}"),
            ("Cyrillic look-alikes", "\u{422}\u{456}mm\u{443}"),
            ("Greek look-alikes", "\u{3A4}\u{3B9}mm\u{3B3}"),
            ("mathematical capitals", "\u{1D413}\u{1D408}\u{1D40C}\u{1D40C}\u{1D418}"),
            ("circled letters", "\u{24C9}\u{24D8}\u{24DC}\u{24DC}\u{24E8}"),
            ("squared letters", "\u{1F143}\u{1F138}\u{1F13C}\u{1F13C}\u{1F148}"),
            ("regional indicators", "\u{1F1F9}\u{1F1EE}\u{1F1F2}\u{1F1F2}\u{1F1FE}"),
            ("small capitals", "\u{1D1B}\u{26A}\u{1D0D}\u{1D0D}\u{28F}"),
            ("superscript letters", "\u{1D40}\u{2071}\u{1D50}\u{1D50}\u{2B8}"),
            ("Cyrillic capitals", "\u{422}\u{406}\u{41C}\u{41C}\u{423}"),
            ("Greek capitals", "\u{3A4}\u{399}\u{39C}\u{39C}\u{3A5}"),
            ("Roman numerals", "T\u{2170}\u{217F}\u{217F}y"),
            ("zero-width spaces", "T\u{200B}i\u{200C}m\u{200D}m\u{FEFF}y"),
            ("a soft hyphen and a word joiner", "Tim\u{AD}m\u{2060}y"),
            ("tag characters", "Tim\u{E0041}\u{E007F}my"),
            ("variation selectors", "T\u{FE0F}i\u{E0100}mmy"),
            ("bidi controls", "\u{202E}Tim\u{2066}my\u{2069}"),
            ("a Hangul filler", "Tim\u{3164}my"),
            ("a C1 control", "Tim\u{85}my"),
        ]
    )
    func folds(_ dress: String, _ text: String) {
        #expect(Fixture.fold(text) == "timmy", "\(dress)")
    }

    @Test(
        "runs of what is neither letter nor digit are one space, and none stands in front",
        arguments: [
            ("a_b-c.d", "a b c d"), ("a \t\n  b", "a b"), ("  a", "a"), ("a!?", "a "), ("a\u{2003}\u{2014}b", "a b"),
            ("\u{1F600}a\u{1F600}\u{1F600}b", "a b"), ("", ""), ("?!", ""), ("x3y2", "x3y2"),
            ("\u{1D7D9}\u{1D7D8}\u{2460}", "ioi"),
        ]
    )
    func separators(_ text: String, _ expected: String) {
        #expect(Fixture.fold(text) == expected)
    }

    @Test(
        "letters that look like no Latin letter are kept, in lower case",
        arguments: [
            ("\u{416}\u{418}\u{428}", "\u{436}\u{438}\u{448}"), ("\u{6771}\u{4EAC}", "\u{6771}\u{4EAC}"),
            ("\u{39E}\u{3A8}", "\u{3BE}\u{3C8}"), ("\u{1F600}", ""),
        ]
    )
    func otherScripts(_ text: String, _ expected: String) {
        #expect(Fixture.fold(text) == expected)
    }

    @Test(
        "bytes that are not UTF-8 are passed over, the text around them is not",
        arguments: [
            ([0x54, 0xFF, 0x69], "ti"), ([0x54, 0xC0, 0xAF], "t"), ([0x54, 0xE2, 0x80], "t"),
            ([0x80, 0xBF, 0x61], "a"),
            ([0xED, 0xA0, 0x80, 0x61], "a"), ([0xF5, 0x80, 0x80, 0x80, 0x61], "a"), ([0xE2, 0x41, 0x42], "ab"),
            ([0xF0], ""),
        ] as [([UInt8], String)]
    )
    func invalid(_ bytes: [UInt8], _ expected: String) {
        let folded = bytes.withUnsafeBufferPointer { TextFolding.standard.fold($0) }
        #expect(String(decoding: folded, as: UTF8.self) == expected)
    }

    @Test("folding what is folded changes nothing", arguments: ["Tímmy's \u{FB03}x", "ＡＢＣ 123", "\u{1D413}a_b"])
    func idempotent(_ text: String) {
        let once = Fixture.fold(text)
        #expect(Fixture.fold(once) == once)
    }

    @Test("no scalar folds to more than three bytes for each of its own, so nothing is cut off")
    func outputBound() {
        let space = UInt8(ascii: " ")
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(String.UnicodeScalarView([scalar]))
            let alone = TextFolding.standard.fold(text)
            // A cut would drop bytes at the end of a full buffer: the same scalar with room behind it shows it.
            let roomy = TextFolding.standard.fold(text + "        ")
            guard alone.count <= text.utf8.count * 3, roomy.drop(trailing: space) == alone.drop(trailing: space)
            else {
                Issue.record("U+\(String(value, radix: 16)) folds to \(roomy.count) bytes")
                return
            }
        }
    }

    @Test("random bytes never come out longer than promised", arguments: UInt64(1)...20)
    func randomBytes(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<2_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let folded = bytes.withUnsafeBufferPointer { TextFolding.standard.fold($0) }
        #expect(folded.count <= bytes.count * 3 + 1)
        #expect(String(validating: folded, as: UTF8.self) != nil, "seed \(seed)")
    }
}

extension [UInt8] {
    fileprivate func drop(trailing byte: UInt8) -> [UInt8] {
        var bytes = self
        while bytes.last == byte { bytes.removeLast() }
        return bytes
    }
}
