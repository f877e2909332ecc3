internal import GRDB
internal import Routing

extension Ledger {
    /// What callers have told, by caller.
    func toldPreferences() throws -> [String: Preference] {
        try pool.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT caller, preference, backend FROM caller_preference WHERE preference IS NOT NULL"
            )
            let told = rows.compactMap { row in
                Preference(word: row[1], backend: (row[2] as String?).flatMap(BackendID.init)).map {
                    (row[0] as String, $0)
                }
            }
            return Dictionary(told) { first, _ in first }
        }
    }

    /// Keeps what a caller prefers; nil for nothing any more, whatever the ratings showed until now.
    func keep(_ preference: Preference?, of caller: String) async throws {
        let now = nowMilliseconds
        try await pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO caller_preference VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (caller) DO UPDATE SET preference = ?2, backend = ?3, time_ms = ?4
                    """,
                arguments: [caller, preference?.word, preference?.backend?.rawValue, now]
            )
        }
    }

    /// How callers have rated whom, of the newest thoughts.
    /// - Parameter caller: only his; nil for everybody's.
    func ratings(by caller: String? = nil) async throws -> [String: [RatedBackend]] {
        try await pool.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT caller, final_backend, COUNT(*), SUM(user_rating), SUM(user_rating * user_rating)
                    FROM backend_selection_history h
                    WHERE id > (SELECT COALESCE(MAX(id), 0) FROM backend_selection_history) - ?1
                        AND user_rating IS NOT NULL AND final_backend IS NOT NULL AND caller IS NOT NULL
                        AND (?2 IS NULL OR caller = ?2)
                        AND NOT EXISTS (SELECT 1 FROM learning_forgotten f
                            WHERE f.caller = h.caller AND h.time_ms <= f.time_ms)
                        AND NOT EXISTS (SELECT 1 FROM caller_preference c
                            WHERE c.caller = h.caller AND c.preference IS NULL AND h.time_ms <= c.time_ms)
                    GROUP BY caller, final_backend
                    """,
                arguments: [Self.mostLived, caller]
            )
            var ratings: [String: [RatedBackend]] = [:]
            for row in rows {
                guard let backend = BackendID(row[1]) else { continue }
                let rated = RatedBackend(backend, count: row[2], sum: row[3], squares: row[4])
                ratings[row[0], default: []].append(rated)
            }
            return ratings
        }
    }
}

extension Preference {
    /// The preference of that word; nil for none, or for a backend that is not said.
    init?(word: String, backend: BackendID?) {
        switch (word, backend) {
        case ("local", nil): self = .local
        case ("quality", nil): self = .quality
        case ("speed", nil): self = .speed
        case ("backend", let backend?): self = .backend(backend)
        default: return nil
        }
    }
}
