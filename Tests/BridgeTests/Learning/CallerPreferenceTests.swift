import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("Callers' preferences are told or shown by ratings, kept, shown and cleared", .timeLimit(.minutes(2)))
struct CallerPreferenceTests {
    @Test("told, it steers that caller's thoughts, is shown and kept, and cleared it does no more")
    func told() async throws {
        try await LearningBench.with({ $0.mode = .off }) { bench in
            let set: [String: Any] = ["action": "set", "caller": "ann", "prefer": "backend", "backend": "beta"]
            let told = try await bench.rows("preferences", "preferences", set)
            #expect(told.map { $0["backend"] as? String } == ["beta"])
            #expect(told.map { $0["source"] as? String } == ["told"])
            let front = try await bench.front(as: "ann")
            #expect(front.backend == "beta")
            #expect(front.why == "the caller prefers the backend beta")
            #expect(try await bench.front(as: "bob").backend == "alpha")
            #expect(try await bench.front().backend == "alpha")
            let beta = try #require(BackendID("beta"))
            #expect(try bench.daemon.parts.ledger.toldPreferences() == ["ann": .backend(beta)])
            _ = try await bench.client.ask("preferences", ["action": "set", "caller": "ann", "prefer": "quality"])
            #expect(try await bench.front(as: "ann").backend == "alpha")
            #expect(try await bench.rows("preferences", "preferences").count == 1)
            let clear: [String: Any] = ["action": "clear", "caller": "ann"]
            #expect(try await bench.rows("preferences", "preferences", clear).isEmpty)
            #expect(try bench.daemon.parts.ledger.toldPreferences().isEmpty)
        }
    }

    @Test("what cannot be a preference is told by its field, and an unknown backend by its own error; nothing changes")
    func errors() async throws {
        let table: [([String: Any], String?, String)] = [
            (["action": "set", "prefer": "quality"], "caller", "invalid_params"),
            (["action": "set", "caller": "ann"], "prefer", "invalid_params"),
            (["action": "set", "caller": "ann", "prefer": "gold"], "prefer", "invalid_params"),
            (["action": "set", "caller": "ann", "prefer": "backend"], "backend", "invalid_params"),
            (["action": "set", "caller": "ann", "prefer": "local", "backend": "beta"], "backend", "invalid_params"),
            (["action": "set", "caller": "ann", "prefer": "backend", "backend": "nobody"], nil, "unknown_backend"),
            (["action": "set", "caller": "ann", "prefer": "backend", "backend": "No Name"], nil, "unknown_backend"),
            (["action": "set", "caller": "", "prefer": "local"], "caller", "invalid_params"),
            (["action": "clear"], "caller", "invalid_params"),
            (["action": "clear", "caller": "ann", "prefer": "local"], "prefer", "invalid_params"),
            (["action": "drop"], "action", "invalid_params"),
            (["caller": "ann", "who": "bob"], "who", "invalid_params"),
        ]
        try await LearningBench.with { bench in
            for (params, field, code) in table {
                let answer = try await bench.client.ask("preferences", params)
                #expect(answer.code == code, "\(params)")
                #expect(answer.field == field, "\(params)")
            }
            #expect(bench.learning.preferences.all.isEmpty)
        }
    }

    @Test("ratings show one, and clearing it forgets what they have shown")
    func shown() async throws {
        try await LearningBench.with({ $0.minSamples = 10_000 }, refusing: false) { bench in
            for (backend, stars, count) in [("alpha", 2, 6), ("beta", 5, 10)] {
                for _ in 0..<count {
                    var params = LearningBench.params("ann")
                    params["backend"] = backend
                    let answer = try await bench.client.ask("think", params)
                    let name = try #require(answer.result?["thought"] as? String, "\(answer)")
                    #expect(bench.learning.preferences["ann"] == nil)
                    _ = try await bench.client.ask("rate", ["thought": name, "stars": stars])
                }
            }
            let beta = try #require(BackendID("beta"))
            #expect(bench.learning.preferences["ann"]?.preference == .backend(beta))
            #expect(try await bench.front(as: "ann").why == "the caller's ratings prefer the backend beta")
            #expect(try await bench.front(as: "bob").backend == "alpha")
            // After a restart too.
            let ratings = try await bench.daemon.parts.ledger.ratings()
            #expect(Preference.shown(by: ratings["ann"] ?? []) == .backend(beta))
            _ = try await bench.client.ask("preferences", ["action": "clear", "caller": "ann"])
            #expect(bench.learning.preferences["ann"] == nil)
            #expect(try await bench.daemon.parts.ledger.ratings().isEmpty)
        }
    }
}
