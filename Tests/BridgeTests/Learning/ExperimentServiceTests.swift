import Foundation
import Routing
import Testing

@testable import Bridge

@Suite(
    "An experiment runs on live thoughts, is told in words and numbers, and survives a restart",
    .timeLimit(.minutes(2))
)
struct ExperimentServiceTests {
    private let start: [String: Any] = ["action": "start", "a": "rules", "b": "backend:beta", "least": 30, "most": 400]

    private func experiment(_ answer: DaemonAnswer) -> [String: Any] {
        answer.result?["experiment"] as? [String: Any] ?? [:]
    }

    @Test("it begins, assigns, and is decided by itself; afterwards the rules decide again")
    func decides() async throws {
        try await LearningBench.with({ $0.mode = .off }) { bench in
            #expect(try await bench.client.ask("experiment").result?["experiment"] is NSNull)
            let begun = experiment(try await bench.client.ask("experiment", start))
            #expect(begun["running"] as? Bool == true)
            #expect(try await bench.client.ask("experiment", start).code == "experiment_running")
            // Thoughts of nobody are no part of it.
            try await bench.think(2)
            #expect(bench.learning.standing?.test.a.count == 0)
            var callers: [String] = []
            var thoughts = 0
            while bench.learning.standing?.isRunning == true, thoughts < 400 {
                let caller = "caller \(thoughts % 40)"
                try await bench.think(1, as: caller)
                if thoughts < 40 { callers.append(try await bench.front(as: caller).backend) }
                thoughts += 1
            }
            let test = try #require(bench.learning.standing?.test)
            // Where alpha refuses, beta answers all the same: what differs is little, and nothing is claimed of it.
            #expect(test.a.count + test.b.count == thoughts)
            #expect(Set(callers) == ["alpha", "beta"])
            bench.daemon.parts.ledger.flush()
            let again = try #require(try bench.daemon.parts.ledger.lastExperiment())
            #expect(again.test == test)
            #expect(again.isRunning == false)
            #expect(try await bench.front(as: "caller 1").why == "first choice for knowledge")
            let status = experiment(try await bench.client.ask("experiment", ["action": "status"]))
            #expect(status["running"] as? Bool == false)
            #expect((status["a"] as? [String: Any])?["strategy"] as? String == "rules")
            #expect((status["say"] as? String)?.contains("thoughts") == true)
        }
    }

    @Test("it can be stopped, then another one begins; both have their numbers")
    func stops() async throws {
        try await LearningBench.with({ $0.mode = .off }) { bench in
            #expect(try await bench.client.ask("experiment", ["action": "stop"]).result?["experiment"] is NSNull)
            _ = try await bench.client.ask("experiment", start)
            try await bench.think(4, as: "ann")
            let stopped = experiment(try await bench.client.ask("experiment", ["action": "stop"]))
            #expect(stopped["running"] as? Bool == false)
            #expect((stopped["say"] as? String)?.hasPrefix("it was stopped undecided") == true)
            bench.daemon.parts.ledger.flush()
            let again = try #require(try bench.daemon.parts.ledger.lastExperiment())
            #expect(!again.isRunning && again.test.a.count + again.test.b.count == 4)
            let second = experiment(try await bench.client.ask("experiment", start))
            #expect(second["id"] as? Int == 2)
            #expect(try #require(try bench.daemon.parts.ledger.lastExperiment()).test == SequentialTest())
        }
    }

    @Test("a caller who has told what he prefers is no part of it")
    func told() async throws {
        try await LearningBench.with({ $0.mode = .off }) { bench in
            _ = try await bench.client.ask("experiment", start)
            _ = try await bench.client.ask("preferences", ["action": "set", "caller": "ann", "prefer": "speed"])
            try await bench.think(2, as: "ann")
            #expect(bench.learning.standing?.test == SequentialTest())
        }
    }

    @Test("what cannot be an experiment is told by its field; nothing begins")
    func errors() async throws {
        let table: [([String: Any], String?, String)] = [
            (["action": "start", "a": "rules"], "b", "invalid_params"),
            (["action": "start", "b": "rules"], "a", "invalid_params"),
            (["action": "start", "a": "rules", "b": "rules"], "b", "invalid_params"),
            (["action": "start", "a": "rules", "b": "magic"], "b", "invalid_params"),
            (["action": "start", "a": "learning", "b": "rules"], "a", "invalid_params"),
            (["action": "start", "a": "rules", "b": "backend:nobody"], nil, "unknown_backend"),
            (["action": "start", "a": "rules", "b": "speed", "error_rate": 0.5], "error_rate", "invalid_params"),
            (["action": "start", "a": "rules", "b": "speed", "least": 3], "least", "invalid_params"),
            (["action": "start", "a": "rules", "b": "speed", "least": 100, "most": 150], "most", "invalid_params"),
            (["action": "stop", "a": "rules"], "a", "invalid_params"),
            (["action": "pause"], "action", "invalid_params"),
        ]
        try await LearningBench.with({ $0.mode = .off }) { bench in
            for (params, field, code) in table {
                let answer = try await bench.client.ask("experiment", params)
                #expect(answer.code == code, "\(params)")
                #expect(answer.field == field, "\(params)")
            }
            #expect(bench.learning.standing == nil)
        }
    }
}
