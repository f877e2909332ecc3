/// Whether an answer has the form that was asked for.
enum FormatCheck {
    static func check(_ view: AnswerView, _ expected: [Expectation]) -> Finding {
        var finding = Finding(1)
        guard !view.isEmpty else { return finding }
        for expectation in expected { check(view, expectation, &finding) }
        if view.kind == .codeGeneration && !expected.contains(.code) && !view.looksLikeCode {
            finding.lower(to: 0.2, "code was asked for, and there is none")
        }
        if view.kind == .summarization && view.text.count > view.task.count && view.task.count > 120 {
            finding.lower(to: 0.2, "the summary is longer than the text")
        }
        if !expected.contains(where: { if case .language = $0 { true } else { false } }) {
            checkSameLanguage(view, &finding)
        }
        return finding
    }

    private static func check(_ view: AnswerView, _ expectation: Expectation, _ finding: inout Finding) {
        switch expectation {
        case .json(let keys): checkJSON(view, keys, &finding)
        case .code:
            if !view.looksLikeCode { finding.lower(to: 0.1, "code was asked for, and there is none") }
        case .yesOrNo: finding.lower(to: yesOrNo(view), "yes or no was asked for")
        case .oneOf(let options): finding.lower(to: oneOf(view, options), "it names none of the choices")
        case .number:
            if !hasNumber(view) {
                finding.lower(to: 0.1, "a number was asked for, and there is none")
            } else if view.words > 12 {
                finding.lower(to: 0.5, "a number alone was asked for")
            }
        case .words(let count): finding.lower(to: words(view.words, count), "its length is not what was asked for")
        case .wordsAtMost(let count):
            if view.words * 2 > count * 3 { finding.lower(to: 0.1, "it is longer than was asked for") }
        case .sentences(let count):
            let sentences = max(1, view.folded.count { $0 == SentenceFolding.stop })
            if sentences > count * 2 + 2 { finding.lower(to: 0.2, "it has more sentences than were asked for") }
        case .oneLine:
            if view.lines.count > 3 && view.fences == 0 { finding.lower(to: 0.4, "one line was asked for") }
        case .items(let count): checkItems(view, count, &finding)
        case .language(let language): checkLanguage(view, language, &finding)
        }
    }

    // MARK: JSON

    private static func checkJSON(_ view: AnswerView, _ keys: [String], _ finding: inout Finding) {
        let text = view.text
        let open = text.firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
        let close = text.lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") }
        var found = JSONShape.keys(of: text, in: 0..<text.count)
        let isBare = found != nil
        if !isBare, let open, let close, open < close { found = JSONShape.keys(of: text, in: open..<(close + 1)) }
        guard let found else { return finding.lower(to: 0, "it is not JSON") }
        // Prose around it is a nuisance to a program; a fence is usual.
        if !isBare && view.fences == 0 { finding.lower(to: 0.5, "there is other text around the JSON") }
        if !keys.allSatisfy(found.contains) { finding.lower(to: 0.15, "the JSON lacks keys that were asked for") }
    }

    // MARK: Short forms

    private static let yesAndNo: Set<String> = [
        "yes", "no", "true", "false", "ja", "nein", "nee", "oui", "non", "si", "sim", "nao", "tak", "nie", "да", "нет",
        "так", "ні", "nej", "evet", "hayir", "はい", "いいえ", "是", "否", "不是", "是的", "예", "아니요", "네", "نعم", "لا", "हाँ", "नहीं",
        "हां", "yep", "nope", "correct",
        "incorrect", "y", "n",
    ]

    private static func yesOrNo(_ view: AnswerView) -> Double {
        let words = view.folded.split(separator: SentenceFolding.space).lazy
            .filter { $0.first.map { $0 > SentenceFolding.stop } ?? false }
            .prefix(40)
            .map { String(decoding: $0, as: UTF8.self) }
        if words.prefix(2).contains(where: yesAndNo.contains) { return 1 }
        if words.contains(where: yesAndNo.contains) { return 0.7 }
        // "An answer with yes or no" of the last line, or a JSON value.
        return view.words <= 3 && view.folded.count > 60 ? 0.5 : 0.1
    }

    private static func oneOf(_ view: AnswerView, _ options: [String]) -> Double {
        let text = [SentenceFolding.space] + view.folded.prefix(1_200) + [SentenceFolding.space]
        let isNamed = options.contains { option in
            let folded = SentenceFolding.fold(option).filter { $0 != SentenceFolding.stop }
            return !folded.isEmpty && contains(text, [SentenceFolding.space] + folded + [SentenceFolding.space])
        }
        guard isNamed else { return 0.1 }
        return view.words > 60 ? 0.6 : 1
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { start in
            text[start] == part[0] && text[start..<(start + part.count)].elementsEqual(part)
        }
    }

    private static let numerals: Set<String> = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "null", "eins", "zwei", "drei", "vier", "funf", "none", "twenty", "thirty", "hundred",
    ]

    private static func hasNumber(_ view: AnswerView) -> Bool {
        if view.text.prefix(400).contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return true
        }
        return view.folded.prefix(200).split(separator: SentenceFolding.space)
            .contains { numerals.contains(String(decoding: $0, as: UTF8.self)) }
    }

    private static func words(_ has: Int, _ wanted: Int) -> Double {
        if abs(has - wanted) <= max(2, wanted / 3) { return 1 }
        // A bound that is understood as "about" by most.
        if has > wanted { return has > wanted * 2 + 3 ? 0.1 : 0.6 }
        return has * 2 < wanted ? 0.3 : 0.7
    }

    private static func checkItems(_ view: AnswerView, _ wanted: Int, _ finding: inout Finding) {
        let lines = view.lines.count
        let marked = view.lines.count { line in
            let first = view.text[line.lowerBound]
            return "-*+".utf8.contains(first) || first == 0xE2
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        }
        let commas =
            view.text.prefix(AnswerView.window).count { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") } + 1
        let has = marked >= 2 ? marked : max(marked, lines, commas)
        if has * 3 < wanted * 2 || (marked == 1 && wanted > 2 && lines < wanted) {
            finding.lower(to: 0.2, "it lists fewer than were asked for")
        } else if marked > wanted * 2 {
            finding.lower(to: 0.7, "it lists more than were asked for")
        }
    }

    // MARK: Language

    private static func checkLanguage(_ view: AnswerView, _ wanted: Language, _ finding: inout Finding) {
        let byScript: Set<Language> = [.russian, .ukrainian, .japanese, .chinese, .korean, .arabic, .hindi]
        if byScript.contains(wanted) && view.scripts.language == nil {
            // A gloss beside it may outweigh it; none of its letters at all may not.
            let letters = ScriptCount(view.text)
            if letters.strangers(to: ScriptCount(UnsafeBufferPointer(start: nil, count: 0))) == 0 {
                finding.lower(to: 0.1, "it is not in the language that was asked for")
            }
        } else if !byScript.contains(wanted) && !view.scripts.isLatin && view.scripts.latin * 2 < view.text.count / 3 {
            finding.lower(to: 0.1, "it is not in the language that was asked for")
        } else if let language = Language.of(view.folded, scripts: view.scripts), !near(language, wanted) {
            finding.lower(to: 0.1, "it is not in the language that was asked for")
        }
        if echoes(view) { finding.lower(to: 0.1, "it is the text itself, not a translation") }
    }

    /// Whether the answer is a part of the task, word for word.
    private static func echoes(_ view: AnswerView) -> Bool {
        let text = view.folded.prefix(200)
        guard text.count >= 12 else { return false }
        return contains(view.taskFolded, Array(text))
    }

    private static func near(_ one: Language, _ other: Language) -> Bool {
        let cyrillic: Set<Language> = [.russian, .ukrainian]
        return one == other || (cyrillic.contains(one) && cyrillic.contains(other))
    }

    /// Without another wish an answer is in the language of its task. Where the task speaks of languages, brings material
    /// or asks for code, nothing is expected.
    private static func checkSameLanguage(_ view: AnswerView, _ finding: inout Finding) {
        guard ![.translation, .extraction, .codeGeneration, .longDocument, .multimodal].contains(view.kind),
            view.task.count < 600, view.fences == 0, !view.looksLikeCode,
            let answered = Language.of(view.folded + [SentenceFolding.space], scripts: view.scripts),
            let asked = Language.of(view.taskFolded + [SentenceFolding.space], scripts: view.taskScripts)
                ?? byQuestion(view),
            !near(asked, answered), !speaksOfLanguages(view)
        else { return }
        finding.lower(to: 0.2, "it is in another language than the task")
    }

    /// A short task has too few small words; how its question opens tells the language as well.
    private static func byQuestion(_ view: AnswerView) -> Language? {
        guard view.taskScripts.isLatin else { return nil }
        let words = view.taskFolded.prefix(40).split(separator: SentenceFolding.space).prefix(3)
            .map { String(decoding: $0, as: UTF8.self) }
        for word in words { if let language = questionWords[word] { return language } }
        return nil
    }

    private static let questionWords: [String: Language] = [
        "warum": .german, "wieso": .german, "welche": .german, "schreibe": .german, "vergleiche": .german,
        "erklare": .german, "pourquoi": .french, "quelle": .french, "quels": .french, "ecris": .french,
        "comment": .french,
        "resume": .french, "porque": .spanish, "cual": .spanish, "explica": .spanish, "escribe": .spanish,
        "perche": .italian,
        "quale": .italian, "scrivi": .italian, "waarom": .dutch, "welke": .dutch, "dlaczego": .polish, "jaka": .polish,
        "varfor": .swedish, "how": .english, "why": .english, "what": .english, "which": .english, "who": .english,
        "describe": .english, "explain": .english, "compare": .english, "write": .english,
    ]

    private static let languageNames = [
        "english", "german", "french", "spanish", "italian", "portugu", "dutch", "polish", "swedish", "turkish",
        "russian",
        "ukrain", "japan", "chinese", "korean", "arabic", "hindi", "latin", "englisch", "deutsch", "franzos", "anglais",
        "allemand", "francais", "ingles", "espanol", "translat", "language", "sprache", "langue", "idioma", "lingua",
    ].map { Array($0.utf8) }

    /// Whether the task has to do with languages.
    static func speaksOfLanguages(_ view: AnswerView) -> Bool {
        languageNames.contains { contains(view.taskFolded, $0) }
    }
}
