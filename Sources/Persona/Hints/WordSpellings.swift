/// What disguises make of single words, written once: a word of a text is looked up, and not taken apart.
struct WordSpellings: Sendable, Undisclosed {
    /// How a word stands in a text, the plainest first.
    enum Kind: Int, Sendable {
        case plain, plural
        /// Disguised in a way that one public step undoes.
        case sure
        /// A slip, or what may be chance.
        case guess
    }

    struct Entry: Sendable {
        let word: Int
        let kind: Kind
    }

    private var entries: [UInt64: Entry] = [:]
    /// The same with every run of a letter as one.
    private var single: [UInt64: Entry] = [:]
    /// The words themselves.
    private let words: [[UInt8]]
    /// For each length and first letter the last letters, as bits: most words of a text are none of these.
    private var gate = [UInt32](repeating: 0, count: (longest + 1) * 32)

    /// What the words begin and end with, as bits, forwards and backwards.
    private let ends: [(first: UInt32, last: UInt32)]

    /// The most letters of a word of a text that is looked up.
    static let longest = 64
    private static let shortest = 3
    private static let shortestSlip = 4

    init(_ words: [[UInt8]]) {
        self.words = words
        ends = words.filter { !$0.isEmpty }.flatMap { word in
            let (first, last) = (Self.bit(word[0]), Self.bit(word[word.count - 1]))
            let plural = Self.bit(UInt8(ascii: "s"))
            return [(first, last | plural), (last, first)]
        }
        for (index, word) in words.enumerated() { insert(word, index, .plain) }
        for (index, word) in words.enumerated() where word.count >= Self.shortest {
            insert(word + [UInt8(ascii: "s")], index, .plural)
            for code in Self.codes(of: word) { insert(code, index, .sure) }
            guard word.count >= Self.shortestSlip, word.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }) else { continue }
            insert(word.reversed(), index, .sure)
            for spelling in Disguises.spellings(of: word) { insert(spelling.letters, index, .guess) }
            for other in Self.turned(word) + Self.slips(of: word) { insert(other, index, .guess) }
            let drawn = Self.single(word)
            if single[Self.hash(drawn)] == nil { single[Self.hash(drawn)] = Entry(word: index, kind: .guess) }
        }
    }

    private mutating func insert(_ letters: [UInt8], _ word: Int, _ kind: Kind) {
        let hash = Self.hash(letters)
        guard letters.count <= Self.longest, entries[hash] == nil,
            kind.rawValue <= Kind.plural.rawValue || !CommonWords.standard.contains(letters)
        else { return }
        entries[hash] = Entry(word: word, kind: kind)
        if let place = Self.gate(letters.count, letters[0]) { gate[place] |= Self.bit(letters[letters.count - 1]) }
    }

    // MARK: Looking up

    /// The word that these letters stand for. Digits may be among them.
    @inline(__always)
    func entry(_ letters: UnsafeBufferPointer<UInt8>.SubSequence) -> Entry? {
        guard let first = letters.first, let last = letters.last, let place = Self.gate(letters.count, first),
            gate[place] & Self.bit(last) != 0
        else { return nil }
        return entries[Self.hash(letters)]
    }

    /// Whether a word may begin with one of these letters, and end with one of those.
    @inline(__always)
    func mayEnd(_ first: UInt32, _ last: UInt32) -> Bool {
        first != 0 && ends.contains { $0.first & first != 0 && $0.last & last != 0 }
    }

    /// The word that is drawn out in these letters: "Laanteern".
    func entry(drawnOut letters: ArraySlice<UInt8>) -> Entry? { single[Self.hash(Self.single(Array(letters)))] }

    /// The word some of whose letters are masked, by zeros: at least half of them stand there.
    func entry(masked letters: [UInt8]) -> Entry? {
        let known = letters.count { $0 != 0 }
        guard known >= 2, known < letters.count, known * 2 >= letters.count else { return nil }
        return words.firstIndex { word in
            word.count == letters.count && word.count >= Self.shortestSlip
                && zip(letters, word).allSatisfy { $0 == 0 || TextFolding.alike($0) == TextFolding.alike($1) }
        }.map { Entry(word: $0, kind: .guess) }
    }

    @inline(__always)
    private static func gate(_ count: Int, _ first: UInt8) -> Int? {
        count >= 2 && count <= longest ? count << 5 | Int(TextFolding.alike(first | 0x20) & 0x1F) : nil
    }

    @inline(__always)
    static func bit(_ last: UInt8) -> UInt32 { 1 << UInt32(TextFolding.alike(last | 0x20) & 0x1F) }

    @inline(__always)
    private static func hash(_ letters: some Sequence<UInt8>) -> UInt64 {
        letters.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64(TextFolding.alike($1 | 0x20))) &* 0x100_0000_01B3 }
    }

    // MARK: Spellings

    /// One letter more, less, other, or two neighbours exchanged; and without vowels.
    private static func slips(of word: [UInt8]) -> [[UInt8]] {
        var out: [[UInt8]] = []
        for place in 0...word.count {
            let (front, back) = (Array(word[..<place]), word[place...])
            for letter in UInt8(0x61)...0x7A {
                // "thorny" is another word of "thorn", and no slip.
                if !back.isEmpty || !"ydr".utf8.contains(letter) { out.append(front + [letter] + back) }
                if !back.isEmpty { out.append(front + [letter] + back.dropFirst()) }
            }
            if !back.isEmpty { out.append(front + back.dropFirst()) }
            if let one = back.first, let two = back.dropFirst().first {
                out.append(front + [two, one] + back.dropFirst(2))
            }
        }
        let bare = word.filter { !"aeiou".utf8.contains($0) }
        return bare.count >= shortest ? out + [bare] : out
    }

    /// Pig Latin, of words that are too short to be looked for in it by themselves.
    private static func turned(_ word: [UInt8]) -> [[UInt8]] {
        (0..<min(word.count, 4)).flatMap { front in
            ["ay", "way", "yay", "hay"].map { Array(word[front...] + word[..<front] + $0.utf8) }
        }
    }

    /// Hex, Base64 and Base32.
    private static func codes(of word: [UInt8]) -> [[UInt8]] {
        let upper = word.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 }
        let capital = Array(upper.prefix(1) + word.dropFirst())
        let digits = Array("0123456789abcdef".utf8)
        let six = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let five = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var out: [[UInt8]] = []
        for form in [word, capital, upper] {
            var hex: [UInt8] = []
            for byte in form { hex += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            out += [hex, bits(form, 6, six), bits(form, 5, five)]
        }
        return out
    }

    private static func bits(_ bytes: [UInt8], _ width: Int, _ alphabet: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var (value, count) = (0, 0)
        for byte in bytes {
            value = (value << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= width {
                count -= width
                out.append(alphabet[value >> count & (1 << width - 1)])
            }
        }
        if count > 0 { out.append(alphabet[value << (width - count) & (1 << width - 1)]) }
        return out
    }

    private static func single(_ word: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for letter in word where out.last != letter { out.append(letter) }
        return out
    }
}
