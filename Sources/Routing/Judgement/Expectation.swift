public import Persona

/// What is asked of an answer's form, said by the caller or read off the task.
public enum Expectation: Sendable, Equatable {
    /// One JSON value; an object with these keys, if any are named.
    case json(keys: [String])
    /// Code, in a block or bare.
    case code
    /// Yes or no, true or false.
    case yesOrNo
    /// One of these words or phrases.
    case oneOf([String])
    /// A number.
    case number
    /// So many words, give or take.
    case words(Int)
    /// No more words than that.
    case wordsAtMost(Int)
    /// So many sentences.
    case sentences(Int)
    /// One line.
    case oneLine
    /// A list of so many.
    case items(Int)
    /// In that language.
    case language(Language)
}

extension Expectation {
    /// What a task of that kind asks for in so many words. Careful: what is not plain is not expected, because an answer
    /// that is thought bad without being so costs a second one.
    public static func infer(from prompt: BlindPrompt, kind: TaskKind) -> [Expectation] {
        var found = ExpectationReader.shared.read(prompt.task, kind: kind)
        if let instructions = prompt.instructions, found.isEmpty {
            found = ExpectationReader.shared.read(instructions, kind: .general)
        }
        return found
    }
}

/// Reads expectations off a task; its tables are built once.
struct ExpectationReader: Sendable {
    static let shared = ExpectationReader()

    private enum Cue {
        case json, keys, yesOrNo, options, number, words, oneWord, sentences, oneLine, code, counted
        case language(Language)
    }

    /// How much of a task's two ends is read: what is asked stands there, the material between.
    private static let end = 400

    private let automaton: TermAutomaton
    private let cues: [Cue]

    private init() {
        var terms: [TermAutomaton.Term] = []
        var cues: [Cue] = []
        func add(_ cue: Cue, _ phrases: String) {
            for phrase in phrases.split(separator: "|") {
                let isInside = phrase.hasPrefix("~")
                let folded = SentenceFolding.fold(String(isInside ? phrase.dropFirst() : phrase))
                terms.append(TermAutomaton.Term(folded: folded, isWholeWord: !isInside))
                cues.append(cue)
            }
        }
        add(
            .json,
            "as json|in json|return json|json only|only json|json object|json list|json array|valid json|json with|reply json"
                + "|als json|en json|in json format|json format|~json形式|~json格式"
        )
        add(.keys, "keys|fields|with key|with the key|key")
        add(
            .yesOrNo,
            "yes or no|true or false|ja oder nein|oui ou non|si o no|sim ou nao|ja of nee|tak lub nie|tak czy nie|да или нет"
                + "|так чи ні|ja eller nej|evet mi hayir mi|evet veya hayir|~はいかいいえ|~是或否|~是还是否"
        )
        add(
            .options,
            "one of|which category fits best|choose from|pick one|pick from|categories|eines von|un de|una de"
        )
        add(
            .number,
            "just the number|number only|only the number|just a number|only a number|a single number|nur die zahl|nur eine zahl"
                + "|seulement le nombre|solo el numero|solo il numero|so o numero|только число|~数字だけ|~只要数字|~只回答数字"
        )
        add(
            .oneWord,
            "in one word|one word answer|a single word|one word only|in einem wort|en un mot|en una palabra|in una parola|одним словом"
        )
        add(.words, "words|worten|mots|palabras|parole|palavras|woorden|slow|слов|слова")
        add(.sentences, "sentence|sentences|satz|satzen|phrase|phrases|frase|frases|frasi|zin|zinnen")
        add(.oneLine, "one line please|in one line|one liner|single line")
        add(
            .code,
            "write a function|write a python|write a script|write a swift|write a bash|write a program|write a class|write a unit test"
                + "|write code|sql query|one liner|implement|write an html|write a c|write a regex|write the code"
        )
        add(
            .counted,
            "names|uses|bullets|bullet points|ideas|examples|reasons|tips|items|points|steps|things|titles|questions|options|words for"
                + "|namen|ideen|beispiele|grunde|noms|idees|exemples|nombres|ejemplos|nomi|esempi"
        )
        for language in Language.allCases { add(.language(language), language.targets) }
        automaton = TermAutomaton(terms)
        self.cues = cues
    }

    func read(_ task: String, kind: TaskKind) -> [Expectation] {
        var task = task
        return task.withUTF8 { bytes in
            let isShort = bytes.count <= 2 * Self.end
            let head = SentenceFolding.fold(
                UnsafeBufferPointer(rebasing: bytes.prefix(isShort ? bytes.count : Self.end))
            )
            var found = read(head, bytes, kind: kind)
            if !isShort {
                let tail = SentenceFolding.fold(UnsafeBufferPointer(rebasing: bytes.suffix(Self.end)))
                for more in read(tail, bytes, kind: kind) where !found.contains(more) { found.append(more) }
            }
            return found
        }
    }

    private func read(_ folded: [UInt8], _ task: UnsafeBufferPointer<UInt8>, kind: TaskKind) -> [Expectation] {
        var found: [Expectation] = []
        var languages: [Language] = []
        var wantsJSON = false
        var wantsKeys = false
        var wantsOptions = false
        func note(_ expectation: Expectation) { if !found.contains(expectation) { found.append(expectation) } }
        // Numbers in the middle of a text belong to its material.
        func isAtEnd(_ match: TermAutomaton.Match) -> Bool { match.end < 120 || match.end + 120 > folded.count }
        automaton.scan(folded) { match in
            switch cues[match.term] {
            case .json: wantsJSON = true
            case .keys: wantsKeys = true
            case .yesOrNo: note(.yesOrNo)
            case .options: wantsOptions = true
            case .number: note(.number)
            case .oneWord: note(.words(1))
            case .oneLine: note(.oneLine)
            case .code: if kind == .codeGeneration { note(.code) }
            case .words:
                if isAtEnd(match), let (count, isBound) = Self.count(before: match.end, in: folded) {
                    note(isBound ? .wordsAtMost(count) : .words(count))
                }
            case .sentences:
                if isAtEnd(match), let (count, _) = Self.count(before: match.end, in: folded), count < 20 {
                    note(.sentences(count))
                }
            case .counted:
                if match.end < 120, let (count, _) = Self.count(before: match.end, in: folded),
                    (2...30).contains(count),
                    [.contentCreation, .knowledge, .summarization, .general].contains(kind)
                {
                    note(.items(count))
                }
            case .language(let language):
                if kind == .translation && !languages.contains(language) { languages.append(language) }
            }
            return true
        }
        if wantsJSON { found = [.json(keys: wantsKeys ? Self.keys(in: task) : [])] }
        // Several targets are several answers in one.
        if languages.count == 1 { note(.language(languages[0])) }
        if wantsOptions && kind == .classification, let options = Options.read(task) { note(.oneOf(options)) }
        return found
    }

    /// The number in front of the word that ends at `end`, at most two words away, and whether it is a bound.
    private static func count(before end: Int, in folded: [UInt8]) -> (count: Int, isBound: Bool)? {
        let words = lastWords(6, of: folded[..<end])
        for place in words.indices.dropLast().reversed().prefix(2) {
            guard let count = number(words[place]) else { continue }
            let before = words[..<place].suffix(3).map { String(decoding: $0, as: UTF8.self) }
            // A part of a longer number, such as 1,800.
            if let last = before.last, Int(last) != nil { return nil }
            let bounds: Set = [
                "most", "than", "under", "max", "maximum", "to", "maximal", "hochstens", "moins", "plus",
            ]
            return (count, before.contains { bounds.contains($0) })
        }
        return nil
    }

    private static func lastWords(_ count: Int, of text: ArraySlice<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var rest = text
        while words.count < count {
            while rest.last == SentenceFolding.space { rest.removeLast() }
            guard !rest.isEmpty else { break }
            let start = rest.lastIndex(of: SentenceFolding.space).map { $0 + 1 } ?? rest.startIndex
            words.append(Array(rest[start...]))
            rest = rest[..<start]
        }
        return words.reversed()
    }

    private static func number(_ word: [UInt8]) -> Int? {
        if let first = word.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") {
            return Int(String(decoding: word, as: UTF8.self)).flatMap { (1...2_000).contains($0) ? $0 : nil }
        }
        return numerals[String(decoding: word, as: UTF8.self)]
    }

    private static let numerals: [String: Int] = {
        var table: [String: Int] = [:]
        for row in [
            "one two three four five six seven eight nine ten eleven twelve",
            "einem zwei drei vier funf sechs sieben acht neun zehn",
            "une deux trois quatre cinq six sept huit neuf dix",
            "una dos tres cuatro cinco seis siete ocho nueve diez",
            "un due tre quattro cinque sei sette otto nove dieci",
        ] {
            for (index, word) in row.split(separator: " ").enumerated() { table[String(word)] = index + 1 }
        }
        return table
    }()

    /// The keys that a task names in quotes behind the word for them: at most eight.
    private static func keys(in task: UnsafeBufferPointer<UInt8>) -> [String] {
        let head = task.prefix(end)
        for word in ["key", "field"] {
            let letters = Array(word.utf8)
            for start in head.indices.dropLast(letters.count)
            where head[start...].starts(with: letters) && head[start...].prefix(16).contains(UInt8(ascii: "\"")) {
                return quoted(head[start...].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: ":") })
            }
        }
        return []
    }

    private static func quoted(_ bytes: UnsafeBufferPointer<UInt8>.SubSequence) -> [String] {
        let parts = bytes.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.prefix(8)
            .map { String(decoding: parts[$0], as: UTF8.self) }
            .filter { (1...30).contains($0.utf8.count) && !$0.contains(" ") }
    }
}

/// Reads the options of "one of a, b or c".
enum Options {
    /// The options behind a colon or "one of"; nil when there are not between two and twelve short ones.
    static func read(_ task: UnsafeBufferPointer<UInt8>) -> [String]? {
        let text = String(decoding: task.prefix(600), as: UTF8.self)
        for mark in ["one of:", "one of", "choose from", "pick from", "categories", "category", ":"] {
            guard let start = position(of: mark, in: text) else { continue }
            var rest = text[start...].drop { $0 == ":" || $0 == " " }
            rest = rest.prefix { !"\n\"?.!;:()«“".contains($0) }
            let options = rest.split { $0 == "," || $0 == "/" || $0 == "|" }
                .flatMap(splitOr)
                .map { $0.trimming }
                .filter { !$0.isEmpty }
            if (2...12).contains(options.count), options.allSatisfy({ $0.split(separator: " ").count <= 3 }) {
                return options
            }
        }
        return nil
    }

    private static func position(of mark: String, in text: String) -> String.Index? {
        let wanted = Array(mark.utf8)
        let bytes = Array(text.utf8)
        guard bytes.count >= wanted.count else { return nil }
        for start in 0...(bytes.count - wanted.count)
        where zip(bytes[start...], wanted).allSatisfy({ ($0 | 0x20) == ($1 | 0x20) }) {
            return text.utf8.index(text.startIndex, offsetBy: start + wanted.count)
        }
        return nil
    }

    private static func splitOr(_ part: Substring) -> [Substring] {
        let words = part.split(separator: " ")
        guard let or = words.firstIndex(where: { ["or", "oder", "ou", "o", "and"].contains($0) }) else { return [part] }
        let left = words[..<or]
        let right = words[(or + 1)...]
        return [left, right].filter { !$0.isEmpty }.map { Substring($0.joined(separator: " ")) }
    }
}

extension Substring {
    fileprivate var trimming: String {
        let start = drop { $0 == " " || $0 == "'" }
        return String(start.reversed().drop { $0 == " " || $0 == "'" }.reversed())
    }
}
