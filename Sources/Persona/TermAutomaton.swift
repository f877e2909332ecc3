/// Finds every occurrence of many terms in one pass over folded bytes (Aho and Corasick, 1975).
///
/// The time is linear in the text whatever the number of terms: one table look-up a byte. Build it from folded terms
/// (``TextFolding``) and run it over folded texts.
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

    private let terms: [Term]
    /// The class of each byte value: bytes that no term holds share class 0, which keeps the table small.
    private let classes: [UInt8]
    private let width: Int
    private let next: Table
    /// The terms that end in a state, those of its suffixes included.
    private let outputs: [[Int]]
    /// Whether a state has outputs at all: keeps the inner loop to two loads a byte.
    private let hasOutput: [Bool]
    /// How many letters of a term a state has seen.
    private let depths: [UInt8]

    package init(_ terms: [Term]) {
        self.terms = terms
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
        var trie = Trie(width: width)
        for (index, term) in terms.enumerated() where !term.folded.isEmpty {
            trie.insert(term.folded.map { Int(classes[Int($0)]) }, output: index)
        }
        trie.closeOverSuffixes()
        self.classes = classes
        self.width = width
        self.next = Table(trie.next, states: trie.outputs.count)
        self.outputs = trie.outputs
        self.hasOutput = trie.outputs.map { !$0.isEmpty }
        self.depths = trie.depths
    }

    /// `[state * width + class]`: most automata have so few states that two bytes name one, and a megabyte is saved.
    private enum Table: Sendable {
        case narrow([UInt16])
        case wide([UInt32])

        init(_ next: [Int32], states: Int) {
            self = states <= 1 << 16 ? .narrow(next.map { UInt16($0) }) : .wide(next.map { UInt32($0) })
        }
    }

    /// Whether there is anything to look for.
    package var isEmpty: Bool { terms.isEmpty }

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
            switch next {
            case .narrow(let next): next.withUnsafeBufferPointer { scan(text, $0, inside, found) }
            case .wide(let next): next.withUnsafeBufferPointer { scan(text, $0, inside, found) }
            }
        }
    }

    @inline(__always)
    private func scan<State: FixedWidthInteger>(
        _ text: UnsafeBufferPointer<UInt8>,
        _ next: UnsafeBufferPointer<State>,
        _ inside: (Match) -> Bool,
        _ found: (Match) -> Bool
    ) {
        classes.withUnsafeBufferPointer { classes in
            var state = 0
            for index in 0..<text.count {
                state = Int(truncatingIfNeeded: next[state * width + Int(classes[Int(text[index])])])
                guard hasOutput[state] else { continue }
                for term in outputs[state] {
                    let match = Match(term: term, end: index + 1)
                    guard stands(term, endingAt: index, in: text) || inside(match) else { continue }
                    if !found(match) { return }
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
            switch next {
            case .narrow(let next): next.withUnsafeBufferPointer { scan(text, $0, fronts, found) }
            case .wide(let next): next.withUnsafeBufferPointer { scan(text, $0, fronts, found) }
            }
        }
    }

    @inline(__always)
    private func scan<State: FixedWidthInteger>(
        _ text: UnsafeBufferPointer<UInt8>,
        _ next: UnsafeBufferPointer<State>,
        _ fronts: TermFronts,
        _ found: (Match) -> Bool
    ) {
        fronts.withUnsafeFronts { fronts in
            var place = 0
            while let start = fronts.next(in: text, from: place) {
                guard let end = follow(text, next, from: start, found) else { return }
                place = end
            }
        }
    }

    /// Reads on as long as a term of four letters or more may be under way; then where the next one may begin, or nil
    /// when there is no more to do.
    private func follow<State: FixedWidthInteger>(
        _ text: UnsafeBufferPointer<UInt8>,
        _ next: UnsafeBufferPointer<State>,
        from start: Int,
        _ found: (Match) -> Bool
    ) -> Int? {
        var state = 0
        var index = start
        repeat {
            state = Int(truncatingIfNeeded: next[state * width + Int(classes[Int(text[index])])])
            index += 1
            if hasOutput[state] {
                for term in outputs[state] where !found(Match(term: term, end: index)) { return nil }
            }
            if index == text.count { return nil }
        } while index - start < TermFronts.length || depths[state] >= TermFronts.length
        return max(start + 1, index - Int(depths[state]))
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

    /// Whether a whole-word term has no letter or digit at its sides.
    private func stands(_ term: Int, endingAt last: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard terms[term].isWholeWord else { return true }
        let start = last + 1 - terms[term].folded.count
        let space = UInt8(ascii: " ")
        return (start == 0 || text[start - 1] == space) && (last + 1 == text.count || text[last + 1] == space)
    }

    /// The automaton under construction.
    private struct Trie {
        let width: Int
        var next: [Int32]
        var outputs: [[Int]] = [[]]
        var depths: [UInt8] = [0]

        init(width: Int) {
            self.width = width
            self.next = [Int32](repeating: -1, count: width)
        }

        mutating func insert(_ path: [Int], output: Int) {
            var state = 0
            for step in path {
                if next[state * width + step] < 0 {
                    next[state * width + step] = Int32(outputs.count)
                    next.append(contentsOf: repeatElement(-1, count: width))
                    outputs.append([])
                    depths.append(depths[state] < .max ? depths[state] + 1 : .max)
                }
                state = Int(next[state * width + step])
            }
            outputs[state].append(output)
        }

        /// Breadth first: every missing edge goes where the longest proper suffix would go.
        mutating func closeOverSuffixes() {
            var suffix = [Int](repeating: 0, count: outputs.count)
            var queue: [Int] = []
            for step in 0..<width {
                if next[step] < 0 { next[step] = 0 } else { queue.append(Int(next[step])) }
            }
            var head = 0
            while head < queue.count {
                let state = queue[head]
                head += 1
                outputs[state] += outputs[suffix[state]]
                for step in 0..<width {
                    let edge = state * width + step
                    let shorter = next[suffix[state] * width + step]
                    if next[edge] < 0 {
                        next[edge] = shorter
                    } else {
                        suffix[Int(next[edge])] = Int(shorter)
                        queue.append(Int(next[edge]))
                    }
                }
            }
        }
    }
}
