import TestSupport
import Testing

@testable import Routing

@Suite("Several models vote, and what they say is compared by its closed form")
struct ConsensusTests {
    private func vote(_ name: String, _ text: String, _ confidence: Double? = 0.8, choice: String? = nil) throws
        -> Ballot
    {
        let id = try Fixture.id(name)
        let answer = Answer(
            text: text,
            calls: [],
            backend: id,
            model: name,
            kind: .general,
            finish: .stop,
            attempts: [],
            usage: .missing,
            cost: NanoDollars(1),
            duration: .zero,
            firstToken: nil,
            thought: name,
            confidence: confidence
        )
        return Ballot(id, answer, choice: choice ?? ClosedForm.choice(text, []))
    }

    private func failed(_ name: String) throws -> Ballot { Ballot(try Fixture.id(name), failure: .unreachable) }

    @Test("the majority decides, and the best of it speaks for it")
    func majority() throws {
        let ballots = [try vote("a", "Yes", 0.7), try vote("b", "no", 0.99), try vote("c", "yes.", 0.9)]
        let verdict = try #require(Verdict(ballots, ConsensusTerms(count: 3)))
        #expect((verdict.winner, verdict.decider, verdict.isUnanimous, verdict.agreeing) == (2, .majority, false, 2))
        let all = [try vote("a", "Yes"), try vote("b", "YES!"), try vote("c", "yes")]
        let one = try #require(Verdict(all, ConsensusTerms(count: 3)))
        #expect((one.winner, one.isUnanimous, one.agreeing) == (0, true, 3))
    }

    @Test("without a majority, or where the rule says so, the judge's best decides")
    func confidence() throws {
        let three = [try vote("a", "red", 0.7), try vote("b", "blue", 0.9), try vote("c", "green", nil)]
        let split = try #require(Verdict(three, ConsensusTerms(count: 3)))
        #expect((split.winner, split.decider, split.agreeing) == (1, .confidence, 1))
        let ballots = [try vote("a", "yes", 0.7), try vote("b", "no", 0.9), try vote("c", "yes", 0.8)]
        let best = try #require(Verdict(ballots, ConsensusTerms(count: 3, rule: .confidence)))
        #expect((best.winner, best.decider) == (1, .confidence))
        let tie = [try vote("a", "yes", 0.8), try vote("b", "no", 0.8)]
        #expect(try #require(Verdict(tie, ConsensusTerms(count: 2))).winner == 0)
    }

    @Test("a decision stands when nobody who is still to answer can change it")
    func standing() throws {
        func stands(_ ballots: [Ballot], asked: Int, _ terms: ConsensusTerms) -> Bool {
            Verdict.stands(ballots, asked: asked, terms)
        }
        let (yes, no, none) = (try vote("a", "yes"), try vote("b", "no"), try failed("c"))
        let three = ConsensusTerms(count: 3)
        #expect(stands([yes, yes], asked: 3, three))
        #expect(stands([no, yes, yes], asked: 3, three))
        #expect(!stands([yes], asked: 3, three))
        #expect(!stands([yes, no], asked: 3, three))
        #expect(!stands([yes, none], asked: 3, three))
        #expect(!stands([yes, yes], asked: 4, ConsensusTerms(count: 4)))
        #expect(stands([yes, yes, yes], asked: 4, ConsensusTerms(count: 4)))
        // Fewer are there than were asked for: three of four agree, and four must answer.
        #expect(!stands([yes, yes, yes], asked: 4, ConsensusTerms(count: 7)))
        #expect(!stands([yes, yes, yes], asked: 3, ConsensusTerms(count: 3, rule: .confidence)))
    }

    @Test("one that fails does not fail all while more than half have answered")
    func quorum() throws {
        let terms = ConsensusTerms(count: 3)
        let two = [try failed("a"), try vote("b", "yes"), try vote("c", "yes")]
        #expect(try #require(Verdict(two, terms)).winner == 1)
        #expect(try Verdict([failed("a"), failed("b"), vote("c", "yes")], terms) == nil)
        #expect(try Verdict([failed("a"), vote("b", "yes")], ConsensusTerms(count: 2)) == nil)
        #expect(Verdict([], terms) == nil)
    }

    private static let pairs: [(String, String, [Routing.Expectation], Bool)] = [
        ("Yes.", "yes, it is", [.yesOrNo], true), ("Ja", "yes", [.yesOrNo], true),
        ("No", "Yes", [.yesOrNo], false), ("Yes and no", "yes", [.yesOrNo], false),
        ("7", "7.0", [.number], true), ("7", " 7.", [.number], true), ("7", "8", [.number], false),
        ("-7", "7", [.number], false),
        ("The answer is red.", "RED", [.oneOf(["red", "dark red"])], true),
        ("dark red", "red", [.oneOf(["red", "dark red"])], false),
        ("red or blue", "red", [.oneOf(["red", "blue"])], false),
        (#"{"a":1,"b":2}"#, "```json\n{ \"b\": 2, \"a\": 1 }\n```", [.json(keys: [])], true),
        (#"{"a":1}"#, #"{"a":2}"#, [.json(keys: [])], false), ("Paris.", "paris", [], true),
        ("Paris", "Rome", [], false),
        ("not good", "good", [], false), ("+1", "-1", [], false),
        // An option that is denied is no vote for it.
        ("This is not spam.", "spam", [.oneOf(["spam", "ham"])], false),
        ("It isn’t red", "red", [.oneOf(["red", "blue"])], false),
        ("not spam", "It is not spam.", [.oneOf(["spam", "not spam"])], true),
        // Signs that say something.
        ("x < 5", "x > 5", [], false), ("C++", "C#", [], false), ("👍", "👎", [], false), ("5%", "5", [], false),
        ("3 4", "34", [.number], false), ("1.5 km", "15 km", [], false), ("**Paris**!", "paris", [], true),
    ]

    @Test("two that say the same in their form are one", arguments: pairs)
    func forms(one: String, other: String, expected: [Routing.Expectation], isSame: Bool) {
        #expect((ClosedForm.choice(one, expected) == ClosedForm.choice(other, expected)) == isSame)
    }

    private func plan(_ backends: [Backend]) throws -> RoutePlan {
        let live = RoutingSnapshot(registry: BackendRegistry(backends))
        let classification = Classifier().classify(try TestPrompts.blind("2 + 2, quick"))
        return Selector().plan(
            Selector.Facts(classification: classification, promptTokens: 100),
            snapshot: live,
            health: HealthBoard(live.registry).snapshot()
        )
    }

    @Test("the worst case is the sum of all, known before; unknown is too dear")
    func cost() throws {
        var backends = try Workbench.three()
        for index in backends.indices {
            backends[index].prices = PriceVector(input: 1, output: 10)
            backends[index].maxOutput = 100
        }
        let members = ConsensusPlan(ConsensusTerms(count: 3), try plan(backends), maxTokens: nil)
        let each = backends[0].worstCase(inputTokens: 152, maxTokens: nil)
        #expect(members.members.count == 3)
        #expect(members.worstCase == NanoDollars(each.value * 3))
        #expect(!members.isTooDear(for: ConsensusTerms(maxCost: NanoDollars(each.value * 3))))
        #expect(members.isTooDear(for: ConsensusTerms(maxCost: NanoDollars(each.value * 3 - 1))))
        #expect(!members.isTooDear(for: ConsensusTerms()))
        backends[1].prices = nil
        let unknown = ConsensusPlan(ConsensusTerms(count: 3), try plan(backends), maxTokens: nil)
        #expect(unknown.worstCase == nil)
        #expect(unknown.isTooDear(for: ConsensusTerms(maxCost: NanoDollars(1 << 50))))
    }

    @Test("two names of one model at one place are one voice; named backends are asked as they are named")
    func members() throws {
        var backends = try Workbench.three()
        backends[1].model = backends[0].model
        backends[1].url = backends[0].url
        #expect(try ConsensusPlan(ConsensusTerms(count: 3), plan(backends), maxTokens: nil).members.count == 2)
        let names = [backends[2].id, backends[0].id]
        let named = ConsensusPlan(ConsensusTerms(backends: names), try plan(backends), maxTokens: nil)
        #expect(named.members.map(\.id) == names)
    }
}
