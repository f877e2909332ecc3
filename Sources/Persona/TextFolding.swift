/// Folds a text into the view in which identity terms are looked for: case, width, accents, look-alikes and invisible
/// characters are folded away, and every run of characters that are neither letters nor digits is one space.
///
/// The view is for comparing, never for sending. It works on scalars and bytes: Swift's own `contains`
/// matches whole graphemes, and finds no `Timmy` in `Timmy` followed by a combining accent.
package struct TextFolding: Sendable {
    /// The folded form of each scalar that is not ASCII and does not fold to its own lower case.
    let table: [UInt32: [UInt8]]

    /// The one instance: reading the names takes about ten milliseconds.
    package static let standard = TextFolding()

    private static let space = UInt8(ascii: " ")

    private init() {
        var table = LetterNames.unnamed.mapValues { Array($0.utf8) }
        // What comes first wins: what a letter is, then what it looks like, then what an adjective makes of it.
        func add(_ blocks: [ClosedRange<UInt32>], _ letters: (Unicode.Scalar) -> [UInt8]?) {
            for value in blocks.joined() where table[value] == nil {
                if let letters = Unicode.Scalar(value).flatMap(letters) { table[value] = letters }
            }
        }
        add(LetterNames.latinBlocks, LetterNames.plain)
        add(LetterNames.squareBlocks, LetterNames.square)
        for (scalar, target) in Self.confusables() where table[scalar] == nil { table[scalar] = target }
        add(LetterNames.lookAlikeBlocks, LetterNames.lookAlike)
        add(LetterNames.latinBlocks, LetterNames.adorned)
        for value in UInt32(0xFF01)...0xFF5E { table[value] = Self.foldASCII(UInt8(value - 0xFEE0)).map { [$0] } ?? [] }
        for (letter, cell) in zip(UInt8(ascii: "a")...UInt8(ascii: "z"), Self.brailleCells) { table[cell] = [letter] }
        self.table = table.mapValues { $0.map(Self.alike) }
    }

    /// Folds a text: one linear pass, at most three bytes out for each byte in.
    package func fold(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { fold($0) }
    }

    /// Folds UTF-8 bytes; bytes that are not UTF-8 are passed over.
    package func fold(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count * 3 + 1) { out, count in
            var writer = Writer(out: out)
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if byte < 0x80 {
                    fold(ascii: byte, into: &writer)
                    index += 1
                } else {
                    index += fold(scalarAt: index, of: bytes, into: &writer)
                }
            }
            count = writer.count
        }
    }

    @inline(__always)
    private func fold(ascii byte: UInt8, into writer: inout Writer) {
        // Controls are invisible; those that are white space separate.
        guard byte >= 0x20 && byte != 0x7F || (0x09...0x0D).contains(byte) else { return }
        writer.append(Self.asciiFold[Int(byte)])
    }

    private func fold(scalarAt index: Int, of bytes: UnsafeBufferPointer<UInt8>, into writer: inout Writer) -> Int {
        guard let (scalar, length) = Self.decode(bytes, at: index) else { return 1 }
        fold(scalar, into: &writer)
        return length
    }

    private func fold(_ scalar: Unicode.Scalar, into writer: inout Writer) {
        if let folded = table[scalar.value] {
            for byte in folded { writer.append(byte) }
            return
        }
        let properties = scalar.properties
        // The property, not the general category: it also covers Hangul fillers, variation selectors and tags.
        if properties.isDefaultIgnorableCodePoint { return }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark, .format, .control: break
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            for lower in properties.lowercaseMapping.unicodeScalars {
                for byte in table[lower.value] ?? Array(String(lower).utf8) { writer.append(byte) }
            }
        default:
            if !Self.isBlank(scalar) { writer.append(Self.space) }
        }
    }

    /// Whether a reader sees nothing, or nothing that separates: what stands in a word to break it up. The modifier
    /// letters are the marks that look like an apostrophe or a colon; those that look like letters are in the table.
    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .modifierLetter, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        // The empty Braille cell, and the two characters that stand for something that is not there.
        default: [0x2800, 0xFFFC, 0xFFFD].contains(scalar.value)
        }
    }

    /// The folded view, and where in it words meet that nothing separates: `get|Bess|Memory`, `bess|2`.
    ///
    /// It costs several times what ``fold(_:)`` does, and is for the few texts that hold a short term inside a word.
    package func foldMarkingEdges(_ bytes: UnsafeBufferPointer<UInt8>) -> (folded: [UInt8], edges: [Bool]) {
        var finder = WordEdges(count: bytes.count * 3 + 1)
        let folded = [UInt8](unsafeUninitializedCapacity: bytes.count * 3 + 1) { out, count in
            var writer = Writer(out: out)
            var index = 0
            while index < bytes.count {
                let start = writer.count
                if bytes[index] < 0x80 {
                    let scalar = Unicode.Scalar(bytes[index])
                    fold(ascii: bytes[index], into: &writer)
                    finder.take(WordEdges.kind(of: scalar), at: start)
                    index += 1
                } else if let (scalar, length) = Self.decode(bytes, at: index) {
                    fold(scalar, into: &writer)
                    let isLatin = table[scalar.value] != nil
                    finder.take(Self.isBlank(scalar) && !isLatin ? .blank : WordEdges.kind(of: scalar), at: start)
                    index += length
                } else {
                    index += 1
                }
            }
            count = writer.count
        }
        return (folded, finder.edges)
    }

    /// The folded view under construction; two separators never stand side by side.
    private struct Writer {
        let out: UnsafeMutableBufferPointer<UInt8>
        var count = 0

        mutating func append(_ byte: UInt8) {
            if byte == TextFolding.space && (count == 0 || out[count - 1] == TextFolding.space) { return }
            guard count < out.count else { return }
            out[count] = byte
            count += 1
        }
    }

    // MARK: Tables

    /// ASCII: letters to lower case, digits as they are, everything else to the separator.
    private static let asciiFold: [UInt8] = (0..<128).map { foldASCII(UInt8($0)).map(alike) ?? space }

    /// I, l and 1 are one letter, and so are 0 and O: in most look-alikes of them nobody can say which is meant, so a
    /// table of single letters would have to guess.
    static func alike(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "l"), UInt8(ascii: "1"): UInt8(ascii: "i")
        case UInt8(ascii: "0"): UInt8(ascii: "o")
        default: letter
        }
    }

    /// The letters of Braille, a to z: the second and third ten add dots to the first, and w came later.
    private static let brailleCells: [UInt32] = {
        let first: [UInt32] = [0x01, 0x03, 0x09, 0x19, 0x11, 0x0B, 0x1B, 0x13, 0x0A, 0x1A]
        let third = [first[0], first[1], first[2], first[3], first[4]].map { $0 | 0x24 }
        return (first + first.map { $0 | 0x04 } + [third[0], third[1], 0x3A] + third[2...]).map { 0x2800 + $0 }
    }()

    private static func foldASCII(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: nil
        }
    }

    private static func confusables() -> [(UInt32, [UInt8])] {
        confusablesTable.withUTF8Buffer { buffer in
            String(decoding: buffer, as: UTF8.self).split(separator: ";").compactMap { row in
                let pair = row.split(separator: " ")
                guard pair.count == 2, let scalar = UInt32(pair[0], radix: 16) else { return nil }
                // UTS #39 writes "rn" for m; the letter itself is folded to m.
                return (scalar, pair[1] == "rn" ? [UInt8(ascii: "m")] : pair[1].utf8.compactMap(foldASCII))
            }
        }
    }

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Unicode.Scalar, Int)? {
        let lead = bytes[index]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0
        guard length > 0, lead < 0xF5, index + length <= bytes.count else { return nil }
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = bytes[index + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        return Unicode.Scalar(value).map { ($0, length) }
    }
}
