/// Stand-ins for what a player named: the same one for the same term in one conversation, another one in another.
///
/// A stand-in is chosen by a keyed hash of conversation and term, so that a backend that sees two conversations cannot tell
/// whether they name the same. It takes the term's place in the sentence: a name for a name, a town for a town.
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
    /// - Parameter isFree: whether a word may be a stand-in: one that is near a term may not.
    mutating func replace(
        _ terms: [(class: IdentityClass, text: String)],
        in texts: [String],
        isFree: (String) -> Bool = { _ in true }
    ) -> [String] {
        let lowered = texts.map { $0.lowercased() }
        let named = terms.filter { term in lowered.contains { $0.contains(term.text.lowercased()) } }
            .sorted { ($0.text.count, $0.text) > ($1.text.count, $1.text) }
        return texts.map { text in
            var text = Array(text)
            for term in named { replace(term, in: &text, avoiding: lowered, isFree) }
            return String(text)
        }
    }

    private mutating func replace(
        _ term: (class: IdentityClass, text: String),
        in text: inout [Character],
        avoiding texts: [String],
        _ isFree: (String) -> Bool
    ) {
        let letters = Array(term.text.lowercased())
        let isShort = letters.count <= IdentityIndex.longestWholeWordTerm
        var out: [Character] = []
        var index = 0
        while index < text.count {
            let end = index + letters.count
            guard end <= text.count,
                letters.indices.allSatisfy({ text[index + $0].lowercased() == String(letters[$0]) }),
                !isShort || (index == 0 || !text[index - 1].isLetter) && (end == text.count || !text[end].isLetter)
            else {
                out.append(text[index])
                index += 1
                continue
            }
            let typed = String(text[index..<end])
            out += Array(Self.cased(standIn(for: term, typed: typed, avoiding: texts, isFree), like: typed))
            index = end
        }
        text = out
    }

    private mutating func standIn(
        for term: (class: IdentityClass, text: String),
        typed: String,
        avoiding texts: [String],
        _ isFree: (String) -> Bool
    ) -> String {
        if let known = issued.first(where: { $0.original.lowercased() == typed.lowercased() }) { return known.standIn }
        let pool = StandIns.pool(for: term.class)
        let message = Array("\(conversation)\u{0}\(term.text.lowercased())".utf8)
        let digest = SHA256.authenticate(message, key: key)
        let start = digest.prefix(4).reduce(0) { $0 << 8 | Int($1) } % pool.count
        // Not one that stands for another, nor one that the player wrote himself: it would come back as the term.
        let free = (0..<pool.count).map { pool[(start + $0) % pool.count] }.first { candidate in
            !issued.contains { $0.standIn == candidate } && !texts.contains { $0.contains(candidate.lowercased()) }
                && isFree(candidate)
        }
        let standIn = free ?? pool[start]
        issued.append(Issued(standIn: standIn, original: typed))
        return standIn
    }

    /// "TIMMY" is replaced in capitals, "timmy" in small letters.
    static func cased(_ word: String, like typed: String) -> String {
        if typed == typed.lowercased() { return word.lowercased() }
        return typed.count > 1 && typed == typed.uppercased() ? word.uppercased() : word
    }
}

/// Neutral words of the kinds that terms are of. None is an English word or stands inside one.
enum StandIns {
    static func pool(for kind: IdentityClass) -> [String] {
        switch kind {
        case .name, .alias, .owner, .person: people
        case .place: places
        default: things
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
