internal import GRDB
internal import Routing

/// A thought that was rated: who answered it.
struct RatedThought: Sendable, Equatable {
    let backend: String
    /// The model that answered; nil when an older daemon did not write it down.
    let model: String?
    /// Who asked.
    var caller: String?
    /// What the task was taken for.
    var kind: TaskKind?
    /// When it was answered, in milliseconds since 1970.
    var time: Int64 = 0
    /// What it was rated before; nil when it was not.
    var lastStars: Int?
}

extension Ledger {
    /// So many of the newest thoughts can be rated: what is looked for in vain must not cost more the older the ledger is.
    static var mostRated: Int { 100_000 }

    /// Keeps what somebody thought of an answer; the last word counts.
    /// - Parameters:
    ///   - stars: from 1 to 5.
    ///   - caller: only a thought of this caller's is rated; nil for anybody's.
    /// - Returns: who answered; nil when there is no such thought, or no answer to it.
    /// - Throws: ``Routing/LedgerUnavailable`` when it cannot be kept, or what the database says.
    func rate(_ thought: String, stars: Int, caller: String? = nil) async throws -> RatedThought? {
        guard (1...5).contains(stars) else { return nil }
        var found = try await answered(thought, caller: caller)
        if found == nil {
            // A decision that nobody waited for may still be on its way.
            _ = await commits.append(.mark)
            found = try await answered(thought, caller: caller)
        }
        guard let found else { return nil }
        guard await commits.append(.rating(row: found.row, stars: stars)) != nil else { throw LedgerUnavailable() }
        return found.thought
    }

    private func answered(_ thought: String, caller: String?) async throws -> (row: Int64, thought: RatedThought)? {
        try await pool.read { db in
            // The newest first: what is rated was mostly answered just now.
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT id, final_backend, final_model, caller, job_type, time_ms, user_rating
                    FROM backend_selection_history
                    WHERE thought = ?1 AND final_backend IS NOT NULL AND (?2 IS NULL OR caller = ?2)
                        AND id > (SELECT COALESCE(MAX(id), 0) FROM backend_selection_history) - ?3
                    ORDER BY id DESC LIMIT 1
                    """,
                arguments: [thought, caller, Self.mostRated]
            )
            return row.map { row in
                let thought = RatedThought(
                    backend: row[1],
                    model: row[2],
                    caller: row[3],
                    kind: TaskKind(rawValue: row[4]),
                    time: row[5],
                    lastStars: row[6]
                )
                return (row[0], thought)
            }
        }
    }
}
