/// What the copies of a parallel test have shown: each a target's answer held against the source's.
public struct ShadowTally: Sendable, Equatable {
    /// One copy, without a word of either answer.
    public struct Pair: Sendable, Equatable {
        /// How the two stand to each other.
        public let level: Equivalence.Level
        /// The source's answer.
        public let source: MigrationSample
        /// The target's.
        public let target: MigrationSample

        /// A pair.
        public init(_ level: Equivalence.Level, source: MigrationSample, target: MigrationSample) {
            self.level = level
            self.source = source
            self.target = target
        }
    }

    /// How many stand how.
    public private(set) var levels: [Equivalence.Level: Int] = [:]
    private var qualities: [(first: Double, second: Double)] = []

    /// An empty one.
    public init() {}

    /// Whether the same was seen.
    public static func == (one: ShadowTally, other: ShadowTally) -> Bool {
        one.levels == other.levels && one.qualities.elementsEqual(other.qualities) { $0 == $1 }
    }

    /// How many there are.
    public var count: Int { levels.values.reduce(0, +) }
    /// How many stand against taking the one for the other.
    public var conflicts: Int { levels.reduce(0) { $0 + ($1.key.isConflict ? $1.value : 0) } }
    /// How many say the same.
    public var alike: Int { levels.reduce(0) { $0 + ($1.key.isAlike ? $1.value : 0) } }
    /// The difference in quality, target minus source; nil for fewer than two.
    public var difference: PairedDifference? { PairedDifference(qualities) }

    /// Takes a pair.
    public mutating func take(_ pair: Pair) {
        levels[pair.level, default: 0] += 1
        if let first = pair.source.quality, let second = pair.target.quality { qualities.append((first, second)) }
    }

    /// Why the target does not stand the test, when all copies are in: more conflicts than allowed, with 95 % certainty.
    public func objection(_ gate: MigrationGate) -> String? {
        guard Ranks.wilsonLower(conflicts, of: count) > gate.conflicts else { return nil }
        return "\(conflicts) of \(count) answers contradict the source's, lack an answer, or have another form"
    }
}
