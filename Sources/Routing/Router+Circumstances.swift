extension Router {
    /// The budgets of a chain.
    public struct Limits: Sendable, Equatable {
        /// How many requests one thought may send.
        public var maxAttempts: Int
        /// For the whole chain.
        public var deadline: Duration
        /// What all of a thought's requests together may cost; nil for any sum.
        public var maxCost: NanoDollars?

        /// Limits.
        public init(maxAttempts: Int = 6, deadline: Duration = .seconds(300), maxCost: NanoDollars? = nil) {
            self.maxAttempts = maxAttempts
            self.deadline = deadline
            self.maxCost = maxCost
        }
    }

    /// Time, chance and how requests are written, so that tests can hold them still.
    public struct Circumstances: Sendable {
        /// The time.
        public var now: @Sendable () -> ContinuousClock.Instant
        /// Waits; returns early when the task is cancelled.
        public var sleep: @Sendable (Duration) async -> Void
        /// From 0 to 1.
        public var jitter: @Sendable () -> Double
        /// How a request is written for a backend. A format that no backend has yet is tried with it.
        var format: @Sendable (Backend) -> any WireFormat = { $0.wire.format }

        /// The real ones, where not said otherwise.
        public init(
            now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
            sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
            jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }
        ) {
            self.now = now
            self.sleep = sleep
            self.jitter = jitter
        }
    }
}
