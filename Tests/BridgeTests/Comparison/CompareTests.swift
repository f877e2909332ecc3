import Foundation
import GRDB
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("Backends are compared over the socket", .serialized, .timeLimit(.minutes(1)))
struct CompareTests {
    private func withDaemon(
        alpha: LoopbackUpstream = Upstream.answering("Bl", "ue.", model: "alpha-model"),
        beta: LoopbackUpstream = Upstream.answering("Bl", "ue.", model: "beta-model"),
        adjust: (inout BridgeConfig) -> Void = { _ in },
        _ body: (Daemonette, LineClient) async throws -> Void
    ) async throws {
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url, adjust: adjust)
        do { try await body(daemon, try LineClient(daemon.socket)) } catch { Issue.record(error) }
        alpha.stop()
        beta.stop()
        await daemon.stop()
    }

    /// Sends `compare`; gives its notifications and its end.
    private func compare(
        _ client: LineClient,
        _ params: [String: Any]
    ) async throws -> (answers: [[String: Any]], end: DaemonAnswer) {
        let request: [String: Any] = ["jsonrpc": "2.0", "id": 1, "method": "compare", "params": params]
        client.send(String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self))
        var answers: [[String: Any]] = []
        while let message = try await client.receive() {
            guard message["method"] as? String == "compare.answer" else {
                return (answers, DaemonAnswer(message: message))
            }
            answers.append(message["params"] as? [String: Any] ?? [:])
        }
        return (answers, DaemonAnswer(message: [:]))
    }

    private func purposes(_ daemon: Daemonette) async throws -> [String: Int] {
        try await daemon.parts.ledger.pool.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT purpose, COUNT(*) FROM egress GROUP BY purpose")
            return Dictionary(rows.map { ($0[0] as String, $0[1] as Int) }) { first, _ in first }
        }
    }

    @Test("two backends that say the same are told as equivalent, with time, tokens, cost and quality of each answer")
    func same() async throws {
        try await withDaemon { daemon, client in
            let params: [String: Any] = ["prompts": ["name a colour"], "backends": ["alpha", "beta"]]
            let (answers, end) = try await compare(client, params)
            #expect(Set(answers.compactMap { $0["backend"] as? String }) == ["alpha", "beta"])
            for answer in answers {
                #expect(answer["status"] as? String == "answered")
                #expect(answer["text"] as? String == "Blue.")
                #expect(answer["ms"] is Double)
                #expect(answer["first_token_ms"] is Double)
                #expect(answer["output_tokens"] as? Int == 2)
                #expect(answer["quality"] is NSNumber)
            }
            let result = try #require(end.result, "\(end)")
            let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
            #expect(pair["verdict"] as? String == "equivalent")
            #expect((pair["levels"] as? [String: Int]) == ["same": 1])
            // 21 tokens at $2 and 2 at $10 a million.
            #expect(abs((result["spent_usd"] as? Double ?? 0) - 0.000062) < 1e-9)
            #expect((result["worst_usd"] as? Double ?? 0) >= 0.000062)
        }
    }

    @Test("it is recorded as a comparison, decides no thought, and is nobody's saving")
    func recorded() async throws {
        try await withDaemon { daemon, client in
            let params: [String: Any] = ["prompts": ["name a colour", "and another"], "backends": ["alpha", "beta"]]
            _ = try await compare(client, params)
            daemon.parts.ledger.flush()
            #expect(try await purposes(daemon) == ["comparison": 4])
            let decided = try await daemon.parts.ledger.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM backend_selection_history")
            }
            #expect(decided == 0)
            let costs = try await client.ask("costs").result
            let savings = try #require(costs?["savings"] as? [String: Any])
            #expect(savings["compared"] as? Int == 0)
            #expect(abs((savings["router_usd"] as? Double ?? 0) - 0.000124) < 1e-9)
        }
    }

    @Test("another number is a contradiction, and a backend that fails has its row while the other goes on")
    func differing() async throws {
        let beta = Upstream.answering("It is ", "14.", model: "beta-model")
        try await withDaemon(alpha: Upstream.answering("It is ", "12.", model: "a"), beta: beta) { _, client in
            let (_, end) = try await compare(client, ["prompts": ["how many?"], "backends": ["alpha", "beta"]])
            let pair = try #require((end.result?["pairs"] as? [[String: Any]])?.first)
            #expect(pair["verdict"] as? String == "different")
            let verdict = (pair["verdicts"] as? [[String: Any]])?.first
            #expect(verdict?["words"] as? String == "they contradict each other: 12 against 14")
        }
        let broken = LoopbackUpstream.answering { _, peer in peer.reply("{}", status: "500 No") }
        try await withDaemon(beta: broken) { _, client in
            let (answers, end) = try await compare(client, ["prompts": ["a colour?"], "backends": ["alpha", "beta"]])
            let row = answers.first { $0["backend"] as? String == "beta" }
            #expect(row?["status"] as? String == "server_error")
            let pair = (end.result?["pairs"] as? [[String: Any]])?.first
            #expect((pair?["levels"] as? [String: Int]) == ["one_declined": 1])
        }
    }

    @Test("a prompt that the guard holds back has its row, is not sent, and the others go on")
    func guarded() async throws {
        try await withDaemon { daemon, client in
            let prompts = ["Read me /home/rowan/lantern-mill/journal, page three.", "name a colour"]
            let (answers, end) = try await compare(client, ["prompts": prompts, "backends": ["alpha", "beta"]])
            let held = try #require(end.result?["held_back"] as? [[String: Any]])
            #expect(held.count == 1)
            #expect(held.first?["prompt"] as? Int == 0)
            #expect(held.first?["status"] as? String == "persona_refused")
            #expect(answers.compactMap { $0["prompt"] as? Int } == [1, 1])
            #expect(try await purposes(daemon) == ["comparison": 2])
        }
    }

    @Test("an estimate sends nothing, and neither does a comparison that could cost more than is allowed")
    func bounded() async throws {
        try await withDaemon { daemon, client in
            var params: [String: Any] = [
                "prompts": ["name a colour"], "backends": ["alpha", "beta"], "estimate": true,
            ]
            let estimate = try await compare(client, params)
            #expect(estimate.answers.isEmpty)
            let worst = try #require(estimate.end.result?["worst_usd"] as? Double)
            // 4,096 tokens at $10 a million and a little more.
            #expect(worst > 0.04 && worst < 0.05)
            params["estimate"] = false
            params["max_usd"] = 0.04
            let refused = try await compare(client, params)
            #expect(refused.end.code == "comparison_too_dear")
            #expect(try await purposes(daemon).isEmpty)
            params["max_usd"] = 0.05
            #expect(try await compare(client, params).end.result != nil)
            params["max_tokens"] = 10
            params["max_usd"] = 0.001
            #expect(try await compare(client, params).end.result != nil)
        }
    }

    @Test("what cannot be compared is told by its field")
    func errors() async throws {
        let table: [([String: Any], String, String?)] = [
            (["prompts": ["a"], "backends": ["alpha", "nobody"]], "unknown_backend", nil),
            (["prompts": ["a"], "backends": ["alpha", "alpha"]], "invalid_params", "backends"),
            (["prompts": ["a"], "backends": ["alpha"]], "invalid_params", "backends"),
            (["prompts": ["a"]], "invalid_params", "backends"),
            (["prompts": [String](), "backends": ["alpha", "beta"]], "invalid_params", "prompts"),
            (["prompts": [" \n"], "backends": ["alpha", "beta"]], "invalid_params", "prompts"),
            (["prompts": [7], "backends": ["alpha", "beta"]], "invalid_params", "prompts"),
            (
                ["prompts": [String](repeating: "a", count: 501), "backends": ["alpha", "beta"]], "invalid_params",
                "prompts"
            ),
            (
                ["prompts": [String](repeating: "a", count: 400), "backends": ["alpha", "beta", "gamma"]],
                "invalid_params", "prompts"
            ),
            (["prompts": ["a"], "backends": ["alpha", "beta"], "max_usd": -1], "invalid_params", "max_usd"),
            (["prompts": ["a"], "backends": ["alpha", "beta"], "per_backend": 9], "invalid_params", "per_backend"),
            (["prompts": ["a"], "backends": ["alpha", "beta"], "persona": "nobody"], "unknown_persona", nil),
            (["prompts": ["a"], "backends": ["alpha", "beta"], "what": 1], "invalid_params", "what"),
            // It is billed and has no prices: what it may cost is not known.
            (["prompts": ["a"], "backends": ["alpha", "gamma"]], "comparison_too_dear", nil),
        ]
        try await withDaemon { daemon, client in
            for (params, code, field) in table {
                let end = try await compare(client, params).end
                #expect(end.code == code, "\(params.keys)")
                #expect(end.field == field, "\(params.keys)")
            }
            #expect(try await purposes(daemon).isEmpty)
        }
    }

    @Test("a comparison that is cancelled ends, and asks for nothing more")
    func cancelled() async throws {
        let hanging = LoopbackUpstream { peer in
            _ = peer.readRequest()
            peer.awaitClose()
        }
        try await withDaemon(alpha: hanging, beta: hanging) { daemon, client in
            let line =
                #"{"jsonrpc":"2.0","id":7,"method":"compare","params":"#
                + #"{"prompts":["a","b","c"],"backends":["alpha","beta"]}}"#
            client.send(line)
            let isAsked = await eventually { (try? await self.purposes(daemon)["comparison"]) == 2 }
            #expect(isAsked)
            client.send(#"{"jsonrpc":"2.0","id":8,"method":"cancel","params":{"id":7}}"#)
            var codes: [Int: DaemonAnswer] = [:]
            while codes.count < 2, let message = try await client.receive() {
                if let id = message["id"] as? Int { codes[id] = DaemonAnswer(message: message) }
            }
            #expect(codes[7]?.code == "cancelled")
            #expect(codes[8]?.result?["cancelled"] as? Bool == true)
            #expect(try await purposes(daemon) == ["comparison": 2])
        }
    }

    @Test("the page holds its figures and the answers, and nothing that an answer could smuggle in")
    func page() async throws {
        let evil = Upstream.answering("<script>alert(1)</script> ", "says it.", model: "m")
        try await withDaemon(alpha: evil) { _, client in
            let prompts = ["name a colour", "name <b>another</b>"]
            let (answers, end) = try await compare(client, ["prompts": prompts, "backends": ["alpha", "beta"]])
            let report = try ComparisonReport(result: try #require(end.result), answers: answers, texts: prompts)
            let page = report.page(time: "now")
            #expect(!page.contains("<script"))
            #expect(!page.contains("<b>another"))
            #expect(page.contains("&lt;script&gt;"))
            #expect(!page.contains("://"))
            #expect(page.contains("prefers-color-scheme: dark"))
            #expect(page.components(separatedBy: "<svg").count == 5)
            #expect(!page.contains("NaN") && !page.contains("inf"))
        }
    }
}
