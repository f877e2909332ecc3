/// Reads the words of a text in the codes of single words. Most words are plain, and no code of any kind: what stands in
/// them says so.
enum Tokens {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// Room for what a token decodes to; at least as many bytes as the token has, and ``shortestRoom``.
    typealias Room = UnsafeMutableBufferPointer<UInt8>

    static let shortestRoom = 1024

    /// What stands in a token, one bit each.
    enum Kind {
        static let lower: UInt16 = 1
        static let upper: UInt16 = 2
        static let digit: UInt16 = 4
        /// A mark that Base45 uses.
        static let mark45: UInt16 = 8
        /// Any other mark below the small letters.
        static let low: UInt16 = 16
        /// `{`, `|`, `}`, `~`.
        static let high: UInt16 = 32
        /// Beyond ASCII.
        static let beyond: UInt16 = 64
        /// Of no text.
        static let none: UInt16 = 128
        /// A digit or mark that stands for a letter to some.
        static let sign: UInt16 = 256
        /// A capital behind a letter or digit.
        static let inner: UInt16 = 512
        /// The same letter twice in a row, at an even place.
        static let double: UInt16 = 1024

        static let letter = lower | upper
        static let mark = mark45 | low | high | beyond
    }

    static let kinds: [UInt16] = (0..<256).map { value in
        let sign = "01345789$@!+|".utf8.contains(UInt8(value)) ? Kind.sign : 0
        switch value {
        case 0x30...0x39: return Kind.digit | sign
        case 0x41...0x5A: return Kind.upper
        case 0x61...0x7A: return Kind.lower
        case 0x24, 0x25, 0x2A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3A: return Kind.mark45 | sign
        case 0x21...0x60: return Kind.low | sign
        case 0x7B...0x7E: return Kind.high | sign
        case 0x80...: return Kind.beyond
        default: return Kind.none
        }
    }

    /// Reads every word in the codes of single words. A new one is a line here, behind what a word must hold for it.
    /// - Parameters:
    ///   - skims: whether words that are no code by their look are passed over.
    ///   - wantsWords: whether other spellings of the words themselves are asked for.
    ///   - words: takes those.
    ///   - texts: takes what was decoded.
    static func decode(
        _ runs: Runs,
        skims: Bool,
        wantsWords: Bool,
        words: inout DecodedText,
        into texts: inout DecodedText
    ) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shortestRoom) { room in
            kinds.withUnsafeBufferPointer { table in
                for word in runs.words where word.count >= 4 {
                    let kinds = word.kinds
                    let looksOdd = kinds & (Kind.sign | Kind.beyond | Kind.double) != 0
                    let mayBeRun = kinds & (Kind.inner | Kind.digit) != 0 || word.count >= 8 || !skims
                    guard mayBeRun || looksOdd || kinds & Kind.mark != 0 else { continue }
                    let token = Bytes(rebasing: runs.bytes[word.start..<word.end])
                    if mayBeRun { EncodedRuns.decode(token, room, into: &texts) }
                    guard token.count <= 512, kinds & Kind.none == 0 else { continue }
                    if wantsWords, kinds & Kind.letter != 0, looksOdd || !skims {
                        OddWords.read(token, kinds, room, into: &words)
                    }
                    if kinds & (Kind.digit | Kind.mark | Kind.inner) != 0 {
                        OddTokens.decode(token, kinds, room, table, into: &texts)
                    }
                }
            }
        }
    }
}
