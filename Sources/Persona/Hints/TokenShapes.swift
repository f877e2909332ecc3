/// Sees tokens that no language and no program writes, whatever they say: codes of two letters (Bacon), taps, capitals
/// strewn over words, and blobs that decode to nothing readable.
///
/// The rule is positive for blobs: pictures, documents, keys and digests are known by how they begin and how long they are.
enum TokenShapes {
    static func isOdd(_ runs: Runs) -> Bool {
        // In a text with other letters a word may be of a language that we cannot speak.
        var walk = Walk(isASCII: runs.isASCII)
        var end = 0
        for word in runs.words {
            if word.start - end >= mostTurns, holdsBits(runs.bytes[end..<word.start]) { return true }
            end = word.end
            walk.take(runs.bytes[word.start..<end], word)
            if walk.isOdd { return true }
        }
        return walk.isStrewn
    }

    /// Spaces and tabs in turn, within one line, are bits.
    private static func holdsBits(_ gap: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
        var turns = 0
        var last: UInt8 = 0
        for byte in gap {
            if byte == 0x0A {
                turns = 0
            } else if byte != last {
                turns += 1
                if turns >= mostTurns { return true }
            }
            last = byte
        }
        return false
    }

    private static let mostTurns = 10

    fileprivate enum Kind {
        static let lower: UInt8 = 1
        static let upper: UInt8 = 2
        static let digit: UInt8 = 4
        static let mark: UInt8 = 8
        static let other: UInt8 = 16
    }

    private static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: Kind.digit
        case 0x41...0x5A: Kind.upper
        case 0x61...0x7A: Kind.lower
        case 0x2B, 0x2D, 0x2F, 0x3D, 0x5F: Kind.mark
        default: Kind.other
        }
    }

    private struct Walk {
        var isOdd = false
        let isASCII: Bool
        private var letters = 0
        private var rises = 0
        private var pair = Pair()
        private var taps = Taps()

        init(isASCII: Bool) { self.isASCII = isASCII }

        /// Capitals all over words that are separated as prose is; identifiers have one for each of their words.
        var isStrewn: Bool { letters >= 24 && rises * 6 >= letters }

        mutating func take(_ token: UnsafeBufferPointer<UInt8>.SubSequence, _ word: Runs.Word) {
            let hasDigit = word.kinds & Tokens.Kind.digit != 0
            let hasLetter = word.kinds & Tokens.Kind.letter != 0
            if hasLetter, !hasDigit, word.kinds & (Tokens.Kind.mark | Tokens.Kind.none) == 0 {
                letters += token.count
                rises += Int(word.rises)
            }
            if isASCII, !hasDigit, word.rises == 0, Unspeakable.isOne(token) { isOdd = true }
            if pair.take(token, hasDigit: hasDigit) || taps.take(token, isMarks: !hasDigit && !hasLetter) {
                isOdd = true
            }
            if word.rises >= 3, hasDigit, token.count >= Blob.shortest, Blob.isOdd(token) { isOdd = true }
        }
    }

    /// A word hardly any two neighbours of which stand in any ordinary word: a name in a cipher with an unknown key.
    private enum Unspeakable {
        static func isOne(_ token: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
            guard token.count >= 5, token.count <= 24 else { return false }
            var word = token
            if let last = word.last, ",.;!?".utf8.contains(last) { word = word.dropLast() }
            guard word.count >= 5, let first = word.first, first | 0x20 >= 0x61, first | 0x20 <= 0x7A,
                word.dropFirst().allSatisfy({ $0 >= 0x61 && $0 <= 0x7A })
            else { return false }
            if first >= 0x61 { return strange(word) }
            var small = [UInt8](word)
            small[0] |= 0x20
            return small.withUnsafeBufferPointer { strange($0[...]) }
        }

        private static func strange(_ word: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
            let pairs = word.count - 1
            // In a word of a language the pairs that are not strange are soon too many.
            return Plausibility.strangePairs(word, exceptFor: min(pairs - 4, pairs * 2 / 5)) != nil
        }
    }

    /// Groups of the same length, of two letters in all.
    private struct Pair {
        private var length = 0
        private var one: UInt8 = 0
        private var two: UInt8 = 0
        private var groups = 0

        mutating func take(_ token: UnsafeBufferPointer<UInt8>.SubSequence, hasDigit: Bool) -> Bool {
            guard token.count >= 4, token.count <= 8, !hasDigit else {
                groups = 0
                return false
            }
            // Most words have three letters, and are none of the group.
            let first = token.startIndex
            if token[first] != token[first + 1], token[first + 2] != token[first], token[first + 2] != token[first + 1]
            {
                groups = 0
                return false
            }
            if token.count != length { groups = 0 }
            if groups == 0 {
                length = token.count
                (one, two) = (token[token.startIndex], 0)
            }
            for byte in token where byte != one && byte != two {
                guard two == 0 else {
                    groups = 0
                    return false
                }
                two = byte
            }
            groups += 1
            return groups >= 4 && two != 0
        }
    }

    /// Groups of one to five of the same mark.
    private struct Taps {
        private var groups = 0
        private var lengths: UInt8 = 0
        private var mark: UInt8 = 0

        mutating func take(_ token: UnsafeBufferPointer<UInt8>.SubSequence, isMarks: Bool) -> Bool {
            let first = token[token.startIndex]
            guard isMarks, token.count <= 6, first < 0x80,
                token.dropLast(groups > 0 ? 1 : 0).allSatisfy({ $0 == first })
            else {
                groups = 0
                lengths = 0
                return false
            }
            if first != mark {
                groups = 0
                lengths = 0
            }
            mark = first
            groups += 1
            lengths |= 1 << UInt8(token.count)
            return groups >= 8 && lengths.nonzeroBitCount >= 3
        }
    }

    /// A run in Base64 of which nobody can say what it is.
    private enum Blob {
        static let shortest = 20

        /// How pictures, sounds, documents, fonts, keys and JSON begin in Base64.
        private static let known = [
            "iVBOR", "/9j/", "R0lGOD", "UklGR", "JVBER", "AAAAB3", "AAAAC3", "AAAAE2", "MII", "d09G", "T1RUT",
            "AAEAAAA",
            "eyJ", "PHN2Z", "PD94b", "Qk0", "SUQz", "T2dn", "AAABAA", "LS0tLS1", "data:", "ssh-", "sha256-", "sha384-",
            "sha512-", "SHA256:", "AGFzbQ", "UEsDB",
        ].map { Array($0.utf8) }

        static func isOdd(_ token: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
            // The longest run of the alphabet inside the token.
            var best = token[token.startIndex..<token.startIndex]
            var start = token.startIndex
            for index in token.startIndex...token.endIndex {
                let isRun = index < token.endIndex && TokenShapes.kinds[Int(token[index])] & ~0xF == 0
                if isRun { continue }
                if index - start > best.count { best = token[start..<index] }
                start = index + 1
            }
            while let last = best.last, last == 0x3D { best = best.dropLast() }
            guard best.count >= shortest, best.count <= 1_024, !isDigest(best.count) else { return false }
            return !known.contains { best.starts(with: $0) || token.starts(with: $0) } && isDense(best)
        }

        /// SHA-256, SHA-384 and SHA-512.
        private static func isDigest(_ count: Int) -> Bool { [43, 64, 86].contains(count) }

        /// Words of an identifier are longer than the runs of one kind in random letters.
        private static func isDense(_ run: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
            var changes = 0
            var kindsSeen: UInt8 = 0
            var marks = 0
            var last: UInt8 = 0
            for byte in run {
                let kind = TokenShapes.kinds[Int(byte)]
                kindsSeen |= kind
                if kind == Kind.mark { marks += 1 }
                // A capital and the small letters behind it are one word.
                if kind != last && !(last == Kind.upper && kind == Kind.lower) { changes += 1 }
                last = kind
            }
            let all = Kind.lower | Kind.upper | Kind.digit
            return kindsSeen & all == all && changes * 5 >= run.count * 2 && marks * 8 <= run.count
        }
    }
}
