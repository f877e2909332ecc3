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

    /// Whether some words begin with a dot or a dash, as few do elsewhere.
    private static func holdsCode(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var before: UInt8 = 0x20
        var count = 0
        for byte in bytes {
            let isSign = byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            let isStart = before <= 0x20 || before == UInt8(ascii: "/") || before == UInt8(ascii: "|")
            count &+= isSign && isStart ? 1 : 0
            before = byte
        }
        return count >= fewest
    }

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        guard holdsCode(bytes) else { return }
        var word: [UInt8] = []
        var code = 1
        var isOther = false
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
        for index in 0...bytes.count {
            let byte = index < bytes.count ? bytes[index] : 0x0A
            switch byte {
            case UInt8(ascii: "."): if code < 32 { code = code << 1 }
            case UInt8(ascii: "-"), UInt8(ascii: "_"): if code < 32 { code = code << 1 | 1 }
            case UInt8(ascii: " "), UInt8(ascii: "/"), UInt8(ascii: "|"), 0x0A, 0x0D, 0x09, UInt8(ascii: ","):
                if !isOther, code > 1 {
                    word.append(code < 32 ? letters[code] : DecodedText.wall)
                    lastCode = code < 32 ? code : 1
                }
                code = 1
                isOther = false
            default:
                if !isOther {
                    isOther = true
                    if !word.isEmpty { endWord() }
                }
            }
        }
        endWord()
    }
}
