/// Decodes unbroken runs of letters and digits: Base64 (RFC 4648, both alphabets, any padding, wrapped, backwards, at any
/// offset), Base32, Base16, Base58.
enum EncodedRuns {
    private static let shortest = 6
    /// Longer runs are not read backwards: they are files, and the time is better spent.
    private static let longestReversed = 4096
    private static let longestNumber = 64

    /// Which bytes may stand in a run.
    private static let inRun: [Bool] = shapes.map { $0 != 0 }

    private static let sextets: [Int8] = {
        var table = [Int8](repeating: -1, count: 256)
        for (index, byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            table[Int(byte)] = Int8(index)
        }
        table[Int(UInt8(ascii: "-"))] = 62
        table[Int(UInt8(ascii: "_"))] = 63
        return table
    }()

    /// Runs that are files in Base64: long, of capitals, small letters and digits. Nil when there is none.
    static func files(in bytes: [UInt8]) -> [Range<Int>]? {
        guard bytes.count >= shortestFile else { return nil }
        var files: [Range<Int>] = []
        inRun.withUnsafeBufferPointer { inRun in
            var start = 0
            for index in 0...bytes.count where index == bytes.count || !inRun[Int(bytes[index])] {
                if index - start >= shortestFile, isFile(bytes[start..<index]) { files.append(start..<index) }
                start = index + 1
            }
        }
        return files.isEmpty ? nil : files
    }

    private static let shortestFile = 512

    private static func isFile(_ run: ArraySlice<UInt8>) -> Bool {
        let front = run.prefix(shortestFile)
        return front.contains { (0x30...0x39).contains($0) } && front.contains { (0x41...0x5A).contains($0) }
            && front.contains { (0x61...0x7A).contains($0) }
    }

    /// Decodes every run of the text.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        shapes.withUnsafeBufferPointer { shapes in
            var index = 0
            while index < bytes.count {
                guard shapes[Int(bytes[index])] != 0 else {
                    index += 1
                    continue
                }
                let start = index
                var shape: UInt8 = 0
                var last = Shape.join
                while index < bytes.count {
                    let next = shapes[Int(bytes[index])]
                    if next == 0 { break }
                    // A capital inside a word is the mark of a code.
                    shape |= next == Shape.upper && last != Shape.join ? Shape.inner : next
                    last = next
                    index += 1
                }
                if index - start >= shortest { decode(bytes[start..<index], shape, into: &out) }
            }
        }
    }

    /// What the bytes of a run are.
    private enum Shape {
        static let lower: UInt8 = 1
        static let upper: UInt8 = 2
        static let digit: UInt8 = 4
        static let join: UInt8 = 8
        static let inner: UInt8 = 16
    }

    private static let shapes: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: Shape.digit
        case 0x41...0x5A: Shape.upper
        case 0x61...0x7A: Shape.lower
        case 0x2B, 0x2D, 0x2F, 0x3D, 0x5F: Shape.join
        default: 0
        }
    }

    private static func decode(
        _ run: UnsafeBufferPointer<UInt8>.SubSequence,
        _ shape: UInt8,
        into out: inout DecodedText
    ) {
        guard shape & (Shape.inner | Shape.digit) != 0 else {
            // Words, alone or joined as in paths; only Base32 is ever written so.
            if shape & Shape.join == 0, run.count >= 8 { base32(run, into: &out) }
            return
        }
        base64(run, into: &out)
        guard run.count >= 7 else { return }
        hex(run, into: &out)
        base32(run, into: &out)
        if run.count <= longestNumber, shape & Shape.join == 0 { numbers(run, shape, into: &out) }
        // A path or an identifier joins what are runs of their own.
        guard shape & Shape.join != 0 else { return }
        var start = run.startIndex
        for index in run.startIndex...run.endIndex {
            guard index == run.endIndex || shapes[Int(run[index])] == Shape.join else { continue }
            let part = run[start..<index]
            if part.count >= shortest, part.count < run.count,
                part.dropFirst().contains(where: { $0 < 0x61 })
            {
                base64(part, into: &out)
                hex(part, into: &out)
                base32(part, into: &out)
            }
            start = index + 1
        }
    }

    // MARK: Base64

    private static func base64(_ run: UnsafeBufferPointer<UInt8>.SubSequence, into out: inout DecodedText) {
        if run.count >= 16 {
            for offset in 0..<4 { takeBase64(run.dropFirst(offset), into: &out) }
        } else if opensAsText(
            run[run.startIndex],
            run[run.startIndex + 1],
            run[run.startIndex + 2],
            run[run.startIndex + 3]
        ) {
            takeBase64(run, into: &out)
        }
        guard run.count <= longestReversed else { return }
        let back = run.dropLast(0).reversed().drop { $0 == 0x3D }
        if back.count >= 4 {
            let front = Array(back.prefix(4))
            if run.count >= 16 || opensAsText(front[0], front[1], front[2], front[3]) { takeBase64(back, into: &out) }
        }
    }

    /// Most runs are no code, and their first three bytes say so.
    private static func opensAsText(_ one: UInt8, _ two: UInt8, _ three: UInt8, _ four: UInt8) -> Bool {
        let (a, b) = (sextets[Int(one)], sextets[Int(two)])
        let (c, d) = (sextets[Int(three)], sextets[Int(four)])
        guard a >= 0, b >= 0, c >= 0, d >= 0 else { return false }
        let number = UInt32(a) << 18 | UInt32(b) << 12 | UInt32(c) << 6 | UInt32(d)
        for shift in [UInt32(16), 8, 0] {
            let byte = number >> shift & 0xFF
            if byte < 0x20 && byte != 0 && byte != 0x0A || byte == 0x7F { return false }
        }
        return true
    }

    private static func takeBase64(_ run: some Collection<UInt8>, into out: inout DecodedText) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: run.count * 3 / 4 + 3) { decoded in
            var count = 0
            var bits: UInt32 = 0
            var held = 0
            sextets.withUnsafeBufferPointer { sextets in
                for byte in run {
                    let sextet = sextets[Int(byte)]
                    guard sextet >= 0 else { break }
                    bits = bits << 6 | UInt32(sextet)
                    held += 6
                    if held >= 8 {
                        held -= 8
                        decoded[count] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
                        count += 1
                    }
                }
            }
            let bytes = UnsafeBufferPointer(rebasing: decoded[..<count])
            if isCompressed(bytes) { out.isOdd = true }
            out.takeText(of: bytes)
        }
    }

    /// The first bytes of gzip (RFC 1952), zlib (RFC 1950), bzip2, xz, zip and zstd.
    private static func isCompressed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count >= 16 else { return false }
        let front = bytes[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        switch front >> 8 {
        case 0x1F8B08, 0x425A68, 0x780101: return true
        default:
            // Two bytes come by chance; a block of zlib's has a type that is one of three as well.
            return [0xFD37_7A58, 0x504B_0304, 0x28B5_2FFD].contains(front)
                || [0x789C, 0x78DA].contains(front >> 16) && bytes[2] & 6 != 6 && bytes[2] & 1 == 1
        }
    }

    // MARK: Other bases

    private static func hex(_ run: UnsafeBufferPointer<UInt8>.SubSequence, into out: inout DecodedText) {
        var run = run
        if run.count > 2, run.first == 0x30, run[run.startIndex + 1] | 0x20 == 0x78 { run = run.dropFirst(2) }
        guard run.count >= 6, run.allSatisfy({ Escapes.hexDigit($0) != nil }) else { return }
        for offset in run.count % 2...1 {
            var decoded: [UInt8] = []
            decoded.reserveCapacity(run.count / 2)
            var index = run.startIndex + offset
            while index + 1 < run.endIndex {
                decoded.append((Escapes.hexDigit(run[index]) ?? 0) << 4 | (Escapes.hexDigit(run[index + 1]) ?? 0))
                index += 2
            }
            out.takeText(of: decoded)
            // Backwards.
            out.takeText(of: decoded.reversed().map { $0 << 4 | $0 >> 4 })
            if run.count < 12 { return }
        }
    }

    private static func base32(_ run: UnsafeBufferPointer<UInt8>.SubSequence, into out: inout DecodedText) {
        var decoded: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in run {
            if byte == 0x3D { break }
            let value: UInt8
            switch byte {
            case 0x41...0x5A: value = byte - 0x41
            case 0x61...0x7A: value = byte - 0x61
            case 0x32...0x37: value = byte - 0x32 + 26
            default: return
            }
            bits = bits << 5 | UInt32(value)
            held += 5
            if held >= 8 {
                held -= 8
                let byte = UInt8(truncatingIfNeeded: bits >> UInt32(held))
                if decoded.count < 3, byte < 0x20 || byte == 0x7F { return }
                decoded.append(byte)
            }
        }
        if decoded.count >= 3 { out.takeText(of: decoded) }
    }

    private static let base58Digits: [UInt8] = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    /// Base58, and Base62 in both orders.
    private static let positional: [(base: Int, values: [Int])] = [
        base58Digits, Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8),
        Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8),
    ].map { digits in (digits.count, (0..<256).map { digits.firstIndex(of: UInt8($0)) ?? -1 }) }

    /// Bitcoin's Base58 and Base62: the run is one number. Names are short, and so are their numbers.
    private static func numbers(
        _ run: UnsafeBufferPointer<UInt8>.SubSequence,
        _ shape: UInt8,
        into out: inout DecodedText
    ) {
        guard run.count > longestWordNumber else {
            for (base, values) in positional { shortNumber(run, base, values, into: &out) }
            return
        }
        let code = Shape.digit | Shape.lower | Shape.inner
        guard shape & code == code else { return }
        for (base, values) in positional where run.allSatisfy({ values[Int($0)] >= 0 }) {
            var number: [UInt8] = []
            for byte in run {
                var carry = values[Int(byte)]
                for index in number.indices {
                    carry += Int(number[index]) * base
                    number[index] = UInt8(carry & 0xFF)
                    carry >>= 8
                }
                while carry > 0 {
                    number.append(UInt8(carry & 0xFF))
                    carry >>= 8
                }
            }
            out.takeText(of: number.reversed())
        }
    }

    /// So many digits of Base62 fit into 128 bits.
    private static let longestWordNumber = 21

    private static func shortNumber(
        _ run: UnsafeBufferPointer<UInt8>.SubSequence,
        _ base: Int,
        _ values: [Int],
        into out: inout DecodedText
    ) {
        var number: UInt128 = 0
        for byte in run {
            let value = values[Int(byte)]
            guard value >= 0 else { return }
            number = number * UInt128(base) + UInt128(value)
        }
        // Most runs are no numbers of names, and their last byte or the one before says so.
        guard isText(UInt8(truncatingIfNeeded: number)), isText(UInt8(truncatingIfNeeded: number >> 8)) else { return }
        var bytes: [UInt8] = []
        while number > 0 {
            bytes.append(UInt8(truncatingIfNeeded: number))
            number >>= 8
        }
        out.takeText(of: bytes.reversed())
    }

    private static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F }
}
