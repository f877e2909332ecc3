import Foundation
import GRDB
import Persona
import Routing
import Testing

@testable import Bridge

@Suite("The ledger keeps how each thought was decided, and no word of it", .timeLimit(.minutes(1)))
struct LedgerDecisionTests {
    private let bench: LedgerBench

    init() throws { bench = try LedgerBench() }

    private func history(_ ledger: Ledger) throws -> [Row] {
        ledger.flush()
        return try ledger.pool.read { try Row.fetchAll($0, sql: "SELECT * FROM backend_selection_history ORDER BY id") }
    }

    @Test("the decision is there when the last settlement is, in one row with all that was weighed")
    func withSettlement() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        var decision = try bench.decision("abc", caller: "ann", served: "beta", cost: 7)
        decision.quality = 0.875
        let receipt = try await ledger.willSend(bench.record("beta", thought: "abc", caller: "ann"))
        await ledger.settle(receipt, bench.end(cost: 7, decision: decision))
        let row = try #require(
            try ledger.pool.read { try Row.fetchOne($0, sql: "SELECT * FROM backend_selection_history") }
        )
        #expect(row["thought"] == "abc")
        #expect(row["caller"] == "ann")
        #expect(row["job_type"] == "general")
        #expect(row["job_complexity"] == "moderate")
        #expect(row["confidence_score"] == 0.5)
        #expect(row["selection_criteria"] == "cost_first")
        #expect(row["available_backends"] == #"[{"backend":"alpha","score":0.5},{"backend":"beta"}]"#)
        #expect(row["rejected_backends"] == #"[{"backend":"gamma","rule":"disabled"}]"#)
        #expect(row["selected_backend"] == "alpha")
        #expect(row["selection_reasoning"] == "first choice for general")
        #expect(row["fallback_used"] == true)
        #expect(row["cached"] == false)
        #expect(row["final_backend"] == "beta")
        #expect(row["outcome"] == "answered")
        #expect(row["attempts"] == 1)
        #expect(row["response_time_us"] == 300_000)
        #expect(row["cost_nanousd"] == 7)
        #expect(row["quality_score"] == 0.875)
        #expect(row["user_rating"] == nil as Int?)
        let job = try #require(try ledger.pool.read { try Row.fetchOne($0, sql: "SELECT * FROM jobs") })
        #expect(job["status"] == "answered")
        #expect(job["backend"] == "beta")
        #expect((job["finished_ms"] as Int64) - (job["started_ms"] as Int64) == 300)
        ledger.close()
    }

    @Test("what else is known of a request's end stands in its row")
    func performance() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        let local = try await ledger.willSend(bench.record("alpha", kind: .debugging, caller: "ann", isLocal: true))
        await ledger.settle(local, bench.end(cost: 0))
        let unsaid = try await ledger.willSend(bench.record("beta", isLocal: nil))
        await ledger.settle(unsaid, bench.end(.failed(.timeoutTotal), tokens: nil, cost: nil))
        let rows = try ledger.pool.read { try Row.fetchAll($0, sql: "SELECT * FROM backend_performance ORDER BY seq") }
        #expect(rows[0]["kind"] == "debugging")
        #expect(rows[0]["caller"] == "ann")
        #expect(rows[0]["tier"] == "local")
        #expect(rows[0]["first_token_us"] == 50_000)
        #expect(rows[0]["tokens_per_second"] == 500.0)
        #expect(rows[0]["quality_score"] == 0.75)
        #expect(rows[1]["tier"] == nil as String?)
        #expect(rows[1]["tokens_per_second"] == nil as Double?)
        ledger.close()
    }

    @Test("a thought that sent nothing is decided all the same", arguments: DecisionRecord.Outcome.allCases)
    func nothingSent(_ outcome: DecisionRecord.Outcome) async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        var decision = try bench.decision("abc", served: nil, cost: nil)
        decision.outcome = outcome
        await ledger.decided(decision)
        let rows = try history(ledger)
        #expect(rows.map { $0["outcome"] } == [outcome.rawValue])
        #expect(rows[0]["fallback_used"] == false)
        ledger.close()
    }

    @Test("a decision that could not be written with its settlement is written with it later, once")
    func owed() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        let receipt = try await ledger.willSend(bench.record())
        var unsafely = Configuration()
        unsafely.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: bench.path, configuration: unsafely)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let end = bench.end(cost: 5, decision: try bench.decision(cost: 5))
        await ledger.settle(receipt, end)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(try history(ledger).isEmpty)
        // The same end told again adds nothing.
        await ledger.settle(receipt, end)
        #expect(try history(ledger).count == 1)
        #expect(try await ledger.costs().month.cost == NanoDollars(5))
        ledger.close()
    }

    @Test("an answer can be rated from 1 to 5, the newest of its name, and another time")
    func rating() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        for thought in ["a", "b", "a"] {
            var decision = try bench.decision(thought, caller: "ann", cost: 0)
            decision.model = "\(thought)-1"
            await ledger.decided(decision)
        }
        #expect(try await rated("a", 4, ledger) == ["alpha", "a-1"])
        #expect(try await ledger.rate("b", stars: 1, caller: "ann")?.model == "b-1")
        #expect(try await ledger.rate("b", stars: 5) != nil)
        #expect(try await ledger.rate("b", stars: 2, caller: "bob") == nil)
        #expect(try await ledger.rate("c", stars: 5) == nil)
        #expect(try await ledger.rate("a", stars: 0) == nil)
        #expect(try await ledger.rate("a", stars: 6) == nil)
        #expect(try history(ledger).map { $0["user_rating"] as Int? } == [nil, 5, 4])
        ledger.close()
    }

    /// Rates; gives who answered, and with which model.
    private func rated(_ thought: String, _ stars: Int, _ ledger: Ledger) async throws -> [String?] {
        guard let rated = try await ledger.rate(thought, stars: stars) else { return [] }
        return [rated.backend, rated.model]
    }

    @Test("a thought that nobody answered cannot be rated, nor a caller's by one who is not the caller")
    func ratedInVain() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        await ledger.decided(try bench.decision("failed", caller: "ann", served: nil, cost: 0))
        await ledger.decided(try bench.decision("nobody's", cost: 0))
        #expect(try await ledger.rate("failed", stars: 4, caller: "ann") == nil)
        #expect(try await ledger.rate("nobody's", stars: 4, caller: "ann") == nil)
        #expect(try await rated("nobody's", 4, ledger) == ["alpha", nil])
        #expect(try history(ledger).map { $0["user_rating"] as Int? } == [nil, 4])
        ledger.close()
    }

    @Test("only the newest thoughts can be rated, so that looking in vain costs no more in an old ledger")
    func ratedLate() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        await ledger.decided(try bench.decision("old", cost: 0))
        await ledger.decided(try bench.decision("new", cost: 0))
        ledger.flush()
        try await ledger.pool.write { db in
            try db.execute(
                sql: "UPDATE backend_selection_history SET id = id + ? WHERE thought = 'new'",
                arguments: [Ledger.mostRated - 1]
            )
        }
        #expect(try await ledger.rate("old", stars: 4) == nil)
        #expect(try await ledger.rate("new", stars: 4) != nil)
        ledger.close()
    }

    @Test("a number that is none stops nothing")
    func notANumber() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        var decision = try bench.decision(cost: 0)
        decision.confidence = .nan
        decision.quality = .nan
        decision.considered[0].score = .infinity
        let receipt = try await ledger.willSend(bench.record())
        await ledger.settle(receipt, bench.end(cost: 0, decision: decision))
        let row = try #require(try history(ledger).first)
        #expect(row["confidence_score"] == 0.0)
        #expect(row["quality_score"] == nil as Double?)
        ledger.close()
    }

    @Test("a value that SQLite refuses takes the whole commit back, and the next one passes")
    func refusedValue() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        try await ledger.pool.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER no BEFORE INSERT ON usage_day WHEN NEW.kind = 'status'
                    BEGIN SELECT RAISE(ABORT, 'no'); END
                    """
            )
        }
        let bad = try await ledger.willSend(bench.record(kind: .status))
        await ledger.settle(bad, bench.end(cost: 1))
        #expect(try await ledger.audit().unsettled == 1)
        try await ledger.pool.write { try $0.execute(sql: "DROP TRIGGER no") }
        let good = try await ledger.willSend(bench.record())
        await ledger.settle(good, bench.end(cost: 1))
        #expect(try await ledger.audit().unsettled == 0)
        #expect(try await ledger.costs().month.cost == NanoDollars(2))
        ledger.close()
    }
}
