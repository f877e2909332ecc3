import ArgumentParser

/// `workshop rate`: what somebody thought of an answer.
struct Rate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep in the ledger how good an answer was; with routing.learning on, routing learns from it.",
        discussion: "A thought's name is shown by workshop think. The last word counts."
    )

    @Argument(help: "The thought.") var thought: String
    @Argument(help: "From 1 to 5.") var stars: Int
    @Option(help: "Only if it was this caller's.") var caller: String?
    @OptionGroup var client: ClientOptions

    func validate() throws {
        guard (1...5).contains(stars) else { throw ValidationError("Stars are from 1 to 5.") }
    }

    func run() throws {
        var params: [String: Any] = ["thought": thought, "stars": stars]
        params["caller"] = caller
        try client.run("rate", params) { result in
            let backend = result["backend"] as? String ?? ""
            let model = (result["model"] as? String).map { " (\($0))" } ?? ""
            print(Output.printable("\(stars) of 5 for \(backend)\(model)", lines: false))
        }
    }
}
