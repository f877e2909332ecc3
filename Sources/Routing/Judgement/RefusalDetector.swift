internal import Persona

/// Says whether a text is the model's refusal to do the task.
///
/// In a game most of what looks like a refusal is none: a character cannot open a door, a guard won't help, a letter
/// declines an offer, code holds a chatbot's phrases. So a refusal must speak in the first person of helping, not of a
/// world; stand at the opening or be the whole rest of a short answer; and not be followed by the work itself.
/// Pure and bounded: it reads the first 600 bytes and the last 200, and an answer without any cue costs one pass.
public struct RefusalDetector: Sendable {
    /// What the detector made of a text.
    public struct Verdict: Sendable, Equatable {
        /// Why, without a word of the text.
        public enum Reason: String, Sendable {
            case noCue = "it holds no phrase of a refusal"
            case tooWeak = "its phrases do not make a refusal"
            case quoted = "the phrases are quoted"
            case code = "it is code or data"
            case character = "a character of the task's world speaks"
            case asked = "the task is about refusing"
            case answersAllTheSame = "it refuses a part and does the rest"
            case declines = "it declines to help"
            case citesRules = "it declines and cites rules"
            case citesNature = "it declines and speaks of itself as a model"
        }

        /// Whether the model refused.
        public let isRefusal: Bool
        /// From 0 to 1: how sure that is.
        public let confidence: Double
        /// Why.
        public let reason: Reason
    }

    /// How many bytes at the opening are read.
    static let openingLength = 600
    /// How many bytes at the end are read.
    static let endingLength = 200
    /// The points that make a refusal.
    private static let threshold = 0.7

    private let tables = Tables.shared

    /// A detector.
    public init() {}

    /// What phrases are looked for: built once, some milliseconds of work.
    private struct Tables: Sendable {
        static let shared = Tables()

        let triggers: TermAutomaton
        let cues: TermAutomaton
        let meanings: [RefusalCues.Meaning]
        let tasks: TermAutomaton
        let taskMeanings: [RefusalTask]

        init() {
            let all = RefusalCues.all
            meanings = all.map(\.meaning)
            cues = TermAutomaton(all.map { Self.term($0.phrase) })
            triggers = TermAutomaton(
                all.filter { RefusalCues.triggers.contains($0.meaning) }.map { Self.term($0.phrase) }
            )
            let words = RefusalTask.all
            taskMeanings = words.map(\.0)
            tasks = TermAutomaton(words.map { Self.term($0.1) })
        }

        private static func term(_ phrase: String) -> TermAutomaton.Term {
            let isInside = phrase.hasPrefix("~")
            return TermAutomaton.Term(
                folded: SentenceFolding.fold(isInside ? String(phrase.dropFirst()) : phrase),
                isWholeWord: !isInside
            )
        }
    }

    /// Whether the text refuses the task, which is of that kind.
    public func verdict(on text: String, task: String, kind: TaskKind) -> Verdict {
        var text = text
        return text.withUTF8 { bytes in
            let isShort = bytes.count <= Self.openingLength + Self.endingLength
            let opening = UnsafeBufferPointer(rebasing: bytes.prefix(isShort ? bytes.count : Self.openingLength))
            let folded = SentenceFolding.fold(opening)
            if tables.triggers.firstMatch(in: folded) != nil {
                let isData = Self.isData(opening)
                return weigh(folded, length: bytes.count, isData: isData, task: task, kind: kind)
            }
            guard !isShort else { return Verdict(isRefusal: false, confidence: 0.99, reason: .noCue) }
            return ending(UnsafeBufferPointer(rebasing: bytes.suffix(Self.endingLength)))
        }
    }

    /// A long text that ends in a refusal: only when it is beyond doubt, because it may be a story's last line.
    private func ending(_ bytes: UnsafeBufferPointer<UInt8>) -> Verdict {
        let folded = SentenceFolding.fold(bytes)
        guard tables.triggers.firstMatch(in: folded) != nil else {
            return Verdict(isRefusal: false, confidence: 0.99, reason: .noCue)
        }
        let sentences = sentences(of: folded)
        let points = sentences.last.map { $0.isQuoted ? 0 : Self.points($0, before: sentences.dropLast().last) } ?? 0
        let isCertain = points >= 0.9 && (sentences.last?.has(.object) ?? false)
        return Verdict(
            isRefusal: isCertain,
            confidence: isCertain ? 0.8 : 0.9,
            reason: isCertain ? .declines : .tooWeak
        )
    }

    // MARK: Weighing

    private func weigh(_ folded: [UInt8], length: Int, isData: Bool, task: String, kind: TaskKind) -> Verdict {
        func no(_ reason: Verdict.Reason, _ confidence: Double = 0.9) -> Verdict {
            Verdict(isRefusal: false, confidence: confidence, reason: reason)
        }
        if isData { return no(.code) }
        let sentences = sentences(of: folded)
        guard let best = Self.best(sentences) else { return no(.tooWeak) }
        if sentences[best.index].isQuoted { return no(.quoted) }
        guard best.points >= Self.threshold else { return no(.tooWeak, 0.8) }
        var points = best.points
        let about = taskWords(task)
        if about.isAboutRefusing { return no(.asked) }
        let isModel = sentences.prefix(best.index + 2).contains { $0.has(.identity) }
        // A made-up world in the answer, or a part to play in the task: only what no character would say counts.
        let isFormal = sentences[best.index].has(.formal)
        if sentences.contains(where: { $0.has(.world) }) && !isModel { points -= isFormal ? 0.2 : 0.4 }
        if about.isPart && !isModel && !isFormal { points -= 0.4 }
        guard points >= Self.threshold else { return no(.character) }
        guard !Self.goesOn(sentences, after: best.index, length: length, folded: folded.count) else {
            return no(.answersAllTheSame, 0.8)
        }
        let citesRules = sentences.contains { $0.has(.policy) }
        return Verdict(
            isRefusal: true,
            confidence: min(0.99, 0.5 + points / 2.5),
            reason: isModel ? .citesNature : citesRules ? .citesRules : .declines
        )
    }

    /// The sentence that refuses most, and its points.
    private static func best(_ sentences: [Sentence]) -> (index: Int, points: Double)? {
        var best: (index: Int, points: Double)?
        for (index, sentence) in sentences.enumerated() where sentence.isTelling {
            var points = points(sentence, before: index > 0 ? sentences[index - 1] : nil)
            if points >= 0.4 && index + 1 < sentences.count && sentences[index + 1].has(.formal) { points += 0.35 }
            // Quoted once is quoted: what a character says stands for the whole.
            if sentence.isQuoted { points /= 2 }
            // A refusal stands at the opening, or is what an answer comes down to.
            if index > 2 && index < sentences.count - 1 { points -= 0.1 * Double(index - 2) }
            if points > best?.points ?? 0 { best = (index, points) }
        }
        return best
    }

    /// What a sentence is worth: 0.7 and more is a refusal.
    private static func points(_ sentence: Sentence, before: Sentence?) -> Double {
        let cannot = sentence.has(.unable) || (sentence.has(.able) && sentence.has(.negation))
        var points = 0.0
        if sentence.has(.refusal) { points = 0.75 }
        if cannot && sentence.has(.deed) { points = max(points, 0.5) }
        if cannot && sentence.has(.object) { points = max(points, 0.55) }
        if cannot && sentence.has(.deed) && sentence.has(.object) { points = max(points, 0.8) }
        if sentence.has(.unwilling) { points = max(points, 0.4) }
        if sentence.has(.unwilling) && sentence.has(.deed) { points = max(points, 0.5) }
        if sentence.has(.unwilling) && sentence.has(.object) { points = max(points, 0.75) }
        let declines = cannot || sentence.has(.unwilling) || sentence.has(.refusal)
        // A model that speaks of itself or of its rules needs to say less.
        if declines && (sentence.has(.identity) || before?.has(.identity) ?? false) { points = max(points, 0.3) + 0.45 }
        if declines && (sentence.has(.policy) || before?.has(.policy) ?? false) { points = max(points, 0.3) + 0.45 }
        if points >= 0.4 && (sentence.has(.apology) || before?.has(.apology) ?? false) { points += 0.15 }
        if points >= 0.5 && sentence.has(.offer) { points += 0.1 }
        return points
    }

    /// Whether the work follows the refusal: what comes after it is neither an offer nor an excuse, and there is much
    /// of it.
    private static func goesOn(_ sentences: [Sentence], after index: Int, length: Int, folded: Int) -> Bool {
        var work = sentences[index].has(.turn) && !sentences[index].has(.offer) ? 60 : 0
        for sentence in sentences[(index + 1)...] {
            let isExcuse = [.offer, .apology, .policy, .refusal, .identity].contains { sentence.has($0) }
            if sentence.has(.turn) { work += 60 }
            if !isExcuse && !sentence.isTelling { work += sentence.length }
        }
        return work + max(0, length - folded) / 2 > 130
    }

    // MARK: Looking

    /// What a sentence holds.
    private struct Sentence {
        var bits: UInt32 = 0
        var length = 0
        var isQuoted = false

        func has(_ meaning: RefusalCues.Meaning) -> Bool { bits & (1 << UInt32(meaning.rawValue)) != 0 }

        var isTelling: Bool { has(.refusal) || has(.unable) || has(.able) || has(.unwilling) }
    }

    /// The sentences with their cues. A sentence is quoted when its telling cue is.
    private func sentences(of folded: [UInt8]) -> [Sentence] {
        var ends: [Int] = []
        var quotes: [Int] = []
        for (offset, byte) in folded.enumerated() where byte < SentenceFolding.stop + 1 {
            if byte == SentenceFolding.stop { ends.append(offset) }
            if byte == SentenceFolding.quote { quotes.append(offset) }
        }
        if ends.last.map({ $0 < folded.count - 2 }) ?? true { ends.append(folded.count) }
        var sentences = [Sentence](repeating: Sentence(), count: ends.count)
        var start = 0
        for (index, end) in ends.enumerated() {
            sentences[index].length = end - start
            start = end
        }
        var sentence = 0
        var quote = 0
        tables.cues.scan(folded) { match in
            while sentence < ends.count - 1 && match.end > ends[sentence] { sentence += 1 }
            while quote < quotes.count && quotes[quote] < match.end { quote += 1 }
            let meaning = tables.meanings[match.term]
            sentences[sentence].bits |= 1 << UInt32(meaning.rawValue)
            if quote % 2 == 1 && RefusalCues.triggers.contains(meaning) { sentences[sentence].isQuoted = true }
            return true
        }
        return sentences
    }

    /// Whether the text is not prose: it opens like code, data, a list, a quotation or a speaker's line.
    private static func isData(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first(where: { $0 > 0x20 }) else { return false }
        if [UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|")].contains(
            first
        ) {
            return true
        }
        var letters = 0
        for (offset, byte) in bytes.prefix(40).enumerated() {
            if byte == UInt8(ascii: "`") && offset < 3 { return true }
            if byte == UInt8(ascii: ":") { return letters > 0 && offset == letters && offset + 1 < bytes.count }
            if byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") { letters += 1 } else { break }
        }
        return false
    }

    private func taskWords(_ task: String) -> (isAboutRefusing: Bool, isPart: Bool) {
        var task = task
        let folded = task.withUTF8 { SentenceFolding.fold(UnsafeBufferPointer(rebasing: $0.prefix(2_000))) }
        var isAboutRefusing = false
        var isPart = false
        tables.tasks.scan(folded) { match in
            switch tables.taskMeanings[match.term] {
            case .refusing: isAboutRefusing = true
            case .part: isPart = true
            }
            return true
        }
        return (isAboutRefusing, isPart)
    }
}

/// What a task's words say about the refusals in its answer.
enum RefusalTask {
    /// It asks for a refusal, or holds one as its material.
    case refusing
    /// It gives a part to play.
    case part

    static let all: [(RefusalTask, String)] =
        refusingWords.split(separator: "|").map { (.refusing, String($0)) }
        + partWords.split(separator: "|").map { (.part, String($0)) }

    private static let refusingWords =
        "~refus|~declin|reject|rejects|rejecting|rejection|turn down|turning down|turn away|say no|saying no|apology|apologise|apologize"
        + "|can t grant|can t help|cannot help|can t assist|cannot assist|can t answer|cannot answer|unable to|language model"
        + "|could not help|of an ai|won t|~absage|~ablehn|absagen|~weiger|nicht helfen|kann ich|~sprachmodell|decliner|ne peux pas|rechazar|no puedo"
        + "|negarse|rifiut|~rifiuta|non posso|~recusar|nao posso|~weigeren|kan ik|~odmow|nie moge|~avboj|kan inte|~redde|~отказ|не могу"
        + "|~відмов|не можу|~断る|~断り|~できません|~拒绝|~不能|~无法|~거절|~수 없|~رفض|لا استطيع|~इनकार|नहीं कर"
    private static let partWords =
        "you are|you re|play|play the part|speak as|answer as|roleplay|role play|npc|character|in character|dialogue|pretend|the player"
        + "|du bist|spiele|tu es|vous etes|eres|sei un|voce e|je bent|ty jestes|du ar|ты|ти|あなたは|你是|당신은|انت|तुम"
}
