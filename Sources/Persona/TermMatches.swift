/// Where terms stand in texts as they are written, so that something else can take their place: in any case, the words of
/// a term apart, joined or with `_` and `-` between.
struct TermMatches: Sendable, Undisclosed {
    /// A term to be found.
    struct Term: Sendable {
        let identityClass: IdentityClass
        /// As it is configured.
        let text: String
        /// What tells it from all other terms without saying what it is.
        let slot: String
        /// Its words in the spellings that are compared byte by byte; ASCII letters in either case are the same.
        fileprivate let spellings: [[[UInt8]]]
        fileprivate let isShort: Bool
        fileprivate let length: Int

        init?(_ identityClass: IdentityClass, _ text: String, slot: String) {
            self.identityClass = identityClass
            self.text = text
            self.slot = slot
            var spellings: [[[UInt8]]] = []
            for spelling in [text, text.lowercased(), text.uppercased()] {
                let words = spelling.utf8.split(whereSeparator: TermMatches.isBetweenWords).map { $0.map(\.small) }
                if !spellings.contains(words) { spellings.append(words) }
            }
            guard let words = spellings.first, !words.isEmpty else { return nil }
            self.spellings = spellings
            isShort = (words.map(\.count).max() ?? 0) <= IdentityIndex.longestWholeWordTerm
            length = text.utf8.count
        }
    }

    /// One place.
    struct Match: Sendable {
        let term: Int
        let range: Range<Int>
    }

    private let terms: [Term]
    /// The terms, the longest first.
    private let longestFirst: [Int]
    /// For the hash of all letters of a spelling the terms that are spelt so, by their places in ``longestFirst``.
    private let byLetters: [UInt64: [Int]]
    /// The hashes of how spellings begin, which most places of a text do not.
    private let beginnings: Set<UInt64>
    /// How many letters the longest spelling has that begins with such a byte; 0 when none does.
    private let reach: [Int]
    /// How many letters are a beginning.
    private static let beginning = 4

    init(_ terms: [Term]) {
        self.terms = terms
        longestFirst = terms.indices.sorted { (terms[$1].length, $0) < (terms[$0].length, $1) }
        var byLetters: [UInt64: [Int]] = [:]
        var beginnings: Set<UInt64> = []
        var reach = [Int](repeating: 0, count: 256)
        for (place, term) in longestFirst.enumerated() {
            for letters in Set(terms[term].spellings.map { Array($0.joined()) }) {
                guard let first = letters.first.map(Int.init) else { continue }
                byLetters[letters.reduce(Self.basis, Self.step), default: []].append(place)
                beginnings.insert(letters.prefix(Self.beginning).reduce(Self.basis, Self.step))
                reach[first] = max(reach[first], letters.count)
            }
        }
        self.byLetters = byLetters
        self.beginnings = beginnings
        self.reach = reach
    }

    /// The places in a text, from the front, none inside another.
    func matches(in text: [UInt8]) -> [Match] {
        var work = 0
        return matches(in: text, work: &work)
    }

    /// - Parameter work: how many letters and terms were looked at is added to it.
    func matches(in text: [UInt8], work: inout Int) -> [Match] {
        var matches: [Match] = []
        var index = 0
        while index < text.count {
            guard let match = longest(in: text, at: index, work: &work) else {
                index += 1
                continue
            }
            matches.append(match)
            index = match.range.upperBound
        }
        return matches
    }

    /// The longest term that stands there. At most places none may: a closure over the terms would count references at each.
    private func longest(in text: [UInt8], at start: Int, work: inout Int) -> Match? {
        for candidate in candidates(in: text, at: start, work: &work) {
            if let match = match(longestFirst[candidate], in: text, at: start) { return match }
        }
        return nil
    }

    /// The terms whose letters stand there, whatever is between their words, the longest first: what is looked at does not
    /// grow with the number of terms.
    private func candidates(in text: [UInt8], at start: Int, work: inout Int) -> [Int] {
        let reach = reach[Int(text[start].small)]
        guard reach > 0 else { return [] }
        var found: [Int] = []
        var hash = Self.basis
        var letters = 0
        var gap = 0
        for byte in text[start...] {
            if Self.isBetweenWords(byte) {
                gap += 1
                if gap > Self.widestGap { break }
                continue
            }
            gap = 0
            hash = Self.step(hash, byte.small)
            letters += 1
            work += 1
            if let places = byLetters[hash] {
                work += places.count
                found = (places + found).sorted()
            }
            if letters == reach || letters == Self.beginning && !beginnings.contains(hash) { break }
        }
        return found
    }

    private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Whatever has the same hash is compared byte by byte afterwards.
    private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        let mixed = (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }

    private func match(_ number: Int, in text: [UInt8], at start: Int) -> Match? {
        let term = terms[number]
        for words in term.spellings {
            guard let end = Self.end(of: words, in: text, at: start) else { continue }
            if !term.isShort || Self.beginsWord(text, start) && Self.endsWord(text, end) {
                return Match(term: number, range: start..<end)
            }
        }
        return nil
    }

    /// The most that may stand between two words of a term: a line that was broken and set in.
    private static let widestGap = 16

    private static func end(of words: [[UInt8]], in text: [UInt8], at start: Int) -> Int? {
        var index = start
        for (number, word) in words.enumerated() {
            if number > 0 {
                let gap = text[index...].prefix(widestGap).prefix { isBetweenWords($0) }
                index = gap.endIndex
            }
            guard index + word.count <= text.count, zip(word, text[index...]).allSatisfy({ $0 == $1.small }) else {
                return nil
            }
            index += word.count
        }
        return index
    }

    fileprivate static func isBetweenWords(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || (0x09...0x0D).contains(byte)
    }

    // A short term counts as a word, and as one of the words of an identifier: `getSamNotes`, `sam2`, "Sams".

    private static func beginsWord(_ text: [UInt8], _ start: Int) -> Bool {
        start == 0 || !text[start - 1].isLetter || text[start - 1].isSmall && text[start].isCapital
    }

    private static func endsWord(_ text: [UInt8], _ end: Int) -> Bool {
        if end == text.count || !text[end].isLetter || text[end].isCapital && text[end - 1].isSmall { return true }
        for plural in ["s", "es"]
        where text[end...].prefix(plural.utf8.count).elementsEqual(plural.utf8, by: { $0.small == $1 }) {
            let behind = end + plural.utf8.count
            if behind == text.count || !text[behind].isLetter { return true }
        }
        return false
    }
}

extension UInt8 {
    /// An ASCII letter small, any other byte as it is.
    var small: UInt8 { isCapital ? self | 0x20 : self }
    fileprivate var isCapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    fileprivate var isSmall: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    /// Whether it belongs to a letter, as far as bytes tell: those of other scripts all do.
    fileprivate var isLetter: Bool { isCapital || isSmall || self >= 0x80 }
}
