internal import GRDB

extension Quarantine {
    /// As it was first.
    static func createOld(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE quarantine (
                    id INTEGER PRIMARY KEY,
                    time_ms INTEGER NOT NULL,
                    persona TEXT NOT NULL,
                    caller TEXT,
                    class TEXT NOT NULL,
                    severity TEXT NOT NULL,
                    field TEXT NOT NULL,
                    state TEXT NOT NULL,
                    texts BLOB NOT NULL
                ) STRICT;
                CREATE INDEX quarantine_by_state ON quarantine (state, id);
                CREATE TABLE quarantine_text (
                    digest BLOB NOT NULL,
                    leak INTEGER NOT NULL REFERENCES quarantine (id) ON DELETE CASCADE,
                    PRIMARY KEY (digest, leak)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX quarantine_text_by_leak ON quarantine_text (leak);
                """
        )
    }

    /// Nobody is named in the open; what waited before waits again when it is asked again.
    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                DROP TABLE quarantine_text;
                DROP TABLE quarantine;
                CREATE TABLE quarantine (
                    id INTEGER PRIMARY KEY,
                    time_ms INTEGER NOT NULL,
                    owner BLOB NOT NULL,
                    class TEXT NOT NULL,
                    severity TEXT NOT NULL,
                    field TEXT NOT NULL,
                    state TEXT NOT NULL,
                    texts BLOB NOT NULL
                ) STRICT;
                CREATE INDEX quarantine_by_state ON quarantine (state, id);
                CREATE INDEX quarantine_by_owner ON quarantine (owner);
                CREATE TABLE quarantine_text (
                    digest BLOB NOT NULL,
                    leak INTEGER NOT NULL REFERENCES quarantine (id) ON DELETE CASCADE,
                    PRIMARY KEY (digest, leak)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX quarantine_text_by_leak ON quarantine_text (leak);
                """
        )
    }
}
