/// Reads from a scalar's Unicode name which Latin letter it stands for or looks like.
///
/// A table of all of them would have two thousand rows; the names are already there, and names never change.
enum LetterNames {
    /// Where Latin letters and digits stand in another dress: accented, turned, small capitals, superscript, combining,
    /// circled, mathematical, squared, and the letters that flags are made of.
    static let latinBlocks: [ClosedRange<UInt32>] = [
        0xC0...0x2FF, 0x363...0x36F, 0x1AB0...0x1ADF, 0x1D00...0x1DBF, 0x1DD3...0x1DF4, 0x1E00...0x1EFF,
        0x2070...0x209F,
        0x2100...0x2188, 0x2460...0x24FF, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xAB30...0xAB6F, 0x10780...0x107BF,
        0x1D400...0x1D7FF, 0x1DF00...0x1DFFF, 0x1F110...0x1F189, 0x1F1A5...0x1F1A5, 0x1F1E6...0x1F1FF,
    ]

    /// Where letters stand that look like Latin ones: Greek, Coptic and Cyrillic with their extensions, mathematical.
    static let lookAlikeBlocks: [ClosedRange<UInt32>] = [
        0x370...0x52F, 0x1C80...0x1C8F, 0x1D00...0x1DBF, 0x1F00...0x1FFF, 0x2DE0...0x2DFF, 0xA640...0xA69F,
        0x1D6A8...0x1D7CB, 0x1E030...0x1E08F,
    ]

    /// The squared units; the era names and the corporation between them are no Latin.
    static let squareBlocks: [ClosedRange<UInt32>] = [
        0x32CC...0x32CE, 0x3371...0x337A, 0x3380...0x33DF, 0x33FF...0x33FF,
    ]

    /// Letters whose names do not spell them, and those that look like something else than they are in the other case or
    /// in NFKC: the long s looks like an f, the capital reversed open e like a 3.
    static let unnamed: [UInt32: String] = [
        0xAA: "a", 0xBA: "o", 0xB5: "u", 0xDF: "ss", 0x17F: "s", 0x1E9D: "s", 0x1E9E: "ss", 0x212A: "k", 0x212B: "a",
        0x2183: "c",
        0x32CF: "ltd", 0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
        0xFB06: "st", 0xA7AB: "e", 0x42A: "b", 0x42C: "b", 0x44A: "b", 0x44C: "b",
    ]

    /// `e` for U+00E9, `m` for U+1D426: the names say `LATIN SMALL LETTER E WITH ACUTE` and `MATHEMATICAL BOLD SMALL M`.
    static func plain(_ scalar: Unicode.Scalar) -> [UInt8]? {
        guard let name = scalar.properties.name else { return nil }
        if let value = scalar.properties.numericValue, [.decimal, .digit].contains(scalar.properties.numericType) {
            return [UInt8(ascii: "0") + UInt8(value)]
        }
        let words = name.split(separator: " ")
        guard !words.contains("CYRILLIC"), !words.contains("GREEK") else { return nil }
        let base = words.prefix { $0 != "WITH" }
        guard let letter = base.last, letter.utf8.count == 1,
            ["CAPITAL", "SMALL", "LETTER"].contains(base.dropLast().last)
        else { return nil }
        return lowered(letter)
    }

    /// `e` for `LATIN SMALL LETTER REVERSED OPEN E WITH HOOK`, and what ``plain(_:)`` finds: any adjective may stand
    /// before the letter. It comes after the look-alikes, since a turned letter may look like another one.
    static func adorned(_ scalar: Unicode.Scalar) -> [UInt8]? {
        guard let name = scalar.properties.name else { return nil }
        let words = name.split(separator: " ")
        guard words.contains("LETTER") || words.first == "MATHEMATICAL",
            let key = words.prefix(while: { !behindTheLetter.contains(String($0)) }).last
        else { return nil }
        // Two letters are a ligature or a digraph: AE, OO, DZ.
        return key.utf8.count <= 2 ? lowered(key) : latin[String(key)].map { Array($0.utf8) }
    }

    /// `t` for `CYRILLIC SMALL LETTER TE WITH DESCENDER`, `a` for `GREEK SMALL LETTER ALPHA WITH PSILI`.
    static func lookAlike(_ scalar: Unicode.Scalar) -> [UInt8]? {
        guard let name = scalar.properties.name else { return nil }
        let words = name.split(separator: " ")
        guard let key = words.prefix(while: { !behindTheLetter.contains(String($0)) }).last.map(String.init),
            !words.contains("LIGATURE")
        else { return nil }
        let found: String? =
            if words.contains("CYRILLIC") {
                cyrillic[key]
            } else if words.contains("GREEK") || words.first == "MATHEMATICAL" {
                words.contains("CAPITAL") ? greekCapitals[key] ?? greek[key] : greek[key]
            } else {
                nil
            }
        return found.map { Array($0.utf8) }
    }

    /// `mm` for `SQUARE MM`, `dm2` for `SQUARE DM SQUARED`.
    static func square(_ scalar: Unicode.Scalar) -> [UInt8]? {
        guard let name = scalar.properties.name, name.hasPrefix("SQUARE ") else { return nil }
        return name.split(separator: " ").dropFirst().flatMap { word in
            switch word {
            case "SQUARED": Array("2".utf8)
            case "CUBED": Array("3".utf8)
            // As the letter for micro folds.
            case "MU": Array("u".utf8)
            case "OVER", "OHM", "AMPS", "MEGA", "CAPITAL", "SMALL": [UInt8]()
            default: lowered(word)
            }
        }
    }

    private static func lowered(_ word: Substring) -> [UInt8] { word.utf8.map { $0 | 0x20 } }

    /// What follows the letter in a name.
    private static let behindTheLetter: Set<String> = [
        "WITH", "PRECEDED", "ABOVE", "BELOW", "ROTUNDA", "DIGRAPH", "SYMBOL",
    ]

    /// Latin letters that have a name of their own, and the letter that they are read as.
    private static let latin = [
        "ALPHA": "a", "BETA": "b", "CHI": "x", "DELTA": "d", "ENG": "n", "EPSILON": "e", "ESH": "s", "ETH": "d",
        "EZH": "z", "GAMMA": "y", "IOTA": "i", "KRA": "k", "OMEGA": "w", "SCHWA": "e", "UPSILON": "u",
    ]

    /// The look-alikes of UTS #39 go by the letters' usual shape: its skeleton of a small te is a small capital T. Both
    /// cases stand for one letter here, or a Greek name would be found in one of them only.
    private static let greek = [
        "ALPHA": "a", "BETA": "b", "CHI": "x", "DIGAMMA": "f", "EPSILON": "e", "ETA": "n", "GAMMA": "y", "IOTA": "i",
        "KAPPA": "k", "MU": "u", "NU": "v", "OMEGA": "w", "OMICRON": "o", "RHO": "p", "SIGMA": "o", "TAU": "t",
        "UPSILON": "u", "YOT": "j", "ZETA": "z",
    ]

    /// Greek capitals that look like another letter than their small ones.
    private static let greekCapitals = ["ETA": "h", "MU": "m", "NU": "n", "UPSILON": "y"]

    private static let cyrillic = [
        "A": "a", "DJE": "h", "DZE": "s", "E": "e", "EM": "m", "EN": "h", "ER": "p", "ES": "c", "GHE": "r", "GJE": "r",
        "HA": "x", "IE": "e", "IO": "e", "IZHITSA": "v", "JE": "j", "KA": "k", "KJE": "k", "O": "o", "OMEGA": "w",
        "PALOCHKA": "i", "PE": "n", "QA": "q", "SCHWA": "e", "SHHA": "h", "TE": "t", "TSHE": "h", "U": "y", "VE": "b",
        "WE": "w", "YA": "r", "YERU": "bi", "YI": "i", "YU": "io", "ZE": "3",
    ]
}
