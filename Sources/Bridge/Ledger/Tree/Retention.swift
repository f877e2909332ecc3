internal import Foundation
internal import GRDB
internal import Logging
internal import Routing

extension Ledger {
    /// Forgets the payloads of all days before that one, in UTC; today's stay. That it was done is a leaf itself, and the
    /// tree goes on to hold for what is left of the requests.
    /// - Parameter day: counts from 1970-01-01.
    /// - Returns: how many payloads were deleted.
    func forgetPayloads(before day: Int) throws -> Int {
        let now = nowMilliseconds
        let day = min(day, WallTime(milliseconds: now).day)
        let sequences = try pool.read { db in
            try Int64.fetchAll(
                db,
                sql: "SELECT p.seq FROM payload p JOIN egress e USING (seq) WHERE e.time_ms < ?",
                arguments: [Int64(day) * 86_400_000]
            )
        }
        if !sequences.isEmpty {
            try LedgerWriter.patiently {
                try pool.writeWithoutTransaction { db in
                    try writer.growing(db) { edge in
                        try db.run(
                            "INSERT INTO retention (time_ms, before_day, payloads) VALUES (?, ?, ?)",
                            [.integer(now), .integer(day), .integer(sequences.count)]
                        )
                        let leaf = RetentionLeaf(
                            id: db.lastInsertedRowID,
                            time: now,
                            beforeDay: Int64(day),
                            payloads: Int64(sequences.count)
                        )
                        try LeafTable.append(.retention, row: leaf.id, leaf.text, to: &edge, db)
                    }
                }
            }
        }
        // The keys first: without them the rows are noise.
        try days.forget(before: day)
        for start in stride(from: 0, to: sequences.count, by: Self.batch) {
            // In pieces: requests wait for each.
            let piece = sequences[start..<min(start + Self.batch, sequences.count)]
            try LedgerWriter.patiently {
                try pool.write { db in
                    for sequence in piece { try db.run("DELETE FROM payload WHERE seq = ?", [.integer(sequence)]) }
                }
            }
        }
        return sequences.count
    }

    private static var batch: Int { 500 }

    /// Forgets what is older than the configuration lets it be kept.
    func forgetOldPayloads() {
        guard let kept = settings.retentionDays else { return }
        do {
            let count = try forgetPayloads(before: WallTime(milliseconds: nowMilliseconds).day - kept)
            if count > 0 { logger.notice("payloads were forgotten", metadata: ["count": "\(count)"]) }
        } catch {
            logger.error("payloads cannot be forgotten", metadata: ["reason": "\(LedgerWriter.reason(error))"])
        }
    }
}
