import Foundation
import GRDB
import Logging
import Persona
import Routing
import Synchronization
import TestSupport
import Testing

@testable import Bridge

@Suite("Work is migrated over the socket", .serialized, .timeLimit(.minutes(1)))
struct MigrateTests {
    /// Upstreams whose failing can be switched.
    final class Trouble: Sendable {
        private let isOn = Atomic<Bool>(false)
        var isBroken: Bool { isOn.load(ordering: .relaxed) }
        func begin() { isOn.store(true, ordering: .relaxed) }
    }

    private func withDaemon(
        beta: LoopbackUpstream = Upstream.answering("Gr", "een.", model: "beta-model"),
        adjust: (inout BridgeConfig) -> Void = { _ in },
        _ body: (Daemonette, LineClient) async throws -> Void
    ) async throws {
        let alpha = Upstream.answering("Bl", "ue.", model: "alpha-model")
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url) { config in
            // What is not judged is not escalated: a word is an answer here.
            config.policy.quality.isJudged = false
            adjust(&config)
        }
        do { try await body(daemon, try LineClient(daemon.socket)) } catch { Issue.record(error) }
        alpha.stop()
        beta.stop()
        await daemon.stop()
    }

    private func migrate(
        _ client: LineClient,
        _ action: String,
        _ more: [String: Any] = [:]
    ) async throws -> DaemonAnswer {
        try await client.ask("migrate", ["action": action].merging(more) { $1 })
    }

    private func status(_ client: LineClient) async throws -> [String: Any] {
        try await migrate(client, "status").result?["migration"] as? [String: Any] ?? [:]
    }

    /// Thinks until the migration is in that state; gives how often each backend answered.
    private func think(
        _ client: LineClient,
        until states: Set<String>,
        most: Int = 600
    ) async throws -> (served: [String: Int], status: [String: Any]) {
        var served: [String: Int] = [:]
        for _ in 0..<most {
            let answer = try await client.ask("think", ["task": "say one word", "cache": false])
            served[answer.result?["backend"] as? String ?? answer.code ?? "", default: 0] += 1
            let now = try await status(client)
            if states.contains(now["state"] as? String ?? "") { return (served, now) }
        }
        return (served, try await status(client))
    }

    /// What another process would make of the ledger.
    private func again(_ parts: Daemon.Parts, _ steering: MigrationSteering) throws -> Migrations {
        try Migrations(
            ledger: parts.ledger,
            registry: parts.operations.registry,
            live: parts.operations.live,
            board: parts.operations.board,
            steering: steering,
            ears: MigrationEars(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            mayHave: { _, _ in true },
            copy: { _ in .failure(.cancelled) }
        )
    }

    private let wish: [String: Any] = ["from": "alpha", "to": "beta", "samples": 20, "latency_ratio": 100]

    @Test("a plan says its steps and its bound, and does nothing")
    func plan() async throws {
        try await withDaemon { daemon, client in
            let plan = try #require(try await migrate(client, "plan", wish).result?["plan"] as? [String: Any])
            let steps = (plan["steps"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
            #expect(steps == ["share:10", "share:50", "share:100", "drain"])
            #expect((plan["gate"] as? [String: Any])?["bound"] as? Int == MigrationGate(samples: 20).bound(steps: 3))
            #expect(try await migrate(client, "status").result?["migration"] is NSNull)
        }
    }

    @Test("a good target gets its shares, then all, the source is drained, and the target keeps its place")
    func whole() async throws {
        try await withDaemon { daemon, client in
            _ = try await migrate(client, "apply", wish.merging(["steps": [50, 100]]) { $1 })
            let (served, end) = try await think(client, until: ["done"])
            #expect(end["state"] as? String == "done", "\(end)")
            #expect((served["alpha"] ?? 0) > 0)
            #expect((served["beta"] ?? 0) >= 40)
            let events = (end["history"] as? [[String: Any]] ?? []).compactMap { $0["event"] as? String }
            #expect(events == ["began", "passed", "passed", "drained"])
            let alpha = try await client.ask("backends").row("alpha")
            #expect(alpha?["service"] as? String == "draining")
            let after = try await client.ask("route", ["task": "say one word"])
            #expect(after.result?["backend"] as? String == "beta")
            // The operator's word is the operator's: enabled, it has its place again.
            _ = try await client.ask("backends", ["action": "enable", "backend": "alpha"])
            #expect(try await client.ask("route", ["task": "say one word"]).result?["backend"] as? String == "alpha")
            #expect(try await migrate(client, "rollback").code == "no_migration")
        }
    }

    @Test(
        "a target that turns bad is left within the bound, nobody goes without an answer, and the reason is on record"
    )
    func bad() async throws {
        let trouble = Trouble()
        let beta = LoopbackUpstream.answering { request, peer in
            if trouble.isBroken && !request.hasPrefix("GET") { return peer.reply("{}", status: "400 No") }
            peer.reply(Upstream.whole("Green.", model: "beta-model"))
        }
        try await withDaemon(beta: beta) { daemon, client in
            _ = try await migrate(client, "apply", wish.merging(["steps": [50, 100], "samples": 100]) { $1 })
            for _ in 0..<20 { _ = try await client.ask("think", ["task": "say one word", "cache": false]) }
            #expect(try await status(client)["state"] as? String == "running")
            let before = ((try await status(client))["target"] as? [String: Any])?["thoughts"] as? Int ?? 0
            trouble.begin()
            let (served, end) = try await think(client, until: ["rolled_back"])
            #expect(end["state"] as? String == "rolled_back", "\(end)")
            #expect(Set(served.keys).isSubset(of: ["alpha", "beta"]))
            let seen = (end["target"] as? [String: Any])?["thoughts"] as? Int ?? .max
            #expect(seen - before <= MigrationGate(samples: 100).bound(steps: 2))
            #expect((end["reason"] as? String)?.hasPrefix("beta fails too often") == true)
            #expect(end["share"] as? Int == 0)
            for _ in 0..<10 {
                let route = try await client.ask("route", ["task": "say one word"])
                #expect(route.result?["backend"] as? String == "alpha")
            }
        }
    }

    @Test("a conversation that went over stays over")
    func sticky() async throws {
        try await withDaemon { daemon, client in
            _ = try await migrate(client, "apply", wish.merging(["steps": [50, 100], "samples": 1_000]) { $1 })
            var both: Set<String> = []
            for talk in 0..<12 {
                var seen: Set<String> = []
                for _ in 0..<3 {
                    let params: [String: Any] = [
                        "task": "say one word", "conversation": "talk \(talk)", "caller": "ann",
                    ]
                    seen.insert(try await client.ask("route", params).result?["backend"] as? String ?? "")
                }
                #expect(seen.count == 1)
                both.formUnion(seen)
            }
            #expect(both == ["alpha", "beta"])
        }
    }

    @Test(
        "pause keeps the share, resume goes on, rollback ends it; each that does not fit is an error and changes nothing"
    )
    func words() async throws {
        try await withDaemon { daemon, client in
            for action in ["pause", "resume", "rollback"] {
                #expect(try await migrate(client, action).code == "no_migration")
            }
            _ = try await migrate(client, "apply", wish)
            #expect(try await migrate(client, "apply", wish).code == "migration_runs")
            #expect(try await migrate(client, "resume").code == "bad_migration")
            #expect(try await migrate(client, "pause").code == nil)
            #expect(try await migrate(client, "pause").code == "bad_migration")
            #expect(try await status(client)["share"] as? Int == 10)
            #expect(try await migrate(client, "apply", wish).code == "migration_runs")
            #expect(try await migrate(client, "resume").code == nil)
            #expect(try await migrate(client, "rollback").code == nil)
            #expect(try await migrate(client, "rollback").code == "no_migration")
            let history = try await status(client)["history"] as? [[String: Any]] ?? []
            #expect(history.compactMap { $0["event"] as? String } == ["began", "paused", "resumed", "rolled_back"])
            #expect(try await migrate(client, "apply", wish).code == nil)
        }
    }

    @Test("what cannot be migrated is told, and nothing has changed")
    func errors() async throws {
        let table: [([String: Any], String, String?)] = [
            (["from": "alpha", "to": "nobody"], "unknown_backend", "to"),
            (["from": "nobody", "to": "beta"], "unknown_backend", "from"),
            (["from": "alpha", "to": "alpha"], "bad_migration", "to"),
            (["from": "alpha", "to": "beta", "strategy": "slowly"], "invalid_params", "strategy"),
            (["from": "alpha", "to": "beta", "steps": [50, 10, 100]], "bad_migration", "steps"),
            (["from": "alpha", "to": "beta", "steps": [50]], "bad_migration", "steps"),
            (["from": "alpha", "to": "beta", "steps": ["10"]], "invalid_params", "steps"),
            (
                ["from": "alpha", "to": "beta", "steps": [100], "strategy": "immediate_cutover"], "bad_migration",
                "steps"
            ),
            (["from": "alpha", "to": "beta", "samples": 1], "invalid_params", "samples"),
            (["from": "alpha", "to": "beta", "what": 1], "invalid_params", "what"),
            (["to": "beta"], "invalid_params", "from"),
            (["from": "alpha"], "invalid_params", "to"),
            // It has no key, and takes no work.
            (["from": "alpha", "to": "gamma"], "bad_migration", "to"),
            (["from": "alpha", "to": "gamma", "strategy": "parallel_testing"], "bad_migration", "to"),
        ]
        try await withDaemon { daemon, client in
            for (params, code, field) in table {
                let answer = try await migrate(client, "apply", params)
                #expect(answer.code == code, "\(params)")
                #expect(answer.field == field, "\(params)")
            }
            #expect(try await migrate(client, "hurry").field == "action")
            #expect(try await migrate(client, "pause", ["from": "alpha"]).field == "from")
            #expect(try await migrate(client, "status").result?["migration"] is NSNull)
        }
    }

    @Test("copies are shown to nobody, compared, counted as the router's own, and end with their number")
    func copies() async throws {
        try await withDaemon { daemon, client in
            let test: [String: Any] = ["strategy": "parallel_testing", "conflicts": 1]
            _ = try await migrate(client, "apply", wish.merging(test) { $1 })
            let (served, end) = try await think(client, until: ["done", "rolled_back", "paused"])
            #expect(end["state"] as? String == "done", "\(end)")
            #expect(Set(served.keys) == ["alpha"])
            let copies = try #require(end["copies"] as? [String: Any])
            #expect(copies["count"] as? Int == 20)
            // "Blue." against "Green."
            #expect(copies["conflicts"] as? Int == 20)
            #expect(abs((copies["cost_usd"] as? Double ?? 0) - 20 * 0.000062) < 0.00013)
            let rows = try await daemon.parts.ledger.pool.read { db in
                try Row.fetchAll(db, sql: "SELECT purpose, backend, COUNT(*) FROM egress GROUP BY 1, 2 ORDER BY 1, 2")
                    .map { "\($0[0] as String) \($0[1] as String)" }
            }
            #expect(rows == ["shadow beta", "thought alpha"])
            #expect(try await client.ask("backends").row("alpha")?["service"] as? String == "enabled")
        }
    }

    @Test(
        "copies that contradict too often end the test with the reason, and those that would cost too much are not sent"
    )
    func limits() async throws {
        try await withDaemon { daemon, client in
            _ = try await migrate(client, "apply", wish.merging(["strategy": "parallel_testing"]) { $1 })
            let (_, end) = try await think(client, until: ["done", "rolled_back", "paused"])
            #expect(
                end["reason"] as? String
                    == "20 of 20 answers contradict the source's, lack an answer, or have another form"
            )
            let dear: [String: Any] = ["strategy": "parallel_testing", "max_usd": 0.01]
            _ = try await migrate(client, "apply", wish.merging(dear) { $1 })
            let (_, paused) = try await think(client, until: ["paused"])
            #expect(paused["reason"] as? String == "the copies have cost what they may")
            #expect((paused["copies"] as? [String: Any])?["count"] as? Int == 0)
        }
    }

    @Test("a copy is charged to no caller: it was the operator's wish")
    func payer() async throws {
        try await withDaemon { daemon, client in
            _ = try await migrate(client, "apply", wish.merging(["strategy": "parallel_testing"]) { $1 })
            _ = try await client.ask("think", ["task": "say one word", "cache": false, "caller": "ann"])
            let pool = daemon.parts.ledger.pool
            func callers(_ purpose: String) async throws -> [String?] {
                try await pool.read { db in
                    try Row.fetchAll(db, sql: "SELECT caller FROM egress WHERE purpose = ?", arguments: [purpose])
                        .map { $0[0] }
                }
            }
            #expect(try await eventually { try await callers("shadow").count == 1 })
            #expect(try await callers("shadow") == [nil])
            #expect(try await callers("thought") == ["ann"])
        }
    }

    @Test("a copy that a budget holds back has cost nothing of what copies may cost")
    func withheld() async throws {
        let least = Budget(period: .day, limit: NanoDollars(10_000_000))
        try await withDaemon(adjust: { $0.budgets = [least] }) { daemon, client in
            let wish = wish.merging(["strategy": "parallel_testing", "max_usd": 0.1]) { $1 }
            _ = try await migrate(client, "apply", wish)
            for _ in 0..<10 { _ = try await client.ask("think", ["task": "say one word", "cache": false]) }
            let end = try await status(client)
            #expect(end["state"] as? String == "running", "\(end["reason"] ?? "")")
            #expect(
                try await eventually {
                    let copies = try await status(client)["copies"] as? [String: Any]
                    return (copies?["held_back"] as? Int ?? 0) > 0
                }
            )
        }
    }

    @Test("a copy goes to nobody whom the rules leave out")
    func rules() async throws {
        let alpha = try #require(BackendID("alpha"))
        try await withDaemon(adjust: { $0.policy.strategy = .single(alpha) }) { daemon, client in
            _ = try await migrate(client, "apply", wish.merging(["strategy": "parallel_testing"]) { $1 })
            for _ in 0..<5 { _ = try await client.ask("think", ["task": "say one word", "cache": false]) }
            // The fifth was heard when the answer to this one is there: the ears hear in order.
            let copies = try await status(client)["copies"] as? [String: Any]
            #expect(copies?["count"] as? Int == 0)
            let asked = try await daemon.parts.ledger.pool.read { db in
                try String.fetchAll(db, sql: "SELECT DISTINCT backend FROM egress WHERE purpose <> 'probe'")
            }
            #expect(asked == ["alpha"])
        }
    }

    @Test("a target that is removed ends the migration, and so does one that is gone after a reload")
    func gone() async throws {
        try await withDaemon { daemon, client in
            let section: [String: Any] = [
                "url": "http://127.0.0.1:1", "model": "m", "role": "speed", "local": true,
            ]
            let register: [String: Any] = ["action": "register", "backend": "delta", "config": section]
            #expect(try await client.ask("backends", register).code == nil)
            #expect(try await migrate(client, "apply", wish.merging(["to": "delta"]) { $1 }).code == nil)
            #expect(try await client.ask("backends", ["action": "remove", "backend": "delta"]).code == nil)
            let end = try await status(client)
            #expect(end["state"] as? String == "rolled_back")
            #expect(end["reason"] as? String == "delta is no longer there")
        }
    }

    @Test(
        "a rollback of the drain takes back the migration's word alone: not an operator's, and also of one that is gone",
        arguments: [("drain", false, "enabled"), ("disable", false, "disabled"), ("drain", true, "enabled")]
    )
    func undrain(_ word: String, _ isGone: Bool, _ service: String) async throws {
        var whole: BridgeConfig?
        try await withDaemon(adjust: { whole = $0 }) { daemon, client in
            let parts = daemon.parts
            _ = try await migrate(client, "apply", wish.merging(["strategy": "immediate_cutover"]) { $1 })
            var migration = try #require(try parts.ledger.openMigration()).migration
            try migration.take(.passed("ok"))
            try parts.ledger.keep(migration, event: "passed", words: "ok", isNewStep: true)
            let migrations = try again(parts, MigrationSteering())
            _ = try await client.ask("backends", ["action": word, "backend": "alpha"])
            let registry = parts.operations.registry
            if isGone {
                let whole = try #require(whole)
                var config = whole
                config.configured.removeAll { $0.backend.id.rawValue == "alpha" }
                await registry.adopt(config)
                await migrations.reconcile()
                await registry.adopt(whole)
            } else {
                try await migrations.rollBack()
            }
            #expect(await migrations.kept?.migration.state == .rolledBack)
            #expect(try await client.ask("backends").row("alpha")?["service"] as? String == service)
        }
    }

    @Test("what was under way goes on after the process died: the share, what was seen, and the drain")
    func restart() async throws {
        try await withDaemon { daemon, client in
            _ = try await migrate(client, "apply", wish.merging(["steps": [50, 100], "samples": 1_000]) { $1 })
            for _ in 0..<20 { _ = try await client.ask("think", ["task": "say one word", "cache": false]) }
            let before = try await status(client)
            daemon.parts.ledger.flush()
            let parts = daemon.parts
            // Nothing of the first one's memory is handed over: only what the ledger holds.
            let steering = MigrationSteering()
            let again = try self.again(parts, steering)
            let kept = try #require(try await again.report())
            #expect(kept.kept.migration.share == 50)
            #expect(kept.watch?.targetTally.count == (before["target"] as? [String: Any])?["thoughts"] as? Int)
            #expect(kept.watch?.sourceTally.count == (before["source"] as? [String: Any])?["thoughts"] as? Int)
            // It died when the drain was on record and not yet said.
            _ = try await migrate(client, "rollback")
            _ = try await migrate(client, "apply", wish.merging(["strategy": "immediate_cutover"]) { $1 })
            var migration = try #require(try parts.ledger.openMigration()).migration
            try migration.take(.passed("ok"))
            try parts.ledger.keep(migration, event: "passed", words: "ok", isNewStep: true)
            let third = try self.again(parts, steering)
            await third.start()
            let isDone = await eventually { await third.kept?.migration.state == .done }
            #expect(isDone)
            #expect(try await client.ask("backends").row("alpha")?["service"] as? String == "draining")
        }
    }
}
