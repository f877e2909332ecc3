/// Finds a name whose pieces stand in their order among other words: `a = "Lan"; b = "tern"`, "L, then a, then n ...".
///
/// A piece is a whole word of the text. Words go by once; for each, the few names that it begins or goes on with are
/// compared, and few chains of pieces are open at a time.
struct PieceDetector: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    /// The terms by the first byte of their letters.
    private let byFirst: [[Int]]

    /// How many other words may stand between two pieces.
    private static let widestGap = 6
    private static let mostChains = 24
    private static let longest = 48

    init(_ all: [GuardedTerm]) {
        let terms = all.filter {
            ![.path, .account, .machine].contains($0.identityClass) && $0.letters.count <= Self.longest
        }
        self.terms = terms
        var byFirst = [[Int]](repeating: [], count: 256)
        for (index, term) in terms.enumerated() { byFirst[Int(term.letters[0])].append(index) }
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
        glyphs.letters.withUnsafeBufferPointer { letters in
            glyphs.gaps.withUnsafeBufferPointer { gaps in
                var chains: [Chain] = []
                var start = 0
                var number = 0
                for index in 1...letters.count where index == letters.count || gaps[index] > Gap.edge {
                    if gaps[start] == Gap.wall { chains.removeAll(keepingCapacity: true) }
                    if index - start < Self.longest {
                        take(letters[start..<index], number, &chains) { term in
                            found(terms[term].guess.moved(to: glyphs.field(at: start)))
                        }
                    }
                    start = index
                    number += 1
                }
            }
        }
    }

    @inline(__always)
    private func take(
        _ word: UnsafeBufferPointer<UInt8>.SubSequence,
        _ number: Int,
        _ chains: inout [Chain],
        _ found: (Int) -> Void
    ) {
        if !chains.isEmpty { goOn(word, number, &chains, found) }
        for term in byFirst[Int(word[word.startIndex])] {
            let letters = terms[term].letters
            guard word.count < letters.count, letters.starts(with: word) else { continue }
            if chains.count >= Self.mostChains { chains.removeFirst() }
            let strange = isCommon(word) ? 0 : word.count
            // More than half of a long name, cut short.
            if word.count >= 5, word.count * 5 >= letters.count * 3, strange > 0, terms[term].wordStarts.isEmpty {
                found(term)
            }
            chains.append(
                Chain(
                    term: term,
                    used: word.count,
                    lastWord: number,
                    singles: Self.isSingle(word) ? 1 : 0,
                    strange: strange,
                    longestStrange: strange,
                    shortestPiece: word.count
                )
            )
        }
    }

    private func goOn(
        _ word: UnsafeBufferPointer<UInt8>.SubSequence,
        _ number: Int,
        _ chains: inout [Chain],
        _ found: (Int) -> Void
    ) {
        chains.removeAll { number - $0.lastWord > Self.widestGap + 1 }
        var place = 0
        while place < chains.count {
            let letters = terms[chains[place].term].letters
            guard letters[chains[place].used...].starts(with: word) else {
                place += 1
                continue
            }
            var chain = chains[place]
            if !terms[chain.term].wordStarts.contains(chain.used) { chain.isTorn = true }
            chain.gap = max(chain.gap, number - chain.lastWord - 1)
            chain.used += word.count
            chain.lastWord = number
            chain.pieces += 1
            if Self.isSingle(word) { chain.singles += 1 }
            chain.shortestPiece = min(chain.shortestPiece, word.count)
            if !isCommon(word) {
                chain.strange += word.count
                chain.longestStrange = max(chain.longestStrange, word.count)
            }
            if chain.used < letters.count {
                chains[place] = chain
                place += 1
            } else {
                chains.remove(at: place)
                if counts(chain) { found(chain.term) }
            }
        }
    }

    /// Whether so many letters in such pieces are no chance.
    private func counts(_ chain: Chain) -> Bool {
        // The words of a term side by side are the term as it is written.
        guard chain.gap > 0 || chain.isTorn else { return false }
        let count = terms[chain.term].letters.count
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

    private static func isSingle(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
        let first = word[word.startIndex]
        return word.count == (first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4)
    }

    private func isCommon(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
        word.count > 1 && CommonWords.standard.contains(word)
    }
}

extension GuardedTerm {
    /// A guess at this term.
    var guess: Trace { Trace(identityClass: identityClass, certainty: .guessed, isWhole: false, field: 0) }
}
