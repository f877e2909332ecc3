import ArgumentParser
import Foundation

/// `workshop think`: one thought.
struct Think: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Think about a task, and print the answer.")

    @OptionGroup var task: TaskOptions
    @OptionGroup var consensus: ConsensusOptions
    @OptionGroup var client: ClientOptions

    @Option(help: "An upper limit for the answer, in tokens.")
    var maxTokens: Int?

    @Option(help: "The conversation that it belongs to: what was said before in it goes with the task.")
    var conversation: String?

    @Option(help: "Who asks; a conversation is the caller's own.")
    var caller: String?

    @Flag(inversion: .prefixedNo, help: "Keep the thought, in its conversation and in the journal.")
    var keep = true

    @Flag(inversion: .prefixedNo, help: "Print the answer as it comes.")
    var stream = true

    func run() throws {
        var params = task.params
        let isStreamed = stream && !client.json && !consensus.isOn
        params["consensus"] = consensus.params
        params["stream"] = isStreamed
        params["max_tokens"] = maxTokens
        params["conversation"] = conversation
        params["caller"] = caller
        if !keep { params["keep"] = false }
        try client.run("think", params) { method, event in
            switch method {
            case "think.delta": Output.piece(event["text"] as? String ?? "")
            case "think.restarted": Output.piece("\n(it broke off; \(event["backend"] as? String ?? "") starts anew)\n")
            case "think.switching":
                let place = (event["place"] as? NSNumber)?.intValue ?? 1
                Output.error("(it waits for \(event["profile"] as? String ?? ""), place \(place))")
            default: break
            }
        } show: { result in
            Output.piece((isStreamed ? "" : result["text"] as? String ?? "") + "\n")
            Output.error(
                "\(result["backend"] as? String ?? "") (\(result["model"] as? String ?? "")), "
                    + "\(Output.number(result["ms"])) ms, \(Output.number(result["cost_usd"], digits: 6)) USD, "
                    + "thought \(result["thought"] as? String ?? "")"
            )
            ConsensusOptions.show(result)
        }
    }
}
