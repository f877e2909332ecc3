/// Reads numbers that are written as words or in Roman numerals, and gives the letters at those places of the alphabet.
enum NumberWords {
    private static let fewest = 4

    private static let values: [[UInt8]: UInt8] = {
        let ones = "one two three four five six seven eight nine".split(separator: " ").map(String.init)
        let teens = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
        var table: [[UInt8]: UInt8] = [:]
        for (value, word) in (ones + teens.split(separator: " ").map(String.init)).enumerated() {
            table[Array(word.utf8)] = UInt8(value + 1)
        }
        let roman =
            "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII XXIII XXIV XXV XXVI"
        for (value, word) in roman.split(separator: " ").enumerated() { table[Array(word.utf8)] = UInt8(value + 1) }
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

    /// Numerals are of capitals; a word may begin with one.
    private static func value(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> UInt8? {
        let first = word[word.startIndex]
        let isNumeral = first == 0x49 || first == 0x56 || first == 0x58
        guard isNumeral || "oetfsn".utf8.contains(first | 0x20) else { return nil }
        return values[Array(word)] ?? values[word.map { $0 | 0x20 }]
    }
}
