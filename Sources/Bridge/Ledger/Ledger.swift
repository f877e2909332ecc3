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

    /// What the configuration says of it, besides where it is.
    struct Settings: Sendable, Equatable {
        /// Whether the bytes of each request are kept, encrypted.
        var keepsPayloads = true
        /// Of which age, in days, payloads are forgotten; nil is never.
        var retentionDays: Int?
        /// The name under which checkpoints are signed; one that is made of the key without it.
        var origin: String?
    }

    let path: String
    let pool: DatabasePool
    let writer: LedgerWriter
    let days: DayKeys
    let signer: NoteSigner
    let settings: Settings
    let logger: Logger
    private let secrets: LedgerSecrets
    let commits: GroupCommit<LedgerEntry, Int64>
    let keeper: CheckpointKeeper
    private let checkpointer: Checkpointer
    /// Whether the clock may be gone by when something is deleted for its age.
    let ages: ClockWatch
    /// The same since the start, for those who look on.
    let activity = Activity()
    private let clock: @Sendable () -> Date
    private let durability: Durability
    /// Requests that are between ``willSend(_:)`` and ``settle(_:_:)``.
    private let open = Atomic<Int>(0)

    /// Opens the ledger, and brings an older one up to date.
    /// - Parameter path: the database; its folder is made (0700) when it is missing.
    init(
        path: String,
        durability: Durability = .process,
        settings: Settings = Settings(),
        logger: Logger = Logger(label: "ledger"),
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(OpenFailure) {
        do {
            try PrivateFile.makeFolder((path as NSString).deletingLastPathComponent)
            let secrets = LedgerSecrets(try PrivateFile.randomBytes(32, keptAt: LedgerFiles.key(path)))
            signer = try NoteSigner(
                secret: try PrivateFile.randomBytes(32, keptAt: LedgerFiles.signer(path)),
                origin: settings.origin
            )
            var configuration = Configuration()
            configuration.prepareDatabase { db in
                // The log is moved by `checkpointer`.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                try db.execute(sql: "PRAGMA cache_size = -\(SQLiteLibrary.cacheKibibytes)")
            }
            SQLiteLibrary.prepare()
            let pool = try DatabasePool(path: path, configuration: configuration)
            // In WAL mode NORMAL loses nothing that was committed when the process dies, only when the power does. GRDB sets
            // NORMAL behind what prepares a database, so this comes behind that; the pool's one writer is all that commits.
            if durability == .power {
                try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
            }
            try LedgerSchema.migrator(secrets).migrate(pool)
            try PrivateFile.protect(path)
            self.pool = pool
            self.secrets = secrets
            writer = try LedgerWriter(pool, logger: logger)
            checkpointer = try Checkpointer("ledger", pool, logger: logger)
            let newest = try pool.read { db in
                try Int64.fetchOne(db, sql: "SELECT time_ms FROM egress ORDER BY seq DESC LIMIT 1")
            }
            ages = ClockWatch(newest: newest.map { WallTime(milliseconds: $0) }, clock: clock, logger: logger)
        } catch {
            throw OpenFailure(path: path, reason: LedgerWriter.reason(error))
        }
        self.path = path
        self.settings = settings
        days = DayKeys(folder: LedgerFiles.days(path))
        self.logger = logger
        self.clock = clock
        self.durability = durability
        let writer = self.writer
        let checkpointer = self.checkpointer
        let keeper = CheckpointKeeper(path: path, pool: pool, signer: signer, clock: clock)
        self.keeper = keeper
        let file = PrivateFile.identity(path)
        let loss = FaultLog("the ledger's file is gone", end: "the ledger's file is there again", to: logger)
        commits = GroupCommit(label: "ledger") { entries, isPatient in
            // A database that was deleted under us takes rows for ever, and nobody would find them again.
            guard PrivateFile.identity(path) == file else {
                loss.failed("nothing is sent until the daemon is started anew")
                return nil
            }
            loss.worked()
            return writer.commit(entries, isPatient: isPatient)
        } maintain: {
            checkpointer.begin { keeper.keep(logger) }
        }
        keeper.check(logger)
    }

    /// Commits what is waiting and closes the database.
    func close() {
        commits.flush()
        // The last chance for ends that could not be written when they came.
        _ = writer.commit([], isPatient: true)
        keeper.keep(logger)
        do {
            try checkpointer.close()
            // What is in the write-ahead log goes into the database, so that one file is the whole ledger.
            _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
            writer.close()
            try pool.close()
        } catch {
            logger.warning("the ledger did not close cleanly", metadata: ["reason": "\(LedgerWriter.reason(error))"])
        }
    }

    /// Returns when everything that was told before is committed.
    func flush() { commits.flush() }

    // MARK: EgressLedger

    /// Commits the record; returns only when a crash could no longer lose it.
    func willSend(_ record: EgressRecord) async throws(LedgerUnavailable) -> EgressReceipt {
        let time = nowMilliseconds
        let entry: LedgerEntry
        do { entry = .egress(record, time: time, try evidence(of: record, at: time)) } catch {
            logger.error("the key of the day cannot be had", metadata: ["reason": "\(LedgerWriter.reason(error))"])
            throw LedgerUnavailable()
        }
        let others = open.add(1, ordering: .relaxed).oldValue
        guard let sequence = await commits.append(entry, isAlone: isAlone(others: others)) else {
            open.subtract(1, ordering: .relaxed)
            throw LedgerUnavailable()
        }
        return EgressReceipt(sequence: sequence, for: record)
    }

    /// Commits how it ended. A failure is logged: the request is out and its answer is here, so both are kept.
    func settle(_ receipt: EgressReceipt, _ settlement: Settlement) async {
        let now = nowMilliseconds
        activity.took(receipt, settlement, at: now)
        let entry = LedgerEntry.settlement(receipt, settlement, time: now)
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
        let now = nowMilliseconds
        activity.took(decision, at: now)
        commits.appendLater(.decision(decision, time: now))
    }

    /// Notes that the egress scan held a request back.
    func blocked(_ blocked: EgressBlocked) async {
        activity.took(.egressBlocked)
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
        activity.took(event)
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

    /// From now on, requests are read by a guard that knows these. Each leaf says by which.
    func isGuarding(_ personas: [PersonaCard]) throws {
        let identity = secrets.identity(of: personas)
        let now = nowMilliseconds
        guard writer.guardSet?.identity != identity else { return }
        let version = "\(Version.current)"
        let id = try pool.write { db in
            let last = try Row.fetchOne(db, sql: "SELECT id, version, identity FROM guard_set ORDER BY id DESC LIMIT 1")
            if let last, last[1] == version, last[2] == identity { return last[0] as Int64 }
            try db.execute(
                sql: "INSERT INTO guard_set (time_ms, version, identity) VALUES (?, ?, ?)",
                arguments: [now, version, identity]
            )
            return db.lastInsertedRowID
        }
        writer.isGuarding(GuardSet(id: id, version: version, identity: identity))
    }

    // MARK: Writing

    /// Whether a commit may be done on the caller's thread: nobody else is about to write, and it need not wait for the
    /// disk.
    private func isAlone(others: Int) -> Bool { others == 0 && durability == .process }

    var nowMilliseconds: Int64 { Int64(clock().timeIntervalSince1970 * 1_000) }

    /// What the tree will say of a request, and its payload, encrypted.
    private func evidence(of record: EgressRecord, at time: Int64) throws -> LedgerEntry.Evidence {
        let payload = Payload.bytes(of: record.request)
        let key = try days.making(WallTime(milliseconds: time).day)
        return LedgerEntry.Evidence(
            digest: key.digest(payload),
            payload: settings.keepsPayloads ? try key.seal(payload) : nil,
            caller: record.caller.map(secrets.caller)
        )
    }
}
