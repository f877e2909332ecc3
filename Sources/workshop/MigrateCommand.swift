import ArgumentParser
import Foundation

/// `workshop migrate`: work, handed over from one backend to another.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Hand work over from one backend to another: in steps, with gates between them, and back if need be.",
        discussion: """
            workshop migrate plan --from local --to gpt
            workshop migrate apply --from local --to gpt --steps 5,25,100
            workshop migrate status

            Strategies: gradual_migration (10, 50, 100 % or --steps), immediate_cutover (all at once), parallel_testing (copies
            whose answers are compared and shown to nobody). A target that fails too often, is too slow, worse or dearer than
            allowed is left at once, and the work goes back. At the end the old backend is drained.
            """,
        subcommands: [Plan.self, Apply.self, Status.self, Pause.self, Resume.self, Rollback.self],
        defaultSubcommand: Status.self
    )

    /// What `plan` and `apply` take.
    struct Wish: ParsableArguments {
        @Option(help: "The backend whose work it is.") var from: String
        @Option(help: "The backend that is to have it.") var to: String
        @Option(help: "gradual_migration, immediate_cutover or parallel_testing.") var strategy = "gradual_migration"
        @Option(help: "The shares of gradual_migration in percent, such as 10,50,100.") var steps: String?
        @Option(help: "How many thoughts of the target's each step looks at; 20 to 10,000, 100 without it.")
        var samples: Int?
        @Option(help: "What the copies of parallel_testing may cost together, in dollars; 1 without it.")
        var maxUsd: Double?
        @Option(help: "How many times as long the target may take; 1.5 without it.") var latencyRatio: Double?
        @Option(help: "How much lower the quality may be, from 0 to 1; 0.05 without it.") var qualityMargin: Double?
        @Option(help: "How many times as dear it may be; by the prices without it.") var costRatio: Double?
        @Option(help: "How many of the copies may conflict with the source's answers; 0.3 without it.")
        var conflicts: Double?
        @Option(help: "The chance that a target that is no worse than allowed is stopped; 0.05 without it.")
        var falseAlarm: Double?
        @Flag(help: "Do not drain the old backend at the end.") var keepSource = false

        func params(_ action: String) throws -> [String: Any] {
            var params: [String: Any] = ["action": action, "from": from, "to": to, "strategy": strategy]
            if let steps {
                params["steps"] = try steps.split(separator: ",", omittingEmptySubsequences: false).map { text in
                    guard let share = Int(text.trimmingCharacters(in: .whitespaces)) else {
                        throw ValidationError("--steps are whole percents with commas between them, such as 10,50,100.")
                    }
                    return share
                }
            }
            params["samples"] = samples
            params["max_usd"] = maxUsd
            params["latency_ratio"] = latencyRatio
            params["quality_margin"] = qualityMargin
            params["cost_ratio"] = costRatio
            params["conflicts"] = conflicts
            params["false_alarm"] = falseAlarm
            if keepSource { params["drain"] = false }
            return params
        }
    }

    /// `plan`.
    struct Plan: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what would be done; nothing is.")
        @OptionGroup var wish: Wish
        @OptionGroup var client: ClientOptions

        func run() throws {
            try client.run("migrate", wish.params("plan")) { result in
                MigrateCommand.showPlan(result["plan"] as? [String: Any] ?? [:])
            }
        }
    }

    /// `apply`.
    struct Apply: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Begin a migration; it goes on by itself.")
        @OptionGroup var wish: Wish
        @OptionGroup var client: ClientOptions

        func run() throws { try client.run("migrate", wish.params("apply"), show: MigrateCommand.show) }
    }

    /// `status`.
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how the last migration stands, and what happened."
        )
        @OptionGroup var client: ClientOptions

        func run() throws { try client.run("migrate", ["action": "status"], show: MigrateCommand.show) }
    }

    /// `pause`.
    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stay at this share; the gates still watch.")
        @OptionGroup var client: ClientOptions

        func run() throws { try client.run("migrate", ["action": "pause"], show: MigrateCommand.show) }
    }

    /// `resume`.
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Go on; the step begins anew.")
        @OptionGroup var client: ClientOptions

        func run() throws { try client.run("migrate", ["action": "resume"], show: MigrateCommand.show) }
    }

    /// `rollback`.
    struct Rollback: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give all work back to the old backend.")
        @OptionGroup var client: ClientOptions

        func run() throws { try client.run("migrate", ["action": "rollback"], show: MigrateCommand.show) }
    }

    // MARK: Showing

    private static func showPlan(_ plan: [String: Any]) {
        title(plan)
        steps(plan, current: nil)
        let gate = plan["gate"] as? [String: Any] ?? [:]
        let chance = Output.number((gate["false_alarm"] as? Double).map { $0 * 100 }, digits: 0)
        print("each step looks at \(Output.number(gate["samples"], digits: 0)) thoughts of the target's")
        print(
            "a target that fails each of them is left after \(Output.number(gate["bound"], digits: 0)); one that is no "
                + "worse than allowed is left by mistake in at most \(chance) of 100 migrations"
        )
        if plan["max_usd"] is NSNumber {
            print("the copies cost at most $\(Output.number(plan["max_usd"], digits: 2))")
        }
        if plan["expected_cost_ratio"] is NSNumber {
            print(
                "by their prices the target is \(Output.number(plan["expected_cost_ratio"], digits: 2)) times as dear"
            )
        }
        for warning in plan["warnings"] as? [String] ?? [] { print("note: \(Output.printable(warning, lines: false))") }
    }

    private static func title(_ migration: [String: Any]) {
        let words = ["from", "to", "strategy"].map { migration[$0] as? String ?? "" }
        print(Output.printable("\(words[0]) to \(words[1]), \(words[2])", lines: false))
    }

    private static func steps(_ migration: [String: Any], current: Int?) {
        for (place, step) in (migration["steps"] as? [[String: Any]] ?? []).enumerated() {
            let mark = place + 1 == current ? ">" : " "
            print(Output.printable("\(mark) \(place + 1). \(step["words"] as? String ?? "")", lines: false))
        }
    }

    private static func show(_ result: [String: Any]) {
        guard let migration = result["migration"] as? [String: Any] else { return print("There was no migration yet.") }
        let state = migration["state"] as? String ?? ""
        title(migration)
        steps(migration, current: ["running", "paused"].contains(state) ? migration["step"] as? Int : nil)
        let share = Output.number(migration["share"], digits: 0)
        let reason = (migration["reason"] as? String).map { ": \($0)" } ?? ""
        print(Output.printable("\(state), \(share) % of the work\(reason)\n"))
        let rows = ["source", "target"].map { side in
            let tally = migration[side] as? [String: Any] ?? [:]
            return [
                migration[side == "source" ? "from" : "to"] as? String ?? "",
                Output.number(tally["thoughts"], digits: 0),
                Output.number(tally["failed"], digits: 0), Output.number(tally["median_ms"], digits: 0),
                Output.number(tally["mean_usd"], digits: 6), Output.number(tally["mean_quality"], digits: 2),
            ]
        }
        Output.table([["", "thoughts", "failed", "median ms", "USD each", "quality"]] + rows)
        let copies = migration["copies"] as? [String: Any] ?? [:]
        if let count = copies["count"] as? Int, count > 0 {
            print(
                "\(count) copies, \(Output.number(copies["conflicts"], digits: 0)) in conflict, "
                    + "$\(Output.number(copies["cost_usd"], digits: 6)) of $\(Output.number(copies["max_usd"], digits: 2))"
            )
        }
        if let held = copies["held_back"] as? Int, held > 0 { print("\(held) copies held back by a budget") }
        print("")
        let history = (migration["history"] as? [[String: Any]] ?? []).map { row in
            ["time", "event", "name"].map { row[$0] as? String ?? "" } + [row["words"] as? String ?? ""]
        }
        Output.table(history)
    }
}
