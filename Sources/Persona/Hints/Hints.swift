/// Looks for what hints at a name without writing it: pieces of it among other words, letters picked out of words or
/// lines, lists of numbers that rise and fall as its letters do, words with letters masked, tokens that are no words.
///
/// All of it is a guess, so that the request waits for the owner; none of it is the work of chance in ordinary text.
struct Hints: Sendable, Undisclosed {
    private let pieces: PieceDetector
    private let strands: LetterStrands
    private let numbers: NumberShapes
    private let masked: MaskedWords
    private let halves: HalfEncoded

    init(_ terms: [GuardedTerm]) {
        pieces = PieceDetector(terms)
        strands = LetterStrands(terms)
        numbers = NumberShapes(terms)
        masked = MaskedWords(terms)
        halves = HalfEncoded(terms)
    }

    /// What all fields of a request hint at together.
    func detect(_ glyphs: Glyphs, _ found: (Trace) -> Void) { pieces.detect(glyphs, found) }

    /// What one field hints at; the traces are of field zero.
    /// - Parameter decoded: takes what was read out of numbers, to be looked through as other decoded text is.
    func detect(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ signs: Signs,
        into decoded: inout DecodedText,
        _ found: (Trace) -> Void
    ) {
        strands.detect(bytes, found)
        if signs.contains(.digits) {
            numbers.detect(bytes, into: &decoded, found)
            Radixes.decode(bytes, into: &decoded)
        }
        masked.detect(bytes, found)
        halves.detect(bytes, found)
        if TokenShapes.isOdd(bytes, isASCII: !signs.contains(.foreign)) {
            found(Trace(identityClass: .odd, certainty: .odd, isWhole: false, field: 0))
        }
    }
}

extension GuardedTerm {
    /// A guess at this term.
    var guess: Trace { Trace(identityClass: identityClass, certainty: .guessed, isWhole: false, field: 0) }
}
