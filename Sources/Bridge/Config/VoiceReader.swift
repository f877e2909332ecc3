internal import Persona
internal import Routing

/// Reads the section `voice` of a persona's file.
struct VoiceReader {
    /// The longest line of a persona's, in bytes.
    static let longestLine = 500
    /// The most lines for one occasion.
    static let mostLines = 200

    /// What of a line cannot be told safely: it steers terminals, or turns the direction of writing.
    static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        case .format: scalar != "\u{200D}" && scalar != "\u{200C}"
        default: false
        }
    }

    static func read(_ root: ConfigReader) -> Voice {
        guard let section = root.section("voice") else { return .plain }
        defer { section.finish() }
        let lines = lines(section)
        let moods = names(section, "moods").map { mood($0, $1) }
        let registers = names(section, "registers").map { register($0, $1) }
        var voice = Voice(lines, moods: moods, registers: registers)
        voice.register = section.string("register")
        if let name = voice.register, !registers.contains(where: { $0.name == name }) {
            let names = registers.map(\.name)
            section.report(
                "register",
                "there is no such register",
                hint: name.suggestion(among: names) ?? "there are: \(names.joined(separator: ", "))"
            )
        }
        voice.unsureBelow = section.decimal("unsure_below", in: 0...1) ?? voice.unsureBelow
        if let length = section.section("closing_length") {
            voice.closingLength = range(length)
            length.finish()
        }
        if let journal = section.section("journal") {
            voice.journal = readJournal(journal)
            journal.finish()
        }
        return voice
    }

    // MARK: Parts

    private static func names(_ section: ConfigReader, _ key: String) -> [(name: String, section: ConfigReader)] {
        guard let all = section.section(key) else { return [] }
        defer { all.finish() }
        return all.keys.compactMap { name in all.section(name).map { (name, $0) } }
    }

    private static func mood(_ name: String, _ section: ConfigReader) -> Voice.Mood {
        defer { section.finish() }
        let weight = section.integer("weight", in: 1...1_000) ?? 1
        return Voice.Mood(name: name, weight: weight, hours: hours(section), lines: lines(section))
    }

    private static func register(_ name: String, _ section: ConfigReader) -> Voice.Register {
        defer { section.finish() }
        let kinds = section.strings("kinds") ?? []
        let known = kinds.compactMap { (kind: String) -> TaskKind? in section.choice(kind, for: "kinds") }
        return Voice.Register(name: name, kinds: Set(known.map(\.rawValue)), lines: lines(section))
    }

    /// `22-6`: from 22:00 to before 6:00.
    private static func hours(_ section: ConfigReader) -> Voice.Hours? {
        guard let text = section.string("hours") else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let end = ends[1], (0...23).contains(first), (0...24).contains(end),
            first != end
        else {
            section.report("hours", "are no hours of a day", hint: "22-6 is from 22:00 to before 6:00")
            return nil
        }
        return Voice.Hours(from: first, to: end)
    }

    private static func range(_ section: ConfigReader) -> ClosedRange<Int> {
        let least = section.integer("from", in: 0...1_000_000) ?? 0
        let most = section.integer("to", in: 0...1_000_000) ?? Int.max
        guard least <= most else {
            section.report("to", "is less than from")
            return 0...Int.max
        }
        return least...most
    }

    private static func readJournal(_ section: ConfigReader) -> JournalLines {
        var lines = JournalLines()
        let places: [WritableKeyPath<JournalLines, [String]>] = [\.none, \.single, \.summary, \.entry, \.more]
        for ((key, names), place) in zip(JournalLines.placeholders, places) {
            guard let told = Self.lines(section, key, isNeeded: true) else { continue }
            lines[keyPath: place] = told
            for name in told.flatMap(Voice.placeholders) where !names.contains(name) {
                section.report(
                    key,
                    "a line names something in braces that is not told there",
                    hint: name.suggestion(among: names) ?? "there are: \(names.sorted().joined(separator: ", "))"
                )
            }
        }
        // A persona that has its own words for many has them for one, too.
        if section.has("summary") && !section.has("single") { lines.single = lines.summary }
        return lines
    }

    // MARK: Lines

    private static func lines(_ section: ConfigReader) -> Voice.Lines {
        var lines: Voice.Lines = [:]
        for occasion in Occasion.allCases {
            lines[occasion] = Self.lines(section, occasion.rawValue, isNeeded: occasion.isNeeded)
        }
        return lines
    }

    /// The lines of one key, each checked.
    private static func lines(_ section: ConfigReader, _ key: String, isNeeded: Bool) -> [String]? {
        guard let lines = section.strings(key) else { return nil }
        if isNeeded, !lines.contains(where: { !$0.allSatisfy(\.isWhitespace) }) {
            section.report(key, "is empty", hint: "leave the key out for the plain words")
        } else if isNeeded, lines.contains(where: { $0.allSatisfy(\.isWhitespace) }) {
            section.report(key, "holds an empty line", hint: "a player would hear nothing")
        }
        if lines.count > mostLines { section.report(key, "has more than \(mostLines) lines") }
        for (index, line) in lines.enumerated() {
            if line.utf8.count > longestLine {
                section.report(key, "line \(index + 1) has more than \(longestLine) bytes")
            }
            if line.unicodeScalars.contains(where: isSteering) {
                section.report(
                    key,
                    "line \(index + 1) holds characters that do not print",
                    hint: "no ends of lines, escape sequences or marks of direction"
                )
            }
        }
        return lines
    }
}
