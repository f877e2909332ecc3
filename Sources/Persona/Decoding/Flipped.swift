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

    /// Whether some letter stands on its head that is no ASCII letter as well.
    private static func holdsTurned(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in 0..<bytes.count where bytes[index] >= 0xC2 {
            if let (scalar, _) = TextFolding.decode(bytes, at: index), letters[scalar.value] != nil { return true }
        }
        return false
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
