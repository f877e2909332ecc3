/// Reads a run of digits as one number whose bytes are a text: Bitcoin's Base58, and Base62 in both orders.
enum PositionalNumbers {
    private static let longest = 64
    /// So many digits of Base62 fit into 128 bits. Names are short, and so are their numbers.
    private static let longestWord = 21
    /// So many of 32 bits hold the longest number.
    private static let limbs = 12

    /// The values of the digits, 256 for each base.
    private static let values: [Int8] = [
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    ].flatMap { (digits: String) in
        var values = [Int8](repeating: -1, count: 256)
        for (value, digit) in digits.utf8.enumerated() { values[Int(digit)] = Int8(value) }
        return values
    }

    /// - Parameter isCode: whether small letters, capitals inside and digits stand in it, as in a long code.
    static func decode(
        _ run: EncodedRuns.Run,
        isCode: Bool,
        _ room: EncodedRuns.Room,
        into out: inout DecodedText
    ) {
        guard run.count <= longest, run.count <= longestWord || isCode else { return }
        values.withUnsafeBufferPointer { all in
            for place in 0..<3 {
                let base: UInt32 = place == 0 ? 58 : 62
                let values = UnsafeBufferPointer(rebasing: all[(place * 256)..<(place * 256 + 256)])
                guard run.allSatisfy({ values[Int($0)] >= 0 }) else { continue }
                if run.count <= longestWord {
                    short(run, base, values, room, into: &out)
                } else {
                    long(run, base, values, room, into: &out)
                }
            }
        }
    }

    private static func short(
        _ run: EncodedRuns.Run,
        _ base: UInt32,
        _ values: UnsafeBufferPointer<Int8>,
        _ room: EncodedRuns.Room,
        into out: inout DecodedText
    ) {
        // Most runs are no numbers of names, and their last byte or the one before says so.
        var low: UInt32 = 0
        for digit in run { low = low &* base &+ UInt32(truncatingIfNeeded: values[Int(digit)]) }
        guard isText(UInt8(truncatingIfNeeded: low)), isText(UInt8(truncatingIfNeeded: low >> 8)) else { return }
        var number: UInt128 = 0
        for digit in run { number = number &* UInt128(base) &+ UInt128(truncatingIfNeeded: values[Int(digit)]) }
        var count = 0
        while number > 0 {
            room[count] = UInt8(truncatingIfNeeded: number)
            count += 1
            number >>= 8
        }
        let text = EncodedRuns.Room(rebasing: room[..<count])
        text.reverseInPlace()
        out.takeText(of: EncodedRuns.Run(text))
    }

    private static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F }

    private static func long(
        _ run: EncodedRuns.Run,
        _ base: UInt32,
        _ values: UnsafeBufferPointer<Int8>,
        _ room: EncodedRuns.Room,
        into out: inout DecodedText
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: limbs) { number in
            var used = 0
            for digit in run {
                var carry = UInt64(truncatingIfNeeded: values[Int(digit)])
                for limb in 0..<used {
                    carry += UInt64(number[limb]) * UInt64(base)
                    number[limb] = UInt32(truncatingIfNeeded: carry)
                    carry >>= 32
                }
                if carry > 0 {
                    number[used] = UInt32(truncatingIfNeeded: carry)
                    used += 1
                }
            }
            var count = 0
            for limb in (0..<used).reversed() {
                for place in (0..<4).reversed() {
                    let byte = UInt8(truncatingIfNeeded: number[limb] >> UInt32(8 * place))
                    if count == 0 && byte == 0 { continue }
                    room[count] = byte
                    count += 1
                }
            }
            out.takeText(of: UnsafeBufferPointer(rebasing: room[..<count]))
        }
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// The last byte first.
    func reverseInPlace() {
        var (front, back) = (0, count - 1)
        while front < back {
            swapAt(front, back)
            front += 1
            back -= 1
        }
    }
}
