import Testing

@testable import Routing

@Suite("What came of requests is summed up, fades, and is read as a reward")
struct ExperienceTests {
    private let weights = Weights.weights(for: .balanced, needs: Needs())
    private let policy = LearningPolicy.learning

    private func outcome(
        _ isAnswered: Bool = true,
        quality: Double? = 0.8,
        seconds: Double = 10,
        dollars: Double? = 2,
        time: Int64 = 0,
        of name: String = "a"
    ) throws -> RequestOutcome {
        RequestOutcome(
            kind: .knowledge,
            backend: try Fixture.id(name),
            isAnswered: isAnswered,
            quality: quality,
            seconds: seconds,
            dollarsPerMillion: dollars,
            time: time
        )
    }

    private func reward(_ outcome: RequestOutcome) -> Double {
        var evidence = Evidence()
        evidence.add(outcome, halfSpeed: 10)
        return evidence.rewards(weights).sum
    }

    @Test("the reward is the selector's score of what was measured, and nothing for no answer")
    func rewards() throws {
        // 0.3 quality, 0.2 speed, 0.3 cost, 0.2 reliability.
        #expect(abs(reward(try outcome()) - (0.24 + 0.1 + 0.15 + 0.2)) < 1e-9)
        #expect(abs(reward(try outcome(quality: 1, seconds: 0, dollars: 0)) - 1) < 1e-9)
        #expect(reward(try outcome(false)) == 0)
        // Unknown is not free, and unjudged is neither good nor bad.
        #expect(abs(reward(try outcome(quality: nil, dollars: nil)) - (0.15 + 0.1 + 0.075 + 0.2)) < 1e-9)
        for odd in [Double.nan, .infinity, -1, 7] {
            #expect((0...1).contains(reward(try outcome(quality: odd, seconds: odd))), "\(odd)")
        }
    }

    @Test("a belief begins at the configured score, and ends at what was measured")
    func beliefs() throws {
        var evidence = Evidence()
        let empty = Belief(evidence, weights, prior: 0.5, worth: 3)
        #expect(empty.mean == 0.5)
        #expect(abs(empty.deviation - 0.25 / 3.0.squareRoot()) < 1e-9)
        for _ in 0..<300 { evidence.add(try outcome(quality: 1, seconds: 0, dollars: 0), halfSpeed: 10) }
        let sure = Belief(evidence, weights, prior: 0.5, worth: 3)
        #expect(sure.mean > 0.99 && sure.deviation < 0.01)
        #expect(sure.lead(over: empty) > 2)
        #expect(sure.words == "1.00 ± 0.00")
    }

    @Test("squares of rewards are those of each outcome, whatever the weights")
    func squares() throws {
        let outcomes = [
            try outcome(), try outcome(quality: 0.2, seconds: 1, dollars: 9), try outcome(false),
            try outcome(quality: 0.5, seconds: 40, dollars: 0),
        ]
        for criterion in RoutingPolicy.Criterion.allCases {
            let weights = Weights.weights(for: criterion, needs: Needs())
            var (all, sum, squares) = (Evidence(), 0.0, 0.0)
            for outcome in outcomes {
                all.add(outcome, halfSpeed: 10)
                var one = Evidence()
                one.add(outcome, halfSpeed: 10)
                let reward = one.rewards(weights).sum
                (sum, squares) = (sum + reward, squares + reward * reward)
            }
            #expect(abs(all.rewards(weights).sum - sum) < 1e-9)
            #expect(abs(all.rewards(weights).squares - squares) < 1e-9)
        }
    }

    @Test("older outcomes fade, by time and by newer ones; a window is all that is remembered")
    func fading() throws {
        var experience = Experience()
        experience.learn(try outcome(), policy)
        experience.learn(try outcome(time: Int64(policy.halfLifeDays * 86_400_000)), policy)
        let arm = try #require(experience.arms(.knowledge).first)
        #expect(abs(arm.evidence.count - (1 + 0.5 * 0.99)) < 1e-6)
        for _ in 0..<2_000 { experience.learn(try outcome(), policy) }
        #expect(abs((experience.arms(.knowledge).first?.evidence.count ?? 0) - 100) < 1)
        #expect(experience.arms(.knowledge).first?.seen == 2_002)
        #expect(experience.arms(.analysis).isEmpty)
    }

    @Test("who is not asked becomes doubtful, and is the same again to nobody's surprise")
    func doubt() throws {
        var experience = Experience()
        for _ in 0..<50 { experience.learn(try outcome(false), policy) }
        let before = try #require(experience.arms(.knowledge).first)
        for _ in 0..<400 { experience.learn(try outcome(of: "b"), policy) }
        let after = try #require(experience.arms(.knowledge).first)
        #expect(after.evidence == before.evidence)
        #expect(after.missed == 400)
        #expect(abs(after.today(100).count - before.evidence.count / 2) < 1e-9)
        experience.learn(try outcome(of: "a"), policy)
        #expect((experience.arms(.knowledge).first?.evidence.count ?? 99) < before.evidence.count / 2 + 1.01)
    }

    @Test("a rating counts as several outcomes of that quality, and leaves time and cost as they were")
    func ratings() throws {
        var experience = Experience()
        for _ in 0..<10 { experience.learn(try outcome(), policy) }
        let before = try #require(experience.arms(.knowledge).first).evidence
        experience.learn(stars: 1, .knowledge, try Fixture.id("a"), time: 0, policy)
        let after = try #require(experience.arms(.knowledge).first).evidence
        #expect((after.meanQuality ?? 1) < 0.6)
        #expect(abs((after.meanSpeed ?? 0) - (before.meanSpeed ?? 1)) < 1e-9)
        #expect(abs((after.meanCheapness ?? 0) - (before.meanCheapness ?? 1)) < 1e-9)
        #expect(after.count > before.count + 4)
    }

    @Test("backends that come and go do not fill it")
    func bounded() throws {
        var experience = Experience()
        for number in 0..<(Experience.mostArms * 2) { experience.learn(try outcome(of: "b\(number)"), policy) }
        #expect(experience.arms(.knowledge).count == Experience.mostArms)
        #expect(experience.arms(.knowledge).last?.backend.rawValue == "b\(Experience.mostArms * 2 - 1)")
    }

    @Test("what says nothing of a backend teaches nothing: who left, a task at fault, a probe, a comparison")
    func teaching() throws {
        let silent: [FailureClass] = [.cancelled, .badRequest, .contextWindow, .saturated, .overBudget, .queueFull]
        for failure in silent { #expect(!failure.teaches, "\(failure)") }
        for failure in [.refused, .lowQuality, .timeoutTotal, .serverError, .rateLimited] as [FailureClass] {
            #expect(failure.teaches, "\(failure)")
        }
    }

    @Test("draws are standard normal, and one of each block of turns explores")
    func chance() {
        var (state, sum, squares): (UInt64, Double, Double) = (7, 0, 0)
        for _ in 0..<20_000 {
            let draw = Chance.normal(&state)
            (sum, squares) = (sum + draw, squares + draw * draw)
        }
        #expect(abs(sum / 20_000) < 0.03)
        #expect(abs(squares / 20_000 - 1) < 0.04)
        for ceiling in [0.05, 0.1, 0.5] {
            let turns = (0..<10_000).filter { Chance.explores(turn: UInt64($0), ceiling: ceiling, seed: 3) }
            #expect(turns.count == Int((10_000 * ceiling).rounded()))
        }
        #expect(abs(Chance.quantile(0.9) - 1.281_552) < 1e-5)
        #expect(abs(Chance.share(below: 1.959_964) - 0.975) < 1e-6)
    }
}
