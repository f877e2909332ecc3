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

    func detect(_ runs: Runs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty || !short.isEmpty, runs.bytes.count >= Self.shortest else { return }
        var strands = Strands(words: runs.list.count + 8)
        strands.read(runs)
        let all = [strands.seconds, strands.lasts, strands.sentences]
        for strand in all where !terms.isEmpty && strand.count >= Self.shortest {
            if let match = automaton.firstMatch(in: strand) { found(terms[match.term].guess) }
        }
        for index in short.indices {
            let letters = short[index].letters
            for strand in all {
                if strand.suffix(4).elementsEqual(letters) || strand.prefix(4).elementsEqual(letters) {
                    found(short[index].guess)
                }
            }
            if strands.singles.count == 4, strands.singles.sorted() == letters.sorted() { found(short[index].guess) }
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

    mutating func read(_ runs: Runs) {
        let bytes = runs.bytes
        var lastEnd = -1
        runs.forEachWord { start, end in
            if end - start > 1 {
                seconds.append(bytes[start + 1] | 0x20)
            } else if (start == 0 || bytes[start - 1] < 0x80) && (end == bytes.count || bytes[end] < 0x80) {
                // Beside another letter it does not stand alone.
                singles.append(bytes[start] | 0x20)
            }
            lasts.append(bytes[end - 1] | 0x20)
            if lastEnd < 0 || Self.endsSentence(bytes[lastEnd..<start]) { sentences.append(bytes[start] | 0x20) }
            lastEnd = end
        }
    }

    @inline(__always)
    private static func endsSentence(_ gap: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
        for byte in gap
        where byte == UInt8(ascii: ".") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?") || byte == 0x0A {
            return true
        }
        return false
    }
}
