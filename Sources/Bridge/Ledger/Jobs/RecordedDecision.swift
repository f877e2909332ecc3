internal import Foundation
internal import GRDB
internal import Routing

/// A decision as it stands in the ledger, with the requests that followed.
struct RecordedDecision: Sendable {
    /// A request that was about to leave, and how it ended.
    struct Request: Sendable, Equatable {
        let backend: String
        let model: String
        /// Nil when the end is not on record: the daemon died before it.
        let outcome: String?
        let milliseconds: Double?
        let cost: NanoDollars?
        let quality: Double?
        /// A thought's own, or a question about its answer.
        let purpose: String
    }

    var time: Date
    /// What it was made of and what came of it; of the backends that stood to choose it does not know where they ran.
    var record: DecisionRecord
    /// Whether the facts of the task are on record; they are not of decisions that are older than that.
    var hasFacts: Bool
    var fallbackUsed: Bool
    /// From 1 to 5.
    var stars: Int?
    var requests: [Request]
}

extension Ledger {
    /// So many of the newest thoughts are searched for one.
    private static let mostSearched = 1_000_000

    /// How a thought was decided.
    /// - Parameter caller: only a thought of this caller's; nil for anybody's.
    func recordedDecision(_ thought: String, caller: String? = nil) async throws -> RecordedDecision? {
        // A decision that nobody waited for may still be on its way.
        _ = await commits.append(.mark)
        return try await pool.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT * FROM backend_selection_history
                    WHERE thought = ?1 AND (?2 IS NULL OR caller = ?2)
                        AND id > (SELECT COALESCE(MAX(id), 0) FROM backend_selection_history) - ?3
                    ORDER BY id DESC LIMIT 1
                    """,
                arguments: [thought, caller, Self.mostSearched]
            )
            return try row.flatMap { row in
                let end: Int64 = row["time_ms"]
                let start = end - (row["response_time_us"] as Int64) / 1_000 - Self.slack
                let requests = try Self.requests(of: thought, from: start, to: end + Self.slack, db)
                return try RecordedDecision(row, requests)
            }
        }
    }

    /// The clock may have been set a little meanwhile, in milliseconds.
    private static let slack: Int64 = 2_000

    /// The requests of a thought. Numbers grow with time and have no gaps, so that neither needs an index.
    private static func requests(
        of thought: String,
        from start: Int64,
        to end: Int64,
        _ db: Database
    ) throws -> [RecordedDecision.Request] {
        let first = try place(of: start, db)
        let last = try place(of: end, db)
        return try Row.fetchAll(
            db,
            sql: """
                SELECT e.backend, COALESCE(p.model_used, e.model) AS model, p.outcome, p.response_time_us, p.cost_nanousd,
                    p.quality_score, e.purpose
                FROM egress e LEFT JOIN backend_performance p USING (seq)
                WHERE e.seq BETWEEN ? AND ? AND e.thought = ? ORDER BY e.seq
                """,
            arguments: [first, last, thought]
        ).map { row in
            RecordedDecision.Request(
                backend: row["backend"],
                model: row["model"],
                outcome: row["outcome"],
                milliseconds: (row["response_time_us"] as Int64?).map { Double($0) / 1_000 },
                cost: (row["cost_nanousd"] as Int64?).map(NanoDollars.init),
                quality: row["quality_score"],
                purpose: row["purpose"]
            )
        }
    }

    /// The number of the first request at that time or later, by halves.
    private static func place(of time: Int64, _ db: Database) throws -> Int64 {
        var low: Int64 = 1
        var high = (try Int64.fetchOne(db, sql: "SELECT COALESCE(MAX(seq), 0) FROM egress") ?? 0) + 1
        let at = try db.cachedStatement(sql: "SELECT time_ms FROM egress WHERE seq >= ? ORDER BY seq LIMIT 1")
        while low < high {
            let middle = (low + high) / 2
            guard let found = try Int64.fetchOne(at, arguments: [middle]), found < time else {
                high = middle
                continue
            }
            low = middle + 1
        }
        return low
    }
}

extension RecordedDecision {
    fileprivate init?(_ row: Row, _ requests: [Request]) throws {
        guard let kind = TaskKind(rawValue: row["job_type"]),
            let complexity = Complexity(rawValue: row["job_complexity"]),
            let criterion = RoutingPolicy.Criterion(rawValue: row["selection_criteria"]),
            let outcome = DecisionRecord.Outcome(rawValue: row["outcome"])
        else { return nil }
        var record = DecisionRecord(
            thought: row["thought"],
            caller: row["caller"],
            kind: kind,
            complexity: complexity,
            confidence: row["confidence_score"],
            criterion: criterion,
            considered: try Self.list(row["available_backends"]).compactMap { one in
                // Where it ran is in its requests, and is not asked here.
                BackendID(one.backend).map { .init($0, isLocal: false, score: one.score) }
            },
            rejected: try Self.list(row["rejected_backends"]).compactMap { one in
                guard let id = BackendID(one.backend), let rule = one.rule.flatMap(Rejection.Rule.init) else {
                    return nil
                }
                return Rejection(backend: id, rule: rule, why: "")
            },
            reason: row["selection_reasoning"]
        )
        record.outcome = outcome
        record.served = (row["final_backend"] as String?).flatMap(BackendID.init)
        record.model = row["final_model"]
        record.isCached = row["cached"]
        record.attempts = row["attempts"]
        record.cost = (row["cost_nanousd"] as Int64?).map(NanoDollars.init)
        record.quality = row["quality_score"]
        record.duration = .microseconds(row["response_time_us"] as Int64)
        record.promptTokens = row["prompt_tokens"]
        if let wishes: String = row["wishes"] { record.wishes = try DecisionWishes(json: wishes) }
        self.init(
            time: Date(timeIntervalSince1970: Double(row["time_ms"] as Int64) / 1_000),
            record: record,
            hasFacts: record.promptTokens != nil,
            fallbackUsed: row["fallback_used"],
            stars: row["user_rating"],
            requests: requests
        )
    }

    private struct One: Decodable {
        var backend: String
        var score: Double?
        var rule: String?
    }

    private static func list(_ json: String) throws -> [One] { try JSONTree.decode([One].self, from: Array(json.utf8)) }
}
