/// Decodes words in the codes that use every mark of the keyboard: ROT47, uuencode, Base45, and three of Base85.
enum OddTokens {
    private typealias Bytes = Tokens.Bytes
    private typealias Kind = Tokens.Kind

    private static let longestWord = 48
    private static let longestProse = 6

    /// Decodes every word that may be in one of them.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 512) { room in
            Tokens.each(of: bytes) { token, kinds in
                if kinds & (Kind.digit | Kind.mark) == 0 {
                    if kinds & Kind.upper != 0, token.count <= longestWord, hasInnerCapital(token) {
                        base85(token, room, into: &out)
                    }
                } else if kinds & Kind.mark == 0 {
                    base45(token, kinds, room, into: &out)
                } else if kinds & Kind.beyond == 0, kinds & Kind.letter == 0 || !isProse(token, kinds) {
                    uuencoded(token, kinds, room, into: &out)
                    base45(token, kinds, room, into: &out)
                    rot47(token, room, into: &out)
                    base85(token, room, into: &out)
                }
            }
        }
    }

    private static func hasInnerCapital(_ token: Bytes) -> Bool {
        for index in 1..<token.count where token[index] < 0x61 { return true }
        return false
    }

    /// Letters with marks behind them, hardly any twice in a row: a word before a comma.
    private static func isProse(_ token: Bytes, _ kinds: UInt8) -> Bool {
        guard token.count > longestProse else { return false }
        var end = token.count
        while end > 0, Tokens.kinds[Int(token[end - 1])] & (Kind.letter | Kind.digit) == 0 { end -= 1 }
        for index in 0..<end where Tokens.kinds[Int(token[index])] & Kind.letter == 0 { return false }
        var repeats = 0
        for index in 1..<token.count where token[index] | 0x20 == token[index - 1] | 0x20 { repeats += 1 }
        return repeats < 2
    }

    // MARK: ROT47

    private static func rot47(_ token: Bytes, _ room: UnsafeMutableBufferPointer<UInt8>, into out: inout DecodedText) {
        // Four fifths must be letters then.
        var left = token.count / 5
        for index in 0..<token.count {
            let turned = (token[index] - 33 + 47) % 94 + 33
            if Tokens.kinds[Int(turned)] & Kind.letter == 0 {
                if left == 0 { return }
                left -= 1
            }
            room[index] = turned
        }
        out.take(Bytes(rebasing: room[..<token.count]))
    }

    // MARK: Base85

    private static func base85(_ token: Bytes, _ room: UnsafeMutableBufferPointer<UInt8>, into out: inout DecodedText) {
        var start = 0
        var end = token.count
        if token[0] == UInt8(ascii: "<"), token[1] == UInt8(ascii: "~") { start = 2 }
        if end - start > 2, token[end - 2] == UInt8(ascii: "~"), token[end - 1] == UInt8(ascii: ">") { end -= 2 }
        guard end - start >= 5 else { return }
        alphabets.withUnsafeBufferPointer { alphabets in
            for alphabet in 0..<3 {
                let values = UnsafeBufferPointer(rebasing: alphabets[(256 * alphabet)..<(256 * alphabet + 256)])
                var count = 0
                var place = start
                // Most tokens are no code, and their first four bytes say so.
                while end - place > 1, let (number, bytes) = group(token, place, end, values) {
                    for byte in 0..<bytes { room[count + byte] = UInt8(truncatingIfNeeded: number >> (24 - 8 * byte)) }
                    count += bytes
                    place = min(end, place + 5)
                }
                if end - place <= 1 { out.takeText(of: Bytes(rebasing: room[..<count])) }
            }
        }
    }

    /// Three alphabets, 256 values each: Ascii85, RFC 1924, ZeroMQ's (https://rfc.zeromq.org/spec/32/).
    private static let alphabets: [Int8] = {
        let ascii85 = (33..<118).map { UInt8($0) }
        let base85 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~".utf8)
        let z85 = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)
        return [ascii85, base85, z85].flatMap { alphabet in
            (0..<256).map { value in Int8(alphabet.firstIndex(of: UInt8(value)) ?? -1) }
        }
    }()

    /// Five digits are four bytes, fewer are fewer; nil when one of them is no text.
    @inline(__always)
    private static func group(
        _ token: Bytes,
        _ start: Int,
        _ end: Int,
        _ values: UnsafeBufferPointer<Int8>
    ) -> (number: UInt32, bytes: Int)? {
        let digits = min(5, end - start)
        var number: UInt64 = 0
        for place in start..<(start + digits) {
            let value = values[Int(token[place])]
            guard value >= 0 else { return nil }
            number = number * 85 + UInt64(value)
        }
        for _ in digits..<5 { number = number * 85 + 84 }
        guard number <= 0xFFFF_FFFF else { return nil }
        for place in 0..<(digits - 1) {
            let byte = UInt8(truncatingIfNeeded: number >> UInt64(24 - 8 * place))
            guard byte >= 0x20, byte != 0x7F else { return nil }
        }
        return (UInt32(number), digits - 1)
    }

    // MARK: uuencode

    /// A line of uuencode (POSIX.1-2017, uuencode): its length, and four characters for each three bytes.
    private static func uuencoded(
        _ token: Bytes,
        _ kinds: UInt8,
        _ room: UnsafeMutableBufferPointer<UInt8>,
        into out: inout DecodedText
    ) {
        guard kinds & (Kind.lower | Kind.high) == 0 else { return }
        let length = Int(token[0] - 0x20)
        guard abs((length + 2) / 3 * 4 - (token.count - 1)) <= 3 else { return }
        var count = 0
        var bits: UInt32 = 0
        var held = 0
        for byte in token.dropFirst() {
            bits = bits << 6 | UInt32((byte - 0x20) & 0x3F)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            room[count] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
            count += 1
        }
        out.takeText(of: Bytes(rebasing: room[..<min(count, length)]))
    }

    // MARK: Base45

    private static let base45Digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)
    private static let base45Values: [Int] = (0..<256).map { base45Digits.firstIndex(of: UInt8($0)) ?? -1 }

    /// RFC 9285: three digits are two bytes, two are one.
    private static func base45(
        _ token: Bytes,
        _ kinds: UInt8,
        _ room: UnsafeMutableBufferPointer<UInt8>,
        into out: inout DecodedText
    ) {
        guard kinds & ~(Kind.upper | Kind.digit | Kind.mark45) == 0 else { return }
        var count = 0
        var place = 0
        while token.count - place > 1 {
            let digits = min(3, token.count - place)
            var number = 0
            for digit in (place..<(place + digits)).reversed() {
                number = number * 45 + base45Values[Int(token[digit])]
            }
            guard number <= (digits == 3 ? 0xFFFF : 0xFF) else { return }
            if digits == 3 {
                room[count] = UInt8(number >> 8)
                count += 1
            }
            room[count] = UInt8(number & 0xFF)
            count += 1
            place += digits
        }
        out.takeText(of: Bytes(rebasing: room[..<count]))
    }
}
