import ArgumentParser
import Bridge
import Foundation

/// `workshop check`: what is wrong with a configuration.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration, and say everything that is wrong with it."
    )

    @Argument(help: "The configuration.", completion: .file())
    var config = "configs/backends.yaml"

    @Option(help: "A file of variables, besides the .env beside the configuration.", completion: .file())
    var env: String?

    @Flag(help: "Print the problems as JSON.")
    var json = false

    func run() throws {
        guard json else { return try Self.load(config, env: env).summary.forEach { print($0) } }
        var problems: [ConfigProblem] = []
        var warnings: [ConfigProblem] = []
        do { warnings = try ConfigLoader.load(config, envFile: env).warnings } catch { problems = error.problems }
        try Self.tell(problems, warnings: warnings.map(\.asJSON))
    }

    /// Prints them as JSON; with problems, exits as for any configuration that is wrong.
    static func tell(_ problems: [ConfigProblem], warnings: [[String: Any]] = []) throws {
        try Output.json(["problems": problems.map(\.asJSON), "warnings": warnings])
        if !problems.isEmpty { throw ExitCode.configuration }
    }

    /// A checked configuration, or the problems on standard error and the exit.
    static func load(_ file: String, env: String? = nil) throws -> BridgeConfig {
        do {
            let config = try ConfigLoader.load(file, envFile: env)
            for warning in config.warnings { Output.error("warning: \(warning)") }
            return config
        } catch {
            for problem in error.problems { Output.error("\(problem)") }
            throw ExitCode.configuration
        }
    }
}

extension ConfigProblem {
    fileprivate var asJSON: [String: Any] {
        var object: [String: Any] = ["file": file, "path": path, "message": message]
        object["line"] = line
        object["hint"] = hint
        return object
    }
}
