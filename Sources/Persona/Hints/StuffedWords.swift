/// Finds names with the same syllable put in over and over, as children's secret languages do: "Lobantobern".
struct StuffedWords: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private static let longest = 64
    private static let longestFilling = 3

    /// The letters that the terms hold.
    private let masks: [UInt64]

    init(_ all: [GuardedTerm]) {
        terms = all.filter { $0.isWord && $0.letters.count >= 5 }
        masks = terms.map(\.mask)
    }

    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty, glyphs.count > 0 else { return }
        glyphs.letters.withUnsafeBufferPointer { letters in
            glyphs.words.withUnsafeBufferPointer { words in
                masks.withUnsafeBufferPointer { masks in
                    for place in 0..<(words.count - 1) {
                        let (start, end) = (words[place], words[place + 1])
                        guard end - start >= 8, end - start <= Self.longest,
                            let term = stuffed(letters[start..<end], masks)
                        else { continue }
                        found(terms[term].guess.moved(to: glyphs.field(at: start)))
                    }
                }
            }
        }
    }

    private func stuffed(
        _ word: UnsafeBufferPointer<UInt8>.SubSequence,
        _ masks: UnsafeBufferPointer<UInt64>
    ) -> Int? {
        var mask: UInt64 = 0
        for letter in word { mask |= 1 << UInt64(letter & 0x3F) }
        for index in masks.indices where mask & masks[index] == masks[index] {
            let letters = terms[index].letters
            if word.count >= letters.count + 2,
                (1...Self.longestFilling).contains(where: { isStuffed(word, letters, $0) })
            {
                return index
            }
        }
        return nil
    }

    /// Whether the word is the term with one filling of a length at two places or more.
    private func isStuffed(
        _ word: UnsafeBufferPointer<UInt8>.SubSequence,
        _ letters: [UInt8],
        _ length: Int
    ) -> Bool {
        let extra = word.count - letters.count
        guard extra % length == 0, extra / length >= 2 else { return false }
        // The filling stands where the two first differ, or ends there as the name goes on.
        let front = zip(word, letters).prefix { $0 == $1 }.count
        return (max(0, front - length)...front).contains { isStuffed(word, letters, length, from: $0) }
    }

    private func isStuffed(
        _ word: UnsafeBufferPointer<UInt8>.SubSequence,
        _ letters: [UInt8],
        _ length: Int,
        from offset: Int
    ) -> Bool {
        let start = word.startIndex + offset
        guard start + length <= word.endIndex else { return false }
        let filling = word[start..<(start + length)]
        var place = word.startIndex
        var used = 0
        while place < word.endIndex {
            if place >= start, word[place...].starts(with: filling) {
                place += length
            } else if used < letters.count, word[place] == letters[used] {
                used += 1
                place += 1
            } else {
                return false
            }
        }
        return used == letters.count
    }
}
