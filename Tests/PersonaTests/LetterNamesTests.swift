import Testing

@testable import Persona

@Suite("A letter that Unicode calls a Latin letter folds to that letter")
struct LetterNamesTests {
    private static let scripts: Set<Substring> = [
        "LATIN", "MODIFIER", "COMBINING", "FULLWIDTH", "MATHEMATICAL", "CIRCLED", "NEGATIVE", "SQUARED",
        "PARENTHESIZED",
        "REGIONAL", "DOUBLE-STRUCK", "SUPERSCRIPT", "SUBSCRIPT",
    ]

    /// Their letters are not Latin, whatever their names spell.
    private static let others: [Substring] = [
        "CYRILLIC", "GREEK", "HANGUL", "KATAKANA", "DEVANAGARI", "GRANTHA", "GLAGOLITIC",
    ]
    private static let exceptions: [UInt32: String] = [
        // Read as two letters: sharp s and the ligature of long s and t.
        0xDF: "ss", 0x1E9E: "ss", 0xFB05: "st",
        // A small m turned over looks like a w, and UTS #39 takes it for one.
        0x26F: "w",
        // No letters but signs: two crosses, the copyleft of Creative Commons.
        0x2BBE: "", 0x2BBF: "", 0x1F16E: "",
        // Badges of a number and a letter: 3D, 2K, 4K, 8K, 60P, 120P.
        0x1F19B: "", 0x1F19D: "", 0x1F19E: "", 0x1F19F: "", 0x1F1A3: "", 0x1F1A4: "",
    ]

    private static func letter(_ scalar: Unicode.Scalar) -> String? {
        guard let name = scalar.properties.name else { return nil }
        let words = name.split(separator: " ").prefix { $0 != "WITH" }
        guard let first = words.first, scripts.contains(first), let last = words.last, last.utf8.count == 1,
            !words.contains(where: others.contains)
        else { return nil }
        return Fixture.fold(String(last))
    }

    @Test("every scalar of one Latin letter, whatever stands around the letter in its name")
    func sweep() {
        var wrong: [String] = []
        var count = 0
        for value in UInt32(0x80)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value), let letter = Self.letter(scalar) else { continue }
            count += 1
            let folded = Fixture.fold(String(String.UnicodeScalarView([scalar])))
            if folded != Self.exceptions[value] ?? letter {
                wrong.append("\(String(value, radix: 16)) \(scalar.properties.name ?? "") \(folded)")
            }
        }
        #expect(wrong.isEmpty)
        #expect(count > 2_000)
    }

    @Test(
        "what is or looks like another letter",
        arguments: [
            ("\u{AA}\u{BA}\u{17F}\u{1E9B}\u{1E9C}\u{1E9D}\u{212A}\u{212B}\u{107A5}", "aossssKAq"),
            ("\u{442}\u{43C}\u{432}\u{43D}\u{43A}\u{433}", "tmbhkr"), ("\u{3C4}\u{3C9}\u{3BA}\u{3B7}\u{3C7}", "twknx"),
            ("\u{451}\u{457}\u{45E}\u{49B}\u{4A3}", "eiykh"), ("\u{3AC}\u{3CE}\u{1F00}\u{1FC6}", "awan"),
            ("\u{3A4}\u{39C}\u{397}\u{3A9}\u{391}", "TMHWA"), ("\u{1D6D5}\u{1E03B}", "tm"),
            ("\u{190}\u{186}\u{258}\u{275}\u{1D0C}", "EOeol"), ("\u{36B}\u{1DD9}\u{1DE0}", "mdn"),
            ("\u{339C}\u{33CC}\u{3378}\u{33A7}\u{338D}", "mmindm2msug"),
            ("\u{14B}\u{283}\u{251}\u{1F1A5}\u{2184}", "nsadc"),
        ]
    )
    func looksLike(_ text: String, _ letters: String) {
        #expect(Fixture.fold(text) == Fixture.fold(letters))
    }

    @Test(
        "what a reader does not see does not break a word up",
        arguments: [
            0x2800, 0xFFFC, 0xFFFD, 0x2028, 0x2029, 0xE000, 0xF0000, 0x378, 0xFFFE, 0xFDD0, 0x10FFFF, 0x640, 0x2BC,
            0x2D0,
        ] as [UInt32]
    )
    func blanks(_ value: UInt32) throws {
        let blank = String(Character(try #require(Unicode.Scalar(value))))
        #expect(Fixture.fold("Tim\(blank)my") == "timmy")
        // Nor does it hide a short term from the whole-word rule.
        #expect(Fixture.index.firstClass(in: "Sam\(blank)came") == .alias)
    }

    @Test(
        "a term in Greek or Cyrillic is found in either case",
        arguments: ["\u{397}\u{3BB}\u{3AF}\u{3B1}\u{3C2}", "\u{411}\u{43E}\u{440}\u{438}\u{441}"]
    )
    func eitherCase(_ name: String) {
        let index = IdentityIndex([Identity(terms: [(.name, name)])])
        for text in [name, name.lowercased(), name.uppercased()] {
            #expect(index.firstClass(in: "(\(text))") == .name, "\(text)")
        }
    }
}
