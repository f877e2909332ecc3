/// Finds words that are nearly a term: a typo, a nickname, a word that sounds so, its letters in another order or spread
/// over a longer word, or a cipher whose key nobody knows.
///
/// All of it is a guess. Ordinary words are never meant, and for each other word two tests of bits come first.
struct NearDetector: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    /// Their letters alone: a term has much else, which is not to be counted for each word.
    private let letters: [[UInt8]]
    /// The letters that the terms hold, and their numbers of letters.
    private let masks: [UInt64]
    private let lengths: [Int]
    /// The terms by what they sound like.
    private let sounds: [UInt64: Int]
    private let fronts: [UInt32: Int]
    /// The terms by what is left without vowels.
    private let bare: [[UInt8]: Int]
    /// The letters that terms begin with, as bits.
    private let firsts: UInt64
    private let common = CommonWords.standard

    private static let shortest = 5
    private static let longest = 24

    init(_ all: [GuardedTerm]) {
        terms = all.filter { $0.isWord && $0.letters.count >= Self.shortest }
        var sounds: [UInt64: Int] = [:]
        var fronts: [UInt32: Int] = [:]
        var bare: [[UInt8]: Int] = [:]
        for (index, term) in terms.enumerated() {
            let sound = term.letters.withUnsafeBufferPointer { Sound.hash($0[...]) }
            if sound.count >= 4, sounds[sound.hash] == nil { sounds[sound.hash] = index }
            let consonants = term.letters.filter { !Self.vowels.contains($0) }
            if consonants.count >= 4 && consonants.count < term.letters.count { bare[consonants] = index }
            term.letters.withUnsafeBufferPointer { fronts[Self.front($0[...])] = index }
        }
        letters = terms.map(\.letters)
        masks = terms.map(\.mask)
        lengths = terms.map(\.letters.count)
        firsts = terms.reduce(0) { $0 | 1 << UInt64($1.letters[0] & 0x3F) }
        self.sounds = sounds
        self.fronts = fronts
        self.bare = bare
    }

    private static let vowels = Array("aeiou".utf8)
    private static let vowelMask = vowels.reduce(UInt64(0)) { $0 | 1 << UInt64($1 & 0x3F) }

    typealias Word = UnsafeBufferPointer<UInt8>.SubSequence

    private static func front(_ letters: Word) -> UInt32 { letters.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// Looks at every word of the glyphs.
    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty, glyphs.count > 0 else { return }
        glyphs.letters.withUnsafeBufferPointer { letters in
            glyphs.gaps.withUnsafeBufferPointer { gaps in
                masks.withUnsafeBufferPointer { masks in
                    lengths.withUnsafeBufferPointer { lengths in
                        let table = Table(masks: masks, lengths: lengths)
                        walk(letters, gaps) { word in
                            guard let term = nearest(word, table) else { return }
                            found(
                                Trace(
                                    identityClass: terms[term].identityClass,
                                    certainty: .guessed,
                                    isWhole: false,
                                    field: glyphs.field(at: word.startIndex)
                                )
                            )
                        }
                    }
                }
            }
        }
    }

    /// The words, and the words of identifiers.
    private func walk(_ letters: UnsafeBufferPointer<UInt8>, _ gaps: UnsafeBufferPointer<UInt8>, _ word: (Word) -> Void)
    {
        var start = 0
        while start < letters.count {
            var end = start + 1
            var hasEdge = false
            while end < letters.count, gaps[end] <= Gap.edge {
                if gaps[end] == Gap.edge { hasEdge = true }
                end += 1
            }
            if end - start > 3 {
                if hasEdge { walk(pieces: letters[start..<end], gaps, word) }
                word(letters[start..<end])
            }
            start = end
        }
    }

    private func walk(pieces letters: Word, _ gaps: UnsafeBufferPointer<UInt8>, _ word: (Word) -> Void) {
        // What changes between capitals, small letters and digits every few letters is a code, and no identifier.
        let edges = letters.indices.dropFirst().count { gaps[$0] == Gap.edge }
        guard edges < 6 || letters.count >= 4 * edges else { return }
        var start = letters.startIndex
        for index in (start + 1)...letters.endIndex where index == letters.endIndex || gaps[index] == Gap.edge {
            if index - start > 3 { word(letters[start..<index]) }
            start = index
        }
    }

    private struct Table {
        let masks: UnsafeBufferPointer<UInt64>
        let lengths: UnsafeBufferPointer<Int>
    }

    /// The term that the word is near to.
    private func nearest(_ word: Word, _ table: Table) -> Int? {
        let first = word[word.startIndex]
        let isFirst = firsts & 1 << UInt64(first & 0x3F) != 0
        guard word.count > 4 else {
            guard isFirst else { return nil }
            return (fronts[Self.front(word)] ?? bare[Array(word)]).flatMap { isCommon(word) ? nil : $0 }
        }
        guard word.count <= 4 * Self.longest, word.count > 14 || !isCommon(word) else { return nil }
        var mask: UInt64 = 0
        for letter in word { mask |= 1 << UInt64(letter & 0x3F) }
        if mask & Self.vowelMask == 0, isFirst, let term = bare[Array(word)] { return term }
        let kinds = mask.nonzeroBitCount
        var candidate: Int?
        for index in 0..<table.masks.count {
            let longer = word.count - table.lengths[index]
            if longer > 1 {
                // All its letters, and as many others.
                guard mask & table.masks[index] == table.masks[index], longer >= table.lengths[index] - 1, isFirst,
                    Likeness.isSpread(letters[index], over: word)
                else { continue }
            } else if longer >= -1 {
                let different = (mask ^ table.masks[index]).nonzeroBitCount
                guard different <= 2 || longer == 0 && (word.count >= 7 || kinds == table.masks[index].nonzeroBitCount),
                    isNear(word, index, different, kinds)
                else { continue }
            } else {
                continue
            }
            candidate = index
            break
        }
        if candidate == nil, isFirst, word.count <= Self.longest { candidate = alike(word) }
        return candidate
    }

    private func isCommon(_ word: Word) -> Bool { common.contains(word) }

    private func isNear(_ word: Word, _ index: Int, _ different: Int, _ kinds: Int) -> Bool {
        let letters = self.letters[index]
        // The name itself, or one letter before or behind it: that is no near miss.
        if word.starts(with: letters) || word.dropFirst().starts(with: letters) { return false }
        // As many different letters, and some of them twice.
        let isRepeating = kinds < letters.count && kinds == masks[index].nonzeroBitCount
        // Another front makes another name: Jimmy, Darrow.
        let isSameFront = word.first == letters.first
        // Of five letters, another one makes another name as well: Maren, Marek; exchanged or doubled ones are slips.
        if different <= 2, isSameFront || letters.count >= 8,
            letters.count >= 6 || different <= 1 && word.last == letters.last
                || different == 0,
            Likeness.isOneEditApart(word, letters)
        {
            return true
        }
        guard word.count == letters.count else { return false }
        if different == 0 { return word.sorted() == letters.sorted() }
        if word.count >= 7 && Likeness.isPeriodicCipher(word, letters) { return true }
        return isRepeating && Likeness.isSubstitution(word, letters)
    }

    private func alike(_ word: Word) -> Int? {
        let sound = Sound.hash(word)
        guard sound.count >= 4, let index = sounds[sound.hash], abs(letters[index].count - word.count) <= 3,
            !word.starts(with: letters[index])
        else {
            return nil
        }
        // Of few sounds the first vowel has to be the same one, or Tommy would be Timmy.
        let isSame = word.prefix(sound.count > 4 ? 1 : 2).elementsEqual(
            letters[index].prefix(sound.count > 4 ? 1 : 2)
        )
        return isSame ? index : nil
    }
}

/// Ways of being nearly the same.
enum Likeness {
    /// One letter more, less, other, or two neighbours exchanged (Damerau, 1964).
    static func isOneEditApart(_ word: NearDetector.Word, _ term: [UInt8]) -> Bool {
        let front = zip(word, term).prefix { $0 == $1 }.count
        let back = zip(word.reversed(), term.reversed()).prefix { $0 == $1 }.count
        let shorter = min(word.count, term.count)
        if word.count != term.count { return abs(word.count - term.count) == 1 && front + back >= shorter }
        if front + back >= shorter - 1 { return true }
        guard front + back == shorter - 2 else { return false }
        let place = word.startIndex + front
        return word[place] == term[front + 1] && word[place + 1] == term[front]
    }

    /// Letter by letter shifted by a key that comes round at least three letters before the end (Vigenere).
    static func isPeriodicCipher(_ word: NearDetector.Word, _ term: [UInt8]) -> Bool {
        func shift(_ place: Int) -> Int { (Int(word[word.startIndex + place]) - Int(term[place]) + 26) % 26 }
        for period in 1...max(1, term.count - 3)
        where (period..<term.count).allSatisfy({ shift($0) == shift($0 - period) }) {
            return word.allSatisfy { $0 >= 0x61 && $0 <= 0x7A }
        }
        // A key that grows by the same step (Trithemius).
        let step = (shift(1) - shift(0) + 26) % 26
        return (2..<term.count).allSatisfy { (shift($0) - shift($0 - 1) + 26) % 26 == step }
            && word.allSatisfy { $0 >= 0x61 && $0 <= 0x7A }
    }

    /// The same pattern of repeated letters, in a word that nobody can speak: a substitution with an unknown key.
    static func isSubstitution(_ word: NearDetector.Word, _ term: [UInt8]) -> Bool {
        guard Plausibility.strangePairs(word) >= (word.count < 8 ? 3 : 2) else { return false }
        var repeats = 0
        for one in 1..<term.count {
            let letter = word[word.startIndex + one]
            guard letter >= 0x61, letter <= 0x7A else { return false }
            for other in 0..<one {
                let isRepeat = term[one] == term[other]
                guard isRepeat == (letter == word[word.startIndex + other]) else { return false }
                if isRepeat { repeats += 1 }
            }
        }
        return repeats > 0
    }

    /// Whether the letters stand in the word in their order, from its first to nearly its last, evenly spaced.
    static func isSpread(_ letters: [UInt8], over word: NearDetector.Word) -> Bool {
        guard word.first == letters.first else { return false }
        for stride in 2...4 where word.count >= (letters.count - 1) * stride + 1 {
            guard word.count <= letters.count * stride else { continue }
            if letters.indices.allSatisfy({ word[word.startIndex + $0 * stride] == letters[$0] }) { return true }
        }
        return false
    }
}

/// Whether a word looks as if it could be spoken.
enum Plausibility {
    /// Pairs of letters that stand in some ordinary words, one bit each.
    private static let pairs: [UInt32] = {
        var counts = [[UInt16]](repeating: [UInt16](repeating: 0, count: 26), count: 26)
        commonWordsTable.withUTF8Buffer { buffer in
            for (one, two) in zip(buffer, buffer.dropFirst()) where one >= 0x61 && two >= 0x61 {
                counts[Int(one) - 0x61][Int(two) - 0x61] += 1
            }
        }
        return counts.map { row in
            row.indices.reduce(UInt32(0)) { row[$1] >= 4 ? $0 | 1 << UInt32($1) : $0 }
        }
    }()

    /// How many pairs of neighbours hardly stand in any word; nil when more than so many stand in some.
    static func strangePairs(_ word: NearDetector.Word, exceptFor most: Int) -> Int? {
        pairs.withUnsafeBufferPointer { pairs in
            var common = 0
            for index in word.startIndex..<(word.endIndex - 1) {
                let (one, two) = (word[index] &- 0x61, word[index + 1] &- 0x61)
                if one < 26, two < 26, pairs[Int(one)] & (1 << UInt32(two)) == 0 { continue }
                common += 1
                if common > most { return nil }
            }
            return word.count - 1 - common
        }
    }

    /// How many pairs of neighbours hardly stand in any word.
    static func strangePairs(_ word: NearDetector.Word) -> Int {
        zip(word, word.dropFirst()).count { one, two in
            guard (0x61...0x7A).contains(one), (0x61...0x7A).contains(two) else { return false }
            return pairs[Int(one) - 0x61] & (1 << UInt32(two - 0x61)) == 0
        }
    }
}
