internal import Crypto
internal import Foundation
internal import GRDB
internal import Logging
internal import Persona
internal import Routing
internal import Synchronization

/// The ledger: what was about to leave, how it ended, what it cost, and what the guard held back.
///
/// SQLite in WAL mode, one writer with group commit. Every statement of SQL in the project stands in this folder.
final class Ledger: EgressLedger {
    /// What a commit survives.
    enum Durability: String, Sendable, CaseIterable {
        /// The end of the process, however sudden: `kill -9`, a crash.
        case process
        /// The loss of power too; each commit waits for the disk.
        case power
    }

    /// Why a ledger cannot be opened.
    struct OpenFailure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        /// What to do.
        var description: String { "the ledger \(path) cannot be opened: \(reason)" }
    }

    let pool: DatabasePool
    private let digestKey: SymmetricKey
    private let logger: Logger
    private let commits: GroupCommit<LedgerEntry, Int64>
    private let clock: @Sendable () -> Date
    private let durability: Durability
    private let owed = Owed()
    /// Requests that are between ``willSend(_:)`` and ``settle(_:_:)``.
    private let open = Atomic<Int>(0)

    /// Opens the ledger, and brings an older one up to date.
    /// - Parameter path: the database; its folder is made (0700) when it is missing.
    init(
        path: String,
        durability: Durability = .process,
        logger: Logger = Logger(label: "ledger"),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(OpenFailure) {
        do {
            try PrivateFile.makeFolder((path as NSString).deletingLastPathComponent)
            digestKey = SymmetricKey(data: try PrivateFile.randomBytes(32, keptAt: path + ".key"))
            var configuration = Configuration()
            configuration.prepareDatabase { db in
                // In WAL mode NORMAL loses nothing that was committed when the process dies, only when the power does.
                // The writer checkpoints when it is asked to, see below.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                try db.execute(sql: "PRAGMA synchronous = \(durability == .power ? "FULL" : "NORMAL")")
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            try LedgerSchema.migrator.migrate(pool)
            try PrivateFile.protect(path)
            self.pool = pool
        } catch {
            throw OpenFailure(path: path, reason: Self.reason(error))
        }
        self.logger = logger
        self.clock = clock
        self.durability = durability
        let pool = self.pool
        let owed = self.owed
        let file = PrivateFile.identity(path)
        commits = GroupCommit(label: "ledger") { entries, isPatient in
            // A database that was deleted under us takes rows for ever, and nobody would find them again.
            guard PrivateFile.identity(path) == file else {
                logger.error("the ledger's file is gone; nothing is sent until the daemon is started anew")
                return nil
            }
            return Self.commit(entries, to: pool, owed: owed, isPatient: isPatient, logger: logger)
        } maintain: {
            // A checkpoint waits for the disk, which no event loop may do. One that fails is done the next time.
            do { _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.passive) } } catch {
                logger.info("the ledger's checkpoint failed", metadata: ["reason": "\(Self.reason(error))"])
            }
        }
    }

    /// Commits what is waiting and closes the database.
    func close() {
        commits.flush()
        // The last chance for ends that could not be written when they came.
        _ = Self.commit([], to: pool, owed: owed, isPatient: true, logger: logger)
        do {
            // What is in the write-ahead log goes into the database, so that one file is the whole ledger.
            _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
            try pool.close()
        } catch {
            logger.warning("the ledger did not close cleanly", metadata: ["reason": "\(Self.reason(error))"])
        }
    }

    /// Returns when everything that was told before is committed.
    func flush() { commits.flush() }

    // MARK: EgressLedger

    /// Commits the record; returns only when a crash could no longer lose it.
    func willSend(_ record: EgressRecord) async throws(LedgerUnavailable) -> EgressReceipt {
        let entry = LedgerEntry.egress(record, time: nowMilliseconds, digest: digest(of: record.request))
        let others = open.add(1, ordering: .relaxed).oldValue
        guard let sequence = await commits.append(entry, isAlone: isAlone(others: others)) else {
            open.subtract(1, ordering: .relaxed)
            throw LedgerUnavailable()
        }
        return EgressReceipt(sequence: sequence, for: record)
    }

    /// Commits how it ended. A failure is logged: the request is out and its answer is here, so both are kept.
    func settle(_ receipt: EgressReceipt, _ settlement: Settlement) async {
        let entry = LedgerEntry.settlement(receipt, settlement, time: nowMilliseconds)
        // Nobody waits for the end of a probe.
        let others = open.subtract(1, ordering: .relaxed).newValue
        if receipt.purpose == .probe {
            commits.appendLater(entry)
        } else {
            _ = await commits.append(entry, isAlone: isAlone(others: others))
        }
    }

    /// Notes how a thought was decided that sent nothing; waits for nothing.
    func decided(_ decision: DecisionRecord) async {
        commits.appendLater(.decision(decision, time: nowMilliseconds))
    }

    /// Notes that the egress scan held a request back.
    func blocked(_ blocked: EgressBlocked) async {
        let entry = LedgerEntry.guarded(
            verdict: "egress_blocked",
            identityClass: blocked.violation.identityClass,
            place: blocked.violation.place.rawValue,
            backend: blocked.backend,
            time: nowMilliseconds
        )
        _ = await commits.append(entry)
    }

    /// Notes what the guard did. What keeps nobody waiting is written with whatever is written next.
    func note(
        _ event: GuardEvent,
        _ identityClass: IdentityClass,
        place: String,
        backend: BackendID? = nil
    ) async {
        let entry = LedgerEntry.guarded(
            verdict: event.rawValue,
            identityClass: identityClass,
            place: place,
            backend: backend,
            time: nowMilliseconds
        )
        if event == .pseudonymised || event == .replyCaught {
            commits.appendLater(entry)
        } else {
            _ = await commits.append(entry)
        }
    }

    /// Keeps what somebody thought of an answer.
    /// - Parameter stars: from 1 to 5.
    /// - Returns: whether there is such a thought.
    func rate(_ thought: String, stars: Int) async throws -> Bool {
        // The newest first: what is rated was mostly answered just now.
        let row = try await pool.read { db in
            try Int64.fetchOne(
                db,
                sql: "SELECT id FROM backend_selection_history WHERE thought = ? ORDER BY id DESC LIMIT 1",
                arguments: [thought]
            )
        }
        guard let row, (1...5).contains(stars) else { return false }
        return await commits.append(.rating(row: row, stars: stars)) != nil
    }

    // MARK: Writing

    /// Whether a commit may be done on the caller's thread: nobody else is about to write, and it need not wait for the
    /// disk.
    private func isAlone(others: Int) -> Bool { others == 0 && durability == .process }

    var nowMilliseconds: Int64 { Int64(clock().timeIntervalSince1970 * 1_000) }

    /// A keyed digest of the final bytes: a plain hash of a short prompt could be guessed.
    private func digest(of request: SealedRequest) -> Data {
        var code = HMAC<SHA256>(key: digestKey)
        code.update(data: Data("\(request.method.rawValue) \(request.url)\n".utf8))
        code.update(data: request.body)
        return Data(code.finalize())
    }

    /// Ends of requests that could not be written; they are written with whatever is written next.
    private final class Owed: Sendable {
        private static let most = 10_000
        private let entries = Mutex<[LedgerEntry]>([])

        func add(_ failed: [LedgerEntry]) {
            let ends = failed.filter { if case .egress = $0 { false } else { true } }
            entries.withLock { $0 = Array(($0 + ends).suffix(Self.most)) }
        }

        func take() -> [LedgerEntry] {
            entries.withLock { entries in
                defer { entries = [] }; return entries
            }
        }
    }

    /// How long a lock that somebody else holds on the database is waited for.
    private static let patience = Duration.seconds(2)

    private static func commit(
        _ entries: [LedgerEntry],
        to pool: DatabasePool,
        owed: Owed,
        isPatient: Bool,
        logger: Logger
    ) -> [Int64]? {
        let late = owed.take()
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                let receipts = try pool.writeWithoutTransaction { db in try write(late + entries, db) }
                return Array(receipts.dropFirst(late.count))
            } catch DatabaseError.SQLITE_BUSY where isPatient && ContinuousClock.now < deadline {
                usleep(5_000)
            } catch {
                // Who is not patient asks again, with all of them.
                owed.add(isPatient ? late + entries : late)
                if isPatient { logger.error("the ledger cannot record", metadata: ["reason": "\(reason(error))"]) }
                return nil
            }
        }
    }

    private static func write(_ entries: [LedgerEntry], _ db: Database) throws -> [Int64] {
        var receipts: [Int64] = []
        receipts.reserveCapacity(entries.count)
        try db.immediately { for entry in entries { receipts.append(try entry.write(db)) } }
        return receipts
    }

    /// An error of SQLite without its SQL or arguments; another error as it is.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return (error as NSError).localizedDescription }
        return "\(error.extendedResultCode): \(error.message ?? "no message")"
    }
}
