/// How much a backend is trusted with, the least first. A tier is asked, and the better ones after it.
public enum Tier: String, Sendable, CaseIterable, Comparable {
    /// A small model on this machine: free, quick, wrong now and then.
    case localFast = "local-fast"
    /// A large model on this machine.
    case localQuality = "local-quality"
    /// Anything off this machine.
    case api

    /// By trust.
    public static func < (left: Tier, right: Tier) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .localFast: 0
        case .localQuality: 1
        case .api: 2
        }
    }

    /// Where a tier stands when this one is asked first: itself, the better ones in their order, then the lesser ones,
    /// the best of them first.
    func place(of other: Tier) -> Int {
        other >= self ? other.rank - rank : Self.allCases.count - 1 - other.rank
    }
}

extension Backend {
    /// Its tier: remote is `api`; a local one is of quality when its score or its roles say so.
    public var tier: Tier {
        guard isLocal else { return .api }
        if quality >= Self.localQuality { return .localQuality }
        for role in roles {
            switch role {
            case .breadth, .reasoning, .code, .longContext, .multimodal: return .localQuality
            case .local, .speed, .fallback: continue
            }
        }
        return .localFast
    }

    /// From here on a local model counts as a large one: between the 8B and the 70B models of the tiers that this follows.
    private static var localQuality: Double { 0.7 }

    /// What a stronger backend has more of, for an answer that was not good enough: tier, quality, and what it is the
    /// home of, in this order.
    var strength: (Tier, Double, Int) {
        var best = 0
        for role in roles {
            switch role {
            case .reasoning: best = 3
            case .breadth, .code, .longContext, .multimodal: best = max(best, 2)
            case .fallback: best = max(best, 1)
            case .local, .speed: continue
            }
        }
        return (tier, quality, best)
    }
}
