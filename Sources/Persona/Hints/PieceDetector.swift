/// Finds a name whose pieces stand in their order among other words: `a = "Lan"; b = "tern"`, "L, then a, then n ...".
///
/// A piece is a whole word of the text. Words go by once; for each, the few names that it begins or goes on with are
/// compared, and few chains of pieces are open at a time.
struct PieceDetector: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    /// The letters of all terms, and where those of each term begin.
    private let letters: [UInt8]
    private let starts: [Int]
    /// Where the second and later words of each term begin, one bit each.
    private let inner: [UInt64]
    /// The terms by the first byte of their letters: where those of each byte begin in ``byFirst``.
    private let fronts: [Int]
    private let byFirst: [Int]

    /// How many other words may stand between two pieces.
    private static let widestGap = 6
    private static let mostChains = 24
    private static let longest = 48

    init(_ all: [GuardedTerm]) {
        let terms = all.filter {
            ![.path, .account, .machine].contains($0.identityClass) && $0.letters.count <= Self.longest
        }
        self.terms = terms
        letters = terms.flatMap(\.letters)
        var starts = [0]
        for term in terms { starts.append(starts[starts.count - 1] + term.letters.count) }
        self.starts = starts
        inner = terms.map { $0.wordStarts.reduce(0) { $0 | 1 << UInt64($1) } }
        var fronts = [0]
        var byFirst: [Int] = []
        for first in 0..<256 {
            byFirst += terms.indices.filter { Int(terms[$0].letters[0]) == first }
            fronts.append(byFirst.count)
        }
        self.fronts = fronts
        self.byFirst = byFirst
    }

    /// Pieces of a term that were found so far.
    private struct Chain {
        let term: Int
        var used: Int
        var lastWord: Int
        var pieces = 1
        /// Pieces of one letter.
        var singles: Int
        /// The letters of pieces that are no ordinary words, the longest such piece, and the most words between two.
        var strange: Int
        var longestStrange: Int
        var shortestPiece: Int
        var gap = 0
        /// Whether it is torn elsewhere than between its own words.
        var isTorn = false
    }

    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty, glyphs.count > 0 else { return }
        for (term, start) in matches(in: glyphs) { found(terms[term].guess.moved(to: glyphs.field(at: start))) }
    }

    /// The terms that were found, and where the last of their pieces begins.
    private func matches(in glyphs: Glyphs) -> [(term: Int, start: Int)] {
        letters.withUnsafeBufferPointer { letters in
            starts.withUnsafeBufferPointer { starts in
                fronts.withUnsafeBufferPointer { fronts in
                    byFirst.withUnsafeBufferPointer { byFirst in
                        inner.withUnsafeBufferPointer { inner in
                            let tables = Tables(
                                letters: letters,
                                starts: starts,
                                inner: inner,
                                fronts: fronts,
                                byFirst: byFirst
                            )
                            var walk = Walk(tables: tables)
                            walk.run(glyphs)
                            return walk.matches
                        }
                    }
                }
            }
        }
    }

    /// What is read word by word: pointers, since nothing is to be counted for each of them.
    private struct Tables {
        let letters: UnsafeBufferPointer<UInt8>
        let starts: UnsafeBufferPointer<Int>
        let inner: UnsafeBufferPointer<UInt64>
        let fronts: UnsafeBufferPointer<Int>
        let byFirst: UnsafeBufferPointer<Int>

        @inline(__always)
        func count(_ term: Int) -> Int { starts[term + 1] - starts[term] }

        /// Whether the letters of a term go on with the word.
        @inline(__always)
        func goesOn(_ term: Int, from used: Int, _ word: Word) -> Bool {
            var place = starts[term] + used
            guard word.count <= starts[term + 1] - place else { return false }
            for letter in word {
                if letters[place] != letter { return false }
                place += 1
            }
            return true
        }
    }

    private typealias Word = UnsafeBufferPointer<UInt8>.SubSequence

    private struct Walk {
        let tables: Tables
        var matches: [(term: Int, start: Int)] = []
        private var chains: [Chain] = []
        private var number = 0

        init(tables: Tables) { self.tables = tables }

        mutating func run(_ glyphs: Glyphs) {
            glyphs.letters.withUnsafeBufferPointer { letters in
                glyphs.gaps.withUnsafeBufferPointer { gaps in
                    glyphs.words.withUnsafeBufferPointer { words in
                        while number < words.count - 1 {
                            let (start, end) = (words[number], words[number + 1])
                            if gaps[start] == Gap.wall { chains.removeAll(keepingCapacity: true) }
                            if end - start < PieceDetector.longest { take(letters[start..<end]) }
                            number += 1
                        }
                    }
                }
            }
        }

        @inline(__always)
        private mutating func take(_ word: Word) {
            if !chains.isEmpty { goOn(word) }
            let first = Int(word[word.startIndex])
            for place in tables.fronts[first]..<tables.fronts[first + 1] {
                let term = tables.byFirst[place]
                if word.count < tables.count(term), tables.goesOn(term, from: 0, word) { open(term, word) }
            }
        }

        private mutating func open(_ term: Int, _ word: Word) {
            if chains.count >= PieceDetector.mostChains { chains.removeFirst() }
            let strange = isCommon(word) ? 0 : word.count
            // More than half of a long name, cut short.
            if word.count >= 5, word.count * 5 >= tables.count(term) * 3, strange > 0, tables.inner[term] == 0 {
                matches.append((term, word.startIndex))
            }
            chains.append(
                Chain(
                    term: term,
                    used: word.count,
                    lastWord: number,
                    singles: isSingle(word) ? 1 : 0,
                    strange: strange,
                    longestStrange: strange,
                    shortestPiece: word.count
                )
            )
        }

        private mutating func goOn(_ word: Word) {
            var isOld = false
            var isMeant = false
            for chain in chains {
                if number - chain.lastWord > PieceDetector.widestGap + 1 { isOld = true }
                if tables.goesOn(chain.term, from: chain.used, word) { isMeant = true }
            }
            if isOld {
                let number = number
                chains.removeAll { number - $0.lastWord > PieceDetector.widestGap + 1 }
            }
            guard isMeant else { return }
            var place = 0
            while place < chains.count {
                var chain = chains[place]
                guard tables.goesOn(chain.term, from: chain.used, word) else {
                    place += 1
                    continue
                }
                goOn(&chain, word)
                if chain.used < tables.count(chain.term) {
                    chains[place] = chain
                    place += 1
                } else {
                    chains.remove(at: place)
                    if counts(chain) { matches.append((chain.term, word.startIndex)) }
                }
            }
        }

        private func goOn(_ chain: inout Chain, _ word: Word) {
            if tables.inner[chain.term] & 1 << UInt64(chain.used) == 0 { chain.isTorn = true }
            chain.gap = max(chain.gap, number - chain.lastWord - 1)
            chain.used += word.count
            chain.lastWord = number
            chain.pieces += 1
            if isSingle(word) { chain.singles += 1 }
            chain.shortestPiece = min(chain.shortestPiece, word.count)
            if !isCommon(word) {
                chain.strange += word.count
                chain.longestStrange = max(chain.longestStrange, word.count)
            }
        }

        /// Whether so many letters in such pieces are no chance.
        private func counts(_ chain: Chain) -> Bool {
            // The words of a term side by side are the term as it is written.
            guard chain.gap > 0 || chain.isTorn else { return false }
            let count = tables.count(chain.term)
            if chain.singles == chain.pieces {
                return chain.pieces >= 5 || chain.pieces == 4 && chain.gap <= 2 || count >= 9
            }
            guard count >= 5 else { return false }
            if chain.pieces == 2 {
                let isLong = count >= 7 && chain.longestStrange >= 3
                return chain.shortestPiece >= 2 && (isLong || chain.strange == count)
            }
            // Of many pieces each is short, and chance is kept out by their number.
            return count >= 6 && chain.strange * 2 >= count
        }

        private func isSingle(_ word: Word) -> Bool {
            let first = word[word.startIndex]
            return word.count == (first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4)
        }

        private func isCommon(_ word: Word) -> Bool { word.count > 1 && CommonWords.standard.contains(word) }
    }
}

extension GuardedTerm {
    /// A guess at this term.
    var guess: Trace { Trace(identityClass: identityClass, certainty: .guessed, isWhole: false, field: 0) }
}
