import Testing

@testable import Persona

@Suite("What a term costs in false alarms is measured, and the owner is told")
struct TermCostTests {
    private let texts = [
        "the same old sample", "a glass of milk for Sam", "nothing here", "sam and the others",
    ]

    @Test("a term that stands in clean texts stops them, by its own rule alone")
    func stops() {
        let cost = TermCost(kind: .alias, text: "Sam", on: texts)
        #expect(cost.stops == 2 && cost.quarantines == 0 && cost.stopsPerTenThousand == 5_000)
        #expect(cost.rule == "as a word" && cost.severity == .s1 && cost.identityClass == .alias)
        #expect(cost.warning?.contains("one clean text in a thousand") == true && cost.advice != nil)
    }

    @Test("a rare name costs nothing, and nothing is said of it")
    func rare() {
        let cost = TermCost(kind: .name, text: "Timmy", on: texts)
        #expect(cost.stops == 0 && cost.quarantines == 0 && cost.warning == nil && cost.advice == nil)
        #expect(cost.rule == "anywhere")
        #expect(TermCost(kind: .project, text: "Glasswing", on: texts).rule == "anywhere, one slip")
    }

    @Test(
        "each class has its severity",
        arguments: [
            (IdentityClass.owner, "Rowan Ashdown", Severity.s0), (.account, "timmy_keeper", .s0),
            (.path, "/home/rowan", .s0),
            (.machine, "rowans-desk", .s0), (.person, "Bess Harrow", .s1), (.place, "Wickerfen", .s1),
        ]
    )
    func severities(_ kind: IdentityClass, _ text: String, _ severity: Severity) {
        #expect(TermCost(kind: kind, text: text, on: []).severity == severity)
    }

    @Test(
        "what would stop much is warned of, whatever the sample holds",
        arguments: [
            ("people", "an ordinary word"), ("Al", "so short"),
            ("Rowan People", "its part \"People\" is an ordinary word"),
            ("comput", "stands inside"),
        ]
    )
    func warnings(_ text: String, _ warning: String) {
        let cost = TermCost(kind: .person, text: text, on: [])
        #expect(cost.warning?.contains(warning) == true, "\(cost.warning ?? "nothing")")
    }

    @Test("documents are measured by their runs, and the dearest term is told first")
    func identity() {
        let soul = "the quick brown fox jumps over the lazy dog"
        let identity = Identity(terms: [(.name, "Timmy"), (.alias, "Sam")], passages: PassageIndex([soul]))
        let cost = IdentityCost(identity, on: texts + ["so: " + soul.uppercased() + "!"])
        #expect(cost.terms.map(\.text) == ["Sam", "Timmy"])
        #expect(cost.soul?.stops == 1 && cost.soul?.severity == .s0 && cost.fingerprints > 0)
        #expect(cost.warnings == 2)
        #expect(cost.soul.map { !"\($0)".contains("fox") } == true)
        #expect(IdentityCost(Identity(terms: []), on: texts).soul == nil)
    }
}
