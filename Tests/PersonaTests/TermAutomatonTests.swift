import Testing

@testable import Persona

@Suite("The automaton finds every term in one pass")
struct TermAutomatonTests {
    private struct Found: Hashable {
        let term: Int
        let end: Int
    }

    private static func term(_ text: String, whole: Bool = false) -> TermAutomaton.Term {
        TermAutomaton.Term(folded: Array(text.utf8), isWholeWord: whole)
    }

    private static func found(_ terms: [TermAutomaton.Term], in text: [UInt8]) -> [Found] {
        var found: [Found] = []
        TermAutomaton(terms).scan(text) {
            found.append(Found(term: $0.term, end: $0.end))
            return true
        }
        return found
    }

    private static func naive(_ terms: [TermAutomaton.Term], in text: [UInt8]) -> Set<Found> {
        let space = UInt8(ascii: " ")
        var found: Set<Found> = []
        for (index, term) in terms.enumerated() where !term.folded.isEmpty && term.folded.count <= text.count {
            for start in 0...(text.count - term.folded.count) {
                let end = start + term.folded.count
                guard text[start..<end].elementsEqual(term.folded) else { continue }
                let stands = (start == 0 || text[start - 1] == space) && (end == text.count || text[end] == space)
                if stands || !term.isWholeWord { found.insert(Found(term: index, end: end)) }
            }
        }
        return found
    }

    @Test("terms that overlap, and terms that end inside another, are all found, by their ends")
    func overlaps() {
        let terms = ["he", "she", "his", "hers", "s"].map { Self.term($0) }
        let found = Self.found(terms, in: Array("ushers".utf8))
        #expect(found.map(\.end) == [2, 4, 4, 6, 6])
        #expect(Set(found) == Self.naive(terms, in: Array("ushers".utf8)))
    }

    @Test("a term overlaps itself")
    func overlapsItself() {
        #expect(Self.found([Self.term("aa")], in: Array("aaaa".utf8)).map(\.end) == [2, 3, 4])
    }

    @Test(
        "a whole-word term stands only between separators",
        arguments: [
            ("sam", true), ("sam came", true), ("i saw sam", true), ("a sam b", true), ("same", false),
            ("flotsam", false),
            ("sam2", false), ("2sam", false), ("s am", false), ("", false),
        ]
    )
    func wholeWord(_ text: String, _ isFound: Bool) {
        let automaton = TermAutomaton([Self.term("sam", whole: true)])
        #expect((automaton.firstMatch(in: Array(text.utf8)) != nil) == isFound)
    }

    @Test("no terms, and empty terms, find nothing")
    func empty() {
        #expect(TermAutomaton([]).isEmpty)
        #expect(Self.found([], in: Array("abc".utf8)).isEmpty)
        #expect(Self.found([Self.term(""), Self.term("b")], in: Array("abc".utf8)) == [Found(term: 1, end: 2)])
    }

    @Test("the scan stops when it is told to")
    func stops() {
        var count = 0
        TermAutomaton([Self.term("a")]).scan(Array("aaaa".utf8)) { _ in
            count += 1
            return count < 2
        }
        #expect(count == 2)
    }

    @Test("terms of all 256 byte values are told apart")
    func allByteValues() {
        let terms = (0...255).map { TermAutomaton.Term(folded: [UInt8($0)], isWholeWord: false) }
        let text = (0...255).map { UInt8($0) }
        #expect(Self.found(terms, in: text) == (0...255).map { Found(term: $0, end: $0 + 1) })
    }

    @Test("it finds what a naive search finds", arguments: UInt64(1)...200)
    func agreesWithNaiveSearch(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Few letters, so that terms overlap and share prefixes and suffixes.
        let alphabet = Array("ab c".utf8)
        func word(_ lengths: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: lengths, using: &generator)).compactMap { _ in alphabet.randomElement(using: &generator)
            }
        }
        let terms = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
            TermAutomaton.Term(folded: word(0...5), isWholeWord: Bool.random(using: &generator))
        }
        let text = word(0...120)
        let found = Self.found(terms, in: text)
        #expect(Set(found) == Self.naive(terms, in: text), "seed \(seed)")
        #expect(Set(found).count == found.count, "seed \(seed): found twice")
        #expect(found.map(\.end) == found.map(\.end).sorted(), "seed \(seed): out of order")
    }

    @Test("more states than two bytes can name")
    func manyStates() {
        var random = SeededGenerator(seed: 3)
        let terms = (0..<1_400).map { _ in
            TermAutomaton.Term(
                folded: (0..<50).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) },
                isWholeWord: false
            )
        }
        let text = terms[7].folded + terms[1_399].folded
        #expect(Self.found(terms, in: text) == [Found(term: 7, end: 50), Found(term: 1_399, end: 100)])
    }
}
