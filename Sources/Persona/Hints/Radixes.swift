/// Decodes tokens that are one number in a base: ten, sixteen, thirty-six; and the other alphabets of base 32 (RFC 4648's
/// second, Crockford's, z-base-32).
enum Radixes {
    private static let shortest = 7
    private static let longest = 48
    /// So many digits of base 36 fit into 128 bits.
    private static let longestNumber = 24

    private static let alphabets: [[Int8]] = [
        "0123456789abcdefghijklmnopqrstuv", "0123456789abcdefghjkmnpqrstvwxyz", "ybndrfg8ejkmcpqxot1uwisza345h769",
    ].map { digits in
        var table = [Int8](repeating: -1, count: 256)
        for (index, digit) in digits.utf8.enumerated() { table[Int(digit)] = Int8(index) }
        return table
    }

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) || isLetter(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            var digits = 0
            var capitals = 0
            while index < bytes.count, isDigit(bytes[index]) || isLetter(bytes[index]) {
                if isDigit(bytes[index]) { digits += 1 } else if bytes[index] < 0x61 { capitals += 1 }
                index += 1
            }
            let count = index - start
            // One case of letters, and digits among them.
            guard digits > 0, count >= shortest, count <= longest, capitals == 0 || capitals + digits == count else {
                continue
            }
            let token = bytes[start..<index]
            if count <= longestNumber || digits == count && count <= 38 {
                number(token, digits == count ? 10 : 36, into: &out)
            }
            if digits < count { for alphabet in alphabets { base32(token, alphabet, into: &out) } }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
    private static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F }

    private static func number(
        _ token: UnsafeBufferPointer<UInt8>.SubSequence,
        _ base: UInt128,
        into out: inout DecodedText
    ) {
        var number: UInt128 = 0
        for byte in token { number = number &* base &+ UInt128(isDigit(byte) ? byte - 0x30 : (byte | 0x20) - 0x57) }
        var text: [UInt8] = []
        while number > 0 {
            let byte = UInt8(truncatingIfNeeded: number)
            guard isText(byte) else { return }
            text.append(byte)
            number >>= 8
        }
        if text.count >= 4 { out.take(text.reversed()) }
    }

    private static func base32(
        _ token: UnsafeBufferPointer<UInt8>.SubSequence,
        _ alphabet: [Int8],
        into out: inout DecodedText
    ) {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in token {
            let value = alphabet[Int(isDigit(byte) ? byte : byte | 0x20)]
            guard value >= 0 else { return }
            bits = bits << 5 | UInt32(value)
            held += 5
            guard held >= 8 else { continue }
            held -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> UInt32(held))
            guard isText(byte) else { return }
            text.append(byte)
        }
        if text.count >= 4 { out.take(text) }
    }
}
