/// Folds a text into the view in which identity terms are looked for: case, width, accents, look-alikes and invisible
/// characters are folded away, and every run of characters that are neither letters nor digits is one space.
///
/// The view is for comparing, never for sending. It works on scalars and bytes: Swift's own `contains`
/// matches whole graphemes, and finds no `Timmy` in `Timmy` followed by a combining accent.
package struct TextFolding: Sendable {
    /// The folded form of each scalar that is not ASCII and does not fold to its own lower case.
    private let table: [UInt32: [UInt8]]

    /// The one instance: reading the table takes about a millisecond.
    package static let standard = TextFolding()

    private static let space = UInt8(ascii: " ")

    private init() {
        var table: [UInt32: [UInt8]] = [:]
        for value in Self.dressedLetters.joined() {
            guard let scalar = Unicode.Scalar(UInt32(value)), let base = Self.latinBase(of: scalar) else { continue }
            table[scalar.value] = base
        }
        for (scalar, target) in Self.confusables() where table[scalar] == nil { table[scalar] = target }
        for value in UInt32(0xFF01)...0xFF5E { table[value] = Self.foldASCII(UInt8(value - 0xFEE0)).map { [$0] } ?? [] }
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
                    // Controls are invisible; those that are white space separate.
                    if byte >= 0x20 && byte != 0x7F || (0x09...0x0D).contains(byte) {
                        writer.append(Self.asciiFold[Int(byte)])
                    }
                    index += 1
                } else {
                    index += fold(scalarAt: index, of: bytes, into: &writer)
                }
            }
            count = writer.count
        }
    }

    private func fold(scalarAt index: Int, of bytes: UnsafeBufferPointer<UInt8>, into writer: inout Writer) -> Int {
        guard let (scalar, length) = Self.decode(bytes, at: index) else { return 1 }
        if let folded = table[scalar.value] {
            for byte in folded { writer.append(byte) }
            return length
        }
        let properties = scalar.properties
        // The property, not the general category: it also covers Hangul fillers, variation selectors and tags.
        if properties.isDefaultIgnorableCodePoint { return length }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark, .format, .control: break
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            for byte in properties.lowercaseMapping.utf8 { writer.append(byte) }
        default: writer.append(Self.space)
        }
        return length
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
    private static func alike(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "l"), UInt8(ascii: "1"): UInt8(ascii: "i")
        case UInt8(ascii: "0"): UInt8(ascii: "o")
        default: letter
        }
    }

    private static func foldASCII(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: nil
        }
    }

    /// Where Latin letters and digits stand in another dress: accented, small capitals, superscript, circled,
    /// mathematical, squared, and the letters that flags are made of.
    private static let dressedLetters: [ClosedRange<Int>] = [
        0xC0...0x2FF, 0x1D00...0x1DBF, 0x1E00...0x1EFF, 0x2070...0x209F, 0x2100...0x214F, 0x2460...0x24FF,
        0xA720...0xA7FF, 0x1D400...0x1D7FF, 0x1F110...0x1F189, 0x1F1E6...0x1F1FF,
    ]

    /// `e` for U+00E9, `m` for U+1D426: the Unicode names say `LATIN SMALL LETTER E WITH ACUTE` and `MATHEMATICAL BOLD
    /// SMALL M`, and names never change.
    private static func latinBase(of scalar: Unicode.Scalar) -> [UInt8]? {
        guard let name = scalar.properties.name else { return nil }
        if let value = scalar.properties.numericValue, [.decimal, .digit].contains(scalar.properties.numericType) {
            return [UInt8(ascii: "0") + UInt8(value)]
        }
        let words = name.split(separator: " ")
        if let letter = words.last?.utf8.first, words.last?.utf8.count == 1,
            ["CAPITAL", "SMALL", "LETTER"].contains(words.dropLast().last)
        {
            return [letter | 0x20]
        }
        for prefix in ["LATIN SMALL LETTER ", "LATIN CAPITAL LETTER "] where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            guard let letter = rest.utf8.first, rest.dropFirst().hasPrefix(" WITH ") else { return nil }
            return [letter | 0x20]
        }
        return nil
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

    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Unicode.Scalar, Int)? {
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
