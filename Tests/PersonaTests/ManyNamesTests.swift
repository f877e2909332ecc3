import Testing

@testable import Persona

@Suite("A text of many names costs what its length does, and not their number besides")
struct ManyNamesTests {
    private func terms(_ names: [String]) -> [TermMatches.Term] {
        names.enumerated().compactMap { TermMatches.Term(.person, $1, slot: "person \($0)") }
    }

    /// Letters and terms that are looked at for each byte of a text that names all of them.
    private func work(_ names: [String]) throws -> Double {
        let text = Array(("Tell " + names.joined(separator: ", ") + " hello").utf8)
        var work = 0
        let matches = TermMatches(terms(names)).matches(in: text, work: &work)
        #expect(matches.map(\.term) == Array(names.indices))
        // Nearly names: nothing is found, so nothing is passed over either.
        let near = Array(names.map { $0.prefix($0.count - 5) + "qqqqq" }.joined(separator: ", ").utf8)
        #expect(TermMatches(terms(names)).matches(in: near, work: &work).isEmpty)
        return Double(work) / Double(text.count + near.count)
    }

    @Test(
        "whatever they begin with, twenty times as many names need no more for each letter",
        arguments: ["", "Guard ", "Zorblaxian", "Sir Knight of "]
    )
    func found(front: String) throws {
        let names = GameNamesTests.many(2_000).map { front + $0.text }
        let few = try work(Array(names.prefix(100)))
        let many = try work(names)
        // Long names are longer; a look at each name would be twenty times as much.
        #expect(many < 2 * few && many < 4)
    }

    @Test("the quick way finds what a look at every term at every place would")
    func same() {
        var random = SeededGenerator(seed: 5)
        let pieces = ["Sam", "sam", "Samwise", "Ann", "Anna", "an", "Old", "Mill", "MILL", "É", "é", "x"]
        let gaps = ["", " ", "-", "_", "  ", "\n\t", "                  ", "."]
        func text(_ most: Int) -> String {
            (0..<Int.random(in: 1...most, using: &random)).map { _ in
                pieces[Int.random(in: pieces.indices, using: &random)]
                    + gaps[Int.random(in: gaps.indices, using: &random)]
            }.joined()
        }
        for _ in 0..<300 {
            let terms = terms((0..<6).map { _ in text(3) })
            let bytes = Array(text(8).utf8)
            var slow: [Range<Int>] = []
            var index = 0
            while index < bytes.count {
                let here = terms.compactMap { term in Self.range(of: term, in: bytes, at: index).map { (term, $0) } }
                let longest = here.map(\.0.text.utf8.count).max()
                if let match = here.first(where: { $0.0.text.utf8.count == longest }) {
                    slow.append(match.1)
                    index = match.1.upperBound
                } else {
                    index += 1
                }
            }
            #expect(TermMatches(terms).matches(in: bytes).map(\.range) == slow)
        }
    }

    /// Where one term alone stands, if it begins there; before it only the sort of the byte is left.
    private static func range(of term: TermMatches.Term, in bytes: [UInt8], at start: Int) -> Range<Int>? {
        var bytes = bytes
        for place in 0..<start {
            let isLast = place == start - 1
            switch bytes[place] {
            case 0x61...0x7A where isLast: bytes[place] = UInt8(ascii: "q")
            case 0x41...0x5A where isLast: bytes[place] = UInt8(ascii: "Q")
            case 0x80... where isLast: bytes[place] = 0xBF
            default: bytes[place] = UInt8(ascii: ".")
            }
        }
        return TermMatches([term]).matches(in: bytes).map(\.range).first { $0.lowerBound == start }
    }

    @Test("of a thousand stand-ins one is found by halves")
    func restored() {
        var random = SeededGenerator(seed: 3)
        let words = Array(
            Set((0..<1_000).map { _ in (0..<9).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) } })
        )
        let table = PrefixTable(words)
        for (place, word) in words.enumerated() {
            var work = 0
            #expect(table.find(in: (word + [0x2E])[...], work: &work) == .word(place, length: 9))
            // Ten halvings to either end for the first letters, few for the others.
            #expect(work < 80)
            #expect(table.find(in: word.dropLast()[...], work: &work) == .open)
            #expect(table.find(in: [0x41, 0x2E], work: &work) == .none)
        }
    }

    @Test("the longest word counts, and one that may go on is waited for")
    func prefixes() {
        let table = PrefixTable(["bel", "belan", "cor", "corvane"].map { Array($0.utf8) })
        let cases: [(String, PrefixTable.Find)] = [
            ("Belan.", .word(1, length: 5)), ("BELA ", .word(0, length: 3)), ("bela", .open), ("bel", .open),
            ("belan", .word(1, length: 5)), ("corv", .open), ("corx", .word(2, length: 3)), ("co", .open), ("", .open),
            ("x", .none), ("be.", .none),
        ]
        var work = 0
        for (text, expected) in cases {
            #expect(table.find(in: Array(text.utf8)[...], work: &work) == expected, "\(text)")
        }
        #expect(PrefixTable([]).find(in: [0x61], work: &work) == .none)
    }

    @Test("a thousand names leave as a thousand stand-ins, and come back as they were typed")
    func wholeWay() throws {
        let names = GameNamesTests.many(1_000)
        let index = IdentityIndex([Fixture.identity], names: GameNames(names))
        let task = "Tell " + names.map(\.text).joined(separator: ", ") + " hello"
        var pseudonyms = Pseudonyms(key: Array(repeating: 7, count: 32), conversation: "c")
        let out = pseudonyms.replace(index.terms, index.names(in: [task]), in: [task])
        #expect(pseudonyms.count == 1_000)
        #expect(!names.contains { out[0].contains($0.text) })
        #expect(PseudonymRestorer(pseudonyms).restored(out[0]) == task)
    }
}
