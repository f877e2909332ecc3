internal import Foundation
internal import GRDB
internal import Routing

/// An experiment as it stands.
struct ExperimentStanding: Sendable {
    var experiment: Experiment
    var test = SequentialTest()
    var started: Date
    /// When an operator stopped it; nil while nobody has.
    var stopped: Date?

    /// Whether thoughts are still assigned.
    var isRunning: Bool { stopped == nil && test.verdict == .running }
}

extension Ledger {
    /// Writes down that an experiment begins; gives it its number.
    func begin(_ experiment: Experiment) async throws -> ExperimentStanding {
        let now = nowMilliseconds
        var experiment = experiment
        let fresh = experiment
        experiment.id = try await pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO experiment (a, b, error_rate, least, most, first_row, started_ms)
                    VALUES (?, ?, ?, ?, ?, (SELECT COALESCE(MAX(id), 0) + 1 FROM backend_selection_history), ?)
                    """,
                arguments: [fresh.a.word, fresh.b.word, fresh.errorRate, fresh.least, fresh.most, now]
            )
            return db.lastInsertedRowID
        }
        return ExperimentStanding(experiment: experiment, started: Date(timeIntervalSince1970: Double(now) / 1_000))
    }

    /// Writes down that an operator stops it.
    func stop(_ standing: ExperimentStanding) async throws -> ExperimentStanding {
        let (id, now) = (standing.experiment.id, nowMilliseconds)
        try await pool.write { db in
            try db.execute(
                sql: "UPDATE experiment SET stopped_ms = ? WHERE id = ? AND stopped_ms IS NULL",
                arguments: [now, id]
            )
        }
        var standing = standing
        standing.stopped = Date(timeIntervalSince1970: Double(now) / 1_000)
        return standing
    }

    /// The last experiment, with all that was found until now: its rows are read again, in their order.
    func lastExperiment() throws -> ExperimentStanding? {
        try pool.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT id, a, b, error_rate, least, most, started_ms, stopped_ms, first_row
                    FROM experiment ORDER BY id DESC LIMIT 1
                    """
            )
            guard let row, let a = Experiment.Strategy(row[1]), let b = Experiment.Strategy(row[2]) else { return nil }
            let experiment = Experiment(id: row[0], a: a, b: b, errorRate: row[3], least: row[4], most: row[5])
            var standing = ExperimentStanding(
                experiment: experiment,
                started: Date(timeIntervalSince1970: Double(row[6] as Int64) / 1_000),
                stopped: (row[7] as Int64?).map { Date(timeIntervalSince1970: Double($0) / 1_000) }
            )
            let rewards = try Row.fetchCursor(
                db,
                sql: """
                    SELECT trial = ?1, reward FROM backend_selection_history
                    WHERE id >= ?2 AND reward IS NOT NULL AND trial IN (?1, ?3) ORDER BY id
                    """,
                arguments: ["\(experiment.id)b", row[8] as Int64, "\(experiment.id)a"]
            )
            while standing.test.verdict == .running, let found = try rewards.next() {
                standing.test.add(found[1], toB: found[0], experiment)
            }
            return standing
        }
    }
}
