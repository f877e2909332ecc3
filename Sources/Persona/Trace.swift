/// What a detector saw of the identity in a request: which class, how surely, and in which field. Never the text.
package struct Trace: Sendable, Equatable, Hashable {
    /// How sure it is.
    package enum Certainty: Int, Sendable, Comparable {
        /// Nothing is named, but the text is odd in itself and may hide something.
        case odd
        /// Near, partial or ambiguous: a typo, a nickname, what a word sounds like.
        case guessed
        /// A term, disguised in a way that one public step undoes.
        case disguised
        /// A term as it is written.
        case plain

        package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
    }

    package let identityClass: IdentityClass
    package let certainty: Certainty
    /// Whether it is the whole of a term, such as a full name, and no part of one.
    package let isWhole: Bool
    /// The field of the request, counted from zero.
    package let field: Int

    /// Something that may hide anything.
    static let odd = Trace(identityClass: .odd, certainty: .odd, isWhole: false, field: 0)

    func moved(to field: Int) -> Trace {
        Trace(identityClass: identityClass, certainty: certainty, isWhole: isWhole, field: field)
    }

    func atMost(_ most: Certainty) -> Trace {
        Trace(identityClass: identityClass, certainty: min(certainty, most), isWhole: isWhole, field: field)
    }
}
