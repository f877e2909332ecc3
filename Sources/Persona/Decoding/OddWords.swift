/// Reads words that are no words: letters replaced by digits and marks, and letters drawn out.
enum OddWords {
    private typealias Bytes = Tokens.Bytes
    private typealias Kind = Tokens.Kind

    private static let shortest = 4
    private static let longest = 48

    /// The word as it may have been meant.
    static func read(
        _ token: Tokens.Bytes,
        _ kinds: UInt16,
        _ room: Tokens.Room,
        into words: inout DecodedText
    ) {
        if kinds & Kind.double != 0, token.count <= 2 * longest, isDrawnOut(token) {
            takeDrawnOut(token, room, into: &words)
        }
        if kinds & (Kind.sign | Kind.beyond) != 0, token.count <= longest { takeLeet(token, kinds, room, into: &words) }
    }

    // MARK: Letters drawn out

    /// Whether a letter stands three times in a row, or each twice at least.
    private static func isDrawnOut(_ token: Bytes) -> Bool {
        var runs = 1
        var run = 1
        var longest = 1
        var hasSingle = false
        for index in 1..<token.count {
            if token[index] | 0x20 == token[index - 1] | 0x20 {
                run += 1
                longest = max(longest, run)
            } else {
                if run == 1 { hasSingle = true }
                runs += 1
                run = 1
            }
        }
        if run == 1 { hasSingle = true }
        return runs >= 3 && (longest > 2 || !hasSingle)
    }

    /// "TTTiiimmmmmmyyy": each run of a letter by the length of the shortest run, and to one.
    private static func takeDrawnOut(_ token: Bytes, _ room: Tokens.Room, into words: inout DecodedText) {
        var shortest = token.count
        eachRun(of: token) { shortest = min(shortest, $1) }
        for unit in [shortest, token.count] {
            var count = 0
            eachRun(of: token) { letter, length in
                for _ in 0..<max(1, length / unit) {
                    room[count] = letter
                    count += 1
                }
            }
            words.take(Bytes(rebasing: room[..<count]))
        }
    }

    private static func eachRun(of token: Bytes, _ take: (_ letter: UInt8, _ length: Int) -> Void) {
        var start = 0
        for index in 1...token.count where index == token.count || token[index] | 0x20 != token[start] | 0x20 {
            take(token[start] | 0x20, index - start)
            start = index
        }
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
    static let readings: [[UInt8]] = (0..<2).map { (index: Int) -> [UInt8] in
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

    private static let closing: [Bool] = (0..<256).map { ".,;:!?)\"']}".utf8.contains(UInt8($0)) }
    private static let strong: [Bool] = (0..<256).map { "01345789$@!+|".utf8.contains(UInt8($0)) }

    /// Reads a word if a digit or mark stands for a letter in it; brackets alone are a call's.
    private static func takeLeet(
        _ token: Bytes,
        _ kinds: UInt16,
        _ room: Tokens.Room,
        into words: inout DecodedText
    ) {
        // What closes a sentence is no letter of it.
        var count = token.count
        while count > 0, closing[Int(token[count - 1])] { count -= 1 }
        let token = Bytes(rebasing: token[..<count])
        guard count >= shortest, token.contains(where: { strong[Int($0)] || $0 >= 0x80 }) else { return }
        for reading in readings {
            var word = LeetWord(room: room)
            let hasOther = word.read(token, reading)
            if word.count > 0 { words.take(Bytes(rebasing: room[..<word.count])) }
            if !hasOther { break }
        }
        if kinds & Kind.digit != 0, token.count(where: isDigit) >= 2 {
            words.take(token.lazy.filter { !isDigit($0) })
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// What a token says in one reading: only its words in which something stands for a letter, and letters stand as well.
    private struct LeetWord {
        let room: Tokens.Room
        var count = 0
        private var start = 0
        private var hasLetter = false
        private var hasSign = false

        init(room: Tokens.Room) { self.room = room }

        /// Whether another reading may say something else.
        mutating func read(_ token: Bytes, _ reading: [UInt8]) -> Bool {
            var hasOther = false
            var place = 0
            while place < token.count {
                let byte = token[place]
                if startsDigraph[Int(byte)], let pair = digraphs.first(where: { token[place...].starts(with: $0.text) })
                {
                    append(pair.letter)
                    hasSign = true
                    place += pair.text.count
                    continue
                }
                let letter = reading[Int(byte)]
                if letter == 0 {
                    endWord()
                } else {
                    append(letter)
                    if byte | 0x20 == letter { hasLetter = true } else if strong[Int(byte)] { hasSign = true }
                    if letter != readings[1][Int(byte)] { hasOther = true }
                }
                place += 1
            }
            endWord()
            return hasOther
        }

        private mutating func append(_ letter: UInt8) {
            room[count] = letter
            count += 1
        }

        private mutating func endWord() {
            if count - start < shortest || !hasLetter || !hasSign { count = start }
            if count > 0, room[count - 1] != 0x20 { append(0x20) }
            start = count
            hasLetter = false
            hasSign = false
        }
    }
}
