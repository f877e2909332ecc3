/// What it costs not to know whom to ask: the same thoughts in the same world, by the static rules, by learning, and by someone
/// who always knows the best. Selector, footing, bandit and experience are the daemon's own.
package struct Regret: Sendable {
    /// One way of choosing.
    package enum Chooser: String, Sendable, CaseIterable {
        case rules, learning
        case best = "always best"
    }

    /// What came of one run.
    package struct Run: Sendable {
        /// After each thought, the rewards that were missed so far: the best's mean less the chosen one's.
        package fileprivate(set) var missed: [Double] = []
        /// How many thoughts were tried on somebody else than the best known.
        package fileprivate(set) var explored = 0
        /// How many thoughts went to the best.
        package fileprivate(set) var best = 0

        /// All that was missed.
        package var total: Double { missed.last ?? 0 }
    }

    let world: World
    let length: Int
    var policy: LearningPolicy
    /// The time between two thoughts.
    private static let interval: Int64 = 60_000

    /// - Parameter length: how many thoughts.
    package init(_ world: World, length: Int, policy: LearningPolicy = .learning) {
        self.world = world
        self.length = length
        self.policy = policy
    }

    /// One run; the same seed gives the same.
    package func run(_ chooser: Chooser, seed: UInt64) -> Run {
        var run = Run()
        run.missed.reserveCapacity(length)
        var draws = World.Draws(seed: seed)
        var experience = Experience()
        var policy = policy
        policy.seed = seed
        let bandit = Bandit(policy)
        var snapshot = RoutingSnapshot(registry: BackendRegistry([]))
        var present: [World.Inhabitant] = []
        let selector = Selector()
        let halfSpeed = policy.halfSpeed / .seconds(1)
        for step in 0..<length {
            let here = world.inhabitants.filter { $0.nature(step) != nil }
            if here.count != present.count {
                present = here
                snapshot = RoutingSnapshot(registry: BackendRegistry(here.map(\.backend)))
            }
            let facts = Self.facts(step)
            var plan = selector.plan(facts, snapshot: snapshot, health: [])
            let weights = Weights.weights(for: plan.criterion, needs: facts.classification.needs)
            let means = Dictionary(
                uniqueKeysWithValues: here.compactMap { one in
                    one.nature(step).map {
                        ($0.reward(weights, one.backend.prices?.input, halfSpeed: halfSpeed), one.backend.id)
                    }
                }.map { ($1, $0) }
            )
            guard let most = means.max(by: { $0.value < $1.value }) else { continue }
            var chosen = most.key
            switch chooser {
            case .best: break
            case .rules: chosen = plan.candidates[0].backend.id
            case .learning:
                if let lesson = bandit.lesson(plan, facts, experience.arms(facts.classification.kind)) {
                    if lesson.verdict == .explores { run.explored += 1 }
                    plan = bandit.apply(lesson, to: plan)
                }
                chosen = plan.candidates[0].backend.id
            }
            if chosen == most.key { run.best += 1 }
            run.missed.append(run.total + most.value - (means[chosen] ?? 0))
            guard let one = here.first(where: { $0.backend.id == chosen }), let nature = one.nature(step) else {
                continue
            }
            let (isAnswered, quality, seconds) = nature.outcome(&draws)
            experience.learn(
                RequestOutcome(
                    kind: facts.classification.kind,
                    backend: chosen,
                    isAnswered: isAnswered,
                    quality: quality,
                    seconds: seconds,
                    dollarsPerMillion: one.backend.prices?.input,
                    time: Int64(step) * Self.interval
                ),
                policy
            )
        }
        return run
    }

    private static func facts(_ step: Int) -> Selector.Facts {
        Selector.Facts(
            classification: Classification(
                kind: .knowledge,
                complexity: .moderate,
                confidence: 0.9,
                isLocalOnly: false,
                why: []
            ),
            promptTokens: 200,
            turn: UInt64(step)
        )
    }
}

extension LearningPolicy {
    /// The defaults, switched on.
    package static var learning: LearningPolicy {
        var policy = LearningPolicy()
        policy.mode = .on
        return policy
    }
}
