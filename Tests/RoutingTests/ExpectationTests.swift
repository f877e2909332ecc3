import Persona
import TestSupport
import Testing

@testable import Routing

@Suite("What is asked of an answer is read off its task, and only what is plain")
struct ExpectationTests {
    /// The testing library has an expectation of its own.
    typealias Form = Routing.Expectation

    @Test(
        "the form that a task asks for",
        arguments: [
            ("Return JSON with keys \"name\" and \"age\": Bruno is 41.", .extraction, [.json(keys: ["name", "age"])]),
            ("Give me the names as a JSON list: Ada met Alan.", .extraction, [.json(keys: [])]),
            ("keep the keys and give valid json back: {\"a.b\": \"Come in\"}", .translation, [.json(keys: [])]),
            ("Is 7 prime? Answer yes or no.", .classification, [.yesOrNo]),
            ("Ist 7 eine Primzahl? Antworte mit ja oder nein.", .classification, [.yesOrNo]),
            (
                "Classify as one of: praise, complaint or question. \"Hm.\"", .classification,
                [
                    .oneOf(["praise", "complaint", "question"])
                ]
            ),
            ("what's 15% of 80? number only", .quickAnswer, [.number]),
            ("In one word: opposite of brave?", .quickAnswer, [.words(1)]),
            ("tl;dr in five words: it rained.", .quickAnswer, [.words(5)]),
            ("Summarise in at most 20 words: it rained.", .summarization, [.wordsAtMost(20)]),
            ("Chapter one please, around 1,800 words.", .contentCreation, []),
            ("Five names for an inn.", .contentCreation, [.items(5)]),
            ("Translate into French: The door is locked.", .translation, [.language(.french)]),
            ("Translate into French and into German: no.", .translation, []),
            ("Tell me about life in French villages.", .knowledge, []),
            ("How do tides work?", .knowledge, []),
        ] as [(String, TaskKind, [Form])]
    )
    func infer(_ task: String, _ kind: TaskKind, _ expected: [Form]) throws {
        #expect(Form.infer(from: try TestPrompts.blind(task), kind: kind) == expected)
    }

    @Test(
        "an answer has the form, or has not",
        arguments: [
            (.json(keys: ["a"]), "{\"a\": [1, 2.5e3, null, \"x\\\"y\"]}", true),
            (.json(keys: ["a"]), "```json\n{\"a\": {}}\n```", true),
            (.json(keys: ["a"]), "{\"b\": 1}", false), (.json(keys: []), "{\"a\": 1,}", false),
            (.json(keys: []), "{'a': 1}", false), (.json(keys: []), "a is 1", false),
            (.yesOrNo, "Yes, because it is.", true), (.yesOrNo, "Nein.", true),
            (.yesOrNo, "It rains a lot there.", false),
            (.oneOf(["red", "dark blue"]), "Dark blue.", true), (.oneOf(["red", "blue"]), "reddish", false),
            (.number, "about 42", true), (.number, "seven", true), (.number, "many", false),
            (.words(5), "Four words are here", true), (.words(1), "It is a word that nobody uses today", false),
            (.wordsAtMost(4), "one two three four five six seven", false),
            (.items(3), "- a\n- b\n- c", true), (.items(3), "a, b and, c", true), (.items(4), "- a", false),
            (.language(.german), "Die Tür ist zu und der Schlüssel liegt nicht auf dem Tisch.", true),
            (.language(.german), "The door is shut and the key is not on the table.", false),
            (.language(.japanese), "The door is shut.", false), (.language(.japanese), "扉は閉まっています。", true),
            (.code, "func a() {}", true), (.code, "You write it with a loop.", false),
        ] as [(Form, String, Bool)]
    )
    func form(_ expectation: Form, _ text: String, _ isGood: Bool) throws {
        let judgement = QualityJudge().judge(
            QualityJudge.Answer(text: text),
            for: try TestPrompts.blind("Do it, please."),
            kind: .general,
            expectations: [expectation]
        )
        #expect((judgement.confidence >= 0.6) == isGood, "\(judgement)")
        #expect(judgement.reasons.isEmpty == isGood)
    }
}

@Suite("A model's opinion of an answer")
struct SelfCritiqueTests {
    @Test(
        "is read from its reply",
        arguments: [
            ("7", 0.7), ("7/10", 0.7), ("Score: 8 out of 10", 0.8), ("0.85", 0.85), ("80 %", 0.8),
            ("{\"score\": 4}", 0.4),
            ("10", 1), ("0", 0), ("4 / 5", 0.8), ("1.0", 1), ("good", nil), ("", nil), ("-3", nil), ("42", nil),
            ("gpt4 says yes", nil), ("12/10", nil),
        ] as [(String, Double?)]
    )
    func opinion(_ reply: String, _ expected: Double?) {
        #expect(SelfCritique.opinion(in: reply) == expected)
    }

    @Test("the question shows both ends of what is long")
    func question() {
        let long = "begin" + String(repeating: "x", count: 9_000) + "end"
        let question = SelfCritique.question(task: long, answer: long)
        #expect(question.utf8.count < 5_000)
        #expect(question.components(of: "begin") == 2 && question.components(of: "end") == 2)
    }

    @Test("weighs a fifth, and the rest is scaled up without it")
    func weight() throws {
        let prompt = try TestPrompts.blind("Say hello.")
        let answer = QualityJudge.Answer(text: "Hello there!")
        let judge = QualityJudge()
        func confidence(_ critique: Double?) -> Double {
            judge.judge(answer, for: prompt, kind: .general, selfCritique: critique).confidence
        }
        #expect(abs(confidence(nil) - 1) < 1e-9)
        #expect(abs(confidence(0) - 0.8) < 1e-9)
        #expect(abs(confidence(0.5) - 0.9) < 1e-9)
    }

    @Test("a call of a tool is an answer without a word")
    func call() throws {
        let call = ToolCall(id: "1", name: "look", arguments: "{}")
        let answer = QualityJudge.Answer(text: "", calls: [call], finish: .toolCalls)
        let prompt = try TestPrompts.blind("What is in the room? Reply as JSON.")
        #expect(QualityJudge().judge(answer, for: prompt, kind: .status).confidence == 1)
        let nothing = QualityJudge.Answer(text: " ")
        #expect(QualityJudge().judge(nothing, for: prompt, kind: .status).confidence < 0.6)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }
}
