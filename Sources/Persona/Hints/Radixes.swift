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

    static func decode(_ runs: Runs, into out: inout DecodedText) {
        for run in runs.list {
            // One case of letters, and digits among them.
            guard run.kinds & Runs.Kind.digit != 0, run.count >= shortest, run.count <= longest,
                run.kinds & Runs.Kind.letter != Runs.Kind.letter
            else { continue }
            let isDigits = run.kinds & Runs.Kind.letter == 0
            let token = runs.bytes[run.start..<run.end]
            if run.count <= longestNumber || isDigits && run.count <= 38 {
                number(token, isDigits ? 10 : 36, into: &out)
            }
            if !isDigits { for alphabet in alphabets { base32(token, alphabet, into: &out) } }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
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
