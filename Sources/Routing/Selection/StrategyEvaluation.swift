/// Walks the configured tree for one task: first who may be asked at all, then, when that is known, in which order.
struct StrategyEvaluation {
    private let facts: Selector.Facts
    private let registry: BackendRegistry

    init(_ facts: Selector.Facts, _ registry: BackendRegistry) {
        self.facts = facts
        self.registry = registry
    }

    /// The way from the root, as far as it does not fork.
    func path(_ root: Strategy) -> [String] {
        var path: [String] = []
        var node: Strategy? = root
        while let here = node {
            switch here {
            case .automatic:
                path.append("automatic")
                node = nil
            case .single(let id):
                path.append("single \(id)")
                node = nil
            case .fallback(let targets, _):
                path.append("fallback")
                node = targets.count == 1 ? targets[0] : nil
            case .loadBalance(let shares, _):
                path.append("loadbalance")
                node = shares.count == 1 ? shares[0].target : nil
            case .conditional(let branches, let otherwise):
                path.append("conditional")
                node = branch(branches, otherwise)
            }
        }
        return path
    }

    /// Marks the backends that the tree can reach for this task.
    func reach(_ node: Strategy, _ isReached: inout [Bool]) {
        switch node {
        case .automatic: for place in isReached.indices { isReached[place] = true }
        case .single(let id): if let place = registry.position(of: id) { isReached[place] = true }
        case .fallback(let targets, _): for target in targets { reach(target, &isReached) }
        case .loadBalance(let shares, _): for share in shares { reach(share.target, &isReached) }
        case .conditional(let branches, let otherwise):
            if let target = branch(branches, otherwise) { reach(target, &isReached) }
        }
    }

    /// The order among the candidates.
    /// - Parameters:
    ///   - own: the candidates in the selector's own order.
    ///   - target: what the balancer is to know of a candidate.
    func order(
        _ root: Strategy,
        own: [Int],
        target: (Int) -> Balancer.Target
    ) -> [(place: Int, gate: Candidate.Gate?)] {
        var places = [Int](repeating: -1, count: registry.backends.count)
        for (place, candidate) in own.enumerated() { places[candidate] = place }
        var walk = Walk(own: own, places: places, asked: [])
        emit(root, turn: facts.turn, &walk, target)
        return walk.asked
    }

    private struct Walk {
        let own: [Int]
        /// Where each backend stands in the selector's own order; -1 for those that are asked already or not at all.
        var places: [Int]
        var asked: [(place: Int, gate: Candidate.Gate?)]

        mutating func ask(_ candidate: Int) {
            guard places[candidate] >= 0 else { return }
            places[candidate] = -1
            asked.append((candidate, nil))
        }
    }

    private func emit(_ node: Strategy, turn: UInt64, _ walk: inout Walk, _ target: (Int) -> Balancer.Target) {
        switch node {
        case .automatic: for candidate in walk.own { walk.ask(candidate) }
        case .single(let id): if let place = registry.position(of: id) { walk.ask(place) }
        case .fallback(let targets, let classes):
            let first = walk.asked.count
            for next in targets {
                let start = walk.asked.count
                emit(next, turn: turn, &walk, target)
                // The bound stands before a whole target; its first candidate has none of its own, or it would not be
                // the first.
                guard let classes, start > first, walk.asked.count > start else { continue }
                walk.asked[start].gate = Candidate.Gate(classes: classes, span: walk.asked.count - start)
            }
        case .loadBalance(let shares, let balancing):
            balance(shares, Balancer(balancing: balancing, turn: turn), &walk, target)
        case .conditional(let branches, let otherwise):
            if let next = branch(branches, otherwise) { emit(next, turn: turn, &walk, target) }
        }
    }

    /// Shares in which nobody can be asked take no turns: they would give them all to one neighbour.
    private func balance(
        _ shares: [Strategy.Share],
        _ balancer: Balancer,
        _ walk: inout Walk,
        _ target: (Int) -> Balancer.Target
    ) {
        var open: [(share: Strategy.Share, lead: Int)] = shares.compactMap { share in
            lead(share.target, walk).map { (share, $0) }
        }
        if balancer.balancing == .none { open.sort { walk.places[$0.lead] < walk.places[$1.lead] } }
        let targets = open.map { open in
            let known = target(open.lead)
            return Balancer.Target(weight: open.share.weight, inFlight: known.inFlight, latency: known.latency)
        }
        let turn = balancer.turn(below: open.count)
        for place in balancer.order(targets) { emit(open[place].share.target, turn: turn, &walk, target) }
    }

    /// Who speaks for a target: the best by the selector's own order of those whom it has left to ask.
    private func lead(_ node: Strategy, _ walk: Walk) -> Int? {
        switch node {
        case .automatic: return walk.own.first { walk.places[$0] >= 0 }
        case .single(let id):
            guard let place = registry.position(of: id), walk.places[place] >= 0 else { return nil }
            return place
        case .fallback(let targets, _):
            // The first, not the best: that is whom a fallback asks.
            for target in targets { if let lead = lead(target, walk) { return lead } }
            return nil
        case .loadBalance(let shares, _):
            return shares.compactMap { lead($0.target, walk) }.min { walk.places[$0] < walk.places[$1] }
        case .conditional(let branches, let otherwise):
            return branch(branches, otherwise).flatMap { lead($0, walk) }
        }
    }

    // MARK: Conditions

    private func branch(_ branches: [Strategy.Branch], _ otherwise: Strategy?) -> Strategy? {
        branches.first { $0.conditions.allSatisfy(holds) }?.target ?? otherwise
    }

    private func holds(_ condition: Strategy.Condition) -> Bool {
        let classification = facts.classification
        return switch condition {
        case .kind(let kinds): kinds.contains(classification.kind)
        case .complexity(let complexities): complexities.contains(classification.complexity)
        case .role(let roles): roles.contains(classification.kind.home)
        case .isLocalOnly(let isLocalOnly):
            (classification.isLocalOnly || facts.constraints.isLocalOnly) == isLocalOnly
        case .longerThan(let tokens): facts.promptTokens > tokens
        case .lessConfidentThan(let confidence): classification.confidence < confidence
        case .modality(let modalities): facts.modalities.contains(where: modalities.contains)
        case .caller(let callers): facts.caller.map(callers.contains) ?? false
        case .hasTools(let hasTools): facts.hasTools == hasTools
        }
    }
}
