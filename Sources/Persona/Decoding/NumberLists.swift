/// Reads lists of numbers as text: bytes in hex, decimal, octal or binary, places in the alphabet, squares of Polybius,
/// taps on a telephone's keys. What stands between the numbers does not matter, as long as it is short.
enum NumberLists {
    private static let shortest = 3
    private static let widestGap = 4
    private static let longestItem = 9
    private static let longestList = 1 << 16

    /// Reads every list of the text.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        var items: [Range<Int>] = []
        var gap = 0
        var index = 0
        func finish() {
            if items.count >= shortest { read(items.map { ArraySlice(bytes[$0]) }, into: &out) }
            items.removeAll(keepingCapacity: true)
        }
        kinds.withUnsafeBufferPointer { kinds in
            while index < bytes.count {
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
                if item.count >= longestItem { split(ArraySlice(bytes[item]), into: &out) }
            }
        }
        finish()
    }

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

    private static func read(_ items: [ArraySlice<UInt8>], into out: inout DecodedText) {
        let isDecimal = items.allSatisfy { $0.allSatisfy { $0 < 0x3A } }
        if items.allSatisfy({ $0.count == 2 || $0.count == 4 }) { take(items.map { value($0, 16) }, into: &out) }
        guard isDecimal else { return }
        if items.allSatisfy({ $0.allSatisfy { $0 < 0x32 } && $0.count >= 5 }) {
            return take(items.map { value($0, 2) + ($0.count == 5 ? 0x61 : 0) }, into: &out)
        }
        let decimals = items.map { $0.count <= 6 ? value($0, 10) : 0 }
        take(decimals, into: &out)
        if items.allSatisfy({ ($0.count == 3 || $0.count == 2) && $0.allSatisfy { $0 < 0x38 } }) {
            take(items.map { value($0, 8) }, into: &out)
        }
        if decimals.allSatisfy({ $0 <= 26 }) {
            if decimals.allSatisfy({ $0 > 0 }) { out.take(decimals.map { UInt8($0) + 0x60 }) }
            if decimals.allSatisfy({ $0 < 26 }) { out.take(decimals.map { UInt8($0) + 0x61 }) }
        }
        if items.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 > 0x30 && $0 < 0x36 } }) {
            let places = items.map { (Int($0[$0.startIndex]) - 0x31, Int($0[$0.startIndex + 1]) - 0x31) }
            out.take(places.map { polybius[$0.0 * 5 + $0.1] })
            out.take(places.map { polybius[$0.1 * 5 + $0.0] })
        }
        let taps = items.compactMap(tap)
        if taps.count == items.count { out.take(taps) }
    }

    private static let polybius = Array("abcdefghiklmnopqrstuvwxyz".utf8)
    private static let keys = ["abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"].map { Array($0.utf8) }

    private static func tap(_ item: ArraySlice<UInt8>) -> UInt8? {
        if item.elementsEqual([0x30]) { return 0x20 }
        guard let digit = item.first, digit >= 0x32, item.allSatisfy({ $0 == digit }) else { return nil }
        let key = keys[Int(digit) - 0x32]
        return item.count <= key.count ? key[item.count - 1] : nil
    }

    /// Characters by their numbers; those that are none are walls.
    private static func take(_ values: [Int], into out: inout DecodedText) {
        var text: [UInt8] = []
        for value in values {
            if value >= 0x20, let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: value)), value < 0x11_0000 {
                text.append(contentsOf: String(scalar).utf8)
            } else if value != 0 {
                text.append(DecodedText.wall)
            }
        }
        if values.contains(where: { $0 > 0x7F }), values.allSatisfy({ $0 >= 0 && $0 < 0x100 }) {
            out.takeText(of: values.map { UInt8($0) })
        }
        // Most lists of numbers are lists of numbers.
        if text.count(where: { $0 > 0x40 && $0 < DecodedText.wall }) >= shortest { out.take(text) }
    }

    /// A long run of digits: groups of eight or seven bits, or of three digits.
    private static func split(_ run: ArraySlice<UInt8>, into out: inout DecodedText) {
        let isBinary = run.allSatisfy { $0 < 0x32 }
        for width in isBinary ? [8, 7, 5] : [3, 2] {
            guard run.count % width == 0 else { continue }
            let groups = stride(from: run.startIndex, to: run.endIndex, by: width).map { run[$0..<($0 + width)] }
            take(groups.map { value($0, isBinary ? 2 : 10) + (width == 5 ? 0x61 : 0) }, into: &out)
            if width == 3, run.allSatisfy({ $0 < 0x38 }) { take(groups.map { value($0, 8) }, into: &out) }
            if width == 2 { take(groups.map { value($0, 10) + 0x60 }, into: &out) }
        }
    }

    private static func value(_ digits: ArraySlice<UInt8>, _ radix: Int) -> Int {
        digits.reduce(0) { ($0 &* radix) &+ Int(Escapes.hexDigit($1) ?? 0) }
    }
}
