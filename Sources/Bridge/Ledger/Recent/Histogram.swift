/// How many durations were no longer than each of some bounds.
struct Histogram: Sendable, Equatable {
    /// In seconds: from a small model beside us to a long answer of a slow one.
    static let bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

    /// One count a bound, not added up; the last one is of all that were longer.
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// In seconds.
    private(set) var sum = 0.0

    mutating func add(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }

    /// How many there were.
    var total: Int { counts.reduce(0, +) }
}
