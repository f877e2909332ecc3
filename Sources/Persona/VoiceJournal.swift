/// How a persona tells what it remembers. Words in braces stand for what is told.
public struct JournalLines: Sendable, Equatable {
    /// Said when it remembers nothing; `{about}`.
    public var none: [String]
    /// Said first when it remembers one thing: `{about}`, `{since}`.
    public var single: [String]
    /// Said first: `{count}` ("one thing", "12 things"), `{about}`, `{since}`.
    public var summary: [String]
    /// Said of each: `{when}`, `{who}`, `{task}`, `{answer}`, `{kind}`.
    public var entry: [String]
    /// Said last, of those that are not told one by one: `{count}`.
    public var more: [String]

    /// Lines; the plain ones for what is not given.
    public init(
        none: [String] = ["I remember nothing of that."],
        single: [String] = ["I remember one thing, and it was {since}."],
        summary: [String] = ["I remember {count}, the first {since}."],
        entry: [String] = ["{when} {who} asked: \u{201C}{task}\u{201D} I said: \u{201C}{answer}\u{201D}"],
        more: [String] = ["And {count} before that."]
    ) {
        self.none = none
        self.single = single
        self.summary = summary
        self.entry = entry
        self.more = more
    }

    /// The words in braces that a line of each sort may hold.
    public static let placeholders: [(key: String, names: Set<String>)] = [
        ("none", ["about"]), ("single", ["about", "since"]), ("summary", ["count", "about", "since"]),
        ("entry", ["when", "who", "task", "answer", "kind"]), ("more", ["count"]),
    ]
}

extension Voice {
    /// When and to whom the journal is told.
    public struct Listener: Sendable, Equatable {
        /// Now, in seconds since 1970 (UTC).
        public var now: Double
        /// How far the persona's clock is ahead of UTC, in seconds.
        public var offset: Int
        /// Who asks: what is theirs is told as "you"; nil for the owner.
        public var caller: String?

        /// A listener.
        public init(now: Double, offset: Int = 0, caller: String? = nil) {
            self.now = now
            self.offset = offset
            self.caller = caller
        }
    }

    /// How many entries are told one by one.
    private static let mostTold = 5
    /// How many characters of a task or an answer are told.
    private static let longestExcerpt = 100

    /// What the persona remembers, in its own words: how much, and the latest five. Pure, and no backend is asked.
    /// - Parameters:
    ///   - entries: in any order.
    ///   - about: what was asked for; nil for everything.
    public func journal(_ entries: [JournalEntry], about: String? = nil, for listener: Listener) -> String {
        let entries = entries.sorted { $0.time > $1.time }
        let seed = Self.seed(about ?? "") &+ UInt64(entries.count)
        func line(_ lines: [String], _ salt: Int, _ words: [String: String]) -> String {
            guard !lines.isEmpty else { return "" }
            return Self.filled(lines[Int(Manner.mixed(seed, salt: UInt64(salt)) % UInt64(lines.count))], words)
        }
        let asked = about.map { Self.excerpt($0) }
        guard let oldest = entries.last else { return line(journal.none, 1, ["about": asked ?? "anything"]) }
        let about = asked ?? "everything"
        let count = Self.counted(entries.count)
        let since = Self.day(oldest.time, for: listener)
        let opening = entries.count == 1 ? journal.single : journal.summary
        var told = [line(opening, 2, ["count": count, "about": about, "since": since])]
        for (place, entry) in entries.prefix(Self.mostTold).enumerated() {
            told.append(line(journal.entry, 3 + place, Self.words(of: entry, for: listener)))
        }
        if entries.count > Self.mostTold {
            told.append(line(journal.more, 2, ["count": Self.counted(entries.count - Self.mostTold)]))
        }
        return told.map(Self.begun).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func words(of entry: JournalEntry, for listener: Listener) -> [String: String] {
        let who = entry.caller.map { $0 == listener.caller ? "you" : excerpt($0) } ?? "somebody"
        return [
            "when": day(entry.time, for: listener), "who": who, "task": excerpt(entry.task),
            "answer": excerpt(entry.answer), "kind": (entry.kind ?? "general").replacing("_", with: " "),
        ]
    }

    // MARK: Words

    private static func counted(_ count: Int) -> String {
        let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
        return (count < words.count ? words[count] : String(count)) + (count == 1 ? " thing" : " things")
    }

    /// "today", "yesterday", "on 3 May", "on 3 May 2024".
    static func day(_ time: Double, for listener: Listener) -> String {
        func days(_ seconds: Double) -> Int { Int(((seconds + Double(listener.offset)) / 86_400).rounded(.down)) }
        // A time that is no time of ours is told as the nearest that is.
        let bounded = time.isFinite ? min(max(time, -1e12), 1e12) : listener.now
        let (day, today) = (days(bounded), days(listener.now))
        if day == today { return "today" }
        if day == today - 1 { return "yesterday" }
        let (date, now) = (civil(day), civil(today))
        let told = "on \(date.day) \(months[date.month - 1])"
        return date.year == now.year ? told : "\(told) \(date.year)"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// The date of a day counted from 1 January 1970 (http://howardhinnant.github.io/date_algorithms.html).
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    /// The beginning of a text in one line, cut between words; nothing in it steers a terminal.
    static func excerpt(_ text: String) -> String {
        var plain = ""
        var isSpaced = true
        // A text may be long, and only its beginning is told.
        for scalar in text.unicodeScalars.prefix(4 * longestExcerpt) {
            let isSpace = scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
            if !isSpace { plain.unicodeScalars.append(scalar) } else if !isSpaced { plain += " " }
            isSpaced = isSpace
        }
        while plain.last == " " { plain.removeLast() }
        guard plain.count > longestExcerpt || text.unicodeScalars.count > 4 * longestExcerpt else { return plain }
        let head = plain.prefix(longestExcerpt)
        let cut = head.lastIndex(of: " ").map { head[..<$0] } ?? head
        return cut + "\u{2026}"
    }

    /// The line with words in place of what stands in braces; what was put in is not read again.
    static func filled(_ line: String, _ words: [String: String]) -> String {
        var out = ""
        var rest = line[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            out += rest[..<open] + (words[name] ?? String(rest[open...close]))
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    /// The names that stand in braces in a line.
    public static func placeholders(in line: String) -> [String] {
        var names: [String] = []
        var rest = line[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            names.append(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return names
    }

    private static func begun(_ line: String) -> String { line.prefix(1).uppercased() + line.dropFirst() }
}
