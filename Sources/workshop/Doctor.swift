import ArgumentParser
import Bridge
import Foundation

/// `workshop doctor`: what is wrong with a machine, and what to do.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the configuration, files, disk, clock, daemon, backends and game, and say what to do.",
        discussion: "It changes nothing, shows no secret and asks no backend. It ends with 1 when something is wrong."
    )

    @Argument(help: "The configuration.", completion: .file())
    var config = "configs/backends.yaml"

    @Option(help: "A file of variables, besides the .env beside the configuration.", completion: .file())
    var env: String?

    @Option(help: "The daemon's socket; WORKSHOP_SOCKET in the environment, or the configuration's, without it.")
    var socket: String?

    @Option(help: "The folder of an Evennia game, whose settings are looked at as well.", completion: .directory)
    var game: String?

    @Flag(help: "Print what was found as JSON.")
    var json = false

    func run() throws {
        var loaded = try Check.load(config, env: env)
        let variable = ProcessInfo.processInfo.environment["WORKSHOP_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        if let path = socket ?? variable { try loaded.listen(on: path) }
        let findings = Examination.findings(loaded, game: game)
        if json {
            try Output.json(["findings": findings.map(\.asJSON)])
        } else {
            Output.table(findings.map { [$0.sign, $0.subject, $0.what] })
            let advice = findings.filter { $0.advice != nil }
            if !advice.isEmpty { print("\nWhat to do:") }
            Output.table(advice.map { [$0.sign, $0.subject, $0.advice ?? ""] })
        }
        if findings.contains(where: { $0.verdict == .wrong }) { throw ExitCode.refused }
    }
}

extension DoctorFinding {
    /// A sign that needs no colour.
    fileprivate var sign: String {
        switch verdict {
        case .fine: "ok"
        case .doubtful: "?"
        case .wrong: "WRONG"
        }
    }

    fileprivate var asJSON: [String: Any] {
        var object: [String: Any] = ["subject": subject, "verdict": verdict.rawValue, "what": what]
        object["advice"] = advice
        return object
    }
}
