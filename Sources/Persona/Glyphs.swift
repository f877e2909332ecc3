/// What stood between a letter and the letter before it.
enum Gap {
    /// Nothing.
    static let none: UInt8 = 0
    /// Nothing, but a word of an identifier ends here: `get|Bess|Memory`.
    static let edge: UInt8 = 1
    /// Spaces alone.
    static let blank: UInt8 = 2
    /// A mark and a space, as between the parts of a sentence.
    static let prose: UInt8 = 3
    /// An end of line.
    static let line: UInt8 = 4
    /// Marks, or markup: what stands inside no ordinary word.
    static let glue: UInt8 = 5
    /// The end of a field of the request.
    static let field: UInt8 = 6
    /// What is behind it is another text: no match crosses it.
    static let wall: UInt8 = 7
}

/// A text without what separates: its folded letters and digits side by side, and before each what stood there.
///
/// In it "T-i-m-m-y", `"Tim" + "my"` and a name that goes on in the next field are what they spell; the gaps tell them
/// from words that merely stand side by side.
struct Glyphs {
    private(set) var letters: [UInt8]
    private(set) var gaps: [UInt8]
    /// The offset of the first letter of each field.
    private(set) var fields: [Int] = []
    /// Whether a letter was left out that ``TextFolding/fold(_:)-([UInt8])`` keeps.
    private(set) var hasDropped = false

    /// The offset of the first letter of each word, and behind them ``count``; empty before ``findWords()``.
    private(set) var words: [Int] = []

    var count: Int { letters.count }

    /// Finds where words begin: for those detectors that compare words.
    mutating func findWords() {
        guard !letters.isEmpty else { return }
        words = [Int](unsafeUninitializedCapacity: letters.count + 2) { words, count in
            gaps.withUnsafeBufferPointer { gaps in
                words[0] = 0
                count = 1
                for index in 1..<gaps.count {
                    words[count] = index
                    count &+= gaps[index] > Gap.edge ? 1 : 0
                }
                words[count] = gaps.count
                count += 1
            }
        }
    }

    init(reserving bytes: Int) {
        letters = []
        gaps = []
        letters.reserveCapacity(bytes)
        gaps.reserveCapacity(bytes)
    }

    /// The field that the letter at this offset belongs to.
    func field(at offset: Int) -> Int {
        // Few fields: a search from the end is as good as any.
        (fields.lastIndex { $0 <= offset } ?? 0)
    }

    /// Takes another field.
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        fields.append(letters.count)
        var pass = Pass()
        letters.withUnsafeAppending(atMost: bytes.count * 3 + 4) { letters in
            gaps.withUnsafeAppending(atMost: bytes.count * 3 + 4) { gaps in
                pass.run(bytes, letters, gaps)
                return pass.count
            }
            return pass.count
        }
        if pass.hasDropped { hasDropped = true }
    }

    mutating func append(_ text: [UInt8]) {
        text.withUnsafeBufferPointer { append($0) }
    }
}

extension Array<UInt8> {
    /// Appends through a pointer to room for so many bytes; the closure says how many it wrote.
    fileprivate mutating func withUnsafeAppending(
        atMost room: Int,
        _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int
    ) {
        if isEmpty {
            self = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in count = write(buffer) }
        } else {
            append(contentsOf: [UInt8](unsafeUninitializedCapacity: room) { buffer, count in count = write(buffer) })
        }
    }
}

extension Glyphs {
    /// The folding under way.
    private struct Pass {
        var count = 0
        var hasDropped = false
        private var pending = Mark.field
        private var last = Kind.other
        private var isSecondCapital = false

        private enum Kind { case lower, upper, digit, other }

        mutating func run(
            _ bytes: UnsafeBufferPointer<UInt8>,
            _ letters: UnsafeMutableBufferPointer<UInt8>,
            _ gaps: UnsafeMutableBufferPointer<UInt8>
        ) {
            Glyphs.asciiTable.withUnsafeBufferPointer { table in
                var index = 0
                while index < bytes.count {
                    let byte = bytes[index]
                    guard byte < 0x80 else {
                        index += take(scalarAt: index, of: bytes, letters, gaps)
                        continue
                    }
                    let entry = table[Int(byte)]
                    if entry >= 0x30 {
                        take(ascii: byte, folded: entry, letters, gaps)
                        index += 1
                        guard last == .lower else { continue }
                        // The rest of a word of small letters.
                        let shift = count - index
                        while index < bytes.count, bytes[index] &- 0x61 < 26 {
                            letters[index + shift] = bytes[index]
                            gaps[index + shift] = Gap.none
                            index += 1
                        }
                        count = index + shift
                        continue
                    }
                    pending |= entry
                    index += 1
                }
            }
        }

        @inline(__always)
        private mutating func take(
            ascii byte: UInt8,
            folded: UInt8,
            _ letters: UnsafeMutableBufferPointer<UInt8>,
            _ gaps: UnsafeMutableBufferPointer<UInt8>
        ) {
            let kind: Kind = byte >= 0x61 ? .lower : byte >= 0x41 ? .upper : .digit
            var gap = Gap.none
            if pending != 0 {
                gap = Mark.gap(pending)
                pending = 0
                isSecondCapital = false
            } else if kind != last {
                if last == .upper && kind == .lower {
                    if isSecondCapital && gaps[count - 1] == Gap.none { gaps[count - 1] = Gap.edge }
                } else if last != .other {
                    gap = Gap.edge
                }
                isSecondCapital = false
            } else {
                isSecondCapital = kind == .upper
            }
            last = kind
            letters[count] = folded
            gaps[count] = gap
            count += 1
        }

        private mutating func take(
            scalarAt index: Int,
            of bytes: UnsafeBufferPointer<UInt8>,
            _ letters: UnsafeMutableBufferPointer<UInt8>,
            _ gaps: UnsafeMutableBufferPointer<UInt8>
        ) -> Int {
            guard let (scalar, length) = TextFolding.decode(bytes, at: index) else {
                if bytes[index] == DecodedText.wall { pending |= Mark.wall }
                return 1
            }
            if TextFolding.isAbove(scalar) {
                hasDropped = true
                return length
            }
            let folded = TextFolding.standard.letters(of: scalar)
            switch folded {
            case .separator: pending |= Mark.glue
            case .nothing: break
            case .letters(let folded, let isForeign):
                let kind: Kind = isForeign ? .other : scalar.properties.isUppercase ? .upper : .lower
                var gap =
                    pending == 0
                    ? (kind != last && (kind == .other || last == .other) ? Gap.edge : Gap.none)
                    : Mark.gap(pending)
                if pending == 0, last == .lower, kind == .upper { gap = Gap.edge }
                pending = 0
                last = kind
                isSecondCapital = false
                for byte in folded where count < letters.count {
                    letters[count] = byte
                    gaps[count] = gap
                    gap = Gap.none
                    count += 1
                }
            }
            return length
        }
    }

    /// What separators came since the last letter, as bits below the first digit's code.
    private enum Mark {
        static let blank: UInt8 = 1
        static let prose: UInt8 = 2
        static let line: UInt8 = 4
        static let glue: UInt8 = 8
        static let dash: UInt8 = 16
        static let field: UInt8 = 64
        static let wall: UInt8 = 128

        static func gap(_ marks: UInt8) -> UInt8 {
            if marks & wall != 0 { return Gap.wall }
            if marks & field != 0 { return Gap.field }
            if marks & glue != 0 { return Gap.glue }
            // A word that the end of a line has torn.
            if marks == dash | line { return Gap.line }
            let isApart = marks & (blank | line) != 0
            if marks & (prose | dash) != 0 { return isApart ? Gap.prose : Gap.glue }
            if marks & line != 0 { return Gap.line }
            return marks & blank != 0 ? Gap.blank : Gap.none
        }
    }

    /// ASCII: letters small, digits as they are, and for the rest which mark it is; controls are nothing.
    private static let asciiTable: [UInt8] = (0..<128).map { value -> UInt8 in
        let byte = UInt8(value)
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return byte
        case 0x20, 0x09: return Mark.blank
        case 0x0A...0x0D: return Mark.line
        case UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "!"),
            UInt8(ascii: "?"):
            return Mark.prose
        case UInt8(ascii: "-"): return Mark.dash
        case 0..<0x20, 0x7F: return 0
        default: return Mark.glue
        }
    }
}

extension TextFolding {
    /// What one scalar is in a folded text.
    enum Folded {
        case letters([UInt8], isForeign: Bool)
        case separator, nothing
    }

    /// Letters above letters are what a text is strewn with to make it hard to read.
    static func isAbove(_ scalar: Unicode.Scalar) -> Bool {
        (0x363...0x36F).contains(scalar.value)
            || (0x1AB0...0x1DFF).contains(scalar.value) && scalar.properties.generalCategory == .nonspacingMark
    }

    func letters(of scalar: Unicode.Scalar) -> Folded {
        if let folded = table[scalar.value] {
            let kept = folded.filter { $0 != UInt8(ascii: " ") }
            return kept.isEmpty ? .nothing : .letters(kept, isForeign: false)
        }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint { return .nothing }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark, .format, .control: return .nothing
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            return .letters(
                properties.lowercaseMapping.unicodeScalars.flatMap { table[$0.value] ?? Array(String($0).utf8) },
                isForeign: true
            )
        default: return Self.isBlank(scalar) ? .nothing : .separator
        }
    }
}
