/// Where a candidate stands in the selector's own order; less comes first.
///
/// Everything that goes before the score is packed into one number, so that two candidates are compared at once.
struct Standing: Sendable {
    /// What goes before the score.
    let major: UInt32
    /// More comes first.
    let score: Double
    /// What goes after the score.
    let minor: UInt32

    /// Whether this one comes first.
    static func < (left: Standing, right: Standing) -> Bool {
        if left.major != right.major { return left.major < right.major }
        if left.score != right.score { return left.score > right.score }
        return left.minor < right.minor
    }
}

/// What the selector's own order looks at, worked out once for a task.
struct Ordering {
    private let kind: TaskKind
    private let home: Role
    private let care: Care?
    private let tier: Tier?
    private let preferred: Tier?
    private let prefersLocal: Bool
    private let rule: [BackendID]
    private let primary: BackendID?
    private let last: BackendID?
    let criterion: RoutingPolicy.Criterion
    let weights: Weights

    init(_ facts: Selector.Facts, _ policy: RoutingPolicy) {
        let classification = facts.classification
        let constraints = facts.constraints
        kind = classification.kind
        criterion = constraints.criterion ?? policy.criterion
        weights = Weights.weights(for: criterion, needs: classification.needs)
        prefersLocal = constraints.prefersLocal ?? policy.prefersLocal
        rule = policy.rules.isEmpty ? [] : policy.rules[kind] ?? []
        primary = policy.primary
        last = policy.fallback
        tier = constraints.tier
        care = tier == nil ? Self.care(facts) : nil
        // Who cannot be left to a small local model goes to where knowledge is broad, not to who is merely quick.
        home = care != nil && kind.home == .local ? .breadth : kind.home
        preferred =
            switch classification.complexity {
            case _ where !prefersLocal || care != nil || tier != nil: nil
            case .simple: .localFast
            case .moderate: .localQuality
            case .complex: nil
            }
    }

    /// Whether a preference for this machine is to be heeded in the score.
    var isLocalPreferred: Bool { prefersLocal }

    static func care(_ facts: Selector.Facts) -> Care? {
        if facts.affectsState || facts.isVisible { return .exposed }
        let classification = facts.classification
        if classification.complexity == .complex || classification.needs.quality > Weights.strongNeed {
            return .demanding
        }
        return classification.confidence < unsure ? .uncertain : nil
    }

    /// Below this confidence the safer tier is asked.
    private static let unsure = 0.5

    /// Where a backend stands.
    /// - Parameter illness: how far it is from being well, 0 for those who are.
    func standing(_ backend: borrowing Backend, illness: UInt32, isDegraded: Bool, score: Double) -> Standing {
        let id = backend.id
        let ruled = rule.isEmpty ? nil : rule.firstIndex(of: id)
        var named: UInt32 = 3
        if ruled != nil {
            named = 0
        } else if id == primary {
            named = 1
        } else if id == last {
            named = 4
        }
        var minor = UInt32(place(backend)) << 2
        if prefersLocal && !backend.isLocal { minor |= 2 }
        if isDegraded { minor |= 1 }
        let major = illness << 24 | named << 20 | UInt32(min(ruled ?? 0, 255)) << 12 | UInt32(tierPlace(backend)) << 8
        return criterion == .balanced
            ? Standing(major: major | minor, score: score, minor: 0)
            : Standing(major: major, score: score, minor: minor)
    }

    /// Whether two neighbours stand equal, so that work may be spread over them. By default roles make the standing and a
    /// score says who is best among equals; under a criterion of the user's own the score is the standing.
    func isEqual(_ left: Standing, _ right: Standing) -> Bool {
        left.major == right.major
            && (criterion == .balanced || (left.score == right.score && left.minor == right.minor))
    }

    /// Why a backend stands where it does.
    func reason(_ backend: borrowing Backend) -> Reason {
        let id = backend.id
        if rule.contains(id) { return .rule(kind) }
        if id == primary { return .primary }
        if id == last { return .askedLast }
        if let tier, backend.tier == tier { return .tier(tier) }
        if let care, home != kind.home || care == .exposed, backend.tier != .localFast { return .care(care) }
        if criterion != .balanced { return .criterion(criterion) }
        if backend.roles.contains(kind.home) { return .home(kind) }
        return backend.roles.contains(.fallback) ? .generalFallback : .chain(kind.home)
    }

    private func tierPlace(_ backend: borrowing Backend) -> Int {
        if let start = tier ?? preferred { return start.place(of: backend.tier) }
        switch care {
        case .exposed: return Tier.api.place(of: backend.tier)
        case .demanding, .uncertain: return backend.tier == .localFast ? 1 : 0
        case nil: return 0
        }
    }

    private func place(_ backend: borrowing Backend) -> UInt8 {
        var best = UInt8(Role.allCases.count)
        for role in backend.roles { best = min(best, Self.place(of: role, from: home)) }
        return best
    }

    private static func place(of role: Role, from home: Role) -> UInt8 { places[home.number << 3 | role.number] }

    /// The place of each role in the chain of each home, eight to a home.
    private static let places: [UInt8] = Role.allCases.sorted { $0.number < $1.number }.flatMap { home in
        let chain = chain(from: home)
        return Role.allCases.sorted { $0.number < $1.number }.map { UInt8(chain.firstIndex(of: $0) ?? chain.count) }
    }

    /// Who is asked after the home of a kind: the nearest in ability first, `fallback` before those who would guess.
    private static func chain(from home: Role) -> [Role] {
        let rest: [Role] =
            switch home {
            case .local: [.speed, .breadth, .code, .reasoning, .longContext, .multimodal, .fallback]
            case .speed: [.local, .breadth, .reasoning, .code, .longContext, .multimodal, .fallback]
            case .breadth: [.reasoning, .longContext, .multimodal, .fallback, .code, .speed, .local]
            case .reasoning: [.breadth, .code, .longContext, .multimodal, .fallback, .speed, .local]
            case .code: [.reasoning, .breadth, .longContext, .fallback, .multimodal, .speed, .local]
            case .longContext: [.multimodal, .reasoning, .breadth, .fallback, .code, .speed, .local]
            case .multimodal: [.breadth, .reasoning, .fallback, .longContext, .code, .speed, .local]
            case .fallback: Role.allCases.filter { $0 != .fallback }
            }
        return [home] + rest
    }
}

extension Role {
    /// From 0 to 7: its row in a table.
    fileprivate var number: Int {
        switch self {
        case .local: 0
        case .speed: 1
        case .breadth: 2
        case .reasoning: 3
        case .code: 4
        case .longContext: 5
        case .multimodal: 6
        case .fallback: 7
        }
    }
}
