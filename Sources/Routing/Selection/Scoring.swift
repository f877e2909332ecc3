/// What a backend is worth for a task, and of what that is made.
public struct Score: Sendable, Equatable {
    /// The weighted part of its quality.
    public let quality: Double
    /// The weighted part of its speed.
    public let speed: Double
    /// The weighted part of its cheapness.
    public let cost: Double
    /// The weighted part of its reliability.
    public let reliability: Double
    /// By how much a preference multiplies the sum; 1 without one.
    public let preference: Double

    /// All of it.
    public var total: Double { (quality + speed + cost + reliability) * preference }
}

/// How much each virtue counts; they add up to 1.
///
/// The numbers are those of the backend selection of Hermes.
struct Weights: Sendable, Equatable {
    let quality: Double
    let speed: Double
    let cost: Double
    let reliability: Double

    private static let balanced = Weights(quality: 0.3, speed: 0.2, cost: 0.3, reliability: 0.2)
    private static let qualityFirst = Weights(quality: 0.6, speed: 0.1, cost: 0.1, reliability: 0.2)
    private static let speedFirst = Weights(quality: 0.2, speed: 0.5, cost: 0.2, reliability: 0.1)
    private static let costFirst = Weights(quality: 0.2, speed: 0.1, cost: 0.6, reliability: 0.1)

    /// A need from here on shifts the weights.
    static let strongNeed = 0.7

    /// The weights of a criterion; the balanced ones shift to what the task needs most, when it needs it much.
    static func weights(for criterion: RoutingPolicy.Criterion, needs: Needs) -> Weights {
        switch criterion {
        case .qualityFirst: return qualityFirst
        case .speedFirst: return speedFirst
        case .costFirst: return costFirst
        case .balanced:
            let most = max(needs.quality, needs.speed, needs.cost)
            guard most > strongNeed else { return balanced }
            // Of equal needs the safer one counts.
            if most == needs.quality { return qualityFirst }
            return most == needs.speed ? speedFirst : costFirst
        }
    }

    /// The score of a backend. Its speed is the configured one: with the measured one, whoever was asked first would stay
    /// first or last for ever, and ``Balancing/latencyAware`` is there for those who want it.
    /// - Parameter cost: what a million tokens of such a task cost, in dollars; nil when nobody said.
    func score(
        _ backend: borrowing Backend,
        dollarsPerMillion: Double?,
        lamp: BackendHealth?,
        prefersLocal: Bool
    ) -> Score {
        Score(
            quality: quality * backend.quality,
            speed: speed * backend.speed,
            cost: cost * Self.cheapness(dollarsPerMillion),
            reliability: reliability * (lamp?.reliability ?? 1),
            preference: prefersLocal && backend.isLocal ? 1.2 : 1
        )
    }

    /// 1 for free, a half at two dollars a million tokens. A price that nobody said counts as a dear one, six dollars:
    /// unknown is not free.
    static func cheapness(_ dollarsPerMillion: Double?) -> Double { 2 / (2 + max(0, dollarsPerMillion ?? 6)) }
}
