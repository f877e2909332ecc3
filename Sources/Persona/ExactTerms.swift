/// Terms that are compared word for word and in no disguise: so many that anything else would cost too much, or so that
/// nothing of them but a hash is kept.
///
/// One pass over the letters of a text, whatever the number of terms: a hash of each word is looked up. Case, width, accents,
/// look-alikes and invisible characters are folded away before; a word of an identifier counts when it has five letters.
struct ExactTerms: Sendable, Undisclosed {
    /// A term, as far as it is kept.
    struct Term: Sendable {
        let identityClass: IdentityClass
        /// As it is written; nil when only its hash is kept.
        let text: String?
        /// How many letters it has.
        let length: Int
    }

    private var terms: [Term] = []
    private var places: [UInt64: Int32] = [:]
    /// The first words of terms that have several.
    private var beginnings: Set<UInt64> = []
    /// One bit for each hash's lowest bits, so that most words cost no look-up.
    private var filter: [UInt64] = []

    private static let filterBits = 1 << 17
    private static let shortest = 3
    /// The most words of a term.
    static let mostWords = 8
    /// The fewest letters of a term that counts inside an identifier, and with the `s` of a plural.
    private static let shortestPiece = 5

    /// None.
    static let none = ExactTerms()

    /// How many terms there are.
    var count: Int { terms.count }

    /// Adds a term; of two that are spelled alike the first counts.
    mutating func insert(_ identityClass: IdentityClass, _ text: String, keepsText: Bool) {
        let words = Words(of: text)
        let letters = words.joined
        guard letters.count >= Self.shortest, words.count <= Self.mostWords else { return }
        let hash = Self.hash(letters)
        guard places[hash] == nil else { return }
        if filter.isEmpty { filter = [UInt64](repeating: 0, count: Self.filterBits / 64) }
        let place = Int32(terms.count)
        terms.append(Term(identityClass: identityClass, text: keepsText ? text : nil, length: letters.count))
        keep(hash, place)
        if words.count > 1 {
            let beginning = Self.hash(words.first)
            beginnings.insert(beginning)
            mark(beginning)
        }
        let plural = letters + [UInt8(ascii: "s")]
        if letters.count >= Self.shortestPiece, keepsText, !CommonWords.standard.contains(plural) {
            keep(Self.hash(plural), place)
        }
    }

    private mutating func keep(_ hash: UInt64, _ place: Int32) {
        guard places[hash] == nil else { return }
        places[hash] = place
        mark(hash)
    }

    private mutating func mark(_ hash: UInt64) {
        let bit = Int(truncatingIfNeeded: hash) & (Self.filterBits - 1)
        filter[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    // MARK: Finding

    /// Every term in the glyphs.
    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) {
        scan(glyphs) { term, start in
            let field = glyphs.field(at: start)
            found(Trace(identityClass: terms[term].identityClass, certainty: .plain, isWhole: false, field: field))
        }
    }

    /// The terms that stand in the texts, as they are written themselves, each once.
    func standing(in texts: [String]) -> [(class: IdentityClass, text: String)] {
        guard !terms.isEmpty else { return [] }
        var seen: Set<Int> = []
        var out: [(class: IdentityClass, text: String)] = []
        for text in texts {
            var glyphs = Glyphs(reserving: 0)
            glyphs.append(Array(text.utf8))
            scan(glyphs) { term, _ in
                guard seen.insert(term).inserted, let text = terms[term].text else { return }
                out.append((terms[term].identityClass, text))
            }
        }
        return out
    }

    private func scan(_ glyphs: Glyphs, _ found: (_ term: Int, _ start: Int) -> Void) {
        guard !terms.isEmpty, glyphs.count > 0 else { return }
        glyphs.letters.withUnsafeBufferPointer { letters in
            glyphs.gaps.withUnsafeBufferPointer { gaps in
                filter.withUnsafeBufferPointer { filter in scan(letters, gaps, filter, found) }
            }
        }
    }

    private func scan(
        _ letters: UnsafeBufferPointer<UInt8>,
        _ gaps: UnsafeBufferPointer<UInt8>,
        _ filter: UnsafeBufferPointer<UInt64>,
        _ found: (Int, Int) -> Void
    ) {
        var (start, piece) = (0, 0)
        var (word, part) = (Self.basis, Self.basis)
        for index in 0..<letters.count {
            let letter = TextFolding.alike(letters[index])
            word = Self.step(word, letter)
            part = Self.step(part, letter)
            let gap = index + 1 == letters.count ? Gap.field : gaps[index + 1]
            guard gap != Gap.none else { continue }
            let isEnd = gap > Gap.edge
            if piece > start || !isEnd, index + 1 - piece >= Self.shortestPiece, Self.may(part, filter),
                let term = places[part].map(Int.init), terms[term].length >= Self.shortestPiece
            {
                found(term, piece)
            }
            part = Self.basis
            piece = index + 1
            guard isEnd else { continue }
            if index + 1 - start >= 2, Self.may(word, filter) {
                if let term = places[word] { found(Int(term), start) }
                if beginnings.contains(word) { extend(word, index + 1, letters, gaps) { found($0, start) } }
            }
            word = Self.basis
            start = index + 1
        }
    }

    /// Goes on over the words behind a first one.
    private func extend(
        _ word: UInt64,
        _ next: Int,
        _ letters: UnsafeBufferPointer<UInt8>,
        _ gaps: UnsafeBufferPointer<UInt8>,
        _ found: (Int) -> Void
    ) {
        var hash = word
        var index = next
        var words = 1
        while index < letters.count, words < Self.mostWords, Self.joins(gaps[index]) {
            repeat {
                hash = Self.step(hash, TextFolding.alike(letters[index]))
                index += 1
            } while index < letters.count && gaps[index] <= Gap.edge
            words += 1
            if let term = places[hash] { found(Int(term)) }
        }
    }

    /// Whether the words of one name may be apart by that.
    private static func joins(_ gap: UInt8) -> Bool { gap != Gap.field && gap != Gap.wall }

    @inline(__always)
    private static func may(_ hash: UInt64, _ filter: UnsafeBufferPointer<UInt64>) -> Bool {
        let bit = Int(truncatingIfNeeded: hash) & (filterBits - 1)
        return filter[bit >> 6] & (1 << UInt64(bit & 63)) != 0
    }

    // MARK: Hashes

    /// Where hashes begin, drawn anew in each process: no guess can be checked against them elsewhere.
    private static let basis = UInt64.random(in: .min ... .max)

    @inline(__always)
    private static func step(_ hash: UInt64, _ letter: UInt8) -> UInt64 {
        let mixed = (hash ^ UInt64(letter)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }

    private static func hash(_ letters: some Sequence<UInt8>) -> UInt64 {
        letters.reduce(basis) { step($0, TextFolding.alike($1)) }
    }

    /// A text as the words that its letters make.
    struct Words {
        let joined: [UInt8]
        private let starts: [Int]

        init(of text: String) {
            var glyphs = Glyphs(reserving: 0)
            glyphs.append(Array(text.utf8))
            joined = glyphs.letters
            starts =
                glyphs.letters.isEmpty
                ? [] : [0] + glyphs.gaps.indices.dropFirst().filter { glyphs.gaps[$0] > Gap.edge }
        }

        var count: Int { starts.count }
        var first: ArraySlice<UInt8> { joined[..<(starts.count > 1 ? starts[1] : joined.count)] }

        /// Whether they are ordinary English ones; beside one of those, words of three letters and fewer are, too.
        var areOrdinary: Bool {
            let words = zip(starts, starts.dropFirst() + [joined.count]).map { joined[$0..<$1] }
            let unknown = words.filter { !CommonWords.standard.contains($0) }
            return unknown.count < words.count && unknown.allSatisfy { $0.count <= 3 }
        }
    }
}
