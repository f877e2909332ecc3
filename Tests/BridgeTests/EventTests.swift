import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("A client hears of what it has subscribed to, and of nothing else", .timeLimit(.minutes(1)))
struct EventTests {
    private let day = Budget(period: .day, limit: NanoDollars(1_000))
    private let caller = Budget(scope: .caller(""), period: .month, limit: NanoDollars(10_000))

    private func withDaemon(_ body: (Daemonette, BudgetBook) async throws -> Void) async throws {
        let upstream = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let daemon = try await Daemonette(alpha: upstream.url) { $0.budgets = [day, caller] }
        do { try await body(daemon, daemon.parts.budgetWatch.budgets) } catch { Issue.record(error) }
        upstream.stop()
        await daemon.stop()
    }

    private func spend(_ nano: Int64, _ caller: String, _ budgets: BudgetBook) throws {
        let backend = try #require(BackendID("beta"))
        try budgets.reserve(NanoDollars(0), backend: backend, caller: caller).get().settle(NanoDollars(nano))
    }

    private func events(_ client: LineClient, _ method: String, _ events: [String]) async throws -> [String]? {
        try await client.ask(method, ["events": events]).result?["events"] as? [String]
    }

    private func alert(_ client: LineClient) async throws -> [String: Any]? {
        let line = try #require(try await client.receive())
        #expect(line["method"] as? String == "budget.alert")
        return line["params"] as? [String: Any]
    }

    @Test("a budget is told once at 80 % and once at 100 %, to each who listens")
    func budget() async throws {
        try await withDaemon { daemon, budgets in
            let clients = [try LineClient(daemon.socket), try LineClient(daemon.socket)]
            for client in clients {
                #expect(try await events(client, "subscribe", ["budget.alert"]) == ["budget.alert"])
                // Once more is no second subscription.
                #expect(try await events(client, "subscribe", ["budget.alert"]) == ["budget.alert"])
            }
            for nano in [799, 1, 100, 99] { try spend(Int64(nano), "ann", budgets) }
            for nano in [1, 5_000] { try spend(Int64(nano), "ann", budgets) }
            try spend(2_000, "ann", budgets)
            for client in clients {
                let near = try #require(try await alert(client))
                #expect(near["level"] as? Int == 80)
                #expect(near["scope"] as? String == "everything" && near["name"] as? String == "")
                #expect(near["period"] as? String == "day")
                #expect(near["limit_usd"] as? Double == 0.000001 && near["spent_usd"] as? Double == 0.0000008)
                #expect(near["left_usd"] as? Double == 0.0000002 && near["percent"] as? Double == 80)
                let reached = try #require(try await alert(client))
                #expect(reached["level"] as? Int == 100 && reached["percent"] as? Double == 100)
                #expect(reached["left_usd"] as? Double == 0)
                let ann = try #require(try await alert(client))
                #expect(ann["scope"] as? String == "caller" && ann["name"] as? String == "ann")
                #expect(ann["level"] as? Int == 80 && ann["period"] as? String == "month")
                // Nothing more has been said: the next line is an answer.
                #expect(try await client.ask("health").result != nil)
            }
        }
    }

    @Test("one event is left without the other, and who has left an event hears no more of it")
    func unsubscribe() async throws {
        try await withDaemon { daemon, budgets in
            let client = try LineClient(daemon.socket)
            let both = ["health.changed", "budget.alert"]
            #expect(try await events(client, "unsubscribe", both) == [])
            #expect(try await events(client, "subscribe", both.reversed()) == both)
            #expect(try await events(client, "subscribe", []) == both)
            #expect(try await events(client, "unsubscribe", []) == both)
            #expect(try await events(client, "unsubscribe", ["health.changed"]) == ["budget.alert"])
            try spend(800, "ann", budgets)
            #expect(try await alert(client)?["level"] as? Int == 80)
            #expect(try await events(client, "unsubscribe", ["budget.alert"]) == [])
            try spend(200, "ann", budgets)
            #expect(try await client.ask("backends", ["action": "disable", "backend": "alpha"]).code == nil)
            #expect(try await client.ask("health").result != nil)
        }
    }

    @Test("an event that there is not is refused, and the others of the list with it")
    func unknown() async throws {
        try await withDaemon { daemon, _ in
            let client = try LineClient(daemon.socket)
            for list in [["health"], ["budget.alert", "model.loaded"], [""]] {
                let answer = try await client.ask("subscribe", ["events": list])
                #expect(answer.code == "invalid_params" && answer.field == "events", "\(list)")
            }
            #expect(try await client.ask("subscribe").code == "invalid_params")
            #expect(try await events(client, "subscribe", []) == [])
        }
    }
}
