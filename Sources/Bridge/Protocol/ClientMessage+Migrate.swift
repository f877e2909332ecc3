internal import Routing

/// What `migrate` is asked to do.
enum MigrateRequest: Sendable {
    /// Says what would be done; nothing is.
    case plan(MigrationWish)
    case apply(MigrationWish)
    case status
    case pause, resume, rollBack

    init(_ params: Params) throws(BridgeError) {
        try params.allow(in: MigrationWish.names.union(["action"]))
        let action = try params.string("action", count: 1...64) ?? "status"
        guard ["plan", "apply"].contains(action) else {
            try params.allow("action")
            switch action {
            case "status": self = .status
            case "pause": self = .pause
            case "resume": self = .resume
            case "rollback": self = .rollBack
            default: throw .invalidParams("action")
            }
            return
        }
        let wish = try MigrationWish(params)
        self = action == "plan" ? .plan(wish) : .apply(wish)
    }
}

/// A migration as an operator wishes it.
struct MigrationWish: Sendable {
    static let names: Set<String> = [
        "from", "to", "strategy", "steps", "samples", "drain", "max_usd", "latency_ratio", "quality_margin",
        "cost_ratio",
        "false_alarm", "conflicts",
    ]

    let source: String
    let target: String
    let strategy: Migration.Strategy
    /// In percent; nil for the ordinary ones.
    let shares: [Int]?
    let drains: Bool
    let maxCost: NanoDollars
    private let wished: MigrationGate
    private let costRatio: Double?

    init(_ params: Params) throws(BridgeError) {
        guard let source = try params.string("from", count: 1...64) else { throw .invalidParams("from") }
        guard let target = try params.string("to", count: 1...64) else { throw .invalidParams("to") }
        self.source = source
        self.target = target
        strategy = try params.choice("strategy") ?? .gradualMigration
        shares = try params.integers("steps", atMost: 20)
        drains = try params.boolean("drain") ?? true
        let most = try params.decimal("max_usd", in: 0...1_000_000)
        maxCost = most.flatMap { NanoDollars(dollars: $0) } ?? NanoDollars(1_000_000_000)
        var gate = MigrationGate()
        gate.samples = try params.integer("samples", in: 20...10_000) ?? gate.samples
        gate.falseAlarm = try params.decimal("false_alarm", in: 0.0001...0.5) ?? gate.falseAlarm
        gate.latencyRatio = try params.decimal("latency_ratio", in: 1...100) ?? gate.latencyRatio
        gate.qualityMargin = try params.decimal("quality_margin", in: 0...1) ?? gate.qualityMargin
        gate.conflicts = try params.decimal("conflicts", in: 0...1) ?? gate.conflicts
        costRatio = try params.decimal("cost_ratio", in: 0...1_000_000)
        wished = gate
    }

    /// The gate between two backends: where nobody says how much dearer the target may be, half as much again as their
    /// prices are apart, and no less than half as much again; nothing where the source is free or has no prices.
    func gate(_ source: Backend, _ target: Backend) -> MigrationGate {
        var gate = wished
        gate.costRatio = costRatio ?? Self.ratio(source, target).map { 1.5 * max(1, $0) }
        return gate
    }

    /// How many times as dear the target is for a thousand tokens in and five hundred out.
    static func ratio(_ source: Backend, _ target: Backend) -> Double? {
        let usage = Usage(inputUncached: 1_000, outputVisible: 500, source: .estimated)
        guard let mine = source.prices?.cost(of: usage), let other = target.prices?.cost(of: usage), mine.value > 0
        else {
            return nil
        }
        return other.dollars / mine.dollars
    }
}
