import Foundation
import GRDB
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("Costs are the sums of what was written, by day, backend, tier, kind and caller", .timeLimit(.minutes(1)))
struct CostReportTests {
    private let bench: LedgerBench
    /// 2025-11-21 00:01:00 UTC.
    private let now = Date(timeIntervalSince1970: 1_763_683_260)

    init() throws { bench = try LedgerBench() }

    private func names(_ shares: [CostReport.Share]) -> [String] {
        shares.map { "\($0.name) \($0.totals.cost.value) \($0.totals.attempts)" }
    }

    @Test("each sum has its parts")
    func parts() async throws {
        defer { bench.clean() }
        for (offset, backend, isLocal, kind, caller, cost) in [
            (0, "beta", false, TaskKind.knowledge, "ann", 30), (0, "alpha", true, .general, nil, 0),
            (-86_400, "beta", false, .general, "bob", 20), (-86_400, "gamma", false, .general, "ann", 40),
            (-86_400 * 40, "gamma", false, .general, "ann", 500),
        ] as [(Double, String, Bool, TaskKind, String?, Int64)] {
            let ledger = try bench.open(at: now.addingTimeInterval(offset))
            let record = try bench.record(backend, kind: kind, caller: caller, isLocal: isLocal)
            await ledger.settle(try await ledger.willSend(record), bench.end(cost: cost))
            await ledger.settle(try await ledger.willSend(bench.record(backend, .probe)), bench.end(cost: nil))
            ledger.close()
        }
        let ledger = try bench.open(at: now)
        let report = try await ledger.costs(now: now)
        #expect((report.today.cost, report.today.attempts) == (NanoDollars(30), 2))
        #expect((report.month.cost, report.month.attempts) == (NanoDollars(90), 4))
        #expect((report.month.inputTokens, report.month.outputTokens) == (4_000, 400))
        #expect(names(report.byBackend) == ["beta 50 2", "gamma 40 1", "alpha 0 1"])
        #expect(names(report.byTier) == ["api 90 3", "local 0 1"])
        #expect(names(report.byKind) == ["general 60 3", "knowledge 30 1"])
        #expect(names(report.byCaller) == ["ann 70 2", "bob 20 1"])
        #expect(report.savings == nil)

        let spending = try ledger.spending(now: now)
        #expect(spending.time.day == 20_413)
        #expect(spending.day.everything == NanoDollars(30))
        #expect(spending.month.everything == NanoDollars(90))
        #expect(spending.month.byCaller == ["": NanoDollars(0), "ann": NanoDollars(70), "bob": NanoDollars(20)])
        #expect(spending.day.byBackend[try #require(BackendID("beta"))] == NanoDollars(30))
        ledger.close()
    }

    @Test("what callers without a name spent is theirs together")
    func unnamed() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: now)
        await ledger.settle(try await ledger.willSend(bench.record()), bench.end(cost: 9))
        await ledger.settle(try await ledger.willSend(bench.record(caller: "ann")), bench.end(cost: 4))
        #expect(try ledger.spending(now: now).day.byCaller == ["": NanoDollars(9), "ann": NanoDollars(4)])
        ledger.close()
    }

    @Test("savings: the answers that were given against an API, less the attempts, the failures and the judging")
    func savings() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: now)
        var api = Backend(
            id: try #require(BackendID("beta")),
            url: "http://b.test",
            model: "b",
            roles: [.breadth],
            isLocal: false
        )
        api.prices = PriceVector(input: 2, output: 10)
        // Answered here: 1,000 and 100 tokens would have been 3,000,000.
        var receipt = try await ledger.willSend(bench.record("alpha", isLocal: true))
        await ledger.settle(receipt, bench.end(cost: 0, decision: try bench.decision(cost: 0)))
        // A weak answer here that was paid, then one there: one answer in the baseline, two in what was spent.
        receipt = try await ledger.willSend(bench.record("alpha", isLocal: true))
        await ledger.settle(receipt, bench.end(cost: 50))
        receipt = try await ledger.willSend(bench.record("beta"))
        let fallback = try bench.decision(served: "beta", cost: 3_000_050)
        await ledger.settle(receipt, bench.end(cost: 3_000_000, decision: fallback))
        // The judge.
        receipt = try await ledger.willSend(bench.record("alpha", .critique, isLocal: true))
        await ledger.settle(receipt, bench.end(cost: 200))
        // Out of the cache.
        var hit = try bench.decision(cost: 0)
        hit.isCached = true
        await ledger.decided(hit)
        // Not compared: no price, no tokens. Their known costs are on neither side.
        for (tokens, cost) in [((10, 10), nil), (nil, 70)] as [((Int, Int)?, Int64?)] {
            receipt = try await ledger.willSend(bench.record("beta"))
            let decision = try bench.decision(served: "beta", tokens: tokens, cost: cost)
            await ledger.settle(receipt, bench.end(tokens: tokens, cost: cost, decision: decision))
        }
        // Came to nothing, and was paid for.
        receipt = try await ledger.willSend(bench.record("beta"))
        let failed = try bench.decision(served: nil, cost: 1_000)
        await ledger.settle(receipt, bench.end(.failed(.refused), cost: 1_000, decision: failed))

        ledger.flush()
        let report = try await ledger.costs(against: Baseline([api]), now: now)
        let expected = Savings(
            baseline: NanoDollars(9_000_000),
            spent: NanoDollars(3_001_050),
            router: NanoDollars(200),
            compared: 3,
            notCompared: 2,
            cached: 1
        )
        #expect(report.savings == expected)
        #expect(report.savings?.saved == NanoDollars(5_998_750))
        #expect((report.fallbacks, report.cachedToday, report.cachedMonth) == (3, 1, 1))
        #expect(report.month.cost == NanoDollars(3_001_320))
        #expect(report.byBackend.map(\.totals.attempts) == [4, 3])
        #expect(try await ledger.costs(against: Baseline([]), now: now).savings?.baseline == nil)
        ledger.close()
    }

    @Test("what the socket says of budgets and savings")
    func message() throws {
        let alpha = try #require(BackendID("alpha"))
        let book = BudgetBook([
            Budget(scope: .caller(""), period: .day, limit: NanoDollars(2_000_000_000)),
            Budget(scope: .backend(alpha), period: .month, limit: NanoDollars(8_000_000_000)),
            Budget(period: .task, limit: NanoDollars(.max)),
        ])
        try book.reserve(NanoDollars(500_000_000), backend: alpha, caller: "ann").get().settle(nil)
        var report = CostReport()
        report.budgets = book.standings()
        report.savings = Savings(baseline: NanoDollars(1_500_000_000), spent: NanoDollars(2_000_000_000), compared: 1)
        report.byCaller = [CostReport.Share(name: "a\"nn", totals: CostReport.Totals())]
        let json = String(decoding: ServerMessage.costs(.integer(1), report), as: UTF8.self)
        for part in [
            #""by_caller":[{"caller":"a\"nn","usd":0,"attempts":0,"#,
            #""budgets":[{"scope":"caller","name":"ann","period":"day","limit_usd":2,"spent_usd":0.5,"held_usd":0,"#
                + #""left_usd":1.5,"percent":25},{"scope":"backend","name":"alpha","period":"month","limit_usd":8,"#
                + #""spent_usd":0.5,"held_usd":0,"left_usd":7.5,"percent":6.3}]"#,
            #""savings":{"baseline_usd":1.5,"spent_usd":2,"router_usd":0,"saved_usd":-0.5,"percent":-33.3,"compared":1,"#
                + #""not_compared":0,"cached":0}}}"#,
        ] {
            #expect(json.contains(part), "\(json)")
        }
        report.savings = nil
        #expect(
            String(decoding: ServerMessage.costs(.integer(1), report), as: UTF8.self).contains(#""savings":null}}"#)
        )
    }

    @Test("counts that nobody could have used break no sum")
    func absurd() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: now)
        for tokens in [(Int.max, Int.max), (Int.max, Int.max), (Int.min, -1)] {
            await ledger.settle(
                try await ledger.willSend(bench.record(caller: "ann")),
                bench.end(tokens: tokens, cost: .max)
            )
        }
        let report = try await ledger.costs(now: now)
        #expect((report.month.attempts, report.month.inputTokens) == (3, 2_000_000_000_000))
        #expect(try await ledger.audit().unsettled == 0)
        ledger.close()
    }

    @Test("an older ledger is brought up to date with its sums")
    func migrated() async throws {
        defer { bench.clean() }
        try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
        let old = try DatabaseQueue(path: bench.path)
        try LedgerSchema.migrator(LedgerSecrets([1])).migrate(old, upTo: "1: egress, performance, guard events")
        let time = Int64(now.timeIntervalSince1970) * 1_000
        try await old.write { db in
            for (seq, purpose, caller, cost) in [
                (1, "thought", "ann", 5), (2, "thought", nil, 7), (3, "probe", nil, nil), (4, "thought", "ann", nil),
            ] as [(Int, String, String?, Int?)] {
                try db.execute(
                    sql: "INSERT INTO egress VALUES (?, ?, ?, 'alpha', 'm', 't', 1, 'general', ?, 2, x'00')",
                    arguments: [seq, time, purpose, caller]
                )
                try db.execute(
                    sql: """
                        INSERT INTO backend_performance VALUES
                        (?, ?, 'alpha', ?, 'answered', 5, NULL, 10, 1, NULL, 2, 3, 'provider', ?)
                        """,
                    arguments: [seq, time, purpose, cost]
                )
            }
        }
        try old.close()
        let ledger = try bench.open(at: now)
        let report = try await ledger.costs(now: now)
        let totals = CostReport.Totals(
            cost: NanoDollars(12),
            attempts: 3,
            answered: 3,
            inputTokens: 33,
            outputTokens: 15,
            unpriced: 1
        )
        #expect(report.today == totals)
        #expect(names(report.byTier) == [" 12 3"])
        #expect(names(report.byKind) == ["general 12 3"])
        #expect(names(report.byCaller) == ["ann 5 2"])
        await ledger.settle(try await ledger.willSend(bench.record(caller: "ann")), bench.end(cost: 1))
        #expect(try await ledger.costs(now: now).month.cost == NanoDollars(13))
        ledger.close()
    }
}
