internal import GRDB

/// The tables of migrations. Times in milliseconds since 1970, money in billionths of a dollar; never a word of a task or of
/// an answer.
enum MigrationSchema {
    static func create(_ db: Database) throws {
        try createMigrations(db)
        try createCourse(db)
    }

    private static func createMigrations(_ db: Database) throws {
        // `since` is the last row of backend_selection_history from before the step.
        try db.execute(
            sql: """
                CREATE TABLE migrations (
                    id INTEGER PRIMARY KEY,
                    source TEXT NOT NULL,
                    target TEXT NOT NULL,
                    strategy TEXT NOT NULL,
                    steps TEXT NOT NULL,
                    samples INTEGER NOT NULL,
                    false_alarm REAL NOT NULL,
                    latency_ratio REAL NOT NULL,
                    quality_margin REAL NOT NULL,
                    cost_ratio REAL,
                    conflicts REAL NOT NULL,
                    max_cost_nanousd INTEGER NOT NULL,
                    state TEXT NOT NULL,
                    step INTEGER NOT NULL,
                    reason TEXT,
                    since INTEGER NOT NULL,
                    created_date INTEGER NOT NULL,
                    last_updated INTEGER NOT NULL
                ) STRICT
                """
        )
        // Two at once cannot be, whoever asks.
        try db.execute(
            sql: """
                CREATE UNIQUE INDEX migrations_one_at_a_time ON migrations (state IN ('running', 'paused'))
                WHERE state IN ('running', 'paused')
                """
        )
    }

    /// What happened in them, and what was compared.
    private static func createCourse(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE migration_steps (
                    id INTEGER PRIMARY KEY,
                    migration INTEGER NOT NULL REFERENCES migrations (id),
                    time_ms INTEGER NOT NULL,
                    event TEXT NOT NULL,
                    state TEXT NOT NULL,
                    step INTEGER NOT NULL,
                    step_name TEXT NOT NULL,
                    share INTEGER NOT NULL,
                    words TEXT
                ) STRICT
                """
        )
        // A copy of a thought that the target was given, and how its answer stands to the source's.
        try db.execute(
            sql: """
                CREATE TABLE migration_copies (
                    id INTEGER PRIMARY KEY,
                    migration INTEGER NOT NULL REFERENCES migrations (id),
                    time_ms INTEGER NOT NULL,
                    level TEXT NOT NULL,
                    target_failed INTEGER NOT NULL,
                    source_ms REAL,
                    target_ms REAL,
                    source_quality REAL,
                    target_quality REAL,
                    source_usd REAL,
                    target_usd REAL
                ) STRICT
                """
        )
    }
}
