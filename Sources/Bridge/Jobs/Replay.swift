internal import Routing

/// A decision made again with the configuration and the health of now.
struct Replay: Sendable {
    /// Who would be asked today.
    let plan: RoutePlan
    /// How that differs, in words; never empty.
    let differences: [String]
    /// What the record does not hold, and is therefore not made again.
    let notReplayed: [String]

    init(_ decision: RecordedDecision, plan: RoutePlan, _ registry: BackendRegistry) {
        self.plan = plan
        differences = DecisionReplay.differences(decision.record, plan, configured: registry.backends.map(\.id))
        var words = [
            "the task is not classified again: its words are not in the ledger",
            "answers are not asked for again: nothing is sent",
        ]
        if !decision.hasFacts {
            words.append(
                "its size, its needs and what its caller insisted on were not written down when it was decided;"
                    + " it is decided as a short task of a caller without wishes"
            )
        }
        words.append("the turn of a round robin, the load and the health of then, and what budgets left then")
        notReplayed = words
    }
}
