/// Finds words of other scripts that sound like a name.
struct ForeignWords: Sendable, Undisclosed {
    private let terms: [GuardedTerm]
    /// The first term of each sound, and of each row of consonants, by their hashes.
    private let sounds: [UInt64: Int]
    private let consonants: [UInt64: Int]

    init(_ all: [GuardedTerm]) {
        let terms = all.filter { $0.isName && $0.letters.count >= 4 || $0.isWord && $0.letters.count >= 6 }
        self.terms = terms
        sounds = Dictionary(
            terms.enumerated().filter { $1.sound.count >= 4 }.map { (Sound.hash(of: $1.sound), $0) },
            uniquingKeysWith: min
        )
        consonants = Dictionary(
            terms.enumerated().map { (Sound.hash(of: $1.consonants), $0) },
            uniquingKeysWith: min
        )
    }

    private static let longestWord = 24

    /// - Parameter found: takes a guess for each name that a word sounds like.
    func detect(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Trace) -> Void) {
        guard !terms.isEmpty else { return }
        var words = Words()
        var index = 0
        while index < bytes.count {
            guard bytes[index] >= 0x80 else {
                words.endWord()
                while index < bytes.count, bytes[index] < 0x80 {
                    words.latin &+= bytes[index] | 0x20 >= 0x61 && bytes[index] | 0x20 <= 0x7A ? 1 : 0
                    index += 1
                }
                continue
            }
            guard let (scalar, length) = TextFolding.decode(bytes, at: index) else {
                index += 1
                continue
            }
            index += length
            if Self.isForeignLetter(scalar) {
                words.take(scalar)
            } else if scalar.properties.generalCategory == .otherPunctuation {
                words.endWord()
            }
        }
        words.endWord()
        // A word alone in a text of Latin letters was put there; among its like it is a word among words.
        let isStranger = words.ends.count <= 4 && words.latin > words.foreign
        var start = 0
        words.sounds.withUnsafeBufferPointer { sounds in
            for end in words.ends {
                if let term = term(sounding: sounds[start..<end], coarsely: isStranger) {
                    found(Trace(identityClass: term.identityClass, certainty: .guessed, isWhole: false, field: 0))
                }
                start = end
            }
        }
    }

    /// The words so far, as they sound.
    private struct Words {
        var latin = 0
        private(set) var foreign = 0
        private(set) var sounds: [UInt8] = []
        /// Where the sounds of each word end.
        private(set) var ends: [Int] = []
        private var scalars = 0
        /// A text has few letters, and the names of characters are slow to come by.
        private var known: [UInt32: [UInt8]] = [:]

        mutating func take(_ scalar: Unicode.Scalar) {
            foreign += 1
            scalars += 1
            if let sound = Transliteration.common(scalar) ?? known[scalar.value] {
                sounds += sound
            } else {
                let sound = Transliteration.sounds(of: scalar)
                known[scalar.value] = sound
                sounds += sound
            }
        }

        mutating func endWord() {
            guard scalars > 0 else { return }
            if scalars >= 2 && scalars <= ForeignWords.longestWord {
                ends.append(sounds.count)
            } else {
                sounds.removeLast(sounds.count - (ends.last ?? 0))
            }
            scalars = 0
        }
    }

    private func term(sounding word: UnsafeBufferPointer<UInt8>.SubSequence, coarsely: Bool) -> GuardedTerm? {
        let key = Sound.hash(word)
        let alike = Sound.consonantHash(word)
        let bySound = key.count >= (coarsely ? 4 : 6) ? sounds[key.hash] : nil
        let byConsonants = alike.count >= (coarsely ? 2 : 5) ? consonants[alike.hash] : nil
        let firmly = coarsely ? firmTerm(word) : nil
        return [bySound, byConsonants, firmly].compactMap { $0 }.min().map { terms[$0] }
    }

    /// Scripts without vowels write some of them with the signs of w and y.
    private func firmTerm(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> Int? {
        let firm = Sound.firm(Sound.consonants(Array(word)[...]))
        return firm.count >= 3 ? terms.firstIndex { $0.firm == firm } : nil
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
