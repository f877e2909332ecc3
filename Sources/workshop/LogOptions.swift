import ArgumentParser
import Bridge
import Foundation
import Logging

/// What every command that runs on takes for its log.
struct LogOptions: ParsableArguments {
    @Option(
        help: """
            What is logged: trace, debug, info, notice, warning, error or critical; WORKSHOP_LOG_LEVEL in the \
            environment, or notice, without it.
            """
    )
    var logLevel: String?

    @Option(
        help: """
            How it is logged: text, or json, an object a line; WORKSHOP_LOG_FORMAT in the environment, or text, \
            without it.
            """
    )
    var logFormat: String?

    @Flag(
        name: [.customShort("v"), .long],
        help: "Log what becomes of each request, too: --log-level debug. No level shows a prompt, an answer or a key."
    )
    var verbose = false

    /// The level and the form.
    private var chosen: (level: Logger.Level, format: LogFormat) {
        get throws {
            if verbose && logLevel != nil { throw ValidationError("--verbose is --log-level debug: give one of them.") }
            let environment = ProcessInfo.processInfo.environment
            let level = verbose ? "debug" : logLevel ?? environment["WORKSHOP_LOG_LEVEL"] ?? "notice"
            guard let known = Logger.Level(rawValue: level) else {
                throw ValidationError("'\(level)' is not a log level.")
            }
            let format = logFormat ?? environment["WORKSHOP_LOG_FORMAT"] ?? "text"
            guard let form = LogFormat(rawValue: format) else {
                throw ValidationError("'\(format)' is not a form of the log: text or json.")
            }
            return (known, form)
        }
    }

    func validate() throws { _ = try chosen }

    /// Has all that is logged from now on written so. Once in a process.
    func begin() throws {
        let (level, format) = try chosen
        LoggingSystem.bootstrap { LogLines($0, format: format, level: level) }
    }

    /// Says why the program cannot go on, in the form of the log.
    func fail(_ problems: [String], _ code: ExitCode) throws -> Never {
        if try chosen.format == .json {
            let logger = Logger(label: "workshop")
            for problem in problems { logger.critical("cannot go on", metadata: ["problem": "\(problem)"]) }
        } else {
            problems.forEach(Output.error)
        }
        throw code
    }
}
