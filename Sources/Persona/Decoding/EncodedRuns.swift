/// Decodes unbroken runs of letters and digits: Base64 (RFC 4648, both alphabets, any padding, wrapped, backwards, at any
/// offset), Base32, Base16, and numbers in Base58 and Base62.
enum EncodedRuns {
    typealias Run = UnsafeBufferPointer<UInt8>
    typealias Room = UnsafeMutableBufferPointer<UInt8>

    private static let shortest = 6
    /// Longer runs are not read backwards: they are files, and the time is better spent.
    private static let longestReversed = 4096

    /// Decodes every run of a word, or of a text.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ room: Room, into out: inout DecodedText) {
        Shape.table.withUnsafeBufferPointer { shapes in
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
                guard index - start >= shortest else { continue }
                let run = Run(rebasing: bytes[start..<index])
                if run.count <= room.count {
                    decode(run, shape, room, into: &out)
                } else {
                    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: run.count) {
                        decode(run, shape, $0, into: &out)
                    }
                }
            }
        }
    }

    /// Decodes every run of a text alone.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Tokens.shortestRoom) {
            decode(bytes, $0, into: &out)
        }
    }

    /// What the bytes of a run are.
    private enum Shape {
        static let lower: UInt8 = 1
        static let upper: UInt8 = 2
        static let digit: UInt8 = 4
        static let join: UInt8 = 8
        static let inner: UInt8 = 16

        /// Zero for what stands in no run.
        static let table: [UInt8] = (0..<256).map { value in
            switch value {
            case 0x30...0x39: digit
            case 0x41...0x5A: upper
            case 0x61...0x7A: lower
            case 0x2B, 0x2D, 0x2F, 0x3D, 0x5F: join
            default: 0
            }
        }
    }

    private static func decode(_ run: Run, _ shape: UInt8, _ room: Room, into out: inout DecodedText) {
        guard shape & (Shape.inner | Shape.digit) != 0 else {
            // Words, alone or joined as in paths; only Base32 is ever written so.
            if shape & Shape.join == 0, run.count >= 8 { base32(run, room, into: &out) }
            return
        }
        base64(run, room, into: &out)
        guard run.count >= 7 else { return }
        hex(run, room, into: &out)
        base32(run, room, into: &out)
        guard shape & Shape.join != 0 else {
            let isCode = shape & Shape.digit != 0 && shape & (Shape.lower | Shape.inner) != 0
            return PositionalNumbers.decode(run, isCode: isCode, room, into: &out)
        }
        // A path or an identifier joins what are runs of their own.
        var start = 0
        for index in 0...run.count {
            guard index == run.count || Shape.table[Int(run[index])] == Shape.join else { continue }
            let part = Run(rebasing: run[start..<index])
            if part.count >= shortest, part.count < run.count, part.dropFirst().contains(where: { $0 < 0x61 }) {
                base64(part, room, into: &out)
                hex(part, room, into: &out)
                base32(part, room, into: &out)
            }
            start = index + 1
        }
    }

    // MARK: Files

    /// Runs that are files in Base64: long, of capitals, small letters and digits. Nil when there is none.
    static func files(in bytes: [UInt8]) -> [Range<Int>]? {
        guard bytes.count >= shortestFile else { return nil }
        var files: [Range<Int>] = []
        Shape.table.withUnsafeBufferPointer { shapes in
            var start = 0
            for index in 0...bytes.count where index == bytes.count || shapes[Int(bytes[index])] == 0 {
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

    // MARK: Base64

    private static let sextets: [Int8] = {
        var table = [Int8](repeating: -1, count: 256)
        for (index, byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            table[Int(byte)] = Int8(index)
        }
        table[Int(UInt8(ascii: "-"))] = 62
        table[Int(UInt8(ascii: "_"))] = 63
        return table
    }()

    private static func base64(_ run: Run, _ room: Room, into out: inout DecodedText) {
        sextets.withUnsafeBufferPointer { sextets in
            if run.count >= 16 {
                for offset in 0..<4 { takeBase64(run, from: offset, by: 1, sextets, room, into: &out) }
            } else if opensAsText(run, from: 0, by: 1, sextets) {
                takeBase64(run, from: 0, by: 1, sextets, room, into: &out)
            }
            guard run.count <= longestReversed else { return }
            var last = run.count - 1
            while last >= 0, run[last] == 0x3D { last -= 1 }
            if last >= 3, run.count >= 16 || opensAsText(run, from: last, by: -1, sextets) {
                takeBase64(run, from: last, by: -1, sextets, room, into: &out)
            }
        }
    }

    /// Most runs are no code, and their first three bytes say so.
    private static func opensAsText(
        _ run: Run,
        from start: Int,
        by step: Int,
        _ sextets: UnsafeBufferPointer<Int8>
    ) -> Bool {
        var number: UInt32 = 0
        for place in 0..<4 {
            let sextet = sextets[Int(run[start + place * step])]
            guard sextet >= 0 else { return false }
            number = number << 6 | UInt32(sextet)
        }
        for shift in stride(from: UInt32(0), through: 16, by: 8) {
            let byte = number >> shift & 0xFF
            if byte < 0x20 && byte != 0 && byte != 0x0A || byte == 0x7F { return false }
        }
        return true
    }

    private static func takeBase64(
        _ run: Run,
        from start: Int,
        by step: Int,
        _ sextets: UnsafeBufferPointer<Int8>,
        _ room: Room,
        into out: inout DecodedText
    ) {
        var count = 0
        var bits: UInt32 = 0
        var held = 0
        var index = start
        while index >= 0, index < run.count {
            let sextet = sextets[Int(run[index])]
            guard sextet >= 0 else { break }
            index += step
            bits = bits << 6 | UInt32(sextet)
            held += 6
            if held >= 8 {
                held -= 8
                room[count] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
                count += 1
            }
        }
        let decoded = Run(rebasing: room[..<count])
        if isCompressed(decoded) { out.isOdd = true }
        out.takeText(of: decoded)
    }

    /// The first bytes of gzip (RFC 1952), zlib (RFC 1950), bzip2, xz, zip and zstd.
    private static func isCompressed(_ bytes: Run) -> Bool {
        guard bytes.count >= 16 else { return false }
        let front = bytes[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        switch front {
        case 0x1F8B_0800...0x1F8B_08FF, 0x425A_6800...0x425A_68FF, 0x7801_0100...0x7801_01FF: return true
        case 0xFD37_7A58, 0x504B_0304, 0x28B5_2FFD: return true
        // Two bytes come by chance; the first block of a small stream is its last, and of one of three types.
        default: return (front >> 16 == 0x789C || front >> 16 == 0x78DA) && bytes[2] & 7 != 7 && bytes[2] & 1 == 1
        }
    }

    // MARK: Base16

    private static func hex(_ run: Run, _ room: Room, into out: inout DecodedText) {
        var first = 0
        if run.count > 2, run[0] == 0x30, run[1] | 0x20 == 0x78 { first = 2 }
        let length = run.count - first
        guard length >= 6 else { return }
        for index in first..<run.count where Escapes.hexDigit(run[index]) == nil { return }
        for offset in length % 2...1 {
            var count = 0
            var index = first + offset
            while index + 1 < run.count {
                room[count] = (Escapes.hexDigit(run[index]) ?? 0) << 4 | (Escapes.hexDigit(run[index + 1]) ?? 0)
                count += 1
                index += 2
            }
            out.takeText(of: Run(rebasing: room[..<count]))
            // Backwards.
            let back = Room(rebasing: room[..<count])
            back.reverseInPlace()
            for place in back.indices { back[place] = back[place] << 4 | back[place] >> 4 }
            out.takeText(of: Run(back))
            if length < 12 { return }
        }
    }

    // MARK: Base32

    private static func base32(_ run: Run, _ room: Room, into out: inout DecodedText) {
        var count = 0
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
                if count < 3, byte < 0x20 || byte == 0x7F { return }
                room[count] = byte
                count += 1
            }
        }
        if count >= 3 { out.takeText(of: Run(rebasing: room[..<count])) }
    }
}
