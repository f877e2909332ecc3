/// A backend that may take the task, and why it stands where it stands.
public struct Candidate: Sendable {
    /// The backend.
    public let backend: Backend
    /// Its health when the plan was made.
    public let state: HealthState
    /// Why it is a candidate.
    public let why: String
    /// Whether it is asked only because nobody else is left: its breaker is not heeded.
    public let isLastResort: Bool
    /// The failures after which the next candidate is asked; nil for all of them.
    public var continueOn: Set<FailureClass>?
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
}

/// Who is asked, in which order, and who is not.
public struct RoutePlan: Sendable {
    /// What the classifier made of the task.
    public let classification: Classification
    /// In the order in which they are asked.
    public let candidates: [Candidate]
    /// In the order of the configuration.
    public let rejected: [Rejection]

    /// Who is asked when an answer of that backend was not good enough: the better ones.
    func escalations(after id: BackendID) -> [Candidate] { [] }
}
