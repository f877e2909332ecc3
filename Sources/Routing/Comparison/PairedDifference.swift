/// By how much the second of two is better than the first, told from pairs: the mean of the differences, and where it
/// lies with a certainty of 95 %.
///
/// Student's interval of paired differences: the same prompts are asked of both, so what makes a prompt hard is in neither.
/// It holds for as many pairs as a comparison has; with fewer than two, or pairs that are all alike, there is no interval
/// that means anything, and none is given for fewer than two.
public struct PairedDifference: Sendable, Equatable {
    /// How many pairs.
    public let count: Int
    /// Second minus first.
    public let mean: Double
    /// The lower end of the interval.
    public let low: Double
    /// Its upper end.
    public let high: Double

    /// What it comes to.
    public enum Verdict: String, Sendable {
        /// The whole interval lies within the margin: neither is better by as much.
        case asGood = "as_good"
        case better, worse
        /// It may be so or so: more prompts would tell.
        case open
    }

    /// The difference; nil for fewer than two pairs.
    public init?(_ pairs: [(first: Double, second: Double)]) {
        guard pairs.count >= 2 else { return nil }
        let differences = pairs.map { $0.second - $0.first }
        let number = Double(differences.count)
        let mean = differences.reduce(0, +) / number
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / (number - 1) / number).squareRoot()
        let width = Self.quantile(degrees: differences.count - 1) * error
        count = differences.count
        self.mean = mean
        low = mean - width
        high = mean + width
    }

    /// The verdict with a margin below which a difference does not matter. Two pairs, or three, may be alike by chance:
    /// they never show that the second is as good.
    public func verdict(margin: Double) -> Verdict {
        if low > 0 && mean >= margin { return .better }
        if high < 0 && mean <= -margin { return .worse }
        return count >= Self.fewest && low >= -margin && high <= margin ? .asGood : .open
    }

    /// So many pairs at least show that two are alike.
    static let fewest = 5

    /// The verdict in words.
    public func words(_ first: String, _ second: String, margin: Double) -> String {
        let interval = "\(Self.signed(low)) to \(Self.signed(high)), 95 %, \(count) pairs"
        return switch verdict(margin: margin) {
        case .asGood: "\(second) is as good as \(first): the difference in quality is \(interval)"
        case .better: "\(second) is better than \(first) by \(Self.plain(mean)) (\(interval))"
        case .worse: "\(second) is worse than \(first) by \(Self.plain(mean)) (\(interval))"
        case .open: "it cannot be told yet whether \(second) is as good as \(first) (\(interval))"
        }
    }

    private static func signed(_ value: Double) -> String {
        (Int((value * 100).rounded()) < 0 ? "-" : "+") + plain(value)
    }

    /// Its size, to two places.
    private static func plain(_ value: Double) -> String {
        let cents = abs(Int((value * 100).rounded()))
        let digits = String(cents % 100)
        return "\(cents / 100).\(digits.count < 2 ? "0" + digits : digits)"
    }

    /// The 97.5 % quantile of Student's distribution: exact to four places up to ten degrees, and from there by the
    /// expansion of Cornish and Fisher (Abramowitz and Stegun, 26.7.5).
    static func quantile(degrees: Int) -> Double {
        let table = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281]
        if degrees <= table.count { return table[max(degrees, 1) - 1] }
        let z = 1.959964
        let v = Double(degrees)
        let (z3, z5, z7) = (z * z * z, z * z * z * z * z, z * z * z * z * z * z * z)
        return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v)
            + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v)
    }
}
