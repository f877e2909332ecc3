internal import GRDB

/// The tables, as a list of named steps from nothing to today. A step that has been released is never changed.
enum LedgerSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: egress, performance, guard events") { db in
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
        migrator.registerMigration("2: backends", migrate: backends)
        migrator.registerMigration("3: selection history, jobs, sums by day", migrate: HistorySchema.create)
        return migrator
    }

    /// One row for each backend that there is or was, after Hermes' schema: times in milliseconds since 1970, money in
    /// billionths of a dollar.
    private static func backends(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE backends (
                    id INTEGER PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    backend_type TEXT NOT NULL,
                    source TEXT NOT NULL,
                    enabled INTEGER NOT NULL,
                    is_primary INTEGER NOT NULL,
                    operator TEXT,
                    config TEXT NOT NULL,
                    capabilities TEXT NOT NULL,
                    quality_score REAL NOT NULL,
                    speed_score REAL NOT NULL,
                    cost_score REAL NOT NULL,
                    reliability_score REAL NOT NULL,
                    health_status TEXT NOT NULL DEFAULT 'unknown',
                    last_health_check INTEGER,
                    consecutive_failures INTEGER NOT NULL DEFAULT 0,
                    total_jobs INTEGER NOT NULL DEFAULT 0,
                    successful_jobs INTEGER NOT NULL DEFAULT 0,
                    failed_jobs INTEGER NOT NULL DEFAULT 0,
                    total_cost_nanousd INTEGER NOT NULL DEFAULT 0,
                    average_response_time REAL,
                    preferred_for_job_types TEXT NOT NULL,
                    fallback_backends TEXT NOT NULL,
                    created_date INTEGER NOT NULL,
                    last_used INTEGER,
                    last_updated INTEGER NOT NULL
                ) STRICT
                """
        )
        // The sums follow every end of a request, in its own transaction: they can be neither late nor wrong.
        try db.execute(
            sql: """
                CREATE TRIGGER backends_count_thoughts AFTER INSERT ON backend_performance
                WHEN NEW.purpose = 'thought'
                BEGIN
                    UPDATE backends SET
                        total_jobs = total_jobs + 1,
                        successful_jobs = successful_jobs + (NEW.outcome = 'answered'),
                        failed_jobs = failed_jobs + (NEW.outcome NOT IN ('answered', 'cancelled')),
                        total_cost_nanousd = total_cost_nanousd + COALESCE(NEW.cost_nanousd, 0),
                        average_response_time = CASE WHEN NEW.outcome <> 'answered' THEN average_response_time
                            ELSE (COALESCE(average_response_time, 0) * successful_jobs
                                + NEW.response_time_us / 1000.0) / (successful_jobs + 1) END,
                        consecutive_failures = CASE NEW.outcome WHEN 'answered' THEN 0
                            WHEN 'cancelled' THEN consecutive_failures ELSE consecutive_failures + 1 END,
                        last_used = NEW.time_ms
                    WHERE name = NEW.backend;
                END
                """
        )
        try db.execute(
            sql: """
                CREATE TRIGGER backends_note_probes AFTER INSERT ON backend_performance
                WHEN NEW.purpose = 'probe'
                BEGIN
                    UPDATE backends SET last_health_check = NEW.time_ms WHERE name = NEW.backend;
                END
                """
        )
    }
}
