internal import Logging
internal import Routing

/// What `--verbose` adds: a line for each request and one for each thought. Names of backends, kinds and ends, and
/// numbers; of a task, an answer, a caller or what a backend calls itself nothing at all.
enum ThoughtLog {
    /// From now on, what happens there is logged, if anybody has asked for that much.
    static func follow(_ activity: Activity, _ logger: Logger) {
        guard logger.logLevel <= .debug else { return }
        activity.listen { receipt, settlement, _ in
            logger.debug(
                "a request has ended",
                metadata: [
                    "seq": "\(receipt.sequence)", "purpose": "\(receipt.purpose.rawValue)",
                    "backend": "\(receipt.backend)", "kind": "\(receipt.kind?.rawValue ?? "none")",
                    "outcome": "\(settlement.outcome.label)", "ms": "\(settlement.duration.milliseconds)",
                ]
            )
        }
        activity.listen { decision in
            logger.debug(
                "a thought has ended",
                metadata: [
                    "thought": "\(decision.thought)", "kind": "\(decision.kind.rawValue)",
                    "outcome": "\(decision.outcome.rawValue)", "backend": "\(decision.served?.rawValue ?? "none")",
                    "attempts": "\(decision.attempts)", "cached": "\(decision.isCached)",
                    "ms": "\(decision.duration.milliseconds)",
                ]
            )
        }
    }
}
