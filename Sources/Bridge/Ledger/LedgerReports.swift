internal import Foundation
internal import GRDB
internal import Routing

/// What `costs` tells.
struct CostReport: Sendable {
    /// The sums of a stretch of time.
    struct Totals: Sendable, Equatable {
        var cost = NanoDollars(0)
        var attempts = 0
        var answered = 0
        var inputTokens = 0
        var outputTokens = 0
        /// Answered attempts whose cost is not known.
        var unpriced = 0
    }

    let today: Totals
    let month: Totals
    /// Of this month, the dearest first.
    let byBackend: [(backend: String, totals: Totals)]
}

/// What `audit` tells.
struct AuditReport: Sendable {
    let records: Int
    let firstSequence: Int64?
    let lastSequence: Int64?
    /// Sequence numbers that are missing between the first and the last.
    let gaps: Int64
    /// Records with no known end.
    let unsettled: Int
    let probes: Int
    let byBackend: [(backend: String, records: Int, bytesSent: Int64)]
    let refused: Int
    let egressBlocked: Int
    let blockedByClass: [(identityClass: String, count: Int)]
    let since: Date?
}

extension Ledger {
    /// The sums of today and of this month, in UTC.
    func costs(now: Date = Date()) async throws -> CostReport {
        var calendar = Calendar(identifier: .gregorian)
        if let utc = TimeZone(secondsFromGMT: 0) { calendar.timeZone = utc }
        let today = calendar.startOfDay(for: now)
        let month = calendar.dateInterval(of: .month, for: now)?.start ?? today
        return try await pool.read { db in
            CostReport(
                today: try Self.totals(db, since: today),
                month: try Self.totals(db, since: month),
                byBackend: try Self.totalsByBackend(db, since: month)
            )
        }
    }

    /// The state of the record.
    func audit() async throws -> AuditReport {
        try await pool.read { db in
            let ends = try Row.fetchOne(
                db,
                sql: """
                    SELECT COUNT(*), MIN(seq), MAX(seq), MIN(time_ms),
                        COALESCE(SUM(purpose = 'probe'), 0) FROM egress
                    """
            )
            let records: Int = ends?[0] ?? 0
            let first: Int64? = ends?[1]
            let last: Int64? = ends?[2]
            let span = first.flatMap { first in last.map { $0 - first + 1 } } ?? 0
            let events = try Row.fetchAll(
                db,
                sql: "SELECT verdict, class, COUNT(*) FROM guard_event GROUP BY verdict, class ORDER BY 3 DESC, 2"
            )
            return AuditReport(
                records: records,
                firstSequence: first,
                lastSequence: last,
                gaps: span - Int64(records),
                unsettled: try Int.fetchOne(
                    db,
                    sql: "SELECT COUNT(*) FROM egress WHERE seq NOT IN (SELECT seq FROM backend_performance)"
                ) ?? 0,
                probes: ends?[4] ?? 0,
                byBackend: try Row.fetchAll(
                    db,
                    sql: "SELECT backend, COUNT(*), SUM(bytes_sent) FROM egress GROUP BY backend ORDER BY 2 DESC, 1"
                ).map { ($0[0], $0[1], $0[2]) },
                refused: Self.count(events, verdict: "refused"),
                egressBlocked: Self.count(events, verdict: "egress_blocked"),
                blockedByClass: Self.byClass(events),
                since: (ends?[3] as Int64?).map { Date(timeIntervalSince1970: Double($0) / 1_000) }
            )
        }
    }

    private static func count(_ events: [Row], verdict: String) -> Int {
        events.filter { $0[0] == verdict }.reduce(0) { $0 + ($1[2] as Int) }
    }

    private static func byClass(_ events: [Row]) -> [(identityClass: String, count: Int)] {
        var counts: [String: Int] = [:]
        for event in events { counts[event[1], default: 0] += event[2] as Int }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    private static let sums = """
        COALESCE(SUM(cost_nanousd), 0), COUNT(*), COALESCE(SUM(outcome = 'answered'), 0),
        COALESCE(SUM(COALESCE(input_uncached, 0) + COALESCE(input_cache_read, 0) + COALESCE(input_cache_write, 0)), 0),
        COALESCE(SUM(COALESCE(output_visible, 0) + COALESCE(output_reasoning, 0)), 0),
        COALESCE(SUM(outcome = 'answered' AND cost_nanousd IS NULL), 0)
        """

    private static func totals(_ db: Database, since: Date) throws -> CostReport.Totals {
        try Row.fetchOne(
            db,
            sql: "SELECT \(sums) FROM backend_performance WHERE purpose = 'thought' AND time_ms >= ?",
            arguments: [Int64(since.timeIntervalSince1970 * 1_000)]
        ).map { totals($0, from: 0) } ?? CostReport.Totals()
    }

    private static func totalsByBackend(
        _ db: Database,
        since: Date
    ) throws -> [(backend: String, totals: CostReport.Totals)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT backend, \(sums) FROM backend_performance WHERE purpose = 'thought' AND time_ms >= ?
                GROUP BY backend ORDER BY 2 DESC, 1
                """,
            arguments: [Int64(since.timeIntervalSince1970 * 1_000)]
        ).map { ($0[0], totals($0, from: 1)) }
    }

    private static func totals(_ row: Row, from first: Int) -> CostReport.Totals {
        CostReport.Totals(
            cost: NanoDollars(row[first]),
            attempts: row[first + 1],
            answered: row[first + 2],
            inputTokens: row[first + 3],
            outputTokens: row[first + 4],
            unpriced: row[first + 5]
        )
    }
}
