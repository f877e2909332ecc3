/// The words of a text as white space parts them, each with what kinds of bytes are in it.
enum Tokens {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// What a byte is, one bit each.
    enum Kind {
        static let lower: UInt8 = 1
        static let upper: UInt8 = 2
        static let digit: UInt8 = 4
        /// A mark that Base45 uses.
        static let mark45: UInt8 = 8
        /// Any other mark below the small letters.
        static let low: UInt8 = 16
        /// `{`, `|`, `}`, `~`.
        static let high: UInt8 = 32
        /// Beyond ASCII.
        static let beyond: UInt8 = 64
        /// Of no text.
        static let none: UInt8 = 128

        static let letter = lower | upper
        static let mark = mark45 | low | high | beyond
    }

    static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: Kind.digit
        case 0x41...0x5A: Kind.upper
        case 0x61...0x7A: Kind.lower
        case 0x24, 0x25, 0x2A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3A: Kind.mark45
        case 0x21...0x60: Kind.low
        case 0x7B...0x7E: Kind.high
        case 0x80...: Kind.beyond
        default: Kind.none
        }
    }

    /// Calls for each token of four to 512 bytes of text.
    @inline(__always)
    static func each(of bytes: Bytes, _ take: (_ token: Bytes, _ kinds: UInt8) -> Void) {
        kinds.withUnsafeBufferPointer { table in
            var index = 0
            while index < bytes.count {
                let start = index
                var kinds: UInt8 = 0
                while index < bytes.count, bytes[index] > 0x20 {
                    kinds |= table[Int(bytes[index])]
                    index += 1
                }
                if 4...512 ~= index - start, kinds & Kind.none == 0 {
                    take(Bytes(rebasing: bytes[start..<index]), kinds)
                }
                index += 1
            }
        }
    }
}
