import Testing

@testable import Persona

@Suite("One walk finds what many passes would")
struct RunsTests {
    private static let bytes =
        Array("aabBzZfF09.,-_/|+=%\\<[{}()\"':;!?*#$@&~^ \t\n\r".utf8) + [0, 1, 0x1B, 0x7F, 0xC3, 0xA9, 0xFF]

    private static func text(_ random: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...60, using: &random)).map { _ in bytes[Int.random(in: bytes.indices, using: &random)] }
    }

    private static func isRun(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    private static func isSmall(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

    /// The stretches of bytes for which something is so.
    private static func stretches(_ text: [UInt8], _ isIn: (UInt8) -> Bool) -> [Range<Int>] {
        var out: [Range<Int>] = []
        for index in text.indices where isIn(text[index]) {
            if let last = out.last, last.upperBound == index {
                out[out.count - 1] = last.lowerBound..<(index + 1)
            } else {
                out.append(index..<(index + 1))
            }
        }
        return out
    }

    @Test("the runs, and what stands in them", arguments: 0..<8)
    func runs(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<300 {
            let text = Self.text(&random)
            text.withUnsafeBufferPointer { bytes in
                let runs = Runs(of: bytes)
                let expected = Self.stretches(text, Self.isRun)
                #expect(runs.list.map { $0.start..<$0.end } == expected)
                for (run, range) in zip(runs.list, expected) {
                    var kinds: UInt8 = 0
                    for place in range {
                        switch text[place] {
                        case 0x30...0x39: kinds |= Runs.Kind.digit
                        case 0x41...0x5A: kinds |= Runs.Kind.upper
                        default: kinds |= Runs.Kind.lower
                        }
                        if (0x67...0x7A).contains(text[place] | 0x20) { kinds |= Runs.Kind.beyondHex }
                        guard place > range.lowerBound, Self.isCapital(text[place]) else { continue }
                        kinds |= Runs.Kind.inner
                        if Self.isSmall(text[place - 1]) { kinds |= Runs.Kind.rise }
                    }
                    #expect(run.kinds == kinds)
                }
            }
        }
    }

    @Test("the words, and what stands in them", arguments: 0..<8)
    func words(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<300 {
            let text = Self.text(&random)
            text.withUnsafeBufferPointer { bytes in
                let runs = Runs(of: bytes)
                let expected = Self.stretches(text) { $0 > 0x20 }
                #expect(runs.words.map { $0.start..<$0.end } == expected)
                for (word, range) in zip(runs.words, expected) {
                    let pairs = zip(text[range], text[range].dropFirst())
                    var kinds = text[range].reduce(UInt16(0)) { $0 | Tokens.kinds[Int($1)] }
                    if pairs.contains(where: { Self.isRun($0) && Self.isCapital($1) }) { kinds |= Tokens.Kind.inner }
                    let places = stride(from: range.lowerBound, to: range.upperBound - 1, by: 2)
                    if places.contains(where: { text[$0] | 0x20 == text[$0 + 1] | 0x20 }) {
                        kinds |= Tokens.Kind.double
                    }
                    #expect(word.kinds == kinds)
                    #expect(Int(word.rises) == pairs.count { Self.isSmall($0) && Self.isCapital($1) })
                    #expect(word.isDrawnOut == (pairs.count { $0 | 0x20 == $1 | 0x20 } > 1))
                    #expect(word.hasClosing == text[range].contains { "\"'),.:;?]}".utf8.contains($0) })
                }
                #expect(runs.isASCII == text.allSatisfy { $0 < 0x80 })
                #expect(runs.signs == text.reduce(into: Signs(rawValue: 0)) { $0.formUnion(Signs(ofByte: $1)) })
            }
        }
    }
}
