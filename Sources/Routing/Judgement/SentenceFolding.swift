/// Folds a text into plain words for looking up phrases: small letters without accents, one space between words, ` . `
/// where a sentence, a line or a clause after a colon ends, ` " ` where a quotation begins or ends.
///
/// A phrase never spans two sentences or a quotation's edge, because no phrase holds those marks. It is for phrases of
/// ordinary prose: other than `TextFolding`, which must not be deceived, it leaves look-alikes alone and costs about a
/// nanosecond a byte.
enum SentenceFolding {
    static let space = UInt8(ascii: " ")
    static let stop = UInt8(ascii: ".")
    static let quote = UInt8(ascii: "\"")

    /// The folded form of a phrase or text.
    static func fold(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { fold($0) }
    }

    /// The folded form of UTF-8 bytes; what is cut at either end is passed over.
    static func fold(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        // A mark of one byte becomes three, ` . `.
        [UInt8](unsafeUninitializedCapacity: bytes.count * 3 + 2) { out, count in
            ascii.withUnsafeBufferPointer { ascii in
                var writer = Writer(out: out)
                var index = 0
                while index < bytes.count {
                    let byte = bytes[index]
                    if byte < 0x80 {
                        let folded = ascii[Int(byte)]
                        if folded > stop { writer.letter(folded) } else { writer.mark(folded) }
                        index += 1
                    } else {
                        index += scalar(at: index, of: bytes, into: &writer)
                    }
                }
                count = writer.count
            }
        }
    }

    /// The folded view under construction.
    private struct Writer {
        let out: UnsafeMutableBufferPointer<UInt8>
        var count = 0

        @inline(__always)
        mutating func letter(_ byte: UInt8) {
            out[count] = byte
            count += 1
        }

        /// A separator; two never stand side by side.
        mutating func mark(_ byte: UInt8) {
            guard byte != 0 else { return }
            if count > 0 && out[count - 1] != SentenceFolding.space { letter(SentenceFolding.space) }
            guard byte != SentenceFolding.space else { return }
            if byte == SentenceFolding.stop && count > 1 && out[count - 2] == byte { return }
            letter(byte)
            letter(SentenceFolding.space)
        }
    }

    /// Letters and digits as they are, small; 0 for what is dropped; separators as ``space``, ``stop``, ``quote``.
    private static let ascii: [UInt8] = (0..<128).map { value in
        switch Unicode.Scalar(UInt8(value)) {
        case "A"..."Z": UInt8(value) | 0x20
        case "a"..."z", "0"..."9": UInt8(value)
        case "\"": quote
        case ".", "!", "?", ":", ";", "\n": stop
        default: space
        }
    }

    /// Takes the character at `index`, and says how long it is.
    private static func scalar(
        at index: Int,
        of bytes: UnsafeBufferPointer<UInt8>,
        into writer: inout Writer
    ) -> Int {
        let lead = bytes[index]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1
        guard length > 1, index + length <= bytes.count else { return 1 }
        if length == 2 {
            let value = Int(lead & 0x1F) << 6 | Int(bytes[index + 1] & 0x3F)
            let folded = twoBytes[value]
            if folded == 0 { return 2 }
            if folded < 0x80 {
                let byte = UInt8(folded)
                if byte > stop { writer.letter(byte) } else { writer.mark(byte) }
            } else {
                writer.letter(0xC0 | UInt8(folded >> 6))
                writer.letter(0x80 | UInt8(folded & 0x3F))
            }
        } else if length == 3, let mark = threeBytes(lead, bytes[index + 1], bytes[index + 2]) {
            writer.mark(mark)
        } else {
            for offset in 0..<length { writer.letter(bytes[index + offset]) }
        }
        return length
    }

    /// The mark that a character of three bytes stands for, 0 for none; nil for a letter.
    private static func threeBytes(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8? {
        switch (first, second, third) {
        // Quotation marks; the single ones are apostrophes for the most part.
        case (0xE2, 0x80, 0x9C...0x9F), (0xE3, 0x80, 0x8C...0x8F): quote
        // Joiners and marks of direction.
        case (0xE2, 0x80, 0x8B...0x8F): 0
        case (0xE2, 0x80, 0xA6), (0xE3, 0x80, 0x82), (0xEF, 0xBC, 0x81), (0xEF, 0xBC, 0x9A), (0xEF, 0xBC, 0x9B),
            (0xEF, 0xBC, 0x9F), (0xE0, 0xA5, 0xA4):
            stop
        case (0xE2, 0x80, _), (0xE3, 0x80, 0x80...0x83), (0xEF, 0xBC, 0x8C), (0xE2, 0x94...0x9F, _): space
        // The Devanagari dot under a letter: written or left out as people like.
        case (0xE0, 0xA4, 0xBC): 0
        default: nil
        }
    }

    /// The folded form of U+0080 to U+07FF.
    private static let twoBytes: [UInt16] = {
        var table = (0..<0x800).map { UInt16($0) }
        for letters in [
            "aàáâãäåāăąÀÁÂÃÄÅĀĂĄ", "cçćčÇĆČ", "dďđĎĐ", "eèéêëēėęěÈÉÊËĒĖĘĚ", "gğĞ", "iìíîïīįıÌÍÎÏĪĮİ", "lłŁ",
            "nñńňÑŃŇ", "oòóôõöøōőÒÓÔÕÖØŌŐ", "rřŘ", "sśşšŚŞŠ", "tţťŢŤ", "uùúûüūůűÙÚÛÜŪŮŰ", "yýÿÝ", "zźżžŹŻŽ",
        ] {
            let plain = letters.unicodeScalars.first?.value ?? 0
            for scalar in letters.unicodeScalars.dropFirst() { table[Int(scalar.value)] = UInt16(plain) }
        }
        for value in 0x0410...0x042F { table[value] = UInt16(value + 0x20) }
        for value in 0x0400...0x040F { table[value] = UInt16(value + 0x50) }
        table[0x0490] = 0x0491
        // Arabic: the hamza on an alif is written or left out; vowel signs are dropped, comma and marks separate.
        for value in [0x0622, 0x0623, 0x0625] { table[value] = 0x0627 }
        for value in 0x064B...0x0652 { table[value] = 0 }
        table[0x060C] = UInt16(space)
        table[0x061B] = UInt16(stop)
        table[0x061F] = UInt16(stop)
        for value in 0x0300...0x036F { table[value] = 0 }
        for value in 0x0080...0x00BF { table[value] = UInt16(space) }
        table[0x00AD] = 0
        table[0x00AB] = UInt16(quote)
        table[0x00BB] = UInt16(quote)
        return table
    }()
}
