import ArgumentParser
import Foundation
import Persona
import Routing

/// `workshop classify`: what the classifier makes of tasks; asks no daemon and no backend.
struct Classify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what kind of work a task is, and why.",
        discussion: """
            With --jsonl, reads one JSON object a line from the standard input, with "task" and, if it comes with any, \
            "attachments" (media types), and answers each with one line. A line that is no task is answered with \
            {"error": ...}, and the exit code is 1.
            """
    )

    @Argument(help: "The task.")
    var task: [String] = []

    @Flag(help: "Read tasks as JSON lines from the standard input.")
    var jsonl = false

    @Option(help: "The media type of what comes with the task, such as image/png; more than once for more.")
    var attachment: [String] = []

    @Option(help: .init("Classify each task so often, and print the median time.", visibility: .hidden))
    var time: Int?

    func validate() throws {
        if jsonl != task.joined().isEmpty {
            throw ValidationError("Give a task, or --jsonl and tasks on the standard input.")
        }
    }

    func run() throws {
        let bench = try Blinder()
        let classifier = Classifier()
        guard jsonl else {
            let prompt = try bench.blind(task.joined(separator: " "), attachment)
            if let time { return print(Timing.median(of: time) { _ = classifier.classify(prompt) }) }
            return show(classifier.classify(prompt))
        }
        var hasFailed = false
        var times: [Double] = []
        while let line = readLine() {
            do {
                let (task, attachments) = try Self.read(line)
                let prompt = try bench.blind(task, attachments)
                if let time { times.append(Timing.measured(time) { _ = classifier.classify(prompt) }) }
                try answer(classifier.classify(prompt))
            } catch {
                hasFailed = true
                try Output.json(["error": error is BadLine ? "the line is no task: \(error)" : "the task is refused"])
            }
            fflush(nil)
        }
        if !times.isEmpty { Output.error("median of the medians \(Timing.median(times)) us") }
        if hasFailed { throw ExitCode.refused }
    }

    private struct BadLine: Error, CustomStringConvertible {
        let description: String
    }

    private static func read(_ line: String) throws -> (task: String, attachments: [String]) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            throw BadLine(description: "it is not a JSON object")
        }
        guard let task = object["task"] as? String else { throw BadLine(description: "\"task\" is not a text") }
        let attachments = object["attachments"] ?? [String]()
        guard let attachments = attachments as? [String] else {
            throw BadLine(description: "\"attachments\" is not a list of media types")
        }
        return (task, attachments)
    }

    private func answer(_ found: Classification) throws {
        try Output.json([
            "kind": found.kind.rawValue, "complexity": found.complexity.rawValue, "role": found.kind.home.rawValue,
            "local_only": found.isLocalOnly, "confidence": found.confidence, "why": found.why,
        ])
    }

    private func show(_ found: Classification) {
        let confidence = Output.number(found.confidence, digits: 2)
        print("\(found.kind.rawValue), \(found.complexity.rawValue), confidence \(confidence)")
        print("goes to \(found.kind.home.rawValue)\(found.isLocalOnly ? ", stays on this machine" : "")")
        for reason in found.why { print("- \(reason)") }
    }
}

/// Makes blind prompts for nobody: there is no identity whose terms could be in them.
private struct Blinder {
    private let gate: PromptGuard

    init() throws {
        guard let id = PersonaID("nobody") else { throw ExitCode.configuration }
        let card = PersonaCard(id: id, identity: Identity(terms: []), voice: .plain)
        gate = PromptGuard(persona: card, index: IdentityIndex([card.identity]))
    }

    func blind(_ task: String, _ attachments: [String]) throws -> BlindPrompt {
        try gate.blind(PromptDraft(task: task, attachments: attachments.map { Attachment(mediaType: $0) }))
    }
}

/// Times of work that takes microseconds.
private enum Timing {
    static func measured(_ count: Int, _ work: () -> Void) -> Double {
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<max(1, count) {
            let time = clock.measure(work)
            times.append(time / .microseconds(1))
        }
        return median(times)
    }

    static func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

    static func median(of count: Int, _ work: () -> Void) -> String {
        "\(Output.number(measured(count, work), digits: 1)) us"
    }
}
