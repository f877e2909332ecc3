import ArgumentParser
import Bridge
import Foundation

/// `workshop learning`: what routing has learned.
struct LearningCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learning",
        abstract: "Show what routing has learned of the backends, by kind of task.",
        discussion: "It is switched on under routing.learning; workshop route says what it changes and why.",
        subcommands: [Show.self, Simulate.self],
        defaultSubcommand: Show.self
    )

    /// `show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what is known.")

        @Option(help: "Only this kind of task.") var kind: String?
        @OptionGroup var client: ClientOptions

        func run() throws {
            try client.run("learning", kind.map { ["kind": $0] } ?? [:]) { result in
                print("learning is \(result["mode"] as? String ?? "off")")
                let rows = (result["known"] as? [[String: Any]] ?? []).map { row in
                    [
                        row["kind"] as? String ?? "", row["backend"] as? String ?? "",
                        Output.number(row["outcomes"], digits: 0),
                    ]
                        + ["weight"].map { Output.number(row[$0]) }
                        + ["answered", "quality", "speed", "cheapness"].map { Output.number(row[$0], digits: 2) }
                }
                let titles = ["kind", "backend", "outcomes", "weight", "answered", "quality", "speed", "cheapness"]
                if !rows.isEmpty { Output.table([titles] + rows) }
            }
        }
    }

    /// `simulate`: without a daemon.
    struct Simulate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare learning with the static rules and with always knowing the best, in invented worlds.",
            discussion:
                "No daemon is asked. The decider is the daemon's own; Benchmarks/regret.py draws what this prints."
        )

        @Option(help: "How many thoughts a world lives.") var thoughts = 4_000
        @Option(help: "How many runs of each, the seeds 1, 2, 3 and so on.") var runs = 20
        @Flag(help: "Print JSON, with the curves.") var json = false

        func validate() throws {
            guard (100...1_000_000).contains(thoughts) else {
                throw ValidationError("Thoughts are from 100 to 1000000.")
            }
            guard (1...1_000).contains(runs) else { throw ValidationError("Runs are from 1 to 1000.") }
        }

        func run() throws {
            let worlds = RegretReport.worlds(thoughts: thoughts, runs: runs)
            if json { return print(RegretReport.json(worlds, thoughts: thoughts, runs: runs)) }
            var rows = [["world", "by", "regret", "+-", "worst", "the best asked", "tried out"]]
            for world in worlds {
                for line in world.lines {
                    rows.append([
                        world.name, line.chooser, Output.number(line.mean), Output.number(line.deviation),
                        Output.number(line.worst), Output.number(line.best * 100) + " %",
                        Output.number(line.explored * 100) + " %",
                    ])
                }
            }
            Output.table(rows)
        }
    }
}

/// `workshop preferences`: what callers prefer.
struct PreferencesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preferences",
        abstract: "Show, set and clear what callers prefer; it steers within the rules.",
        subcommands: [List.self, Set.self, Clear.self],
        defaultSubcommand: List.self
    )

    static func ask(_ params: [String: Any], _ client: ClientOptions) throws {
        try client.run("preferences", params) { result in
            let entries = result["preferences"] as? [[String: Any]] ?? []
            if entries.isEmpty { return print("no preference") }
            Output.table(
                entries.map { entry in
                    let source = entry["source"] as? String == "learned" ? "shown by ratings" : "told"
                    return [
                        entry["caller"] as? String ?? "",
                        entry["backend"] as? String ?? entry["prefer"] as? String ?? "",
                        source,
                    ]
                }
            )
        }
    }

    /// `list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show everybody's, or one caller's.")

        @Argument(help: "The caller.") var caller: String?
        @OptionGroup var client: ClientOptions

        func run() throws {
            try PreferencesCommand.ask(["action": "list"].merging(caller.map { ["caller": $0] } ?? [:]) { $1 }, client)
        }
    }

    /// `set`.
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep what a caller prefers: local, quality, speed, or a backend.",
            discussion: "workshop preferences set ann quality; workshop preferences set ann --backend claude"
        )

        @Argument(help: "The caller.") var caller: String
        @Argument(help: "local, quality or speed.") var prefer: String?
        @Option(help: "A backend, instead.") var backend: String?
        @OptionGroup var client: ClientOptions

        func validate() throws {
            if (prefer == nil) == (backend == nil) {
                throw ValidationError("Say local, quality, speed or --backend NAME.")
            }
        }

        func run() throws {
            var params: [String: Any] = ["action": "set", "caller": caller, "prefer": prefer ?? "backend"]
            params["backend"] = backend
            try PreferencesCommand.ask(params, client)
        }
    }

    /// `clear`.
    struct Clear: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget what a caller prefers, and what the ratings have shown of it until now."
        )

        @Argument(help: "The caller.") var caller: String
        @OptionGroup var client: ClientOptions

        func run() throws { try PreferencesCommand.ask(["action": "clear", "caller": caller], client) }
    }
}

/// `workshop experiment`: two strategies, compared on live thoughts.
struct ExperimentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Compare two strategies on live thoughts, with a rule for when it is decided.",
        subcommands: [Start.self, Status.self, Stop.self],
        defaultSubcommand: Status.self
    )

    static func ask(_ params: [String: Any], _ client: ClientOptions) throws {
        try client.run("experiment", params) { result in
            guard let experiment = result["experiment"] as? [String: Any] else {
                return print("there was no experiment")
            }
            print("experiment \(experiment["id"] ?? ""): \(experiment["say"] as? String ?? "")")
            var rows: [[String]] = []
            for side in ["a", "b"] {
                let one = experiment[side] as? [String: Any] ?? [:]
                rows.append([
                    side, one["strategy"] as? String ?? "", "\(one["thoughts"] ?? 0) thoughts",
                    "reward \(Output.number(one["reward"], digits: 3))",
                ])
            }
            Output.table(rows)
            let rate = Output.number(experiment["error_rate"], digits: 3)
            print("p \(Output.number(experiment["p"], digits: 4)), decided at \(rate)")
        }
    }

    /// `start`.
    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start an experiment.",
            discussion: """
                A strategy is rules, learning, quality, speed or backend:NAME. It ends by itself: when one is better,
                or after so many thoughts. Tasks that must not be explored with are no part of it.
                """
        )

        @Argument(help: "The one strategy.") var a: String
        @Argument(help: "The other.") var b: String
        @Option(help: "How often, at most, it may call two different that are not.") var errorRate = 0.05
        @Option(help: "So many thoughts of each before anything is decided.") var least = 100
        @Option(help: "After so many of both it ends undecided.") var most = 20_000
        @OptionGroup var client: ClientOptions

        func run() throws {
            let params: [String: Any] = [
                "action": "start", "a": a, "b": b, "error_rate": errorRate, "least": least, "most": most,
            ]
            try ExperimentCommand.ask(params, client)
        }
    }

    /// `status`.
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how the last experiment stands.")

        @OptionGroup var client: ClientOptions

        func run() throws { try ExperimentCommand.ask(["action": "status"], client) }
    }

    /// `stop`.
    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop the experiment.")

        @OptionGroup var client: ClientOptions

        func run() throws { try ExperimentCommand.ask(["action": "stop"], client) }
    }
}
