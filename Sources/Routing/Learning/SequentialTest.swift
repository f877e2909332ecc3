#if canImport(Glibc)
    internal import Glibc
#endif

/// Whether two strategies differ, told at any time without paying for having looked before.
///
/// The mixture sequential probability ratio test (Robbins, Annals of Mathematical Statistics 41, 1970; Johari, Pekelis and
/// Walsh, arXiv 1512.04922): the p-value only falls, and under no difference the chance that it ever falls below the error rate
/// is at most that rate. The variances are estimated, so the bound holds from the least number of thoughts on, and as far as
/// thoughts are independent of each other.
public struct SequentialTest: Sendable, Equatable {
    /// One strategy's thoughts.
    public struct Side: Sendable, Equatable {
        /// How many.
        public private(set) var count = 0
        private var sum = 0.0
        private var squares = 0.0

        /// Their mean reward; nil before the first.
        public var mean: Double? { count > 0 ? sum / Double(count) : nil }

        mutating func add(_ reward: Double) {
            count += 1
            sum += reward
            squares += reward * reward
        }

        /// The variance of the mean. Rewards that are all alike are not trusted to stay so.
        fileprivate var variance: Double {
            let mean = sum / Double(count)
            return max((squares - Double(count) * mean * mean) / Double(max(count - 1, 1)), 0.0025) / Double(count)
        }
    }

    /// How it stands.
    public enum Verdict: String, Sendable {
        case running
        /// The first is better.
        case a
        /// The second is better.
        case b
        /// So many thoughts show no difference.
        case undecided
    }

    /// The first strategy's.
    public private(set) var a = Side()
    /// The second's.
    public private(set) var b = Side()
    /// How likely so great a difference would be by chance, at most, however often it was looked at.
    public private(set) var p = 1.0
    /// How it stands; once decided it stays so.
    public private(set) var verdict = Verdict.running
    /// How great a difference is looked for first: the deviation of the mixture.
    private static let scale = 0.05

    /// No thoughts yet.
    public init() {}

    /// By how much the second is better; nil before there is one of each.
    public var difference: Double? { a.mean.flatMap { a in b.mean.map { $0 - a } } }

    /// Takes a thought's reward.
    public mutating func add(_ reward: Double, toB isB: Bool, _ experiment: Experiment) {
        guard verdict == .running, reward.isFinite else { return }
        if isB { b.add(reward) } else { a.add(reward) }
        guard let difference, min(a.count, b.count) >= experiment.least else {
            if a.count + b.count >= experiment.most { verdict = .undecided }
            return
        }
        let variance = a.variance + b.variance
        let mixture = Self.scale * Self.scale
        let evidence =
            0.5 * log(variance / (variance + mixture))
            + mixture * difference * difference / (2 * variance * (variance + mixture))
        p = min(p, exp(-evidence))
        if p <= experiment.errorRate {
            verdict = difference > 0 ? .b : .a
        } else if a.count + b.count >= experiment.most {
            verdict = .undecided
        }
    }
}
