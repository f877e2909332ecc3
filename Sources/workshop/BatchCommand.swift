import ArgumentParser
import Foundation

/// `workshop batch`: many small classifications with few calls.
struct BatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Sort the lines of a file into categories, many with one call.",
        discussion: """
            Prints a line for each line of the file: its category, or why there is none. Empty lines are passed over.
            The exit code is 1 when a line has no category.
            """
    )

    @Argument(help: "The file; - for standard input.", completion: .file())
    var file: String

    @Option(help: "What is asked of each line, such as \"Is the review glad or angry?\"")
    var question: String

    @Option(help: "The categories, with commas between them.")
    var labels: String

    @Option(help: "How many lines are asked with one call, from 1 to 50.")
    var size = 10

    @Option(help: "Only this backend.")
    var backend: String?

    @Flag(help: "Only backends on this machine.")
    var localOnly = false

    @Option(help: "Who asks.")
    var caller: String?

    @OptionGroup var client: ClientOptions

    /// How many the daemon takes with one request.
    private static let most = 200

    func validate() throws {
        if !(1...50).contains(size) { throw ValidationError("--size is from 1 to 50.") }
        if names.count < 2 { throw ValidationError("--labels needs two categories at least.") }
    }

    private var names: [String] {
        labels.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    func run() throws {
        let items = try read()
        guard !items.isEmpty else { throw ValidationError("\(file) has no line.") }
        guard items.count <= Self.most else {
            throw ValidationError("\(file) has \(items.count) lines; \(Self.most) go at once. Split it.")
        }
        var params: [String: Any] = ["items": items, "question": question, "labels": names, "size": size]
        params["backend"] = backend
        params["caller"] = caller
        if localOnly { params["local_only"] = true }
        var isWhole = true
        try client.run("batch", params) { result in
            let outcomes = result["items"] as? [[String: Any]] ?? []
            for (item, outcome) in zip(items, outcomes) {
                if outcome["label"] == nil { isWhole = false }
                print("\(outcome["label"] as? String ?? "(\(outcome["error"] as? String ?? ""))")\t\(item)")
            }
            let single = result["single"] as? [String: Any] ?? [:]
            Output.error(
                "\(Output.number(result["calls"], digits: 0)) calls, \(Output.number(result["tokens"], digits: 0)) tokens, "
                    + "\(Output.number(result["cost_usd"], digits: 6)) USD; one by one about "
                    + "\(Output.number(single["calls"], digits: 0)) calls, \(Output.number(single["tokens"], digits: 0)) tokens, "
                    + "\(Output.number(single["cost_usd"], digits: 6)) USD"
            )
        }
        if !isWhole { throw ExitCode.refused }
    }

    private func read() throws -> [String] {
        let data: Data
        if file == "-" {
            data = FileHandle.standardInput.readDataToEndOfFile()
        } else if let content = FileManager.default.contents(atPath: file) {
            data = content
        } else {
            throw ValidationError("\(file) cannot be read.")
        }
        guard let text = String(data: data, encoding: .utf8) else { throw ValidationError("\(file) is not UTF-8.") }
        return text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
