/// How one thought was decided, and what came of it: a row of `backend_selection_history`. Names, numbers and rules; never
/// a word of the task or of the answer.
public struct DecisionRecord: Sendable, Equatable {
    /// A backend that could take the task.
    public struct Considered: Sendable, Equatable {
        /// Its name.
        public var backend: BackendID
        /// Whether it runs on this machine.
        public var isLocal: Bool
        /// What the selector gave it; nil where no score was needed.
        public var score: Double?

        /// A backend.
        public init(_ backend: BackendID, isLocal: Bool, score: Double? = nil) {
            self.backend = backend
            self.isLocal = isLocal
            self.score = score
        }
    }

    /// What the thought came to.
    public enum Outcome: String, Sendable, CaseIterable {
        case answered
        case noBackend = "no_backend"
        case overBudget = "over_budget"
        case allFailed = "all_failed"
        case deadline
        case egressBlocked = "egress_blocked"
        case ledgerUnavailable = "ledger_unavailable"
        case cancelled
    }

    /// The thought; its attempts carry the same name.
    public var thought: String
    /// Who asked.
    public var caller: String?
    /// What the task was taken for.
    public var kind: TaskKind
    /// How much thought it needs.
    public var complexity: Complexity
    /// How sure the classifier was, from 0 to 1.
    public var confidence: Double
    /// What counted most.
    public var criterion: RoutingPolicy.Criterion
    /// Who could take it, in the order in which they would be asked; the first was selected.
    public var considered: [Considered]
    /// Who could not, and by which rule.
    public var rejected: [Rejection]
    /// Why the first one stands first.
    public var reason: String?
    /// What it came to.
    public var outcome = Outcome.cancelled
    /// Who answered; of an answer out of the cache, who answered then.
    public var served: BackendID?
    /// The model that answered, as the answer names it.
    public var model: String?
    /// Whether the answer came out of the cache.
    public var isCached = false
    /// How many requests were sent.
    public var attempts = 0
    /// The tokens of the answer that was given; of one out of the cache, those that were not spent again.
    public var usage = Usage.missing
    /// What all of its requests cost together; nil when that is not known.
    public var cost: NanoDollars?
    /// How good the answer was found to be, from 0 to 1; nil when nobody judged it.
    public var quality: Double?
    /// From the request to its end.
    public var duration = Duration.zero
    /// The experiment that it was part of; nil for none.
    public var trial: Trial?
    /// The estimated tokens of everything that was sent; nil in records that are older.
    public var promptTokens: Int?
    /// What else the decision was made of.
    public var wishes = DecisionWishes()

    /// The record of a plan; what came of it is set later.
    package init(thought: String, plan: RoutePlan, criterion: RoutingPolicy.Criterion, caller: String?) {
        self.init(
            thought: thought,
            caller: caller,
            kind: plan.classification.kind,
            complexity: plan.classification.complexity,
            confidence: plan.classification.confidence,
            criterion: criterion,
            considered: plan.candidates.map {
                Considered($0.backend.id, isLocal: $0.backend.isLocal, score: $0.score.total)
            },
            rejected: plan.rejected,
            reason: plan.candidates.first?.why
        )
        trial = plan.trial
        // What was moved after the experiment says nothing of it.
        if case .steered = plan.candidates.first?.reason { trial = nil }
        promptTokens = plan.promptTokens
        wishes.isLocalOnly = plan.classification.isLocalOnly
        wishes.needs = plan.classification.needs
    }

    package init(
        thought: String,
        caller: String?,
        kind: TaskKind,
        complexity: Complexity,
        confidence: Double,
        criterion: RoutingPolicy.Criterion,
        considered: [Considered],
        rejected: [Rejection],
        reason: String?
    ) {
        self.thought = thought
        self.caller = caller
        self.kind = kind
        self.complexity = complexity
        self.confidence = confidence
        self.criterion = criterion
        self.considered = considered
        self.rejected = rejected
        self.reason = reason
    }

    /// Who was to be asked first.
    public var selected: BackendID? { considered.first?.backend }

    /// Whether somebody else answered than was selected.
    public var hasFallenBack: Bool { served != nil && !isCached && served != selected }

    /// Whether the one who answered runs on this machine; nil when nobody did.
    public var isServedLocally: Bool? { considered.first { $0.backend == served }?.isLocal }

    /// Whether savings can be told of it: its tokens are known, and what they cost. Other thoughts are counted apart.
    public var isComparable: Bool {
        outcome == .answered && cost != nil && usage.inputUncached != nil && usage.outputVisible != nil
            && usage.source != .missing
    }
}
