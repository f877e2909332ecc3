/// A term of the identity as the detectors compare it.
struct GuardedTerm: Sendable, Undisclosed {
    let identityClass: IdentityClass
    /// Its letters and digits side by side, small, look-alikes of ASCII letters not folded.
    let letters: [UInt8]
    /// The fronts of its hashes.
    let digests: [[UInt8]]
    /// Where its second and later words begin.
    let wordStarts: Set<Int>
    /// Whether its words are so short that they stand inside others: "sam" in "same", "old tim" in "old times".
    let isShort: Bool
    /// Whether it is a full name or the like that tells everything, and no part of one.
    let isWhole: Bool
    /// The letters that it holds, as bits.
    let mask: UInt64
    /// What it sounds like.
    let sound: [UInt8]
    /// Its consonants alone, voiced and unvoiced as one.
    let consonants: [UInt8]

    /// The same without what may be a vowel.
    let firm: [UInt8]

    /// Whether the letters are ASCII, as those that ciphers and spellings work on.
    let isASCII: Bool

    init?(_ identityClass: IdentityClass, _ text: String, isWhole: Bool) {
        var glyphs = Glyphs(reserving: 0)
        glyphs.append(Array(text.utf8))
        guard !glyphs.letters.isEmpty else { return nil }
        self.identityClass = identityClass
        letters = glyphs.letters
        digests = Disguises.digests(of: text)
        wordStarts = Set(glyphs.gaps.indices.dropFirst().filter { glyphs.gaps[$0] > Gap.edge })
        let starts = [0] + wordStarts.sorted() + [glyphs.count]
        isShort = zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 <= IdentityIndex.longestWholeWordTerm }
        self.isWhole = isWhole
        mask = Self.mask(glyphs.letters[...])
        isASCII = glyphs.letters.allSatisfy { $0 < 0x80 }
        let latin = isASCII ? glyphs.letters : Transliteration.latin(of: Array(text.utf8))
        sound = Sound.key(latin[...])
        consonants = Sound.consonants(latin[...])
        firm = Sound.firm(consonants)
    }

    /// Names of living beings are nicknamed, misspelt and written in other scripts; paths are not.
    var isName: Bool { [.name, .alias, .owner, .person].contains(identityClass) }

    /// Whether it is worth looking for in ciphers: a path of sixty letters is not written in one.
    var isWord: Bool { isASCII && letters.count >= 4 && letters.count <= 24 && letters.allSatisfy { $0 >= 0x61 } }

    /// Which letters and digits there are, one bit each.
    static func mask(_ letters: ArraySlice<UInt8>) -> UInt64 {
        letters.reduce(0) { $0 | 1 << UInt64($1 & 0x3F) }
    }
}

/// What words sound like, coarsely: enough to see that "Witlok" is meant to be heard as "Whitlock".
enum Sound {
    /// Consonants by class and vowels as one, doubled sounds once: "timmee" and "timmy" are the same.
    static func key(_ word: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        word.withUnsafeBufferPointer { each($0[...]) { out.append($0) } }
        return out
    }

    /// The same as one number, and how many sounds there are.
    static func hash(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> (hash: UInt64, count: Int) {
        var hash = basis
        var count = 0
        each(word) {
            hash = (hash ^ UInt64($0)) &* prime
            count += 1
        }
        return (hash, count)
    }

    @inline(__always)
    private static func each(_ word: UnsafeBufferPointer<UInt8>.SubSequence, _ take: (UInt8) -> Void) {
        var last: UInt8 = 0
        for index in word.indices {
            let next = index + 1 < word.endIndex ? word[index + 1] : 0
            let sound = sound(word[index], before: next, isFirst: index == word.startIndex)
            if sound != 0 && sound != last { take(sound) }
            if sound != 0 { last = sound }
        }
    }

    @inline(__always)
    private static func sound(_ letter: UInt8, before next: UInt8, isFirst: Bool) -> UInt8 {
        switch letter {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
            UInt8(ascii: "y"):
            return UInt8(ascii: "a")
        // Silent behind another consonant: "wh", "th", "ph".
        case UInt8(ascii: "h"): return isFirst ? letter : 0
        case UInt8(ascii: "c"):
            return next == UInt8(ascii: "e") || next == UInt8(ascii: "i") ? UInt8(ascii: "s") : UInt8(ascii: "k")
        case UInt8(ascii: "q"), UInt8(ascii: "x"): return UInt8(ascii: "k")
        case UInt8(ascii: "p") where next == UInt8(ascii: "h"): return UInt8(ascii: "f")
        case UInt8(ascii: "z"): return UInt8(ascii: "s")
        case UInt8(ascii: "v"): return UInt8(ascii: "f")
        case UInt8(ascii: "d") where next == 0: return UInt8(ascii: "t")
        default: return letter
        }
    }

    /// Consonants without those that are written for vowels.
    static func firm(_ consonants: [UInt8]) -> [UInt8] { consonants.filter { $0 != UInt8(ascii: "w") } }

    /// The consonants, what other scripts do not tell apart as one: t and d, l and r, b and p, v and w.
    static func consonants(_ word: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        word.withUnsafeBufferPointer { eachConsonant($0[...]) { out.append($0) } }
        return out
    }

    /// The same as one number, and how many there are.
    static func consonantHash(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> (hash: UInt64, count: Int) {
        var hash = basis
        var count = 0
        eachConsonant(word) {
            hash = (hash ^ UInt64($0)) &* prime
            count += 1
        }
        return (hash, count)
    }

    /// The number of sounds, or of consonants, that are known already.
    static func hash(of sounds: [UInt8]) -> UInt64 { sounds.reduce(basis) { ($0 ^ UInt64($1)) &* prime } }

    private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01B3

    @inline(__always)
    private static func eachConsonant(_ word: UnsafeBufferPointer<UInt8>.SubSequence, _ take: (UInt8) -> Void) {
        var last: UInt8 = 0
        var isFresh = true
        for index in word.indices {
            let letter = word[index]
            let sound: UInt8
            switch letter {
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "y"):
                continue
            case UInt8(ascii: "h"): continue
            // A glide before a vowel is a consonant, as in "ui"; alone it is a vowel.
            case UInt8(ascii: "u"):
                let next = index + 1 < word.endIndex ? word[index + 1] : 0
                guard isFresh, "aeio".utf8.contains(next) else { continue }
                sound = UInt8(ascii: "w")
            case UInt8(ascii: "d"): sound = UInt8(ascii: "t")
            case UInt8(ascii: "l"): sound = UInt8(ascii: "r")
            case UInt8(ascii: "b"), UInt8(ascii: "f"): sound = UInt8(ascii: "p")
            case UInt8(ascii: "v"): sound = UInt8(ascii: "w")
            case UInt8(ascii: "c"), UInt8(ascii: "q"), UInt8(ascii: "g"), UInt8(ascii: "x"): sound = UInt8(ascii: "k")
            case UInt8(ascii: "z"), UInt8(ascii: "j"): sound = UInt8(ascii: "s")
            default: sound = letter
            }
            if last != sound { take(sound) }
            last = sound
            isFresh = false
        }
    }
}
