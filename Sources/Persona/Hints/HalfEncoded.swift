/// Finds a name half of which is in clear and half in Base64 or hex: `LanternbWlsbA==`, `TGFu74tern`.
struct HalfEncoded: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private static let shortest = 6
    private static let longest = 64

    /// Their letters alone: a term has much else, which is not to be counted for each word.
    private let letters: [[UInt8]]
    /// The first two letters of the terms, and their last two.
    private let edges: [(front: UInt16, back: UInt16)]

    init(_ all: [GuardedTerm]) {
        terms = all.filter { $0.isWord }
        letters = terms.map(\.letters)
        edges = terms.map { term in
            (
                Self.pair(term.letters[0], term.letters[1]),
                Self.pair(term.letters[term.letters.count - 2], term.letters[term.letters.count - 1])
            )
        }
    }

    private static func pair(_ one: UInt8, _ two: UInt8) -> UInt16 { UInt16(one | 0x20) << 8 | UInt16(two | 0x20) }

    func detect(_ runs: Runs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty else { return }
        let bytes = runs.bytes
        var read = 0
        for run in runs.list
        where run.kinds & (Runs.Kind.digit | Runs.Kind.rise) != 0 && run.start >= read {
            // Padding is a part of it.
            var (start, end) = (run.start, run.end)
            while start > read, Self.isCode(bytes[start - 1]) { start -= 1 }
            while end < bytes.count, Self.isCode(bytes[end]) { end += 1 }
            read = end
            guard end - start >= Self.shortest, end - start <= Self.longest else { continue }
            let front = Self.pair(bytes[start], bytes[start + 1])
            let back = Self.pair(bytes[end - 2], bytes[end - 1])
            if edges.contains(where: { $0.front == front || $0.back == back }) {
                look(Array(bytes[start..<end]), found)
            }
        }
    }

    private static func isCode(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x3D: true
        default: false
        }
    }

    private func look(_ run: [UInt8], _ found: (Trace) -> Void) {
        for (index, letters) in letters.enumerated() {
            let front = zip(run, letters).prefix { $0 | 0x20 == $1 }.count
            if front >= 2, front < letters.count, (2...front).contains(where: { isRest(run[$0...], letters[$0...]) }) {
                return found(terms[index].guess)
            }
            let back = zip(run.reversed(), letters.reversed()).prefix { $0 | 0x20 == $1 }.count
            if back >= 2, back < letters.count,
                (2...back).contains(where: { isRest(run.dropLast($0), letters.dropLast($0)) })
            {
                return found(terms[index].guess)
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
}
