import Foundation
import Testing

@testable import Bridge
@testable import Routing

@Suite("The dashboard's parts say how things are, and nothing that is somebody's own")
struct StateTextTests {
    private let bench: LedgerBench

    init() throws { bench = try LedgerBench() }

    private func read(_ text: [UInt8]) throws -> Any { try JSONSerialization.jsonObject(with: Data(text)) }

    @Test("a lamp has its state, its work and its last times")
    func lamps() throws {
        var row = LampRow.sample
        row.activity.took(.thought, bench.end(cost: 1))
        row.activity.took(.thought, bench.end(.failed(.timeoutTotal), tokens: nil, cost: nil))
        let lamp = try #require((try read(StateText.lamps([row])) as? [[String: Any]])?.first)
        #expect(lamp["backend"] as? String == "alpha")
        #expect(lamp["state"] as? String == "healthy")
        #expect(lamp["since"] as? String == "2025-11-21T00:01:00Z")
        #expect(lamp["answered"] as? Int == 1)
        #expect(lamp["failures"] as? [String: Int] == ["timeout_total": 1])
        let history = try #require(lamp["history"] as? [String: [Any]])
        #expect(history["latency_ms"]?.map { $0 as? Double } == [250, nil])
        #expect(history["first_token_ms"]?.map { $0 as? Double } == [50])
    }

    @Test("decisions come the newest first, with their reasons; who asked is left out, and a long name is cut")
    func decisions() throws {
        var second = try bench.decision("second", caller: "ann", cost: 3_000_000)
        second.model = String(repeating: "m", count: 5_000)
        let decided = [
            Activity.Decided(time: 1_763_683_260_000, record: try bench.decision("first", served: nil, cost: nil)),
            Activity.Decided(time: 1_763_683_261_000, record: second),
        ]
        let text = StateText.decisions(decided)
        #expect(!String(decoding: text, as: UTF8.self).contains("ann"))
        let rows = try #require(try read(text) as? [[String: Any]])
        #expect(rows.map { $0["thought"] as? String } == ["second", "first"])
        #expect(rows[0]["time"] as? String == "2025-11-21T00:01:01Z")
        #expect(rows[0]["reason"] as? String == "first choice for general")
        #expect((rows[0]["model"] as? String)?.count == 100)
        #expect(rows[0]["cost_usd"] as? Double == 0.003)
        #expect(rows[0]["considered"] as? [String] == ["alpha", "beta"])
        #expect(rows[0]["rejected"] as? [[String: String]] == [["backend": "gamma", "why": "no key"]])
        #expect(rows[1]["outcome"] as? String == "all_failed" && rows[1]["served"] is NSNull)
    }

    @Test("costs name no caller")
    func costs() throws {
        var report = CostReport()
        report.byCaller = [CostReport.Share(name: "ann", totals: CostReport.Totals())]
        let limit = NanoDollars(1_000)
        for scope in [Budget.Scope.everything, .caller("ann")] {
            let budget = Budget(scope: scope, period: .day, limit: limit)
            report.budgets.append(
                BudgetStanding(budget: budget, scope: scope, spent: NanoDollars(0), held: NanoDollars(0))
            )
        }
        let days = DayReport(
            span: ("2025-11-08", "2025-11-21"),
            entries: [.init(day: "2025-11-21", backend: "alpha", cost: limit, attempts: 2, answered: 1)]
        )
        let text = StateText.costs(report, days)
        #expect(!String(decoding: text, as: UTF8.self).contains("ann"))
        let costs = try #require(try read(text) as? [String: Any])
        #expect((costs["budgets"] as? [Any])?.count == 1)
        #expect((costs["days"] as? [[String: Any]])?.first?["usd"] as? Double == 0.000001)
        #expect(costs["first_day"] as? String == "2025-11-08")
    }

    @Test("the parts together are one object")
    func whole() throws {
        let whole = StateText.whole([(.lamps, Array("[]".utf8)), (.daemon, Array("{}".utf8))])
        #expect(String(decoding: whole, as: UTF8.self) == #"{"lamps":[],"daemon":{}}"#)
    }
}
