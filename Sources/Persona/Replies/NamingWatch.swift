/// Reads a sentence as it comes, and says how much of it may be shown before its end.
///
/// From the first sign of a naming on nothing is shown. Signs are a name, the beginning of what leads to one ("I am a", "as"),
/// and what makers do beside who speaks ("I .. made"). What leads to a name is shown after all with the first word that
/// cannot lead there ("I am a baker"); behind the other signs the sentence is held to its end. How much may be shown depends
/// on the bytes so far alone, not on how they were cut into pieces; each is read once.
struct NamingWatch: Sendable {
    /// How many bytes may be shown.
    private(set) var clear = 0
    /// Whether it holds a name, so that ``SelfNaming`` has to judge it.
    private(set) var hasName = false

    private typealias Meaning = NamingSigns.Meaning

    /// Nothing more is shown before the end.
    private var isSealed = false
    /// What leads to a name may be under way.
    private var isIntroduction = false
    /// What was said of persons and deeds.
    private var said: Meaning = []
    private var read = 0
    /// Where the word began that is being read, and whether it is all ASCII.
    private var word: (start: Int, isASCII: Bool)?

    /// Reads on.
    /// - Parameter sentence: all that is known of it.
    mutating func read(_ sentence: ArraySlice<UInt8>, isEnd: Bool) {
        guard !hasName else { return }
        sentence.withUnsafeBufferPointer { bytes in
            Self.kinds.withUnsafeBufferPointer { kinds in
                while read < bytes.count && !hasName { step(bytes, kinds) }
            }
            if isEnd { endWord(bytes) } else { look(bytes) }
        }
    }

    @inline(__always)
    private mutating func step(_ bytes: UnsafeBufferPointer<UInt8>, _ kinds: UnsafeBufferPointer<Kind>) {
        let byte = bytes[read]
        let kind = kinds[Int(byte)]
        if kind == .letter {
            var index = read + 1
            while index < bytes.count && kinds[Int(bytes[index])] == .letter { index += 1 }
            if word == nil { word = (read, true) }
            read = index
        } else if kind == .wideLetter && !isTimes(bytes) {
            word = (word?.start ?? read, false)
            read = min(read + 2, bytes.count)
        } else {
            endWord(bytes)
            if !hasName { read = min(read + mark(bytes, byte, kind), bytes.count) }
        }
    }

    /// The signs for times and divided by, which stand among letters.
    private func isTimes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes[read] == 0xC3 && (at(bytes, 1) == 0x97 || at(bytes, 1) == 0xB7)
    }

    private func at(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int) -> UInt8 {
        read + offset < bytes.count ? bytes[read + offset] : 0
    }

    // MARK: Words

    private mutating func endWord(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let (start, isASCII) = word else { return }
        word = nil
        let letters = UnsafeBufferPointer(rebasing: bytes[start..<read])
        let wanted: Meaning = isSealed ? [.name, .stem] : isIntroduction ? .all : Meaning.all.subtracting(.link)
        var meaning = NamingSigns.standard.meaning(of: letters, isASCII: isASCII, wanted: wanted)
        if meaning.contains(.stem), Self.goesOn(at(bytes, 0)) { meaning.insert(.name) }
        if meaning.contains(.name) {
            hasName = true
            isSealed = true
        }
        guard !isSealed else { return }
        let known = said.union(meaning).intersection([.person, .deed])
        if known == [.person, .deed] {
            isSealed = true
            return
        }
        said = known
        if isIntroduction {
            if !meaning.isEmpty || isBehindApostrophe(bytes, start) { return }
            endIntroduction(with: bytes[start])
            if isSealed { return }
        }
        if meaning.contains(.opener) { isIntroduction = true } else { clear = read }
    }

    /// At the end of a piece: what of the word that is being read can be shown already.
    private mutating func look(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let (start, isASCII) = word, !isSealed else { return }
        let letters = UnsafeBufferPointer(rebasing: bytes[start..<read])
        func mayBecome(_ wanted: Meaning) -> Bool {
            NamingSigns.standard.mayBecome(letters, isASCII: isASCII, wanted: wanted)
        }
        if isIntroduction {
            if isBehindApostrophe(bytes, start) || mayBecome(.all) { return }
            endIntroduction(with: bytes[start])
            if !isSealed { clear = read }
        } else {
            var wanted: Meaning = [.name, .stem, .opener]
            if said.contains(.deed) { wanted.insert(.person) }
            if said.contains(.person) { wanted.insert(.deed) }
            if !mayBecome(wanted) { clear = read }
        }
    }

    /// "m" of "I'm" says nothing by itself.
    private func isBehindApostrophe(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
        start > 0 && bytes[start - 1] == UInt8(ascii: "'")
            || start > 2 && bytes[start - 3] == 0xE2 && bytes[start - 2] == 0x80 && bytes[start - 1] == 0x99
    }

    /// A word leads to no name; but if it is one itself that nobody here knows, its maker's may follow: "I'm Command R, by
    /// Cohere".
    private mutating func endIntroduction(with byte: UInt8) {
        isIntroduction = false
        isSealed = (0x41...0x5A).contains(byte)
    }

    /// Whether a name that has digits may go on behind its letters: "ai21", "glm-4", "x.ai".
    private static func goesOn(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    // MARK: Marks

    /// - Returns: how many bytes it has.
    private mutating func mark(_ bytes: UnsafeBufferPointer<UInt8>, _ byte: UInt8, _ kind: Kind) -> Int {
        switch kind {
        case .digit:
            isIntroduction = false
            if !isSealed { clear = read + 1 }
        // Behind a word that is shown it goes with it.
        case .stop where clear == read && clear > 0 && !isIntroduction && !isSealed: clear = read + 1
        case .quote: quote()
        case .latin:
            if at(bytes, 1) == 0xAB { quote() }
            return 2
        case .far:
            let next = at(bytes, 1)
            // Letters that look like others, such as the sign of kelvin.
            if next == 0x84 { seal() }
            if next == 0x80, at(bytes, 2) == 0x9C || at(bytes, 2) == 0x9E { quote() }
            return 3
        case .emoji: return 4
        // How an emoji is drawn.
        case .other where byte == 0xEF && at(bytes, 1) == 0xB8 && at(bytes, 2) == 0x8F: return 3
        case .other: seal()
        case .wideLetter: return 2
        case .stop, .mark, .letter: break
        }
        return 1
    }

    /// What is quoted does not count, if the quotation is ever closed: what was under way stays so.
    private mutating func quote() { if isIntroduction { isSealed = true } }

    /// Nothing is known about what comes.
    private mutating func seal() {
        isSealed = true
        hasName = true
    }

    private enum Kind: UInt8 {
        case mark
        case letter
        /// The first of two bytes of a letter: Latin, Greek, Cyrillic.
        case wideLetter
        case digit
        case stop
        case quote
        /// The first of two bytes: marks of Latin-1.
        case latin
        /// The first of three bytes: punctuation, arrows, symbols.
        case far
        /// The first of four bytes.
        case emoji
        /// Of scripts that are not read here, and accents that stand alone.
        case other
    }

    private static let kinds: [Kind] = (0..<256).map { byte in
        switch byte {
        case 0x41...0x5A, 0x61...0x7A: .letter
        case 0x30...0x39: .digit
        case 0x21, 0x2E, 0x3F: .stop
        case 0x22, 0x60: .quote
        case 0xC2: .latin
        case 0xC3...0xCB, 0xCE...0xD3: .wideLetter
        case 0xE2: .far
        case 0xF0...0xF4: .emoji
        case 0x80...0xFF: .other
        default: .mark
        }
    }
}
