/// Finds identity terms in texts: the compiled union of every persona's identity.
///
/// One index serves all personas of a daemon, because what one of them is must not leave on another's behalf either.
/// A term whose words have four letters or fewer counts only where it stands alone ("Sam" is no part of "same", "Old
/// Tim" none of "old times"); a longer one counts anywhere, so that `getTimmyMemory` and `Timmys` are found.
public struct IdentityIndex: Sendable, Undisclosed {
    private let automaton: TermAutomaton
    private let classes: [IdentityClass]

    /// Terms of words this short count only as whole words. Measured on 12,000 clean prompts: "sam" as a substring is a
    /// false alarm in 4.5 % of them, as a word in 0.2 %.
    static let longestWholeWordTerm = 4

    /// Compiles the terms of all identities.
    public init(_ identities: [Identity]) {
        var terms: [TermAutomaton.Term] = []
        var classes: [IdentityClass] = []
        var seen: Set<[UInt8]> = []
        for (kind, text) in identities.flatMap(\.terms).flatMap(Self.spellings) {
            let folded = Self.trimmed(TextFolding.standard.fold(text))
            let longestWord = folded.split(separator: UInt8(ascii: " ")).map(\.count).max() ?? 0
            for form in Self.forms(of: folded) where seen.insert(form).inserted {
                terms.append(.init(folded: form, isWholeWord: longestWord <= Self.longestWholeWordTerm))
                classes.append(kind)
            }
        }
        self.automaton = TermAutomaton(terms)
        self.classes = classes
    }

    /// The class of the first identity term in the text, or nil.
    public func firstClass(in text: String) -> IdentityClass? {
        automaton.firstMatch(in: TextFolding.standard.fold(text)).map { classes[$0.term] }
    }

    /// The class of the first identity term in UTF-8 bytes, or nil.
    public func firstClass(in bytes: UnsafeBufferPointer<UInt8>) -> IdentityClass? {
        automaton.firstMatch(in: TextFolding.standard.fold(bytes)).map { classes[$0.term] }
    }

    /// A full name of a person also leaks by its parts: "Ashdown" alone says who "Rowan Ashdown" is.
    private static func spellings(_ term: (class: IdentityClass, text: String)) -> [(IdentityClass, String)] {
        guard [.owner, .person, .name].contains(term.class) else { return [(term.class, term.text)] }
        let parts = term.text.split { $0.isWhitespace }
            .filter { $0.count >= longestWholeWordTerm && $0.first?.isUppercase == true }
        return [(term.class, term.text)] + parts.map { (term.class, String($0)) }
    }

    /// "lantern mill" is also looked for as "lanternmill".
    private static func forms(of folded: [UInt8]) -> [[UInt8]] {
        let joined = folded.filter { $0 != UInt8(ascii: " ") }
        guard !joined.isEmpty else { return [] }
        return joined == folded ? [folded] : [folded, joined]
    }

    private static func trimmed(_ folded: [UInt8]) -> [UInt8] {
        let space = UInt8(ascii: " ")
        guard let first = folded.firstIndex(where: { $0 != space }),
            let last = folded.lastIndex(where: { $0 != space })
        else { return [] }
        return Array(folded[first...last])
    }
}
