internal import GRDB

/// The tables of what was decided, and the sums from which reports are made.
enum HistorySchema {
    static func create(_ db: Database) throws {
        try extendPerformance(db)
        try createSums(db)
        try createHistory(db)
    }

    /// What else is known of the end of a request. NULL in rows that are older.
    private static func extendPerformance(_ db: Database) throws {
        for column in [
            "kind TEXT", "caller TEXT", "tier TEXT", "first_token_us INTEGER", "tokens_per_second REAL",
            "quality_score REAL",
        ] {
            try db.execute(sql: "ALTER TABLE backend_performance ADD COLUMN \(column)")
        }
        // Reports read the day's sums now. To keep the index costs each request as much as to keep the sums.
        try db.execute(sql: "DROP INDEX performance_by_time")
    }

    /// One row for each day and way of spending: a few hundred a day, however many requests there are. They are written in
    /// the same commit as what they sum up. `day` counts from 1970-01-01, UTC; an empty name is one that nobody gave.
    private static func createSums(_ db: Database) throws {
        let sums = """
            attempts INTEGER NOT NULL DEFAULT 0,
            answered INTEGER NOT NULL DEFAULT 0,
            unpriced INTEGER NOT NULL DEFAULT 0,
            cost_nanousd INTEGER NOT NULL DEFAULT 0,
            input_tokens INTEGER NOT NULL DEFAULT 0,
            output_tokens INTEGER NOT NULL DEFAULT 0
            """
        try db.execute(
            sql: """
                CREATE TABLE usage_day (
                    day INTEGER NOT NULL,
                    backend TEXT NOT NULL,
                    purpose TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    tier TEXT NOT NULL,
                    \(sums),
                    thoughts INTEGER NOT NULL DEFAULT 0,
                    cached INTEGER NOT NULL DEFAULT 0,
                    fallbacks INTEGER NOT NULL DEFAULT 0,
                    compared INTEGER NOT NULL DEFAULT 0,
                    compared_cost_nanousd INTEGER NOT NULL DEFAULT 0,
                    compared_input_uncached INTEGER NOT NULL DEFAULT 0,
                    compared_input_cache_read INTEGER NOT NULL DEFAULT 0,
                    compared_input_cache_write INTEGER NOT NULL DEFAULT 0,
                    compared_output INTEGER NOT NULL DEFAULT 0,
                    PRIMARY KEY (day, backend, purpose, kind, tier)
                ) STRICT, WITHOUT ROWID
                """
        )
        try db.execute(
            sql: """
                CREATE TABLE caller_day (
                    day INTEGER NOT NULL,
                    caller TEXT NOT NULL,
                    \(sums),
                    PRIMARY KEY (day, caller)
                ) STRICT, WITHOUT ROWID
                """
        )
        try fillSums(db)
    }

    /// The sums of what there is already.
    private static func fillSums(_ db: Database) throws {
        let past = """
            COUNT(*), SUM(p.outcome = 'answered'), SUM(p.outcome = 'answered' AND p.cost_nanousd IS NULL),
            COALESCE(SUM(p.cost_nanousd), 0),
            SUM(COALESCE(p.input_uncached, 0) + COALESCE(p.input_cache_read, 0) + COALESCE(p.input_cache_write, 0)),
            SUM(COALESCE(p.output_visible, 0) + COALESCE(p.output_reasoning, 0))
            FROM backend_performance p JOIN egress e USING (seq) WHERE p.purpose != 'probe'
            """
        let names = "attempts, answered, unpriced, cost_nanousd, input_tokens, output_tokens"
        try db.execute(
            sql: """
                INSERT INTO usage_day (day, backend, purpose, kind, tier, \(names))
                SELECT p.time_ms / 86400000, p.backend, p.purpose, COALESCE(e.kind, ''), '', \(past)
                GROUP BY 1, 2, 3, 4
                """
        )
        try db.execute(
            sql: """
                INSERT INTO caller_day (day, caller, \(names))
                SELECT p.time_ms / 86400000, e.caller, \(past) AND e.caller IS NOT NULL GROUP BY 1, 2
                """
        )
    }

    /// One row a thought: who could have had it, who was chosen and why, and what came of it. `rate` looks a thought up from
    /// the newest row backwards, so its name needs no index.
    private static func createHistory(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE backend_selection_history (
                    id INTEGER PRIMARY KEY,
                    time_ms INTEGER NOT NULL,
                    thought TEXT NOT NULL,
                    caller TEXT,
                    job_type TEXT NOT NULL,
                    job_complexity TEXT NOT NULL,
                    confidence_score REAL NOT NULL,
                    selection_criteria TEXT NOT NULL,
                    available_backends TEXT NOT NULL,
                    rejected_backends TEXT NOT NULL,
                    selected_backend TEXT,
                    selection_reasoning TEXT,
                    fallback_used INTEGER NOT NULL,
                    cached INTEGER NOT NULL,
                    final_backend TEXT,
                    outcome TEXT NOT NULL,
                    attempts INTEGER NOT NULL,
                    response_time_us INTEGER NOT NULL,
                    cost_nanousd INTEGER,
                    quality_score REAL,
                    user_rating INTEGER CHECK (user_rating BETWEEN 1 AND 5)
                ) STRICT
                """
        )
        // A thought is decided once: its job and its selection are one row, and the two names show two sides of it.
        try db.execute(
            sql: """
                CREATE VIEW jobs AS SELECT id, thought, caller, job_type, job_complexity, outcome AS status,
                    final_backend AS backend, attempts, time_ms - response_time_us / 1000 AS started_ms,
                    time_ms AS finished_ms, response_time_us, cost_nanousd, quality_score, user_rating
                FROM backend_selection_history
                """
        )
    }
}
