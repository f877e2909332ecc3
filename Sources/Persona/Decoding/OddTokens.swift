/// Reads words that are no words: letters replaced by digits and marks, letters drawn out, and the codes that use every
/// mark of the keyboard (ROT47, Ascii85, Base85, Z85).
enum OddTokens {
    private static let shortest = 4
    private static let longest = 512
    private static let longestWord = 48

    /// - Parameters:
    ///   - words: takes what may be a word and no sentence.
    ///   - out: takes what was decoded.
    static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        words: inout DecodedText,
        into out: inout DecodedText
    ) {
        kinds.withUnsafeBufferPointer { decode(bytes, $0, words: &words, into: &out) }
    }

    private static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ table: UnsafeBufferPointer<UInt8>,
        words: inout DecodedText,
        into out: inout DecodedText
    ) {
        var index = 0
        while index < bytes.count {
            guard bytes[index] > 0x20 else {
                index += 1
                continue
            }
            let start = index
            var kinds: UInt8 = 0
            var repeats = 0
            // The marks behind the last letter or digit say nothing of the word.
            var inner: UInt8 = 0
            while index < bytes.count, bytes[index] > 0x20 {
                let kind = table[Int(bytes[index])]
                kinds |= kind
                if kind & (Kind.letter | Kind.digit) != 0 { inner = kinds }
                if index > start, bytes[index] | 0x20 == bytes[index - 1] | 0x20 { repeats += 1 }
                index += 1
            }
            guard index - start >= shortest, index - start <= longest, kinds & Kind.other == 0 else { continue }
            let token = bytes[start..<index]
            if inner == Kind.letter && repeats < 2 && kinds != inner && index - start > 6 { continue }
            if repeats >= 2 && kinds & Kind.letter != 0 && token.count <= 2 * longestWord {
                drawnOut(token, into: &words)
            }
            if kinds & (Kind.digit | Kind.mark) != 0 {
                if token.count <= longestWord && kinds & Kind.letter != 0 { leet(token, into: &words) }
                if kinds & Kind.mark != 0 { codes(token, into: &out) } else { base45(token, into: &out) }
            } else if token.count <= longestWord && token.dropFirst().contains(where: { $0 < 0x61 }) {
                base85(token, into: &out)
            }
        }
    }

    private enum Kind {
        static let letter: UInt8 = 1
        static let digit: UInt8 = 2
        static let mark: UInt8 = 4
        static let other: UInt8 = 8
    }

    private static let kinds: [UInt8] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: Kind.digit
        case 0x41...0x5A, 0x61...0x7A: Kind.letter
        case 0x21...0x7E: Kind.mark
        case 0x80...: Kind.mark
        default: Kind.other
        }
    }

    // MARK: Letters drawn out

    /// "TTTiiimmmmmmyyy": each run of a letter by the length of the shortest run, and to one.
    private static func drawnOut(_ token: UnsafeBufferPointer<UInt8>.SubSequence, into words: inout DecodedText) {
        var runs: [(letter: UInt8, count: Int)] = []
        for byte in token {
            if let last = runs.last, last.letter | 0x20 == byte | 0x20 {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((byte | 0x20, 1))
            }
        }
        let unit = runs.map(\.count).min() ?? 1
        guard runs.count >= 3, runs.contains(where: { $0.count > 2 }) || unit > 1 else { return }
        words.take(runs.flatMap { [UInt8](repeating: $0.letter, count: max(1, $0.count / unit)) })
        words.take(runs.map(\.letter))
    }

    // MARK: Leet

    private static let digraphs: [(text: [UInt8], letter: UInt8)] = [
        ("|\\/|", "m"), ("/\\/\\", "m"), ("|\\|", "n"), ("\\/\\/", "w"), ("\\/", "v"), ("|)", "d"), ("|<", "k"),
        ("|{", "k"), ("|-|", "h"), ("]-[", "h"), ("|=", "f"), ("|_|", "u"), ("|_", "l"), ("/-\\", "a"), ("/\\", "a"),
        ("()", "o"),
        ("[]", "o"), ("><", "x"), ("|3", "b"), ("|2", "r"), ("'/", "y"), ("`/", "y"), ("\u{20AC}", "e"),
        ("\u{A3}", "l"), ("\u{A2}", "c"), ("\u{A5}", "y"), ("\u{A7}", "s"), ("\u{DF}", "b"), ("\u{2020}", "t"),
        ("\u{A9}", "c"), ("\u{AE}", "r"),
        ("\u{A1}", "i"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)[0]) }
    private static let startsDigraph: [Bool] = (0..<256).map { value in
        digraphs.contains { $0.text[0] == UInt8(value) }
    }

    /// Which letter a digit or mark stands for; two readings, since 7 is t to one and l to another.
    private static let readings: [[UInt8]] = (0..<2).map { (index: Int) -> [UInt8] in
        var table = [UInt8](repeating: 0, count: 256)
        for byte in UInt8(0x61)...0x7A {
            table[Int(byte)] = byte
            table[Int(byte & 0xDF)] = byte
        }
        let common = ["0o", "1i", "2z", "3e", "4a", "5s", "8b", "$s", "@a", "!i", "|l", "(c", "<c", "{c", "[c"]
        let apart = index == 0 ? ["7t", "+t", "6g", "9g"] : ["7l", "+t", "6b", "9q", "#h", "?y"]
        for pair in common + apart { table[Int(Array(pair.utf8)[0])] = Array(pair.utf8)[1] }
        return table
    }

    /// Reads a word if a digit or mark stands for a letter in it; brackets alone are a call's.
    private static func leet(_ token: UnsafeBufferPointer<UInt8>.SubSequence, into words: inout DecodedText) {
        // What closes a sentence is no letter of it.
        var token = token
        while let last = token.last, closing[Int(last)] { token.removeLast() }
        guard token.count >= shortest, token.contains(where: { strong[Int($0)] || $0 >= 0x80 }) else { return }
        var hasOther = false
        for table in readings {
            var word: [UInt8] = []
            var start = 0
            var marks: UInt8 = 0
            // Only the words in which something stands for a letter, and letters stand as well.
            func endWord() {
                if word.count - start < shortest || marks != 3 { word.removeSubrange(start...) }
                if word.last.map({ $0 != 0x20 }) ?? false { word.append(0x20) }
                start = word.count
                marks = 0
            }
            var place = token.startIndex
            while place < token.endIndex {
                let byte = token[place]
                if startsDigraph[Int(byte)], let pair = digraphs.first(where: { token[place...].starts(with: $0.text) })
                {
                    word.append(pair.letter)
                    place += pair.text.count
                    marks |= 2
                    continue
                }
                let letter = table[Int(byte)]
                if letter == 0 {
                    endWord()
                } else {
                    word.append(letter)
                    marks |= kinds[Int(byte)] == Kind.letter ? 1 : strong[Int(byte)] ? 2 : 0
                    if letter != readings[1][Int(byte)] { hasOther = true }
                }
                place += 1
            }
            endWord()
            if !word.isEmpty { words.take(word) }
            if !hasOther { break }
        }
        if token.count(where: { (0x30...0x39).contains($0) }) >= 2 {
            words.take(token.filter { !(0x30...0x39).contains($0) })
        }
    }

    private static let closing: [Bool] = (0..<256).map { ".,;:!?)\"']}".utf8.contains(UInt8($0)) }
    private static let strong: [Bool] = (0..<256).map { "01345789$@!+|".utf8.contains(UInt8($0)) }

    // MARK: Codes

    private static func codes(_ token: UnsafeBufferPointer<UInt8>.SubSequence, into out: inout DecodedText) {
        guard token.allSatisfy({ $0 < 0x7F }) else { return }
        uuencoded(token, into: &out)
        base45(token, into: &out)
        let turned = token.map { ($0 - 33 + 47) % 94 + 33 }
        if turned.count(where: { kinds[Int($0)] == Kind.letter }) * 5 >= turned.count * 4 { out.take(turned) }
        base85(token, into: &out)
    }

    private static func base85(_ token: UnsafeBufferPointer<UInt8>.SubSequence, into out: inout DecodedText) {
        var token = token
        if token.starts(with: "<~".utf8) { token = token.dropFirst(2) }
        if token.count > 2, token.suffix(2).elementsEqual("~>".utf8) { token = token.dropLast(2) }
        guard token.count >= 5 else { return }
        alphabets.withUnsafeBufferPointer { alphabets in
            for alphabet in 0..<3 {
                // Most tokens are no code, and their first four bytes say so.
                let values = UnsafeBufferPointer(rebasing: alphabets[(256 * alphabet)..<(256 * alphabet + 256)])
                guard group(token.prefix(5), values) != nil else { continue }
                var decoded: [UInt8] = []
                var rest = token
                while rest.count > 1, let (number, bytes) = group(rest.prefix(5), values) {
                    for place in 0..<bytes { decoded.append(UInt8(truncatingIfNeeded: number >> (24 - 8 * place))) }
                    rest = rest.dropFirst(5)
                }
                if rest.count <= 1 { out.takeText(of: decoded) }
            }
        }
    }

    /// Three alphabets, 256 values each: Ascii85, RFC 1924, ZeroMQ's (https://rfc.zeromq.org/spec/32/).
    private static let alphabets: [Int16] = {
        let ascii85 = (33..<118).map { UInt8($0) }
        let base85 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~".utf8)
        let z85 = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)
        return [ascii85, base85, z85].flatMap { alphabet in
            (0..<256).map { value in Int16(alphabet.firstIndex(of: UInt8(value)) ?? -1) }
        }
    }()

    /// Five digits are four bytes, fewer are fewer; nil when one of them is no text.
    private static func group(
        _ digits: UnsafeBufferPointer<UInt8>.SubSequence,
        _ values: UnsafeBufferPointer<Int16>
    ) -> (number: UInt32, bytes: Int)? {
        var number: UInt64 = 0
        for digit in digits {
            let value = values[Int(digit)]
            guard value >= 0 else { return nil }
            number = number * 85 + UInt64(value)
        }
        for _ in digits.count..<5 { number = number * 85 + 84 }
        guard number <= 0xFFFF_FFFF else { return nil }
        for place in 0..<(digits.count - 1) {
            let byte = UInt8(truncatingIfNeeded: number >> UInt64(24 - 8 * place))
            guard byte >= 0x20, byte != 0x7F else { return nil }
        }
        return (UInt32(number), digits.count - 1)
    }

    /// A line of uuencode (POSIX.1-2017, uuencode): its length, and four characters for each three bytes.
    private static func uuencoded(_ token: UnsafeBufferPointer<UInt8>.SubSequence, into out: inout DecodedText) {
        guard let first = token.first, first > 0x20, first <= 0x60, token.allSatisfy({ $0 <= 0x60 }) else { return }
        let length = Int(first - 0x20)
        guard abs((length + 2) / 3 * 4 - (token.count - 1)) <= 3 else { return }
        var decoded: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in token.dropFirst() {
            bits = bits << 6 | UInt32((byte - 0x20) & 0x3F)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        }
        out.takeText(of: Array(decoded.prefix(length)))
    }

    private static let base45Digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)
    private static let base45Values: [Int] = (0..<256).map { base45Digits.firstIndex(of: UInt8($0)) ?? -1 }

    /// RFC 9285: three digits are two bytes, two are one.
    private static func base45(_ token: UnsafeBufferPointer<UInt8>.SubSequence, into out: inout DecodedText) {
        guard token.allSatisfy({ base45Values[Int($0)] >= 0 }) else { return }
        var decoded: [UInt8] = []
        var rest = token
        while rest.count > 1 {
            let digits = rest.prefix(3).map { base45Values[Int($0)] }
            rest = rest.dropFirst(3)
            let number = digits.reversed().reduce(0) { $0 * 45 + $1 }
            guard number <= (digits.count == 3 ? 0xFFFF : 0xFF) else { return }
            if digits.count == 3 { decoded.append(UInt8(number >> 8)) }
            decoded.append(UInt8(number & 0xFF))
        }
        out.takeText(of: decoded)
    }
}
