import ArgumentParser
import Bridge
import Foundation

/// `workshop usage`: the usage log.
struct Usage: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The usage log of the ledger.",
        subcommands: [Export.self]
    )

    /// `workshop usage export`: each request as a line.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every request of a thought as a line of JSON, the oldest first.",
            discussion: "Needs no daemon, and disturbs none. The lines hold numbers and names, and no text."
        )

        @Option(help: "Requests of that time or later: 2026-11-01, or 2026-11-01T12:00:00Z. A day is in UTC.")
        var since: Moment?

        @Option(help: "Requests before that time.")
        var until: Moment?

        @Option(help: "The configuration that says where the ledger is.", completion: .file())
        var config = "configs/backends.yaml"

        @Option(help: "The ledger itself, instead of a configuration.", completion: .file())
        var ledger: String?

        func run() throws {
            let path = try ledger ?? Check.load(config).ledgerPath
            var pending = Data()
            do {
                try UsageExport(ledger: path).run(since: since?.date, until: until?.date) { line in
                    pending.append(contentsOf: line)
                    guard pending.count >= 64 << 10 else { return }
                    try FileHandle.standardOutput.write(contentsOf: pending)
                    pending.removeAll(keepingCapacity: true)
                }
                try FileHandle.standardOutput.write(contentsOf: pending)
            } catch let failure as UsageExport.Failure {
                Output.error("\(failure)")
                throw ExitCode.failure
            }
        }
    }

    /// A moment on the command line.
    struct Moment: ExpressibleByArgument {
        let date: Date

        init?(argument: String) {
            let text = argument.contains("T") ? argument : argument + "T00:00:00Z"
            guard let date = try? Date(text, strategy: .iso8601) else { return nil }
            self.date = date
        }
    }
}
