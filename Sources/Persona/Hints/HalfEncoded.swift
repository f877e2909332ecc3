/// Finds a name half of which is in clear and half in Base64 or hex: `LanternbWlsbA==`, `TGFu74tern`.
struct HalfEncoded: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private static let shortest = 6
    private static let longest = 64

    init(_ all: [GuardedTerm]) { terms = all.filter { $0.isWord } }

    func detect(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        guard !terms.isEmpty else { return }
        var index = 0
        while index < bytes.count {
            guard Self.kinds[Int(bytes[index])] != 0 else {
                index += 1
                continue
            }
            let start = index
            var isOdd = false
            var last: UInt8 = 0
            while index < bytes.count, Self.kinds[Int(bytes[index])] != 0 {
                let kind = Self.kinds[Int(bytes[index])]
                if kind == 4 || kind == 2 && last == 1 { isOdd = true }
                last = kind
                index += 1
            }
            if isOdd, index - start >= Self.shortest, index - start <= Self.longest {
                look(Array(bytes[start..<index]), found)
            }
        }
    }

    private func look(_ run: [UInt8], _ found: (Trace) -> Void) {
        for term in terms {
            let letters = term.letters
            let front = zip(run, letters).prefix { $0 | 0x20 == $1 }.count
            if front >= 2, front < letters.count, (2...front).contains(where: { isRest(run[$0...], letters[$0...]) }) {
                return found(term.guess)
            }
            let back = zip(run.reversed(), letters.reversed()).prefix { $0 | 0x20 == $1 }.count
            if back >= 2, back < letters.count,
                (2...back).contains(where: { isRest(run.dropLast($0), letters.dropLast($0)) })
            {
                return found(term.guess)
            }
        }
    }

    private func isRest(_ code: ArraySlice<UInt8>, _ letters: ArraySlice<UInt8>) -> Bool {
        guard code.count > letters.count, code.count <= 2 * letters.count + 4 else { return false }
        for decoded in [base64(code), hex(code)] {
            // Spaces between the words of a name count for nothing.
            if decoded.filter({ $0 != 0x20 }).elementsEqual(letters) { return true }
        }
        return false
    }

    private func base64(_ code: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in code where byte != 0x3D {
            guard let sextet = Self.sextet(byte) else { return [] }
            bits = bits << 6 | sextet
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)) | 0x20)
        }
        return out
    }

    private func hex(_ code: ArraySlice<UInt8>) -> [UInt8] {
        guard code.count % 2 == 0 else { return [] }
        var out: [UInt8] = []
        for place in stride(from: code.startIndex, to: code.endIndex, by: 2) {
            guard let high = Escapes.hexDigit(code[place]), let low = Escapes.hexDigit(code[place + 1]) else {
                return []
            }
            out.append((high << 4 | low) | 0x20)
        }
        return out
    }

    private static func sextet(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }

    /// 1 for a small letter, 2 for a capital, 4 for a digit, 8 for padding.
    private static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x61...0x7A: 1
        case 0x41...0x5A: 2
        case 0x30...0x39: 4
        case 0x3D: 8
        default: 0
        }
    }
}
