internal import GRDB

/// The tables, as a list of named steps from nothing to today. A step that has been released is never changed.
enum LedgerSchema {
    /// - Parameter secrets: rows that are older than the tree are taken into it with them.
    static func migrator(_ secrets: LedgerSecrets) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: egress, performance, guard events", migrate: createFirst)
        migrator.registerMigration("2: backends", migrate: RegistrySchema.create)
        migrator.registerMigration("3: selection history, jobs, sums by day", migrate: HistorySchema.create)
        migrator.registerMigration("4: tree, payloads") { db in try TreeSchema.create(db, secrets: secrets) }
        migrator.registerMigration("5: models that operators chose, models that answered") { db in
            try db.execute(sql: "ALTER TABLE backends ADD COLUMN operator_model TEXT")
            // NULL in rows that are older.
            try db.execute(sql: "ALTER TABLE backend_selection_history ADD COLUMN final_model TEXT")
        }
        migrator.registerMigration("6: jobs", migrate: JobSchema.create)
        migrator.registerMigration("7: migrations", migrate: MigrationSchema.create)
        migrator.registerMigration("8: learning", migrate: LearningSchema.create)
        return migrator
    }

    private static func createFirst(_ db: Database) throws {
        // One row for each request that was about to leave, committed before its first byte. Rows are never deleted,
        // so SQLite's own numbering has no gaps; AUTOINCREMENT would write a second page for each.
        try db.execute(
            sql: """
                CREATE TABLE egress (
                    seq INTEGER PRIMARY KEY,
                    time_ms INTEGER NOT NULL,
                    purpose TEXT NOT NULL,
                    backend TEXT NOT NULL,
                    model TEXT NOT NULL,
                    thought TEXT,
                    attempt INTEGER NOT NULL,
                    kind TEXT,
                    caller TEXT,
                    bytes_sent INTEGER NOT NULL,
                    digest BLOB NOT NULL
                ) STRICT
                """
        )
        // How each of them ended: at most one row a request. Missing numbers are NULL, a zero is a zero.
        try db.execute(
            sql: """
                CREATE TABLE backend_performance (
                    seq INTEGER PRIMARY KEY REFERENCES egress (seq),
                    time_ms INTEGER NOT NULL,
                    backend TEXT NOT NULL,
                    purpose TEXT NOT NULL,
                    outcome TEXT NOT NULL,
                    response_time_us INTEGER NOT NULL,
                    model_used TEXT,
                    input_uncached INTEGER,
                    input_cache_read INTEGER,
                    input_cache_write INTEGER,
                    output_visible INTEGER,
                    output_reasoning INTEGER,
                    usage_source TEXT NOT NULL,
                    cost_nanousd INTEGER
                ) STRICT
                """
        )
        try db.execute(sql: "CREATE INDEX performance_by_time ON backend_performance (time_ms)")
        // What was held back, by class; never what it was.
        try db.execute(
            sql: """
                CREATE TABLE guard_event (
                    id INTEGER PRIMARY KEY,
                    time_ms INTEGER NOT NULL,
                    verdict TEXT NOT NULL,
                    class TEXT NOT NULL,
                    place TEXT NOT NULL,
                    backend TEXT
                ) STRICT
                """
        )
    }
}
