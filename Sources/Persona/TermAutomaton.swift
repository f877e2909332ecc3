/// Finds every occurrence of many terms in one pass over folded bytes (Aho and Corasick, 1975).
///
/// The time is linear in the text whatever the number of terms: a table look-up a byte while few letters of a term have been
/// seen, and then a step along the term or back to its suffix. Build it from folded terms (``TextFolding``) and run it over
/// folded texts.
package struct TermAutomaton: Sendable, Undisclosed {
    /// A term to look for.
    package struct Term: Sendable {
        package let folded: [UInt8]
        /// Whether the term must stand alone: no letter or digit may touch it on either side.
        package let isWholeWord: Bool

        package init(folded: [UInt8], isWholeWord: Bool) {
            self.folded = folded
            self.isWholeWord = isWholeWord
        }
    }

    /// An occurrence: which term, and where it ends.
    package struct Match: Sendable, Equatable {
        /// The index of the term in the list that the automaton was built from.
        package let term: Int
        /// The offset behind the last byte of the term.
        package let end: Int
    }

    /// Of each term how many bytes it has, and whether it must stand alone.
    private let shapes: [(length: Int32, isWholeWord: Bool)]
    /// The class of each byte value: bytes that no term holds share class 0, which keeps the table small.
    private let classes: [UInt8]
    private let width: Int
    /// The states, breadth first.
    private let trie: Trie
    /// `[state * width + class]`, of the first states alone: those that have seen two letters at most.
    ///
    /// Most text does not come further. A row for each of the others would be nearly the row of its suffix: with ten thousand
    /// names that were gigabytes.
    private let rows: [UInt32]

    package init(_ terms: [Term]) {
        shapes = terms.map { (Int32(clamping: $0.folded.count), $0.isWholeWord) }
        var classes = [UInt8](repeating: 0, count: 256)
        var width = 1
        // 255 classes at most: byte values 0xFF and 0xC0 never occur in UTF-8, so a class is always left.
        for byte in terms.lazy.flatMap(\.folded) where classes[Int(byte)] == 0 && width < 256 {
            classes[Int(byte)] = UInt8(width)
            width += 1
        }
        // A text whose look-alikes are not folded yet is read as if they were.
        for letter in [UInt8(ascii: "l"), UInt8(ascii: "1"), UInt8(ascii: "0")] where classes[Int(letter)] == 0 {
            classes[Int(letter)] = classes[Int(TextFolding.alike(letter))]
        }
        self.classes = classes
        self.width = width
        trie = Trie(terms.map(\.folded), classes)
        rows = trie.rows(width: width)
    }

    /// Whether there is anything to look for.
    package var isEmpty: Bool { shapes.isEmpty }

    /// Calls `found` for every occurrence, in the order of their ends, until it returns false.
    ///
    /// `inside` is asked about a whole-word term that does not stand alone, and says whether it counts all the same.
    package func scan(
        _ folded: [UInt8],
        orInside inside: (Match) -> Bool = { _ in false },
        _ found: (Match) -> Bool
    ) {
        guard !isEmpty else { return }
        folded.withUnsafeBufferPointer { text in
            walk { walk in
                var state = 0
                for index in 0..<text.count {
                    state = walk.state(behind: state, text[index])
                    var place = walk.reporting(state)
                    while place != 0 {
                        var term = trie.firstTerm[place]
                        while term >= 0 {
                            let match = Match(term: Int(term), end: index + 1)
                            if stands(match, in: text) || inside(match), !found(match) { return }
                            term = trie.sameTerm[Int(term)]
                        }
                        place = trie.shorter(than: place)
                    }
                }
            }
        }
    }

    /// Calls `found` for every occurrence, whole word or not, until it returns false; for one inside another perhaps twice.
    ///
    /// The same as ``scan(_:orInside:_:)`` and several times as fast where hardly any term begins: it leaves out what begins
    /// no term, by four letters, and reads no letter more than four times.
    func scan(_ letters: [UInt8], fronts: TermFronts, _ found: (Match) -> Bool) {
        guard !isEmpty else { return }
        letters.withUnsafeBufferPointer { text in
            walk { walk in
                fronts.withUnsafeFronts { fronts in
                    var place = 0
                    while let start = fronts.next(in: text, from: place) {
                        guard let end = follow(text, walk, from: start, found) else { return }
                        place = end
                    }
                }
            }
        }
    }

    /// Reads on as long as a term of four letters or more may be under way; then where the next one may begin, or nil
    /// when there is no more to do.
    private func follow(
        _ text: UnsafeBufferPointer<UInt8>,
        _ walk: Walk,
        from start: Int,
        _ found: (Match) -> Bool
    ) -> Int? {
        var state = 0
        var index = start
        repeat {
            state = walk.state(behind: state, text[index])
            index += 1
            var place = walk.reporting(state)
            while place != 0 {
                var term = trie.firstTerm[place]
                while term >= 0 {
                    if !found(Match(term: Int(term), end: index)) { return nil }
                    term = trie.sameTerm[Int(term)]
                }
                place = trie.shorter(than: place)
            }
            if index == text.count { return nil }
        } while index - start < TermFronts.length || walk.depth(state) >= TermFronts.length
        return max(start + 1, index - walk.depth(state))
    }

    /// Opens the tables that are read for every byte.
    @inline(__always)
    private func walk(_ body: (Walk) -> Void) {
        classes.withUnsafeBufferPointer { classes in
            rows.withUnsafeBufferPointer { rows in
                trie.withUnsafeStates { body(Walk(classes: classes, width: width, rows: rows, states: $0)) }
            }
        }
    }

    /// The tables that are read for every byte.
    private struct Walk {
        let classes: UnsafeBufferPointer<UInt8>
        let width: Int
        let rows: UnsafeBufferPointer<UInt32>
        let states: Trie.States

        /// Where a byte leads to. What has no row goes by its edges, and where none fits by those of its suffix: each such
        /// step undoes a letter that was read, so that there are no more of them than of letters.
        @inline(__always)
        func state(behind state: Int, _ byte: UInt8) -> Int {
            let step = classes[Int(byte)]
            var state = state
            while true {
                let place = state * width
                if place < rows.count { return Int(rows[place + Int(step)]) }
                var child = Int(states.firstChild[state])
                let end = Int(states.firstChild[state + 1])
                while child < end {
                    if states.letter[child] == step { return child }
                    child += 1
                }
                state = Int(states.suffix[state])
            }
        }

        /// The longest suffix, the whole included, that is a term; 0 for none.
        @inline(__always)
        func reporting(_ state: Int) -> Int { Int(states.reporting[state]) }

        /// How many letters of a term a state has seen.
        @inline(__always)
        func depth(_ state: Int) -> Int { Int(states.depth[state]) }
    }

    /// The first occurrence.
    package func firstMatch(
        in folded: [UInt8],
        orInside inside: (Match) -> Bool = { _ in false }
    ) -> Match? {
        var first: Match?
        scan(folded, orInside: inside) {
            first = $0
            return false
        }
        return first
    }

    /// Whether the term may be part of a word, or has no letter or digit at its sides.
    private func stands(_ match: Match, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let shape = shapes[match.term]
        guard shape.isWholeWord else { return true }
        let start = match.end - Int(shape.length)
        let space = UInt8(ascii: " ")
        return (start == 0 || text[start - 1] == space) && (match.end == text.count || text[match.end] == space)
    }
}
