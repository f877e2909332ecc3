import Testing

@testable import Persona

@Suite("A persona tells what it remembers in its own words")
struct JournalTests {
    private let voice = Voice()
    /// 21 November 2026, 00:30 UTC.
    private let listener = Voice.Listener(now: 1_795_221_000)
    private func ago(days: Double) -> Double { listener.now - days * 86_400 }

    @Test("days are told as people tell them, by the clock of the listener")
    func days() {
        #expect(Voice.day(listener.now, for: listener) == "today")
        #expect(Voice.day(listener.now - 1_801, for: listener) == "yesterday")
        #expect(Voice.day(ago(days: 2), for: listener) == "on 19 November")
        #expect(Voice.day(ago(days: 365), for: listener) == "on 21 November 2025")
        // In a time zone that is an hour behind, half past midnight is still yesterday's evening.
        #expect(Voice.day(listener.now, for: .init(now: listener.now + 7_200, offset: -3_600)) == "yesterday")
        #expect(Voice.day(0, for: listener) == "on 1 January 1970")
        #expect(Voice.day(1_709_164_800, for: listener) == "on 29 February 2024")
        #expect(Voice.day(-1, for: listener) == "on 31 December 1969")
        #expect(
            !Voice.day(.infinity, for: listener).isEmpty && !Voice.day(-.greatestFiniteMagnitude, for: listener).isEmpty
        )
    }

    @Test("nothing remembered is told, with what was asked for")
    func nothing() {
        var voice = voice
        voice.journal.none = ["No memory of {about}."]
        #expect(voice.journal([], about: "the mill", for: listener) == "No memory of the mill.")
        #expect(voice.journal([], for: listener) == "No memory of anything.")
    }

    @Test("one thing is told as one", arguments: [(0, "today"), (1, "yesterday"), (7, "on 14 November")])
    func single(_ age: Int, day: String) {
        let entry = JournalEntry(time: ago(days: Double(age)), task: "a", answer: "b")
        let told = voice.journal([entry], for: listener).split(separator: "\n")
        #expect(told.first == "I remember one thing, and it was \(day)." && told.count == 2)
        let two = voice.journal([entry, entry], for: listener)
        #expect(two.hasPrefix("I remember two things, the first \(day)."))
    }

    @Test("the latest five are told, the newest first, and the rest counted")
    func counts() {
        let entries = (0..<8).map { index in
            JournalEntry(
                time: ago(days: Double(index)),
                caller: "#\(index)",
                task: "task \(index)",
                answer: "answer \(index)"
            )
        }
        let lines = voice.journal(entries.shuffled(), for: listener).split(separator: "\n")
        #expect(lines.count == 7)
        #expect(lines[0] == "I remember eight things, the first on 14 November.")
        #expect(lines[1] == "Today #0 asked: \u{201C}task 0\u{201D} I said: \u{201C}answer 0\u{201D}")
        #expect(lines[2].hasPrefix("Yesterday #1"))
        #expect(lines[6] == "And three things before that.")
    }

    @Test("a caller hears \"you\" of what is theirs, and nobody is called somebody")
    func callers() {
        let entries = [
            JournalEntry(time: listener.now, caller: "#7", task: "a", answer: "b"),
            JournalEntry(time: listener.now - 1, caller: nil, task: "c", answer: "d"),
        ]
        let told = voice.journal(entries, for: .init(now: listener.now, caller: "#7"))
        #expect(told.contains("Today you asked") && told.contains("Today somebody asked"))
    }

    @Test("excerpts are one line, cut between words, without what steers a terminal")
    func excerpts() {
        #expect(Voice.excerpt("a\n\tb\u{1B}[31m c\u{7} ") == "a b [31m c")
        #expect(
            Voice.excerpt(String(repeating: "word ", count: 40)) == String(repeating: "word ", count: 19)
                + "word\u{2026}"
        )
        #expect(Voice.excerpt(String(repeating: "x", count: 300)).count == 101)
        #expect(Voice.excerpt(String(repeating: " ", count: 1_000) + "x") == "\u{2026}")
    }

    @Test("what is told of a task is not read as a placeholder")
    func placeholders() {
        let entry = JournalEntry(time: listener.now, kind: "quick_answer", task: "{answer}", answer: "{task} {who}")
        var voice = voice
        voice.journal.entry = ["{kind}: {task} / {answer} {nobody} {"]
        let lines = voice.journal([entry], for: listener).split(separator: "\n")
        #expect(lines.last == "Quick answer: {answer} / {task} {who} {nobody} {")
        #expect(Voice.placeholders(in: "{a} {b {c}") == ["a", "b {c"])
    }
}
