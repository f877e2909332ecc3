/// Knows which four letters a term may begin with, one bit for each: what passes over most of a text in three instructions
/// a letter, whatever the number of terms.
struct TermFronts: Sendable, Undisclosed {
    /// How many letters it looks at.
    static let length = 4

    /// Five bits a letter; what collides is only looked at once more.
    private static let letterBits: UInt32 = 5
    private static let mask = UInt32(1) << 20 - 1
    private static let codes: [UInt8] = (0..<256).map { TextFolding.alike(UInt8($0)) & 31 }

    private let bits: [UInt64]

    init(_ terms: [[UInt8]]) {
        var bits = [UInt64](repeating: 0, count: Int(Self.mask + 1) / 64)
        for term in terms where !term.isEmpty {
            let front = term.prefix(Self.length).reduce(UInt32(0)) {
                $0 << Self.letterBits | UInt32(Self.codes[Int($1)])
            }
            // A shorter term may be followed by anything, also by the end of the text.
            let open = Self.letterBits * UInt32(max(0, Self.length - term.count))
            for rest in 0..<(UInt32(1) << open) {
                let gram = front << open | rest
                bits[Int(gram >> 6)] |= 1 << UInt64(gram & 63)
            }
        }
        self.bits = bits
    }

    func withUnsafeFronts(_ body: (Fronts) -> Void) {
        bits.withUnsafeBufferPointer { bits in
            Self.codes.withUnsafeBufferPointer { body(Fronts(bits: bits, codes: $0)) }
        }
    }

    /// The same, opened for reading.
    struct Fronts {
        let bits: UnsafeBufferPointer<UInt64>
        let codes: UnsafeBufferPointer<UInt8>

        /// The first offset at or behind `place` at which a term may begin.
        @inline(__always)
        func next(in text: UnsafeBufferPointer<UInt8>, from place: Int) -> Int? {
            var gram: UInt32 = 0
            var index = place
            while index < min(text.count, place + TermFronts.length - 1) {
                gram = gram << TermFronts.letterBits | UInt32(codes[Int(text[index])])
                index += 1
            }
            // Behind a text that is too short comes what comes behind its end.
            gram <<= TermFronts.letterBits * UInt32(place + TermFronts.length - 1 - index)
            while index < text.count {
                gram = (gram << TermFronts.letterBits | UInt32(codes[Int(text[index])])) & TermFronts.mask
                index += 1
                if holds(gram) { return index - TermFronts.length }
            }
            for start in max(place, text.count - TermFronts.length + 1)..<max(place, text.count) {
                gram = gram << TermFronts.letterBits & TermFronts.mask
                if holds(gram) { return start }
            }
            return nil
        }

        @inline(__always)
        private func holds(_ gram: UInt32) -> Bool { bits[Int(gram >> 6)] & (1 << UInt64(gram & 63)) != 0 }
    }
}
