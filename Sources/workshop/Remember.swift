import ArgumentParser

/// `workshop journal`: what the persona remembers.
struct Journal: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the persona remembers; no backend is asked.",
        discussion: "With words, what it remembers of them."
    )

    @Argument(help: "What about.")
    var about: [String] = []

    @Option(help: "The persona; the configured one without it.")
    var persona: String?

    @Option(help: "Only what this caller asked.")
    var caller: String?

    @Option(help: "How many entries, at most 50.")
    var limit = 10

    @OptionGroup var client: ClientOptions

    func run() throws {
        var params: [String: Any] = ["limit": limit]
        params["about"] = about.isEmpty ? nil : about.joined(separator: " ")
        params["persona"] = persona
        params["caller"] = caller
        try client.run("journal", params) { result in
            print(Output.printable(result["say"] as? String ?? ""))
            for entry in result["entries"] as? [[String: Any]] ?? [] {
                let texts = ["time", "caller", "kind", "backend"].compactMap { entry[$0] as? String }
                print("\n" + Output.printable(texts.joined(separator: "  "), lines: false))
                print(Output.printable("  " + (entry["task"] as? String ?? "")))
                print(Output.printable("  " + (entry["answer"] as? String ?? "")))
            }
        }
    }
}

/// `workshop forget`: deletes what was said.
struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete a conversation, or all of a caller's, and what the journal holds of it.",
        discussion: "Without a caller it is about what was said without one."
    )

    @Option(help: "The persona; the configured one without it.")
    var persona: String?

    @Option(help: "Whose.")
    var caller: String?

    @Option(help: "Only this conversation.")
    var conversation: String?

    @OptionGroup var client: ClientOptions

    func run() throws {
        var params: [String: Any] = [:]
        params["persona"] = persona
        params["caller"] = caller
        params["conversation"] = conversation
        try client.run("forget", params) { result in
            let count = result["turns"] as? Int ?? 0
            print("\(count) \(count == 1 ? "exchange" : "exchanges") forgotten")
        }
    }
}
