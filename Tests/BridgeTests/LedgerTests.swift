import Foundation
import GRDB
import Logging
import Persona
import Routing
import Testing

@testable import Bridge

@Suite(.timeLimit(.minutes(1)))
struct LedgerTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wb-\(UUID().uuidString)")
    private var path: String { folder.appendingPathComponent("deep/ledger.db").path }
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func open(at date: Date = Date(), durability: Ledger.Durability = .process) throws -> Ledger {
        try Ledger(path: path, durability: durability, logger: quiet, clock: { date })
    }

    private func clean() { try? FileManager.default.removeItem(at: folder) }

    private func record(_ body: String = "{}", purpose: EgressRecord.Purpose = .thought) throws -> EgressRecord {
        let request = try EgressScan(index: IdentityIndex([])).seal(
            OutgoingRequest(method: .post, url: "http://h/v1", headers: [], body: Array(body.utf8))
        )
        return EgressRecord(
            purpose: purpose,
            backend: try #require(BackendID("alpha")),
            model: "m",
            thought: "t",
            attempt: 1,
            kind: .general,
            caller: "#12",
            request: request
        )
    }

    private func settlement(_ usage: Usage, cost: Int64?) -> Settlement {
        Settlement(
            outcome: .answered,
            duration: .milliseconds(3),
            model: "m",
            usage: usage,
            cost: cost.map(NanoDollars.init)
        )
    }

    @Test("a commit waits for the disk when it is to outlive the power, and not otherwise")
    func power() throws {
        defer { clean() }
        // https://www.sqlite.org/pragma.html#pragma_synchronous: 1 is NORMAL, 2 is FULL.
        for (durability, level) in [(Ledger.Durability.power, 2), (.process, 1)] {
            let ledger = try open(durability: durability)
            let found = try ledger.pool.writeWithoutTransaction { db in
                try Int.fetchOne(db, sql: "PRAGMA synchronous")
            }
            #expect(found == level)
            ledger.close()
        }
    }

    @Test(
        "what willSend returned for is there when the file is opened anew, without a close",
        arguments: Ledger.Durability.allCases
    )
    func committed(durability: Ledger.Durability) async throws {
        defer { clean() }
        let ledger = try open(durability: durability)
        let receipt = try await ledger.willSend(record("{\"secret task\":1}"))
        // Another connection, while the first is still open and has closed nothing.
        let other = try open()
        let report = try await other.audit()
        #expect(report.records == 1)
        #expect(report.unsettled == 1)
        #expect(report.lastSequence == receipt.sequence)
        await ledger.settle(receipt, settlement(.missing, cost: nil))
        #expect(try await other.audit().unsettled == 0)
        other.close()
        ledger.close()
        let bytes = try #require(FileManager.default.contents(atPath: path))
        #expect(bytes.range(of: Data("secret task".utf8)) == nil)
    }

    @Test("a hundred at once share commits, keep their order, and lose nothing")
    func concurrent() async throws {
        defer { clean() }
        let ledger = try open()
        let record = try record()
        let sequences = await withTaskGroup(of: Int64?.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    guard let receipt = try? await ledger.willSend(record) else { return nil }
                    await ledger.settle(
                        receipt,
                        settlement(Usage(inputUncached: 1, outputVisible: 1, source: .provider), cost: 1)
                    )
                    return receipt.sequence
                }
            }
            return await group.reduce(into: Set<Int64>()) { if let sequence = $1 { $0.insert(sequence) } }
        }
        #expect(sequences.count == 500)
        let report = try await ledger.audit()
        #expect((report.records, report.gaps, report.unsettled) == (500, 0, 0))
        #expect(try await ledger.costs().today.cost == NanoDollars(500))
        ledger.close()
    }

    @Test("a zero is a zero, and missing is not zero")
    func zeroAndMissing() async throws {
        defer { clean() }
        let ledger = try open()
        let zero = Usage(inputUncached: 0, inputCacheRead: 0, outputVisible: 0, source: .provider)
        await ledger.settle(try await ledger.willSend(record()), settlement(zero, cost: 0))
        await ledger.settle(try await ledger.willSend(record()), settlement(.missing, cost: nil))
        let rows = try ledger.pool.read { db in
            try Row.fetchAll(db, sql: "SELECT input_uncached, input_cache_write, cost_nanousd FROM backend_performance")
        }
        #expect(rows[0][0] == 0)
        #expect(rows[0][1] == nil as Int?)
        #expect(rows[0][2] == 0)
        #expect(rows[1][0] == nil as Int?)
        #expect(rows[1][2] == nil as Int?)
        let today = try await ledger.costs().today
        #expect((today.answered, today.unpriced, today.cost) == (2, 1, NanoDollars(0)))
        ledger.close()
    }

    @Test("costs are of this day and this month, in UTC")
    func dates() async throws {
        defer { clean() }
        let now = Date(timeIntervalSince1970: 1_763_683_200)  // 2025-11-21 00:00:00 UTC
        let usage = Usage(inputUncached: 10, inputCacheRead: 5, outputVisible: 2, outputReasoning: 1, source: .provider)
        for (offset, cost) in [(60.0, 1), (-60.0, 20), (-40 * 86_400.0, 300)] as [(Double, Int64)] {
            let ledger = try open(at: now.addingTimeInterval(offset))
            await ledger.settle(try await ledger.willSend(record()), settlement(usage, cost: cost))
            ledger.close()
        }
        let ledger = try open()
        let report = try await ledger.costs(now: now.addingTimeInterval(120))
        #expect(report.today.cost == NanoDollars(1))
        #expect(report.month.cost == NanoDollars(21))
        #expect((report.month.inputTokens, report.month.outputTokens) == (30, 6))
        #expect(report.byBackend.map(\.name) == ["alpha"])
        ledger.close()
    }

    @Test("probes are on record, and cost nothing")
    func probes() async throws {
        defer { clean() }
        let ledger = try open()
        await ledger.settle(try await ledger.willSend(record(purpose: .probe)), settlement(.missing, cost: nil))
        let report = try await ledger.audit()
        #expect((report.records, report.probes) == (1, 1))
        #expect(try await ledger.costs().today.attempts == 0)
        ledger.close()
    }

    @Test("what was held back is counted by class")
    func held() async throws {
        defer { clean() }
        let ledger = try open()
        let identity = Identity(terms: [(.place, "Lantern Mill"), (.name, "Timmy")])
        let card = PersonaCard(id: try #require(PersonaID("timmy")), identity: identity, voice: .plain)
        let index = IdentityIndex([identity])
        for _ in 0..<2 {
            do {
                _ = try PromptGuard(persona: card, index: index).blind(PromptDraft(task: "where is Lantern Mill?"))
                Issue.record("the guard let it through")
            } catch {
                await ledger.note(.refused, error.identityClass, place: error.field.rawValue)
            }
        }
        do {
            let body = Array("{\"model\":\"timmy-7b\"}".utf8)
            let request = OutgoingRequest(method: .post, url: "http://h/", headers: [], body: body)
            _ = try EgressScan(index: index).seal(request)
            Issue.record("the scan let it through")
        } catch {
            await ledger.blocked(EgressBlocked(backend: try #require(BackendID("alpha")), violation: error))
        }
        let report = try await ledger.audit()
        #expect((report.refused, report.egressBlocked) == (2, 1))
        #expect(report.blockedByClass.map(\.identityClass) == ["place", "name"])
        ledger.close()
    }

    @Test("a missing row is a gap")
    func gap() async throws {
        defer { clean() }
        let ledger = try open()
        for _ in 0..<3 { _ = try await ledger.willSend(record()) }
        try await ledger.pool.write { try $0.execute(sql: "DELETE FROM egress WHERE seq = 2") }
        #expect(try await ledger.audit().gaps == 1)
        ledger.close()
    }

    @Test("a ledger that cannot write sends nothing")
    func broken() async throws {
        defer { clean() }
        let ledger = try open()
        try await ledger.pool.write { try $0.execute(sql: "DROP TABLE backend_performance; DROP TABLE egress") }
        let record = try record()
        await #expect(throws: LedgerUnavailable.self) { _ = try await ledger.willSend(record) }
        ledger.close()
    }

    @Test("a ledger whose file was deleted sends nothing more")
    func deleted() async throws {
        defer { clean() }
        let ledger = try open()
        _ = try await ledger.willSend(record())
        try FileManager.default.removeItem(atPath: path)
        let record = try record()
        await #expect(throws: LedgerUnavailable.self) { _ = try await ledger.willSend(record) }
        ledger.close()
    }

    @Test(
        "an end that could not be written while another process held the database is written later, at the latest at the end",
        arguments: [false, true]
    )
    func owed(isClosed: Bool) async throws {
        defer { clean() }
        let ledger = try open()
        let receipt = try await ledger.willSend(record())
        var unsafely = Configuration()
        unsafely.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: unsafely)
        try await other.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
        }
        await ledger.settle(receipt, settlement(.missing, cost: nil))
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        #expect(try await ledger.audit().unsettled == 1)
        if isClosed {
            ledger.close()
        } else {
            _ = try await ledger.willSend(record())
        }
        let rows = try await other.read { try Int64.fetchAll($0, sql: "SELECT seq FROM backend_performance") }
        #expect(rows == [receipt.sequence])
        if !isClosed { ledger.close() }
    }

    @Test("a key that is not whole is no key, and is not replaced")
    func brokenKey() throws {
        defer { clean() }
        try open().close()
        try Data("short".utf8).write(to: URL(fileURLWithPath: path + ".key"))
        #expect(throws: Ledger.OpenFailure.self) { _ = try open() }
        #expect(FileManager.default.contents(atPath: path + ".key") == Data("short".utf8))
    }

    @Test("its files are the owner's alone, and a place that cannot be written says so")
    func files() throws {
        defer { clean() }
        let ledger = try open()
        ledger.close()
        for file in [path, path + ".key"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
        #expect {
            _ = try Ledger(path: "/proc/nowhere/ledger.db", logger: quiet)
        } throws: { "\($0)".hasPrefix("the ledger /proc/nowhere/ledger.db cannot be opened: ") }
    }

    @Test("a digest says the same of the same bytes, and nothing to those without the key")
    func digests() async throws {
        defer { clean() }
        let ledger = try open()
        for body in ["{\"a\":1}", "{\"a\":1}", "{\"a\":2}"] { _ = try await ledger.willSend(record(body)) }
        let digests = try await ledger.pool.read {
            try Data.fetchAll($0, sql: "SELECT digest FROM egress ORDER BY seq")
        }
        #expect(digests[0] == digests[1])
        #expect(digests[0] != digests[2])
        #expect(digests[0].count == 32)
        ledger.close()
    }
}
