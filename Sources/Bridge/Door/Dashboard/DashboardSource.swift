internal import Foundation
internal import Routing

/// Where what the dashboard and `/metrics` show comes from. Nothing here is kept; each look is a new one.
struct DashboardSource: Sendable {
    let live: LiveRouting
    let board: HealthBoard
    let ledger: Ledger
    let budgets: BudgetBook
    /// What has come of looking questions up by meaning.
    let semantic: @Sendable () -> SemanticFigures?
    /// How the models stand, as JSON; nil where no sidecar is.
    let models: @Sendable () async -> [UInt8]?
    /// One moment by both clocks: a time that is told twice must be the same time.
    private let start = (date: Date(), instant: ContinuousClock.now)

    init(
        live: LiveRouting,
        board: HealthBoard,
        ledger: Ledger,
        budgets: BudgetBook,
        semantic: @escaping @Sendable () -> SemanticFigures? = { nil },
        models: @escaping @Sendable () async -> [UInt8]? = { nil }
    ) {
        self.live = live
        self.board = board
        self.ledger = ledger
        self.budgets = budgets
        self.semantic = semantic
        self.models = models
    }

    /// When the daemon started.
    var started: Date { start.date }

    /// The parts that are in memory.
    func quick(_ activity: Activity.Snapshot) -> [(StatePart, [UInt8])] {
        let rows = lamps(activity)
        let inFlight = rows.reduce(0) { $0 + $1.lamp.inFlight }
        return [
            (.daemon, StateText.daemon(activity, started: started, inFlight: inFlight)),
            (.lamps, StateText.lamps(rows)), (.decisions, StateText.decisions(activity.decisions.values)),
        ]
    }

    /// The lamps, in the order of the configuration.
    func lamps(_ activity: Activity.Snapshot) -> [LampRow] {
        let registry = live.current.registry
        return board.snapshot().compactMap { lamp in
            guard let backend = registry[lamp.backend] else { return nil }
            let since = start.date + (lamp.since - start.instant) / .seconds(1)
            return LampRow(lamp: lamp, backend: backend, since: since, activity: activity[lamp.backend])
        }
    }

    /// From the sums of the days; nil when the ledger cannot be read.
    func costs() async -> [UInt8]? {
        let baseline = Baseline(live.current.registry.backends)
        guard let report = try? await ledger.costs(against: baseline, budgets: budgets.standings()),
            let days = try? await ledger.days()
        else { return nil }
        return StateText.costs(report, days)
    }

    /// From a few rows and files; nil when the ledger cannot be read.
    func audit() async -> [UInt8]? { (try? await ledger.standing()).map(StateText.audit) }

    /// `GET /api/state`.
    func state() async -> [UInt8] {
        var parts = quick(ledger.activity.snapshot)
        if let costs = await costs() { parts.append((.costs, costs)) }
        if let audit = await audit() { parts.append((.audit, audit)) }
        if let models = await models() { parts.append((.models, models)) }
        return StateText.whole(parts)
    }

    /// `GET /metrics`.
    func metrics() -> [UInt8] {
        let activity = ledger.activity.snapshot
        let text = Metrics.text(
            activity,
            lamps(activity),
            budgets.standings(),
            semantic: semantic() ?? SemanticFigures(),
            started: started
        )
        return Array(text.utf8)
    }
}
