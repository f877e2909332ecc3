/// Work that is handed over from one backend to another, step by step. A value: where it stands, and what comes next.
///
///     plan -> running(step 0) -> gate -> running(step 1) -> ... -> drain -> done
///                   |  \-> paused -> running
///                   \-> rolled back
public struct Migration: Sendable, Equatable {
    /// How the work is handed over.
    public enum Strategy: String, Sendable, CaseIterable {
        /// All at once; then the old backend is drained.
        case immediateCutover = "immediate_cutover"
        /// In growing shares; then the old backend is drained.
        case gradualMigration = "gradual_migration"
        /// Not at all: copies of thoughts are given to the target, and its answers are compared and shown to nobody.
        case parallelTesting = "parallel_testing"
    }

    /// One step.
    public enum Step: Sendable, Equatable {
        /// Copies of so many of the source's thoughts.
        case shadow(Int)
        /// This share of the source's work, in percent.
        case share(Int)
        /// The source takes nothing new, and finishes what it has.
        case drain

        /// The step in one word and a number, as it is kept: `shadow:50`, `share:10`, `drain`.
        public var name: String {
            switch self {
            case .shadow(let count): "shadow:\(count)"
            case .share(let percent): "share:\(percent)"
            case .drain: "drain"
            }
        }

        /// The step of such a name.
        public init?(name: String) {
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            switch (parts.first, parts.count == 2 ? Int(parts[1]) : nil) {
            case ("shadow", let count?) where count > 0: self = .shadow(count)
            case ("share", let percent?) where (1...100).contains(percent): self = .share(percent)
            case ("drain", nil) where parts.count == 1: self = .drain
            default: return nil
            }
        }

        /// What it does, in words.
        public func words(_ source: BackendID, _ target: BackendID) -> String {
            switch self {
            case .shadow(let count): "copy \(count) of \(source)'s thoughts to \(target), compare, show nobody"
            case .share(let percent): "send \(percent) % of \(source)'s work to \(target), \(source) next in line"
            case .drain: "drain \(source): nothing new, and what it has is finished"
            }
        }
    }

    /// Where it stands.
    public enum State: String, Sendable, CaseIterable {
        case running, paused, done
        case rolledBack = "rolled_back"

        /// Whether it is over.
        public var isOver: Bool { self == .done || self == .rolledBack }
    }

    /// Its number in the ledger.
    public let id: Int64
    /// Whose work it is.
    public let source: BackendID
    /// Who is to have it.
    public let target: BackendID
    /// How it is handed over.
    public let strategy: Strategy
    /// The steps, in order.
    public let steps: [Step]
    /// What is asked of the target.
    public let gate: MigrationGate
    /// What shadow copies may cost together.
    public let maxCost: NanoDollars
    /// Where it stands.
    public private(set) var state = State.running
    /// The place of the step that it is at.
    public private(set) var step = 0
    /// Why it is paused or was rolled back; one of our own sentences.
    public private(set) var reason: String?

    /// A migration.
    public init(
        id: Int64,
        from source: BackendID,
        to target: BackendID,
        strategy: Strategy,
        steps: [Step],
        gate: MigrationGate,
        maxCost: NanoDollars,
        state: State = .running,
        step: Int = 0,
        reason: String? = nil
    ) {
        self.id = id
        self.source = source
        self.target = target
        self.strategy = strategy
        self.steps = steps
        self.gate = gate
        self.maxCost = maxCost
        self.state = state
        self.step = min(max(step, 0), steps.count - 1)
        self.reason = reason
    }

    /// The step that it is at.
    public var current: Step { steps[step] }

    /// The share of the source's work that goes to the target now, in percent. A paused migration keeps its share: pausing
    /// neither sends more nor takes back. What is done stays done.
    public var share: Int {
        if state == .rolledBack { return 0 }
        return switch current {
        case .shadow: 0
        case .share(let percent): percent
        // The source takes nothing; who had it for a home goes to the target.
        case .drain: 100
        }
    }

    /// Who has taken whose place for good, from the drain on or when all is done; nil when nobody has.
    public var succession: MigrationSuccession? {
        guard state == .done || (!state.isOver && current == .drain), share > 0 else { return nil }
        return MigrationSuccession(source, by: target, isDrained: steps.last == .drain)
    }

    /// Whether copies are sent now.
    public var isShadowing: Bool {
        if state == .running, case .shadow = current { return true }
        return false
    }

    // MARK: Changes

    /// Something that happens to it.
    public enum Event: Sendable, Equatable {
        /// The gate of the step was passed; with what was seen, in words.
        case passed(String)
        /// The gate has stopped it.
        case stopped(String)
        /// The source has nothing left to do.
        case drained
        /// An operator's words.
        case pause(String)
        case resume
        case rollBack(String)
    }

    /// What the rest of the house must do after an event.
    public enum Effect: Sendable, Equatable {
        /// Nothing but to keep it.
        case none
        /// The source is to take nothing new.
        case drainSource
        /// The source was drained by this migration, and is to take work again.
        case restoreSource
    }

    /// An event that does not fit where it stands.
    public struct Misfit: Error, Sendable, Equatable {}

    /// Takes an event. What does not fit changes nothing.
    @discardableResult
    public mutating func take(_ event: Event) throws(Misfit) -> Effect {
        switch event {
        case .passed:
            guard state == .running, current != .drain else { throw Misfit() }
            return advance()
        case .stopped(let why), .rollBack(let why):
            guard !state.isOver else { throw Misfit() }
            let wasDraining = current == .drain
            state = .rolledBack
            reason = why
            return wasDraining ? .restoreSource : .none
        case .drained:
            guard state == .running, current == .drain else { throw Misfit() }
            state = .done
            return .none
        case .pause(let why):
            guard state == .running else { throw Misfit() }
            state = .paused
            reason = why
            return .none
        case .resume:
            guard state == .paused else { throw Misfit() }
            state = .running
            reason = nil
            return current == .drain ? .drainSource : .none
        }
    }

    private mutating func advance() -> Effect {
        guard step + 1 < steps.count else {
            state = .done
            return .none
        }
        step += 1
        return current == .drain ? .drainSource : .none
    }
}

extension Migration {
    /// What is wrong with a plan.
    public enum PlanProblem: Error, Sendable, Equatable {
        case sameBackend
        /// Shares must grow, from 1 to 100, the last one 100.
        case shares
        /// The strategy has no shares to be given.
        case noShares

        /// What to do about it.
        public var why: String {
            switch self {
            case .sameBackend: "Name two backends: one cannot take its own place."
            case .shares: "The steps are shares that grow, from 1 to 100 percent, and end with 100."
            case .noShares: "Only gradual_migration has steps to choose."
            }
        }
    }

    /// The steps of a strategy.
    /// - Parameters:
    ///   - shares: in percent; 10, 50, 100 without them.
    ///   - drains: whether the source is drained at the end.
    ///   - samples: how many thoughts each step looks at.
    public static func steps(
        _ strategy: Strategy,
        from source: BackendID,
        to target: BackendID,
        shares: [Int]? = nil,
        drains: Bool = true,
        samples: Int
    ) throws(PlanProblem) -> [Step] {
        guard source != target else { throw .sameBackend }
        guard shares == nil || strategy == .gradualMigration else { throw .noShares }
        let end: [Step] = drains ? [.drain] : []
        switch strategy {
        case .immediateCutover: return [.share(100)] + end
        case .parallelTesting: return [.shadow(samples)]
        case .gradualMigration:
            let shares = shares ?? [10, 50, 100]
            guard !shares.isEmpty, shares.count <= 20, shares.last == 100,
                shares.allSatisfy({ (1...100).contains($0) }),
                zip(shares, shares.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw .shares }
            return shares.map(Step.share) + end
        }
    }
}
