internal import Foundation
internal import GRDB
internal import Logging
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Writes entries and their leaves, each batch in one transaction.
final class LedgerWriter: Sendable {
    private let pool: DatabasePool
    private let faults: FaultLog
    private let owed = Owed()
    /// The edge of the tree after the last commit of ours.
    private let edge: Mutex<TreeEdge>
    private let guarding = Mutex<GuardSet?>(nil)
    private let statements = LedgerStatements()

    /// - Throws: when the tree is too damaged to be grown.
    init(_ pool: DatabasePool, logger: Logger) throws {
        self.pool = pool
        faults = FaultLog("the ledger cannot record", end: "the ledger records again", to: logger)
        edge = Mutex(try pool.read { db in try TreeEdge(of: LeafTable.tree(db)) })
    }

    /// The guard that reads what is written down from now on.
    var guardSet: GuardSet? { guarding.withLock { $0 } }

    func isGuarding(_ set: GuardSet) { guarding.withLock { $0 = set } }

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

    /// Commits the entries; gives a row number for each, or nil when nothing was written.
    func commit(_ entries: [LedgerEntry], isPatient: Bool) -> [Int64]? {
        let late = owed.take()
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                let receipts = try pool.writeWithoutTransaction { db in
                    try write(late.isEmpty ? entries : late + entries, db)
                }
                faults.worked()
                return late.isEmpty ? receipts : Array(receipts.dropFirst(late.count))
            } catch DatabaseError.SQLITE_BUSY where isPatient && ContinuousClock.now < deadline {
                usleep(5_000)
            } catch {
                // Who is not patient asks again, with all of them.
                owed.add(isPatient ? late + entries : late)
                if isPatient { faults.failed(Self.reason(error)) }
                return nil
            }
        }
    }

    /// Lets the connection be closed; nothing is written afterwards.
    func close() {
        pool.writeWithoutTransaction { _ in statements.forget() }
    }

    private func write(_ entries: [LedgerEntry], _ db: Database) throws -> [Int64] {
        var receipts: [Int64] = []
        let guardSet = guardSet
        try growing(db) { edge in
            var batch = LedgerBatch(db: db, statements: statements, guardSet: guardSet, edge: edge)
            receipts = try batch.write(entries)
            edge = batch.edge
        }
        return receipts
    }

    /// Runs the body in a transaction, with the edge of the tree as the database has it; it may be run a second time.
    func growing(_ db: Database, _ body: (inout TreeEdge) throws -> Void) throws {
        var edge = self.edge.withLock { $0 }
        do {
            try db.immediately { try body(&edge) }
        } catch DatabaseError.SQLITE_CONSTRAINT {
            // Our next number is taken: another process has added a leaf. A command that forgets payloads does.
            try db.immediately {
                edge = try TreeEdge(of: LeafTable.tree(db))
                try body(&edge)
            }
        }
        self.edge.withLock { $0 = edge }
    }

    /// Does what waits for nobody in the daemon, again and again while somebody else holds a lock on the database.
    static func patiently<Value>(_ body: () throws -> Value) throws -> Value {
        let deadline = ContinuousClock.now + patience
        while true {
            do { return try body() } catch DatabaseError.SQLITE_BUSY where ContinuousClock.now < deadline {
                usleep(5_000)
            }
        }
    }

    /// An error of SQLite without its SQL or arguments, another error as it is; and what to do.
    static func reason(_ error: any Error) -> String { StorageFault.sentence(error) }
}
