internal import Persona

/// What of an answer can be held against another one: its form, and the words, numbers and names in it.
struct ComparedText: Sendable {
    /// The form of a text.
    enum Form: String, Sendable {
        case empty, json, code, list, prose
    }

    let form: Form
    /// The JSON that it is, with or without a fence around it.
    let json: JSONValue?
    /// Its words and numbers in order, without case and marks: the same for texts that differ in nothing else.
    private(set) var folded: [String] = []
    /// The stems of what carries its content, numbers among them.
    private(set) var content: Set<String> = []
    private(set) var numbers: Set<String> = []
    /// Names as they are written, by their folded form.
    private(set) var names: [String: String] = [:]
    /// Yes or no, when it begins so.
    private(set) var stance: Bool?
    private(set) var negations = 0

    init(_ text: String) {
        let bare = Self.unfenced(text)
        json = Self.json(bare.text)
        let tokens = Tokens(bare.text).all
        form =
            if tokens.isEmpty && json == nil { .empty } else if json != nil { .json } else if bare.isWhole {
                .code
            } else if Self.isList(bare.text) { .list } else { .prose }
        read(tokens)
    }

    private mutating func read(_ tokens: [Tokens.Token]) {
        let inside = tokens.lazy.filter { !$0.opensSentence && $0.kind == .word }
        // Where every noun, or every word, is written large, a large letter says nothing.
        let hasNames = form == .prose || form == .list
        let large = inside.filter(\.isLarge).count
        let tellsNames = hasNames && large * 5 <= max(inside.count, 3) * 2
        for (place, token) in tokens.enumerated() {
            let next = place + 1 < tokens.count ? tokens[place + 1].folded : ""
            guard let number = number(token, next: next) else {
                folded.append(token.folded)
                take(token, isFirst: place == 0, tellsNames: tellsNames)
                continue
            }
            folded.append(number)
            numbers.insert(number)
            content.insert(number)
        }
    }

    private mutating func take(_ token: Tokens.Token, isFirst: Bool, tellsNames: Bool) {
        let word = token.folded
        if isFirst { stance = ComparisonWords.stances[word] }
        if ComparisonWords.negations.contains(word) || word.hasSuffix("n't") { negations += 1 }
        guard !ComparisonWords.fillers.contains(word) else { return }
        content.insert(Self.stem(word))
        guard tellsNames, token.isLarge, word.utf8.count > 1 else { return }
        // The first word of a sentence is written large whatever it is.
        if token.opensSentence && CommonWords.standard.contains(word.utf8) { return }
        names[word] = token.text
    }

    /// The number that a token says, as digits.
    private func number(_ token: Tokens.Token, next: String) -> String? {
        if token.kind == .number { return token.folded }
        // "One of them" counts nothing.
        if token.folded == "one" && (token.opensSentence || ComparisonWords.afterOne.contains(next)) { return nil }
        return ComparisonWords.numbers[token.folded]
    }

    // MARK: Form

    /// The text inside of the one fence that it consists of; else the text.
    private static func unfenced(_ text: String) -> (text: String, isWhole: Bool) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.first, line.allSatisfy(\.isWhitespace) { lines.removeFirst() }
        while let line = lines.last, line.allSatisfy(\.isWhitespace) { lines.removeLast() }
        guard lines.count >= 2, let first = lines.first, let last = lines.last, first.hasPrefix("```"),
            last.hasPrefix("```"), lines.dropFirst().dropLast().allSatisfy({ !$0.hasPrefix("```") })
        else { return (text, false) }
        return (lines.dropFirst().dropLast().joined(separator: "\n"), true)
    }

    /// Objects and arrays: a number or a word alone is prose as well.
    private static func json(_ text: String) -> JSONValue? {
        guard let first = text.first(where: { !$0.isWhitespace }), first == "{" || first == "[" else { return nil }
        return Array(text.utf8).withUnsafeBytes { try? JSONParser.parse($0, deepest: 64) }
    }

    /// Most of its lines are items.
    private static func isList(_ text: String) -> Bool {
        let lines = text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
        let items = lines.filter { line in
            let bare = line.drop { $0.isWhitespace }
            if let mark = bare.first, "-*\u{2022}".contains(mark) { return bare.dropFirst().first == " " }
            let digits = bare.prefix { $0.isNumber }
            let mark = bare.dropFirst(digits.count).first
            return !digits.isEmpty && digits.count <= 3 && (mark == "." || mark == ")")
        }
        return items.count >= 2 && items.count * 2 > lines.count
    }

    /// A word without its commonest endings: enough to know "lights" and "lighted" for the same.
    static func stem(_ word: String) -> String {
        var stem = word[...]
        if stem.hasSuffix("'s") { stem = stem.dropLast(2) }
        guard stem.utf8.count > 4 else { return String(stem) }
        for (ending, replacement) in [("ies", "y"), ("ing", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", "")] {
            guard stem.hasSuffix(ending), stem.utf8.count - ending.utf8.count >= 3 else { continue }
            if ending == "s" && stem.hasSuffix("ss") { break }
            stem = stem.dropLast(ending.count)
            return Self.withoutE(stem + replacement)
        }
        return Self.withoutE(String(stem))
    }

    /// "change" and "changing" end alike.
    private static func withoutE(_ stem: String) -> String {
        stem.utf8.count > 4 && stem.hasSuffix("e") ? String(stem.dropLast()) : stem
    }
}

/// The words and numbers of a text, in order.
struct Tokens {
    struct Token: Sendable {
        enum Kind: Sendable { case word, number }

        let kind: Kind
        let text: String
        /// Without case; of a number, its digits in one form.
        let folded: String
        let opensSentence: Bool

        /// Whether it is written with a large first letter.
        var isLarge: Bool { text.unicodeScalars.first?.properties.isUppercase ?? false }
    }

    private(set) var all: [Token] = []
    private var opensSentence = true
    private var opensLine = true

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var place = 0
        while place < scalars.count {
            let scalar = scalars[place]
            if scalar.isDigit {
                place = takeNumber(scalars, from: place)
            } else if scalar.isIdeograph {
                add(.word, String(scalar), String(scalar))
                place += 1
            } else if scalar.properties.isAlphabetic {
                place = takeWord(scalars, from: place)
            } else {
                mark(scalar)
                place += 1
            }
        }
    }

    private mutating func mark(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\n":
            opensSentence = true
            opensLine = true
        case ".", "!", "?", ":", "\u{3002}", "\u{2026}": opensSentence = true
        default: break
        }
    }

    private mutating func add(_ kind: Token.Kind, _ text: String, _ folded: String) {
        all.append(Token(kind: kind, text: text, folded: folded, opensSentence: opensSentence))
        opensSentence = false
        opensLine = false
    }

    private mutating func takeWord(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
        var end = start
        while end < scalars.count {
            let scalar = scalars[end]
            let isInner = scalar == "'" || scalar == "\u{2019}"
            let goesOn =
                isInner
                ? end + 1 < scalars.count && scalars[end + 1].properties.isAlphabetic
                : (scalar.properties.isAlphabetic && !scalar.isIdeograph) || scalar.isDigit || scalar.isMark
            guard goesOn else { break }
            end += 1
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[start..<end].map { $0 == "\u{2019}" ? "'" : $0 })
        add(.word, String(text), String(text).lowercased())
        return end
    }

    /// A number with its fraction; groups of thousands are joined, and a unit behind it is a word of its own.
    private mutating func takeNumber(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
        var end = start
        var digits = ""
        var hasFraction = false
        while end < scalars.count {
            let scalar = scalars[end]
            if scalar.isDigit {
                digits.unicodeScalars.append(scalar)
            } else if scalar == "," || scalar == ".", end + 1 < scalars.count, scalars[end + 1].isDigit {
                var group = 0
                while end + 1 + group < scalars.count, scalars[end + 1 + group].isDigit { group += 1 }
                if scalar == "." || group != 3 {
                    // A second point is a version or a date: it stays one number, as it is written.
                    hasFraction = true
                    digits += "."
                }
            } else {
                break
            }
            end += 1
        }
        let isItem = opensLine && end < scalars.count && (scalars[end] == "." || scalars[end] == ")")
        let isNegative =
            start > 0 && (scalars[start - 1] == "-" || scalars[start - 1] == "\u{2212}")
            && (start == 1 || scalars[start - 2].properties.isWhitespace)
        var suffix = end
        while suffix < scalars.count, scalars[suffix].properties.isAlphabetic { suffix += 1 }
        let ending = String(String.UnicodeScalarView(scalars[end..<suffix])).lowercased()
        if isItem {
            // The number of a list's item is no number of the answer's.
            opensSentence = true
            opensLine = false
            return end
        }
        add(.number, digits, (isNegative ? "-" : "") + Self.plain(digits, hasFraction: hasFraction))
        return ["st", "nd", "rd", "th"].contains(ending) ? suffix : end
    }

    private static func plain(_ digits: String, hasFraction: Bool) -> String {
        var plain = digits[...]
        if hasFraction, plain.filter({ $0 == "." }).count == 1 {
            while plain.last == "0" { plain = plain.dropLast() }
            if plain.last == "." { plain = plain.dropLast() }
        }
        while plain.count > 1, plain.first == "0", plain.dropFirst().first != "." { plain = plain.dropFirst() }
        return String(plain)
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isMark: Bool { properties.generalCategory == .nonspacingMark }
    /// Scripts that write no spaces: each sign stands alone.
    fileprivate var isIdeograph: Bool { (0x3040...0x30FF).contains(value) || (0x3400...0x9FFF).contains(value) }
}
