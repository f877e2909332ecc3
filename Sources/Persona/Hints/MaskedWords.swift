/// Finds names some of whose letters are masked: `L*nt*rn`, `L_ntern`.
struct MaskedWords: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private static let shortest = 5
    private static let longest = 24

    init(_ all: [GuardedTerm]) { terms = all.filter { $0.isWord && $0.letters.count >= Self.shortest } }

    func detect(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        guard !terms.isEmpty, bytes.count(of: 0x2A) + bytes.count(of: 0x5F) + bytes.count(of: 0x23) > 0 else { return }
        var word: [UInt8] = []
        var masks = 0
        Self.kinds.withUnsafeBufferPointer { kinds in
            for index in 0...bytes.count {
                let byte = index < bytes.count ? bytes[index] : 0x0A
                let kind = kinds[Int(byte)]
                if kind == 1 {
                    word.append(byte | 0x20)
                } else if kind == 2 {
                    word.append(0)
                    masks += 1
                } else if kind == 0 {
                    if masks > 0 { compare(word, found) }
                    word.removeAll(keepingCapacity: true)
                    masks = 0
                }
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

    /// 1 for a letter, 2 for a mask, 3 for what stands between the words of a name, 0 for the rest.
    private static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x41...0x5A, 0x61...0x7A: 1
        case 0x2A, 0x5F, 0x23: 2
        default: 0
        }
    }
}
