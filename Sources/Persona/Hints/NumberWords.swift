/// Reads numbers that are written as words or in Roman numerals, and gives the letters at those places of the alphabet.
enum NumberWords {
    private static let fewest = 4

    /// The words, five bits a letter, and what they say.
    private static let words: [(word: UInt64, value: UInt8)] = {
        let english = """
            one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen \
            nineteen twenty
            """
        let roman = """
            i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii xxiv xxv xxvi
            """
        return [english, roman].flatMap { list in
            list.split(separator: " ").enumerated().map { (key(Array($1.utf8)[...]), UInt8($0 + 1)) }
        }
    }()

    /// How long the words are, one bit each, by their first and last letter: most words are no numbers.
    private static let lengths: [UInt16] = {
        var lengths = [UInt16](repeating: 0, count: 1 << 10)
        for (word, _) in words {
            var first = word
            var count = 1
            while first >= 32 {
                first >>= 5
                count += 1
            }
            lengths[Int(first << 5 | word & 31)] |= 1 << UInt16(count)
        }
        return lengths
    }()

    private static let longest = 9

    private static func key(_ word: some Sequence<UInt8>) -> UInt64 { word.reduce(0) { $0 << 5 | UInt64($1 & 31) } }

    static func decode(_ runs: Runs, into out: inout DecodedText) {
        let bytes = runs.bytes
        var letters: [UInt8] = []
        var isAfterTwenty = false
        var lastEnd = 0
        func close() {
            if letters.count >= fewest { out.take(letters) }
            letters.removeAll(keepingCapacity: true)
        }
        lengths.withUnsafeBufferPointer { lengths in
            runs.forEachWord { start, end in
                let ends = Int(bytes[start] & 31) << 5 | Int(bytes[end - 1] & 31)
                guard end - start <= longest, lengths[ends] & 1 << UInt16(end - start) != 0,
                    let value = value(bytes[start..<end])
                else {
                    if !letters.isEmpty { close() }
                    isAfterTwenty = false
                    return
                }
                isAfterTwenty = isAfterTwenty && bytes[lastEnd..<start].allSatisfy { $0 == UInt8(ascii: "-") }
                lastEnd = end
                if isAfterTwenty, value < 7, let last = letters.popLast() {
                    letters.append(last + value)
                    isAfterTwenty = false
                } else {
                    letters.append(0x60 + value)
                    isAfterTwenty = value == 20
                }
            }
        }
        close()
    }

    private static func value(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> UInt8? {
        let key = key(word)
        return words.first { $0.word == key }?.value
    }
}
