import Foundation
import GRDB
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("An answer can be rated over the socket, and the ledger keeps it", .timeLimit(.minutes(1)))
struct RatingTests {
    private func withDaemon(
        adjust: (inout BridgeConfig) -> Void = { _ in },
        _ body: (Daemonette, LineClient) async throws -> Void
    ) async throws {
        let upstream = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let daemon = try await Daemonette(alpha: upstream.url, adjust: adjust)
        do { try await body(daemon, try LineClient(daemon.socket)) } catch { Issue.record(error) }
        upstream.stop()
        await daemon.stop()
    }

    private func thought(_ client: LineClient, caller: String? = nil) async throws -> String {
        var params = ["task": "say one word"]
        params["caller"] = caller
        let answer = try await client.ask("think", params)
        return try #require(answer.result?["thought"] as? String, "\(answer)")
    }

    private func rating(_ thought: String, _ daemon: Daemonette) async throws -> Int? {
        try await daemon.parts.ledger.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT user_rating FROM jobs WHERE thought = ?", arguments: [thought])
        }
    }

    @Test("the last word counts, by the caller or by who names none; another caller's rating changes nothing")
    func rate() async throws {
        try await withDaemon { daemon, client in
            let name = try await thought(client, caller: "ann")
            let first = try await client.ask("rate", ["thought": name, "stars": 2, "caller": "ann"])
            #expect(first.result?["stars"] as? Int == 2)
            #expect(first.result?["thought"] as? String == name)
            #expect(first.result?["backend"] as? String == "alpha")
            #expect(first.result?["model"] as? String == "alpha-model")
            #expect(try await rating(name, daemon) == 2)
            #expect(try await client.ask("rate", ["thought": name, "stars": 5]).code == nil)
            #expect(try await rating(name, daemon) == 5)
            let other = try await client.ask("rate", ["thought": name, "stars": 1, "caller": "bob"])
            #expect(other.code == "unknown_thought")
            #expect(try await rating(name, daemon) == 5)
        }
    }

    @Test("an answer out of the cache is a thought of its own, and can be rated at once")
    func cached() async throws {
        try await withDaemon(adjust: { $0.cache.isOn = true }) { daemon, client in
            let first = try await thought(client)
            for stars in 1...5 {
                let name = try await thought(client)
                #expect(name != first)
                let rated = try await client.ask("rate", ["thought": name, "stars": stars])
                #expect(rated.result?["backend"] as? String == "alpha", "\(rated)")
                #expect(rated.result?["model"] as? String == "alpha-model")
                #expect(try await rating(name, daemon) == stars)
            }
            #expect(try await rating(first, daemon) == nil)
        }
    }

    @Test("what is no rating is told by its field, and a thought that is not there by its own error")
    func errors() async throws {
        let table: [([String: Any], String?, String)] = [
            (["stars": 3], "thought", "invalid_params"), (["thought": "t"], "stars", "invalid_params"),
            (["thought": "t", "stars": 0], "stars", "invalid_params"),
            (["thought": "t", "stars": 6], "stars", "invalid_params"),
            (["thought": "t", "stars": 2.5], "stars", "invalid_params"),
            (["thought": "t", "stars": "5"], "stars", "invalid_params"),
            (["thought": "", "stars": 5], "thought", "invalid_params"),
            (["thought": String(repeating: "t", count: 65), "stars": 5], "thought", "invalid_params"),
            (["thought": "t", "stars": 5, "caller": ""], "caller", "invalid_params"),
            (["thought": "t", "stars": 5, "why": "good"], "why", "invalid_params"),
            (["thought": "t", "stars": 5], nil, "unknown_thought"),
            (["thought": "' OR 1=1 --", "stars": 5], nil, "unknown_thought"),
        ]
        try await withDaemon { _, client in
            for (params, field, code) in table {
                let answer = try await client.ask("rate", params)
                #expect(answer.code == code, "\(params)")
                #expect(answer.field == field, "\(params)")
            }
        }
    }

    @Test("a ledger that cannot keep it says so")
    func unavailable() async throws {
        try await withDaemon { daemon, client in
            let name = try await thought(client)
            try await daemon.parts.ledger.pool.write { db in
                try db.execute(sql: "DROP VIEW jobs")
                try db.execute(sql: "ALTER TABLE backend_selection_history RENAME TO elsewhere")
            }
            #expect(try await client.ask("rate", ["thought": name, "stars": 5]).code == "ledger_unavailable")
        }
    }
}
