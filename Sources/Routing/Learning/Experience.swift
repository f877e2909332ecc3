/// What is known of the backends, by kind of task. Pure: outcomes go in, beliefs come out.
public struct Experience: Sendable, Equatable {
    /// One backend in one kind of task.
    public struct Arm: Sendable, Equatable {
        /// Who.
        public let backend: BackendID
        /// What came of asking it.
        public internal(set) var evidence = Evidence()
        /// How many outcomes of the kind there were since its last one.
        public internal(set) var missed = 0.0
        /// How many outcomes of it there ever were.
        public internal(set) var seen = 0
        /// When its last one was, in milliseconds since 1970.
        public internal(set) var time: Int64 = 0

        /// What its evidence is worth after all that has happened since: one that has not been asked for long may be
        /// another one by now. It counts half after four windows of the others' outcomes, and fades with the square: soon
        /// enough to look again, and slowly enough that a few trials add up.
        func today(_ window: Double) -> Evidence {
            let age = missed / (4 * window)
            return evidence.faded(by: 1 / (1 + age * age))
        }
    }

    private var kinds: [[Arm]]

    /// Nothing is known.
    public init() { kinds = Array(repeating: [], count: TaskKind.allCases.count) }

    /// Backends come and go; those of a kind beyond so many make room, the longest unasked first.
    static let mostArms = 128

    /// The backends of which something is known.
    public func arms(_ kind: TaskKind) -> [Arm] { kinds[kind.place] }

    /// Takes an outcome.
    public mutating func learn(_ outcome: RequestOutcome, _ policy: LearningPolicy) {
        let halfSpeed = max(policy.halfSpeed / .seconds(1), 0.001)
        learn(outcome.kind, outcome.backend, time: outcome.time, policy) { $0.add(outcome, halfSpeed: halfSpeed) }
    }

    /// Takes what somebody thought of an answer.
    /// - Parameter stars: from 1 to 5.
    public mutating func learn(
        stars: Int,
        _ kind: TaskKind,
        _ backend: BackendID,
        time: Int64,
        _ policy: LearningPolicy
    ) {
        guard policy.ratingWeight > 0 else { return }
        let rating = Double(stars - 1) / 4
        learn(kind, backend, time: time, policy) { $0.add(rating: rating, weight: policy.ratingWeight) }
    }

    private mutating func learn(
        _ kind: TaskKind,
        _ backend: BackendID,
        time: Int64,
        _ policy: LearningPolicy,
        _ add: (inout Evidence) -> Void
    ) {
        let window = Double(max(policy.window, 2))
        var arms = kinds[kind.place]
        // Only one list may hold them, or each change copies all.
        kinds[kind.place] = []
        defer { kinds[kind.place] = arms }
        for place in arms.indices { arms[place].missed += 1 }
        var place = arms.firstIndex { $0.backend == backend }
        if place == nil {
            if arms.count >= Self.mostArms, let oldest = arms.indices.max(by: { arms[$0].missed < arms[$1].missed }) {
                arms.remove(at: oldest)
            }
            arms.append(Arm(backend: backend, time: time))
            place = arms.count - 1
        }
        guard let place else { return }
        // Its own outcome is none that it missed.
        arms[place].missed -= arms[place].missed > 0 ? 1 : 0
        var evidence = arms[place].today(window)
        let days = Double(max(time - arms[place].time, 0)) / 86_400_000
        evidence.fade(by: Chance.half(after: days / max(policy.halfLifeDays, 0.01)) * (1 - 1 / window))
        add(&evidence)
        arms[place].evidence = evidence
        arms[place].missed = 0
        arms[place].seen += 1
        arms[place].time = max(time, arms[place].time)
    }
}

extension TaskKind {
    /// Its place among all.
    var place: Int { Self.places[self] ?? 0 }

    private static let places = Dictionary(
        allCases.enumerated().map { ($1, $0) },
        uniquingKeysWith: { first, _ in first }
    )
}
