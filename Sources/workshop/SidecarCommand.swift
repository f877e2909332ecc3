import ArgumentParser
import Bridge
import Foundation
import Logging

/// `workshop sidecar`: runs the models of a manifest, one at a time.
struct SidecarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar",
        abstract: "Run local models, one at a time, and switch between them.",
        discussion: """
            Starts with no model; POST /models/switch starts one. Runs until SIGTERM or SIGINT, and leaves no process \
            behind. docs/sidecar.md has the manifest and the API.
            """
    )

    @Option(help: "The models, and how they are run.")
    var manifest = "configs/manifest.yaml"

    @Flag(help: "Say what is wrong with the manifest, or what it holds, and end.")
    var check = false

    @Flag(help: "With --check: print the problems as JSON.")
    var json = false

    @Option(help: "What is logged: debug, info, notice, warning or error.")
    var logLevel = "notice"

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("'\(logLevel)' is not a log level.")
        }
        guard check || !json else { throw ValidationError("--json goes with --check.") }
    }

    func run() async throws {
        let checked: Manifest
        do { checked = try ManifestReader.load(manifest) } catch {
            if json { return try Check.tell(error.problems) }
            for problem in error.problems { Output.error("\(problem)") }
            throw ExitCode.configuration
        }
        if json { return try Check.tell([], warnings: checked.warnings.map { ["message": $0] }) }
        if check {
            for warning in checked.warnings { Output.error("warning: \(warning)") }
            return checked.summary.forEach { print(Output.printable($0)) }
        }
        let level = Logger.Level(rawValue: logLevel) ?? .notice
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        do { try await SidecarDaemon(checked, logger: Logger(label: "workshop.sidecar")).run() } catch {
            Output.error("\(error)")
            throw ExitCode.failure
        }
    }
}

/// `workshop sidecar-keeper`: started by the sidecar, never by hand.
struct SidecarKeeper: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar-keeper",
        abstract: "End what a sidecar has left behind, when standard input is closed.",
        shouldDisplay: false
    )

    @Option(help: "The mark of its processes.")
    var mark: String

    func run() async { await Keeper.run(mark: mark) }
}
