/// Whether a sentence may name a model at all: a look at its bytes, so that the rules read only the few that may.
///
/// Nothing that ``SelfNaming`` would cut is passed over. A rule with a word of its own, that is no vendor's name and none of
/// ``Words/genericEnds``, must be told to this one too.
struct NamingSigns: Sendable {
    static let standard = NamingSigns()

    /// For each hash of letters, whether a name has those, up to its first digit or mark.
    private let names: [Bool]
    /// The letters of long names, whose typos count.
    private let misspelt: [(first: UInt8, count: Int, mask: UInt32)]
    /// The first letters of those.
    private let firsts: UInt32

    private init() {
        var names = [Bool](repeating: false, count: 1 << 16)
        for name in VendorNames.all.union(Words.genericEnds.map(String.init)) {
            let piece = Array(name.utf8.prefix { Self.kind[Int($0)] == Self.letter })
            // A name in another script is found by its script.
            guard !piece.isEmpty else { continue }
            names[Self.hash(piece)] = true
        }
        self.names = names
        misspelt = VendorNames.misspelt.map { ($0[0], $0.count, Self.mask($0[...])) }
        firsts = misspelt.reduce(0) { $0 | Self.bit($1.first) }
    }

    /// Whether the rules have to read it.
    func stand(in sentence: ArraySlice<UInt8>) -> Bool {
        sentence.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let kind = Self.kind[Int(bytes[index])]
                if kind == Self.other { return true }
                if kind == Self.far {
                    guard index + 1 < bytes.count, bytes[index + 1] == 0x80 else { return true }
                    index += 3
                } else if kind == Self.accent {
                    index += 2
                } else if kind == Self.letter {
                    let start = index
                    while index < bytes.count, Self.kind[Int(bytes[index])] == Self.letter { index += 1 }
                    if mayName(UnsafeBufferPointer(rebasing: bytes[start..<index])) { return true }
                } else {
                    index += 1
                }
            }
            return false
        }
    }

    private func mayName(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        if names[Self.hash(word)] { return true }
        guard word.count >= 5, firsts & Self.bit(word[0]) != 0 else { return false }
        // One letter more, less or other changes two at most.
        let mask = Self.mask(word[...])
        return misspelt.contains {
            $0.first == word[0] | 0x20 && abs($0.count - word.count) <= 1 && ($0.mask ^ mask).nonzeroBitCount <= 2
        }
    }

    // MARK: Bytes

    private static let mark: UInt8 = 0
    private static let letter: UInt8 = 1
    /// The first of two bytes: Latin-1.
    private static let accent: UInt8 = 2
    /// The first of three bytes, of which only general punctuation is common.
    private static let far: UInt8 = 3
    /// Of other scripts.
    private static let other: UInt8 = 4

    private static let kind: [UInt8] = (0..<256).map { byte -> UInt8 in
        switch byte {
        case 0x41...0x5A, 0x61...0x7A: letter
        case 0xC2, 0xC3: accent
        case 0xE2: far
        case 0xC4...0xFF: other
        default: mark
        }
    }

    private static func bit(_ byte: UInt8) -> UInt32 { 1 << UInt32(byte & 0x1F) }

    private static func mask(_ word: some Sequence<UInt8>) -> UInt32 { word.reduce(0) { $0 | bit($1) } }

    /// FNV-1a over the small letters, folded to 16 bits.
    private static func hash(_ word: some Sequence<UInt8>) -> Int {
        let hash = word.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1 | 0x20)) &* 0x0100_0193 }
        return Int((hash ^ hash >> 16) & 0xFFFF)
    }
}
