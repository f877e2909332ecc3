internal import Synchronization

/// How the selector and the router decide, as configured under `routing`.
public struct RoutingPolicy: Sendable, Equatable {
    /// What counts most when backends of equal standing are compared.
    public enum Criterion: String, Sendable, CaseIterable {
        case balanced
        case costFirst = "cost_first"
        case qualityFirst = "quality_first"
        case speedFirst = "speed_first"
    }

    /// When the same backend is asked again, and how long is waited before.
    public struct Retry: Sendable, Equatable {
        /// How often the same backend is asked again in one thought, after faults that may pass.
        public var attempts: Int
        /// The first wait; each further one is twice as long, up to ``cap``.
        public var base: Duration
        /// The longest wait of our own choosing.
        public var cap: Duration
        /// How far a backend's `Retry-After` is waited out before the next candidate is asked instead; only when there
        /// is no other candidate it is waited for as long as the deadline allows.
        public var patience: Duration

        /// The defaults of `docs/configuration.md`.
        public init(
            attempts: Int = 2,
            base: Duration = .milliseconds(250),
            cap: Duration = .seconds(8),
            patience: Duration = .seconds(3)
        ) {
            self.attempts = attempts
            self.base = base
            self.cap = cap
            self.patience = patience
        }
    }

    /// What is asked of an answer.
    public struct Quality: Sendable, Equatable {
        /// Whether answers are judged.
        public var isJudged: Bool
        /// The confidence below which the next tier is asked.
        public var threshold: Double
        /// How often, at most.
        public var escalations: Int
        /// Whether the fast local tier is asked for its opinion too.
        public var hasSelfCritique: Bool

        /// The defaults of `docs/configuration.md`.
        public init(
            isJudged: Bool = true,
            threshold: Double = 0.6,
            escalations: Int = 2,
            hasSelfCritique: Bool = false
        ) {
            self.isJudged = isJudged
            self.threshold = threshold
            self.escalations = escalations
            self.hasSelfCritique = hasSelfCritique
        }
    }

    /// What is done about a model that must be loaded first.
    public enum Switching: String, Sendable, CaseIterable {
        /// It is waited for.
        case wait
        /// Others are asked first; when nobody else is left, it is waited for.
        case preferOthers = "prefer_others"
    }

    /// The user's own tree.
    public var strategy: Strategy
    /// What counts most.
    public var criterion: Criterion
    /// How work is spread over backends of equal standing.
    public var balancing: Balancing
    /// Asked first whatever the kind, when it may take the task.
    public var primary: BackendID?
    /// Asked last.
    public var fallback: BackendID?
    /// Whether a local backend goes before a remote one of equal standing.
    public var prefersLocal: Bool
    /// Backends by kind, asked before all others.
    public var rules: [TaskKind: [BackendID]]
    /// Backends below this quality are left out while there are others; nil for no bound.
    public var minQuality: Double?
    /// Whether a failing candidate is followed by another one at all.
    public var hasFailover: Bool
    /// The budgets of a chain.
    public var limits: Router.Limits
    /// When the same backend is asked again.
    public var retry: Retry
    /// What is asked of an answer.
    public var quality: Quality
    /// Whether a content filter's verdict leads to the next backend instead of an error.
    public var reroutesContentPolicy: Bool
    /// What is done about a model that must be loaded first.
    public var switching: Switching
    /// How routing learns.
    public var learning: LearningPolicy

    /// The defaults of `docs/configuration.md`.
    public init() {
        strategy = .automatic
        criterion = .balanced
        balancing = .none
        primary = nil
        fallback = nil
        prefersLocal = false
        rules = [:]
        minQuality = nil
        hasFailover = true
        limits = Router.Limits()
        retry = Retry()
        quality = Quality()
        reroutesContentPolicy = false
        switching = .wait
        learning = LearningPolicy()
    }
}

/// What a request decides by: backends and policy of one moment. A request keeps the one that it started with, so a
/// reload never changes the rules in the middle of a thought.
public struct RoutingSnapshot: Sendable {
    /// The backends.
    public var registry: BackendRegistry
    /// The policy.
    public var policy: RoutingPolicy
    /// Which one it is, counted by ``LiveRouting``: what was answered in one says nothing of the next.
    public fileprivate(set) var generation = 0

    /// A snapshot.
    public init(registry: BackendRegistry, policy: RoutingPolicy = RoutingPolicy()) {
        self.registry = registry
        self.policy = policy
    }
}

/// The snapshot of now. A reload or an operator replaces it; who has read it keeps what was read.
public final class LiveRouting: Sendable {
    private let snapshot: Mutex<RoutingSnapshot>

    /// Starts with that snapshot.
    public init(_ snapshot: RoutingSnapshot) {
        self.snapshot = Mutex(snapshot)
    }

    /// The snapshot of now.
    public var current: RoutingSnapshot { snapshot.withLock { $0 } }

    /// Changes it, and gives what has become of it.
    @discardableResult
    public func update(_ change: (inout RoutingSnapshot) -> Void) -> RoutingSnapshot {
        snapshot.withLock { snapshot in
            let generation = snapshot.generation
            change(&snapshot)
            snapshot.generation = generation + 1
            return snapshot
        }
    }
}
