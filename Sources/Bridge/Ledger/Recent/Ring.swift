/// The last values of a series, the oldest given up for the newest.
struct Ring<Value: Sendable>: Sendable {
    private let capacity: Int
    private var kept: [Value] = []
    /// Where the next one goes, when it is full.
    private var place = 0

    /// - Parameter capacity: at least 1.
    init(_ capacity: Int) { self.capacity = capacity }

    mutating func append(_ value: Value) {
        guard kept.count == capacity else { return kept.append(value) }
        kept[place] = value
        place = (place + 1) % capacity
    }

    /// The oldest first.
    var values: [Value] { Array(kept[place...] + kept[..<place]) }
}
