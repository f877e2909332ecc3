import ArgumentParser
import Bridge
import Foundation
import Logging

/// `workshop serve`: the daemon.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon.",
        discussion: "Runs until SIGTERM or SIGINT. What it does is logged to standard error; a prompt never is."
    )

    @Option(help: "The configuration.", completion: .file())
    var config = "configs/backends.yaml"

    @Option(help: "A file of variables, besides the .env beside the configuration.", completion: .file())
    var env: String?

    @Option(help: "The socket, instead of the configuration's.")
    var socket: String?

    @OptionGroup var log: LogOptions

    func run() async throws {
        try log.begin()
        let checked: BridgeConfig
        do throws(ConfigProblems) {
            var config = try ConfigLoader.load(config, envFile: env)
            if let socket { try config.listen(on: socket) }
            checked = config
        } catch {
            try log.fail(error.problems.map { "\($0)" }, .configuration)
        }
        do { try await Daemon(checked, logger: Logger(label: "workshop")).run() } catch {
            try log.fail(["\(error)"], .failure)
        }
    }
}
