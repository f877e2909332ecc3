/// Reads Morse code (ITU-R M.1677): dots and dashes, letters apart by spaces or strokes.
enum Morse {
    /// The letters by their signs: a one in front, then 0 for a dot and 1 for a dash.
    private static let letters: [UInt8] = {
        let codes = [
            ".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-.", "---",
            ".--.",
            "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..",
        ]
        var table = [UInt8](repeating: DecodedText.wall, count: 32)
        for (index, code) in codes.enumerated() {
            table[code.utf8.reduce(1) { $0 << 1 | ($1 == UInt8(ascii: "-") ? 1 : 0) }] = UInt8(0x61 + index)
        }
        return table
    }()

    private static let fewest = 3

    private enum Kind {
        static let other: UInt8 = 0
        static let apart: UInt8 = 1
        static let dot: UInt8 = 2
        static let dash: UInt8 = 3
    }

    private static let kinds: [UInt8] = (0..<256).map { value in
        switch UInt8(value) {
        case UInt8(ascii: "."): Kind.dot
        case UInt8(ascii: "-"), UInt8(ascii: "_"): Kind.dash
        case UInt8(ascii: " "), UInt8(ascii: "/"), UInt8(ascii: "|"), 0x0A, 0x0D, 0x09, UInt8(ascii: ","): Kind.apart
        default: Kind.other
        }
    }

    /// Whether so many words begin with a dot or a dash that they can be letters.
    private static func mayStand(in runs: Runs) -> Bool {
        var count = 0
        for word in runs.words where word.kinds & Tokens.Kind.mark != 0 {
            var isApart = true
            for byte in runs.bytes[word.start..<word.end] {
                if isApart, isSign(byte) { count += 1 }
                isApart = byte == 0x2C || byte == 0x2F || byte == 0x7C
            }
            if count >= fewest { return true }
        }
        return false
    }

    @inline(__always)
    private static func isSign(_ byte: UInt8) -> Bool { byte == 0x2D || byte == 0x2E || byte == 0x5F }

    static func decode(_ runs: Runs, into out: inout DecodedText) {
        guard mayStand(in: runs) else { return }
        let bytes = runs.bytes
        var word: [UInt8] = []
        var lastCode = 1
        func endWord() {
            if word.count >= fewest {
                out.take(word)
                // The dot that ends a sentence is no dot of the last letter.
                if lastCode & 1 == 0, lastCode > 3 { out.take(word.dropLast() + [letters[lastCode >> 1]]) }
            }
            lastCode = 1
            word.removeAll(keepingCapacity: true)
        }
        kinds.withUnsafeBufferPointer { kinds in
            var index = 0
            while index < bytes.count {
                var code = 1
                while index < bytes.count, kinds[Int(bytes[index])] > Kind.apart {
                    if code < 32 { code = code << 1 | Int(kinds[Int(bytes[index])] & 1) }
                    index += 1
                }
                if index < bytes.count, kinds[Int(bytes[index])] == Kind.other {
                    // Of another word, also one that begins with a dash, nothing is read.
                    if !word.isEmpty { endWord() }
                    while index < bytes.count, kinds[Int(bytes[index])] != Kind.apart { index += 1 }
                } else if code > 1 {
                    word.append(code < 32 ? letters[code] : DecodedText.wall)
                    lastCode = code < 32 ? code : 1
                }
                index += 1
            }
        }
        endWord()
    }
}
