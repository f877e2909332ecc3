internal import Dispatch
internal import GRDB
internal import Logging
internal import Synchronization

/// Moves a database's write-ahead log into it, on a thread and a connection of its own: who writes waits for no disk.
///
/// A passive checkpoint lets others write meanwhile. The log begins anew only when all of it has been moved and nothing was
/// written since (https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files), so that under a load without a pause it
/// would grow for ever: one that has become long is finished while the writer waits, which by then is a small part of it.
final class Checkpointer: Sendable {
    /// A log of so many pages is long: 64 MiB with pages of 4 KiB.
    static let longest = 16_384

    private let pool: DatabasePool
    private let connection: DatabaseQueue
    private let queue: DispatchQueue
    private let faults: FaultLog
    private let longest: Int
    private let isRunning = Atomic(false)

    /// - Parameters:
    ///   - name: what the database is called in the log.
    ///   - pool: all that write the database.
    ///   - longest: see ``longest-swift.type.property``.
    init(
        _ name: String,
        _ pool: DatabasePool,
        logger: Logger,
        longest: Int = Checkpointer.longest
    ) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            // None of its pages is read twice.
            try db.execute(sql: "PRAGMA cache_size = -\(SQLiteLibrary.cacheKibibytes / 4)")
            // The log reaches the disk before the database is touched, and the database before the log begins anew.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        self.pool = pool
        self.longest = longest
        connection = try DatabaseQueue(path: pool.path, configuration: configuration)
        queue = DispatchQueue(label: "\(name) checkpoint", qos: .utility)
        faults = FaultLog("the \(name)'s checkpoint failed", end: "the \(name)'s checkpoint works again", to: logger)
    }

    /// Begins to move the log, unless that is being done, and returns at once. To begin it less often is no better: those who
    /// write then wait seldom, and longer.
    /// - Parameter first: what is done before, on the same thread.
    func begin(_ first: @escaping @Sendable () -> Void = {}) {
        guard !isRunning.exchange(true, ordering: .acquiring) else { return }
        queue.async { [self] in
            first()
            move()
            isRunning.store(false, ordering: .releasing)
        }
    }

    /// Waits for what has begun, and lets go of the database. Nothing may be begun afterwards.
    func close() throws {
        queue.sync {}
        try connection.close()
    }

    /// What fails is done with the next.
    private func move() {
        do {
            guard try passively(connection) > longest else { return faults.worked() }
            // What came meanwhile, so that next to nothing is left while the writer waits.
            _ = try passively(connection)
            _ = try passively(pool)
            faults.worked()
        } catch { faults.failed(StorageFault.sentence(error)) }
    }

    /// How many pages the log had.
    private func passively(_ connection: some DatabaseWriter) throws -> Int {
        try connection.writeWithoutTransaction { db in try db.checkpoint(.passive) }.walFrameCount
    }
}
