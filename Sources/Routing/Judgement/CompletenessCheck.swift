/// Whether an answer is all there.
enum CompletenessCheck {
    static func check(_ view: AnswerView, _ expected: [Expectation]) -> Finding {
        var finding = Finding(1)
        guard view.text.contains(where: isLetterOrDigit) else {
            finding.lower(to: 0, "it is empty")
            return finding
        }
        if view.finish == .length { finding.lower(to: 0.1, "it was cut at the token limit") }
        checkEcho(view, &finding)
        checkEnd(view, &finding)
        checkSubstance(view, expected, &finding)
        checkParts(view, &finding)
        return finding
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte >= 0x80 && byte != 0xE2 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// The task given back, with next to nothing added.
    private static func checkEcho(_ view: AnswerView, _ finding: inout Finding) {
        let task = view.taskFolded
        let answer = view.folded
        guard task.count >= 12, answer.count >= 12 else { return }
        let common = zip(task, answer).prefix { $0 == $1 }.count
        let isWhole = common * 10 >= task.count * 9 && answer.count < task.count * 5 / 4 + 20
        if isWhole && answer.count * 10 >= task.count * 7 && view.task.count < 2_000 {
            finding.lower(to: 0, "it gives the task back")
        }
    }

    /// An end in the middle of a sentence, or a promise of what does not follow.
    private static func checkEnd(_ view: AnswerView, _ finding: inout Finding) {
        guard let last = view.text.last else { return }
        if view.fences % 2 == 1 {
            finding.lower(to: 0.2, "a block of code is not closed")
            return
        }
        if view.fences > 0 && view.text.suffix(3).elementsEqual("```".utf8) { return }
        switch last {
        case UInt8(ascii: ","), UInt8(ascii: "("), UInt8(ascii: "-"): finding.lower(to: 0.2, "it ends in the middle")
        case UInt8(ascii: ":"):
            if view.kind != .codeGeneration { finding.lower(to: 0.2, "it announces what does not follow") }
        default: break
        }
        let lastWords = view.text.suffix(24).split(separator: UInt8(ascii: " "))
        if let word = lastWords.last, lastWords.count > 1, dangling.contains(String(decoding: word, as: UTF8.self)) {
            finding.lower(to: 0.2, "it ends in the middle")
        }
        checkLastLine(view, &finding)
    }

    /// Words that no sentence ends with.
    private static let dangling: Set<String> = [
        "the", "a", "an", "and", "or", "of", "because", "with", "from", "which", "is", "was", "are", "der", "die",
        "das",
        "und", "oder", "weil", "mit", "von", "le", "la", "les", "et", "de", "du", "des", "que", "el", "los", "y", "con",
        "il",
        "e", "di", "het", "een", "en", "van", "per",
    ]

    /// Prose whose sentences end with a mark, but for the last one.
    private static func checkLastLine(_ view: AnswerView, _ finding: inout Finding) {
        guard view.fences == 0, view.text.count > 100, let last = view.text.last,
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(last)
                || last >= 0x80 && view.scripts.isLatin && !isMark(view),
            let line = view.text.suffix(800).split(separator: UInt8(ascii: "\n")).last, line.count > 50
        else { return }
        let hasMarks = line.indices.dropLast().contains { isStop(line[$0]) && line[$0 + 1] <= 0x20 }
        let isList = line.first.map { $0 < UInt8(ascii: "A") || $0 == UInt8(ascii: "|") } ?? false
        if hasMarks && !isList { finding.lower(to: 0.2, "it ends in the middle") }
    }

    private static func isStop(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case ".", "!", "?", ":", ";": true
        default: false
        }
    }

    /// Whether the last character is a mark of three bytes, such as a quotation mark.
    private static func isMark(_ view: AnswerView) -> Bool { view.text.suffix(3).first == 0xE2 }

    // MARK: Substance

    private static let substantial: Set<TaskKind> = [
        .analysis, .architecture, .orchestration, .research, .debugging, .contentCreation,
    ]

    private static func checkSubstance(_ view: AnswerView, _ expected: [Expectation], _ finding: inout Finding) {
        let isThin = view.text.count < (view.kind == .contentCreation ? 6 : 20)
        if isThin && expected.isEmpty && substantial.contains(view.kind) && !view.text.contains(where: isDigit)
            && view.scripts.isLatin
        {
            finding.lower(to: 0.15, "there is nothing in it")
        }
        if view.kind != .general && view.text.count < 120 && isMereConsent(view) {
            finding.lower(to: 0.15, "it promises an answer and gives none")
        }
        if view.marks.hasPlaceholder {
            finding.lower(to: 0.1, "it holds a placeholder instead of the answer")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static let consents = [
        "sure i can help", "sure i d be happy", "certainly i d be happy", "of course i can", "certainly i can",
        "i will now",
        "sure here is", "sure let me", "i d be happy to", "i can help you with that", "sure i ll", "of course i ll",
        "gerne ich", "naturlich ich", "bien sur je", "claro puedo", "i ll get started", "let me get started",
        "certainly here is", "certainly . i d be", "sure . i ll", "of course . i", "sure . i", "certainly . i can",
    ].map { Array($0.utf8) }

    private static func isMereConsent(_ view: AnswerView) -> Bool {
        let sentences = view.folded.count { $0 == SentenceFolding.stop }
        let isBare = view.lines.count == 1 && sentences <= 2
        return isBare && consents.contains { view.folded.starts(with: $0) }
    }

    /// Several questions, and hardly a word for each.
    private static func checkParts(_ view: AnswerView, _ finding: inout Finding) {
        guard view.task.count < 1_000, view.kind != .classification, view.kind != .general,
            view.taskScripts.isLatin, view.scripts.isLatin
        else { return }
        let questions = view.task.count { $0 == UInt8(ascii: "?") }
        if questions >= 3 && view.words < questions {
            finding.lower(to: 0.4, "it answers fewer questions than were asked")
        }
    }
}
