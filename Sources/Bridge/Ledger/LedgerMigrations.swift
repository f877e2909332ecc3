internal import Foundation
internal import GRDB
internal import Routing

/// Something that happened to a migration, as it is kept.
struct MigrationRow: Sendable, Equatable {
    let time: Date
    let event: String
    let state: String
    let step: Int
    let stepName: String
    let share: Int
    /// Our own words: what was seen, or why.
    let words: String?
}

/// A migration as it is kept.
struct KeptMigration: Sendable, Equatable {
    var migration: Migration
    /// The last decision from before the step.
    var since: Int64
    var created: Date
}

extension Ledger {
    // These wait for their commit: they are rare, and what is not on record must not happen.

    /// Begins a migration; gives its number.
    /// - Throws: what the database says; a constraint when one is under way.
    func begin(_ migration: Migration) throws -> KeptMigration {
        let now = nowMilliseconds
        return try pool.write { db in
            let since = try Self.lastDecision(db)
            let gate = migration.gate
            try db.execute(
                sql: """
                    INSERT INTO migrations (source, target, strategy, steps, samples, false_alarm, latency_ratio,
                        quality_margin, cost_ratio, conflicts, max_cost_nanousd, state, step, reason, since, created_date,
                        last_updated)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    migration.source.rawValue, migration.target.rawValue, migration.strategy.rawValue,
                    migration.steps.map(\.name).joined(separator: ","), gate.samples, gate.falseAlarm,
                    gate.latencyRatio,
                    gate.qualityMargin, gate.costRatio, gate.conflicts, migration.maxCost.value,
                    migration.state.rawValue,
                    migration.step, migration.reason, since, now, now,
                ]
            )
            let id = db.lastInsertedRowID
            let kept = try Self.migration(db, sql: "WHERE id = ?", [id])
            guard let kept else { throw LedgerUnavailable() }
            try Self.note("began", kept.migration, words: nil, at: now, db)
            return kept
        }
    }

    /// Keeps what has become of a migration, and why; gives the last decision from before.
    /// - Parameter isNewStep: whether a step begins: what was decided before is not its own.
    func keep(_ migration: Migration, event: String, words: String?, isNewStep: Bool) throws {
        let now = nowMilliseconds
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE migrations SET state = ?, step = ?, reason = ?, last_updated = ?,
                        since = CASE WHEN ? THEN ? ELSE since END WHERE id = ?
                    """,
                arguments: [
                    migration.state.rawValue, migration.step, migration.reason, now, isNewStep,
                    Self.lastDecision(db), migration.id,
                ]
            )
            try Self.note(event, migration, words: words, at: now, db)
        }
    }

    /// The one that is under way; nil when none is.
    func openMigration() throws -> KeptMigration? {
        try pool.read { db in
            try Self.migration(db, sql: "WHERE state IN ('running', 'paused') ORDER BY id DESC LIMIT 1", [])
        }
    }

    /// The last one, whatever became of it.
    func lastMigration() throws -> KeptMigration? {
        try pool.read { db in try Self.migration(db, sql: "ORDER BY id DESC LIMIT 1", []) }
    }

    /// What happened to it, in order.
    func rows(of migration: Int64) throws -> [MigrationRow] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT time_ms, event, state, step, step_name, share, words FROM migration_steps
                    WHERE migration = ? ORDER BY id
                    """,
                arguments: [migration]
            ).map { row in
                MigrationRow(
                    time: Date(timeIntervalSince1970: Double(row[0] as Int64) / 1_000),
                    event: row[1],
                    state: row[2],
                    step: row[3],
                    stepName: row[4],
                    share: row[5],
                    words: row[6]
                )
            }
        }
    }

    /// The migrations that are done, the oldest first.
    func doneMigrations() throws -> [Migration] {
        try pool.read { db in
            try Int64.fetchAll(db, sql: "SELECT id FROM migrations WHERE state = 'done' ORDER BY id")
                .compactMap { try Self.migration(db, sql: "WHERE id = ?", [$0])?.migration }
        }
    }

    // MARK: Samples

    /// What is known of a migration's thoughts since its step began, and of the source's before that, the oldest first.
    /// - Parameter most: so many of either at most.
    func samples(of shift: MigrationShift, since: Int64, most: Int = 2_000) throws -> (
        before: [MigrationSample], step: [MigrationSample]
    ) {
        try pool.read { db in
            func read(_ condition: String) throws -> [MigrationSample] {
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT selected_backend, final_backend, available_backends, selection_reasoning, outcome, cached,
                            response_time_us, cost_nanousd, quality_score
                        FROM backend_selection_history WHERE id \(condition) ORDER BY id DESC LIMIT ?
                        """,
                    arguments: [since, most]
                )
                return rows.reversed().compactMap { Self.sample($0, shift) }
            }
            return (try read("<= ?").filter { $0.arm == .source }, try read("> ?"))
        }
    }

    private static func sample(_ row: Row, _ shift: MigrationShift) -> MigrationSample? {
        let considered: String = row[2]
        return DecisionRecord.Outcome(rawValue: row[4]).flatMap { outcome in
            MigrationSample(
                selected: (row[0] as String?).flatMap { BackendID($0) },
                served: (row[1] as String?).flatMap { BackendID($0) },
                // Names of backends need no escaping.
                considersTarget: considered.contains("\"backend\":\"\(shift.target)\""),
                reason: row[3],
                outcome: outcome,
                isCached: row[5],
                milliseconds: Double(row[6] as Int64) / 1_000,
                cost: (row[7] as Int64?).map { NanoDollars($0).dollars },
                quality: row[8],
                shift
            )
        }
    }

    // MARK: Copies

    /// Keeps how a copy's answer stands to the source's.
    func keep(_ pair: ShadowTally.Pair, of migration: Int64) throws {
        let now = nowMilliseconds
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO migration_copies (migration, time_ms, level, target_failed, source_ms, target_ms,
                        source_quality, target_quality, source_usd, target_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    migration, now, pair.level.rawValue, pair.target.hasFailed, pair.source.milliseconds,
                    pair.target.milliseconds, pair.source.quality, pair.target.quality, pair.source.cost,
                    pair.target.cost,
                ]
            )
        }
    }

    /// The copies of a migration, in order.
    func copies(of migration: Int64) throws -> [ShadowTally.Pair] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT level, target_failed, source_ms, target_ms, source_quality, target_quality, source_usd, target_usd
                    FROM migration_copies WHERE migration = ? ORDER BY id
                    """,
                arguments: [migration]
            ).compactMap { row in
                Equivalence.Level(rawValue: row[0]).map { level in
                    ShadowTally.Pair(
                        level,
                        source: MigrationSample(
                            .source,
                            hasFailed: false,
                            milliseconds: row[2],
                            cost: row[6],
                            quality: row[4]
                        ),
                        target: MigrationSample(
                            .target,
                            hasFailed: row[1],
                            milliseconds: row[3],
                            cost: row[7],
                            quality: row[5]
                        )
                    )
                }
            }
        }
    }

    // MARK: Parts

    private static func lastDecision(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT COALESCE(MAX(id), 0) FROM backend_selection_history") ?? 0
    }

    private static func note(_ event: String, _ migration: Migration, words: String?, at now: Int64, _ db: Database)
        throws
    {
        try db.execute(
            sql: """
                INSERT INTO migration_steps (migration, time_ms, event, state, step, step_name, share, words)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                migration.id, now, event, migration.state.rawValue, migration.step, migration.current.name,
                migration.share, words,
            ]
        )
    }

    private static func migration(_ db: Database, sql: String, _ arguments: [Int64]) throws -> KeptMigration? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT id, source, target, strategy, steps, samples, false_alarm, latency_ratio, quality_margin, cost_ratio,
                    conflicts, max_cost_nanousd, state, step, reason, since, created_date FROM migrations \(sql)
                """,
            arguments: StatementArguments(arguments)
        )
        guard let row, let source = BackendID(row[1]), let target = BackendID(row[2]),
            let strategy = Migration.Strategy(rawValue: row[3]), let state = Migration.State(rawValue: row[12])
        else { return nil }
        let steps = (row[4] as String).split(separator: ",").compactMap { Migration.Step(name: String($0)) }
        guard !steps.isEmpty else { return nil }
        let migration = Migration(
            id: row[0],
            from: source,
            to: target,
            strategy: strategy,
            steps: steps,
            gate: MigrationGate(
                samples: row[5],
                falseAlarm: row[6],
                latencyRatio: row[7],
                qualityMargin: row[8],
                costRatio: row[9],
                conflicts: row[10]
            ),
            maxCost: NanoDollars(row[11]),
            state: state,
            step: row[13],
            reason: row[14]
        )
        return KeptMigration(
            migration: migration,
            since: row[15],
            created: Date(timeIntervalSince1970: Double(row[16] as Int64) / 1_000)
        )
    }
}
