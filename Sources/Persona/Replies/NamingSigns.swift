/// What a word may be to the rules of ``SelfNaming``, told by its bytes alone, so that the rules read only the few sentences
/// that may name a model, and a stream holds back only what may come to that.
///
/// The words are the rules' own: a rule with a list of its own must be told to this one too.
struct NamingSigns: Sendable {
    /// What a word may be.
    struct Meaning: OptionSet {
        let rawValue: UInt8

        /// A name, or the last word of "a language model": no sentence is cut that has none.
        static let name = Meaning(rawValue: 1)
        /// The letters of a name that goes on with digits: "ai" of "ai21".
        static let stem = Meaning(rawValue: 2)
        /// The first word of what leads to a name: "I" of "I am", "as".
        static let opener = Meaning(rawValue: 4)
        /// A word that may stand between that and the name.
        static let link = Meaning(rawValue: 8)
        /// Who speaks. With ``deed`` in the same sentence a name may come any time later: "I think that my maker is ..".
        static let person = Meaning(rawValue: 16)
        /// What makers do, and what they are.
        static let deed = Meaning(rawValue: 32)

        static let all = Meaning(rawValue: .max)
    }

    static let standard = NamingSigns()

    /// Each word, small, as bytes, in order.
    private let words: [(bytes: [UInt8], meaning: Meaning)]
    /// For each hash of letters what words with it mean: most words of a text are done with one look.
    private let guesses: [UInt8]
    /// The letters of long names, whose typos count.
    private let misspelt: [(name: [UInt8], mask: UInt32)]
    /// The first letters of those.
    private let firsts: UInt32
    /// The bytes of the longest word.
    private let longest: Int

    private init() {
        let meanings = Self.vocabulary()
        words = meanings.map { (Array($0.key.utf8), $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        var guesses = [UInt8](repeating: 0, count: 1 << 16)
        for word in words { guesses[Self.hash(word.bytes)] |= word.meaning.rawValue }
        self.guesses = guesses
        misspelt = VendorNames.misspelt.map { ($0, Self.mask($0)) }
        firsts = misspelt.reduce(0) { $0 | Self.bit($1.name[0]) }
        longest = words.reduce(0) { max($0, $1.bytes.count) } + 1
    }

    /// What a whole word is, as far as that is wanted. A word is letters and nothing else.
    func meaning(of word: UnsafeBufferPointer<UInt8>, isASCII: Bool, wanted: Meaning) -> Meaning {
        guard isASCII else { return lookUp(Self.small(word)).intersection(wanted) }
        if !wanted.isDisjoint(with: Meaning(rawValue: guesses[Self.hash(word)])) {
            let meaning = lookUp(word.map { $0 | 0x20 })
            if !meaning.isEmpty { return meaning.intersection(wanted) }
        }
        return isMisspelt(word) ? .name : []
    }

    /// Whether letters that a word begins with can go on to be one of those that are wanted.
    func mayBecome(_ front: UnsafeBufferPointer<UInt8>, isASCII: Bool, wanted: Meaning) -> Bool {
        guard front.count <= longest else { return false }
        let front = isASCII ? front.map { $0 | 0x20 } : Self.small(front)
        if isASCII, misspelt.contains(where: { Self.mayBecome(front, $0.name) }) { return true }
        return words[place(of: front)...].prefix { $0.bytes.starts(with: front) }
            .contains { !$0.meaning.isDisjoint(with: wanted) }
    }

    private func lookUp(_ word: [UInt8]) -> Meaning {
        let place = place(of: word)
        return place < words.count && words[place].bytes == word ? words[place].meaning : []
    }

    /// Where a word stands among the words, or would stand.
    private func place(of word: [UInt8]) -> Int {
        var low = 0
        var high = words.count
        while low < high {
            let middle = (low + high) / 2
            if words[middle].bytes.lexicographicallyPrecedes(word) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Typos

    private func isMisspelt(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        guard word.count >= 5, firsts & Self.bit(word[0]) != 0 else { return false }
        // One letter more, less or other changes two at most.
        let mask = Self.mask(word)
        let isLike = misspelt.contains {
            $0.name[0] == word[0] | 0x20 && abs($0.name.count - word.count) <= 1
                && ($0.mask ^ mask).nonzeroBitCount <= 2
        }
        return isLike && VendorNames.kind(of: String(decoding: word, as: UTF8.self).lowercased()[...]) != nil
    }

    /// Whether a word that begins so can be one slip away from a name (see ``Likeness/isOneEditApart(_:_:)``).
    private static func mayBecome(_ front: [UInt8], _ name: [UInt8]) -> Bool {
        let same = zip(front, name).prefix { $0 == $1 }.count
        guard same > 0 else { return false }
        guard same < front.count else { return true }
        let rest = front[same...]
        let expected = name[same...]
        return expected.starts(with: rest.dropFirst()) || expected.dropFirst().starts(with: rest)
            || expected.dropFirst().starts(with: rest.dropFirst())
            || expected.count > 1 && rest.first == expected[same + 1]
                && (rest.count == 1
                    || rest[same + 1] == expected[same] && expected.dropFirst(2).starts(with: rest.dropFirst(2)))
    }

    // MARK: Bytes

    private static func bit(_ byte: UInt8) -> UInt32 { 1 << UInt32(byte & 0x1F) }

    private static func mask(_ word: some Sequence<UInt8>) -> UInt32 { word.reduce(0) { $0 | bit($1) } }

    private static func small(_ word: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        Array(String(decoding: word, as: UTF8.self).lowercased().utf8)
    }

    /// FNV-1a over the small letters, folded to 16 bits.
    private static func hash(_ word: some Sequence<UInt8>) -> Int {
        let hash = word.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1 | 0x20)) &* 0x0100_0193 }
        return Int((hash ^ hash >> 16) & 0xFFFF)
    }

    // MARK: Words

    private static func vocabulary() -> [String: Meaning] {
        var meanings: [String: Meaning] = [:]
        func add(_ phrases: some Sequence<some StringProtocol>, _ meaning: Meaning, first: Meaning = []) {
            for phrase in phrases {
                let words = phrase.split { !$0.isLetter }.map { $0.lowercased() }
                for word in words { meanings[word, default: []].formUnion(meaning) }
                guard let opener = words.first(where: { !common.contains($0) || $0 == words.last }) else { continue }
                meanings[opener]?.formUnion(first)
            }
        }
        for name in VendorNames.all.union(Words.genericEnds.map(String.init)) {
            let letters = name.prefix { $0.isLetter }
            meanings[String(letters), default: []].formUnion(letters.count == name.count ? .name : .stem)
        }
        add(Words.identities.union(Words.roles).union(Words.talks), .link, first: .opener)
        add(openers, .opener)
        add(Words.sources, .opener)
        add(Words.fillers.union(Words.makers).union(Words.turkish), .link)
        add(between, .link)
        add(Words.makerPersons, .person)
        for deeds in [Words.making, Words.origins, Words.ownThings, Words.learning] { add(deeds, .deed) }
        // A name's own words are dealt with as such.
        meanings["name"]?.remove(.deed)
        return meanings
    }

    /// Words so common that nothing is held back for them; of what they begin the next word is the first sign: of "The name's
    /// Claude" is shown "The".
    private static let common: Set = ["it", "s", "is", "you", "ve", "have", "the", "in", "since"]

    /// First words that the rules name by themselves.
    private static let openers = ["my", "this", "ben", "mein", "meine", "mon", "fui", "mio", "meu", "mijn"]

    /// What often stands between who speaks and what was done ("I have been made by ..") or asked of "my" name.
    private static let between = """
        have has had been be am are was were will would should must may above message text underlying full real true actual \
        original own core wurde worden habe bin nom nome sido stato werd d l qu \u{431}\u{44B}\u{43B} \u{431}\u{44B}\u{43B}\u{430}
        """.split(separator: " ")
}
