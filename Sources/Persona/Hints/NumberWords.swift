/// Reads numbers that are written as words or in Roman numerals, and gives the letters at those places of the alphabet.
enum NumberWords {
    private static let fewest = 4

    /// The words by their first letter, small, and what they say.
    private static let words: [[(word: [UInt8], value: UInt8)]] = {
        let english = """
            one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen \
            nineteen twenty
            """
        let roman = """
            i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii xxiv xxv xxvi
            """
        var table = [[(word: [UInt8], value: UInt8)]](repeating: [], count: 32)
        for list in [english, roman] {
            for (value, word) in list.split(separator: " ").enumerated() {
                let word = Array(word.utf8)
                table[Int(word[0] & 0x1F)].append((word, UInt8(value + 1)))
            }
        }
        return table
    }()

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        var letters: [UInt8] = []
        var isAfterTwenty = false
        var index = 0
        func close() {
            if letters.count >= fewest { out.take(letters) }
            letters.removeAll(keepingCapacity: true)
        }
        while index < bytes.count {
            guard isLetter(bytes[index]) else {
                isAfterTwenty = isAfterTwenty && bytes[index] == UInt8(ascii: "-")
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, isLetter(bytes[index]) { index += 1 }
            guard index - start <= 9, let value = value(bytes[start..<index]) else {
                if !letters.isEmpty { close() }
                isAfterTwenty = false
                continue
            }
            if isAfterTwenty, value < 7, let last = letters.popLast() {
                letters.append(last + value)
                isAfterTwenty = false
            } else {
                letters.append(0x60 + value)
                isAfterTwenty = value == 20
            }
        }
        close()
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    private static func value(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> UInt8? {
        for (candidate, value) in words[Int(word[word.startIndex] & 0x1F)] where candidate.count == word.count {
            if zip(word, candidate).allSatisfy({ $0 | 0x20 == $1 }) { return value }
        }
        return nil
    }
}
