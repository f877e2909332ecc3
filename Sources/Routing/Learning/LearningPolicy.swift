/// How routing learns, as configured under `routing.learning`.
public struct LearningPolicy: Sendable, Equatable {
    /// What is done with what was learned.
    public enum Mode: String, Sendable, CaseIterable {
        /// Nothing is learned.
        case off
        /// What it would do is said and recorded; nothing changes.
        case shadow
        /// The order of a plan follows it, within the rules.
        case on
    }

    /// What is done with what was learned.
    public var mode: Mode
    /// The share of thoughts, from 0 to 0.5, that may go to another backend than the best known one. A bound, no goal.
    public var ceiling: Double
    /// So many outcomes must be known before the rules' order is changed: of the kind to try others out, and of a backend to
    /// prefer it.
    public var minSamples: Int
    /// After how many days an outcome counts half.
    public var halfLifeDays: Double
    /// After so many outcomes of a backend the older ones count little: it is the length of its memory.
    public var window: Int
    /// How many outcomes the configured scores are worth.
    public var priorSamples: Double
    /// From 0.5 to below 1: how sure it must be that another is better than whom the rules ask first.
    public var sureness: Double
    /// How many outcomes a rating is worth.
    public var ratingWeight: Double
    /// An answer that takes so long has half the speed.
    public var halfSpeed: Duration
    /// Whether callers' ratings may show a preference.
    public var learnsPreferences: Bool
    /// Chance begins here: with the same seed, outcomes and turns, all is decided alike.
    public var seed: UInt64

    /// The defaults of `docs/configuration.md`.
    public init() {
        mode = .off
        ceiling = 0.1
        minSamples = 10
        halfLifeDays = 14
        window = 100
        priorSamples = 3
        sureness = 0.9
        ratingWeight = 5
        halfSpeed = .seconds(10)
        learnsPreferences = true
        seed = 0
    }
}
