/// What is odd in a text whatever it says: characters that nobody sees, scripts mixed inside a word, pictures of letters.
///
/// The rule is positive: it says what may stand in a text, so that what nobody has thought of yet is held as well. A world
/// widens it for its languages.
public struct OddityRule: Sendable {
    /// Blocks of scripts beyond those in common use (UAX #31, table 5) that the world's players write in.
    public var scripts: [ClosedRange<UInt32>]
    /// Whether characters for private use may stand in a text, as where players use a font of icons.
    public var allowsPrivateUse: Bool

    /// What a world without wishes of its own has.
    public static let standard = OddityRule(scripts: [], allowsPrivateUse: false)

    /// A rule of the given parts.
    public init(scripts: [ClosedRange<UInt32>], allowsPrivateUse: Bool) {
        self.scripts = scripts
        self.allowsPrivateUse = allowsPrivateUse
    }

    /// Whether the text is odd.
    func isOdd(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var walk = Walk(rule: self)
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                let end = Self.endOfPlain(bytes, from: index)
                if end > index {
                    walk.take(plain: UnsafeBufferPointer(rebasing: bytes[index..<end]))
                    index = end
                } else {
                    walk.take(Unicode.Scalar(bytes[index]), .ascii(bytes[index]))
                    index += 1
                }
            } else if let (scalar, length) = TextFolding.decode(bytes, at: index) {
                walk.take(scalar, Self.kind(of: scalar))
                index += length
            } else {
                index += 1
            }
            if walk.isOdd { return true }
        }
        walk.endWord()
        walk.endPictures()
        return walk.isOdd || walk.bidi > 0 && !walk.hasRightToLeft
    }

    /// Where the printable ASCII and the white space end that begin here.
    private static func endOfPlain(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] < 0x7F, bytes[index] >= 0x20 || bytes[index] == 0x0A { index += 1 }
        return index
    }

    /// What a character is to the rule.
    fileprivate enum Kind {
        case letter(Script)
        case picture, joiner, selector, tag, privateUse, override, embedding, invisible, filler, mark, other
        case rare, strayControl

        static func ascii(_ byte: UInt8) -> Kind {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A: .letter(.latin)
            // A backspace is how manuals are printed bold.
            case 0..<0x08, 0x0E..<0x1B, 0x1C..<0x20, 0x7F: .invisible
            default: .other
            }
        }
    }

    /// Scripts as far as the rule tells them apart.
    fileprivate enum Script: UInt32 {
        case latin = 1
        case greek = 2
        case cyrillic = 4
        case eastAsian = 8
        case rightToLeft = 16
        case other = 32
        case otherFar = 64
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0xAD, 0x200B...0x200C, 0x2060, 0xFEFF, 0x61C, 0x200E, 0x200F: .joiner
        case 0x200D: .mark
        case 0x202D, 0x202E: .override
        case 0x202A...0x202C, 0x2066...0x2069: .embedding
        case 0x2061...0x2065, 0x206A...0x206F, 0xFFF9...0xFFFB, 0x1D173...0x1D17A: .invisible
        case 0x34F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x17B4, 0x17B5, 0x180B...0x180F: .filler
        case 0xFE00...0xFE0F, 0xE0100...0xE01EF: .selector
        case 0xE0000...0xE007F: .tag
        case 0xE000...0xF8FF, 0xF0000...0x10FFFF: .privateUse
        // The marks of Windows' code page, read as Latin-1, are no code.
        case 0x80...0x84, 0x86...0x90, 0x98...0x9F: .strayControl
        case 0x1F1E6...0x1F1FF: .other
        case 0x1F3FB...0x1F3FF: .mark
        case 0x1F300...0x1FAFF, 0x2600...0x27BF, 0x2B00...0x2BFF, 0x2300...0x23FF: .picture
        case 0xC0...0x24F, 0x1E00...0x1EFF, 0xA720...0xA7FF: .letter(.latin)
        case 0x250...0x2AF: .other
        case 0x370...0x3FF, 0x1F00...0x1FFF: .letter(.greek)
        case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: .letter(.cyrillic)
        case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC: .letter(.rightToLeft)
        case 0x900...0x109F: .letter(.other)
        case 0x530...0x58F, 0x10A0...0x10FF, 0x1200...0x139F, 0x1780...0x17FF: .letter(.otherFar)
        case 0x1100...0x11FF, 0x3005...0x318F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0x3400...0x9FFF, 0xAC00...0xD7FF,
            0xF900...0xFAFF, 0x20000...0x323AF, 0xFF66...0xFF9D:
            .letter(.eastAsian)
        case 0x13A0...0x16FF, 0x1700...0x177F, 0x1800...0x1CFF, 0x2C00...0x2C5F, 0x2C80...0x2CFF, 0x2D30...0x2D7F,
            0xA000...0xA63F, 0xA6A0...0xA6FF, 0xA800...0xABFF, 0x10000...0x13FFF, 0x14400...0x1BFFF, 0x1E000...0x1EFFF:
            .rare
        case 0x300...0x36F, 0x20D0...0x20FF: .mark
        default: .other
        }
    }

    /// The walk over the characters.
    private struct Walk {
        let rule: OddityRule
        var isOdd = false
        var bidi = 0
        var hasRightToLeft = false
        private var scripts: UInt32 = 0
        private var letters = 0
        private var greek = 0
        private var far = 0
        private var joiners = 0
        private var hidden = 0
        private var controls = 0
        private var privates = 0
        private var rares = 0
        private var last: Unicode.Scalar = " "
        private var isAfterLetter = false
        private var isInFlag = false
        private var pictures: Set<UInt32> = []
        private var pictureCount = 0
        private var strayControls = 0
        private var jamo: Set<UInt32> = []

        init(rule: OddityRule) { self.rule = rule }

        /// Takes plain ASCII: only what touches the characters on either side matters of it.
        mutating func take(plain bytes: UnsafeBufferPointer<UInt8>) {
            func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
            guard let first = bytes.firstIndex(where: { !isLetter($0) }),
                let last = bytes.lastIndex(where: { !isLetter($0) })
            else {
                for byte in bytes { take(Unicode.Scalar(byte), .letter(.latin)) }
                return
            }
            for byte in bytes[..<first] { take(Unicode.Scalar(byte), .letter(.latin)) }
            take(Unicode.Scalar(bytes[last]), .other)
            for byte in bytes[(last + 1)...] { take(Unicode.Scalar(byte), .letter(.latin)) }
        }

        mutating func take(_ scalar: Unicode.Scalar, _ kind: Kind) {
            switch kind {
            case .letter, .other, .picture, .rare, .privateUse: hidden = 0
            default: break
            }
            if case .letter(let script) = kind { take(letter: scalar, script) } else { take(other: scalar, kind) }
            last = scalar
        }

        private mutating func take(letter scalar: Unicode.Scalar, _ script: Script) {
            if (0x3105...0x318E).contains(scalar.value) { takeJamo(scalar.value) }
            if pictureCount > 0 { endPictures() }
            letters += 1
            scripts |= script.rawValue
            if script == .greek { greek += 1 }
            if script != .latin { far += 1 }
            if script == .rightToLeft { hasRightToLeft = true }
            isAfterLetter = true
            isInFlag = false
        }

        private mutating func take(other scalar: Unicode.Scalar, _ kind: Kind) {
            switch kind {
            case .mark: return
            case .selector: takeSelector(scalar)
            case .tag: if !isInFlag { isOdd = true }
            case .override: isOdd = true
            case .embedding: bidi += 1
            case .joiner: hide(scripts & ~Script.latin.rawValue == 0 && isAfterLetter ? 1 : 0)
            case .filler: isOdd = isOdd || isAfterLetter
            case .invisible: takeControl(scalar)
            case .privateUse: takePrivate()
            case .rare: takeRare(scalar)
            case .strayControl:
                strayControls += 1
                if strayControls > 2 { isOdd = true }
            case .picture:
                endWord()
                isInFlag = scalar.value == 0x1F3F4
                pictures.insert(scalar.value)
                pictureCount += 1
            default:
                endWord()
                endPictures()
                isInFlag = false
            }
        }

        /// The sounds of Bopomofo and Hangul stand for whole words in chats, one or two of them over and over.
        private mutating func takeJamo(_ value: UInt32) {
            jamo.insert(value)
            // Bopomofo is not written into words of ideographs.
            if jamo.count >= 4 || value < 0x3130 && letters > jamo.count && jamo.count > 1 { isOdd = true }
        }

        /// One soft hyphen in a long word helps to break a line; more of them, or several in a row, say something.
        private mutating func hide(_ inWord: Int) {
            joiners += inWord
            hidden += 1
            if joiners > 2 || hidden > 2 { isOdd = true }
        }

        private mutating func takeControl(_ scalar: Unicode.Scalar) {
            if scalar.isASCII {
                controls += 1
                if controls > 3 || isAfterLetter && controls > 1 { isOdd = true }
            } else {
                hidden += 1
                if hidden > 1 { isOdd = true }
            }
        }

        /// Behind a picture or a mark it says how that is drawn; behind a letter, or behind another, it says nothing.
        private mutating func takeSelector(_ scalar: Unicode.Scalar) {
            let isIdeograph = (0x3400...0x9FFF).contains(last.value) || (0x20000...0x323AF).contains(last.value)
            let isSupplement = scalar.value > 0xFFFF
            if isSupplement
                ? !isIdeograph : last.properties.isAlphabetic && !isIdeograph || last.value & 0xFFF0 == 0xFE00
            {
                isOdd = true
            }
        }

        private mutating func takePrivate() {
            privates += 1
            if !rule.allowsPrivateUse && (privates > 2 || isAfterLetter) { isOdd = true }
        }

        private mutating func takeRare(_ scalar: Unicode.Scalar) {
            endPictures()
            guard !rule.scripts.contains(where: { $0.contains(scalar.value) }) else { return }
            rares += 1
            if rares > 1 || isAfterLetter { isOdd = true }
        }

        mutating func endWord() {
            if !jamo.isEmpty { jamo.removeAll(keepingCapacity: true) }
            // Alone, a Greek letter beside Latin ones is a sign of physics or mathematics.
            let isScience = scripts == Script.latin.rawValue | Script.greek.rawValue && greek == 1 && letters <= 4
            if letters > 2 && !isScience && !Self.mayMix(scripts) { isOdd = true }
            scripts = 0
            letters = 0
            greek = 0
            far = 0
            joiners = 0
            isAfterLetter = false
        }

        /// Chinese, Japanese and Korean put Latin letters into words, and so do scripts without spaces between words.
        private static func mayMix(_ scripts: UInt32) -> Bool {
            let latin = Script.latin.rawValue
            if scripts & (scripts - 1) == 0 || scripts == 0 { return true }
            return [Script.eastAsian, .other, .otherFar, .rightToLeft].contains { scripts == latin | $0.rawValue }
        }

        /// Four or more pictures, each another one: a code, or a mood that can be said in words.
        mutating func endPictures() {
            if pictureCount >= 4 && pictures.count == pictureCount || pictureCount >= 6 && pictures.count >= 4
                || pictureCount >= 32 && pictures.count == 2
            {
                isOdd = true
            }
            if pictureCount > 0 {
                pictures.removeAll(keepingCapacity: true)
                pictureCount = 0
            }
        }
    }
}
