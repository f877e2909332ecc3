/// Writes a term as public ciphers of letters would write it.
///
/// The terms are few and the texts are many: what a cipher makes of a term is put into the automaton once, and a text
/// is read for all of them in one pass.
enum Disguises {
    /// How a spelling was made.
    enum Kind: Sendable {
        case plain
        /// A look-alike pair for a letter: "rn" for m.
        case lookAlike
        /// Backwards.
        case reversed
        /// Another letter for each, by a known rule: Caesar, Atbash, the next key of the keyboard.
        case substituted
        /// The front put behind, as in Pig Latin.
        case rotated
        /// The front of its SHA-256 in hex.
        case digest
    }

    /// The first letters of the hashes of a term: as it is written, small, in capitals, with an end of line.
    static func digests(of text: String) -> [[UInt8]] {
        let digits = Array("0123456789abcdef".utf8)
        return [text, text.lowercased(), text.uppercased()].flatMap { [$0, $0 + "\n"] }.map { form in
            SHA256.hash(Array(form.utf8)).prefix(10).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        }
    }

    /// The spellings of a word of at least four letters.
    static func spellings(of word: [UInt8]) -> [(kind: Kind, letters: [UInt8])] {
        var out: [(Kind, [UInt8])] = lookAlikes(of: word).map { (.lookAlike, $0) }
        out.append((.reversed, word.reversed()))
        for shift in UInt8(1)...25 {
            let shifted = word.map { ($0 - 0x61 + shift) % 26 + 0x61 }
            if word.count > 4 || shift == 13 { out.append((.substituted, shifted)) }
            if shift == 13 { out.append((.substituted, shifted.reversed())) }
        }
        let mirrored = word.map { 0x7A - ($0 - 0x61) }
        out += [(.substituted, mirrored), (.substituted, mirrored.reversed())]
        guard word.count > 4 else { return out }
        for rows in [keyboard, keyboard.map { String($0.reversed()) }] {
            if let moved = nextKeys(word, rows) { out.append((.substituted, moved)) }
        }
        for front in 1..<min(word.count, 4) {
            let turned = Array(word[front...] + word[..<front])
            for ending in ["ay", "way", "yay", "hay"] { out.append((.rotated, turned + ending.utf8)) }
        }
        for ending in ["way", "yay", "hay", "ay"] { out.append((.rotated, word + ending.utf8)) }
        return out
    }

    private static let pairs: [(letter: UInt8, twins: [String])] = [
        (UInt8(ascii: "m"), ["rn", "nn"]), (UInt8(ascii: "w"), ["vv", "uu"]), (UInt8(ascii: "d"), ["cl"]),
        (UInt8(ascii: "n"), ["ri"]), (UInt8(ascii: "h"), ["ii"]), (UInt8(ascii: "k"), ["ic"]),
        (UInt8(ascii: "f"), ["ph"]),
    ]

    private static func lookAlikes(of word: [UInt8]) -> [[UInt8]] {
        var out: [[UInt8]] = []
        for (letter, twins) in pairs where word.contains(letter) {
            for twin in twins {
                out.append(word.flatMap { $0 == letter ? Array(twin.utf8) : [$0] })
                for place in word.indices where word[place] == letter {
                    out.append(Array(word[..<place]) + twin.utf8 + word[(place + 1)...])
                }
            }
        }
        return out.filter { $0 != word }
    }

    private static let keyboard = ["qwertyuiop", "asdfghjkl", "zxcvbnm"]

    private static func nextKeys(_ word: [UInt8], _ rows: [String]) -> [UInt8]? {
        var moved: [UInt8] = []
        for letter in word {
            guard let row = rows.first(where: { $0.utf8.contains(letter) }).map({ Array($0.utf8) }),
                let place = row.firstIndex(of: letter)
            else { return nil }
            moved.append(row[(place + 1) % row.count])
        }
        return moved
    }
}
