internal import GRDB

/// The tables of routing that learns. What was learned itself is read out of the rows of what happened.
enum LearningSchema {
    static func create(_ db: Database) throws {
        // What a caller taught until then does not count.
        try db.execute(
            sql: """
                CREATE TABLE learning_forgotten (
                    caller TEXT PRIMARY KEY,
                    time_ms INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID
                """
        )
        // A NULL preference is one that was cleared: ratings from before then show none.
        try db.execute(
            sql: """
                CREATE TABLE caller_preference (
                    caller TEXT PRIMARY KEY,
                    preference TEXT,
                    backend TEXT,
                    time_ms INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID
                """
        )
        try db.execute(
            sql: """
                CREATE TABLE experiment (
                    id INTEGER PRIMARY KEY,
                    a TEXT NOT NULL,
                    b TEXT NOT NULL,
                    error_rate REAL NOT NULL,
                    least INTEGER NOT NULL,
                    most INTEGER NOT NULL,
                    first_row INTEGER NOT NULL,
                    started_ms INTEGER NOT NULL,
                    stopped_ms INTEGER
                ) STRICT
                """
        )
        // Of thoughts that are part of an experiment: `7a`, and the reward, where there is one.
        try db.execute(sql: "ALTER TABLE backend_selection_history ADD COLUMN trial TEXT")
        try db.execute(sql: "ALTER TABLE backend_selection_history ADD COLUMN reward REAL")
    }
}
