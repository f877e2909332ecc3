#if canImport(Glibc)
    internal import Glibc
#endif

/// What a migration asks of the target before it goes on, and with which certainty.
public struct MigrationGate: Sendable, Equatable {
    /// How many thoughts of the target's each step looks at before it is passed.
    public var samples: Int
    /// Of so many migrations to a target that is no worse than allowed, at most this share is stopped by mistake.
    public var falseAlarm: Double
    /// How much longer the target may take: its answers are slower when they would be slower than the source's by that
    /// factor.
    public var latencyRatio: Double
    /// How much lower the quality of its answers may be, from 0 to 1.
    public var qualityMargin: Double
    /// How much dearer its answers may be; nil where costs are not held against each other.
    public var costRatio: Double?
    /// Of the copies of a parallel test, the share that may contradict the source's answers, lack an answer, or have another
    /// form.
    public var conflicts: Double

    /// A gate.
    public init(
        samples: Int = 100,
        falseAlarm: Double = 0.05,
        latencyRatio: Double = 1.5,
        qualityMargin: Double = 0.05,
        costRatio: Double? = nil,
        conflicts: Double = 0.3
    ) {
        self.samples = samples
        self.falseAlarm = falseAlarm
        self.latencyRatio = latencyRatio
        self.qualityMargin = qualityMargin
        self.costRatio = costRatio
        self.conflicts = conflicts
    }

    /// The failures that are always allowed, whatever the source's are.
    static let allowedFailures = 0.05
    /// With fewer of the source's thoughts there is nothing to hold the target against.
    static let fewest = 20
    /// How often a step looks at latency, quality and cost.
    static let looks = 4
    /// Failures, latency, quality, cost.
    private static let kinds = 4

    /// The chance of a mistake that one gate of one step may take.
    func alpha(steps: Int) -> Double { falseAlarm / Double(max(1, steps) * Self.kinds) }

    /// The share of failures that is too much, when so much is allowed.
    static func excessive(_ allowed: Double) -> Double { min(0.95, max(3 * allowed, allowed + 0.15)) }

    /// After so many of its thoughts in a row a target that fails each of them is stopped, wherever in the step it begins to.
    ///
    /// Each failure weighs as much as "too many" is more than "allowed": three times, as long as no more than 31 % are
    /// allowed, which is when the source itself hardly fails.
    /// - Parameter steps: how many steps of the migration have a gate.
    public func bound(steps: Int) -> Int {
        Int((log(Double(samples) / alpha(steps: steps)) / log(3)).rounded(.up))
    }
}

/// What is known of one thought of a migration.
public struct MigrationSample: Sendable, Equatable {
    /// Whose turn it was.
    public enum Arm: String, Sendable {
        case source, target
    }

    /// Whose turn it was.
    public let arm: Arm
    /// It was not answered by whose turn it was.
    public let hasFailed: Bool
    /// Of an answer: how long it took; nil where nobody knows.
    public let milliseconds: Double?
    /// Of an answer: what it cost in dollars; nil where nobody knows.
    public let cost: Double?
    /// Of an answer: how good it looks, from 0 to 1; nil where nobody knows.
    public let quality: Double?

    /// A sample.
    public init(
        _ arm: Arm,
        hasFailed: Bool,
        milliseconds: Double? = nil,
        cost: Double? = nil,
        quality: Double? = nil
    ) {
        self.arm = arm
        self.hasFailed = hasFailed
        self.milliseconds = milliseconds
        self.cost = cost
        self.quality = quality
    }
}

extension MigrationSample {
    /// What a decision says of a migration; nil when it was none of its thoughts.
    ///
    /// The two arms are of one kind: thoughts whose plan began with the source and held the target. Which of them are the
    /// target's is chance, so that what differs is the backend. A share of the target's that it could not take counts as
    /// failed.
    public init?(_ decision: DecisionRecord, of shift: MigrationShift) {
        self.init(
            selected: decision.selected,
            served: decision.served,
            considersTarget: decision.considered.contains { $0.backend == shift.target },
            reason: decision.reason,
            outcome: decision.outcome,
            isCached: decision.isCached,
            milliseconds: decision.duration / .milliseconds(1),
            cost: decision.cost?.dollars,
            quality: decision.quality,
            shift
        )
    }

    /// The same from its parts, as the ledger keeps them.
    public init?(
        selected: BackendID?,
        served: BackendID?,
        considersTarget: Bool,
        reason: String?,
        outcome: DecisionRecord.Outcome,
        isCached: Bool,
        milliseconds: Double,
        cost: Double?,
        quality: Double?,
        _ shift: MigrationShift
    ) {
        // What nobody waited for, and what came from elsewhere, says nothing of a backend.
        guard !isCached, [.answered, .allFailed, .deadline].contains(outcome) else { return nil }
        let arm: Arm
        if let reason, reason.hasPrefix(shift.mark) {
            arm = .target
        } else {
            guard selected == shift.source, considersTarget else { return nil }
            arm = .source
        }
        let owner = arm == .target ? shift.target : shift.source
        let isServed = outcome == .answered && served == owner
        self.init(
            arm,
            hasFailed: !isServed,
            milliseconds: isServed ? milliseconds : nil,
            cost: isServed ? cost : nil,
            quality: isServed ? quality : nil
        )
    }
}
