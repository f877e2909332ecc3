/// Finds names some of whose letters are masked: `L*nt*rn`, `L_ntern`, `L\u{2022}ntern`, `L?nt?rn`.
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
        var index = 0
        while index < bytes.count {
            guard Self.mask(bytes, at: index) != nil else {
                index += 1
                continue
            }
            var start = index
            while start > 0, Self.isLetter(bytes[start - 1]) { start -= 1 }
            var word = bytes[start..<index].map { $0 | 0x20 }
            while index < bytes.count {
                if let length = Self.mask(bytes, at: index) {
                    word.append(0)
                    index += length
                } else if Self.isLetter(bytes[index]) {
                    word.append(bytes[index] | 0x20)
                    index += 1
                } else {
                    break
                }
            }
            // As long as a name, or with a mark before it.
            guard word.count <= Self.longest + 1, lengths & 3 << UInt64(word.count - 1) != 0 else { continue }
            compare(word, found)
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

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    /// How many bytes what stands there in the place of a letter has; nil when nothing of that kind stands there.
    private static func mask(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        switch bytes[index] {
        case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "#"): return 1
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E:
            // Between two letters alone: what ends a word is no part of it.
            let isInside =
                index > 0 && index + 1 < bytes.count && isLetter(bytes[index - 1]) && isLetter(bytes[index + 1])
            return isInside ? 1 : nil
        case ..<0xC2: return nil
        default:
            guard let (scalar, length) = TextFolding.decode(bytes, at: index) else { return nil }
            return marks.contains { $0.contains(scalar.value) } ? length : nil
        }
    }

    /// Bullets, blocks, shapes and pictures. Not quotes, which stand in words ("don\u{2019}t"), and not dashes, which join them.
    private static let marks: [ClosedRange<UInt32>] = [
        0xA1...0xA9, 0xAC...0xAC, 0xAE...0xB4, 0xB6...0xB9, 0xBB...0xBF, 0xD7...0xD7, 0xF7...0xF7, 0x2020...0x2027,
        0x203B...0x205E, 0x2190...0x2BFF, 0xFF0A...0xFF0A, 0xFFFD...0xFFFD, 0x1F300...0x1FAFF,
    ]
}
