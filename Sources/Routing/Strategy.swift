/// Who is asked, said as a tree: a user's own policy without code. Its leaves are backends, `automatic` leaves the order
/// to the selector.
///
/// The shape is that of Portkey's gateway (`strategy.mode`, nested `targets`).
public indirect enum Strategy: Sendable, Equatable {
    /// The selector's own order over all backends that may take the task.
    case automatic
    /// This backend, and no other.
    case single(BackendID)
    /// The targets in their order. With classes given, the next target is asked only after a failure of one of them.
    case fallback([Strategy], on: Set<FailureClass>?)
    /// One of the targets first, chosen by the balancing; the others after it.
    case loadBalance([Share], Balancing)
    /// The first branch whose condition holds; without one `otherwise`, or nobody.
    case conditional([Branch], otherwise: Strategy?)

    /// A target of a load balancer.
    public struct Share: Sendable, Equatable {
        /// Its share under ``Balancing/weighted``; more is more.
        public var weight: Double
        /// Who.
        public var target: Strategy

        /// A share.
        public init(weight: Double = 1, target: Strategy) {
            self.weight = weight
            self.target = target
        }
    }

    /// A branch of a conditional.
    public struct Branch: Sendable, Equatable {
        /// All of them must hold.
        public var conditions: [Condition]
        /// Who then.
        public var target: Strategy

        /// A branch.
        public init(when conditions: [Condition], then target: Strategy) {
            self.conditions = conditions
            self.target = target
        }
    }

    /// Something about a task.
    public enum Condition: Sendable, Equatable {
        case kind(Set<TaskKind>)
        case complexity(Set<Complexity>)
        case role(Set<Role>)
        /// The task must stay on this machine, or need not.
        case isLocalOnly(Bool)
        /// The estimated tokens of the prompt are more than that.
        case longerThan(tokens: Int)
        /// The classifier is less sure than that.
        case lessConfidentThan(Double)
        /// The main type of an attachment: `image`, `audio`.
        case modality(Set<String>)
        /// Who asked.
        case caller(Set<String>)
        /// The task brings tools.
        case hasTools(Bool)
    }
}

/// How work is spread over backends of equal standing.
public enum Balancing: String, Sendable, CaseIterable {
    /// Not at all: the best first.
    case none
    case roundRobin = "round_robin"
    /// The fewest requests in flight first.
    case leastLoaded = "least_loaded"
    /// By chance, in proportion to the weights.
    case weighted
    /// The fastest of late first.
    case latencyAware = "latency_aware"
}
