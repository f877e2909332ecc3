extension TermAutomaton {
    /// The states of the automaton: a trie whose states are numbered breadth first.
    ///
    /// So the children of a state stand side by side, those with few letters come first, and a suffix before what it is the
    /// suffix of. 18 bytes a state.
    struct Trie: Sendable {
        /// Where the children of a state begin; those of the next one begin behind them.
        private(set) var firstChild: [UInt32] = []
        /// The class of the letter that leads to a state.
        private(set) var letter: [UInt8] = []
        /// The longest proper suffix that is a state, too.
        private(set) var suffix: [UInt32] = []
        /// The longest suffix, the whole included, that is a term; 0 for none.
        private(set) var reporting: [UInt32] = []
        /// How many letters a state has seen, at most 255.
        private(set) var depth: [UInt8] = []
        /// The first term that is what a state has seen; -1 for none.
        private(set) var firstTerm: [Int32] = []
        /// Of a term the next one of the same letters; -1 for none.
        private(set) var sameTerm: [Int32]

        /// - Parameter classes: of each byte.
        init(_ terms: [[UInt8]], _ classes: [UInt8]) {
            sameTerm = [Int32](repeating: -1, count: terms.count)
            var draft = Draft()
            // The last first: each takes its place before those of the same letters.
            for (index, term) in terms.enumerated().reversed() where !term.isEmpty {
                draft.insert(term, classes, index, before: &sameTerm)
            }
            number(draft)
            findSuffixes()
        }

        /// Gives the states their numbers.
        private mutating func number(_ draft: Draft) {
            let count = draft.letter.count
            var queue: [Int32] = [0]
            queue.reserveCapacity(count)
            firstChild.reserveCapacity(count + 1)
            letter.reserveCapacity(count)
            firstTerm.reserveCapacity(count)
            depth = [UInt8](repeating: 0, count: count)
            var state = 0
            while state < queue.count {
                let old = Int(queue[state])
                firstChild.append(UInt32(queue.count))
                letter.append(draft.letter[old])
                firstTerm.append(draft.term[old])
                var child = draft.child[old]
                while child >= 0 {
                    depth[queue.count] = depth[state] < .max ? depth[state] + 1 : .max
                    queue.append(child)
                    child = draft.sibling[Int(child)]
                }
                state += 1
            }
            firstChild.append(UInt32(queue.count))
        }

        private mutating func findSuffixes() {
            suffix = [UInt32](repeating: 0, count: letter.count)
            reporting = suffix
            for state in letter.indices {
                for child in Int(firstChild[state])..<Int(firstChild[state + 1]) {
                    if state > 0 {
                        var shorter = Int(suffix[state])
                        var found = self.child(of: shorter, letter[child])
                        while found == nil, shorter > 0 {
                            shorter = Int(suffix[shorter])
                            found = self.child(of: shorter, letter[child])
                        }
                        suffix[child] = UInt32(found ?? 0)
                    }
                    reporting[child] = firstTerm[child] >= 0 ? UInt32(child) : reporting[Int(suffix[child])]
                }
            }
        }

        private func child(of state: Int, _ step: UInt8) -> Int? {
            (Int(firstChild[state])..<Int(firstChild[state + 1])).first { letter[$0] == step }
        }

        /// The longest proper suffix that is a term; 0 for none.
        @inline(__always)
        func shorter(than state: Int) -> Int { Int(reporting[Int(suffix[state])]) }

        /// Where every letter leads to from the states that have seen two letters at most.
        func rows(width: Int) -> [UInt32] {
            let count = depth.firstIndex { $0 > 2 } ?? depth.count
            var rows = [UInt32](repeating: 0, count: count * width)
            for state in 0..<count {
                // The row of its suffix, which is an earlier one; the first state's leads nowhere.
                if state > 0 {
                    let from = Int(suffix[state]) * width
                    for step in 0..<width { rows[state * width + step] = rows[from + step] }
                }
                for child in Int(firstChild[state])..<Int(firstChild[state + 1]) {
                    rows[state * width + Int(letter[child])] = UInt32(child)
                }
            }
            return rows
        }

        /// What is read of the states for every byte of a text.
        struct States {
            let firstChild: UnsafeBufferPointer<UInt32>
            let letter: UnsafeBufferPointer<UInt8>
            let suffix: UnsafeBufferPointer<UInt32>
            let reporting: UnsafeBufferPointer<UInt32>
            let depth: UnsafeBufferPointer<UInt8>
        }

        @inline(__always)
        func withUnsafeStates(_ body: (States) -> Void) {
            firstChild.withUnsafeBufferPointer { firstChild in
                letter.withUnsafeBufferPointer { letter in
                    suffix.withUnsafeBufferPointer { suffix in
                        reporting.withUnsafeBufferPointer { reporting in
                            depth.withUnsafeBufferPointer { depth in
                                body(
                                    States(
                                        firstChild: firstChild,
                                        letter: letter,
                                        suffix: suffix,
                                        reporting: reporting,
                                        depth: depth
                                    )
                                )
                            }
                        }
                    }
                }
            }
        }
    }

    /// The trie under construction: each state knows its first child, and its next sibling.
    private struct Draft {
        var child: [Int32] = [-1]
        var sibling: [Int32] = [-1]
        var letter: [UInt8] = [0]
        var term: [Int32] = [-1]

        mutating func insert(_ bytes: [UInt8], _ classes: [UInt8], _ index: Int, before same: inout [Int32]) {
            var state = 0
            for byte in bytes {
                let step = classes[Int(byte)]
                var next = child[state]
                while next >= 0, letter[Int(next)] != step { next = sibling[Int(next)] }
                if next < 0 {
                    next = Int32(letter.count)
                    child.append(-1)
                    sibling.append(child[state])
                    letter.append(step)
                    term.append(-1)
                    child[state] = next
                }
                state = Int(next)
            }
            same[index] = term[state]
            term[state] = Int32(index)
        }
    }
}
