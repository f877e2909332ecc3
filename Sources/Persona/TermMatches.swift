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
    /// For each first byte the terms that begin with it, the longest first.
    private let byFirst: [UInt8: [Int]]

    init(_ terms: [Term]) {
        self.terms = terms
        var byFirst: [UInt8: [Int]] = [:]
        for (index, term) in terms.enumerated().sorted(by: { $0.element.length > $1.element.length }) {
            for first in Set(term.spellings.compactMap { $0.first?.first }) {
                byFirst[first, default: []].append(index)
            }
        }
        self.byFirst = byFirst
    }

    /// The places in a text, from the front, none inside another.
    func matches(in text: [UInt8]) -> [Match] {
        var matches: [Match] = []
        var index = 0
        while index < text.count {
            if let candidates = byFirst[text[index].small],
                let match = candidates.lazy.compactMap({ self.match($0, in: text, at: index) }).first
            {
                matches.append(match)
                index = match.range.upperBound
            } else {
                index += 1
            }
        }
        return matches
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
