/// Decides whether a sentence says who speaks, and what of it may stay.
enum SelfNaming {
    /// What becomes of a sentence.
    enum Judgement: Equatable {
        /// It names nobody as the speaker.
        case none
        /// This is left of it, perhaps nothing.
        case cut(String)
    }

    static func judge(_ sentence: String) -> Judgement {
        let text = masked(sentence)
        if text.contains(where: { $0.isWide }) {
            return WideSelfNaming.isNaming(text) ? .cut("") : .none
        }
        let words = Words(text)
        guard let place = words.namingPlace else { return .none }
        return .cut(rest(of: sentence, words, from: place))
    }

    /// The sentence with spaces for what is quoted and for code: others speak there.
    private static func masked(_ sentence: String) -> String {
        let pairs: [Character: Character] = [
            "\"": "\"", "`": "`", "\u{201C}": "\u{201D}", "\u{201E}": "\u{201C}", "\u{AB}": "\u{BB}",
            "\u{300C}": "\u{300D}",
        ]
        var out: [Character] = []
        var closing: Character?
        var opened = 0
        for character in sentence {
            if let closer = closing {
                out.append(" ")
                if character == closer { closing = nil }
            } else if let closer = pairs[character] {
                closing = closer
                opened = out.count
                out.append(" ")
            } else {
                out.append(character)
            }
        }
        // What was never closed is no quotation.
        if closing != nil { return String(out[..<opened]) + String(sentence.dropFirst(opened)) }
        return String(out)
    }

    /// "As ChatGPT, I can say that it rains." leaves "I can say that it rains."; what explains the name goes with it.
    private static func rest(of sentence: String, _ words: Words, from place: Int) -> String {
        guard let comma = words.commaBehind(place) else { return "" }
        var rest = sentence[comma...].dropFirst().drop { $0.isWhitespace || $0 == "-" || $0 == "\u{2014}" }
        for word in ["and ", "but ", "so "] where rest.lowercased().hasPrefix(word) {
            rest = rest.dropFirst(word.count)
        }
        let kept = Words(String(rest))
        guard kept.items.count >= 3, kept.namingPlace == nil, !kept.items.contains(where: { $0.kind == .strong }),
            let first = kept.items.first, first.kind == nil, !Words.explaining.contains(first.text)
        else { return "" }
        return rest.prefix(1).uppercased() + rest.dropFirst()
    }
}

extension Character {
    /// Whether it is of a script that puts no spaces between words.
    var isWide: Bool {
        unicodeScalars.first.map {
            (0x3040...0x30FF).contains($0.value) || (0x3400...0x9FFF).contains($0.value)
                || (0xAC00...0xD7A3).contains($0.value)
        } ?? false
    }
}

/// The words of a sentence, small, and where they stand.
struct Words {
    struct Item {
        let text: Substring
        let kind: VendorNames.Kind?
        let isCapital: Bool
        let end: String.Index
        /// Whether a comma, a dash or a bracket stands before it.
        let isBehindMark: Bool
    }

    private let sentence: String
    private(set) var items: [Item] = []

    init(_ sentence: String) {
        self.sentence = sentence
        let separators: Set<Character> = [
            ",", ";", ":", "(", ")", "!", "?", "\u{2014}", "\u{2013}", "*", "_", "#", ">", "[", "]", "\u{2026}",
            "\u{BF}", "\u{A1}", "\u{60C}", "\u{61B}", "\u{964}",
        ]
        var index = sentence.startIndex
        var isBehindMark = false
        while index < sentence.endIndex {
            let character = sentence[index]
            if character.isWhitespace || separators.contains(character) || character == "-" {
                if !character.isWhitespace && character != "*" && character != "_" { isBehindMark = true }
                index = sentence.index(after: index)
                continue
            }
            let end = sentence[index...].firstIndex { $0.isWhitespace || separators.contains($0) } ?? sentence.endIndex
            var word = sentence[index..<end]
            while let last = word.last, [".", "'", "\u{2019}"].contains(last) { word = word.dropLast() }
            add(word, end, isBehindMark)
            isBehindMark = false
            index = end
        }
    }

    private mutating func add(_ word: Substring, _ end: String.Index, _ isBehindMark: Bool) {
        let isCapital = word.first?.isUppercase ?? false
        var small = Substring(word.lowercased().replacing("\u{2019}", with: "'"))
        // "Anthropic's" and "l'IA".
        if small.hasSuffix("'s") && VendorNames.kind(of: small.dropLast(2)) != nil { small = small.dropLast(2) }
        for front in ["d'", "l'", "qu'"] where small.hasPrefix(front) { small = small.dropFirst(front.count) }
        guard !small.isEmpty else { return }
        items.append(
            Item(
                text: small,
                kind: VendorNames.kind(of: small),
                isCapital: isCapital,
                end: end,
                isBehindMark: isBehindMark
            )
        )
    }

    /// The comma behind a word.
    func commaBehind(_ place: Int) -> String.Index? {
        sentence[items[place].end...].firstIndex { $0 == "," || $0 == ";" || $0 == "\u{2014}" }
    }
}
