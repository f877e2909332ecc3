/// What a term of the identity is, as the ledger and the errors name it: the class may be told, the term may not.
public enum IdentityClass: String, Sendable, CaseIterable, Codable {
    case name, alias, owner, person, place, project, account, path, term
    /// A passage of the soul.
    case soul
    /// The machine's own: its name, its user, the bridge's paths.
    case machine
    /// A key of the bridge's own.
    case key
    /// None of them, but odd enough to hide any.
    case odd
}

/// Who a persona is: everything that may never reach a backend.
///
/// Printing it shows how much it holds, never what.
public struct Identity: Sendable, Undisclosed {
    /// The terms, each with its class, as the persona's file lists them.
    public let terms: [(class: IdentityClass, text: String)]
    /// The fingerprints of its documents.
    public let passages: PassageIndex

    /// An identity of the listed terms; terms without a letter or digit are dropped, since nothing could match them.
    public init(terms: [(class: IdentityClass, text: String)], passages: PassageIndex = .empty) {
        self.passages = passages
        self.terms = terms.filter { !TextFolding.standard.fold($0.text).allSatisfy { $0 == UInt8(ascii: " ") } }
    }

    /// The names that the persona is addressed by: the longest first, so that "Old Tim" goes before "Tim".
    public var spokenNames: [String] {
        terms.filter { $0.class == .name || $0.class == .alias }.map(\.text).sorted { $0.count > $1.count }
    }

    /// How many terms there are; never the terms.
    public var description: String { "Identity(\(terms.count) terms)" }
}

extension Identity {
    /// Whether a term is an ordinary English word, so that hiding it would cost more than it saves.
    public static func isOrdinary(_ text: String) -> Bool {
        CommonWords.standard.contains(Array(text.lowercased().utf8))
    }
}
