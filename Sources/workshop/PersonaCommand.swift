import ArgumentParser
import Bridge
import Foundation
import Persona

/// `workshop persona`: what a persona keeps to itself.
struct PersonaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "persona",
        abstract: "Look at a persona.",
        subcommands: [CheckPersona.self]
    )

    /// The persona of a folder, or the problems on standard error and the exit.
    static func load(_ folder: String) throws -> PersonaCard {
        do { return try PersonaLoader.load(folder: folder) } catch {
            for problem in error.problems { Output.error("\(problem)") }
            throw ExitCode.configuration
        }
    }
}

/// `workshop persona check`: what each term would cost.
struct CheckPersona: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Load a persona, and measure what each of its terms costs in false alarms on clean text.",
        discussion: """
            Prints the terms themselves, and nothing of the soul: run it where nobody looks over your shoulder. The text is \
            a small sample unless --clean names a file, of lines of text or of JSON objects with a key "text".
            """
    )

    @Argument(help: "The folder of the persona: persona.yaml and SOUL.md.")
    var folder: String

    @Option(help: "A file of clean text to measure on, a text a line.")
    var clean: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "End with the exit code 1 when there is a warning.")
    var strict = false

    func run() throws {
        let card = try PersonaCommand.load(folder)
        let texts = try clean.map(Self.texts) ?? CleanSample.texts
        let cost = IdentityCost(card.identity, on: texts)
        if json { try Output.json(Self.object(cost, texts.count)) } else { Self.show(cost, texts.count) }
        if strict && cost.warnings > 0 { throw ExitCode.refused }
    }

    private static func show(_ cost: IdentityCost, _ texts: Int) {
        var rows = [["class", "severity", "term", "rule", "stops /10k", "quarantines /10k", "advice"]]
        let soul = cost.soul.map { (text: "\(cost.fingerprints) fingerprints", cost: $0) }
        for (text, cost) in cost.terms + [soul].compactMap(\.self) {
            let advice = [cost.warning, cost.advice].compactMap(\.self).joined(separator: ": ")
            rows.append([
                cost.identityClass.rawValue, cost.severity.rawValue, text, cost.rule,
                String(format: "%.1f", cost.stopsPerTenThousand),
                String(format: "%.1f", cost.quarantinesPerTenThousand), advice,
            ])
        }
        Output.table(rows)
        print("\(cost.terms.count) terms on \(texts) clean texts, \(cost.warnings) warnings")
    }

    private static func object(_ cost: IdentityCost, _ texts: Int) -> [String: Any] {
        var object: [String: Any] = [
            "texts": texts, "warnings": cost.warnings,
            "terms": cost.terms.map { row(of: $0.cost).merging(["term": $0.text]) { $1 } },
        ]
        if let soul = cost.soul { object["soul"] = row(of: soul).merging(["fingerprints": cost.fingerprints]) { $1 } }
        return object
    }

    private static func row(of cost: TermCost) -> [String: Any] {
        [
            "class": cost.identityClass.rawValue, "severity": cost.severity.rawValue, "rule": cost.rule,
            "stops": cost.stops, "quarantines": cost.quarantines,
            "stops_per_10k": cost.stopsPerTenThousand, "quarantines_per_10k": cost.quarantinesPerTenThousand,
            "warning": cost.warning ?? NSNull(), "advice": cost.advice ?? NSNull(),
        ]
    }

    private static func texts(_ file: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: file) else {
            Output.error("\(file) cannot be read")
            throw ExitCode.configuration
        }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["text"] as? String ?? String(line)
        }
    }
}
