extension OddityRule {
    /// A rule that lets the letters of more scripts pass, beside those in common use.
    public init(scripts names: [String]) {
        self.init(
            scripts: names.flatMap { Self.blocks[$0] ?? [] },
            allowsPrivateUse: names.contains(Self.icons)
        )
    }

    /// The names that a world may widen its rule by: of scripts, as Unicode calls them, and `icons` for fonts of pictures
    /// in private use.
    public static var scriptNames: [String] { blocks.keys.sorted() + [icons] }

    private static let icons = "icons"

    /// The blocks of a script (Unicode 16.0, Blocks.txt). Those in common use (UAX #31, table 5) pass without being named.
    private static let blocks: [String: [ClosedRange<UInt32>]] = [
        "arabic": [], "armenian": [], "bengali": [], "cyrillic": [], "devanagari": [], "ethiopic": [], "georgian": [],
        "greek": [], "gujarati": [], "han": [], "hangul": [], "hebrew": [], "hiragana": [], "kannada": [],
        "katakana": [],
        "khmer": [], "lao": [], "latin": [], "malayalam": [], "myanmar": [], "tamil": [], "telugu": [], "thaana": [],
        "thai": [], "tibetan": [],
        "balinese": [0x1B00...0x1B7F], "batak": [0x1BC0...0x1BFF], "buginese": [0x1A00...0x1A1F],
        "canadian_aboriginal": [0x1400...0x167F, 0x18B0...0x18FF, 0x11AB0...0x11ABF], "cham": [0xAA00...0xAA5F],
        "cherokee": [0x13A0...0x13FF, 0xAB70...0xABBF], "coptic": [0x2C80...0x2CFF], "cuneiform": [0x12000...0x1254F],
        "deseret": [0x10400...0x1044F], "egyptian_hieroglyphs": [0x13000...0x143FA], "glagolitic": [0x2C00...0x2C5F],
        "gothic": [0x10330...0x1034F], "javanese": [0xA980...0xA9DF], "lepcha": [0x1C00...0x1C4F],
        "limbu": [0x1900...0x194F], "lisu": [0xA4D0...0xA4FF], "meetei_mayek": [0xAAE0...0xAAFF, 0xABC0...0xABFF],
        "mongolian": [0x1800...0x18AF], "new_tai_lue": [0x1980...0x19DF], "nko": [], "ogham": [0x1680...0x169F],
        "ol_chiki": [0x1C50...0x1C7F], "old_italic": [0x10300...0x1032F], "old_persian": [0x103A0...0x103DF],
        "phoenician": [0x10900...0x1091F], "runic": [0x16A0...0x16FF], "saurashtra": [0xA880...0xA8DF],
        "shavian": [0x10450...0x1047F], "sundanese": [0x1B80...0x1BBF, 0x1CC0...0x1CCF], "syriac": [],
        "tagalog": [0x1700...0x171F], "tai_le": [0x1950...0x197F], "tai_tham": [0x1A20...0x1AAF],
        "tai_viet": [0xAA80...0xAADF], "tifinagh": [0x2D30...0x2D7F], "ugaritic": [0x10380...0x1039F],
        "vai": [0xA500...0xA63F], "yi": [0xA000...0xA4CF],
    ]
}
