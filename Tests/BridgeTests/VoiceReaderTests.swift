import Foundation
import Persona
import Testing

@testable import Bridge

@Suite("A persona's file says how it speaks, and what is wrong with it is told")
struct VoiceReaderTests {
    private func told(_ voice: String) -> [String] {
        do {
            _ = try read(voice)
            return []
        } catch {
            return ConfigBench.told((error as? ConfigProblems)?.problems ?? [])
        }
    }

    private func read(_ voice: String) throws -> Voice {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)/tom")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let text = "identity: {name: Tom}\nvoice:\n  " + voice.replacingOccurrences(of: "\n", with: "\n  ")
        try Data(text.utf8).write(to: folder.appendingPathComponent("persona.yaml"))
        return try PersonaLoader.load(folder: folder.path).voice
    }

    @Test("everything that a voice has can be said")
    func whole() throws {
        let voice = try read(
            """
            opening: [Hm.]
            closing: []
            unsure: Who knows.
            unsure_below: 0.7
            closing_length: {from: 10, to: 20}
            register: sober
            moods:
              even: {weight: 3}
              sleepy: {hours: 22-6, opening: [Mm?]}
            registers:
              sober: {kinds: [analysis, code_review], opening: [Step by step.]}
            journal: {none: ["No {about}."], entry: ["{when}: {task}"]}
            """
        )
        #expect(
            voice.lines[.opening] == ["Hm."] && voice.lines[.closing] == [] && voice.lines[.unsure] == ["Who knows."]
        )
        #expect(voice.lines[.refusal] == Voice.plain.lines[.refusal])
        #expect(voice.unsureBelow == 0.7 && voice.closingLength == 10...20 && voice.register == "sober")
        #expect(voice.moods.map(\.name) == ["even", "sleepy"] && voice.moods[0].weight == 3)
        #expect(voice.moods[1].hours == .init(from: 22, to: 6) && voice.moods[1].lines == [.opening: ["Mm?"]])
        #expect(
            voice.registers == [
                .init(name: "sober", kinds: ["analysis", "code_review"], lines: [.opening: ["Step by step."]])
            ]
        )
        #expect(voice.journal.single == JournalLines().single)
        #expect(voice.journal.none == ["No {about}."] && voice.journal.more == JournalLines().more)
    }

    @Test("words of one's own for many things are those for one, unless there are others")
    func single() throws {
        for (words, expected) in [
            ("{summary: ['{count} since {since}']}", "{count} since {since}"),
            ("{summary: ['{count}'], single: ['One, {since}']}", "One, {since}"),
            ("{single: ['Only {about}']}", "Only {about}"),
        ] {
            #expect(try read("journal: \(words)").journal.single == [expected])
        }
        #expect(
            told("journal: {single: ['{count}']}") == [
                "3 voice.journal.single: a line names something in braces that is not told there there are: about, since"
            ]
        )
    }

    @Test(
        "each fault is told with its place and what to do",
        arguments: [
            ("openning: [a]", "3 voice.openning: there is no such key did you mean opening?"),
            ("opening: {a: b}", "3 voice.opening: is not a list of strings "),
            ("refusal: []", "3 voice.refusal: is empty leave the key out for the plain words"),
            ("late: [\"\"]", "3 voice.late: is empty leave the key out for the plain words"),
            ("late: [a, \" \"]", "3 voice.late: holds an empty line a player would hear nothing"),
            (
                "opening: [a, \"b\\u001b[31m\"]",
                "3 voice.opening: line 2 holds characters that do not print no ends of lines, escape sequences or marks of direction"
            ),
            (
                "opening: [\"a\\nb\"]",
                "3 voice.opening: line 1 holds characters that do not print no ends of lines, escape sequences or marks of direction"
            ),
            (
                "closing: [\"a\\u202Eb\"]",
                "3 voice.closing: line 1 holds characters that do not print no ends of lines, escape sequences or marks of direction"
            ),
            (
                "closing: [\"\(String(repeating: "x", count: 501))\"]",
                "3 voice.closing: line 1 has more than 500 bytes "
            ),
            ("unsure_below: 2", "3 voice.unsure_below: is not a number from 0.0 to 1.0 "),
            ("closing_length: {from: 9, to: 3}", "3 voice.closing_length.to: is less than from "),
            (
                "moods: {a: {hours: 6-30}}",
                "3 voice.moods.a.hours: are no hours of a day 22-6 is from 22:00 to before 6:00"
            ),
            ("moods: {a: {weight: 0}}", "3 voice.moods.a.weight: is not a number from 1 to 1000 "),
            ("moods: {a: {opning: [b]}}", "3 voice.moods.a.opning: there is no such key did you mean opening?"),
            ("register: sober", "3 voice.register: there is no such register there are: "),
            (
                "journal: {entry: [\"{wen}\"]}",
                "3 voice.journal.entry: a line names something in braces that is not told there did you mean when?"
            ),
        ]
    )
    func faults(_ voice: String, _ expected: String) {
        #expect(told(voice) == [expected])
    }

    @Test("a kind that there is not is told with the nearest that there is")
    func kinds() throws {
        let problem = try #require(told("registers: {a: {kinds: [analysys]}}").first)
        #expect(
            problem.hasPrefix("3 voice.registers.a.kinds: is none of ") && problem.hasSuffix("did you mean analysis?")
        )
    }

    @Test("Timmy of the repository speaks in every way that there is")
    func timmy() throws {
        let voice = try PersonaLoader.load(folder: Daemonette.personas + "/timmy").voice
        for occasion in Occasion.allCases { #expect(voice.lines[occasion]?.isEmpty == false, "\(occasion)") }
        #expect(!voice.moods.isEmpty && !voice.registers.isEmpty && voice.hasHours)
    }
}
