internal import GRDB

/// The tables of jobs: where each stands, never what it says. Its texts are in ``JobTexts``.
enum JobSchema {
    static func create(_ db: Database) throws {
        try createQueue(db)
        try extendHistory(db)
    }

    private static func createQueue(_ db: Database) throws {
        // Numbers of jobs that are gone are not given again: a client may still hold one.
        try db.execute(
            sql: """
                CREATE TABLE job (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    peer INTEGER NOT NULL,
                    owner BLOB NOT NULL,
                    caller TEXT,
                    state TEXT NOT NULL
                        CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
                    priority INTEGER NOT NULL,
                    is_idempotent INTEGER NOT NULL,
                    tries INTEGER NOT NULL,
                    tries_left INTEGER NOT NULL,
                    attempts INTEGER NOT NULL DEFAULT 0,
                    backoff_ms INTEGER NOT NULL,
                    not_before_ms INTEGER,
                    submitted_ms INTEGER NOT NULL,
                    started_ms INTEGER,
                    finished_ms INTEGER,
                    error TEXT
                ) STRICT;
                CREATE INDEX job_by_state ON job (state, id);
                CREATE INDEX job_by_owner ON job (owner);
                CREATE TABLE job_dependency (
                    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
                    needs INTEGER NOT NULL,
                    PRIMARY KEY (job, needs)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX job_dependency_by_need ON job_dependency (needs);
                CREATE TABLE job_attempt (
                    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
                    attempt INTEGER NOT NULL,
                    thought TEXT NOT NULL,
                    seq_before INTEGER NOT NULL,
                    started_ms INTEGER NOT NULL,
                    finished_ms INTEGER,
                    outcome TEXT,
                    PRIMARY KEY (job, attempt)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX job_attempt_by_thought ON job_attempt (thought);
                """
        )
    }

    private static func extendHistory(_ db: Database) throws {
        // What a decision was made of, so that it can be made again. NULL in rows that are older, and where it is nothing.
        try db.execute(sql: "ALTER TABLE backend_selection_history ADD COLUMN prompt_tokens INTEGER")
        try db.execute(sql: "ALTER TABLE backend_selection_history ADD COLUMN wishes TEXT")
        // A job of the queue is one row, with its newest attempt; a thought that nobody queued is a job of its own.
        try db.execute(sql: "DROP VIEW jobs")
        try db.execute(
            sql: """
                CREATE VIEW jobs AS
                SELECT j.id AS job, h.id, a.thought, j.caller, h.job_type, h.job_complexity, j.state AS status, j.priority,
                    h.final_backend AS backend, j.attempts, j.submitted_ms, j.started_ms, j.finished_ms,
                    h.response_time_us, h.cost_nanousd, h.quality_score, h.user_rating, j.error
                FROM job j LEFT JOIN job_attempt a ON a.job = j.id AND a.attempt = j.attempts
                    LEFT JOIN backend_selection_history h ON h.thought = a.thought
                UNION ALL
                SELECT NULL, id, thought, caller, job_type, job_complexity, outcome, NULL,
                    final_backend, attempts, time_ms - response_time_us / 1000, time_ms - response_time_us / 1000,
                    time_ms, response_time_us, cost_nanousd, quality_score, user_rating, NULL
                FROM backend_selection_history h
                WHERE NOT EXISTS (SELECT 1 FROM job_attempt a WHERE a.thought = h.thought)
                """
        )
    }
}
