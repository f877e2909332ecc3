/// Stand-ins for what a player named: the same one for the same term in one conversation, another one in another.
///
/// A stand-in is chosen by the conversation and by the place at which the term was first named in it, never by the term's
/// letters: two personas whose names stand at the same places send the same bytes, and a backend that sees two
/// conversations cannot tell whether they name the same. It takes the term's place in the sentence: a name for a name, a
/// town for a town. What still shows is that something was named, of which kind, how often, and in capitals or not.
///
/// A conversation keeps its stand-ins as long as its first turns come with it, or what was ``issued`` is handed on.
public struct Pseudonyms: Sendable, Undisclosed {
    /// What stands for what, as it was typed.
    struct Issued: Sendable, Equatable {
        let standIn: String
        let original: String
    }

    private let key: [UInt8]
    private let conversation: String
    private(set) var issued: [Issued] = []

    /// - Parameters:
    ///   - key: a secret of the bridge, of at least 16 bytes.
    ///   - conversation: what tells this conversation from all others.
    public init(key: [UInt8], conversation: String) {
        self.key = key
        self.conversation = conversation
    }

    /// How many stand-ins this request has.
    public var count: Int { issued.count }

    /// The texts with stand-ins for the terms that stand in them as they are written.
    /// - Parameters:
    ///   - order: the places of the texts in the order in which they were said; as they come without it.
    ///   - isFree: whether a word may be a stand-in: one that is near a term may not.
    mutating func replace(
        _ terms: [(class: IdentityClass, text: String)],
        in texts: [String],
        order: [Int]? = nil,
        isFree: (String) -> Bool = { _ in true }
    ) -> [String] {
        let lowered = texts.map { $0.lowercased() }
        // The longest first, so that "Old Tim" is not "Old" and a stand-in.
        let named = terms.map { Term(pool: StandIns.pool(for: $0.class), text: $0.text.lowercased()) }
            .filter { term in !term.letters.isEmpty && lowered.contains { $0.contains(term.text) } }
            .sorted { $0.letters.count > $1.letters.count }
        var texts = texts
        for index in order ?? Array(texts.indices) {
            texts[index] = replace(named, in: Array(texts[index]), avoiding: lowered, isFree)
        }
        return texts
    }

    /// A term that stands in some text.
    private struct Term {
        let pool: StandIns.Pool
        let text: String
        let letters: [String]
        let isShort: Bool

        init(pool: StandIns.Pool, text: String) {
            self.pool = pool
            self.text = text
            letters = text.map(String.init)
            isShort = letters.count <= IdentityIndex.longestWholeWordTerm
        }

        /// Whether it stands at that place.
        func stands(in text: [Character], _ folded: [String], at start: Int) -> Bool {
            let end = start + letters.count
            guard end <= text.count, folded[start..<end].elementsEqual(letters) else { return false }
            return !isShort || (start == 0 || !text[start - 1].isLetter) && (end == text.count || !text[end].isLetter)
        }
    }

    private mutating func replace(
        _ terms: [Term],
        in text: [Character],
        avoiding texts: [String],
        _ isFree: (String) -> Bool
    ) -> String {
        let folded = text.map { $0.lowercased() }
        var out = ""
        var index = 0
        while index < text.count {
            guard let term = terms.first(where: { $0.stands(in: text, folded, at: index) }) else {
                out.append(text[index])
                index += 1
                continue
            }
            let typed = String(text[index..<(index + term.letters.count)])
            out += Self.cased(standIn(for: typed, from: term.pool, avoiding: texts, isFree), like: typed)
            index += term.letters.count
        }
        return out
    }

    private mutating func standIn(
        for typed: String,
        from pool: StandIns.Pool,
        avoiding texts: [String],
        _ isFree: (String) -> Bool
    ) -> String {
        if let known = issued.first(where: { $0.original.lowercased() == typed.lowercased() }) { return known.standIn }
        let words = pool.words.shuffled(by: seed(pool))
        // Not one that stands for another, nor one that the player wrote himself: it would come back as the term.
        func isFit(_ word: String) -> Bool {
            !issued.contains { $0.standIn == word } && !texts.contains { $0.contains(word.lowercased()) }
                && isFree(word)
        }
        let standIn =
            words.first(where: isFit) ?? words.firstPair(where: isFit) ?? words[0]
        issued.append(Issued(standIn: standIn, original: typed))
        return standIn
    }

    /// Where the conversation begins to take words from a pool.
    private func seed(_ pool: StandIns.Pool) -> UInt64 {
        SHA256.authenticate(Array("\(conversation)\u{0}\(pool.rawValue)".utf8), key: key).prefix(8)
            .reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// "TIMMY" is replaced in capitals, "timmy" in small letters.
    static func cased(_ word: String, like typed: String) -> String {
        if typed == typed.lowercased() { return word.lowercased() }
        return typed.count > 1 && typed == typed.uppercased() ? word.uppercased() : word
    }
}

/// Neutral words of the kinds that terms are of. None is an English word or stands inside one.
enum StandIns {
    /// A kind of words.
    enum Pool: String {
        case people, places, things

        var words: [String] {
            switch self {
            case .people: StandIns.people
            case .places: StandIns.places
            case .things: StandIns.things
            }
        }
    }

    static func pool(for kind: IdentityClass) -> Pool {
        switch kind {
        case .name, .alias, .owner, .person: .people
        case .place: .places
        default: .things
        }
    }

    private static let people = """
        Brannoc Velmar Tessaly Orrin Maelis Dovric Ysolde Corvane Elspin Haldric Junia Kestrin Lorvan Mirelle Nevrin Odalys \
        Perrick Quenby Roswin Sefton Thalric Ulvane Vesna Wendric Xanthe Yorvin Zelda Aldwen Bertrik Caspin Delwyn Evrard \
        Fenwick Gisela Hedvig Ingram Jorvik Kelwin Liesel Marwin Nerys Osgar Petrik Ragna Sunniva Tancred Urwin Valdis
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    private static let places = """
        Ambervale Brockmoor Corvenholt Dunmarrow Elderwyke Fallowmere Gormstead Hexworth Ivelstowe Jarrowby Kelmscot \
        Lowenford Marlwick Netherby Oxmoorland Penhallow Quernby Rothmere Selwyke Thornaby Ulverstead Vexholm Wenlow Yarrowby
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    private static let things = """
        Aldebrix Borvane Caldrix Dorvexa Elmirion Farndrix Galvexa Hesperix Ilvarion Jorvexa Kaldrion Lumexa Morvexa Nolvarix \
        Ordrexa Pelvarion Quorvexa Rendrix Solvarix Tandrexa Ulmarion Velvarix Wendrexa Zolvarion
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}

extension [String] {
    /// The same words in an order that the seed decides (Fisher and Yates, with SplitMix64 of Steele, Lea and Flood, 2014).
    fileprivate func shuffled(by seed: UInt64) -> [String] {
        var words = self
        var state = seed
        for place in indices.dropFirst().reversed() {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            words.swapAt(place, Int((mixed ^ (mixed >> 31)) % UInt64(place + 1)))
        }
        return words
    }

    /// The first two words in one that fit, when no word alone does.
    fileprivate func firstPair(where isFit: (String) -> Bool) -> String? {
        for one in self {
            for other in self where isFit("\(one) \(other)") { return "\(one) \(other)" }
        }
        return nil
    }
}

/// Puts back what stand-ins stand for, in a reply that comes in pieces.
///
/// It holds back no more than the beginning of a stand-in, so that none is ever given out, and restores only those of its
/// own request: a reply that guesses another conversation's gets the guess back.
public struct PseudonymRestorer: Sendable, Undisclosed {
    private let issued: [(standIn: [Character], original: String)]
    private var held: [Character] = []

    /// For the replies to one request.
    public init(_ pseudonyms: Pseudonyms) {
        issued = pseudonyms.issued.map { (Array($0.standIn.lowercased()), $0.original) }
            .sorted { $0.standIn.count > $1.standIn.count }
    }

    /// What may be shown after this piece.
    public mutating func feed(_ piece: String) -> String {
        guard !issued.isEmpty else { return piece }
        held += piece
        return drain(isEnd: false)
    }

    /// What is left at the end.
    public mutating func finish() -> String { drain(isEnd: true) }

    private mutating func drain(isEnd: Bool) -> String {
        var out = ""
        var index = 0
        scan: while index < held.count {
            for (standIn, original) in issued {
                let length = held[index...].prefix(standIn.count).indices
                    .prefix { held[$0].lowercased() == String(standIn[$0 - index]) }.count
                if length == standIn.count {
                    let typed = String(held[index..<(index + length)])
                    let isCapitals = typed == typed.uppercased()
                    out += isCapitals ? original.uppercased() : original
                    index += length
                    continue scan
                }
                if !isEnd && index + length == held.count && length > 0 { break scan }
            }
            out.append(held[index])
            index += 1
        }
        held.removeFirst(index)
        return out
    }
}
