#if canImport(Glibc)
    internal import Glibc
#endif

/// Chance that is the same for the same numbers, and what is needed of the normal distribution.
enum Chance {
    /// A well mixed number for each number, by SplitMix64 (Steele, Lea and Flood, 2014).
    static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A standard normal number, as the sum of twelve uniform ones of sixteen bits: never beyond six, and without a
    /// logarithm on the way of every thought.
    static func normal(_ state: inout UInt64) -> Double {
        var sum: UInt64 = 0
        for _ in 0..<3 {
            state &+= 0x9E37_79B9_7F4A_7C15
            let word = mixed(state)
            sum += word & 0xFFFF + word >> 16 & 0xFFFF + word >> 32 & 0xFFFF + word >> 48
        }
        return (Double(sum) + 6) / 65_536 - 6
    }

    /// Whether a turn is among those that may explore: exactly one of every so many that follow each other, and nobody can
    /// foresee which.
    static func explores(turn: UInt64, ceiling: Double, seed: UInt64) -> Bool {
        guard ceiling > 0 else { return false }
        let block = UInt64((1 / min(ceiling, 1)).rounded(.up))
        return turn % block == mixed(turn / block ^ mixed(seed)) % block
    }

    /// What is left after so many half-lives.
    static func half(after halfLives: Double) -> Double { exp2(-halfLives) }

    /// The share of a standard normal distribution below that number.
    static func share(below z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    /// The number below which that share of it lies.
    static func quantile(_ share: Double) -> Double {
        var (low, high) = (-9.0, 9.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if Self.share(below: middle) < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
