internal import GRDB

/// The table of backends.
enum RegistrySchema {
    /// One row for each backend that there is or was, after Hermes' schema: times in milliseconds since 1970, money in
    /// billionths of a dollar.
    static func create(_ db: Database) throws {
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
        try createTriggers(db)
    }

    private static func createTriggers(_ db: Database) throws {
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
