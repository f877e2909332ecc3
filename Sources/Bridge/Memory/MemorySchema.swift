internal import GRDB

/// The tables of the memory, as a list of named steps from nothing to today. A step that has been released is never changed.
///
/// Who and what a row is about stands in it as a keyed digest, what was said as a sealed text: without the key a copy tells
/// how many there are and when they were, and nothing else.
enum MemorySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: conversations") { db in
            try db.execute(
                sql: """
                    CREATE TABLE conversation (
                        id INTEGER PRIMARY KEY,
                        name BLOB NOT NULL UNIQUE,
                        owner BLOB NOT NULL,
                        used_ms INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX conversation_by_owner ON conversation (owner, used_ms);
                    CREATE INDEX conversation_by_use ON conversation (used_ms);
                    """
            )
            // A task, its answer, and what tools said in between: kept, sent and deleted as a whole.
            try db.execute(
                sql: """
                    CREATE TABLE exchange (
                        id INTEGER PRIMARY KEY,
                        conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
                        time_ms INTEGER NOT NULL,
                        turns INTEGER NOT NULL,
                        tokens INTEGER NOT NULL,
                        is_open INTEGER NOT NULL,
                        sealed BLOB NOT NULL
                    ) STRICT;
                    CREATE INDEX exchange_by_conversation ON exchange (conversation, id);
                    CREATE INDEX exchange_by_time ON exchange (time_ms);
                    """
            )
        }
        migrator.registerMigration("2: journal") { db in
            try db.execute(
                sql: """
                    CREATE TABLE journal (
                        id INTEGER PRIMARY KEY,
                        time_ms INTEGER NOT NULL,
                        persona BLOB NOT NULL,
                        owner BLOB NOT NULL,
                        conversation BLOB,
                        sealed BLOB NOT NULL
                    ) STRICT;
                    CREATE INDEX journal_by_persona ON journal (persona, id);
                    CREATE INDEX journal_by_owner ON journal (owner, id);
                    CREATE INDEX journal_by_conversation ON journal (conversation) WHERE conversation IS NOT NULL;
                    CREATE INDEX journal_by_time ON journal (time_ms);
                    """
            )
        }
        migrator.registerMigration("3: quarantine", migrate: Quarantine.createOld)
        migrator.registerMigration("4: quarantine without names", migrate: Quarantine.create)
        migrator.registerMigration("5: jobs", migrate: JobTexts.create)
        return migrator
    }
}
