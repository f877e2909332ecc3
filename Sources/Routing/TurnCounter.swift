internal import Synchronization

/// Counts decisions: the selector's place in a round robin and seed of a weighted choice.
final class TurnCounter: Sendable {
    private let count = Atomic<UInt64>(0)

    /// The next number.
    func next() -> UInt64 { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
