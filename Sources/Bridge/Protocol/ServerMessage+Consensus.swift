internal import Routing

extension ServerMessage {
    /// The members of what several models said.
    static func write(_ report: ConsensusReport, _ json: inout JSONWriter) {
        json.key("rule")
        json.string(report.terms.rule.rawValue)
        json.key("decided_by")
        json.string(report.verdict.decider.rawValue)
        json.key("unanimous")
        json.boolean(report.verdict.isUnanimous)
        json.key("agreeing")
        json.integer(report.verdict.agreeing)
        json.key("votes")
        json.array(zip(report.ballots, report.shown)) { json, vote in
            let (ballot, shown) = vote
            json.object { json in
                json.key("backend")
                json.string(ballot.backend.rawValue)
                if let answer = ballot.answer {
                    json.key("choice")
                    json.string(String((shown ?? "").prefix(mostOfAChoice)))
                    json.key("confidence")
                    if let confidence = answer.confidence { json.number(confidence) } else { json.null() }
                    json.key("thought")
                    json.string(answer.thought)
                    json.key("cost_usd")
                    if let cost = answer.cost { json.number(cost.dollars) } else { json.null() }
                } else {
                    json.key("failure")
                    json.string(ballot.failure?.rawValue ?? "")
                }
            }
        }
        json.key("worst_case_usd")
        if let worst = report.worstCase { json.number(worst.dollars) } else { json.null() }
        json.key("total_usd")
        if let cost = report.cost { json.number(cost.dollars) } else { json.null() }
    }

    /// How much of each answer is shown beside the one that was taken, in characters.
    private static let mostOfAChoice = 200
}
