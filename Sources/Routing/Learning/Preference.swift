/// What a caller prefers, of those whom the rules let be asked.
public enum Preference: Sendable, Equatable {
    /// On this machine.
    case local
    /// The best by its configured quality.
    case quality
    /// The fastest by its configured speed.
    case speed
    /// That one.
    case backend(BackendID)

    /// Its word in the protocol: `local`, `quality`, `speed` or `backend`.
    public var word: String {
        switch self {
        case .local: "local"
        case .quality: "quality"
        case .speed: "speed"
        case .backend: "backend"
        }
    }

    /// The backend of it, if there is one.
    public var backend: BackendID? {
        if case .backend(let id) = self { return id }
        return nil
    }

    /// In words: `quality`, `the backend claude`.
    public var words: String { backend.map { "the backend \($0)" } ?? word }

    /// How it is known.
    public enum Source: String, Sendable {
        /// Somebody said so.
        case told
        /// The caller's ratings show it.
        case learned
    }

    /// The plan with whom the caller prefers in front; as it is where there is nobody, or where the rules, the task or the
    /// request have said who it must be.
    ///
    /// Told, it may choose another place or a lesser tier, unless the answer must be right; learned, it stays on equal
    /// footing with the rules' own choice.
    public func steer(
        _ plan: consuming RoutePlan,
        _ facts: borrowing Selector.Facts,
        _ source: Source
    ) -> RoutePlan {
        guard let place = place(in: plan, facts, source), place > 0 else { return plan }
        var chosen = plan.candidates.remove(at: place)
        chosen.reason = .steered(
            source == .told ? "the caller prefers \(words)" : "the caller's ratings prefer \(words)"
        )
        plan.candidates.insert(chosen, at: 0)
        return plan
    }

    /// The place of whom the caller prefers; nil where it is not his to choose.
    private func place(
        in plan: borrowing RoutePlan,
        _ facts: borrowing Selector.Facts,
        _ source: Source
    ) -> Int? {
        let footing = Footing(plan, facts)
        let open: [Int]
        switch (footing.freedom, source) {
        case (.aside(let why), .told):
            // The primary is a habit of the house, not a rule of the task.
            let isPrimary = why == .ruled && plan.candidates[0].reason.isPrimary
            guard why == .equals || why == .budget || isPrimary else { return nil }
            open = allowed(plan, facts)
        case (.aside, .learned): return nil
        case (.known, .told), (.full, .told): open = allowed(plan, facts)
        case (.known, .learned), (.full, .learned): open = footing.places
        }
        guard let first = open.first else { return nil }
        switch self {
        case .local: return open.first { plan.candidates[$0].backend.isLocal }
        case .quality: return open.dropFirst().reduce(first) { best(plan, $0, $1, \.quality) }
        case .speed: return open.dropFirst().reduce(first) { best(plan, $0, $1, \.speed) }
        case .backend(let id): return open.first { plan.candidates[$0].backend.id == id }
        }
    }

    /// Who may go first by a caller's word: all who are well, and none of a lesser tier where the answer must be right.
    private func allowed(_ plan: borrowing RoutePlan, _ facts: borrowing Selector.Facts) -> [Int] {
        let tier = plan.candidates[0].backend.tier
        let mustBeRight = Ordering.care(facts) != nil
        var open: [Int] = [0]
        for place in plan.candidates.indices.dropFirst() {
            let candidate = plan.candidates[place]
            guard !candidate.isLastResort, candidate.gate == nil, candidate.state.isWell else { continue }
            if !mustBeRight || candidate.backend.tier >= tier { open.append(place) }
        }
        return open
    }

    private func best(
        _ plan: borrowing RoutePlan,
        _ one: Int,
        _ other: Int,
        _ virtue: KeyPath<Backend, Double>
    ) -> Int {
        plan.candidates[other].backend[keyPath: virtue] > plan.candidates[one].backend[keyPath: virtue] ? other : one
    }
}

extension Reason {
    fileprivate var isPrimary: Bool {
        switch self {
        case .primary: true
        case .learned(_, let rules): rules.isPrimary
        default: false
        }
    }
}

/// How a caller has rated the answers of one backend.
public struct RatedBackend: Sendable, Equatable {
    /// Who answered.
    public var backend: BackendID
    /// How many answers were rated.
    public var count: Int
    /// The sum of their stars, from 1 to 5 each.
    public var sum: Double
    /// The sum of the squares of their stars.
    public var squares: Double

    /// Ratings.
    public init(_ backend: BackendID, count: Int, sum: Double, squares: Double) {
        self.backend = backend
        self.count = count
        self.sum = sum
        self.squares = squares
    }
}

extension Preference {
    /// So many ratings of one backend, and half as many of the others, are the least that shows anything.
    static let leastRatings = 10
    /// How far apart, in standard deviations of the difference: one in twenty comes so far by chance.
    private static let distance = 1.645

    /// What a caller's ratings show: a backend that is rated better than all the others together; nil when they do not.
    public static func shown(by ratings: [RatedBackend]) -> Preference? {
        guard let best = ratings.filter({ $0.count >= leastRatings }).max(by: { $0.mean < $1.mean }) else { return nil }
        var rest = RatedBackend(best.backend, count: 0, sum: 0, squares: 0)
        for one in ratings where one.backend != best.backend {
            rest.count += one.count
            rest.sum += one.sum
            rest.squares += one.squares
        }
        guard rest.count >= leastRatings / 2 else { return nil }
        let deviation = (best.variance / Double(best.count) + rest.variance / Double(rest.count)).squareRoot()
        return best.mean - rest.mean >= distance * deviation ? .backend(best.backend) : nil
    }
}

extension RatedBackend {
    fileprivate var mean: Double { sum / Double(count) }
    /// Stars are whole: nobody's are closer together than a quarter says.
    fileprivate var variance: Double { max(squares / Double(count) - mean * mean, 0.25) }
}
