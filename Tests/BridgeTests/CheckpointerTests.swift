import Foundation
import GRDB
import Logging
import Synchronization
import Testing

@testable import Bridge

@Suite("the write-ahead log goes into the database behind those who write")
struct CheckpointerTests {
    /// A database of one table, and who moves its log.
    private final class Base: Sendable {
        let path: String
        let pool: DatabasePool
        let checkpointer: Checkpointer

        init(longest: Int = Checkpointer.longest) throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "checkpointer-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            path = folder.appending(path: "base.db").path
            var configuration = Configuration()
            configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.write { db in try db.execute(sql: "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)") }
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            checkpointer = try Checkpointer("test", pool, logger: logger, longest: longest)
        }

        deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

        func add(_ rows: Int) throws {
            for _ in 0..<rows {
                try pool.write { db in try db.execute(sql: "INSERT INTO t (b) VALUES (zeroblob(1000))") }
            }
        }

        /// The rows that the database has without its log.
        var rowsMoved: Int {
            get throws {
                let copy = path + ".copy"
                try? FileManager.default.removeItem(atPath: copy)
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                return try DatabaseQueue(path: copy).read { db in
                    try db.tableExists("t") ? Int.fetchOne(db, sql: "SELECT COUNT(*) FROM t") ?? 0 : 0
                }
            }
        }

        var logBytes: Int {
            (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int) ?? 0
        }
    }

    @Test("what is in the log is in the database afterwards")
    func moved() throws {
        let base = try Base()
        try base.add(50)
        #expect(try base.rowsMoved == 0)
        base.checkpointer.begin()
        try base.checkpointer.close()
        #expect(try base.rowsMoved == 50)
    }

    @Test("who writes does not wait for it, and there is one at a time")
    func behind() throws {
        let base = try Base()
        let (began, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let others = Atomic(0)
        base.checkpointer.begin {
            began.signal()
            goOn.wait()
        }
        began.wait()
        base.checkpointer.begin { others.add(1, ordering: .relaxed) }
        try base.add(3)
        #expect(try base.pool.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM t") } == 3)
        goOn.signal()
        try base.checkpointer.close()
        #expect(others.load(ordering: .relaxed) == 0)
        #expect(try base.rowsMoved == 3)
    }

    @Test("a load without a pause does not make the log grow for ever")
    func bounded() async throws {
        let base = try Base(longest: 100)
        let rows = 6_000
        try await Task.detached {
            for row in 0..<rows {
                try base.add(1)
                if row.isMultiple(of: 50) { base.checkpointer.begin() }
            }
        }.value
        // Two pages a row at least, if it had never begun anew.
        #expect(base.logBytes < rows * 2 * 4_096 / 4)
        try base.checkpointer.close()
        #expect(try await base.pool.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM t") } == rows)
    }
}
