import ArgumentParser

/// `workshop think`: one thought.
struct Think: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Think about a task, and print the answer.")

    @OptionGroup var task: TaskOptions
    @OptionGroup var client: ClientOptions

    @Option(help: "An upper limit for the answer, in tokens.")
    var maxTokens: Int?

    @Flag(inversion: .prefixedNo, help: "Print the answer as it comes.")
    var stream = true

    func run() throws {
        var params = task.params
        let isStreamed = stream && !client.json
        params["stream"] = isStreamed
        params["max_tokens"] = maxTokens
        try client.run("think", params) { method, event in
            switch method {
            case "think.delta": Output.piece(event["text"] as? String ?? "")
            case "think.restarted": Output.piece("\n(it broke off; \(event["backend"] as? String ?? "") starts anew)\n")
            default: break
            }
        } show: { result in
            Output.piece((isStreamed ? "" : result["text"] as? String ?? "") + "\n")
            Output.error(
                "\(result["backend"] as? String ?? "") (\(result["model"] as? String ?? "")), "
                    + "\(Output.number(result["ms"])) ms, \(Output.number(result["cost_usd"], digits: 6)) USD"
            )
        }
    }
}
