/// Finds terms in the first letters of words (spelling alphabets: "Tango India Mike ...") and in the first or last
/// letters of lines (acrostics).
struct Initials: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private let automaton: TermAutomaton
    /// Shorter terms stand in the initials of ordinary text by chance.
    private static let shortest = 5

    init(_ all: [GuardedTerm]) {
        let terms = all.filter { $0.isWord && $0.letters.count >= Self.shortest }
        self.terms = terms
        automaton = TermAutomaton(terms.map { .init(folded: $0.letters.map(TextFolding.alike), isWholeWord: false) })
    }

    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) {
        guard !automaton.isEmpty else { return }
        guard glyphs.words.count > Self.shortest else { return }
        report(glyphs.letters.withUnsafeBufferPointer { letters in glyphs.words.dropLast().map { letters[$0] } }, found)
    }

    func detect(linesOf bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        guard !automaton.isEmpty else { return }
        guard bytes.count(of: 0x0A) >= Self.shortest - 1 else { return }
        var firsts: [UInt8] = []
        var lasts: [UInt8] = []
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
            var first = start
            while first < end, !Self.isLetter(bytes[first]) { first += 1 }
            if first < end {
                var last = end - 1
                while !Self.isLetter(bytes[last]) { last -= 1 }
                firsts.append(bytes[first] | 0x20)
                lasts.append(bytes[last] | 0x20)
            }
            start = end + 1
        }
        report(firsts, found)
        report(lasts, found)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    private func report(_ letters: [UInt8], _ found: (Trace) -> Void) {
        guard letters.count >= Self.shortest, let match = automaton.firstMatch(in: letters) else { return }
        let term = terms[match.term]
        found(Trace(identityClass: term.identityClass, certainty: .guessed, isWhole: false, field: 0))
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// How often a byte stands there: a loop without branches, for texts that mostly hold it not at all.
    func count(of byte: UInt8) -> Int {
        var count = 0
        for other in self { count &+= other == byte ? 1 : 0 }
        return count
    }
}
