internal import Routing

/// What has come of one backend's requests since the daemon started, and the last of them.
struct BackendActivity: Sendable {
    /// How many ended how, by the word of the ledger: `answered` or a failure class.
    private(set) var thoughts: [String: Int] = [:]
    /// Of what is neither a thought nor a probe.
    private(set) var others: [EgressRecord.Purpose: [String: Int]] = [:]
    private(set) var probes: [String: Int] = [:]
    private(set) var inputTokens = 0
    private(set) var outputTokens = 0
    private(set) var cost = NanoDollars(0)
    /// Of answered thoughts.
    private(set) var duration = Histogram()
    private(set) var firstToken = Histogram()
    /// The last ones in milliseconds; nil for one that was not answered.
    private(set) var durations = Ring<Double?>(length)
    private(set) var firstTokens = Ring<Double?>(length)
    private(set) var probeTimes = Ring<Double?>(length)

    /// How many are kept of each series.
    static let length = 40

    mutating func took(_ purpose: EgressRecord.Purpose, _ settlement: Settlement) {
        let outcome = settlement.outcome.label
        let isAnswered = settlement.outcome == .answered
        let time = isAnswered ? settlement.duration.milliseconds : nil
        switch purpose {
        case .probe:
            probes[outcome, default: 0] += 1
            return probeTimes.append(time)
        case .critique, .comparison, .shadow, .embedding: others[purpose, default: [:]][outcome, default: 0] += 1
        case .thought:
            thoughts[outcome, default: 0] += 1
            // Nobody waited for the end of what he did not want any more: it says nothing of the backend.
            if settlement.outcome != .failed(.cancelled) { durations.append(time) }
            if isAnswered { duration.add(settlement.duration) }
            if let first = settlement.firstToken, isAnswered {
                firstToken.add(first)
                firstTokens.append(first.milliseconds)
            }
        }
        spend(settlement)
    }

    /// Counts come from a backend and may be absurd: none may make a sum that no integer holds.
    private mutating func spend(_ settlement: Settlement) {
        let usage = settlement.usage
        let input = [usage.inputUncached, usage.inputCacheRead, usage.inputCacheWrite]
        inputTokens += input.reduce(0) { $0 + Self.summand($1) }
        outputTokens += Self.summand(usage.outputVisible) + Self.summand(usage.outputReasoning)
        let paid = min(max(settlement.cost?.value ?? 0, 0), 1_000_000_000_000_000)
        cost = NanoDollars(cost.value &+ paid)
    }

    private static func summand(_ count: Int?) -> Int { min(max(count ?? 0, 0), 1_000_000_000) }

    /// How many ended how, by purpose; in an order that stays.
    var byPurpose: [(purpose: String, outcomes: [String: Int])] {
        [("thought", thoughts), ("probe", probes)]
            + others.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }
    }

    /// Answered thoughts.
    var answered: Int { thoughts[Attempt.Outcome.answered.label] ?? 0 }

    /// Thoughts that failed, by class, the commonest first; who left before the end is no failure.
    var failures: [(failure: String, count: Int)] {
        let fine = [Attempt.Outcome.answered.label, FailureClass.cancelled.rawValue]
        return thoughts.filter { !fine.contains($0.key) }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ($0.key, $0.value) }
    }
}
