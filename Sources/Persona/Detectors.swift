/// All that is looked for in a request beyond the terms as they are written: disguises, near misses, what is odd.
///
/// A detector is one entry in one of three lists, and a new one is a new entry (in a file of its own):
/// - ``glyphDetectors`` read the letters of all fields side by side, without what separates them;
/// - ``textDetectors`` read the bytes of one field, and its ``Runs``;
/// - ``decoders`` write out what the bytes say in another code; that is read for terms, and decoded again. The codes of
///   single words are lines in ``Tokens/decode(_:skims:wantsWords:words:into:)``.
///
/// Each entry says which kinds of bytes it needs (``Signs``), and is passed over where there are none of them. It is
/// linear: one pass or a few, a decoder writes no more than it reads, and all of them together no more than ``mostDecoded``
/// says. It builds its tables once, and allocates nothing for each word.
package final class Detectors: Sendable, Undisclosed {
    /// Finds something in the letters of a request.
    struct GlyphDetector: Sendable {
        let detect: @Sendable (Glyphs, _ found: (Trace) -> Void) -> Void
    }

    /// Finds something in the bytes of one field; the traces tell of field 0.
    struct TextDetector: Sendable {
        /// At least one byte of each of these must stand in the text.
        let needs: [Signs]
        let detect: @Sendable (Runs, _ found: (Trace) -> Void) -> Void
    }

    /// Writes out what a text says in another code.
    struct Decoder: Sendable {
        enum Output { case words, texts }

        /// Words are another spelling of the text itself, and are not decoded again.
        let output: Output
        /// At least one byte of these must stand in the text.
        let needs: Signs
        let decode: @Sendable (Runs, inout DecodedText) -> Void

        init(
            _ output: Output,
            needs: Signs,
            _ decode: @escaping @Sendable (Runs, inout DecodedText) -> Void
        ) {
            self.output = output
            self.needs = needs
            self.decode = decode
        }
    }

    /// Read whatever the depth, and in what was decoded as well.
    private let spelling: SpellingDetector
    private let passages: PassageIndex
    private let keys: [ExactTerms]
    private let glyphDetectors: [GlyphDetector]
    private let textDetectors: [TextDetector]
    /// Whether what cannot hold anything is passed over.
    private let skims: Bool

    private static let decoders = [
        Decoder(.texts, needs: .escapes) { Escapes.read($0.bytes, into: &$1) },
        Decoder(.words, needs: .markup) { Markup.read($0.bytes, into: &$1) },
        Decoder(.texts, needs: .digits) { NumberLists.decode($0.bytes, into: &$1) },
        Decoder(.words, needs: .foreign) { Flipped.decode($0.bytes, into: &$1) },
        Decoder(.texts, needs: .dashes, Morse.decode),
        Decoder(.texts, needs: .digits, NumberShapes.readHex),
        Decoder(.texts, needs: .digits, Radixes.decode),
        Decoder(.texts, needs: .all, GroupedRuns.decode),
        Decoder(.words, needs: .all, NumberWords.decode),
    ]

    /// How often what was decoded is decoded again.
    private static let deepest = 3
    /// How much all decoders together may write for each byte of the request.
    private static let mostDecoded = 12
    private static let leastRoom = 1 << 16

    /// - Parameters:
    ///   - written: the forms, without spaces, in which terms are looked for where they stand plainly.
    ///   - names: what the game calls its own.
    ///   - keys: the bridge's own.
    init(
        _ terms: [GuardedTerm],
        written: [[UInt8]],
        passages: PassageIndex,
        rule: OddityRule,
        names: ExactTerms = .none,
        keys: [ExactTerms] = [],
        skims: Bool
    ) {
        let near = NearDetector(terms)
        let initials = Initials(terms)
        let foreign = ForeignWords(terms)
        let pieces = PieceDetector(terms)
        let stuffed = StuffedWords(terms)
        let strands = LetterStrands(terms)
        let numbers = NumberShapes(terms)
        let masked = MaskedWords(terms)
        let halves = HalfEncoded(terms)
        let pairs = WordPairs(terms)
        spelling = SpellingDetector(terms, written: written)
        self.passages = passages
        self.skims = skims
        self.keys = keys
        glyphDetectors = [
            GlyphDetector(detect: near.detect), GlyphDetector { initials.detect($0, $1) },
            GlyphDetector(detect: names.detect),
            GlyphDetector(detect: pieces.detect), GlyphDetector(detect: stuffed.detect),
        ]
        textDetectors = [
            TextDetector(needs: [[.foreign, .control]]) { if rule.isOdd($0.bytes) { $1(.odd) } },
            TextDetector(needs: [.foreign]) { foreign.detect($0.bytes, $1) },
            TextDetector(needs: [.lines]) { initials.detect(linesOf: $0.bytes, $1) },
            TextDetector(needs: [.lines, .markup]) { if Drawing.isDrawn($0.bytes) { $1(.odd) } },
            TextDetector(needs: [], detect: strands.detect),
            TextDetector(needs: [.digits], detect: numbers.detect),
            TextDetector(needs: []) { masked.detect($0.bytes, $1) },
            TextDetector(needs: [], detect: pairs.detect),
            TextDetector(needs: [[.digits, .escapes]], detect: halves.detect),
            TextDetector(needs: []) { if TokenShapes.isOdd($0) { $1(.odd) } },
        ]
    }

    /// What a request is read for.
    package enum Depth: Sendable {
        /// Everything.
        case thorough
        /// Only what is surely meant: for bytes that the guard has read already, and for those that machines wrote.
        case sure
    }

    /// Every trace in the fields of one request.
    /// - Returns: whether a term may stand there as it is written.
    func detect(_ fields: [UnsafeBufferPointer<UInt8>], _ depth: Depth, _ report: (Trace) -> Void) -> Bool {
        let size = fields.reduce(0) { $0 + $1.count }
        guard size > 0 else { return false }
        func found(_ trace: Trace) { if depth == .thorough || trace.certainty >= .disguised { report(trace) } }
        var glyphs = Glyphs(reserving: fields.count == 1 ? 0 : size + 16)
        for field in fields { glyphs.append(field) }
        if depth == .thorough { glyphs.findWords() }
        let mayStand = spelling.detect(glyphs, found)
        passages.detect(glyphs, found)
        for key in keys { key.detect(glyphs, found) }
        if depth == .thorough { for detector in glyphDetectors { detector.detect(glyphs, found) } }
        var room = size * Self.mostDecoded + Self.leastRoom
        for (index, field) in fields.enumerated() {
            let runs = Runs(of: field)
            let signs = self.signs(of: runs)
            if depth == .thorough {
                for detector in textDetectors where detector.needs.allSatisfy({ !signs.isDisjoint(with: $0) }) {
                    detector.detect(runs) { found($0.moved(to: index)) }
                }
            }
            readCodes(of: runs, &room) { found($0.moved(to: index)) }
        }
        return mayStand || glyphs.hasDropped || !skims
    }

    /// The sure traces in decoded text.
    func traces(in text: DecodedText) -> [Trace] {
        var traces: [Trace] = []
        text.bytes.withUnsafeBufferPointer {
            readTerms(of: $0) { if $0.certainty >= .disguised { traces.append($0.atMost(.disguised)) } }
        }
        return traces
    }

    private func signs(of runs: Runs) -> Signs { skims ? runs.signs : .all }

    /// Looks for terms in what a text says in other codes, and in what that says in other codes.
    private func readCodes(
        of runs: Runs,
        level: Int = 1,
        _ room: inout Int,
        _ found: (Trace) -> Void
    ) {
        var words = DecodedText(room: room)
        var texts = DecodedText(room: room)
        let signs = signs(of: runs)
        Tokens.decode(runs, skims: skims, wantsWords: level == 1, words: &words, into: &texts)
        for decoder in Self.decoders where decoder.needs == .all || !signs.isDisjoint(with: decoder.needs) {
            switch decoder.output {
            case .texts: decoder.decode(runs, &texts)
            // A disguise inside a code is one step too many to be meant for a reader.
            case .words: if level == 1 { decoder.decode(runs, &words) }
            }
        }
        if words.isOdd || texts.isOdd { found(.odd) }
        room = min(words.room, texts.room)
        for text in [words, texts] where !text.isEmpty {
            text.bytes.withUnsafeBufferPointer { readTerms(of: $0, found) }
        }
        guard level < Self.deepest, !texts.isEmpty else { return }
        texts.bytes.withUnsafeBufferPointer {
            readCodes(of: Runs(of: $0), level: level + 1, &room, found)
        }
    }

    /// Looks for terms in what was decoded: they are disguised, however plainly they stand in there.
    private func readTerms(of bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        var glyphs = Glyphs(reserving: 0)
        glyphs.append(bytes)
        spelling.detect(glyphs) { found($0.atMost(.disguised)) }
        passages.detect(glyphs, found)
        for key in keys { key.detect(glyphs, found) }
    }
}
