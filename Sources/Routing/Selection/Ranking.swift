/// The candidates in the selector's own order, with their scores.
struct Ranking {
    private let facts: Selector.Facts
    private let ordering: Ordering
    /// Borrowed for the time of one plan: a copy of a backend costs more than all that is asked of it.
    private let backends: UnsafeBufferPointer<Backend>
    private let lamps: Lamps
    private let rank: Filter.Verdict.Rank
    private let entries: [Entry]
    /// The places of the candidates in the registry, the best first.
    let own: [Int]

    private struct Entry {
        let place: Int
        let standing: Standing
        let score: Score
        let illness: UInt32
    }

    init(
        _ facts: Selector.Facts,
        _ ordering: Ordering,
        _ backends: UnsafeBufferPointer<Backend>,
        _ lamps: Lamps,
        _ pool: Filter.Pool,
        _ verdicts: [Filter.Verdict],
        balancing: Balancing
    ) {
        self.facts = facts
        self.ordering = ordering
        self.backends = backends
        self.lamps = lamps
        rank = pool.rank
        let entries = pool.places.map { place in
            let lamp = lamps[place]
            let score = ordering.score(backends[place], lamp, facts)
            let illness = verdicts[place].illness
            let standing = ordering.standing(
                backends[place],
                illness: illness,
                // One that is coming back is let in step by step by its breaker; behind its equals it would never be.
                isDegraded: lamp?.state == .degraded && lamp?.breaker == .closed,
                score: score.total
            )
            return Entry(place: place, standing: standing, score: score, illness: illness)
        }
        self.entries = entries
        // Numbers are sorted, not candidates: those are large to move.
        var order = Array(entries.indices)
        order.sort { left, right in
            let (one, other) = (entries[left].standing, entries[right].standing)
            return one < other || !(other < one) && left < right
        }
        if balancing != .none {
            let balancer = Balancer(balancing: balancing, turn: facts.turn)
            var start = 0
            while start < order.count {
                var end = start + 1
                while end < order.count,
                    ordering.isEqual(entries[order[start]].standing, entries[order[end]].standing)
                {
                    end += 1
                }
                if end - start > 1 {
                    let equal = Array(order[start..<end])
                    let targets = equal.map { Self.target(backends[entries[$0].place], lamps[entries[$0].place]) }
                    for (offset, place) in balancer.order(targets).enumerated() { order[start + offset] = equal[place] }
                }
                start = end
            }
        }
        own = order.map { entries[$0].place }
    }

    /// What a balancer is to know of a candidate.
    func target(_ place: Int) -> Balancer.Target { Self.target(backends[place], lamps[place]) }

    private static func target(_ backend: borrowing Backend, _ lamp: BackendHealth?) -> Balancer.Target {
        Balancer.Target(weight: backend.weight, inFlight: lamp?.inFlight ?? 0, latency: lamp?.typicalLatency)
    }

    /// The candidates in that order.
    func candidates(
        _ order: [(place: Int, gate: Candidate.Gate?)],
        path: [String],
        _ verdicts: [Filter.Verdict]
    ) -> [Candidate] {
        let way = path.joined(separator: " -> ")
        var slots = [Int](repeating: 0, count: backends.count)
        for (slot, entry) in entries.enumerated() { slots[entry.place] = slot }
        return order.map { place, gate in
            Candidate(
                backend: backends[place],
                state: lamps[place]?.state ?? .unknown,
                score: entries[slots[place]].score,
                expectedCost: Filter.expectedCost(backends[place], facts),
                isLastResort: rank == .unwell || rank == .small,
                gate: gate,
                reason: reason(place, way, verdicts[place])
            )
        }
    }

    private func reason(_ place: Int, _ way: String, _ verdict: Filter.Verdict) -> Reason {
        switch rank {
        case .unwell: .unwell(verdict.why)
        case .small: .largestWindow
        case .poor: .poor
        case .fit, .out:
            if facts.constraints.backend != nil {
                .requested
            } else if !way.isEmpty && !way.hasSuffix("automatic") {
                .strategy(way)
            } else {
                ordering.reason(backends[place])
            }
        }
    }
}

extension Ordering {
    /// What a backend is worth for the task.
    func score(_ backend: borrowing Backend, _ lamp: BackendHealth?, _ facts: Selector.Facts) -> Score {
        let tokens = max(1, facts.promptTokens + min(facts.expectedAnswer, backend.maxOutput ?? .max))
        let cost = Filter.expectedCost(backend, facts).map { Double($0.value) / Double(tokens) / 1_000 }
        return weights.score(backend, dollarsPerMillion: cost, lamp: lamp, prefersLocal: isLocalPreferred)
    }
}
