/// Sums over the outcomes of one backend in one kind of task. They are kept by virtue, not by reward: what counts most is
/// another thing for each task, and each reads its own reward out of the same sums.
///
/// The reward of an outcome is the selector's score with what was measured in the place of what was configured:
///
///     reward = answered * (w.quality * quality + w.speed * T / (T + seconds) + w.cost * 2 / (2 + dollars a million tokens)
///              + w.reliability)
///
/// with the weights of the task's criterion, which add up to 1; so it lies from 0 to 1, and is 0 for a refusal or a failure.
public struct Evidence: Sendable, Equatable {
    /// How many outcomes it is worth.
    public private(set) var count = 0.0
    /// Those of them that were answers.
    public private(set) var answered = 0.0
    private var quality = 0.0
    private var speed = 0.0
    private var cheapness = 0.0
    // The products of the virtues, for the variance of any reward.
    private var qq = 0.0
    private var ss = 0.0
    private var cc = 0.0
    private var qs = 0.0
    private var qc = 0.0
    private var sc = 0.0

    /// None.
    public init() {}

    /// The share of outcomes that were answers; nil without any.
    public var answeredShare: Double? { count > 0 ? answered / count : nil }
    /// Its answers' mean quality; nil without any.
    public var meanQuality: Double? { answered > 0 ? quality / answered : nil }
    /// Its answers' mean speed, from 0 to 1; nil without any.
    public var meanSpeed: Double? { answered > 0 ? speed / answered : nil }
    /// Its answers' mean cheapness, from 0 to 1; nil without any.
    public var meanCheapness: Double? { answered > 0 ? cheapness / answered : nil }

    /// Takes an outcome.
    mutating func add(_ outcome: RequestOutcome, halfSpeed: Double) {
        count += 1
        guard outcome.isAnswered else { return }
        let seconds = outcome.seconds.isFinite ? max(outcome.seconds, 0) : 0
        add(
            // Nobody judged it: it is as good as the others.
            quality: outcome.quality ?? meanQuality ?? 0.5,
            speed: halfSpeed / (halfSpeed + seconds),
            cheapness: Weights.cheapness(outcome.dollarsPerMillion),
            weight: 1
        )
    }

    /// Takes what somebody thought of an answer: as many outcomes of that quality, and otherwise as they were before.
    mutating func add(rating: Double, weight: Double) {
        count += weight
        add(quality: rating, speed: meanSpeed ?? 0.5, cheapness: meanCheapness ?? 0.5, weight: weight)
    }

    private mutating func add(quality q: Double, speed s: Double, cheapness c: Double, weight: Double) {
        let q = q.isFinite ? min(max(q, 0), 1) : 0.5
        answered += weight
        quality += weight * q
        speed += weight * s
        cheapness += weight * c
        qq += weight * q * q
        ss += weight * s * s
        cc += weight * c * c
        qs += weight * q * s
        qc += weight * q * c
        sc += weight * s * c
    }

    /// Counts only so much of itself.
    func faded(by factor: Double) -> Evidence {
        var faded = self
        faded.fade(by: factor)
        return faded
    }

    mutating func fade(by factor: Double) {
        guard factor < 1 else { return }
        count *= factor
        answered *= factor
        quality *= factor
        speed *= factor
        cheapness *= factor
        qq *= factor
        ss *= factor
        cc *= factor
        qs *= factor
        qc *= factor
        sc *= factor
    }

    /// The sum of the rewards, and of their squares.
    func rewards(_ w: Weights) -> (sum: Double, squares: Double) {
        let virtues = w.quality * quality + w.speed * speed + w.cost * cheapness
        let own = w.quality * w.quality * qq + w.speed * w.speed * ss + w.cost * w.cost * cc
        let mixed = w.quality * w.speed * qs + w.quality * w.cost * qc + w.speed * w.cost * sc
        return (
            virtues + w.reliability * answered,
            own + 2 * mixed + 2 * w.reliability * virtues + w.reliability * w.reliability * answered
        )
    }
}

/// What is believed of a backend's reward: a mean, and how far off it may be.
public struct Belief: Sendable, Equatable {
    /// From 0 to 1.
    public let mean: Double
    /// The standard deviation of the mean.
    public let deviation: Double
    /// How many outcomes are behind it, the configured scores not counted.
    public let count: Double

    /// Normal, with the configured score as so many outcomes that came before all others (Gelman et al., Bayesian Data
    /// Analysis, 2.5 and 3.3; the variance is estimated, not integrated over).
    init(_ evidence: Evidence, _ weights: Weights, prior: Double, worth samples: Double) {
        let (sum, squares) = evidence.rewards(weights)
        let total = samples + evidence.count
        let mean = (samples * prior + sum) / total
        let off = prior - mean
        let spread =
            samples * (Self.priorVariance + off * off) + squares - 2 * mean * sum + evidence.count * mean * mean
        self.mean = mean
        deviation = (max(spread, 0) / total / total).squareRoot()
        count = evidence.count
    }

    /// A configured score is off by a quarter, as often as not a little more.
    private static let priorVariance = 0.0625

    /// How many standard deviations it is above another.
    func lead(over other: Belief) -> Double {
        let both = (deviation * deviation + other.deviation * other.deviation).squareRoot()
        return both > 0 ? (mean - other.mean) / both : mean > other.mean ? .infinity : 0
    }
}
