internal import Synchronization

/// Lets the target of a migration take the source's place in a plan, for the share of its step.
///
/// Which thoughts are the target's is a matter of arithmetic: a hash of the migration and the conversation falls under the
/// share or not. A conversation that has gone over stays over while the share grows. A thought without a conversation is
/// placed by its turn.
public final class MigrationSteering: PlanSteering {
    private struct Orders {
        var shift: MigrationShift?
        var successions: [MigrationSuccession] = []
        /// What the backends would be if a drained one took work, by that one; good for one generation.
        var imagined: [BackendID: RoutingSnapshot] = [:]
        var generation = -1
    }

    private let isOn = Atomic<Bool>(false)
    private let orders = Mutex(Orders())
    private let live: LiveRouting?

    /// With nothing to do.
    /// - Parameter live: the backends of now, for those that have taken a drained one's place.
    public init(live: LiveRouting? = nil) {
        self.live = live
    }

    /// From now on, it does this; nil and none for nothing.
    public func follow(_ shift: MigrationShift?, successions: [MigrationSuccession] = []) {
        orders.withLock { $0 = Orders(shift: shift, successions: successions) }
        isOn.store(shift != nil || !successions.isEmpty, ordering: .releasing)
    }

    /// The plan with the target where it belongs.
    public func steer(_ plan: consuming RoutePlan, _ facts: borrowing Selector.Facts) -> RoutePlan {
        guard isOn.load(ordering: .acquiring), facts.constraints.backend == nil else { return plan }
        let (shift, successions) = orders.withLock { ($0.shift, $0.successions) }
        var steered = plan
        if !successions.isEmpty {
            let facts = copy facts
            for succession in successions {
                steered = succession.steer(steered) { self.plan(facts, asIf: succession.source) }
            }
        }
        guard let shift else { return steered }
        return shift.steer(steered, facts)
    }

    /// The plan as if that backend took work.
    private func plan(_ facts: Selector.Facts, asIf source: BackendID) -> RoutePlan? {
        guard let live else { return nil }
        let now = live.current
        let snapshot = orders.withLock { orders -> RoutingSnapshot in
            if orders.generation != now.generation {
                orders.generation = now.generation
                orders.imagined = [:]
            }
            if let known = orders.imagined[source] { return known }
            var backends = now.registry.backends
            for place in backends.indices where backends[place].id == source { backends[place].service = .enabled }
            let made = RoutingSnapshot(registry: BackendRegistry(backends), policy: now.policy)
            orders.imagined[source] = made
            return made
        }
        return Selector().plan(facts, snapshot: snapshot, health: [])
    }
}

/// What a migration does to a plan. Pure.
public struct MigrationShift: Sendable, Equatable {
    /// Its number.
    public let id: Int64
    /// Whose work it is.
    public let source: BackendID
    /// Who is to have it.
    public let target: BackendID
    /// In percent.
    public let share: Int
    /// Begins the reason of each plan that is the target's.
    public let mark: String
    private let moved: String
    private let missing: String
    private let kept: String

    /// A shift; nil when it would move nothing.
    public init?(_ migration: Migration) {
        guard !migration.state.isOver, migration.share > 0 else { return nil }
        self.init(id: migration.id, from: migration.source, to: migration.target, share: migration.share)
    }

    init(id: Int64, from source: BackendID, to target: BackendID, share: Int) {
        self.id = id
        self.source = source
        self.target = target
        self.share = share
        mark = Self.mark(id)
        moved = "\(mark)\(target) in place of \(source), \(share) %"
        missing = "\(mark)\(target) cannot be asked, \(source) stays"
        // Without the mark: it is the source's.
        kept = "\(source) stays, learning waits for migration \(id)"
    }

    /// How the reasons of that migration's plans begin.
    public static func mark(_ id: Int64) -> String { "migration \(id): " }

    /// The plan with the target in the source's place, if it is the target's turn. The source is directly behind it.
    func steer(_ plan: consuming RoutePlan, _ facts: borrowing Selector.Facts) -> RoutePlan {
        guard facts.constraints.backend == nil,
            let from = plan.candidates.firstIndex(where: { $0.backend.id == source })
        else { return plan }
        let isTargets = isTargets(facts.conversation, turn: facts.turn)
        let to = plan.candidates.firstIndex { $0.backend.id == target }
        // By the rules this is the source's. If learning gave it to the target, the share would be all, and no gate hear of it.
        if to == 0, from == 1, plan.candidates[0].reason.isLearnedMove {
            if isTargets { plan.candidates[0].reason = .steered(moved) } else { plan.move(from: 1, to: 0, why: kept) }
            return plan
        }
        guard isTargets else { return plan }
        guard let to else {
            // A target that is not well is no reason to count its share as nobody's: the gate must hear of it.
            if from == 0, plan.rejected.contains(where: { $0.backend == target && $0.rule.isUnwell }) {
                plan.candidates[0].reason = .steered(missing)
            }
            return plan
        }
        guard to > from else { return plan }
        guard !plan.candidates[to].isLastResort || plan.candidates[from].isLastResort else {
            if from == 0 { plan.candidates[0].reason = .steered(missing) }
            return plan
        }
        plan.move(from: to, to: from, why: moved)
        return plan
    }

    /// Whether a thought is the target's.
    func isTargets(_ conversation: String?, turn: UInt64) -> Bool {
        if share >= 100 { return true }
        var hash = Self.mixed(UInt64(bitPattern: id) &+ 0x9E37_79B9_7F4A_7C15)
        if let conversation {
            for byte in conversation.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        } else {
            hash ^= turn &* 0xD6E8_FEB8_6659_FD93
        }
        return Self.mixed(hash) % 10_000 < UInt64(share) * 100
    }

    /// The end of SplitMix64: every bit of what comes in changes half of those that come out.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Reason {
    /// Whether learning has put it there, and not the rules.
    fileprivate var isLearnedMove: Bool {
        if case .learned(let lesson, _) = self { return lesson.isMove }
        return false
    }
}

extension Rejection.Rule {
    /// Whether the backend could take the task if it were well.
    fileprivate var isUnwell: Bool {
        switch self {
        case .disabled, .draining, .breakerOpen, .rateLimited, .configError, .saturated: true
        case .notLocal, .modality, .context, .capability, .budget, .strategy, .notRequested: false
        }
    }
}
