/// All that is looked for in a request beyond the terms as they are written: disguises, near misses, what is odd.
///
/// Linear in the text: each view is one pass, a decoder writes no more than it reads, and all of them together no more
/// than ``mostDecoded`` says. One pass over the bytes decides which views are worth building.
package final class Detectors: Sendable, Undisclosed {
    let spelling: SpellingDetector
    let near: NearDetector
    private let foreign: ForeignWords
    let initials: Initials
    let passages: PassageIndex
    private let rule: OddityRule
    private let names: ExactTerms
    private let keys: [ExactTerms]

    /// How often what was decoded is decoded again.
    private static let deepest = 3
    /// How much all decoders together may write for each byte of the request.
    private static let mostDecoded = 12
    private static let leastRoom = 1 << 16

    init(
        _ terms: [GuardedTerm],
        passages: PassageIndex,
        rule: OddityRule,
        names: ExactTerms = .none,
        keys: [ExactTerms] = []
    ) {
        self.names = names
        self.keys = keys
        spelling = SpellingDetector(terms)
        near = NearDetector(terms)
        foreign = ForeignWords(terms)
        initials = Initials(terms)
        self.passages = passages
        self.rule = rule
    }

    /// What a request is read for.
    package enum Depth: Sendable {
        /// Everything.
        case thorough
        /// Only what is surely meant: for bytes that the guard has read already, and for those that machines wrote.
        case sure
    }

    /// Every trace in the fields of one request.
    func detect(_ fields: [UnsafeBufferPointer<UInt8>], _ depth: Depth, _ report: (Trace) -> Void) {
        let size = fields.reduce(0) { $0 + $1.count }
        guard size > 0 else { return }
        func found(_ trace: Trace) { if depth == .thorough || trace.certainty >= .disguised { report(trace) } }
        var glyphs = Glyphs(reserving: fields.count == 1 ? 0 : size + 16)
        for field in fields { glyphs.append(field) }
        spelling.detect(glyphs, found)
        passages.detect(glyphs, found)
        for key in keys { key.detect(glyphs, found) }
        if depth == .thorough {
            names.detect(glyphs, found)
            near.detect(glyphs, found)
            initials.detect(glyphs, found)
        }
        var room = size * Self.mostDecoded + Self.leastRoom
        for (index, field) in fields.enumerated() {
            detect(field, Signs(of: field), index, depth, &room, found)
        }
    }

    /// The sure traces in decoded text.
    func traces(in text: DecodedText) -> [Trace] {
        var glyphs = Glyphs(reserving: 0)
        glyphs.append(text.bytes)
        var traces: [Trace] = []
        let found: (Trace) -> Void = { if $0.certainty >= .disguised { traces.append($0.atMost(.disguised)) } }
        spelling.detect(glyphs, found)
        passages.detect(glyphs, found)
        return traces
    }

    private func detect(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ signs: Signs,
        _ field: Int,
        _ depth: Depth,
        _ room: inout Int,
        _ found: (Trace) -> Void
    ) {
        func moved(_ trace: Trace) { found(trace.moved(to: field)) }
        func odd() { found(Trace(identityClass: .odd, certainty: .odd, isWhole: false, field: field)) }
        if depth == .thorough {
            if signs.contains(.foreign) || signs.contains(.control) {
                if rule.isOdd(bytes) { odd() }
                foreign.detect(bytes) {
                    found(Trace(identityClass: $0, certainty: .guessed, isWhole: false, field: field))
                }
            }
            if signs.contains(.lines) {
                initials.detect(linesOf: bytes, moved)
                if signs.contains(.markup), Drawing.isDrawn(bytes) { odd() }
            }
        }
        var words = DecodedText(room: room)
        var decoded = DecodedText(room: room)
        decode(bytes, signs, words: &words, into: &decoded)
        if words.isOdd || decoded.isOdd { odd() }
        room = min(words.room, decoded.room)
        read(words, level: 0, &room, odd, moved)
        read(decoded, level: 1, &room, odd, moved)
    }

    private func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ signs: Signs,
        words: inout DecodedText,
        into decoded: inout DecodedText
    ) {
        if signs.contains(.escapes) { Escapes.read(bytes, into: &decoded) }
        if signs.contains(.markup) { Markup.read(bytes, into: &words) }
        if signs.contains(.digits) { NumberLists.decode(bytes, into: &decoded) }
        EncodedRuns.decode(bytes, into: &decoded)
        OddTokens.decode(bytes, words: &words, into: &decoded)
        if signs.contains(.foreign) { Flipped.decode(bytes, into: &words) }
        if signs.contains(.dashes) { Morse.decode(bytes, into: &decoded) }
    }

    /// Looks for terms in what was decoded, and decodes that again.
    private func read(
        _ text: DecodedText,
        level: Int,
        _ room: inout Int,
        _ odd: () -> Void,
        _ found: (Trace) -> Void
    ) {
        guard !text.isEmpty else { return }
        text.bytes.withUnsafeBufferPointer { bytes in
            var glyphs = Glyphs(reserving: 0)
            glyphs.append(bytes)
            // What was decoded is disguised, however plainly it stands in there.
            spelling.detect(glyphs) { found($0.atMost(.disguised)) }
            passages.detect(glyphs, found)
            guard level > 0, level < Self.deepest else { return }
            var ignored = DecodedText(room: room)
            var deeper = DecodedText(room: room)
            decode(bytes, Signs(of: bytes), words: &ignored, into: &deeper)
            if deeper.isOdd { odd() }
            room = deeper.room
            read(deeper, level: level + 1, &room, odd, found)
        }
    }
}

/// Which views of a text are worth building, by the bytes that stand in it.
struct Signs: OptionSet {
    let rawValue: UInt8

    static let digits = Signs(rawValue: 1)
    static let escapes = Signs(rawValue: 2)
    static let markup = Signs(rawValue: 4)
    static let foreign = Signs(rawValue: 8)
    static let control = Signs(rawValue: 16)
    static let lines = Signs(rawValue: 32)
    static let dashes = Signs(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(of bytes: UnsafeBufferPointer<UInt8>) {
        let signs = Self.table.withUnsafeBufferPointer { table in
            var signs: UInt8 = 0
            for byte in bytes { signs |= table[Int(byte)] }
            return signs
        }
        self.init(rawValue: signs)
    }

    private static let table: [UInt8] = (0..<256).map { value -> UInt8 in
        switch value {
        case 0x30...0x39: digits.rawValue
        case 0x0A: lines.rawValue
        case 0x5C, 0x25, 0x3D, 0x26, 0x2B: escapes.rawValue
        case 0x3C, 0x5B, 0x7B, 0x7C: markup.rawValue
        case 0x1B: markup.rawValue | control.rawValue
        case 0x2D, 0x5F: dashes.rawValue
        case 0x09, 0x0D: 0
        case 0..<0x20, 0x7F: control.rawValue
        case 0x80...: foreign.rawValue
        default: 0
        }
    }
}
