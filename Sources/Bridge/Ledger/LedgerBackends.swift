internal import Foundation
internal import GRDB

/// What the ledger keeps of a backend besides its requests.
struct BackendRow: Sendable {
    var name: String
    /// The provider, or the wire format where there is none.
    var type: String
    /// `file` or `socket`.
    var source: String
    var isEnabled: Bool
    var isPrimary: Bool
    /// Its section as JSON, without any secret.
    var config: String
    /// Roles, strengths and modalities as JSON.
    var capabilities: String
    var quality: Double
    var speed: Double
    /// From 0 to 1; 1 is free.
    var cost: Double
    var reliability: Double
    /// Its state, as last known.
    var health: String
    /// Kinds and names of others as JSON: what it is preferred for, and who is asked after it.
    var preferredFor: String
    var fallbacks: String
}

/// What an operator has said of a backend; it outlives the daemon.
enum OperatorWord: String, Sendable {
    case enabled, disabled, draining
}

/// What has come of a backend's requests; probes do not count.
struct BackendTotals: Sendable, Equatable {
    var jobs = 0
    var answered = 0
    var failed = 0
    var costNanoUSD: Int64 = 0
    /// Of those that were answered; nil before the first.
    var meanMilliseconds: Double?
    var consecutiveFailures = 0
    var lastUsed: Date?
}

extension Ledger {
    /// What operators have said, by name.
    func operatorWords() throws -> [String: OperatorWord] {
        let rows = try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT name, operator FROM backends WHERE operator IS NOT NULL")
        }
        return Dictionary(
            rows.compactMap { row in OperatorWord(rawValue: row[1]).map { (row[0], $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The models that operators have chosen, by backend.
    func chosenModels() throws -> [String: String] {
        let rows = try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT name, operator_model FROM backends WHERE operator_model IS NOT NULL")
        }
        return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }

    /// The backends that were registered over the socket, with their sections, in the order in which they came.
    func registeredBackends() throws -> [(name: String, config: String)] {
        try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT name, config FROM backends WHERE source = 'socket' ORDER BY id")
                .map { ($0[0], $0[1]) }
        }
    }

    // These wait for their commit: they are rare, and their order is what counts.

    /// Writes down which backends there are. Those that are no longer there stay, as not enabled.
    func keep(_ rows: [BackendRow]) throws {
        let now = nowMilliseconds
        try pool.write { db in
            try db.execute(sql: "UPDATE backends SET enabled = 0, is_primary = 0, last_updated = ?", arguments: [now])
            for row in rows { try Self.write(row, at: now, db) }
        }
    }

    /// Writes down what an operator says.
    func say(_ word: OperatorWord, of name: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE backends SET operator = ? WHERE name = ?",
                arguments: [word.rawValue, name]
            )
        }
    }

    /// Writes down which model an operator chooses; nil for the configuration's.
    func choose(_ model: String?, of name: String) throws {
        try pool.write { db in
            try db.execute(sql: "UPDATE backends SET operator_model = ? WHERE name = ?", arguments: [model, name])
        }
    }

    /// Forgets a backend that was registered over the socket; its requests stay on record.
    func forget(_ name: String) throws {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM backends WHERE name = ? AND source = 'socket'", arguments: [name])
        }
    }

    /// Writes down how a backend is.
    func note(health: String, of name: String) throws {
        try pool.write { db in
            try db.execute(sql: "UPDATE backends SET health_status = ? WHERE name = ?", arguments: [health, name])
        }
    }

    /// What has come of the requests, by name.
    func backendTotals() async throws -> [String: BackendTotals] {
        try await pool.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT name, total_jobs, successful_jobs, failed_jobs, total_cost_nanousd, average_response_time,
                        consecutive_failures, last_used FROM backends
                    """
            )
            return Dictionary(rows.map { ($0[0], Self.totals($0)) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private static func totals(_ row: Row) -> BackendTotals {
        BackendTotals(
            jobs: row[1],
            answered: row[2],
            failed: row[3],
            costNanoUSD: row[4],
            meanMilliseconds: row[5],
            consecutiveFailures: row[6],
            lastUsed: (row[7] as Int64?).map { Date(timeIntervalSince1970: Double($0) / 1_000) }
        )
    }

    private static func write(_ row: BackendRow, at now: Int64, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO backends (name, backend_type, source, enabled, is_primary, config, capabilities,
                    quality_score, speed_score, cost_score, reliability_score, health_status,
                    preferred_for_job_types, fallback_backends, created_date, last_updated)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET backend_type = excluded.backend_type, source = excluded.source,
                    enabled = excluded.enabled, is_primary = excluded.is_primary, config = excluded.config,
                    capabilities = excluded.capabilities, quality_score = excluded.quality_score,
                    speed_score = excluded.speed_score, cost_score = excluded.cost_score,
                    reliability_score = excluded.reliability_score, health_status = excluded.health_status,
                    preferred_for_job_types = excluded.preferred_for_job_types,
                    fallback_backends = excluded.fallback_backends, last_updated = excluded.last_updated
                """,
            arguments: [
                row.name, row.type, row.source, row.isEnabled, row.isPrimary, row.config, row.capabilities, row.quality,
                row.speed, row.cost, row.reliability, row.health, row.preferredFor, row.fallbacks, now, now,
            ]
        )
    }
}
