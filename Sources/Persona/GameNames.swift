/// The names of a game's accounts, characters and places, as the game tells them.
///
/// Anybody can choose one, so they cost little and block nothing: they count only as whole words, in what the guard reads
/// and not in the egress scan, where a player's name could otherwise be made to stand in every request. Ordinary English
/// words and names of fewer than three letters are passed over.
public struct GameNames: Sendable, Undisclosed {
    /// One name.
    public struct Name: Sendable, Equatable, Undisclosed {
        /// What it names.
        public enum Kind: String, Sendable, CaseIterable {
            case person, account, place
        }

        /// What it names.
        public let kind: Kind
        /// As it is written.
        public let text: String

        /// A name.
        public init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }
    }

    /// The longest name that counts, in bytes.
    public static let longest = 128

    /// No names.
    public static let none = GameNames([])

    /// How many names are kept to the house.
    public let count: Int
    /// Which are not, by their place in the list.
    public let passedOver: [Int]
    private let names: [Name]

    /// The names of a game, whole.
    public init(_ names: [Name]) {
        let passed = names.indices.filter { !Self.counts(names[$0].text) }
        let isPassed = Set(passed)
        passedOver = passed
        self.names = names.indices.filter { !isPassed.contains($0) }.map { names[$0] }
        count = self.names.count
    }

    /// What is looked for, but for what the personas' own terms hold already.
    func terms(without own: [(class: IdentityClass, text: String)]) -> ExactTerms {
        guard !names.isEmpty else { return .none }
        let known = Set(own.map { ExactTerms.Words(of: $0.text).joined })
        var terms = ExactTerms()
        func insert(_ kind: IdentityClass, _ text: String) {
            if !known.contains(ExactTerms.Words(of: text).joined) { terms.insert(kind, text, keepsText: true) }
        }
        for name in names { insert(name.kind.identityClass, name.text) }
        // After the whole names: a surname may be somebody else's first name, and that one is his own.
        for name in names { for part in Self.parts(of: name) { insert(name.kind.identityClass, part) } }
        return terms
    }

    private static func counts(_ text: String) -> Bool {
        guard text.utf8.count <= longest else { return false }
        let words = ExactTerms.Words(of: text)
        guard words.joined.count >= 3, words.count <= ExactTerms.mostWords else { return false }
        return !words.areOrdinary
    }

    /// A person is also named by one of several names, if it is long and no ordinary word.
    private static func parts(of name: Name) -> [String] {
        guard name.kind != .place else { return [] }
        let parts = name.text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard parts.count > 1 else { return [] }
        return parts.filter { part in
            let letters = ExactTerms.Words(of: part).joined
            return letters.count >= 5 && !CommonWords.standard.contains(letters)
        }
    }
}

extension GameNames.Name.Kind {
    /// An account of a game is a name that its players call each other by: no secret like one of the owner's accounts.
    var identityClass: IdentityClass { self == .place ? .place : .person }
}
