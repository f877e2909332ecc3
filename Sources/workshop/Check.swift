import ArgumentParser
import Bridge
import Foundation

/// `workshop check`: what is wrong with a configuration.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration, and say everything that is wrong with it."
    )

    @Argument(help: "The configuration.")
    var config = "configs/backends.yaml"

    @Flag(help: "Print the problems as JSON.")
    var json = false

    func run() throws {
        guard json else { return try Self.load(config).summary.forEach { print($0) } }
        let problems: [ConfigProblem]
        do {
            _ = try ConfigLoader.load(config)
            problems = []
        } catch {
            problems = error.problems
        }
        try Output.json(["problems": problems.map(\.asJSON)])
        if !problems.isEmpty { throw ExitCode.configuration }
    }

    /// A checked configuration, or the problems on standard error and the exit.
    static func load(_ file: String) throws -> BridgeConfig {
        do { return try ConfigLoader.load(file) } catch {
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
