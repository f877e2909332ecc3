/// Sees letters drawn with marks, as the program figlet draws them: no scan of letters can read those.
enum Drawing {
    private static let fewestLines = 3

    static func isDrawn(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count(of: UInt8(ascii: "|")) >= 2 * fewestLines, bytes.count(of: UInt8(ascii: "_")) >= fewestLines
        else {
            return false
        }
        var lines = 0
        var strokes = 0
        var letters = 0
        var slopes = 0
        var bars = 0
        for index in 0...bytes.count {
            let byte = index == bytes.count ? 0x0A : bytes[index]
            switch byte {
            case 0x0A:
                let isDrawing = strokes >= 6 && letters * 4 <= strokes && slopes >= 1 && bars >= 2
                lines = isDrawing ? lines + 1 : 0
                if lines >= fewestLines { return true }
                strokes = 0
                letters = 0
                slopes = 0
                bars = 0
            case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "'"):
                strokes += 1
                slopes += 1
            case UInt8(ascii: "|"):
                strokes += 1
                bars += 1
            case UInt8(ascii: "_"): strokes += 1
            case UInt8(ascii: "`"): strokes += 1
            case UInt8(ascii: " "), 0x09, 0x0D: break
            default: letters += 1
            }
        }
        return false
    }
}
