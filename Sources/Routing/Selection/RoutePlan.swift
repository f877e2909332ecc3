/// A backend that may take the task, and why it stands where it stands.
public struct Candidate: Sendable {
    /// The backend.
    public let backend: Backend
    /// Its health when the plan was made.
    public let state: HealthState
    /// What it was worth, from 0 to 1 and a little over with a preference for local ones.
    public let score: Score
    /// What one answer is expected to cost; nil when nobody said its prices.
    public let expectedCost: NanoDollars?
    /// Whether it is asked only because nobody else is left: its breaker is not heeded.
    public let isLastResort: Bool
    /// When it is asked after another one, if the strategy says so. `next(after:failure:)` heeds it.
    public internal(set) var gate: Gate?
    var reason: Reason

    /// Why it is a candidate, in words.
    public var why: String { reason.words }

    /// A bound on who is asked next.
    public struct Gate: Sendable, Equatable {
        /// The failures of the one before after which it is asked.
        public let classes: Set<FailureClass>
        /// How many candidates, itself among them, are passed over otherwise.
        public let span: Int
    }
}

/// A backend that may not take the task.
public struct Rejection: Sendable, Equatable {
    /// The rule that took it out.
    public enum Rule: String, Sendable {
        case disabled
        case breakerOpen = "breaker_open"
        case rateLimited = "rate_limited"
        case configError = "config_error"
        case notLocal = "not_local"
        case modality, context
        /// It does not do what the task needs, such as calling tools.
        case capability
        /// It would cost more than is left.
        case budget
        /// It has as many requests as it may have.
        case saturated
        case draining
        /// The configured strategy, or a bound on quality, leaves it out.
        case strategy
        case notRequested = "not_requested"
    }

    /// The backend.
    public let backend: BackendID
    /// The rule.
    public let rule: Rule
    /// The rule in words.
    public let why: String

    package init(backend: BackendID, rule: Rule, why: String) {
        self.backend = backend
        self.rule = rule
        self.why = why
    }
}

/// Who is asked, in which order, and who is not.
public struct RoutePlan: Sendable {
    /// What the classifier made of the task.
    public let classification: Classification
    /// In the order in which they are asked.
    public internal(set) var candidates: [Candidate]
    /// In the order of the configuration.
    public let rejected: [Rejection]
    /// What counted most.
    public let criterion: RoutingPolicy.Criterion
    /// The way through the configured strategy, the root first: `conditional`, `fallback`.
    public let path: [String]
    /// The estimated tokens of everything that is sent.
    public let promptTokens: Int
    /// The experiment that it is part of; nil for none.
    public internal(set) var trial: Trial?

    /// The way through the strategy in words: `conditional -> fallback`.
    public var strategy: String { path.joined(separator: " -> ") }

    /// The plan as it is, but part of no experiment.
    public consuming func withoutTrial() -> RoutePlan {
        trial = nil
        return self
    }

    /// Whom to ask for a better answer than that backend's: those that are stronger, the next tier first, each tier in
    /// the order of the plan. Last resorts, and those that the strategy does not ask after a poor answer, are no help.
    public func escalations(after backend: BackendID) -> [Candidate] {
        guard let place = candidates.firstIndex(where: { $0.backend.id == backend }) else { return [] }
        let from = candidates[place].backend.strength
        // A bound holds for all of its target, but not among those.
        var open = 0
        let better = candidates.enumerated().filter { index, candidate in
            if let gate = candidate.gate, !gate.classes.contains(.lowQuality),
                !(index..<index + gate.span).contains(place)
            {
                open = max(open, index + gate.span)
            }
            return index >= open && !candidate.isLastResort && candidate.backend.strength > from
        }.map(\.element)
        return Tier.allCases.flatMap { tier in better.filter { $0.backend.tier == tier } }
    }
}

extension [Candidate] {
    /// Whom to ask after that candidate has failed so, or nil when the strategy ends there. Without a bound of the
    /// strategy's own it is the next one.
    func next(after position: Int, failure: FailureClass) -> Int? {
        var next = position + 1
        while next < count {
            guard let gate = self[next].gate, !gate.classes.contains(failure) else { return next }
            next += gate.span
        }
        return nil
    }
}

/// Why a candidate stands where it stands; words are made only when somebody reads them.
enum Reason: Sendable, Equatable {
    case requested
    /// Something after the rules put it there; its words.
    case steered(String)
    /// An experiment put it there; its words.
    case tested(String)
    /// What was learned, and why it would stand where the rules put it.
    indirect case learned(Lesson, over: Reason)
    case strategy(String)
    case rule(TaskKind)
    case primary
    case askedLast
    case tier(Tier)
    case care(Care)
    case criterion(RoutingPolicy.Criterion)
    case home(TaskKind)
    case generalFallback
    case chain(Role)
    /// Everybody is unwell; why this one is.
    case unwell(String)
    case largestWindow
    case poor

    var words: String {
        switch self {
        case .requested: "it was asked for"
        case .steered(let why), .tested(let why): why
        case .learned(let lesson, let rules):
            lesson.isShadow || lesson.verdict == .agrees ? "\(rules.words); \(lesson.words)" : lesson.words
        case .strategy(let path): "by the configured strategy: \(path)"
        case .rule(let kind): "the configured rule for \(kind.rawValue)"
        case .primary: "the configured primary"
        case .askedLast: "the configured fallback"
        case .tier(let tier): "the tier \(tier.rawValue) was asked for"
        case .care(let care): "a better tier: \(care.rawValue)"
        case .criterion(let criterion): "the best by \(criterion.rawValue)"
        case .home(let kind): "first choice for \(kind.rawValue)"
        case .generalFallback: "general fallback"
        case .chain(let home): "next in the chain of \(home.rawValue)"
        case .unwell(let why): "last resort: \(why)"
        case .largestWindow: "last resort: the largest window, though the estimate does not fit"
        case .poor: "below the wanted quality, and nobody better can be asked"
        }
    }
}

/// Why a task is too delicate for the fast local tier.
enum Care: String, Sendable {
    case uncertain = "the classifier is not sure"
    case demanding = "the answer must be right"
    case exposed = "the answer changes something or is seen"
}
