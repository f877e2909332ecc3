/// Reads lists of numbers as text: bytes in hex, decimal, octal or binary, places in the alphabet, squares of Polybius,
/// taps on a telephone's keys. What stands between the numbers does not matter, as long as it is short.
enum NumberLists {
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private static let shortest = 3
    private static let widestGap = 4
    private static let longestItem = 9
    private static let longestList = 1 << 16

    /// Reads every list of the text.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        var items: [Range<Int>] = []
        var gap = 0
        var index = 0
        // The next one.
        var digit = -1
        func finish() {
            if items.count >= shortest { read(items, of: bytes, into: &out) }
            items.removeAll(keepingCapacity: true)
        }
        kinds.withUnsafeBufferPointer { kinds in
            while index < bytes.count {
                if items.isEmpty, index > digit {
                    digit = index
                    while digit < bytes.count, bytes[digit] &- 0x30 > 9 { digit += 1 }
                    if digit == bytes.count { break }
                    index = beginning(of: bytes, from: index, before: digit)
                }
                guard kinds[Int(bytes[index])] != 0 else {
                    gap += 1
                    index += 1
                    if gap > widestGap && !items.isEmpty { finish() }
                    continue
                }
                let start = index
                var all: UInt8 = 0
                while index < bytes.count, kinds[Int(bytes[index])] != 0 {
                    all |= kinds[Int(bytes[index])]
                    index += 1
                }
                gap = 0
                // A word is no number.
                if all & 1 == 0 && index - start != 2, items.isEmpty { continue }
                guard let item = item(bytes, start, index, all) else {
                    if !items.isEmpty { finish() }
                    continue
                }
                items.append(item)
                if item.count >= longestItem { split(Bytes(rebasing: bytes[item]), into: &out) }
            }
        }
        finish()
    }

    /// A little before a digit, since a list may begin with bytes in hex that have none, and where a word begins.
    private static func beginning(of bytes: Bytes, from start: Int, before digit: Int) -> Int {
        var place = digit - longestLead
        guard place > start else { return start }
        while place < digit, kinds[Int(bytes[place - 1])] != 0 { place += 1 }
        return place
    }

    private static let longestLead = 64

    /// 1 for a digit, 2 for a digit of hex, 4 for another letter.
    private static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: 1
        case 0x41...0x46, 0x61...0x66: 2
        case 0x47...0x5A, 0x67...0x7A: 4
        default: 0
        }
    }

    /// The digits of a number without its prefix: `0x54`, `x54`, `u0054`, `0b01`, `54h`.
    private static func item(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ all: UInt8
    ) -> Range<Int>? {
        if all == 1 { return end - start <= longestList ? start..<end : nil }
        var (start, end) = (start, end)
        guard end - start <= 6 else { return nil }
        if end - start > 2, bytes[start] == 0x30, [0x78, 0x58, 0x62, 0x6F].contains(bytes[start + 1]) { start += 2 }
        if end - start > 2, [0x78, 0x58, 0x75, 0x55].contains(bytes[start]) { start += 1 }
        if end - start == 3, bytes[end - 1] | 0x20 == 0x68 { end -= 1 }
        guard end - start <= 4, (start..<end).allSatisfy({ Escapes.hexDigit(bytes[$0]) != nil }) else { return nil }
        return start..<end
    }

    /// What all items of a list have in common.
    private struct Common {
        var isDecimal = true
        /// Two or four digits each, as of hex.
        var isHex = true
        var isBinary = true
        var isOctal = true
        var isPolybius = true
        var isTaps = true

        init(_ items: [Range<Int>], of bytes: Bytes) {
            for item in items {
                var largest: UInt8 = 0
                var smallest: UInt8 = 0xFF
                for digit in bytes[item] {
                    largest = max(largest, digit)
                    smallest = min(smallest, digit)
                }
                if largest >= 0x3A { isDecimal = false }
                if item.count != 2 && item.count != 4 { isHex = false }
                if largest >= 0x32 || item.count < 5 { isBinary = false }
                if largest >= 0x38 || item.count != 2 && item.count != 3 { isOctal = false }
                if smallest <= 0x30 || largest >= 0x36 || item.count != 2 { isPolybius = false }
                if largest != smallest { isTaps = false }
            }
        }
    }

    private static func read(_ items: [Range<Int>], of bytes: Bytes, into out: inout DecodedText) {
        func values(_ radix: Int) -> [Int] { items.map { value(bytes[$0], radix) } }
        let common = Common(items, of: bytes)
        if common.isHex { take(values(16), into: &out) }
        guard common.isDecimal else { return }
        if common.isBinary {
            return take(items.map { value(bytes[$0], 2) + ($0.count == 5 ? 0x61 : 0) }, into: &out)
        }
        let decimals = items.map { $0.count <= 6 ? value(bytes[$0], 10) : 0 }
        take(decimals, into: &out)
        if common.isOctal { take(values(8), into: &out) }
        let (least, most) = decimals.reduce((Int.max, Int.min)) { (min($0.0, $1), max($0.1, $1)) }
        if most <= 26 {
            if least > 0 { out.take(decimals.lazy.map { UInt8($0) + 0x60 }) }
            if most < 26 { out.take(decimals.lazy.map { UInt8($0) + 0x61 }) }
        }
        if common.isPolybius {
            let places = items.map { (Int(bytes[$0.lowerBound]) - 0x31, Int(bytes[$0.lowerBound + 1]) - 0x31) }
            out.take(places.lazy.map { polybius[$0.0 * 5 + $0.1] })
            out.take(places.lazy.map { polybius[$0.1 * 5 + $0.0] })
        }
        guard common.isTaps else { return }
        let taps = items.compactMap { tap(bytes[$0.lowerBound], $0.count) }
        if taps.count == items.count { out.take(taps) }
    }

    private static let polybius = Array("abcdefghiklmnopqrstuvwxyz".utf8)
    private static let keys = ["abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"].map { Array($0.utf8) }

    private static func tap(_ digit: UInt8, _ times: Int) -> UInt8? {
        if digit == 0x30 && times == 1 { return 0x20 }
        guard digit >= 0x32 else { return nil }
        let key = keys[Int(digit) - 0x32]
        return times <= key.count ? key[times - 1] : nil
    }

    /// Characters by their numbers; those that are none are walls.
    private static func take(_ values: [Int], into out: inout DecodedText) {
        var text: [UInt8] = []
        text.reserveCapacity(values.count)
        var isBytes = true
        var isASCII = true
        for value in values {
            if value < 0 || value >= 0x100 { isBytes = false }
            if value > 0x7F { isASCII = false }
            if value >= 0x20 && value < 0x80 {
                text.append(UInt8(value))
            } else if value >= 0x20, value < 0x11_0000, let scalar = Unicode.Scalar(UInt32(value)),
                let encoded = UTF8.encode(scalar)
            {
                text.append(contentsOf: encoded)
            } else if value != 0 {
                text.append(DecodedText.wall)
            }
        }
        if !isASCII && isBytes {
            values.map { UInt8($0) }.withUnsafeBufferPointer { out.takeText(of: $0) }
        }
        // Most lists of numbers are lists of numbers.
        if text.count(where: { $0 > 0x40 && $0 < DecodedText.wall }) >= shortest { out.take(text) }
    }

    /// A long run of digits: groups of eight or seven bits, or of three digits.
    private static func split(_ run: Bytes, into out: inout DecodedText) {
        let isBinary = run.allSatisfy { $0 < 0x32 }
        for width in isBinary ? [8, 7, 5] : [3, 2] {
            guard run.count % width == 0 else { continue }
            func values(_ radix: Int, _ offset: Int) -> [Int] {
                stride(from: 0, to: run.count, by: width).map { value(run[$0..<($0 + width)], radix) + offset }
            }
            take(values(isBinary ? 2 : 10, width == 5 ? 0x61 : 0), into: &out)
            if width == 3, run.allSatisfy({ $0 < 0x38 }) { take(values(8, 0), into: &out) }
            if width == 2 { take(values(10, 0x60), into: &out) }
        }
    }

    private static func value(_ digits: Bytes.SubSequence, _ radix: Int) -> Int {
        digits.reduce(0) { ($0 &* radix) &+ Int(Escapes.hexDigit($1) ?? 0) }
    }
}
