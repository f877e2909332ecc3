/// Finds terms of several words that count only together, such as places, when their words are disguised one by one or
/// stand in another order: `L4nt3rn M1ll`, `Lanterm Mill`, `Mill Lantern`.
///
/// A word of theirs says nothing by itself, plainly or disguised: all that matter must stand within a few words of each
/// other. A word of a text costs the test of a bit; only one that begins and ends like a spelling is looked up.
struct WordPairs: Sendable, Undisclosed {
    private let terms: [Term]
    private let spellings: WordSpellings

    private struct Term: Sendable {
        let identityClass: IdentityClass
        /// Its words in their order.
        let words: [Int]
        let length: Int
    }

    /// A word of a term in the text.
    private struct Standing {
        let number: Int
        let word: Int
        let kind: WordSpellings.Kind
    }

    /// Names have parts of their own, and keys and paths are no words.
    private static let classes: Set<IdentityClass> = [.alias, .place, .project, .term]
    /// Shorter words, such as "of", need not be there.
    private static let shortest = 4
    /// How many letters a term has to have for more than a guess.
    private static let shortestSure = 8

    init(_ all: [GuardedTerm]) {
        var parts: [[UInt8]] = []
        terms = all.compactMap { term in
            guard term.isWhole, term.isASCII, Self.classes.contains(term.identityClass) else { return nil }
            let starts = [0] + term.wordStarts.sorted() + [term.letters.count]
            let every = zip(starts, starts.dropFirst()).map { Array(term.letters[$0..<$1]) }
            let long = every.filter { $0.count >= Self.shortest }
            let words = long.count > 1 ? long : every
            guard words.count > 1, Set(words).count == words.count else { return nil }
            let places = words.map { word in
                if let place = parts.firstIndex(of: word) { return place }
                parts.append(word)
                return parts.count - 1
            }
            return Term(identityClass: term.identityClass, words: places, length: words.joined().count)
        }
        spellings = WordSpellings(parts)
    }

    func detect(_ runs: Runs, _ found: (Trace) -> Void) {
        guard !terms.isEmpty else { return }
        let bytes = runs.bytes
        var standing: [Standing] = []
        var number = 0
        func see(_ entry: WordSpellings.Entry, _ number: Int) {
            standing.append(Standing(number: number, word: entry.word, kind: entry.kind))
            judge(standing, found)
        }
        for word in runs.words {
            number += 1
            guard word.count > 1 else { continue }
            let text = bytes[word.start..<(word.hasClosing ? endOfText(of: word, in: bytes) : word.end)]
            if isLetters(word, text) {
                if let entry = spellings.entry(text) {
                    see(entry, number)
                } else if word.isDrawnOut, let entry = drawnOut(text) {
                    see(entry, number)
                }
            } else if word.kinds & (Tokens.Kind.letter | Tokens.Kind.digit) != 0,
                text.count <= 2 * WordSpellings.longest
            {
                number += readOdd(text, word.kinds & Tokens.Kind.beyond != 0, number, see)
            }
        }
    }

    /// Without what closes a sentence, or a part of it.
    private func endOfText(of word: Runs.Word, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        Self.kinds.withUnsafeBufferPointer { kinds in
            var end = word.end
            while end > word.start, kinds[Int(bytes[end - 1])] == Kind.closing { end -= 1 }
            return end
        }
    }

    /// Whether nothing else stands in the text of a word.
    private func isLetters(_ word: Runs.Word, _ text: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
        let others = Tokens.Kind.digit | Tokens.Kind.mark | Tokens.Kind.none
        if word.kinds & others == 0 { return true }
        guard word.hasClosing, word.kinds & (Tokens.Kind.digit | Tokens.Kind.beyond) == 0, !text.isEmpty else {
            return false
        }
        return Self.kinds.withUnsafeBufferPointer { kinds in text.allSatisfy { kinds[Int($0)] == Kind.letter } }
    }

    /// Whether the words of a term stand together now that another one has come.
    private func judge(_ standing: [Standing], _ found: (Trace) -> Void) {
        guard standing.count > 1, let last = standing.last else { return }
        for term in terms where term.words.contains(last.word) {
            let last = standing.suffix(4 * term.words.count)
            let there = term.words.compactMap { word in last.last { $0.word == word } }
            guard there.count == term.words.count, let first = there.map(\.number).min(),
                let end = there.map(\.number).max()
            else { continue }
            let kinds = there.map(\.kind)
            let isPlain = kinds.allSatisfy { $0 == .plain }
            let isGuess = kinds.contains(.guess) || term.length < Self.shortestSure
            // As it is written it is found by others; apart it is two words of anybody's.
            if isPlain, zip(there, there.dropFirst()).allSatisfy({ $0.number <= $1.number }) { continue }
            guard isPlain || kinds.contains(.sure) || kinds.contains(.guess) else { continue }
            let between = isPlain ? 0 : isGuess ? 1 : 2
            guard end - first <= (term.words.count - 1) * (1 + between) else { continue }
            found(
                Trace(
                    identityClass: term.identityClass,
                    certainty: isPlain || isGuess ? .guessed : .disguised,
                    isWhole: true,
                    field: 0
                )
            )
        }
    }

    // MARK: Words that are not letters alone

    /// The word as it may have been meant; if it is none, its parts between marks.
    /// - Returns: how many words more than one it is.
    private func readOdd(
        _ token: UnsafeBufferPointer<UInt8>.SubSequence,
        _ isForeign: Bool,
        _ number: Int,
        _ see: (WordSpellings.Entry, _ number: Int) -> Void
    ) -> Int {
        guard isForeign || mayMean(token) else { return 0 }
        let text = isForeign ? folded(token) : Array(token)
        if let entry = meant(text[...]) {
            see(entry, number)
            return 0
        }
        let parts = text.split { Self.joints.contains($0) }
        guard parts.count > 1 else { return 0 }
        for (place, part) in parts.enumerated() where part.count > 1 {
            if let entry = meant(part) { see(entry, number + place) }
        }
        return parts.count - 1
    }

    /// Whether the token, or a part of it, begins and ends as a word of a term does, or turned round; most do not.
    private func mayMean(_ token: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
        // A code, and what it is filled up with.
        if spellings.entry(token.prefix { $0 != 0x3D }) != nil { return true }
        return Self.joins.withUnsafeBufferPointer { joins in
            Self.ends.withUnsafeBufferPointer { ends in
                var (first, last, part): (UInt32, UInt32, UInt32) = (0, 0, 0)
                for byte in token {
                    if joins[Int(byte)] {
                        if spellings.mayEnd(part, last) { return true }
                        part = 0
                    } else if ends[Int(byte)] != 0 {
                        if part == 0 { part = ends[Int(byte)] }
                        if first == 0 { first = part }
                        last = ends[Int(byte)]
                    }
                }
                return spellings.mayEnd(part, last) || spellings.mayEnd(first, last)
            }
        }
    }

    private func meant(_ text: ArraySlice<UInt8>) -> WordSpellings.Entry? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count) { room in meant(text, room) }
    }

    /// - Parameter room: for as many bytes as the text has.
    private func meant(_ text: ArraySlice<UInt8>, _ room: UnsafeMutableBufferPointer<UInt8>) -> WordSpellings.Entry? {
        func kept(_ letter: (UInt8) -> UInt8?) -> UnsafeBufferPointer<UInt8>.SubSequence {
            var count = 0
            for byte in text {
                guard let letter = letter(byte) else { continue }
                room[count] = letter
                count += 1
            }
            return UnsafeBufferPointer(rebasing: room[..<count])[...]
        }
        func bare() -> UnsafeBufferPointer<UInt8>.SubSequence {
            kept { Self.kinds[Int($0)] & (Kind.letter | Kind.digit) != 0 ? $0 : nil }
        }
        let count = bare().count
        guard count > 1, count <= WordSpellings.longest else { return nil }
        if let entry = spellings.entry(bare()) { return entry }
        var best: WordSpellings.Entry?
        for reading in OddWords.readings {
            let read = kept { reading[Int($0)] == 0 ? nil : reading[Int($0)] }
            if let entry = spellings.entry(read), best == nil || entry.kind.rawValue < best?.kind.rawValue ?? 0 {
                best = entry
            }
        }
        if let best { return WordSpellings.Entry(word: best.word, kind: best.kind == .guess ? .guess : .sure) }
        let letters = kept { Self.kinds[Int($0)] & (Kind.letter | Kind.digit) != 0 && $0 > 0x39 ? $0 : nil }
        if letters.count < count, let entry = spellings.entry(letters) {
            return WordSpellings.Entry(word: entry.word, kind: .guess)
        }
        if let entry = drawnOut(bare()) { return entry }
        guard text.contains(where: Self.masks.contains) else { return nil }
        var end = text.endIndex
        while end > text.startIndex, Self.kinds[Int(text[end - 1])] == Kind.closing { end -= 1 }
        return spellings.entry(masked: text[..<end].map { Self.masks.contains($0) ? 0 : $0 | 0x20 })
    }

    private func drawnOut(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> WordSpellings.Entry? {
        guard word.count > 4, word.count <= WordSpellings.longest else { return nil }
        // Two runs of a letter, or one of three: ordinary words have one double letter.
        var (doubles, index) = (0, word.startIndex + 1)
        while index < word.endIndex {
            doubles += word[index] | 0x20 == word[index - 1] | 0x20 ? 1 : 0
            index += 1
        }
        guard doubles > 1 else { return nil }
        let small = word.map { $0 | 0x20 }
        return CommonWords.standard.contains(small) ? nil : spellings.entry(drawnOut: small[...])
    }

    /// The letters without accents, and as what they look like.
    private func folded(_ token: UnsafeBufferPointer<UInt8>.SubSequence) -> [UInt8] {
        var out: [UInt8] = []
        let bytes = UnsafeBufferPointer(rebasing: token)
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                out.append(bytes[index])
                index += 1
            } else if let (scalar, length) = TextFolding.decode(bytes, at: index) {
                out += TextFolding.standard.table[scalar.value] ?? []
                index += length
            } else {
                index += 1
            }
        }
        return out
    }

    /// What stands in a token, one bit each.
    private enum Kind {
        static let letter: UInt8 = 1
        static let digit: UInt8 = 2
        static let closing: UInt8 = 4
        static let mark: UInt8 = 8
        static let beyond: UInt8 = 16
    }

    private static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: Kind.digit
        case 0x41...0x5A, 0x61...0x7A: Kind.letter
        case 0x80...: Kind.beyond
        case 0x22, 0x27, 0x29, 0x2C, 0x2E, 0x3A, 0x3B, 0x3F, 0x5D, 0x7D: Kind.closing
        default: Kind.mark
        }
    }
    private static let joints = Set("-_/.,:;'\"()[]{}<>=&+~".utf8)
    private static let joins: [Bool] = (0..<256).map { joints.contains(UInt8($0)) }
    /// The letters that a byte may stand for, as bits.
    private static let ends: [UInt32] = (0..<256).map { value in
        if [0x2A, 0x23].contains(value) { return ~0 }
        return OddWords.readings.reduce(0) { $1[value] == 0 ? $0 : $0 | WordSpellings.bit($1[value]) }
    }
    private static let masks = Set("*_#?.".utf8)
}
