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

    @Option(help: "The models, and how they are run.", completion: .file())
    var manifest = "configs/manifest.yaml"

    @Flag(help: "Say what is wrong with the manifest, or what it holds, and end.")
    var check = false

    @Flag(help: "With --check: print the problems as JSON.")
    var json = false

    @OptionGroup var log: LogOptions

    func validate() throws {
        guard check || !json else { throw ValidationError("--json goes with --check.") }
    }

    func run() async throws {
        try log.begin()
        let checked: Manifest
        do { checked = try ManifestReader.load(manifest) } catch {
            if json { return try Check.tell(error.problems) }
            try log.fail(error.problems.map { "\($0)" }, .configuration)
        }
        if json { return try Check.tell([], warnings: checked.warnings.map { ["message": $0] }) }
        if check {
            for warning in checked.warnings { Output.error("warning: \(warning)") }
            return checked.summary.forEach { print(Output.printable($0)) }
        }
        do { try await SidecarDaemon(checked, logger: Logger(label: "workshop.sidecar")).run() } catch {
            try log.fail(["\(error)"], .failure)
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
