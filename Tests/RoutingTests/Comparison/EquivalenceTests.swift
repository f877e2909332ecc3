import TestSupport
import Testing

@testable import Routing

/// What two answers come to.
struct PairCase: Sendable, CustomTestStringConvertible {
    let name: String
    let first: String
    let second: String
    let level: Equivalence.Level
    var testDescription: String { name }
}

@Suite("Two answers to the same task are held against each other by form, content, numbers and names")
struct EquivalenceTests {
    private static let bridge = "The old bridge crosses the river near the mill and carries carts and walkers."

    static let cases: [PairCase] = [
        PairCase(name: "the same text", first: "Blue.", second: "Blue.", level: .same),
        PairCase(name: "but for case and marks", first: "It's Blue!", second: "it\u{2019}s blue", level: .same),
        PairCase(
            name: "a paraphrase",
            first: bridge,
            second: "Near the mill an old bridge goes across the river, carrying walkers and carts.",
            level: .equivalent
        ),
        PairCase(
            name: "a short answer within a sentence",
            first: "42",
            second: "The answer to the question is 42.",
            level: .equivalent
        ),
        PairCase(
            name: "a number as a word",
            first: "There are three moons.",
            second: "There are 3 moons.",
            level: .same
        ),
        PairCase(
            name: "thousands",
            first: "It has 1,200 seats.",
            second: "It has 1200 seats.",
            level: .same
        ),
        PairCase(
            name: "a fraction that ends in nothing",
            first: "It costs 2.50 dollars.",
            second: "It costs 2.5 dollars",
            level: .same
        ),
        PairCase(
            name: "another number",
            first: "The bridge is 120 m long.",
            second: "The bridge is 130 m long.",
            level: .contradiction
        ),
        PairCase(
            name: "a number below zero",
            first: "It was -5 degrees.",
            second: "It was 5 degrees.",
            level: .contradiction
        ),
        PairCase(
            name: "a number that only one gives",
            first: "The old bridge crosses the river near the mill.",
            second: "The old bridge crosses the river near the mill, 120 m long.",
            level: .equivalent
        ),
        PairCase(
            name: "the numbers of a list are not the answer's",
            first: "1. Bread\n2. Salt\n3. Water",
            second: "- Bread\n- Salt\n- Water",
            level: .same
        ),
        PairCase(
            name: "another name",
            first: "The capital of France is Paris.",
            second: "The capital of France is Lyon.",
            level: .contradiction
        ),
        PairCase(name: "another name alone", first: "Paris.", second: "Lyon.", level: .contradiction),
        PairCase(name: "another word alone", first: "Red.", second: "It's blue.", level: .contradiction),
        PairCase(name: "yes in another word", first: "Yes.", second: "Correct!", level: .equivalent),
        PairCase(
            name: "another name at the beginning",
            first: "Tycho measured the planets by eye.",
            second: "Kepler measured the planets by eye.",
            level: .contradiction
        ),
        PairCase(
            name: "an ordinary word at the beginning is no name",
            first: "Water boils when heated long enough in a kettle.",
            second: "Heated long enough in a kettle, water boils.",
            level: .equivalent
        ),
        PairCase(
            name: "nouns written large are no names",
            first: "Die Katze sitzt im Garten und sieht den Hund",
            second: "Im Garten sitzt die Katze und sieht einen Hund",
            level: .equivalent
        ),
        PairCase(name: "yes against no", first: "Yes, it is safe.", second: "No, it is not.", level: .contradiction),
        PairCase(
            name: "on against off",
            first: "Turn the lamp on at dusk.",
            second: "Turn the lamp off at dusk.",
            level: .contradiction
        ),
        PairCase(
            name: "a denial",
            first: "The mushroom in the picture is edible.",
            second: "The mushroom in the picture is not edible.",
            level: .contradiction
        ),
        PairCase(
            name: "another subject",
            first: "Cheese ripens in cool cellars for many months.",
            second: "Sailors read the stars to find their way home.",
            level: .different
        ),
        PairCase(
            name: "half of it",
            first: "Bread needs flour, water, salt, yeast.",
            second: "Bread needs flour, sugar, butter, eggs, cream.",
            level: .partial
        ),
        PairCase(name: "JSON against prose", first: #"{"colour":"blue"}"#, second: "It is blue.", level: .otherForm),
        PairCase(
            name: "the same JSON in another order, in a fence",
            first: #"{"a":1,"b":[true,null]}"#,
            second: "```json\n{ \"b\": [true, null],\n \"a\": 1 }\n```",
            level: .same
        ),
        PairCase(name: "JSON with another number", first: #"{"a":1}"#, second: #"{"a":2}"#, level: .contradiction),
        PairCase(name: "JSON with another key", first: #"{"a":1}"#, second: #"{"b":1}"#, level: .otherForm),
        PairCase(
            name: "JSON with a text in other words",
            first: #"{"id":7,"note":"the lamp is broken"}"#,
            second: #"{"id":7,"note":"a broken lamp"}"#,
            level: .equivalent
        ),
        PairCase(
            name: "code against prose",
            first: "```swift\nlet a = 1\n```",
            second: "You set a to the value.",
            level: .otherForm
        ),
        PairCase(
            name: "a refusal",
            first: "I'm sorry, but I can't help with that.",
            second: "Blue.",
            level: .oneDeclined
        ),
        PairCase(
            name: "two refusals",
            first: "I'm sorry, but I can't help with that.",
            second: "I cannot assist with this request.",
            level: .bothDeclined
        ),
        PairCase(name: "empty against something", first: " \n", second: "Blue.", level: .oneDeclined),
        PairCase(name: "both empty", first: "", second: "...", level: .bothDeclined),
    ]

    @Test("each pair has its verdict, whichever comes first", arguments: cases)
    func verdict(pair: PairCase) {
        let first = ComparedAnswer(pair.first, task: "Tell me.", kind: .general)
        let second = ComparedAnswer(pair.second, task: "Tell me.", kind: .general)
        let verdict = EquivalenceJudge().verdict(first, second)
        #expect(verdict.level == pair.level, "\(verdict)")
        let turned = EquivalenceJudge().verdict(second, first)
        #expect(turned.level == pair.level, "\(turned)")
        #expect(turned.overlap == verdict.overlap)
    }

    @Test("the words name what stands against what, and who declines")
    func words() {
        let judge = EquivalenceJudge()
        let numbers = judge.verdict(.text("It is 12 or 14."), .text("It is 13."))
        #expect(numbers.words == "they contradict each other: 12, 14 against 13")
        let declined = judge.verdict(.text("Blue."), .refusal, first: "alpha", second: "beta")
        #expect(declined.words == "beta declines")
        let missing = judge.verdict(.none, .text("Blue."), first: "alpha", second: "beta")
        #expect(missing.words == "alpha has no answer")
        let json = judge.verdict(.text(#"{"a":{"b":[1,2]}}"#), .text(#"{"a":{"b":[1,3]}}"#))
        #expect(json.words == "JSON with another value, at a.b[1]")
    }

    @Test("no text breaks it, and a text is always the same as itself")
    func anything() {
        var texts = [
            "\u{0}", "9,9,9.9.", "'", "a'", "\u{2019}s", "1.", "-", "-1", "```\n```", "{", "[1", "日本語の答え", "\u{1F600}",
        ]
        texts.append(String(repeating: "word ", count: 50_000))
        texts.append(String(repeating: "[", count: 10_000))
        for text in texts {
            let verdict = EquivalenceJudge().verdict(.text(text), .text(text))
            #expect([.same, .bothDeclined].contains(verdict.level), "\(text.prefix(20))")
        }
    }
}

@Suite("A difference in quality is told from pairs, with how sure it is")
struct PairedDifferenceTests {
    private func difference(_ values: [Double]) throws -> PairedDifference {
        try #require(PairedDifference(values.map { (first: 0.5, second: 0.5 + $0) }))
    }

    @Test("the interval is Student's: 0.1, 0.2, 0.3 give 0.2 and 0.2484 to each side")
    func interval() throws {
        let found = try difference([0.1, 0.2, 0.3])
        #expect(abs(found.mean - 0.2) < 1e-9)
        #expect(abs(found.high - found.mean - 0.24842) < 1e-4)
        #expect(abs(found.mean - found.low - 0.24842) < 1e-4)
    }

    @Test(
        "Student's quantiles agree with the tables",
        arguments: [(11, 2.2010), (20, 2.0860), (60, 2.0003), (499, 1.9647)]
    )
    func quantiles(degrees: Int, expected: Double) {
        #expect(abs(PairedDifference.quantile(degrees: degrees) - expected) < 2e-4)
    }

    @Test("one pair tells nothing, and two alike do not show that all are")
    func few() throws {
        #expect(PairedDifference([(first: 1, second: 0)]) == nil)
        #expect(try difference([0, 0]).verdict(margin: 0.05) == .open)
        #expect(try difference([0, 0, 0, 0, 0]).verdict(margin: 0.05) == .asGood)
    }

    @Test("better, worse, as good, or open")
    func verdicts() throws {
        #expect(try difference([0.2, 0.22, 0.18, 0.21, 0.2]).verdict(margin: 0.05) == .better)
        #expect(try difference([-0.2, -0.22, -0.18, -0.21, -0.2]).verdict(margin: 0.05) == .worse)
        #expect(try difference([0.01, -0.01, 0.02, -0.02, 0]).verdict(margin: 0.05) == .asGood)
        #expect(try difference([0.4, -0.4, 0.3, -0.3, 0.1]).verdict(margin: 0.05) == .open)
        // Surely less, and by too little to matter.
        #expect(try difference([-0.01, -0.01, -0.01, -0.012, -0.01]).verdict(margin: 0.05) == .asGood)
    }

    @Test("the words name who is better")
    func words() throws {
        let worse = try difference([-0.2, -0.22, -0.18, -0.21, -0.2]).words("alpha", "beta", margin: 0.05)
        #expect(worse == "beta is worse than alpha by 0.20 (-0.22 to -0.18, 95 %, 5 pairs)")
    }

    @Test("of 400 comparisons of two that are equally good, at most 30 intervals miss nothing's place")
    func coverage() throws {
        var random = SeededGenerator(seed: 7)
        var missed = 0
        for _ in 0..<400 {
            let found = try difference((0..<20).map { _ in Double.random(in: -0.3...0.3, using: &random) })
            if found.low > 0 || found.high < 0 { missed += 1 }
        }
        // 5 % are 20; more than 30 has a chance of less than 1 in 100.
        #expect(missed <= 30)
        #expect(missed > 0)
    }
}
