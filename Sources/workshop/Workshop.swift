import ArgumentParser
import Bridge
import Foundation

/// The command `workshop`.
@main
struct Workshop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workshop",
        abstract: "The bridge between a persona in a game world and the language models it thinks with.",
        discussion: """
            Exit codes: 0 done, 1 the bridge answered with an error, 64 wrong usage, 69 no daemon answers,
            78 the configuration is wrong.
            """,
        version: "workshop \(Version.current)",
        subcommands: [
            Serve.self, Route.self, Think.self, BatchCommand.self, Rate.self, Health.self, Backends.self,
            Models.self, Costs.self, Usage.self, Audit.self, CompareCommand.self, MigrateCommand.self,
            Retention.self, Leaks.self, Journal.self, Forget.self, JobsCommand.self, Reload.self, Check.self,
            Classify.self, Guard.self, InvarianceCommand.self, SidecarCommand.self, SidecarKeeper.self,
            PipeCommand.self, ReplyGuardFilter.self, PersonaCommand.self, KeyCommand.self, Doctor.self,
            LearningCommand.self, PreferencesCommand.self, ExperimentCommand.self,
        ]
    )
}

/// The exit codes, after sysexits.h.
extension ExitCode {
    /// The bridge answered with an error.
    static let refused = ExitCode(1)
    /// No daemon answers.
    static let unavailable = ExitCode(69)
    /// The configuration is wrong.
    static let configuration = ExitCode(78)
}

/// What every command that talks to the daemon takes.
struct ClientOptions: ParsableArguments {
    @Option(help: "The daemon's socket; WORKSHOP_SOCKET in the environment, or the default place, without it.")
    var socket: String?

    @Flag(help: "Print the bridge's answer as JSON.")
    var json = false

    /// Asks the daemon, prints, and ends with the exit code that the outcome calls for.
    func run(
        _ method: String,
        _ params: [String: Any] = [:],
        onNotification: (String, [String: Any]) -> Void = { _, _ in },
        show: ([String: Any]) -> Void
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let path = socket ?? environment["WORKSHOP_SOCKET"] ?? ConfigLoader.defaultSocket()
        do {
            let result = try BridgeClient(socket: path).call(method, params, onNotification: onNotification)
            if json { try Output.json(result) } else { show(result) }
        } catch let failure as BridgeClient.Failure {
            if case .refused(_, _, let say, let answer) = failure {
                if json { print(answer) } else if let say { print(say) }
                if !json { failure.problems.forEach(Output.error) }
                Output.error("\(failure)")
                if !json, let hint = failure.hint { Output.error(hint) }
                throw ExitCode.refused
            }
            Output.error("\(failure)")
            throw ExitCode.unavailable
        }
    }
}

/// Writing to the terminal.
enum Output {
    static func json(_ object: [String: Any]) throws {
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        print(String(decoding: data, as: UTF8.self))
    }

    static func error(_ message: String) {
        FileHandle.standardError.write(Data("workshop: \(printable(message))\n".utf8))
    }

    /// Text without an end of line, at once.
    static func piece(_ text: String) {
        FileHandle.standardOutput.write(Data(printable(text).utf8))
    }

    /// Text without the characters that steer a terminal: answers, names of callers and of models are other people's.
    /// - Parameter lines: whether ends of lines and tabs stay.
    static func printable(_ text: String, lines: Bool = true) -> String {
        let isSteering = { (scalar: Unicode.Scalar) in
            scalar.properties.generalCategory == .control && !(lines && (scalar == "\n" || scalar == "\t"))
        }
        guard text.unicodeScalars.contains(where: isSteering) else { return text }
        var plain = String.UnicodeScalarView()
        plain.append(contentsOf: text.unicodeScalars.lazy.map { isSteering($0) ? "\u{FFFD}" : $0 })
        return String(plain)
    }

    /// Rows with their columns under each other.
    static func table(_ cells: [[String]]) {
        let rows = cells.map { row in row.map { printable($0, lines: false) } }
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.compactMap { $0.count > column ? $0[column].count : nil }.max() ?? 0
        }
        for row in rows {
            let cells = row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : cell.padding(toLength: widths[index], withPad: " ", startingAt: 0)
            }
            print(cells.joined(separator: "  "))
        }
    }

    /// A share as a bar of at most twenty blocks; what is there has at least an eighth of one.
    static func bar(_ part: Double, of whole: Double) -> String {
        guard part > 0, whole > 0 else { return "" }
        let eighths = max(1, Int((min(part / whole, 1) * 160).rounded()))
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }

    /// A number as people read it.
    static func number(_ value: Any?, digits: Int = 1) -> String {
        guard let value = value as? NSNumber else { return "-" }
        return String(format: "%.\(digits)f", value.doubleValue)
    }
}
