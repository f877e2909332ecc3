import Foundation
import GRDB
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("Why a thought went where it went is told, and what would be otherwise today", .timeLimit(.minutes(1)))
struct DecisionShowTests {
    private func with(_ body: (Daemonette, LineClient) async throws -> Void) async throws {
        let alpha = LoopbackUpstream.answering { request, peer in
            request.hasPrefix("GET") ? peer.reply("{}") : peer.reply("{}", status: "500 No")
        }
        let beta = Upstream.answering("Gr", "een.", model: "beta-model")
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url)
        do { try await body(daemon, try LineClient(daemon.socket)) } catch { Issue.record(error) }
        alpha.stop()
        beta.stop()
        await daemon.stop()
    }

    @Test("who was considered with scores, who was left out, who was asked and how that ended, and the rating")
    func show() async throws {
        try await with { daemon, client async throws in
            let think = try await client.ask("think", ["task": "say one word", "caller": "ann", "max_tokens": 40])
            let name = try #require(think.result?["thought"] as? String)
            _ = try await client.ask("rate", ["thought": name, "stars": 4])
            let shown = try await client.ask("jobs", ["action": "show", "thought": name, "caller": "ann"])
            #expect(shown.result?["job"] is NSNull)
            let decision = try #require(shown.result?["decision"] as? [String: Any])
            let considered = try #require(decision["considered"] as? [[String: Any]])
            #expect(considered.map { $0["backend"] as? String } == ["alpha", "beta"])
            #expect(considered.allSatisfy { ($0["score"] as? Double ?? 0) > 0 })
            #expect((decision["rejected"] as? [[String: String]]) == [["backend": "gamma", "rule": "disabled"]])
            let requests = try #require(decision["requests"] as? [[String: Any]])
            #expect(requests.map { $0["backend"] as? String } == ["alpha", "beta"])
            #expect(requests.map { $0["outcome"] as? String } == ["server_error", "answered"])
            #expect(decision["backend"] as? String == "beta" && decision["fallback"] as? Bool == true)
            #expect(decision["stars"] as? Int == 4)
            #expect(decision["outcome"] as? String == "answered")
            #expect((decision["prompt_tokens"] as? Int ?? 0) > 0)
            let other = try await client.ask("jobs", ["action": "show", "thought": name, "caller": "bob"])
            #expect(other.code == "unknown_thought")
        }
    }

    @Test("the same configuration decides the same; another one is told in words; nothing is sent")
    func replay() async throws {
        try await with { daemon, client async throws in
            let think = try await client.ask("think", ["task": "say one word", "backend": "beta"])
            let name = try #require(think.result?["thought"] as? String)
            let sent = try await daemon.parts.ledger.audit().records
            var answer = try await client.ask("jobs", ["action": "replay", "thought": name])
            #expect(answer.result?["differences"] as? [String] == ["beta would be asked first today too"], "\(answer)")
            #expect((answer.result?["not_replayed"] as? [String])?.contains { $0.contains("words are not") } == true)
            _ = try await client.ask("backends", ["action": "disable", "backend": "beta"])
            answer = try await client.ask("jobs", ["action": "replay", "thought": name])
            let words = try #require(answer.result?["differences"] as? [String])
            #expect(words[0] == "beta was asked first; today nobody could take it")
            #expect(words.contains { $0.hasPrefix("beta could take it then, and is left out today: ") })
            let today = try #require(answer.result?["today"] as? [String: Any])
            #expect((today["considered"] as? [Any])?.isEmpty == true)
            #expect(try await daemon.parts.ledger.audit().records == sent)
        }
    }

    @Test("a decision that is older than its facts says so")
    func older() async throws {
        try await with { daemon, client async throws in
            let think = try await client.ask("think", ["task": "say one word"])
            let name = try #require(think.result?["thought"] as? String)
            try await daemon.parts.ledger.pool.write { db in
                try db.execute(sql: "UPDATE backend_selection_history SET prompt_tokens = NULL, wishes = NULL")
            }
            let answer = try await client.ask("jobs", ["action": "replay", "thought": name])
            #expect((answer.result?["not_replayed"] as? [String])?.contains { $0.contains("not written down") } == true)
        }
    }

    @Test("a thought's requests are found among those of others, also where it was long ago")
    func among() async throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        for index in 0..<60 {
            let ledger = try bench.open(at: start.addingTimeInterval(Double(index) * 60))
            let name = "t\(index)"
            let receipt = try await ledger.willSend(bench.record(thought: name))
            await ledger.settle(receipt, bench.end(cost: 1, decision: try bench.decision(name, cost: 1)))
            ledger.close()
        }
        let ledger = try bench.open()
        for index in [0, 1, 30, 59] {
            let decision = try #require(try await ledger.recordedDecision("t\(index)"))
            #expect(decision.requests.count == 1)
            #expect(decision.record.considered.map(\.score) == [0.5, nil])
        }
        #expect(try await ledger.recordedDecision("t60") == nil)
        ledger.close()
    }

    @Test("what a caller insisted on is kept and read again as it was")
    func wishes() throws {
        var wishes = DecisionWishes()
        #expect(wishes.json == nil)
        wishes.constraints = Selector.Constraints(
            isLocalOnly: true,
            backend: BackendID("alpha"),
            model: "m",
            tier: .api,
            criterion: .speedFirst,
            prefersLocal: false,
            maxCost: NanoDollars(7),
            minQuality: 0.5
        )
        wishes.isLocalOnly = true
        wishes.needs = Needs(quality: 0.9, speed: 0.25, cost: 0, privacy: 1)
        wishes.answerTokens = 40
        wishes.modalities = ["audio", "image"]
        wishes.hasTools = true
        wishes.affectsState = true
        wishes.isVisible = true
        #expect(try DecisionWishes(json: #require(wishes.json)) == wishes)
    }
}
