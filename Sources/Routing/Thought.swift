public import Persona

/// What is to be thought about, after the guard.
public struct Thought: Sendable {
    /// The task as a backend may see it.
    public var prompt: BlindPrompt
    /// What the classifier says of the prompt, when somebody has asked it already.
    public var classification: Classification?
    /// The caller's choice of a kind, instead of the classifier's.
    public var kind: TaskKind?
    /// What the caller insists on.
    public var constraints: Selector.Constraints
    /// An upper limit for the answer, in tokens.
    public var maxTokens: Int?
    /// From 0 to 2; nil for the backend's own.
    public var temperature: Double?
    /// Texts that end the answer.
    public var stop: [String]
    /// Whether to give the answer piece by piece.
    public var isStreamed: Bool
    /// Who asked, for the ledger.
    public var caller: String?
    /// Whether an answer that was given to the very same request before will do.
    public var isCacheable: Bool
    /// What all of its requests together may cost; nil for the policy's sum.
    public var maxCost: NanoDollars?
    /// Whether a content filter's verdict leads to the next backend; nil for the policy's word.
    public var reroutesContentPolicy: Bool?
    /// Whether the answer changes the state of a system: then it goes to the top tier.
    public var affectsState: Bool
    /// Whether users see the answer as it is: then too.
    public var isVisible: Bool
    /// Whether what was shown of a stream stands, whatever the judge thinks of it: its client cannot begin anew.
    public var standsOnceShown: Bool
    /// How many terms left with a stand-in, for the ledger.
    public var standIns: Int
    /// What it belongs to: thoughts of one conversation are steered alike. Never sent; nil where it stands alone.
    public var conversation: String?
    /// Its name in the ledger, when somebody has given it one already; nil for one of its own.
    public var id: String?
    /// Why its requests leave.
    public var purpose: EgressRecord.Purpose

    /// A thought.
    public init(
        prompt: BlindPrompt,
        kind: TaskKind? = nil,
        constraints: Selector.Constraints = Selector.Constraints(),
        maxTokens: Int? = nil,
        temperature: Double? = nil,
        stop: [String] = [],
        isStreamed: Bool = false,
        caller: String? = nil,
        isCacheable: Bool = true,
        maxCost: NanoDollars? = nil,
        reroutesContentPolicy: Bool? = nil,
        affectsState: Bool = false,
        isVisible: Bool = false,
        standsOnceShown: Bool = false,
        standIns: Int = 0,
        conversation: String? = nil,
        id: String? = nil,
        purpose: EgressRecord.Purpose = .thought
    ) {
        self.prompt = prompt
        self.kind = kind
        self.constraints = constraints
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.stop = stop
        self.isStreamed = isStreamed
        self.caller = caller
        self.isCacheable = isCacheable
        self.maxCost = maxCost
        self.reroutesContentPolicy = reroutesContentPolicy
        self.affectsState = affectsState
        self.isVisible = isVisible
        self.standsOnceShown = standsOnceShown
        self.standIns = standIns
        self.conversation = conversation
        self.id = id
        self.purpose = purpose
    }
}

extension Thought {
    /// A name that no other thought has: 64 random bits.
    public static func newID() -> String { String(UInt64.random(in: .min ... .max), radix: 16) }
}

/// What happens while a streamed thought is under way.
public enum ThoughtEvent: Sendable, Equatable {
    /// More text.
    case delta(String)
    /// The answer broke off or was not good enough; that backend starts it anew, and what came before does not count.
    case restarted(BackendID, FailureClass)
    /// The last of these tries failed behind some text of its answer. Whether another goes on is not known yet; a caller
    /// who cannot take the text back ends the thought by cancelling its task, and nobody else is asked.
    case brokeOff([Attempt])
    /// It waits for its model.
    case switching(SwitchNotice)
}

/// What a thought has been through so far.
struct ThoughtRun: Sendable {
    /// 64 random bits: tells the attempts of one thought from another's in the ledger, and is never sent.
    let id: String
    let start: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// What all of its requests have cost.
    private(set) var budget: TaskBudget
    /// What all of its requests have cost; nil when that is not known of one that was billed.
    var cost: NanoDollars? { isPriced ? budget.spent : nil }
    private var isPriced = true
    var attempts: [Attempt] = []
    /// Requests sent, the one under way included.
    var sent = 0
    var firstToken: Duration?
    /// Why what has gone out does not count, when some text had gone out.
    var broken: FailureClass?
    /// The place of the attempt whose whole answer the client of a stream has.
    var shown: Int?

    init(start: ContinuousClock.Instant, limits: Router.Limits, id: String? = nil) {
        self.id = id ?? Thought.newID()
        self.start = start
        deadline = start + limits.deadline
        budget = TaskBudget(limit: limits.maxCost)
    }

    /// Whether the time was up. A request that is given the rest of it may end a moment before: libcurl counts from when it
    /// last looked at the clock.
    func isOver(at now: ContinuousClock.Instant) -> Bool { now + .milliseconds(20) >= deadline }

    /// Counts what a request cost.
    /// - Parameter known: its cost; nil when nobody said it, and only a guess is counted.
    mutating func spend(_ counted: NanoDollars, known: NanoDollars?, on backend: Backend) {
        budget.spend(counted, on: backend.id)
        if known == nil && backend.isBilled { isPriced = false }
    }

    /// Notes when the first text of a stream came.
    mutating func note(_ end: CallEnd) {
        if firstToken == nil { firstToken = end.firstText.map { $0 - start } }
    }

    /// Notes that a backend could not be asked; once, however often it is found busy.
    mutating func note(_ backend: BackendID, _ failure: FailureClass, retryAfter: Duration? = nil) {
        let attempt = Attempt(backend: backend, outcome: .failed(failure), retryAfter: retryAfter)
        if !attempts.contains(attempt) { attempts.append(attempt) }
    }

    /// Tells whoever listens that what has come so far does not count.
    mutating func announceRestart(on backend: BackendID, _ onEvent: (ThoughtEvent) async -> Void) async {
        guard let failure = broken else { return }
        broken = nil
        firstToken = nil
        shown = nil
        await onEvent(.restarted(backend, failure))
    }
}
