/// Chooses who is asked, in which order. Pure: facts of the task, backends, policy and health go in, a plan comes out.
///
/// 1. Filters take out who cannot or may not take the task. Health, load, a bound of the policy's on quality, and the
///    estimate of the prompt's size never empty the list by themselves: the least bad is tried all the same.
/// 2. The configured strategy says who is asked, and in which order where it says one.
/// 3. Elsewhere the selector's own order holds: rules by kind, the primary, the tier, the home of the kind and its chain,
///    and among equals the score; a criterion of the user's own puts the score before the home.
public struct Selector: Sendable {
    /// A selector.
    public init() {}

    /// The plan.
    /// - Parameter health: in any order; quickest in that of the registry. A backend without a lamp counts as well.
    public func plan(_ facts: Facts, snapshot: RoutingSnapshot, health: [BackendHealth]) -> RoutePlan {
        snapshot.registry.backends.withUnsafeBufferPointer { plan(facts, snapshot, health, $0) }
    }

    private func plan(
        _ facts: Facts,
        _ snapshot: RoutingSnapshot,
        _ health: [BackendHealth],
        _ backends: UnsafeBufferPointer<Backend>
    ) -> RoutePlan {
        let registry = snapshot.registry
        let policy = snapshot.policy
        let lamps = Lamps(health, registry)
        let ordering = Ordering(facts, policy)
        // Who is asked for by name is asked, also when the strategy leaves him out.
        let strategy = facts.constraints.backend == nil ? policy.strategy : .automatic
        let evaluation = StrategyEvaluation(facts, registry)
        var isReached: [Bool] = []
        if strategy != .automatic {
            isReached = [Bool](repeating: false, count: backends.count)
            evaluation.reach(strategy, &isReached)
        }
        let filter = Filter(facts, minQuality: policy.minQuality)
        var verdicts: [Filter.Verdict] = []
        verdicts.reserveCapacity(backends.count)
        for place in backends.indices {
            let isLeftOut = !isReached.isEmpty && !isReached[place]
            verdicts.append(filter.verdict(backends[place], lamps[place], isLeftOut: isLeftOut))
        }
        let pool = filter.pool(verdicts, backends)
        let ranking = Ranking(facts, ordering, backends, lamps, pool, verdicts, balancing: policy.balancing)
        let order: [(place: Int, gate: Candidate.Gate?)] =
            strategy == .automatic
            ? ranking.own.map { ($0, nil) }
            : evaluation.order(strategy, own: ranking.own, target: ranking.target)
        let path = strategy == .automatic ? [] : evaluation.path(strategy)
        return RoutePlan(
            classification: facts.classification,
            candidates: ranking.candidates(order, path: path, verdicts),
            rejected: pool.rejected(verdicts, backends),
            criterion: ordering.criterion,
            path: path.isEmpty ? ["automatic"] : path,
            promptTokens: facts.promptTokens
        )
    }
}

/// The lamps by the places of the registry.
struct Lamps {
    private let health: [BackendHealth]
    /// Where the lamp of each backend is; empty when they stand in the same order.
    private var places: [Int?] = []

    init(_ health: [BackendHealth], _ registry: BackendRegistry) {
        self.health = health
        let backends = registry.backends
        let isAligned =
            health.count == backends.count && health.indices.allSatisfy { health[$0].backend == backends[$0].id }
        guard !isAligned, !health.isEmpty else { return }
        places = [Int?](repeating: nil, count: backends.count)
        for (lamp, one) in health.enumerated() {
            if let place = registry.position(of: one.backend) { places[place] = lamp }
        }
    }

    subscript(_ place: Int) -> BackendHealth? {
        if health.isEmpty { return nil }
        return places.isEmpty ? health[place] : places[place].map { health[$0] }
    }
}
