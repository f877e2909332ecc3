#if canImport(Glibc)
    internal import Glibc
#endif

/// Looks at a step of a migration, thought by thought, and says when it is passed or must be stopped. A value.
///
/// **Failures.** A mixture of Wald's sequential tests, one beginning at each thought of the step (Shiryaev and Roberts; as
/// an e-process: Shin, Ramdas and Rinaldo, 2022). The product of likelihood ratios of "too many" against "as many as are
/// allowed", averaged over all beginnings, exceeds 1/alpha with a chance of at most alpha (Ville, 1939), however often it
/// is looked at. What is allowed is the upper end of Wilson's interval (95 %, one side) of the source's own failures, and 5 %
/// at least.
///
/// **Latency, quality, cost.** The rank test of Mann and Whitney (1947, one side, corrected for ties, normal approximation)
/// of the target's answers against the source's, shifted by what is allowed; at four looks a step, each with a quarter of
/// the chance of a mistake.
public struct MigrationWatch: Sendable, Equatable {
    /// What a sample leads to.
    public enum Finding: Sendable, Equatable {
        /// The step has been looked at for long enough; what was seen, in words.
        case passed(String)
        /// The target is worse than allowed; how, in words.
        case stopped(String)
    }

    /// What has been seen of one of the two.
    public struct Tally: Sendable, Equatable {
        /// How many thoughts.
        public private(set) var count = 0
        /// How many of them failed.
        public private(set) var failures = 0
        private(set) var milliseconds: [Double] = []
        private(set) var costs: [Double] = []
        private(set) var qualities: [Double] = []

        /// Of answers; nil before the first.
        public var medianMilliseconds: Double? { Ranks.median(milliseconds) }
        /// Of answers, in dollars; nil where nobody knows.
        public var meanCost: Double? { costs.isEmpty ? nil : costs.reduce(0, +) / Double(costs.count) }
        /// Of answers, from 0 to 1; nil where nobody knows.
        public var meanQuality: Double? { qualities.isEmpty ? nil : qualities.reduce(0, +) / Double(qualities.count) }

        /// So many of the last answers are remembered.
        private static let most = 500

        mutating func take(_ sample: MigrationSample) {
            count += 1
            if sample.hasFailed { failures += 1 }
            Self.add(sample.milliseconds, to: &milliseconds)
            Self.add(sample.cost, to: &costs)
            Self.add(sample.quality, to: &qualities)
        }

        private static func add(_ value: Double?, to values: inout [Double]) {
            guard let value, value.isFinite else { return }
            if values.count == most { values.removeFirst() }
            values.append(value)
        }
    }

    private let gate: MigrationGate
    private let alpha: Double
    private let source: String
    private let target: String
    /// Of all steps so far: at the last one the source may have no share.
    public private(set) var sourceTally = Tally()
    /// Of this step.
    public private(set) var targetTally = Tally()
    /// The sum over all beginnings so far, each weighed alike.
    private var evidence = 0.0

    /// A watch over a migration with so many gated steps.
    public init(_ gate: MigrationGate, steps: Int, source: BackendID, target: BackendID) {
        self.gate = gate
        alpha = gate.alpha(steps: steps)
        self.source = source.rawValue
        self.target = target.rawValue
    }

    /// Begins a step anew: what was seen of the target is forgotten.
    public mutating func begin() {
        targetTally = Tally()
        evidence = 0
    }

    /// Takes what is known of a thought.
    public mutating func take(_ sample: MigrationSample) -> Finding? {
        guard sample.arm == .target else {
            sourceTally.take(sample)
            return nil
        }
        targetTally.take(sample)
        if let why = failing(sample.hasFailed) ?? look() { return .stopped(why) }
        guard targetTally.count >= gate.samples else { return nil }
        return .passed(passed)
    }

    // MARK: Failures

    /// The share of failures that is allowed now.
    public var allowedFailures: Double {
        guard sourceTally.count >= MigrationGate.fewest else { return MigrationGate.allowedFailures }
        let upper = Ranks.wilsonUpper(sourceTally.failures, of: sourceTally.count)
        return min(0.5, max(MigrationGate.allowedFailures, upper))
    }

    private mutating func failing(_ hasFailed: Bool) -> String? {
        let allowed = allowedFailures
        let excessive = MigrationGate.excessive(allowed)
        let ratio = hasFailed ? excessive / allowed : (1 - excessive) / (1 - allowed)
        let weight = 1 / Double(gate.samples)
        evidence = (evidence + (targetTally.count <= gate.samples ? weight : 0)) * ratio
        let rest = max(0, 1 - Double(targetTally.count) * weight)
        guard evidence + rest >= 1 / alpha else { return nil }
        return "\(target) fails too often: \(targetTally.failures) of \(targetTally.count) in this step, where "
            + "\(Self.percent(allowed)) are allowed"
    }

    // MARK: Latency, quality, cost

    private func look() -> String? {
        let every = max(1, gate.samples / MigrationGate.looks)
        guard targetTally.count % every == 0, targetTally.count / every <= MigrationGate.looks else { return nil }
        let level = alpha / Double(MigrationGate.looks)
        let (mine, theirs) = (targetTally, sourceTally)
        if isWorse(mine.milliseconds, theirs.milliseconds.map { $0 * gate.latencyRatio }, level) {
            return
                "\(target) is slower than allowed: \(Self.number(mine.medianMilliseconds)) ms at the median, \(source) "
                + "\(Self.number(theirs.medianMilliseconds)) ms"
        }
        if isWorse(mine.qualities.map { -$0 }, theirs.qualities.map { gate.qualityMargin - $0 }, level) {
            return
                "\(target)'s answers are worse than allowed: quality \(Self.hundredths(mine.meanQuality)) on the mean, "
                + "\(source)'s \(Self.hundredths(theirs.meanQuality))"
        }
        if let ratio = gate.costRatio, isWorse(mine.costs, theirs.costs.map { $0 * ratio }, level) {
            return "\(target) is dearer than \(Self.hundredths(ratio)) times \(source)"
        }
        return nil
    }

    /// Whether the first are larger than the second, with that chance of a mistake.
    private func isWorse(_ mine: [Double], _ theirs: [Double], _ level: Double) -> Bool {
        guard mine.count >= 5, theirs.count >= MigrationGate.fewest else { return false }
        return Ranks.chanceOfLarger(mine, than: theirs) < level
    }

    private var passed: String {
        var words = "\(targetTally.failures) of \(targetTally.count) failed"
        if let median = targetTally.medianMilliseconds {
            words += "; \(Self.number(median)) ms at the median"
            if let other = sourceTally.medianMilliseconds { words += ", \(source) \(Self.number(other)) ms" }
        }
        if let mean = targetTally.meanQuality {
            words += "; quality \(Self.hundredths(mean))"
            if let other = sourceTally.meanQuality { words += ", \(source)'s \(Self.hundredths(other))" }
        }
        if sourceTally.count < MigrationGate.fewest {
            words += "; too little of \(source) to compare speed and quality"
        }
        return words
    }

    // MARK: Words

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
    private static func number(_ value: Double?) -> String { value.map { "\(Int(min($0, 1e15).rounded()))" } ?? "-" }
    private static func hundredths(_ value: Double?) -> String {
        guard let value else { return "-" }
        return "\((min(value, 1e12) * 100).rounded() / 100)"
    }
}

/// The arithmetic of the gates.
enum Ranks {
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        return values.sorted()[values.count / 2]
    }

    /// The upper end of Wilson's interval (1927), 95 % on one side.
    static func wilsonUpper(_ successes: Int, of count: Int) -> Double {
        wilson(successes, of: count, side: 1)
    }

    /// Its lower end.
    static func wilsonLower(_ successes: Int, of count: Int) -> Double {
        wilson(successes, of: count, side: -1)
    }

    private static func wilson(_ successes: Int, of count: Int, side: Double) -> Double {
        guard count > 0 else { return side > 0 ? 1 : 0 }
        let (n, z) = (Double(count), 1.6449)
        let share = Double(successes) / n
        let root = (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return min(1, max(0, (share + z * z / (2 * n) + side * z * root) / (1 + z * z / n)))
    }

    /// The chance that the first would be as much larger as they are, if they were not: Mann and Whitney's test on one side,
    /// with the correction for ties and for continuity.
    static func chanceOfLarger(_ first: [Double], than second: [Double]) -> Double {
        let (n, m) = (Double(first.count), Double(second.count))
        guard n > 0, m > 0 else { return 1 }
        let all = (first.map { (value: $0, isFirst: true) } + second.map { (value: $0, isFirst: false) })
            .sorted { $0.value < $1.value }
        var rankSum = 0.0
        var ties = 0.0
        var place = 0
        while place < all.count {
            var end = place
            while end < all.count, all[end].value == all[place].value { end += 1 }
            let rank = Double(place + 1 + end) / 2
            for index in place..<end where all[index].isFirst { rankSum += rank }
            let size = Double(end - place)
            ties += size * size * size - size
            place = end
        }
        let total = n + m
        let variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
        // All alike.
        guard variance > 0 else { return 1 }
        let excess = rankSum - n * (n + 1) / 2 - n * m / 2
        return 0.5 * erfc((excess - 0.5) / (2 * variance).squareRoot())
    }
}
