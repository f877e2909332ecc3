/// Finds names with the same syllable put in over and over, as children's secret languages do: "Lobantobern".
struct StuffedWords: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    private static let longest = 64
    private static let longestFilling = 3

    init(_ all: [GuardedTerm]) { terms = all.filter { $0.isWord && $0.letters.count >= 5 } }

    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty, glyphs.count > 0 else { return }
        glyphs.letters.withUnsafeBufferPointer { letters in
            glyphs.gaps.withUnsafeBufferPointer { gaps in
                var start = 0
                for index in 1...letters.count where index == letters.count || gaps[index] > Gap.edge {
                    if index - start >= 8, index - start <= Self.longest, let term = stuffed(letters[start..<index]) {
                        found(term.guess.moved(to: glyphs.field(at: start)))
                    }
                    start = index
                }
            }
        }
    }

    private func stuffed(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> GuardedTerm? {
        var mask: UInt64 = 0
        for letter in word { mask |= 1 << UInt64(letter & 0x3F) }
        return terms.first { term in
            word.count >= term.letters.count + 2 && mask & term.mask == term.mask
                && (1...Self.longestFilling).contains { isStuffed(word, term.letters, $0) }
        }
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
