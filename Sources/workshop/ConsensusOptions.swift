import ArgumentParser

/// What `think` takes when several models are to agree.
struct ConsensusOptions: ParsableArguments {
    @Option(help: "Ask so many models at once, from 2 to 7, and take what they agree on.")
    var consensus: Int?

    @Option(help: "Ask these backends at once, with commas between them, instead of a number.")
    var consensusBackends: String?

    @Option(help: "Who decides: majority, or confidence.")
    var consensusRule: String?

    @Option(
        help: "What all of them together may cost at worst, in US dollars; more is refused before anything is sent."
    )
    var consensusMaxCost: Double?

    func validate() throws {
        if consensus != nil && consensusBackends != nil {
            throw ValidationError("Either --consensus or --consensus-backends.")
        }
        if !isOn && (consensusRule != nil || consensusMaxCost != nil) {
            throw ValidationError("Say how many: --consensus 3, or --consensus-backends a,b,c.")
        }
    }

    var isOn: Bool { consensus != nil || consensusBackends != nil }

    /// The parameter; nil where one model answers.
    var params: [String: Any]? {
        guard isOn else { return nil }
        var params: [String: Any] = [:]
        params["count"] = consensus
        params["backends"] = consensusBackends.map { $0.split(separator: ",").map(String.init) }
        params["rule"] = consensusRule
        params["max_cost_usd"] = consensusMaxCost
        return params
    }

    /// Prints who said what.
    static func show(_ result: [String: Any]) {
        guard let report = result["consensus"] as? [String: Any] else { return }
        let votes = report["votes"] as? [[String: Any]] ?? []
        let isUnanimous = report["unanimous"] as? Bool ?? false
        Output.error(
            isUnanimous
                ? "all who answered agree"
                : "they disagree; \(Output.number(report["agreeing"], digits: 0)) said so, decided by "
                    + "\(report["decided_by"] as? String ?? "")"
        )
        for vote in votes {
            let said = vote["choice"] as? String ?? "(\(vote["failure"] as? String ?? "no answer"))"
            Output.error(
                "  \(vote["backend"] as? String ?? ""): \(said), \(Output.number(vote["confidence"], digits: 2))"
            )
        }
        Output.error(
            "\(Output.number(report["total_usd"], digits: 6)) USD in all, at worst "
                + "\(Output.number(report["worst_case_usd"], digits: 6)) USD"
        )
    }
}
