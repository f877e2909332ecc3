/// Finds words of other scripts that sound like a name.
struct ForeignWords: Sendable, Undisclosed {
    private let terms: [GuardedTerm]

    init(_ all: [GuardedTerm]) {
        terms = all.filter { $0.isName && $0.letters.count >= 4 || $0.isWord && $0.letters.count >= 6 }
    }

    private static let longestWord = 24

    /// - Parameter found: takes a guess for each name that a word sounds like.
    func detect(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        var word: [UInt8] = []
        var scalars = 0
        var latin = 0
        var foreign = 0
        var words: [(sounds: [UInt8], scalars: Int)] = []
        func endWord() {
            if scalars >= 2 && scalars <= Self.longestWord { words.append((word, scalars)) }
            word.removeAll(keepingCapacity: true)
            scalars = 0
        }
        var index = 0
        while index < bytes.count {
            guard bytes[index] >= 0x80 else {
                if bytes[index] | 0x20 >= 0x61 && bytes[index] | 0x20 <= 0x7A { latin += 1 }
                endWord()
                index += 1
                continue
            }
            guard let (scalar, length) = TextFolding.decode(bytes, at: index) else {
                index += 1
                continue
            }
            index += length
            if Self.isForeignLetter(scalar) {
                foreign += 1
                scalars += 1
                word += Transliteration.sounds(of: scalar)
            } else if scalar.properties.generalCategory == .otherPunctuation {
                endWord()
            }
        }
        endWord()
        guard !words.isEmpty else { return }
        // A word alone in a text of Latin letters was put there; among its like it is a word among words.
        let isStranger = words.count <= 4 && latin > foreign
        for (sounds, _) in words {
            if let term = term(sounding: sounds, coarsely: isStranger) {
                found(Trace(identityClass: term.identityClass, certainty: .guessed, isWhole: false, field: 0))
            }
        }
    }

    private func term(sounding word: [UInt8], coarsely: Bool) -> GuardedTerm? {
        let key = Sound.key(word[...])
        let consonants = Sound.consonants(word[...])
        return terms.first { term in
            if key == term.sound && term.sound.count >= 4 { return true }
            guard consonants == term.consonants else { return false }
            return consonants.count >= (coarsely ? 2 : 5)
        }
    }

    /// Letters of scripts other than Latin, with the marks that belong to them.
    private static func isForeignLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x370...0x1FFF, 0x2D00...0x2DFF, 0x3041...0x30FF, 0x31F0...0x31FF, 0x3400...0x9FFF, 0xA640...0xA69F,
            0xAC00...0xD7A3, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0xFF66...0xFF9D:
            switch scalar.properties.generalCategory {
            case .otherPunctuation, .dashPunctuation, .otherSymbol, .decimalNumber: return false
            default: return !(0x1D00...0x1EFF).contains(scalar.value)
            }
        default: return false
        }
    }
}
