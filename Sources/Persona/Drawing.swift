/// Sees letters drawn with marks, as the program figlet draws them: no scan of letters can read those.
enum Drawing {
    private static let fewestLines = 3

    static func isDrawn(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count(of: UInt8(ascii: "|")) >= 2 * fewestLines, bytes.count(of: UInt8(ascii: "_")) >= fewestLines
        else {
            return false
        }
        return counts.withUnsafeBufferPointer { counts in
            var lines = 0
            var line: UInt64 = 0
            for byte in bytes {
                line &+= counts[Int(byte)]
                guard byte == 0x0A else { continue }
                lines = isDrawing(line) ? lines + 1 : 0
                if lines >= fewestLines { return true }
                line = 0
            }
            return isDrawing(line) && lines + 1 >= fewestLines
        }
    }

    /// What a byte adds to the counts of its line, sixteen bits each: bars, slopes, all strokes, and what is no stroke.
    private static let counts: [UInt64] = (0..<256).map { value in
        let stroke: UInt64 = 1 << 32
        switch UInt8(value) {
        case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "'"):
            return stroke | 1 << 16
        case UInt8(ascii: "|"): return stroke | 1
        case UInt8(ascii: "_"), UInt8(ascii: "`"): return stroke
        case UInt8(ascii: " "), 0x09, 0x0D, 0x0A: return 0
        default: return 1 << 48
        }
    }

    private static func isDrawing(_ line: UInt64) -> Bool {
        let strokes = line >> 32 & 0xFFFF
        let letters = line >> 48
        return strokes >= 6 && letters * 4 <= strokes && line >> 16 & 0xFFFF >= 1 && line & 0xFFFF >= 2
    }
}
