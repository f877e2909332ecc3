internal import Routing

/// A wish that was held against the backends of now: its steps, what it states, and what may surprise.
struct MigrationPlan: Sendable {
    /// Number 0: it has none yet.
    let migration: Migration
    /// How many steps have a gate.
    let gatedSteps: Int
    /// How many times as dear the target is; nil where that cannot be told.
    let costRatio: Double?
    /// What an operator should know; our own sentences.
    let warnings: [String]
    /// Whether the target may be given work as it is.
    let targetTakesWork: Bool

    /// After so many of its thoughts in a row a target that fails each of them is stopped.
    var bound: Int { migration.gate.bound(steps: gatedSteps) }

    /// - Throws: `unknown_backend`, or `bad_migration` with what to do about it.
    init(_ wish: MigrationWish, _ snapshot: RoutingSnapshot) throws(BridgeError) {
        guard let source = BackendID(wish.source).flatMap({ snapshot.registry[$0] }) else {
            throw BridgeError(.unknownBackend, .init(field: "from"))
        }
        guard let target = BackendID(wish.target).flatMap({ snapshot.registry[$0] }) else {
            throw BridgeError(.unknownBackend, .init(field: "to"))
        }
        let gate = wish.gate(source, target)
        let steps: [Migration.Step]
        do {
            steps = try Migration.steps(
                wish.strategy,
                from: source.id,
                to: target.id,
                shares: wish.shares,
                drains: wish.drains,
                samples: gate.samples
            )
        } catch {
            throw BridgeError(.badMigration, .init(field: error == .sameBackend ? "to" : "steps", why: error.why))
        }
        if wish.strategy == .parallelTesting, target.prices == nil, target.isBilled {
            let why = "Give the target prices in the configuration: the cost of its copies cannot be bounded."
            throw BridgeError(.badMigration, .init(field: "to", why: why))
        }
        migration = Migration(
            id: 0,
            from: source.id,
            to: target.id,
            strategy: wish.strategy,
            steps: steps,
            gate: gate,
            maxCost: wish.maxCost
        )
        gatedSteps = steps.count { $0 != .drain }
        costRatio = MigrationWish.ratio(source, target)
        targetTakesWork = target.service == .enabled
        warnings = Self.warnings(source, target, steps, gate)
    }

    /// The same as an error.
    func problem(_ why: String, _ field: String) -> BridgeError {
        BridgeError(.badMigration, .init(field: field, why: why))
    }

    private static func warnings(
        _ source: Backend,
        _ target: Backend,
        _ steps: [Migration.Step],
        _ gate: MigrationGate
    ) -> [String] {
        var warnings: [String] = []
        if target.service != .enabled { warnings.append("\(target.id) takes no work now: enable it first.") }
        if source.service != .enabled {
            warnings.append("\(source.id) takes no work now: there is nothing to hand over.")
        }
        if source.isLocal && !target.isLocal {
            warnings.append(
                "\(source.id) is on this machine and \(target.id) is not: tasks that must stay here stay with it."
            )
            if steps.last == .drain {
                warnings.append("After the drain such tasks need another backend on this machine, or --keep-source.")
            }
        }
        if target.maxContext < source.maxContext {
            warnings.append("\(target.id) has a smaller window: longer tasks go elsewhere.")
        }
        let missing = source.modalities.subtracting(target.modalities).sorted()
        if !missing.isEmpty { warnings.append("\(target.id) does not take \(missing.joined(separator: ", ")).") }
        if gate.costRatio == nil {
            warnings.append("Costs are not held against each other: \(source.id) is free, or prices are missing.")
        }
        return warnings
    }
}
