internal import Routing

extension ShadowTally.Pair {
    /// How a copy's answer stands to the source's; nil when the target could not be asked for a reason of the thought's.
    init?(_ answer: Answer, _ end: Result<Answer, RoutingError>) {
        let source = MigrationSample(answer, .source)
        switch end {
        case .success(let other):
            let level = EquivalenceJudge().verdict(.text(answer.text), .text(other.text)).level
            self.init(level, source: source, target: MigrationSample(other, .target))
        case .failure(let error):
            guard error.isTargets else { return nil }
            self.init(.oneDeclined, source: source, target: MigrationSample(.target, hasFailed: true))
        }
    }
}

extension MigrationWatch {
    /// A watch over a migration.
    init(_ migration: Migration) {
        let gated = migration.steps.count { $0 != .drain }
        self.init(migration.gate, steps: gated, source: migration.source, target: migration.target)
    }
}

extension MigrationSample {
    fileprivate init(_ answer: Answer, _ arm: Arm) {
        self.init(
            arm,
            hasFailed: false,
            milliseconds: answer.attempts.last.map { $0.duration / .milliseconds(1) },
            cost: answer.cost?.dollars,
            quality: answer.confidence
        )
    }
}

extension RoutingError {
    /// Whether it says something of the backend that was asked.
    fileprivate var isTargets: Bool {
        switch self {
        case .allFailed(let attempts), .deadline(let attempts):
            !attempts.isEmpty && !attempts.allSatisfy { $0.outcome == .failed(.overBudget) }
        case .noBackend(let rejected):
            rejected.contains { [.breakerOpen, .disabled, .draining, .configError].contains($0.rule) }
        case .egressBlocked, .ledgerUnavailable, .cancelled: false
        }
    }

    /// Whether a budget said no.
    var isBudgets: Bool {
        switch self {
        case .noBackend(let rejected): rejected.contains { $0.rule == .budget }
        case .allFailed(let attempts):
            !attempts.isEmpty && attempts.allSatisfy { $0.outcome == .failed(.overBudget) }
        default: false
        }
    }

    /// Whether nothing can have been paid for it.
    var sentNothing: Bool {
        switch self {
        case .noBackend, .egressBlocked: true
        // Said before anything left.
        default: isBudgets
        }
    }
}
