internal import Crypto
internal import Foundation
internal import GRDB
internal import Logging
internal import Routing

#if canImport(Glibc)
    internal import Glibc
#endif

/// What stays on the machine: conversations, the journal, and what waits for the owner.
///
/// A database of its own beside the ledger, which never holds a text. Every text in it is encrypted (AES-256-GCM, bound to
/// its place by ``Place``); the key is in a file beside it, so that a copy of the database alone tells nobody anything.
final class Memory: Sendable {
    /// Why a memory cannot be opened.
    struct OpenFailure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        /// What to do.
        var description: String { "the memory \(path) cannot be opened: \(reason)" }
    }

    /// Where a text stands. A sealed text that is moved to another row opens no more.
    struct Place: Sendable, Hashable {
        let table: String
        /// What tells the row from all others, known before it is written.
        let row: String
    }

    /// A change that is written in one transaction with those that wait beside it; it gives how many rows it was about.
    typealias Change = @Sendable (Database) throws -> Int

    let pool: DatabasePool
    let clock: @Sendable () -> Date
    let logger: Logger
    let forgettings = Forgettings()
    private let commits: GroupCommit<Change, Int>
    private let checkpointer: Checkpointer
    private let key: SymmetricKey
    private let digestKey: SymmetricKey
    /// An authentication that has read its key: to begin each with the key takes as long as the rest.
    private let digests: HMAC<SHA256>
    private let nonces = Nonces()
    let knownOrigins = KnownOrigins()
    let statements = MemoryStatements()

    /// Opens the memory, and brings an older one up to date.
    /// - Parameter path: the database; its folder is made (0700) when it is missing.
    init(
        path: String,
        logger: Logger = Logger(label: "memory"),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(OpenFailure) {
        do {
            try PrivateFile.makeFolder((path as NSString).deletingLastPathComponent)
            let isLost = PrivateFile.identity(path + ".key") != nil && PrivateFile.size(path) == 0
            if isLost {
                logger.error(
                    "the memory's database is gone and its key is not: a new one is begun; only a backup has what it held"
                )
            }
            let secret = SymmetricKey(data: try PrivateFile.randomBytes(32, keptAt: path + ".key"))
            key = Self.derive("texts", from: secret)
            digestKey = Self.derive("digests", from: secret)
            digests = HMAC<SHA256>(key: digestKey)
            SQLiteLibrary.prepare()
            var configuration = Configuration()
            configuration.prepareDatabase { db in
                // What is deleted is overwritten with zeros, and not only left to be written over some day.
                try db.execute(sql: "PRAGMA secure_delete = ON")
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                try db.execute(sql: "PRAGMA cache_size = -\(SQLiteLibrary.cacheKibibytes)")
                try db.execute(sql: "PRAGMA synchronous = NORMAL")
            }
            pool = try DatabasePool(path: path, configuration: configuration)
            try MemorySchema.migrator.migrate(pool)
            try PrivateFile.protect(path)
            checkpointer = try Checkpointer("memory", pool, logger: logger)
        } catch {
            throw OpenFailure(path: path, reason: StorageFault.sentence(error))
        }
        self.logger = logger
        self.clock = clock
        let pool = pool
        let checkpointer = checkpointer
        let file = PrivateFile.identity(path)
        let loss = FaultLog("the memory's file is gone", end: "the memory's file is there again", to: logger)
        let faults = FaultLog("the memory cannot be written", end: "the memory can be written again", to: logger)
        commits = GroupCommit(label: "memory", lag: .milliseconds(250)) { changes, isPatient in
            // A database that was deleted under us takes rows for ever, and nobody would find them again.
            guard PrivateFile.identity(path) == file else {
                if isPatient { loss.failed("nothing is kept until the daemon is started anew") }
                return nil
            }
            loss.worked()
            return Self.commit(changes, to: pool, isPatient: isPatient, faults)
        } maintain: {
            checkpointer.begin()
        }
    }

    /// Writes what is waiting, and closes the database.
    func close() {
        commits.flush()
        do {
            try checkpointer.close()
            _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
            pool.writeWithoutTransaction { _ in statements.forget() }
            try pool.close()
        } catch { logger.warning("the memory did not close cleanly") }
    }

    var nowMilliseconds: Int64 { Int64(clock().timeIntervalSince1970 * 1_000) }

    /// The text, encrypted for its place.
    func seal(_ text: String, at place: Place) throws -> Data { try seal(Array(text.utf8), at: place) }

    /// The text of that UTF-8, encrypted for its place.
    func seal(_ text: [UInt8], at place: Place) throws -> Data {
        let box = try AES.GCM.seal(text, using: key, nonce: nonces.next(), authenticating: place.bytes)
        guard let combined = box.combined else { throw CocoaError(.coderInvalidValue) }
        return combined
    }

    /// The text that was sealed for this place.
    /// - Throws: when it was sealed for another place, with another key, or changed since.
    func open(_ sealed: Data, at place: Place) throws -> String {
        let text = try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: place.bytes)
        return String(decoding: text, as: UTF8.self)
    }

    /// What was sealed there; nil, and a line in the log, when it has been changed or moved.
    func unsealed<Value: Decodable>(_ sealed: Data, at place: Place) -> Value? {
        do { return try JSONTree.decode(Value.self, from: Array(open(sealed, at: place).utf8)) } catch {
            logger.error("a text of the memory cannot be read", metadata: ["table": "\(place.table)"])
            return nil
        }
    }

    /// A keyed digest of 16 bytes: tells equal texts without holding them.
    func digest(_ text: String) -> Data {
        var code = digests
        code.update(data: Array(text.utf8))
        return code.finalize().withUnsafeBytes { Data($0.prefix(16)) }
    }

    /// A secret of this machine for one purpose, of 32 bytes: the same at every start.
    func secret(for purpose: String) -> [UInt8] {
        Self.derive(purpose, from: digestKey).withUnsafeBytes(Array.init)
    }

    /// HKDF (RFC 5869): one secret on the disk, one key for each purpose.
    private static func derive(_ purpose: String, from secret: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret,
            info: Data("workshop memory \(purpose)".utf8),
            outputByteCount: 32
        )
    }
}

// MARK: Writing

extension Memory {
    /// Writes, and returns when it is committed: how many rows it was about, or nil when it could not be written.
    func write(_ change: @escaping Change) async -> Int? { await commits.append(change, isAlone: true) }

    /// Writes some time soon, and waits for nothing; ``close()`` does.
    func writeLater(_ change: @escaping Change) { commits.appendLater(change) }

    /// Returns when everything that was told before is committed.
    func flush() { commits.flush() }

    /// Overwrites in the files what has been deleted: the write-ahead log, which still holds it, goes into the database,
    /// and is cut to nothing. What has begun is done, also when nobody waits for it any more.
    func purge() async {
        let isDone = await Task { [pool] in
            let deadline = ContinuousClock.now + Self.patience
            while true {
                do {
                    _ = try await pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
                    return true
                } catch {
                    // Somebody reads; a reader is done in a moment.
                    guard ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(5))) != nil else {
                        return false
                    }
                }
            }
        }.value
        if !isDone { logger.warning("what was deleted from the memory is still in its log: somebody else reads it") }
    }

    /// How long a lock that somebody else holds is waited for.
    private static let patience = Duration.seconds(2)

    private static func commit(
        _ changes: [Change],
        to pool: DatabasePool,
        isPatient: Bool,
        _ faults: FaultLog
    ) -> [Int]? {
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                let counts = try pool.writeWithoutTransaction { db in
                    var counts: [Int] = []
                    try db.immediately { counts = try changes.map { try $0(db) } }
                    return counts
                }
                faults.worked()
                return counts
            } catch DatabaseError.SQLITE_BUSY where isPatient && ContinuousClock.now < deadline {
                usleep(5_000)
            } catch {
                // Who is not patient is asked again, on another thread.
                if isPatient { faults.failed(StorageFault.sentence(error)) }
                return nil
            }
        }
    }
}

extension Memory.Place {
    fileprivate var bytes: [UInt8] { Array(table.utf8) + [0] + row.utf8 }
}

/// The statements of the memory that are run with every thought. `@unchecked Sendable`: they are touched by whoever has the
/// connection that writes, and there is one.
final class MemoryStatements: @unchecked Sendable {
    let nextJournal = KeptStatement("SELECT COALESCE(MAX(id), 0) + 1 FROM journal")
    let journal = KeptStatement(
        "INSERT INTO journal (id, time_ms, persona, owner, sealed, conversation) VALUES (?, ?, ?, ?, ?, ?)"
    )

    /// Lets go of all of them: see ``KeptStatement/forget()``.
    func forget() {
        nextJournal.forget()
        journal.forget()
    }
}
