/// Knows the ordinary English words, so that a near miss of a name is not looked for in them.
package struct CommonWords: Sendable {
    /// The one instance.
    package static let standard = CommonWords()

    /// Hashes in open addressing; zero is an empty place.
    private let slots: [UInt64]
    private static let size = 1 << 14
    private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01B3

    private init() {
        var slots = [UInt64](repeating: 0, count: Self.size)
        commonWordsTable.withUTF8Buffer { buffer in
            for word in buffer.split(separator: UInt8(ascii: " ")) {
                let hash = Self.hash(word)
                var slot = Int(hash) & (Self.size - 1)
                while slots[slot] != 0 { slot = (slot + 1) & (Self.size - 1) }
                slots[slot] = hash
            }
        }
        self.slots = slots
    }

    /// Whether small ASCII letters are an ordinary word, or one with an ending: "barrels", "barrel's".
    package func contains(_ word: some BidirectionalCollection<UInt8>) -> Bool {
        // The hash without the last letter, and with it.
        var short: UInt64 = 0
        var whole = Self.basis
        for byte in word {
            short = whole
            whole = (whole ^ UInt64(byte)) &* Self.prime
        }
        if holds(whole >> 1 | 1) { return true }
        return word.last == UInt8(ascii: "s") && word.count > 4 && holds(short >> 1 | 1)
    }

    private func holds(_ hash: UInt64) -> Bool {
        var slot = Int(hash) & (Self.size - 1)
        while slots[slot] != 0 {
            if slots[slot] == hash { return true }
            slot = (slot + 1) & (Self.size - 1)
        }
        return false
    }

    /// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), kept positive and not zero.
    private static func hash(_ word: some BidirectionalCollection<UInt8>) -> UInt64 {
        word.reduce(basis) { ($0 ^ UInt64($1)) &* prime } >> 1 | 1
    }
}
