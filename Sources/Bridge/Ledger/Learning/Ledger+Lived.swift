internal import GRDB
internal import Routing

extension Ledger {
    /// So many of the newest requests, and of the newest thoughts for their ratings, are learned from at the start.
    static var mostLived: Int { 50_000 }

    fileprivate struct Rated {
        let kind: TaskKind
        let backend: BackendID
        let stars: Int
        let time: Int64
    }

    /// What the requests and ratings on record teach, and which requests those are.
    func lived(_ policy: LearningPolicy) async throws -> (experience: Experience, requests: Set<Int64>) {
        try await pool.read { db in
            var experience = Experience()
            var requests: Set<Int64> = []
            var ratings = try Self.ratings(db)[...]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT kind, backend, outcome, response_time_us, cost_nanousd, tier, quality_score, time_ms, usage_source,
                        input_uncached, input_cache_read, input_cache_write, output_visible, output_reasoning,
                        seq
                    FROM backend_performance p
                    WHERE seq > (SELECT COALESCE(MAX(seq), 0) FROM backend_performance) - ?
                        AND purpose = 'thought' AND kind IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM learning_forgotten f
                            WHERE f.caller = p.caller AND p.time_ms <= f.time_ms)
                    ORDER BY seq
                    """,
                arguments: [Self.mostLived]
            )
            while let row = try rows.next() {
                let time: Int64 = row[7]
                requests.insert(row[14])
                while let rating = ratings.first, rating.time < time {
                    experience.learn(rating, policy)
                    ratings.removeFirst()
                }
                if let outcome = Self.outcome(row) { experience.learn(outcome, policy) }
            }
            for rating in ratings { experience.learn(rating, policy) }
            return (experience, requests)
        }
    }

    private static func outcome(_ row: Row) -> RequestOutcome? {
        guard let kind = TaskKind(rawValue: row[0]), let backend = BackendID(row[1]) else { return nil }
        let label: String = row[2]
        let isAnswered = label == Attempt.Outcome.answered.label
        // A word of another version's says nothing.
        if !isAnswered, FailureClass(rawValue: label)?.teaches != true { return nil }
        var usage = Usage.missing
        usage.inputUncached = row[9]
        usage.inputCacheRead = row[10]
        usage.inputCacheWrite = row[11]
        usage.outputVisible = row[12]
        usage.outputReasoning = row[13]
        let microseconds: Int64 = row[3]
        return RequestOutcome(
            kind: kind,
            backend: backend,
            isAnswered: isAnswered,
            quality: row[6],
            seconds: Double(microseconds) / 1_000_000,
            dollarsPerMillion: RequestOutcome.dollarsPerMillion(
                (row[4] as Int64?).map(NanoDollars.init),
                usage,
                isLocal: (row[5] as String?).map { $0 == DaySums.tier(true) }
            ),
            time: row[7]
        )
    }

    private static func ratings(_ db: Database) throws -> [Rated] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT job_type, final_backend, user_rating, time_ms FROM backend_selection_history h
                WHERE id > (SELECT COALESCE(MAX(id), 0) FROM backend_selection_history) - ?
                    AND user_rating IS NOT NULL AND final_backend IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM learning_forgotten f
                        WHERE f.caller = h.caller AND h.time_ms <= f.time_ms)
                ORDER BY id
                """,
            arguments: [mostLived]
        )
        return rows.compactMap { row in
            guard let kind = TaskKind(rawValue: row[0]), let backend = BackendID(row[1]) else { return nil }
            return Rated(kind: kind, backend: backend, stars: row[2], time: row[3])
        }
    }

    /// What that caller has taught until now does not count any more, nor what he prefers.
    func forgetLessons(of caller: String) async throws {
        // What is told of him already is written before.
        _ = await commits.append(.mark)
        let now = nowMilliseconds
        try await pool.write { db in
            try db.execute(
                sql: "INSERT INTO learning_forgotten VALUES (?1, ?2) ON CONFLICT (caller) DO UPDATE SET time_ms = ?2",
                arguments: [caller, now]
            )
            try db.execute(sql: "DELETE FROM caller_preference WHERE caller = ?", arguments: [caller])
        }
    }
}

extension Experience {
    fileprivate mutating func learn(_ rating: Ledger.Rated, _ policy: LearningPolicy) {
        learn(stars: rating.stars, rating.kind, rating.backend, time: rating.time, policy)
    }
}
