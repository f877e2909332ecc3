import ArgumentParser
import Bridge
import Foundation

/// `workshop invariance`: whether what the backends receive depends on who the persona is.
struct InvarianceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invariance",
        abstract: "Compare, byte by byte, what backends receive under your personas and under invented ones.",
        discussion: """
            Each persona goes through the same tasks in a daemon of its own, with a recorder on this machine in place of \
            every backend: nothing is sent to anybody, and no key is used. Every task goes to every backend, whole and \
            streamed, with answers, faults and refusals. The outcome is written beside the ledger, where `workshop audit` \
            finds it. Exit code 1: something differs.
            """
    )

    @Option(help: "The configuration.", completion: .file())
    var config = "configs/backends.yaml"

    @Option(help: "A file of variables, besides the .env beside the configuration.", completion: .file())
    var env: String?

    @Option(
        help: "How many personas: one of yours, and as many invented ones as are missing. Others of yours come on top."
    )
    var personas = 8

    @Option(help: "How many tasks.")
    var tasks = 200

    @Option(help: "What the invented personas are made from.")
    var seed: UInt64 = 1

    @Flag(help: "Send each task to two backends in turn, and not to all of them in both modes.")
    var quick = false

    @Flag(help: "Print the outcome as JSON.")
    var json = false

    func validate() throws {
        guard (2...1_000).contains(personas) else { throw ValidationError("--personas takes 2 to 1000.") }
        guard (1...100_000).contains(tasks) else { throw ValidationError("--tasks takes 1 to 100000.") }
    }

    func run() async throws {
        let invariance = Invariance(try Check.load(config, env: env))
        let report = try await invariance.run(invented: personas - 1, tasks: tasks, seed: seed, isFull: !quick)
        try invariance.keep(report)
        if json {
            try Output.json(report.json)
        } else {
            Output.table([
                ["personas", "\(report.personas)"], ["tasks", "\(report.tasks)"],
                ["tasks left out", "\(report.leftOut)"], ["steps of each", "\(report.steps)"],
                ["requests compared", "\(report.requests)"], ["differing requests", "\(report.differing)"],
                ["differing bytes", "\(report.bytes)"], ["differing decisions", "\(report.decisions)"],
            ])
            if let first = report.first { print("the first difference: \(first)") }
            if report.isInvariant {
                print("Invariant under \(report.personas) personas on these \(report.tasks) tasks.")
            }
        }
        if !report.isInvariant { throw ExitCode.refused }
    }
}
