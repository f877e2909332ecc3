/// Reads escapes where they stand, whatever language they are of: `\x54`, `\u0054`, `\u{54}`, `\124`, `%54`, `=54`,
/// `&#84;`, `&#x54;`, `U+0054`.
enum Escapes {
    /// The words that hold escapes, read.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        let starts = bytes.count(of: UInt8(ascii: "+")) > 0 ? startsWithLetters : starts
        Rewriting.run(bytes, starts: starts, into: &out) { escape(bytes, at: $0) }
    }

    private static let starts: [Bool] = (0..<256).map { [0x5C, 0x25, 0x3D, 0x26].contains($0) }
    /// With the letter of `U+0054`, which stands in every other word.
    private static let startsWithLetters: [Bool] = (0..<256).map { starts[$0] || [0x55, 0x75].contains($0) }

    private typealias Value = Rewriting.Value

    private static func escape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Value, Int)? {
        guard index + 2 < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "\\"): return backslash(bytes, at: index)
        case UInt8(ascii: "%"): return hexByte(bytes, at: index + 1).map { (.byte($0), 3) }
        case UInt8(ascii: "="): return quotedPrintable(bytes, at: index)
        case UInt8(ascii: "&"): return entity(bytes, at: index)
        default:
            guard bytes[index + 1] == UInt8(ascii: "+"), let (value, digits) = hex(bytes, at: index + 2, most: 6),
                digits >= 4
            else { return nil }
            return scalar(value).map { ($0, digits + 2) }
        }
    }

    private static func backslash(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Value, Int)? {
        let kind = bytes[index + 1]
        if kind == UInt8(ascii: "x") || kind == UInt8(ascii: "u") || kind == UInt8(ascii: "U") {
            if bytes[index + 2] == UInt8(ascii: "{") {
                guard let (value, digits) = hex(bytes, at: index + 3, most: 8), index + 3 + digits < bytes.count,
                    bytes[index + 3 + digits] == UInt8(ascii: "}")
                else { return nil }
                return scalar(value).map { ($0, digits + 4) }
            }
            if kind == UInt8(ascii: "x") { return hexByte(bytes, at: index + 2).map { (.byte($0), 4) } }
            let most = kind == UInt8(ascii: "u") ? 4 : 8
            guard let (value, digits) = hex(bytes, at: index + 2, most: most), digits == most else { return nil }
            if (0xD800..<0xDC00).contains(value), let (low, _) = hex(bytes, at: index + 8, most: 4),
                (0xDC00..<0xE000).contains(low)
            {
                return scalar(0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)).map { ($0, 12) }
            }
            return scalar(value).map { ($0, digits + 2) }
        }
        let digits = (index + 1..<min(bytes.count, index + 4)).prefix { (0x30...0x37).contains(bytes[$0]) }
        guard digits.count >= 2 else { return nil }
        let value = digits.reduce(0) { $0 * 8 + Int(bytes[$1] - 0x30) }
        return value >= 0x20 && value < 256 ? (.byte(UInt8(value)), digits.count + 1) : nil
    }

    /// RFC 2045, section 6.7: `=54`, and `=` before an end of line.
    private static func quotedPrintable(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Value, Int)? {
        if bytes[index + 1] == 0x0A { return (.nothing, 2) }
        if bytes[index + 1] == 0x0D, bytes[index + 2] == 0x0A { return (.nothing, 3) }
        guard let byte = hexByte(bytes, at: index + 1), byte >= 0x20 else { return nil }
        return (.byte(byte), 3)
    }

    private static func entity(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Value, Int)? {
        guard bytes[index + 1] == UInt8(ascii: "#") else { return nil }
        let isHex = bytes[index + 2] | 0x20 == UInt8(ascii: "x")
        let start = index + (isHex ? 3 : 2)
        let read = isHex ? hex(bytes, at: start, most: 8) : decimal(bytes, at: start)
        guard let (value, digits) = read, let scalar = scalar(value) else { return nil }
        let end = start + digits
        return (scalar, end - index + (end < bytes.count && bytes[end] == UInt8(ascii: ";") ? 1 : 0))
    }

    private static func scalar(_ value: UInt32) -> Value? {
        value >= 0x20 || value == 0x0A || value == 0x09 ? Unicode.Scalar(value).map { .scalar($0) } : nil
    }

    private static func hexByte(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt8? {
        guard let (value, digits) = hex(bytes, at: index, most: 2), digits == 2 else { return nil }
        return UInt8(value)
    }

    private static func hex(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, most: Int) -> (UInt32, Int)? {
        var value: UInt32 = 0
        var digits = 0
        while digits < most, start + digits < bytes.count, let digit = hexDigit(bytes[start + digits]) {
            value = value << 4 | UInt32(digit)
            digits += 1
        }
        return digits > 0 ? (value, digits) : nil
    }

    private static func decimal(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (UInt32, Int)? {
        var value: UInt32 = 0
        var digits = 0
        while digits < 7, start + digits < bytes.count, (0x30...0x39).contains(bytes[start + digits]) {
            value = value * 10 + UInt32(bytes[start + digits] - 0x30)
            digits += 1
        }
        return digits > 0 ? (value, digits) : nil
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
