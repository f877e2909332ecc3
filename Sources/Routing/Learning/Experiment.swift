/// A test of two strategies on live thoughts, with a rule for when it is decided.
public struct Experiment: Sendable, Equatable {
    /// A way of choosing among those on equal footing.
    public enum Strategy: Sendable, Equatable {
        /// As the rules say.
        case rules
        /// As was learned.
        case learning
        /// As a caller would who prefers that.
        case preference(Preference)

        /// In words, as it is told: `rules`, `learning`, `quality`, `backend:claude`.
        public var word: String {
            switch self {
            case .rules: "rules"
            case .learning: "learning"
            case .preference(let preference):
                preference.backend.map { "backend:\($0)" } ?? preference.word
            }
        }

        /// The strategy of that word; nil when it is none. `local` is none: equals are all at one place.
        public init?(_ word: String) {
            switch word {
            case "rules": self = .rules
            case "learning": self = .learning
            case "quality": self = .preference(.quality)
            case "speed": self = .preference(.speed)
            default:
                guard word.hasPrefix("backend:"), let id = BackendID(String(word.dropFirst(8))) else { return nil }
                self = .preference(.backend(id))
            }
        }
    }

    /// Its number.
    public var id: Int64
    /// The one strategy.
    public var a: Strategy
    /// The other.
    public var b: Strategy
    /// How often, at most, it calls two strategies different that are not, however long it is watched.
    public var errorRate: Double
    /// So many thoughts of each, before anything is decided.
    public var least: Int
    /// After so many of both together it ends undecided.
    public var most: Int

    /// An experiment.
    public init(
        id: Int64,
        a: Strategy,
        b: Strategy,
        errorRate: Double = 0.05,
        least: Int = 100,
        most: Int = 20_000
    ) {
        self.id = id
        self.a = a
        self.b = b
        self.errorRate = errorRate
        self.least = least
        self.most = most
    }

    /// Which of the two a conversation gets, or a caller who has none: always the same one.
    public func trial(of unit: String, halfSpeed: Double) -> Trial {
        // FNV-1a (Fowler, Noll and Vo): the same in every process, which Swift's own hash is not.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in unit.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let isB = Chance.mixed(hash ^ Chance.mixed(UInt64(bitPattern: id))) & 1 == 1
        return Trial(experiment: id, isB: isB, halfSpeed: halfSpeed)
    }

    /// The plan as the experiment has it, or as it was when the thought is none of it: it belongs to nobody, or must not be
    /// explored with.
    public func steer(
        _ plan: consuming RoutePlan,
        _ facts: borrowing Selector.Facts,
        _ bandit: Bandit,
        _ arms: [Experience.Arm]
    ) -> (plan: RoutePlan, isEnrolled: Bool) {
        guard let unit = facts.conversation ?? facts.caller, Footing(plan, facts).freedom == .full else {
            return (plan, false)
        }
        let trial = trial(of: unit, halfSpeed: bandit.policy.halfSpeed / .seconds(1))
        switch trial.isB ? b : a {
        case .rules: break
        case .learning:
            if let lesson = bandit.lesson(plan, facts, arms) { plan = bandit.apply(lesson, to: plan) }
        case .preference(let preference):
            plan = preference.steer(plan, facts, .learned)
            // It is nobody's wish.
            if case .steered = plan.candidates[0].reason {
                plan.candidates[0].reason = .tested("an experiment has it asked: \(preference.words)")
            }
        }
        plan.trial = trial
        return (plan, true)
    }
}

/// Which experiment a thought is part of, and on which side.
public struct Trial: Sendable, Equatable {
    /// The experiment's number.
    public let experiment: Int64
    /// Whether it got the second strategy.
    public let isB: Bool
    /// An answer that takes so many seconds has half the speed.
    let halfSpeed: Double

    /// As it stands in the ledger: `7a`.
    public var name: String { "\(experiment)\(isB ? "b" : "a")" }
}

extension DecisionRecord {
    /// The reward, where it is part of an experiment.
    public var trialReward: Double? { trial.flatMap { reward(halfSpeed: $0.halfSpeed) } }

    /// The reward of the whole thought, from 0 to 1, by the formula of ``Evidence``; nil where it says nothing of a strategy:
    /// out of the cache, or ended by the caller, a budget or the guard.
    public func reward(halfSpeed: Double) -> Double? {
        guard !isCached else { return nil }
        switch outcome {
        case .answered: break
        case .allFailed, .deadline: return 0
        case .noBackend, .overBudget, .egressBlocked, .ledgerUnavailable, .cancelled: return nil
        }
        guard let served else { return nil }
        var evidence = Evidence()
        let own = RequestOutcome(
            kind: kind,
            backend: served,
            isAnswered: true,
            quality: quality,
            seconds: duration / .seconds(1),
            dollarsPerMillion: RequestOutcome.dollarsPerMillion(cost, usage, isLocal: isServedLocally)
        )
        evidence.add(own, halfSpeed: halfSpeed)
        return evidence.rewards(Weights.weights(for: criterion, needs: Needs())).sum
    }
}
