/// Reads letters that stand on their heads.
enum Flipped {
    private static let letters: [UInt32: UInt8] = {
        var table: [UInt32: UInt8] = [:]
        let turned = "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz"
        for (scalar, letter) in zip(turned.unicodeScalars, UInt8(ascii: "a")...UInt8(ascii: "z")) {
            table[scalar.value] = letter
        }
        let others = [
            "ı": "i", "ᵷ": "g", "ɓ": "g", "ן": "l", "ꞁ": "l", "ʃ": "l", "ᴚ": "r", "⊥": "t", "∩": "u", "Λ": "v",
            "⅄": "y", "∀": "a", "Ǝ": "e", "Ɔ": "c", "ᗺ": "b", "Ⅎ": "f", "⅁": "g", "Ԁ": "p", "ſ": "j", "⅂": "l",
            "˥": "l", "ᗡ": "d", "ʁ": "r", "Ɯ": "m", "W": "m", "M": "w",
        ]
        for (text, letter) in others {
            if let scalar = text.unicodeScalars.first { table[scalar.value] = Array(letter.utf8)[0] }
        }
        return table
    }()

    /// The first two bytes of those that are not ASCII: one bit for each pair.
    private static let openings: [UInt64] = {
        var bits = [UInt64](repeating: 0, count: 1 << 10)
        for value in letters.keys where value >= 0x80 {
            guard let bytes = Unicode.Scalar(value).map({ Array(String($0).utf8) }) else { continue }
            let pair = Int(bytes[0]) << 8 | Int(bytes[1])
            bits[pair >> 6] |= 1 << UInt64(pair & 63)
        }
        return bits
    }()

    /// Whether some letter stands on its head that is no ASCII letter as well.
    private static func holdsTurned(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        openings.withUnsafeBufferPointer { openings in
            for index in 0..<max(0, bytes.count - 1) where bytes[index] >= 0xC2 {
                let pair = Int(bytes[index]) << 8 | Int(bytes[index + 1])
                guard openings[pair >> 6] & (1 << UInt64(pair & 63)) != 0 else { continue }
                if let (scalar, _) = TextFolding.decode(bytes, at: index), letters[scalar.value] != nil { return true }
            }
            return false
        }
    }

    /// The words that hold a turned letter, read from their end.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        guard holdsTurned(bytes) else { return }
        var word: [UInt8] = []
        var turned = 0
        func endWord() {
            if turned > 1 { out.take(word.reversed()) }
            if turned > 1 { out.take(word) }
            word.removeAll(keepingCapacity: true)
            turned = 0
        }
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                if let letter = letters[UInt32(bytes[index])] ?? letters[UInt32(bytes[index] | 0x20)],
                    bytes[index] > 0x40
                {
                    word.append(letter)
                } else {
                    endWord()
                }
                index += 1
            } else if let (scalar, length) = TextFolding.decode(bytes, at: index) {
                if let letter = letters[scalar.value] {
                    word.append(letter)
                    turned += 1
                } else if !scalar.properties.isDefaultIgnorableCodePoint {
                    endWord()
                }
                index += length
            } else {
                index += 1
            }
        }
        endWord()
    }
}
