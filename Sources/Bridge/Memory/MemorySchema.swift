internal import GRDB

/// The tables of the memory, as a list of named steps from nothing to today. A step that has been released is never changed.
enum MemorySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("3: quarantine", migrate: Quarantine.create)
        return migrator
    }
}
