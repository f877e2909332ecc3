public import Persona

/// How many tokens something has, without a tokenizer: they differ from vendor to vendor, and a decision waits for none.
///
/// The rates are those of OpenAI's `o200k_base`, to within a fifth for prose and code (`TokenTexts` in the tests). An older
/// vocabulary, such as `cl100k_base`, takes a quarter more for European languages, and two or three times as much for
/// Arabic or Hindi; so an estimate never has the last word.
public enum TokenEstimate {
    /// The tokens of everything that a prompt sends, beside the instruction of its kind: task, the caller's own
    /// instructions, history, tools and attachments. Tools count: their schemas are often longer than the task
    /// (https://github.com/BerriAI/litellm/pull/32899).
    public static func tokens(of prompt: BlindPrompt) -> Int {
        tokens(prompt.task, prompt.instructions, prompt.history, prompt.tools, prompt.attachments)
    }

    /// The same of a draft that has not passed the guard yet: stand-ins are about as long as what they stand for.
    public static func tokens(of draft: PromptDraft) -> Int {
        tokens(draft.task, draft.instructions, draft.history, draft.tools, draft.attachments)
    }

    /// The tokens of turns of a conversation.
    public static func tokens(of turns: [Turn]) -> Int {
        var sum = 0
        for turn in turns {
            sum += message + tokens(of: turn.text)
            for call in turn.calls { sum += message + tokens(of: call.name) + tokens(of: call.arguments) }
        }
        return sum
    }

    private static func tokens(
        _ task: String,
        _ instructions: String?,
        _ history: [Turn],
        _ tools: [ToolDefinition],
        _ attachments: [Attachment]
    ) -> Int {
        var sum = instruction + message + tokens(of: task) + tokens(of: history)
        if let instructions { sum += tokens(of: instructions) }
        for tool in tools {
            sum += message + tokens(of: tool.name) + tokens(of: tool.parameters)
            if let summary = tool.summary { sum += tokens(of: summary) }
        }
        for attachment in attachments { sum += tokens(of: attachment) }
        return sum
    }

    /// An instruction of a kind of task is one or two short sentences.
    private static let instruction = 24
    /// What a vendor's format puts around a message, a tool or a call.
    private static let message = 6

    /// The tokens of what comes with a task. Vendors count pixels, seconds and pages, none of which is read here; of bytes
    /// that are not there nothing is known but the kind.
    public static func tokens(of attachment: Attachment) -> Int {
        let bytes = attachment.bytes.count
        return switch attachment.mediaType.prefix(while: { $0 != "/" }).lowercased() {
        // 1024 by 1024 pixels are 765 at OpenAI, about 1,400 at Anthropic, 1,290 at Google; none goes far beyond 1,600.
        case "image": min(1_600, max(1_000, bytes / 512))
        // 32 a second at Google (https://ai.google.dev/gemini-api/docs/audio), at 16 kilobytes a second.
        case "audio": max(100, bytes / 500)
        // 263 a second with its sound, at 256 kilobytes a second.
        case "video": max(1_000, bytes / 1_000)
        // Counted as text: it goes along as text.
        case "text": attachment.bytes.withUnsafeBufferPointer { TextMeter.tokens($0) }
        // A page of a PDF is 1,500 to 3,000 at Anthropic, and takes some 50 kilobytes.
        default: max(1_000, bytes / 25)
        }
    }

    /// The tokens of a text.
    public static func tokens(of text: String) -> Int {
        if let count = text.utf8.withContiguousStorageIfAvailable({ TextMeter.tokens($0) }) { return count }
        return Array(text.utf8).withUnsafeBufferPointer { TextMeter.tokens($0) }
    }
}

/// Reads a text once and adds up what its parts cost, in hundredths of a token.
private struct TextMeter {
    private var sum = 0
    /// Letters and digits without a gap, which may turn out to be encoded bytes.
    private var runStart = 0
    private var runSum = 0
    private var runTurns = 0

    /// The tokens of UTF-8; never more than bytes, never less than one in twelve.
    static func tokens(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var meter = TextMeter()
        meter.read(bytes)
        return max(bytes.count / 12, min(bytes.count, (meter.sum + 50) / 100))
    }

    /// A word of up to six letters; every letter after them.
    private static let word = 112
    private static let furtherLetter = 32
    private static let accent = 95
    /// Up to three digits.
    private static let digits = 135
    private static let punctuation = 50
    private static let furtherPunctuation = 18
    private static let newline = 100
    /// A byte of base64 or hexadecimal.
    private static let encoded = 66

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            switch Self.classes[Int(byte)] {
            case .lower, .upper: place = word(bytes, place)
            case .digit: place = number(bytes, place)
            case .space:
                endRun(place)
                place += 1
            case .newline:
                endRun(place)
                sum += Self.newline
                repeat { place += 1 } while place < bytes.count && Self.classes[Int(bytes[place])].isBlank
            case .punctuation: place = marks(bytes, place)
            case .other: place = letter(bytes, place)
            }
            if runSum == 0 { runStart = place }
        }
        endRun(place)
    }

    /// A word; a capital after a small letter begins another one. Letters of Latin beyond ASCII belong to it.
    private mutating func word(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var place = start
        var letters = 0
        var accents = 0
        var wasLower = false
        while place < bytes.count {
            let kind = Self.classes[Int(bytes[place])]
            if kind == .lower || (kind == .upper && !wasLower) {
                wasLower = kind == .lower
                place += 1
            } else if bytes[place] >= 0xC3 && bytes[place] <= 0xC9 && place + 1 < bytes.count {
                accents += 1
                wasLower = true
                place += 2
            } else {
                break
            }
            letters += 1
        }
        add(Self.word + max(0, letters - 6) * Self.furtherLetter + accents * Self.accent)
        return place
    }

    private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var place = start
        while place < bytes.count, Self.classes[Int(bytes[place])] == .digit { place += 1 }
        add((place - start + 2) / 3 * Self.digits)
        return place
    }

    private mutating func marks(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        // They stand inside base64 too.
        let isInside = bytes[start] == UInt8(ascii: "+") || bytes[start] == UInt8(ascii: "/")
        if !isInside { endRun(start) }
        var place = start + 1
        while place < bytes.count, Self.classes[Int(bytes[place])] == .punctuation { place += 1 }
        let cost = Self.punctuation + (place - start - 1) * Self.furtherPunctuation
        if isInside && runSum > 0 { runSum += cost } else { sum += cost }
        return place
    }

    /// A scalar beyond ASCII, by its script.
    private mutating func letter(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        let lead = bytes[start]
        if lead >= 0xC3 && lead <= 0xC9 && start + 1 < bytes.count { return word(bytes, start) }
        endRun(start)
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        let second = start + 1 < bytes.count ? bytes[start + 1] : 0
        let cost =
            switch lead {
            case 0xCD...0xCF: 45  // Greek
            case 0xD0...0xD3: 34  // Cyrillic
            case 0xD4...0xD7: 46  // Armenian, Hebrew
            case 0xD8...0xDF: 40  // Arabic and its neighbours
            case 0xE0: 40  // the scripts of India, Thai, Lao
            case 0xE1: second >= 0xB8 && second <= 0xBB ? 70 : 60  // Vietnamese letters; others
            case 0xE2: 100  // quotation marks, dashes, arrows
            case 0xE3...0xE9: 90  // kana, Chinese characters
            case 0xEA...0xED: 80  // Hangul
            default: 120
            }
        sum += cost
        return start + length
    }

    private mutating func add(_ cost: Int) {
        runSum += cost
        runTurns += 1
    }

    /// Ends a run: one that is long and changes all the time between cases and digits is no text.
    private mutating func endRun(_ end: Int) {
        let length = end - runStart
        sum += length >= 32 && runTurns * 5 >= length ? length * Self.encoded : runSum
        runSum = 0
        runTurns = 0
        runStart = end
    }

    private enum Kind {
        case lower, upper, digit, space, newline, punctuation, other

        var isBlank: Bool { self == .space || self == .newline }
    }

    private static let classes: [Kind] = (0...255).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): .lower
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): .upper
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "\n"): .newline
        case 0...32, 127: .space
        case 33...126: .punctuation
        default: .other
        }
    }
}
