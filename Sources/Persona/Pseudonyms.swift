/// Stand-ins for what a player named: the same one for the same term in one conversation, another one in another.
///
/// A stand-in is chosen by a keyed hash of the conversation and the term's place in the identity, so that a backend that
/// sees two conversations cannot tell whether they name the same, and a term by another name has the same stand-in. One of
/// the game's names has itself in the place's stead. It depends on nothing else that a request holds: what was said before
/// may be blinded anew for every turn.
public struct Pseudonyms: Sendable, Undisclosed {
    /// What stands for what.
    struct Issued: Sendable {
        let standIn: String
        /// The term as it is configured.
        let term: String
        /// As it was typed, by its form; of several spellings of a form that of the configuration, or else the first.
        fileprivate(set) var typed: [Form: String] = [:]

        /// What comes back for a stand-in of a form.
        func original(_ form: Form) -> String {
            if let typed = typed[form] { return typed }
            let plain = typed[.mixed] ?? term
            switch form {
            case .mixed: return plain
            case .small: return plain.lowercased()
            case .capitals: return plain.uppercased()
            }
        }
    }

    /// How a word is written.
    enum Form: Sendable {
        case small, capitals, mixed

        init(_ word: some StringProtocol) {
            if word == word.lowercased() {
                self = .small
            } else {
                self = word.count > 1 && word == word.uppercased() ? .capitals : .mixed
            }
        }

        func write(_ word: String) -> String {
            switch self {
            case .small: word.lowercased()
            case .capitals: word.uppercased()
            case .mixed: word
            }
        }
    }

    private let key: [UInt8]
    private let conversation: String
    private(set) var issued: [Issued] = []
    /// Where each stand-in stands in ``issued``.
    private var places: [String: Int] = [:]

    /// - Parameters:
    ///   - key: a secret of the bridge, of at least 16 bytes.
    ///   - conversation: what tells this conversation from all others.
    public init(key: [UInt8], conversation: String) {
        self.key = key
        self.conversation = conversation
    }

    /// How many terms have a stand-in in this request.
    public var count: Int { issued.count }

    /// The texts with stand-ins for the terms that stand in them as they are written.
    ///
    /// A word of the player's that happens to be one of these stand-ins gets a stand-in itself: it would come back as
    /// the term otherwise, and another choice for the term would tear it from earlier turns.
    /// - Parameters:
    ///   - terms: all that the identity holds, in its order.
    ///   - names: those of the game's that may stand there.
    ///   - isFree: whether a word may be a stand-in: one that is near a term may not.
    mutating func replace(
        _ terms: [(class: IdentityClass, text: String)],
        _ names: [(class: IdentityClass, text: String)] = [],
        in texts: [String],
        isFree: (String) -> Bool = { _ in true }
    ) -> [String] {
        let texts = texts.map { Array($0.utf8) }
        var wanted = Self.slotted(terms, names)
        var matches: [[TermMatches.Match]] = []
        var standIns: [Int: String] = [:]
        for _ in 0..<Self.mostRounds {
            let search = TermMatches(wanted)
            matches = texts.map(search.matches)
            standIns = assign(Set(matches.joined().map(\.term)).sorted(), of: wanted, isFree)
            let known = Set(wanted.map { $0.text.lowercased() })
            let own = standIns.values.sorted().compactMap {
                known.contains($0.lowercased()) ? nil : TermMatches.Term(.person, $0, slot: "word \($0)")
            }
            let typed = TermMatches(own)
            let clashing = Set(texts.flatMap { typed.matches(in: $0).map(\.term) }).sorted()
            if clashing.isEmpty { break }
            wanted += clashing.map { own[$0] }
        }
        return zip(texts, matches).map { text, matches in
            var out: [UInt8] = []
            var copied = 0
            for match in matches {
                guard let standIn = standIns[match.term] else { continue }
                let typed = String(decoding: text[match.range], as: UTF8.self)
                out += text[copied..<match.range.lowerBound]
                out += issue(standIn, for: wanted[match.term].text, typed: typed).utf8
                copied = match.range.upperBound
            }
            return String(decoding: out + text[copied...], as: UTF8.self)
        }
    }

    /// Nobody types a stand-in's stand-in.
    private static let mostRounds = 4

    /// The stand-in as it is written in a term's place.
    private mutating func issue(_ standIn: String, for term: String, typed: String) -> String {
        let form = Form(typed)
        let place = places[standIn] ?? issued.count
        if place == issued.count {
            issued.append(Issued(standIn: standIn, term: term))
            places[standIn] = place
        }
        if issued[place].typed[form] == nil || typed == term { issued[place].typed[form] = typed }
        return form.write(standIn)
    }

    /// The stand-ins of the terms that were found; those of two terms are never the same.
    private func assign(
        _ found: [Int],
        of terms: [TermMatches.Term],
        _ isFree: (String) -> Bool
    ) -> [Int: String] {
        var taken: Set<String> = []
        var standIns: [Int: String] = [:]
        for index in found {
            let pool = StandIns.of(terms[index].identityClass)
            let digest = SHA256.authenticate(Array("\(conversation)\u{0}\(terms[index].slot)".utf8), key: key)
            let start = Int(digest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) % pool.count
            for step in 0..<pool.count {
                let candidate = pool[(start + step * Self.stride) % pool.count]
                guard !taken.contains(candidate), !Identity.isOrdinary(candidate), isFree(candidate) else { continue }
                taken.insert(candidate)
                standIns[index] = candidate
                break
            }
        }
        return standIns
    }

    /// A prime that divides no pool's size: the next candidate is nowhere near.
    private static let stride = 1_009

    /// The terms, each with its class and number for a name, and the parts of names by those of the whole: what they are
    /// called is not among it. The game's names have no lasting order: each has itself, under the key.
    private static func slotted(
        _ terms: [(class: IdentityClass, text: String)],
        _ names: [(class: IdentityClass, text: String)]
    ) -> [TermMatches.Term] {
        var counts: [IdentityClass: Int] = [:]
        var parts: [String: String] = [:]
        var seen: Set<String> = []
        var out: [TermMatches.Term] = []
        for (kind, text) in terms {
            let small = text.lowercased()
            let slot: String
            if let part = parts["\(kind.rawValue) \(small)"] {
                slot = part
            } else {
                slot = "\(kind.rawValue) \(counts[kind, default: 0])"
                counts[kind, default: 0] += 1
                let words = small.split(whereSeparator: \.isWhitespace)
                if words.count > 1 {
                    for (number, word) in words.enumerated() where parts["\(kind.rawValue) \(word)"] == nil {
                        parts["\(kind.rawValue) \(word)"] = "\(slot) \(number)"
                    }
                }
            }
            guard seen.insert(small).inserted, let term = TermMatches.Term(kind, text, slot: slot) else { continue }
            out.append(term)
        }
        for (kind, text) in names {
            let small = text.lowercased()
            guard seen.insert(small).inserted else { continue }
            TermMatches.Term(kind, text, slot: "\(kind.rawValue) called \(small)").map { out.append($0) }
        }
        return out
    }
}
