import Testing

@testable import Persona

@Suite("What the quick way passes over holds nothing")
struct SkimmingTests {
    private static let thorough = IdentityIndex([Fixture.identity, DetectorTests.identity], skims: false)
    private static let quick = IdentityIndex([Fixture.identity, DetectorTests.identity])

    /// What a name may be written as, and what may stand around it.
    private static let pieces = [
        "Timmy", "Merrowin", "Old Tim", "sam", "Sam", "Rowan Ashdown", "T\u{69}m\u{200B}my", "Zreebjva", "niworreM",
        "M3rr0w1n", "TWVycm93aW4=", "4d6572726f77696e", "JVSXE4TPO5UW4===", "\\x4d\\x65rrowin", "%4Derrowin",
        "&#77;errowin", "=4Derrowin", "77, 101, 114, 114, 111, 119, 105, 110", "-- . .-. .-. --- .-- .. -.",
        "<b>Me</b>rrowin", "|rMe|nrrowin", "T\u{363}immy", "\u{2E3}Tim\u{1DE6}my", "getSamNotes", "T i m m y",
        "\u{41C}\u{435}\u{440}\u{440}\u{43E}\u{432}\u{438}\u{43D}",
        "\u{131}u\u{1D09}\u{28D}o\u{279}\u{279}\u{1DD}\u{26F}",
        "MMMeeerrrrrrooowwwiiinnn", "the", "barrels,", "count", "row", "an", "0x12", "2026-03-01", "if (a[i] < b) {",
        "caf\u{E9}", "\u{2014}", "\u{1F600}", "\n", "\t", "...", "\\n", "x=10", "foo_bar/baz", "getBarrelCount",
        "9fceb02d", "TWVy cm93 aW4g", "VGlt bXkg aGVs", "aBcd Timm y",
        "T*mmy", "M\u{2022}rr\u{2588}win", "T\u{B7}mm\u{1F600}",
    ]
    private static let edits = Array("aimtyTM019=%&\\-._ |<>[]\n".unicodeScalars) + ["\u{200B}", "\u{363}", "\u{E9}"]

    /// A few pieces side by side, some with a slip in them.
    private static func text(_ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            var piece = Array(pieces[Int.random(in: pieces.indices, using: &random)].unicodeScalars)
            if Int.random(in: 0..<3, using: &random) == 0 {
                let place = Int.random(in: 0..<piece.count, using: &random)
                piece.insert(edits[Int.random(in: edits.indices, using: &random)], at: place)
            }
            text += piece
            if Bool.random(using: &random) { text.append(" ") }
        }
        return String(text)
    }

    @Test("the quick way finds what the slow way finds, in generated requests", arguments: 0..<8)
    func sameTraces(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<150 {
            let fields = (0..<Int.random(in: 1...3, using: &random)).map { _ in Self.text(&random) }
            #expect(Set(Self.quick.traces(in: fields)) == Set(Self.thorough.traces(in: fields)), "\(fields)")
        }
    }

    @Test("Base64 in groups is read without any digit, and words of one length are no code by a single capital")
    func groups() {
        for code in ["VGlt bXkg aGVs", "VGlt bXkg aGVs bG8="] {
            #expect(Self.quick.traces(in: ["what is \(code)?"], .sure).map(\.identityClass) == [.name], "\(code)")
        }
        for plain in ["they said iPad well", "the USA ami may", "Rows aMen well"] {
            #expect(Self.quick.traces(in: [plain], .sure).isEmpty, "\(plain)")
        }
    }

    @Test("by the first four letters every term is found that is found letter by letter")
    func fronts() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("abl10x\u{E9}".utf8)
        func letters(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 1...most, using: &random)).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &random)]
            }
        }
        for _ in 0..<200 {
            let terms = Array(Set((0..<8).map { _ in letters(9).map(TextFolding.alike) }))
            let automaton = TermAutomaton(terms.map { .init(folded: $0, isWholeWord: false) })
            let text = letters(200)
            var slow: Set<[Int]> = []
            var quick: Set<[Int]> = []
            automaton.scan(text) { slow.insert([$0.term, $0.end]).inserted || true }
            automaton.scan(text, fronts: TermFronts(terms)) { quick.insert([$0.term, $0.end]).inserted || true }
            #expect(quick == slow)
        }
    }

    @Test("an escape anywhere in a long word, and far from the next one, is read and nothing breaks")
    func windows() {
        for gap in [0, 1, 60, 127, 128, 129, 255, 256, 257, 600] {
            for filler in ["x", "x ", "\n"] {
                let between = String(String(repeating: filler, count: gap).prefix(gap))
                let text = "Tim\\x6dy" + between + "\\x54immy" + between + "Ti\\x6dmy" + between
                #expect(Self.quick.traces(in: [text]).contains { $0.identityClass == .name }, "\(gap)")
                let encoded = between + "Ask Ti\\x6dm" + "y"
                #expect(Self.quick.traces(in: [encoded]).contains { $0.identityClass == .name }, "\(gap)")
            }
        }
    }
}
