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
            Prints the terms themselves: run it where nobody looks over your shoulder. The text is a small sample unless \
            --clean names a file, of lines of text or of JSON objects with a key "text".
            """
    )

    @Argument(help: "The folder of the persona: persona.yaml and SOUL.md.")
    var folder: String

    @Option(help: "A file of clean text to measure on, a text a line.")
    var clean: String?

    func run() throws {
        let card = try PersonaCommand.load(folder)
        let texts = try clean.map(Self.texts) ?? CleanSample.texts
        var rows = [["class", "term", "rule", "stops /10k", "quarantines /10k", "warning"]]
        var warnings = 0
        for (kind, text) in card.identity.terms {
            let cost = TermCost(kind: kind, text: text, on: texts)
            if cost.warning != nil { warnings += 1 }
            rows.append([
                kind.rawValue, text, cost.rule, Self.rate(cost.stops, texts.count),
                Self.rate(cost.quarantines, texts.count), cost.warning ?? "",
            ])
        }
        Output.table(rows)
        print(
            "\(card.identity.passages.count) fingerprints of the soul, on \(texts.count) clean texts, \(warnings) warnings"
        )
    }

    private static func rate(_ count: Int, _ total: Int) -> String {
        String(format: "%.1f", Double(count) * 10_000 / Double(max(1, total)))
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
