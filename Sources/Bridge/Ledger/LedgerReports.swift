internal import Foundation
internal import GRDB

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
    /// What the guard did, by kind.
    let guardEvents: [GuardEvent: Int]
    let blockedByClass: [(identityClass: String, count: Int)]
    let since: Date?
    let proof: ProofReport

    /// What the guard and the egress scan held back.
    var refused: Int { guardEvents[.refused] ?? 0 }
    var egressBlocked: Int { guardEvents[.egressBlocked] ?? 0 }
}

extension Ledger {
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
                guardEvents: Self.byKind(events),
                blockedByClass: Self.byClass(events),
                since: (ends?[3] as Int64?).map { Date(timeIntervalSince1970: Double($0) / 1_000) },
                proof: try proof(db)
            )
        }
    }

    private static func byKind(_ events: [Row]) -> [GuardEvent: Int] {
        Dictionary(
            events.compactMap { row in GuardEvent(rawValue: row[0]).map { ($0, row[2] as Int) } },
            uniquingKeysWith: +
        )
    }

    /// What was kept from leaving, by class.
    private static func byClass(_ events: [Row]) -> [(identityClass: String, count: Int)] {
        var counts: [String: Int] = [:]
        for event in events where GuardEvent(rawValue: event[0])?.isBlock ?? true {
            counts[event[1], default: 0] += event[2] as Int
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}
