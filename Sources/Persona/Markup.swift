/// Finds markup that a reader never sees: tags and comments of HTML and BBCode, ANSI escapes, Evennia's colour codes.
enum Markup {
    private static let longestTag = 80
    private static let starts: [Bool] = (0..<256).map { [0x1B, 0x25, 0x3C, 0x5B, 0x7B, 0x7C].contains($0) }

    /// The words that hold markup, without it.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout DecodedText) {
        Rewriting.run(bytes, starts: starts, into: &out) { index in
            let length = length(bytes, at: index)
            return length > 0 ? (.nothing, length) : nil
        }
    }

    /// How many bytes of markup begin here, or zero.
    private static func length(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch bytes[index] {
        case UInt8(ascii: "<"): tag(bytes, at: index, closing: UInt8(ascii: ">"))
        case UInt8(ascii: "["): tag(bytes, at: index, closing: UInt8(ascii: "]"))
        case 0x1B: escape(bytes, at: index)
        case UInt8(ascii: "|"), UInt8(ascii: "{"): colour(bytes, at: index)
        case UInt8(ascii: "%"): mushColour(bytes, at: index)
        default: 0
        }
    }

    private static func tag(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, closing: UInt8) -> Int {
        guard index + 2 < bytes.count else { return 0 }
        let first = bytes[index + 1]
        let isName = (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7A
        guard isName || first == UInt8(ascii: "/") || first == UInt8(ascii: "!") || first == closing else { return 0 }
        let end = min(bytes.count, index + longestTag)
        for place in (index + 1)..<end where bytes[place] == closing { return place + 1 - index }
        return 0
    }

    /// `ESC [ ... letter` (ECMA-48), or `ESC` and one character.
    private static func escape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        guard index + 1 < bytes.count else { return 1 }
        guard bytes[index + 1] == UInt8(ascii: "[") else { return 2 }
        let end = min(bytes.count, index + 24)
        for place in (index + 2)..<max(index + 2, end) where (0x40...0x7E).contains(bytes[place]) {
            return place + 1 - index
        }
        return 2
    }

    /// `%ch`, `%xr`: the colours of PennMUSH and TinyMUX.
    private static func mushColour(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        guard index + 2 < bytes.count,
            bytes[index + 1] | 0x20 == UInt8(ascii: "c") || bytes[index + 1] | 0x20 == UInt8(ascii: "x"),
            "hrgybmcwxnfiu".utf8.contains(bytes[index + 2] | 0x20)
        else { return 0 }
        return 3
    }

    /// `|r`, `|[r`, `|050`, `|=a`, `|n`, and the older `{r`
    /// (https://www.evennia.com/docs/latest/Concepts/Colors.html).
    private static func colour(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        var place = index + 1
        if place < bytes.count, bytes[place] == UInt8(ascii: "[") { place += 1 }
        guard place < bytes.count else { return 0 }
        if bytes[place] == UInt8(ascii: "="), place + 1 < bytes.count { return place + 2 - index }
        let digits = (place..<min(bytes.count, place + 3)).prefix { (0x30...0x35).contains(bytes[$0]) }.count
        if digits == 3 { return place + 3 - index }
        // What a link does stands before what it shows: `|lc command|lt shown|le`.
        if bytes[place] == UInt8(ascii: "l"), place + 1 < bytes.count, index + 1 == place {
            switch bytes[place + 1] {
            case UInt8(ascii: "c"), UInt8(ascii: "u"):
                let end = min(bytes.count - 2, index + longestTag)
                for shown in (place + 2)..<max(place + 2, end)
                where bytes[shown] == UInt8(ascii: "|") && bytes[shown + 1] == UInt8(ascii: "l")
                    && bytes[shown + 2] == UInt8(ascii: "t")
                {
                    return shown + 3 - index
                }
            case UInt8(ascii: "t"), UInt8(ascii: "e"): return 3
            default: break
            }
        }
        let codes = Array("rgybmcwxRGYBMCWXnhHuiI/-_*^!".utf8)
        return codes.contains(bytes[place]) ? place + 1 - index : 0
    }
}
