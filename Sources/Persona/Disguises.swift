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
        /// The keys of a telephone that its letters stand on.
        case keypad
        /// The front of a hash of it in hex.
        case digest
    }

    /// The first letters of the hashes of a term: as it is written, small, in capitals, with an end of line.
    static func digests(of text: String) -> [[UInt8]] {
        let digits = Array("0123456789abcdef".utf8)
        return [text, text.lowercased(), text.uppercased()].flatMap { [$0, $0 + "\n"] }.flatMap { form in
            [SHA256.hash, ClassicDigests.md5, ClassicDigests.sha1].map { hash in
                hash(Array(form.utf8)).prefix(10).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            }
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
        if word.count > 5 { out.append((.keypad, word.map { keypad[Int($0) - 0x61] })) }
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

    /// A term with digits or marks in it, such as a key: turned by half the alphabet, and backwards.
    static func spellings(ofKey key: [UInt8]) -> [(kind: Kind, letters: [UInt8])] {
        let turned = key.map { letter in
            (0x61...0x7A).contains(letter) ? (letter - 0x61 + 13) % 26 + 0x61 : letter
        }
        let spellings: [(Kind, [UInt8])] = [(.reversed, key.reversed())]
        return turned == key ? spellings : spellings + [(.substituted, turned), (.reversed, turned.reversed())]
    }

    private static let keypad = Array("22233344455566677778889999".utf8)

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
