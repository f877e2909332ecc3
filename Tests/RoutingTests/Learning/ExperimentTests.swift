import Testing

@testable import Routing

@Suite("Two strategies are compared on live thoughts, by a rule that may be looked at at any time")
struct ExperimentTests {
    private let experiment = Experiment(id: 7, a: .rules, b: .preference(.quality), least: 50, most: 2_000)

    /// Rewards with that mean, as chance will have it.
    private func test(_ a: Double, _ b: Double, seed: UInt64, _ experiment: Experiment) -> SequentialTest {
        var draws = World.Draws(seed: seed)
        var test = SequentialTest()
        while test.verdict == .running {
            let isB = draws.unit() < 0.5
            // Three in four are answered; of what is left the mean is as said.
            let reward = draws.unit() < 0.75 ? (isB ? b : a) / 0.75 + 0.3 * (draws.unit() - 0.5) : 0
            test.add(reward, toB: isB, experiment)
        }
        return test
    }

    @Test("two that are the same are called different in no more than the stated share of experiments")
    func errorRate() {
        let verdicts = (0..<200).map { test(0.5, 0.5, seed: UInt64($0), experiment).verdict }
        let wrong = verdicts.filter { $0 != .undecided }.count
        // At most 10 in the mean; 19 is three standard deviations more.
        #expect(wrong <= 19, "\(wrong)")
    }

    @Test("a difference of a tenth is found, on the right side, and mostly long before the end")
    func power() {
        let tests = (0..<50).map { test(0.5, 0.6, seed: UInt64($0), experiment) }
        #expect(tests.filter { $0.verdict == .b }.count >= 45)
        #expect(tests.filter { $0.verdict == .a }.isEmpty)
        #expect(tests.reduce(0) { $0 + $1.a.count + $1.b.count } / tests.count < 1_500)
        #expect(test(0.6, 0.45, seed: 1, experiment).verdict == .a)
    }

    @Test("nothing is decided before the least number of thoughts, and what is decided stays")
    func bounds() {
        var test = SequentialTest()
        for _ in 0..<49 {
            test.add(0, toB: false, experiment)
            test.add(1, toB: true, experiment)
        }
        #expect(test.verdict == .running && test.p == 1)
        test.add(0, toB: false, experiment)
        test.add(1, toB: true, experiment)
        #expect(test.verdict == .b)
        let decided = test
        for _ in 0..<500 { test.add(1, toB: false, experiment) }
        #expect(test == decided)
        var lonely = SequentialTest()
        for _ in 0..<2_000 { lonely.add(.nan, toB: false, experiment) }
        #expect(lonely.a.count == 0)
        for _ in 0..<2_000 { lonely.add(1, toB: false, experiment) }
        #expect(lonely.verdict == .undecided)
    }

    @Test("a conversation stays on its side, and about half are on each")
    func assignment() {
        let sides = (0..<1_000).map { experiment.trial(of: "ann \($0)", halfSpeed: 10).isB }
        #expect(sides == (0..<1_000).map { experiment.trial(of: "ann \($0)", halfSpeed: 10).isB })
        #expect((430...570).contains(sides.filter(\.self).count))
        var other = experiment
        other.id = 8
        #expect(sides != (0..<1_000).map { other.trial(of: "ann \($0)", halfSpeed: 10).isB })
        #expect(experiment.trial(of: "ann", halfSpeed: 10).name.hasPrefix("7"))
    }

    @Test("its side decides who goes first; who belongs to nobody, or must not be explored with, is no part of it")
    func steering() throws {
        let bandit = Bandit(.learning)
        func steered(
            _ caller: String?,
            _ change: (inout Selector.Facts) -> Void = { _ in }
        ) throws -> RoutePlan {
            let facts = Selecting.facts(.knowledge, .moderate) {
                $0.caller = caller
                change(&$0)
            }
            return experiment.steer(try Selecting.plan(facts, Selecting.tiers()), facts, bandit, []).plan
        }
        var fronts: Set<String> = []
        for number in 0..<20 {
            let plan = try steered("caller \(number)")
            let isB = try #require(plan.trial).isB
            #expect(plan.candidates[0].backend.id.rawValue == (isB ? "dear" : "cheap"))
            fronts.insert(plan.candidates[0].why)
            // His conversation has a side of its own.
            let talk = try steered("caller \(number)") { $0.conversation = "talk" }
            #expect(try talk.trial == steered(nil) { $0.conversation = "talk" }.trial)
        }
        #expect(fronts == ["first choice for knowledge", "an experiment has it asked: quality"])
        #expect(try steered(nil).trial == nil)
        #expect(try steered("ann") { $0.isVisible = true }.trial == nil)
        #expect(try steered("ann") { $0.classification.complexity = .complex }.trial == nil)
        #expect(try steered("ann") { $0.constraints.maxCost = NanoDollars(1_000_000_000) }.trial == nil)
        #expect(try steered("ann") { $0.constraints.isLocalOnly = true }.trial == nil)
    }

    @Test("a thought's reward is that of its answer; what says nothing of a strategy has none")
    func rewards() throws {
        let facts = Selecting.facts(.knowledge, .moderate) { $0.caller = "ann" }
        let plan = experiment.steer(try Selecting.plan(facts, Selecting.tiers()), facts, Bandit(.learning), []).plan
        var record = DecisionRecord(thought: "t", plan: plan, criterion: .balanced, caller: "ann")
        #expect(record.trial == plan.trial)
        #expect(record.reward(halfSpeed: 10) == nil)
        for outcome in [DecisionRecord.Outcome.allFailed, .deadline] {
            record.outcome = outcome
            #expect(record.reward(halfSpeed: 10) == 0)
        }
        record.outcome = .answered
        record.served = try Fixture.id("large")
        (record.quality, record.duration) = (0.8, .seconds(10))
        // 0.3 quality, 0.2 speed, 0.3 cost and free, 0.2 reliability.
        #expect(abs((record.reward(halfSpeed: 10) ?? 0) - (0.24 + 0.1 + 0.3 + 0.2)) < 1e-9)
        record.isCached = true
        #expect(record.reward(halfSpeed: 10) == nil)
        let moved = Preference.local.steer(plan, facts, .told)
        #expect(DecisionRecord(thought: "t", plan: moved, criterion: .balanced, caller: "ann").trial == nil)
    }

    @Test("a strategy has one word")
    func words() throws {
        for word in ["rules", "learning", "quality", "speed", "backend:claude"] {
            #expect(Experiment.Strategy(word)?.word == word)
        }
        for word in ["", "local", "claude", "backend:", "backend:A B", "Rules"] {
            #expect(Experiment.Strategy(word) == nil)
        }
    }
}
