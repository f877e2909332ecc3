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
        var words: [UInt8] = []
        words.reserveCapacity(glyphs.count / 3 + 1)
        for index in 0..<glyphs.count where glyphs.gaps[index] > Gap.edge { words.append(glyphs.letters[index]) }
        report(words, found)
    }

    func detect(linesOf bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        guard !automaton.isEmpty else { return }
        var firsts: [UInt8] = []
        var lasts: [UInt8] = []
        var last: UInt8?
        var isFresh = true
        for byte in bytes {
            if byte == 0x0A {
                if let last { lasts.append(last) }
                last = nil
                isFresh = true
            } else if (0x61...0x7A).contains(byte | 0x20) {
                if isFresh { firsts.append(byte | 0x20) }
                isFresh = false
                last = byte | 0x20
            }
        }
        if let last { lasts.append(last) }
        report(firsts, found)
        report(lasts, found)
    }

    private func report(_ letters: [UInt8], _ found: (Trace) -> Void) {
        guard letters.count >= Self.shortest, let match = automaton.firstMatch(in: letters) else { return }
        let term = terms[match.term]
        found(Trace(identityClass: term.identityClass, certainty: .guessed, isWhole: false, field: 0))
    }
}
