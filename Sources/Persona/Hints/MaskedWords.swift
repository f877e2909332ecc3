/// Finds names some of whose letters are masked: `L*nt*rn`, `L_ntern`.
struct MaskedWords: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private static let shortest = 5
    private static let longest = 24

    /// How many letters the terms have, one bit each.
    private let lengths: UInt64

    init(_ all: [GuardedTerm]) {
        terms = all.filter { $0.isWord && $0.letters.count >= Self.shortest }
        lengths = terms.reduce(0) { $0 | 1 << UInt64($1.letters.count) }
    }

    func detect(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        guard !terms.isEmpty else { return }
        Self.kinds.withUnsafeBufferPointer { kinds in
            var index = 0
            while index < bytes.count {
                guard bytes[index] == 0x5F || bytes[index] == 0x2A || bytes[index] == 0x23 else {
                    index += 1
                    continue
                }
                var start = index
                while start > 0, kinds[Int(bytes[start - 1])] != 0 { start -= 1 }
                while index < bytes.count, kinds[Int(bytes[index])] != 0 { index += 1 }
                // As long as a name, or with a mark before it.
                guard index - start <= Self.longest + 1, lengths & 3 << UInt64(index - start - 1) != 0 else { continue }
                compare(bytes[start..<index].map { kinds[Int($0)] == Kind.mask ? 0 : $0 | 0x20 }, found)
            }
        }
    }

    private func compare(_ masked: [UInt8], _ found: (Trace) -> Void) {
        // Marks around a word are emphasis.
        guard let first = masked.firstIndex(where: { $0 != 0 }), first <= 1 else { return }
        let word = masked[first...]
        guard word.count >= Self.shortest, word.count <= Self.longest else { return }
        let letters = word.count { $0 != 0 }
        for term in terms where term.letters.count == word.count && letters * 2 >= word.count && letters >= 3 {
            let isSame = zip(word, term.letters).allSatisfy { $0 == 0 || $0 == $1 }
            if isSame && letters < word.count { return found(term.guess) }
        }
    }

    private enum Kind {
        static let letter: UInt8 = 1
        static let mask: UInt8 = 2
    }

    private static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x41...0x5A, 0x61...0x7A: Kind.letter
        case 0x2A, 0x5F, 0x23: Kind.mask
        default: 0
        }
    }
}
