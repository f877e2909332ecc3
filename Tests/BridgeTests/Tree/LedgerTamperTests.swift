import Foundation
import GRDB
import Persona
import Synchronization
import Testing

@testable import Bridge
@testable import Routing

/// A ledger of a few days: forty requests, some events, checkpoints on the way.
private struct TamperBench {
    let bench: LedgerBench
    let pinned: String
    let key: String
    static let noon = Date(timeIntervalSince1970: 1_763_726_400)

    init() async throws {
        let bench = try LedgerBench()
        self.bench = bench
        var pinned = ""
        let clock = Mutex(Self.noon)
        let ledger = try Ledger(path: bench.path) { clock.withLock { $0 } }
        for day in 0..<4 {
            clock.withLock { $0 = Self.noon.addingTimeInterval(Double(day) * 86_400) }
            for index in 0..<10 {
                let record = try bench.record(
                    ["alpha", "beta"][index % 2],
                    caller: "ann",
                    text: "what is \(day) \(index)?"
                )
                let receipt = try await ledger.willSend(record)
                await ledger.settle(receipt, bench.end(cost: 5))
                if index == 4 { await ledger.note(.refused, .place, place: "task") }
            }
            let note = try ledger.checkpoint().description
            if day == 1 { pinned = note }
        }
        ledger.close()
        self.pinned = pinned
        key = try LedgerTree(ledger: bench.path).key()
    }

    func audit(pinned isPinned: Bool = false, key: String? = nil) throws -> AuditFindings {
        try LedgerAudit(ledger: bench.path).run(pinned: isPinned ? [("pin", pinned)] : [], key: key)
    }

    /// Changes the database as somebody with an editor would: no constraint is asked.
    func tamper(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: bench.path, configuration: configuration)
        try queue.write { db in try db.execute(sql: sql) }
        try queue.close()
    }

    /// Writes the whole tree anew from the rows as they are, as somebody with all keys would, and signs it.
    func forge() throws {
        try tamper(
            "DELETE FROM leaf; DELETE FROM checkpoint; DELETE FROM payload WHERE seq NOT IN (SELECT seq FROM egress)"
        )
        try? FileManager.default.removeItem(atPath: LedgerFiles.head(bench.path))
        let secret = try LedgerFile.secret(bench.path)
        let queue = try DatabaseQueue(path: bench.path)
        try queue.write { db in
            var edge = TreeEdge()
            let sets = try LeafRows.guardSets(db)
            for row in try Row.fetchAll(db, sql: "SELECT \(LeafRows.egressColumns) FROM egress e ORDER BY seq") {
                let leaf = LeafRows.egress(row, sets: sets) { LedgerSecrets(secret).caller($0) }
                try LeafTable.append(.egress, row: leaf.sequence, leaf.text(.egress), to: &edge, db)
            }
            for row in try Row.fetchAll(db, sql: "SELECT \(LeafRows.eventColumns) FROM guard_event g ORDER BY id") {
                let leaf = LeafRows.event(row, sets: sets)
                try LeafTable.append(.event, row: leaf.id, leaf.text(.event), to: &edge, db)
            }
        }
        try queue.close()
        let ledger = try bench.open(at: Self.noon)
        _ = try ledger.checkpoint()
        ledger.close()
    }
}

@Suite("whoever changes the ledger is found out", .timeLimit(.minutes(2)))
struct LedgerTamperTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let sql: String
        let kind: AuditFindings.Problem.Kind
        var testDescription: String { name }
    }

    private static func edits(_ table: String, _ changes: [(String, String)], _ row: String) -> [Case] {
        changes.map { column, value in
            Case(
                name: "\(table).\(column) is another",
                sql: "UPDATE \(table) SET \(column) = \(value) WHERE \(row)",
                kind: .recordChanged
            )
        }
    }

    private static let cases: [Case] =
        edits(
            "egress",
            [
                ("time_ms", "time_ms + 1"), ("purpose", "'probe'"), ("backend", "'gamma'"), ("model", "'other'"),
                ("thought", "NULL"), ("attempt", "2"), ("kind", "'status'"), ("caller", "'bob'"), ("caller", "NULL"),
                ("bytes_sent", "1"), ("digest", "zeroblob(32)"), ("stand_ins", "3"), ("payload", "0"),
                ("guard_set", "1"),
            ],
            "seq = 7"
        )
        + edits(
            "guard_event",
            [
                ("time_ms", "1"), ("verdict", "'released'"), ("class", "'name'"), ("place", "'history'"),
                ("backend", "'alpha'"), ("guard_set", "1"),
            ],
            "id = 2"
        ) + [
            Case(name: "a request is deleted", sql: "DELETE FROM egress WHERE seq = 9", kind: .recordDeleted),
            Case(name: "a guard's event is deleted", sql: "DELETE FROM guard_event WHERE id = 1", kind: .recordDeleted),
            Case(
                name: "a request and its leaf are deleted",
                sql: "DELETE FROM egress WHERE seq = 9; DELETE FROM leaf WHERE row = 9 AND source = 1",
                kind: .leafMissing
            ),
            Case(
                name: "a request is put in without a leaf: its append was skipped",
                sql: """
                    INSERT INTO egress (time_ms, purpose, backend, model, attempt, bytes_sent, digest)
                    VALUES (1763726400000, 'thought', 'alpha', 'm', 1, 2, zeroblob(32))
                    """,
                kind: .recordUnlogged
            ),
            Case(
                name: "an event is put in without a leaf",
                sql: "INSERT INTO guard_event (time_ms, verdict, class, place) VALUES (1, 'refused', 'name', 'task')",
                kind: .recordUnlogged
            ),
            Case(
                name: "a request is put in with a leaf of its own",
                sql: """
                    INSERT INTO egress (time_ms, purpose, backend, model, attempt, bytes_sent, digest)
                    VALUES (1763726400000, 'thought', 'alpha', 'm', 1, 2, zeroblob(32));
                    INSERT INTO leaf SELECT MAX(number) + 1, 1, 41, zeroblob(32) FROM leaf
                    """,
                kind: .recordChanged
            ),
            Case(
                name: "two requests are exchanged",
                sql: """
                    UPDATE egress SET seq = -1 WHERE seq = 5; UPDATE egress SET seq = 5 WHERE seq = 6;
                    UPDATE egress SET seq = 6 WHERE seq = -1
                    """,
                kind: .recordChanged
            ),
            Case(
                name: "two leaves are exchanged",
                sql: """
                    UPDATE leaf SET number = -1 WHERE number = 2; UPDATE leaf SET number = 2 WHERE number = 4;
                    UPDATE leaf SET number = 4 WHERE number = -1
                    """,
                kind: .leafOutOfOrder
            ),
            Case(
                name: "a leaf stands for another request",
                sql: "UPDATE leaf SET row = 12 WHERE number = 2",
                kind: .recordChanged
            ),
            Case(
                name: "a leaf's hash is another",
                sql: "UPDATE leaf SET hashes = zeroblob(32) WHERE number = 2",
                kind: .forked
            ),
            Case(
                name: "an inner node is another",
                sql: "UPDATE leaf SET hashes = CAST(substr(hashes, 1, 32) || 'no hash' AS BLOB) WHERE number = 1",
                kind: .nodeChanged
            ),
            Case(
                name: "the tail is cut",
                sql: """
                    DELETE FROM leaf WHERE number > 30; DELETE FROM egress WHERE seq > 27;
                    DELETE FROM backend_performance WHERE seq > 27; DELETE FROM guard_event WHERE id > 3;
                    DELETE FROM payload WHERE seq > 27
                    """,
                kind: .cut
            ),
            Case(
                name: "the tail is cut, and its checkpoints too",
                sql: """
                    DELETE FROM leaf WHERE number > 30; DELETE FROM egress WHERE seq > 27;
                    DELETE FROM backend_performance WHERE seq > 27; DELETE FROM guard_event WHERE id > 3;
                    DELETE FROM payload WHERE seq > 27; DELETE FROM checkpoint WHERE size > 31
                    """,
                kind: .cut
            ),
            Case(
                name: "the log is emptied",
                sql: """
                    DELETE FROM leaf; DELETE FROM egress; DELETE FROM backend_performance; DELETE FROM guard_event;
                    DELETE FROM payload; DELETE FROM checkpoint; DELETE FROM retention
                    """,
                kind: .cut
            ),
            Case(
                name: "a checkpoint says another size",
                sql: "UPDATE checkpoint SET size = 5 WHERE size = 11",
                kind: .unsigned
            ),
            Case(
                name: "a checkpoint has another root",
                sql:
                    "UPDATE checkpoint SET note = replace(note, substr(note, 40, 60), substr(note, 41, 60)) WHERE size = 22",
                kind: .unsigned
            ),
            Case(
                name: "two payloads are exchanged",
                sql: """
                    UPDATE payload SET seq = -1 WHERE seq = 5; UPDATE payload SET seq = 5 WHERE seq = 6;
                    UPDATE payload SET seq = 6 WHERE seq = -1
                    """,
                kind: .payloadChanged
            ),
            Case(
                name: "a payload is another",
                sql: "UPDATE payload SET sealed = zeroblob(60) WHERE seq = 5",
                kind: .payloadChanged
            ),
            Case(name: "a payload is gone", sql: "DELETE FROM payload WHERE seq = 5", kind: .payloadMissing),
            Case(
                name: "a payload is of no request",
                sql: "INSERT INTO payload VALUES (99, zeroblob(60))",
                kind: .payloadExtra
            ),
            Case(
                name: "payloads are gone, and a row says that they were forgotten",
                sql: "DELETE FROM payload WHERE seq < 11; INSERT INTO retention VALUES (1, 1, 99999, 10)",
                kind: .payloadMissing
            ),
            Case(
                name: "ends are left of requests that are not there",
                sql:
                    "INSERT INTO backend_performance (seq, time_ms, backend, purpose, outcome, response_time_us, usage_source) VALUES (99, 1, 'a', 'thought', 'answered', 1, 'provider')",
                kind: .endWithoutRecord
            ),
        ]

    @Test("a ledger that nobody changed is well, pinned or not")
    func untouched() async throws {
        let bench = try await TamperBench()
        defer { bench.bench.clean() }
        let findings = try bench.audit(pinned: true, key: bench.key)
        #expect(findings.problems.map(\.sentence) == [])
        #expect(findings.isOK)
        #expect((findings.records, findings.size, findings.signed, findings.gaps) == (40, 44, 44, 0))
        #expect(findings.payloadsKept == 40)
        #expect(findings.held.map(\.isConsistent) == [true, true])
    }

    @Test("a change is found, and it is said which", arguments: cases)
    func changed(tampering: Case) async throws {
        let bench = try await TamperBench()
        defer { bench.bench.clean() }
        try bench.tamper("INSERT OR IGNORE INTO guard_set VALUES (1, 1, 'v', x'00')")
        try bench.tamper(tampering.sql)
        let findings = try bench.audit()
        #expect(findings.problemCounts[tampering.kind] != nil, "\(findings.problems.map(\.sentence))")
        #expect(!findings.isOK)
        #expect(!findings.holds(tampering.kind.verdict))
    }

    @Test("one record that was changed is one problem, and its number is told")
    func precise() async throws {
        let bench = try await TamperBench()
        defer { bench.bench.clean() }
        try bench.tamper("UPDATE egress SET backend = 'gamma' WHERE seq = 7")
        let findings = try bench.audit()
        #expect(findings.problems.map(\.sentence) == ["egress 7 is not what was recorded (leaf 7)"])
        #expect(findings.holds(.completeness))
    }

    @Test("a history that was written anew and signed with the log's own key is found out by a pinned checkpoint alone")
    func forked() async throws {
        let bench = try await TamperBench()
        defer { bench.bench.clean() }
        try bench.tamper("UPDATE egress SET backend = 'gamma' WHERE seq = 7")
        try bench.forge()
        #expect(try bench.audit().isOK, "whoever has the key can do this")
        let findings = try bench.audit(pinned: true)
        #expect(findings.problems.map(\.kind) == [.forked])
        #expect(!findings.isOK)
    }

    @Test("a history that was cut and signed anew is found out by a pinned checkpoint")
    func cutFork() async throws {
        let bench = try await TamperBench()
        defer { bench.bench.clean() }
        try bench.tamper(
            """
            DELETE FROM egress WHERE seq > 5; DELETE FROM backend_performance WHERE seq > 5; DELETE FROM guard_event
            """
        )
        try bench.forge()
        #expect(try bench.audit().isOK)
        #expect(try bench.audit(pinned: true).problems.map(\.kind) == [.cut])
    }

    @Test("another key is not the log's: whoever has no key cannot sign, and whoever changes the key is seen")
    func otherKey() async throws {
        let bench = try await TamperBench()
        defer { bench.bench.clean() }
        try Data([UInt8](repeating: 9, count: 32))
            .write(to: URL(fileURLWithPath: LedgerFiles.signer(bench.bench.path)))
        #expect(try bench.audit().problemCounts[.unsigned] != nil)
        #expect(try bench.audit(key: bench.key).isOK)
        try bench.forge()
        #expect(try bench.audit().isOK)
        #expect(try bench.audit(key: bench.key).problemCounts[.unsigned] != nil)
        #expect(try bench.audit(pinned: true).problemCounts[.unsigned] != nil)
    }

    @Test("a ledger that was deleted is missed, and one in its place is another")
    func deleted() async throws {
        let bench = try await TamperBench()
        defer { bench.bench.clean() }
        for file in [bench.bench.path, bench.bench.path + "-wal", bench.bench.path + "-shm"] {
            try? FileManager.default.removeItem(atPath: file)
        }
        #expect(throws: LedgerAudit.Failure.self) { try bench.audit() }
        let ledger = try bench.bench.open()
        _ = try await ledger.willSend(bench.bench.record())
        #expect(throws: CheckpointKeeper.Inconsistent.self) { try ledger.checkpoint() }
        ledger.close()
        let findings = try bench.audit(pinned: true)
        #expect(findings.problems.map(\.kind) == [.cut, .cut])
    }
}
