import Foundation
import GRDB
import Routing
import Testing

@testable import Bridge

@Suite("The daemon learns from what comes of requests and from ratings, and keeps it", .timeLimit(.minutes(2)))
struct LearningTests {
    @Test("who refuses is asked no longer when another one is known to be better; route says why")
    func learns() async throws {
        try await LearningBench.with { bench in
            #expect(try await bench.front().backend == "alpha")
            try await bench.think(12)
            // From the tenth on enough is known.
            #expect(try bench.seen("alpha") == 10 && bench.seen("beta") == 12)
            let front = try await bench.front()
            #expect(front.backend == "beta")
            #expect(front.why.hasPrefix("learned to be better"), "\(front.why)")
            try await bench.think(1)
            #expect(try bench.seen("alpha") == 10 && bench.seen("beta") == 13)
            // What must be right, and is seen, goes where the rules say.
            var params = LearningBench.params()
            params["visible"] = true
            #expect(try await bench.client.ask("route", params).result?["backend"] as? String == "alpha")
        }
    }

    @Test("in the shadow it says and records what it would have done, and changes nothing; off, it knows nothing")
    func shadow() async throws {
        try await LearningBench.with({ $0.mode = .shadow }) { bench in
            try await bench.think(12)
            let front = try await bench.front()
            #expect(front.backend == "alpha")
            #expect(front.why.contains("learning would ask beta"), "\(front.why)")
            try await bench.think(1)
            #expect(try bench.seen("alpha") == 13)
            bench.daemon.parts.ledger.flush()
            let recorded = try await bench.daemon.parts.ledger.pool.read { db in
                try String.fetchOne(
                    db,
                    sql: "SELECT selection_reasoning FROM backend_selection_history ORDER BY id DESC LIMIT 1"
                )
            }
            #expect(recorded?.contains("learning would ask beta") == true)
        }
        try await LearningBench.with({ $0.mode = .off }) { bench in
            try await bench.think(12)
            #expect(try await bench.front().why == "first choice for knowledge")
            #expect(bench.learning.experience == Experience())
        }
    }

    @Test("what was learned is read out of the ledger again, the same as it was")
    func restart() async throws {
        try await LearningBench.with { bench in
            let names = try await bench.think(6, as: "ann")
            _ = try await bench.client.ask("rate", ["thought": names[0], "stars": 5, "caller": "ann"])
            bench.daemon.parts.ledger.flush()
            let before = bench.learning.experience.arms(.knowledge).sorted { $0.backend < $1.backend }
            let again = try await bench.daemon.parts.ledger.lived(bench.learning.policy).experience.arms(.knowledge)
                .sorted { $0.backend < $1.backend }
            #expect(before.map(\.seen) == again.map(\.seen))
            #expect(before.map(\.backend) == again.map(\.backend) && before.count == 2)
            for (one, other) in zip(before, again) {
                #expect(abs(one.evidence.count - other.evidence.count) < 0.2)
            }
        }
    }

    @Test("a rating teaches; the last word counts, and not both")
    func ratings() async throws {
        try await LearningBench.with(refusing: false) { bench in
            let names = try await bench.think(10, as: "ann")
            let before = try #require(bench.learning.experience.arms(.knowledge).first?.evidence.meanQuality)
            for name in names {
                _ = try await bench.client.ask("rate", ["thought": name, "stars": 1])
            }
            let rated = try #require(bench.learning.experience.arms(.knowledge).first)
            #expect((rated.evidence.meanQuality ?? 1) < before / 2)
            #expect(rated.seen == 20)
            for name in names {
                _ = try await bench.client.ask("rate", ["thought": name, "stars": 5])
                _ = try await bench.client.ask("rate", ["thought": name, "stars": 5])
            }
            let again = try #require(bench.learning.experience.arms(.knowledge).first)
            #expect((again.evidence.meanQuality ?? 0) > 0.9)
            #expect(again.seen == 20)
        }
    }

    @Test("who is forgotten has taught nothing, now and after a restart; others have")
    func forgetting() async throws {
        try await LearningBench.with { bench in
            try await bench.think(6, as: "ann")
            try await bench.think(4, as: "bob")
            _ = try await bench.client.ask("preferences", ["action": "set", "caller": "ann", "prefer": "quality"])
            #expect(try bench.seen("alpha") == 10)
            #expect(try await bench.client.ask("forget", ["caller": "ann", "conversation": "talk"]).code == nil)
            #expect(try bench.seen("alpha") == 10)
            #expect(try await bench.client.ask("forget", ["caller": "ann"]).code == nil)
            #expect(try bench.seen("alpha") == 4)
            #expect(bench.learning.preferences["ann"] == nil)
            #expect(try bench.daemon.parts.ledger.toldPreferences().isEmpty)
            let again = try await bench.daemon.parts.ledger.lived(bench.learning.policy)
            #expect(again.experience.arms(.knowledge).first?.seen == 4)
        }
    }

    @Test("it is shown by kind and backend, and what is no kind is told")
    func shown() async throws { try await LearningBench.with(Self.nothing) { bench in try await shown(by: bench) } }

    private static let nothing: @Sendable (inout LearningPolicy) -> Void = { _ in }

    private func shown(by bench: LearningBench) async throws {
        try await bench.think(3)
        let answer = try await bench.client.ask("learning", [:])
        let mode = answer.result?["mode"] as? String
        #expect(mode == "on")
        let known = try await bench.rows("known", "learning")
        #expect(known.count == 2)
        let alpha = known.first { $0["backend"] as? String == "alpha" } ?? [:]
        let kind = alpha["kind"] as? String
        #expect(kind == "knowledge")
        let outcomes = alpha["outcomes"] as? Int
        #expect(outcomes == 3)
        let answered = alpha["answered"] as? Double
        #expect(answered == 0)
        let hasQuality = alpha["quality"] is Double
        #expect(!hasQuality)
        #expect(try await bench.rows("known", "learning", ["kind": "analysis"]).isEmpty)
        #expect(try await bench.client.ask("learning", ["kind": "cooking"]).field == "kind")
        #expect(try await bench.client.ask("learning", ["all": true]).field == "all")
    }

    @Test("a reload switches it on and off while the daemon runs")
    func reload() async throws {
        try await LearningBench.with({ $0.mode = .off }) { bench in
            try await bench.think(12)
            var policy = bench.learning.policy
            policy.mode = .on
            await bench.learning.adopt(policy)
            #expect(try bench.seen("alpha") == 12)
            #expect(try await bench.front().backend == "beta")
            policy.mode = .off
            await bench.learning.adopt(policy)
            #expect(try await bench.front().backend == "alpha")
        }
    }
}
