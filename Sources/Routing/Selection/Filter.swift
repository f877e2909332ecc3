/// Says who may take a task, and why the others may not.
struct Filter {
    private let facts: Selector.Facts
    private let minQuality: Double?
    private let isLocalOnly: Bool

    init(_ facts: Selector.Facts, minQuality: Double?) {
        self.facts = facts
        self.minQuality = minQuality
        isLocalOnly = facts.constraints.isLocalOnly || facts.classification.isLocalOnly
    }

    /// What is said of one backend, the best first.
    struct Verdict {
        /// How far it is from being asked. Each rank is asked only when the one before it is empty.
        enum Rank: Int {
            case fit
            /// Well, but below the quality that the policy wants.
            case poor
            /// Able, but unwell or with too much work.
            case unwell
            /// Its window is too small for the estimate, and nothing else is wrong.
            case small
            /// Never for this task.
            case out
        }

        let rank: Rank
        let rule: Rejection.Rule?
        let why: String
        /// How ill it is: 0 for well, then too much work, an open breaker, a rate limit, a refused key.
        let illness: UInt32

        static let fit = Verdict(rank: .fit, rule: nil, why: "", illness: 0)

        static func out(_ rule: Rejection.Rule, _ why: String) -> Verdict {
            Verdict(rank: .out, rule: rule, why: why, illness: 0)
        }
    }

    /// The verdict on one backend.
    /// - Parameter isLeftOut: whether the strategy cannot reach it for this task.
    func verdict(_ backend: borrowing Backend, _ lamp: BackendHealth?, isLeftOut: Bool) -> Verdict {
        if let unfit = disqualification(backend, isLeftOut: isLeftOut) { return unfit }
        let (illness, rule, why) = Self.illness(lamp)
        let reserve = Self.reserve(backend, facts)
        if facts.promptTokens > backend.maxContext - reserve {
            let why = "about \(facts.promptTokens) tokens and \(reserve) for the answer do not fit into "
            return Verdict(rank: .small, rule: .context, why: why + "\(backend.maxContext)", illness: illness)
        }
        if let rule { return Verdict(rank: .unwell, rule: rule, why: why, illness: illness) }
        if let minQuality, backend.quality < minQuality {
            return Verdict(rank: .poor, rule: .strategy, why: "its quality is below the policy's bound", illness: 0)
        }
        return .fit
    }

    /// Why a backend can never take the task, whatever its health.
    private func disqualification(_ backend: borrowing Backend, isLeftOut: Bool) -> Verdict? {
        let constraints = facts.constraints
        switch backend.service {
        case .enabled where backend.embedsOnly: return .out(.disabled, Backend.embeds)
        case .enabled: break
        case .draining: return .out(.draining, "it is being drained")
        case .disabled(let reason): return .out(.disabled, reason)
        }
        if let only = constraints.backend, only != backend.id {
            return .out(.notRequested, "another backend was asked for")
        }
        // Before everything that a policy can say: what must stay, stays.
        if isLocalOnly && !backend.isLocal { return .out(.notLocal, "the task must stay on this machine") }
        if isLeftOut { return .out(.strategy, "the configured strategy leaves it out") }
        if let model = constraints.model, model != backend.model, !backend.models.contains(model) {
            return .out(.notRequested, "it does not offer the model that was asked for")
        }
        if facts.hasTools && (backend.weaknesses.contains(Self.noTools) || !backend.wire.takesTools) {
            return .out(.capability, "it calls no tools")
        }
        for modality in facts.modalities where !backend.modalities.contains(modality) {
            return .out(.modality, "it takes no \(modality)")
        }
        if let least = constraints.minQuality, backend.quality < least {
            return .out(.strategy, "its quality is below what was asked for")
        }
        return overBudget(backend)
    }

    /// The weakness of a backend that cannot call tools.
    private static let noTools = "no-tools"

    private func overBudget(_ backend: borrowing Backend) -> Verdict? {
        let most = facts.constraints.maxCost
        let left = facts.allowance.left(for: backend.id)
        guard most != nil || left != nil else { return nil }
        guard let cost = Self.expectedCost(backend, facts) else {
            // No budget bounds what has no price, but a caller who names a sum wants to know.
            return most == nil ? nil : .out(.budget, "nobody said what it costs")
        }
        if let most, cost > most { return .out(.budget, "it would cost more than was asked for") }
        if let left, cost > left { return .out(.budget, FailureClass.overBudget.sentence) }
        return nil
    }

    /// What one answer is expected to cost; nil when nobody said the prices of a remote backend.
    static func expectedCost(_ backend: borrowing Backend, _ facts: Selector.Facts) -> NanoDollars? {
        guard let prices = backend.prices else { return backend.isLocal ? NanoDollars(0) : nil }
        let answer = min(facts.expectedAnswer, backend.maxOutput ?? .max)
        let sum = (Double(facts.promptTokens) * prices.input + Double(answer) * prices.output) * 1_000
        return NanoDollars(Int64(exactly: sum.rounded(.up)) ?? .max)
    }

    /// How much of the window is kept for the answer. A guess takes a quarter of a small window at most; what the task
    /// says counts in full.
    private static func reserve(_ backend: borrowing Backend, _ facts: Selector.Facts) -> Int {
        let wanted = facts.answerTokens ?? min(facts.expectedAnswer, backend.maxContext / 4)
        return min(wanted, backend.maxOutput ?? .max)
    }

    private static func illness(_ lamp: BackendHealth?) -> (UInt32, Rejection.Rule?, String) {
        guard let lamp else { return (0, nil, "") }
        switch lamp.state {
        case .configError: return (4, .configError, lamp.why)
        case .rateLimited: return (3, .rateLimited, lamp.why)
        case .unhealthy where !lamp.isPermitted: return (2, .breakerOpen, lamp.why)
        case .unhealthy, .healthy, .degraded, .unknown, .disabled:
            return lamp.isSaturated ? (1, .saturated, FailureClass.saturated.sentence) : (0, nil, "")
        }
    }
}

extension Filter {
    /// Those who are asked: all of the best rank that anybody has.
    struct Pool {
        let rank: Verdict.Rank
        let places: [Int]

        /// The others, each with its rule, in the order of the configuration.
        func rejected(_ verdicts: [Verdict], _ backends: UnsafeBufferPointer<Backend>) -> [Rejection] {
            var rejected: [Rejection] = []
            guard places.count < verdicts.count else { return rejected }
            rejected.reserveCapacity(verdicts.count - places.count)
            var asked = places[...]
            for place in verdicts.indices {
                if asked.first == place {
                    asked.removeFirst()
                } else if let rule = verdicts[place].rule {
                    rejected.append(Rejection(backend: backends[place].id, rule: rule, why: verdicts[place].why))
                }
            }
            return rejected
        }
    }

    /// Those who are asked, in the order of the configuration.
    func pool(_ verdicts: [Verdict], _ backends: UnsafeBufferPointer<Backend>) -> Pool {
        let best = verdicts.reduce(Verdict.Rank.out.rawValue) { min($0, $1.rank.rawValue) }
        guard let rank = Verdict.Rank(rawValue: best), rank != .out else { return Pool(rank: .out, places: []) }
        let places = verdicts.indices.filter { verdicts[$0].rank == rank }
        guard rank == .small else { return Pool(rank: rank, places: places) }
        // The estimate may be too high: the largest window is tried, of those who are well if there are any.
        // https://github.com/ls1intum/edutelligence/issues/811
        let largest = places.max { left, right in
            let (one, other) = (verdicts[left].illness, verdicts[right].illness)
            return one != other ? one > other : backends[left].maxContext < backends[right].maxContext
        }
        return Pool(rank: rank, places: largest.map { [$0] } ?? [])
    }
}
