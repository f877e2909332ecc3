import Crypto
import Foundation
import GRDB
import Persona
import Testing

@testable import Bridge
@testable import Routing

@Suite("what is written with every request is written as it is")
struct KeptStatementTests {
    @Test(
        "texts and blobs of any size, and none",
        arguments: ["", "a", "m\u{E9}", String(repeating: "x", count: 2_047), String(repeating: "y", count: 5_000)]
    )
    func texts(text: String) throws {
        let queue = try DatabaseQueue()
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE t (a TEXT, b BLOB, c TEXT, d INTEGER, e REAL, f TEXT) STRICT")
            let statement = KeptStatement("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)")
            for number in [nil, Int64.min, 7] as [Int64?] {
                try statement.run(db) { row in
                    row.text(text)
                    Data(text.utf8).withUnsafeBytes { row.blob($0) }
                    row.text(nil as String?)
                    row.integer(number)
                    row.real(number.map { Double($0) / 2 })
                    row.text(Array(text.utf8))
                }
            }
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM t")
            #expect(rows.map { $0[0] as String? } == [text, text, text])
            #expect(rows.map { $0[1] as Data? } == Array(repeating: Data(text.utf8), count: 3))
            #expect(rows.allSatisfy { $0[2] == nil as String? })
            #expect(rows.map { $0[3] as Int64? } == [nil, .min, 7])
            #expect(rows.map { $0[4] as Double? } == [nil, Double(Int64.min) / 2, 3.5])
            #expect(rows.map { $0[5] as String? } == [text, text, text])
            #expect(try KeptStatement("SELECT MAX(d) FROM t").first(db) == 7)
            #expect(try KeptStatement("SELECT d FROM t WHERE d = 8").first(db) == nil)
        }
    }

    @Test("what SQLite refuses is an error, and the statement runs again")
    func refused() throws {
        let queue = try DatabaseQueue()
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE t (a INTEGER PRIMARY KEY)")
            let statement = KeptStatement("INSERT INTO t VALUES (?)")
            try statement.run(db) { $0.integer(1) }
            #expect { try statement.run(db) { $0.integer(1) } } throws: { error in
                (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
            }
            try statement.run(db) { $0.integer(2) }
            #expect(try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM t") == 2)
        }
    }

    @Test(
        "a number of a leaf is the one that Swift writes",
        arguments: [0, 9, 10, 99, 100, -1, -10, .max, .min] as [Int64]
    )
    func numbers(number: Int64) {
        var text = LeafText(.egress)
        text.integer("n", number)
        let written = String(number)
        #expect(
            String(decoding: text.bytes, as: UTF8.self)
                == "workshop-ledger/1 egress\nn \(written.utf8.count) \(written)\n"
        )
    }

    @Test("no nonce is given twice")
    func nonces() throws {
        let nonces = Nonces()
        let given = try (0..<1_000).map { _ in Data(try nonces.next()) }
        #expect(Set(given).count == 1_000)
        #expect(given.allSatisfy { $0.count == 12 && $0 != Data(count: 12) })
    }

    @Test("the sums of one commit are those of its rows, whoever they are about")
    func sums() async throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        let ledger = try bench.open()
        var entries: [LedgerEntry] = []
        for index in 0..<2_500 {
            let backend = index % 5 == 0 ? "beta" : "alpha"
            let caller = index % 2 == 0 ? "ann" : "bob"
            let receipt = EgressReceipt(
                sequence: Int64(index + 1),
                for: try bench.record(backend, caller: caller)
            )
            entries.append(
                .egress(
                    try bench.record(backend, caller: caller),
                    time: 0,
                    .init(digest: Data(count: 32), payload: nil, caller: nil)
                )
            )
            let decision = try bench.decision(caller: caller, served: backend, cost: 3)
            entries.append(.settlement(receipt, bench.end(cost: 3, decision: decision), time: 0))
        }
        let receipts = try #require(ledger.writer.commit(entries, isPatient: true))
        #expect(receipts.count == 5_000 && receipts[4_998] == 2_500)
        try await ledger.pool.read { db in
            let sums = try Row.fetchAll(
                db,
                sql:
                    "SELECT backend, SUM(attempts), SUM(cost_nanousd), SUM(thoughts) FROM usage_day GROUP BY 1 ORDER BY 1"
            )
            #expect(sums.map { $0[0] as String } == ["alpha", "beta"])
            #expect(sums.map { $0[1] as Int } == [2_000, 500])
            #expect(sums.map { $0[2] as Int } == [6_000, 1_500])
            #expect(sums.map { $0[3] as Int } == [2_000, 500])
            let callers = try Row.fetchAll(db, sql: "SELECT caller, attempts, cost_nanousd FROM caller_day ORDER BY 1")
            #expect(callers.map { $0[0] as String } == ["ann", "bob"])
            #expect(callers.map { $0[1] as Int } == [1_250, 1_250])
            #expect(callers.map { $0[2] as Int } == [3_750, 3_750])
        }
        ledger.close()
    }
}
