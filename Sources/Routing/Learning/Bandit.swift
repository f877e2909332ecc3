/// Chooses who goes first among those on equal footing, by what is known of them. Pure: a plan, the facts of the task and what
/// is known go in, a lesson comes out; the same turn decides the same.
///
/// Mostly it is the best known: the rules' own choice, unless another one of whom enough is known is better, surely enough. In
/// a few turns it is who wins a draw from what is believed of each (Thompson, Biometrika 25, 1933; for rewards that change,
/// Raj and Kalyani, arXiv 1707.09727), so that one is tried out as often as it may be the best, and never beyond the ceiling.
public struct Bandit: Sendable {
    /// How it learns.
    public let policy: LearningPolicy
    /// The lead from which one counts as better, in standard deviations.
    private let lead: Double

    /// A bandit.
    public init(_ policy: LearningPolicy) {
        self.policy = policy
        lead = Chance.quantile(min(max(policy.sureness, 0.5), 0.9999))
    }

    /// The lesson; nil when it stands aside, or knows too little.
    /// - Parameter arms: what is known of tasks of that kind.
    public func lesson(
        _ plan: borrowing RoutePlan,
        _ facts: borrowing Selector.Facts,
        _ arms: [Experience.Arm]
    ) -> Lesson? {
        guard policy.mode != .off, !arms.isEmpty else { return nil }
        let footing = Footing(plan, facts)
        if case .aside = footing.freedom { return nil }
        let weights = Weights.weights(for: plan.criterion, needs: facts.classification.needs)
        var known = 0.0
        var beliefs: [Belief] = []
        beliefs.reserveCapacity(footing.places.count)
        var slots: [Int?] = []
        slots.reserveCapacity(footing.places.count)
        for place in footing.places {
            let slot = arms.firstIndex { $0.backend == plan.candidates[place].backend.id }
            let evidence = slot.map { arms[$0].evidence } ?? Evidence()
            known += evidence.count
            slots.append(slot)
            beliefs.append(belief(evidence, weights, plan.candidates[place].score))
        }
        guard known >= Double(policy.minSamples) else { return nil }
        let best = self.best(of: beliefs) { index in
            slots[index].map { arms[$0].seen >= policy.minSamples } ?? false
        }
        func id(_ slot: Int) -> BackendID { plan.candidates[footing.places[slot]].backend.id }
        if footing.freedom == .full,
            Chance.explores(turn: facts.turn, ceiling: policy.ceiling, seed: policy.seed)
        {
            let fresh = footing.places.indices.map { index in
                let evidence = slots[index].map { arms[$0].today(Double(max(policy.window, 2))) } ?? Evidence()
                return belief(evidence, weights, plan.candidates[footing.places[index]].score)
            }
            let drawn = draw(fresh, footing, plan, facts.turn)
            if drawn != best {
                return Lesson(
                    verdict: .explores,
                    isShadow: policy.mode == .shadow,
                    backend: id(drawn),
                    belief: fresh[drawn],
                    other: id(best),
                    otherBelief: beliefs[best],
                    place: footing.places[drawn]
                )
            }
        }
        return Lesson(
            verdict: best == 0 ? .agrees : .prefers,
            isShadow: policy.mode == .shadow,
            backend: id(best),
            belief: beliefs[best],
            other: best == 0 ? nil : id(0),
            otherBelief: best == 0 ? nil : beliefs[0],
            place: footing.places[best]
        )
    }

    /// The rules' own choice, unless another one of whom enough is known is better, surely enough.
    /// - Parameter isKnown: whether enough is known of the one at an index.
    private func best(of beliefs: [Belief], isKnown: (Int) -> Bool) -> Int {
        var best = 0
        for rival in beliefs.indices.dropFirst()
        where isKnown(rival) && beliefs[rival].mean > beliefs[best].mean
            && beliefs[rival].lead(over: beliefs[0]) >= lead
        {
            best = rival
        }
        return best
    }

    /// The plan with the lesson in it: one candidate goes first, the others keep the rules' order.
    public func apply(_ lesson: Lesson, to plan: consuming RoutePlan) -> RoutePlan {
        guard lesson.isMove else {
            plan.candidates[0].reason = .learned(lesson, over: plan.candidates[0].reason)
            return plan
        }
        var chosen = plan.candidates.remove(at: lesson.place)
        chosen.reason = .learned(lesson, over: chosen.reason)
        plan.candidates.insert(chosen, at: 0)
        return plan
    }

    private func belief(_ evidence: Evidence, _ weights: Weights, _ score: Score) -> Belief {
        let prior = score.quality + score.speed + score.cost + score.reliability
        return Belief(evidence, weights, prior: prior, worth: max(policy.priorSamples, 0.1))
    }

    /// Who wins the draw. A backend whose model must be loaded first is not tried out: others would wait for theirs.
    private func draw(_ beliefs: [Belief], _ footing: Footing, _ plan: borrowing RoutePlan, _ turn: UInt64) -> Int {
        var state = Chance.mixed(policy.seed ^ Chance.mixed(turn &+ 1))
        var (winner, most) = (0, -Double.infinity)
        for slot in beliefs.indices {
            let value = beliefs[slot].mean + beliefs[slot].deviation * Chance.normal(&state)
            if slot > 0 && plan.candidates[footing.places[slot]].backend.place != nil { continue }
            if value > most { (winner, most) = (slot, value) }
        }
        return winner
    }
}
