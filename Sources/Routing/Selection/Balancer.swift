/// Spreads work over targets of equal standing. Pure: the turn decides.
struct Balancer {
    /// What is known of a target.
    struct Target {
        let weight: Double
        let inFlight: Int
        /// How long its answers took of late; nil before the first.
        let latency: Duration?
    }

    let balancing: Balancing
    let turn: UInt64

    /// The places of the targets in the order in which they are asked.
    func order(_ targets: [Target]) -> [Int] {
        guard targets.count > 1 else { return Array(targets.indices) }
        switch balancing {
        case .none: return Array(targets.indices)
        case .roundRobin:
            let first = Int(turn % UInt64(targets.count))
            return Array(first..<targets.count) + Array(0..<first)
        case .leastLoaded:
            return targets.indices.sorted { (targets[$0].inFlight, $0) < (targets[$1].inFlight, $1) }
        case .latencyAware:
            // Who was never timed goes first, once: that is how it gets a time.
            let times = targets.map { $0.latency ?? .zero }
            return targets.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        case .weighted: return drawn(targets)
        }
    }

    /// The turn for what is below a target: each target gets the turns that come to it, none left out.
    func turn(below count: Int) -> UInt64 {
        balancing == .roundRobin && count > 1 ? turn / UInt64(count) : turn
    }

    /// Drawn without putting back, by weight; those of no weight come last.
    private func drawn(_ targets: [Target]) -> [Int] {
        var left = targets.indices.filter { targets[$0].weight > 0 }
        var order: [Int] = []
        order.reserveCapacity(targets.count)
        var sum = left.reduce(0) { $0 + targets[$1].weight }
        var state = turn
        while left.count > 1 {
            var rest = Self.unit(&state) * sum
            var drawn = left.count - 1
            for (place, target) in left.enumerated() {
                rest -= targets[target].weight
                if rest < 0 {
                    drawn = place
                    break
                }
            }
            let target = left.remove(at: drawn)
            sum -= targets[target].weight
            order.append(target)
        }
        return order + left + targets.indices.filter { !(targets[$0].weight > 0) }
    }

    /// A number from 0 to below 1 by SplitMix64 (Steele, Lea and Flood, 2014).
    private static func unit(_ state: inout UInt64) -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }
}
