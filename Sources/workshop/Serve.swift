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

    @Option(help: "What is logged: debug, info, notice, warning or error.")
    var logLevel = "notice"

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("'\(logLevel)' is not a log level.")
        }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .notice
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        var checked = try Check.load(config, env: env)
        if let socket {
            do { try checked.listen(on: socket) } catch {
                Output.error("\(error)")
                throw ExitCode.configuration
            }
        }
        do { try await Daemon(checked, logger: Logger(label: "workshop")).run() } catch {
            Output.error("\(error)")
            throw ExitCode.failure
        }
    }
}
