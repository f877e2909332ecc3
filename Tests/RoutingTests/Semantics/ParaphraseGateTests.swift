import Foundation
import Testing

@testable import Routing

/// A row of `Data/question_pairs_*.jsonl`.
private struct Pair: Decodable {
    let `class`: String
    let same: Bool
    let one: String
    let other: String

    static func all(_ part: String) throws -> [Pair] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Data/question_pairs_\(part).jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        return try lines.map { try JSONDecoder().decode(Pair.self, from: Data($0.utf8)) }
    }

    /// Whether the gate takes the two for one question.
    var isOne: Bool {
        guard let one = QuestionForm(one), let other = QuestionForm(other) else { return false }
        return ParaphraseGate.difference(one, other) == nil
    }
}

@Suite("Two questions are one only when nothing that differs could matter")
struct ParaphraseGateTests {
    private func difference(_ one: String, _ other: String) throws -> ParaphraseGate.Difference? {
        ParaphraseGate.difference(try #require(QuestionForm(one)), try #require(QuestionForm(other)))
    }

    @Test("of the labelled pairs none is a false hit, whatever their vectors say", arguments: ["dev", "held"])
    func labelled(part: String) async throws {
        var counts = (near: 0, same: 0, hits: 0)
        var falseHits: [Pair] = []
        var missed: [Pair] = []
        for (number, pair) in try Pair.all(part).enumerated() {
            // Thousands of pairs are no reason for other tests to wait.
            if number.isMultiple(of: 20) { await Task.yield() }
            let isOne = pair.isOne
            if pair.same { counts.same += 1 } else { counts.near += 1 }
            if isOne && pair.same { counts.hits += 1 }
            if isOne && !pair.same { falseHits.append(pair) }
            if !isOne && pair.same { missed.append(pair) }
        }
        let share = 100 * counts.hits / max(1, counts.same)
        print(
            "question pairs, \(part): \(counts.near) near pairs, \(falseHits.count) false hits; "
                + "\(counts.same) paraphrases, \(counts.hits) hits (\(share) %)"
        )
        for pair in falseHits { print("  false hit, \(pair.class): \(pair.one) | \(pair.other)") }
        // Of the part that is kept aside nobody is to see which.
        if part == "dev" { for pair in missed { print("  missed, \(pair.class): \(pair.one) | \(pair.other)") } }
        #expect(falseHits.isEmpty)
        #expect(share >= 40)
    }

    @Test("the set is as large as is said of it")
    func size() throws {
        let near = try (Pair.all("dev") + Pair.all("held")).filter { !$0.same }
        #expect(near.count >= 2_000)
        #expect(Set(near.map { $0.one + "\n" + $0.other }).count == near.count)
    }

    @Test(
        "what looks like politeness, punctuation or spelling may be the matter itself",
        arguments: [
            // A sign that stands alone, or belongs to a name.
            ("Explain git add .", "Explain git add"), ("Explain Int?", "Explain Int"),
            ("Describe Oklahoma!", "Describe Oklahoma"),
            // What stands before the question belongs to the verb at its end.
            ("In dogs, why do people believe?", "Why do people believe in dogs?"),
            ("For children, what is the best book about caring?", "What is the best book about caring for children?"),
            ("Using drugs, explain why he was caught", "Explain why he was caught using drugs"),
            // Spellings that are compared, letters that are counted, words that are played with.
            ("What is the difference between grey and gray?", "What is the difference between gray and gray?"),
            ("How many e's are in seven?", "How many e's are in 7?"), ("Reverse ten", "Reverse 10"),
            ("Is cannot can not?", "Is can not cannot?"),
            // A snake.
            ("Is python dangerous?", "Is Python dangerous?"),
            // Foreign politeness in an English sentence.
            ("Who sings bitte", "Who sings"), ("What is por favor", "What is"),
        ]
    )
    func disguised(one: String, other: String) throws {
        #expect(try difference(one, other) != nil)
    }

    @Test(
        "and still is politeness, punctuation or spelling where it cannot be",
        arguments: [
            ("Could you explain Brexit?", "Explain Brexit"), ("In Python, how do I sort?", "How do I sort in python?"),
            ("Was ist ein Atom bitte?", "Was ist ein Atom?"), ("Explain recursion!", "Explain recursion"),
            ("Quelle est la capitale ?", "Quelle est la capitale"), ("What colour is it?", "What color is it?"),
        ]
    )
    func plain(one: String, other: String) throws {
        #expect(try difference(one, other) == nil)
    }

    @Test(
        "what keeps two apart is named",
        arguments: [
            ("Turn on the light.", "Turn off the light.", ParaphraseGate.Difference.polarity),
            ("List the top 10 films.", "List the top 100 films.", .numbers),
            ("What is the capital of France?", "What is the capital of Italy?", .names),
            ("Is 20 km far?", "Is 20 miles far?", .units),
            ("Is it open on Monday?", "Is it open on Sunday?", .dates),
            ("Do all birds fly?", "Do some birds fly?", .quantifiers),
            ("What is the max of it?", "What is the min of it?", .comparatives),
            ("Does a dog bite a man?", "Does a man bite a dog?", .order),
            ("Summarize: I came.", "Summarize: I saw.", .material),
            ("What is a bat?", "What is a cat?", .words),
        ]
    )
    func reasons(one: String, other: String, expected: ParaphraseGate.Difference) throws {
        #expect(try difference(one, other) == expected)
        #expect(try difference(other, one) == expected)
    }

    @Test(
        "politeness, spelling and the place of a setting are no difference",
        arguments: [
            ("What is the capital of France?", "Hello, could you please tell me what the capital of france is?"),
            ("How do I reverse a list in Python?", "In Python, how can I reverse a list?"),
            ("What's France's capital?", "What is the capital of France"),
            ("List 10 rivers.", "Please give me a list of ten rivers"),
            ("What isn't grey?", "What is not gray?"),
            ("Summarize: a  b", "Could you please summarize: a  b"),
            ("Was ist ein Baum?", "Bitte, was ist ein Baum?"), ("Explain tides.", "Explain tides, please."),
        ]
    )
    func paraphrases(one: String, other: String) throws {
        #expect(try difference(one, other) == nil)
    }

    @Test("a long or an empty task has no form")
    func noForm() {
        #expect(QuestionForm(String(repeating: "a", count: QuestionForm.mostBytes + 1)) == nil)
        #expect(QuestionForm("") == nil)
        #expect(QuestionForm("  ") == nil)
        #expect(QuestionForm(String(repeating: "a ", count: QuestionForm.mostBytes / 2)) != nil)
    }

    @Test("a form never shows what it is made of")
    func undisclosed() throws {
        let form = try #require(QuestionForm("What is the secret?"))
        #expect("\(form)" == "QuestionForm")
    }
}
