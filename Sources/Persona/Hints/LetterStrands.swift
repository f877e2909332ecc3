/// Finds names in letters that are picked out by a rule: the second or last of each word, the first of each sentence, the
/// letters that stand alone in whatever order.
struct LetterStrands: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private let automaton: TermAutomaton
    private let sorted: [[UInt8]]
    /// Terms so short that they count only at either end of the strand.
    private let short: [GuardedTerm]
    /// Shorter terms stand in such letters by chance.
    private static let shortest = 5
    private static let mostSingles = 4_096

    init(_ all: [GuardedTerm]) {
        let terms = all.filter { $0.isWord && $0.letters.count >= Self.shortest }
        self.terms = terms
        automaton = TermAutomaton(terms.map { .init(folded: $0.letters.map(TextFolding.alike), isWholeWord: false) })
        sorted = terms.map { $0.letters.sorted() }
        short = all.filter { $0.isWord && $0.letters.count == Self.shortest - 1 }
    }

    func detect(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        guard !terms.isEmpty || !short.isEmpty, bytes.count >= Self.shortest else { return }
        var strands = Strands(words: bytes.count / 4)
        strands.read(bytes)
        for strand in [strands.seconds, strands.lasts, strands.sentences]
        where !terms.isEmpty && strand.count >= Self.shortest {
            if let match = automaton.firstMatch(in: strand) { found(terms[match.term].guess) }
        }
        for term in short {
            for strand in [strands.seconds, strands.lasts, strands.sentences] {
                if strand.suffix(4).elementsEqual(term.letters) || strand.prefix(4).elementsEqual(term.letters) {
                    found(term.guess)
                }
            }
            if strands.singles.count == 4, strands.singles.sorted() == term.letters.sorted() { found(term.guess) }
        }
        if strands.singles.count >= Self.shortest, strands.singles.count <= Self.mostSingles {
            findShuffled(strands.singles, found)
        }
    }

    /// The letters that stand alone, in another order than the name's.
    private func findShuffled(_ singles: [UInt8], _ found: (Trace) -> Void) {
        for (index, letters) in sorted.enumerated() where letters.count <= singles.count {
            let sum = letters.reduce(0) { $0 + Int($1) }
            var window = singles[..<letters.count].reduce(0) { $0 + Int($1) }
            for start in 0...(singles.count - letters.count) {
                if start > 0 { window += Int(singles[start + letters.count - 1]) - Int(singles[start - 1]) }
                if window == sum, singles[start..<(start + letters.count)].sorted() == letters {
                    return found(terms[index].guess)
                }
            }
        }
    }
}

/// Letters picked out of a text, small.
private struct Strands {
    var seconds: [UInt8] = []
    var lasts: [UInt8] = []
    var sentences: [UInt8] = []
    var singles: [UInt8] = []

    init(words: Int) {
        seconds.reserveCapacity(words)
        lasts.reserveCapacity(words)
    }

    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = -1
        var isNewSentence = true
        var last: UInt8 = 0x20
        for index in 0...bytes.count {
            let byte = index < bytes.count ? bytes[index] : 0x20
            let small = byte | 0x20
            if small >= 0x61 && small <= 0x7A {
                if start < 0 { start = index }
                continue
            }
            if start >= 0 {
                let count = index - start
                if count > 1 {
                    seconds.append(bytes[start + 1] | 0x20)
                } else if byte < 0x80 && last < 0x80 {
                    singles.append(bytes[start] | 0x20)
                }
                lasts.append(bytes[index - 1] | 0x20)
                if isNewSentence { sentences.append(bytes[start] | 0x20) }
                isNewSentence = false
                start = -1
            }
            if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?") || byte == 0x0A {
                isNewSentence = true
            }
            last = byte
        }
    }
}
