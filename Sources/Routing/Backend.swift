public import Persona

/// What a backend is good for: the home of some kinds of task.
public enum Role: String, Sendable, CaseIterable {
    case local, speed, breadth, reasoning, code
    case longContext = "long-context"
    case multimodal
    /// The home of nothing: asked when the homes fail.
    case fallback
}

/// A secret from the environment. Printing it shows that it is there, never what it is.
public struct Secret: Sendable, Equatable, Undisclosed {
    private let value: String

    /// Wraps the value.
    public init(_ value: String) {
        self.value = value
    }

    /// The value, for the one header that carries it.
    func reveal() -> String { value }

    /// The key as the scan knows it, which is by hashes; nil for what is no secret.
    /// - Parameter url: any address of the origin that it is for.
    package func guarded(for url: String) -> GuardedKey? { GuardedKey(value, for: url) }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
}

/// A backend as configured: where it is, what it can do, what it costs and how long it may take.
public struct Backend: Sendable {
    /// How a request is written for it.
    public enum WireName: String, Sendable, CaseIterable {
        case openAIChat = "openai-chat"
        case anthropicMessages = "anthropic-messages"
        case geminiGenerate = "gemini-generate"
        case ollamaChat = "ollama-chat"
        case dumbPipe = "dumb-pipe"
    }

    /// Whether it takes new work, as an operator decides it; health is another matter.
    public enum Service: Sendable, Equatable {
        case enabled
        /// Finishes what it has, and gets nothing new.
        case draining
        /// Out, with the reason.
        case disabled(String)
    }

    /// How its liveness is asked without a bill.
    public enum HealthCheck: Sendable, Equatable {
        /// `GET` of an absolute URL.
        case get(String)
        /// Never: its health is learnt from its answers alone.
        case never
    }

    /// Limits of one call.
    public struct Timeouts: Sendable, Equatable {
        /// Until the connection stands.
        public var connect: Duration
        /// Until the first token of a streamed answer.
        public var firstToken: Duration
        /// Between two tokens of a streamed answer.
        public var stall: Duration
        /// For all of it.
        public var total: Duration

        /// The defaults of `defaults.timeouts` in `docs/configuration.md`.
        public init(
            connect: Duration = .seconds(5),
            firstToken: Duration = .seconds(60),
            stall: Duration = .seconds(30),
            total: Duration = .seconds(300)
        ) {
            self.connect = connect
            self.firstToken = firstToken
            self.stall = stall
            self.total = total
        }
    }

    /// Its name.
    public var id: BackendID
    /// The base URL, such as `http://127.0.0.1:8081/v1`, without a `/` at its end.
    public var url: String
    /// How a request is written.
    public var wire: WireName
    /// The vendor, where its dialect differs: `openai`, `anthropic`, `openrouter` and so on; empty for a plain server.
    public var provider: String
    /// The model to ask for.
    public var model: String
    /// Where its model is loaded on demand; nil for a backend that is always there. ``url`` is the sidecar's then.
    public var place: ModelPlace?
    /// Other models that it offers, as configured.
    public var models: [String]
    /// What it is good at, for people and for scoring: `reasoning`, `long-context`, `privacy`.
    public var strengths: [String]
    /// What it is bad at.
    public var weaknesses: [String]
    /// What it is the home of.
    public var roles: [Role]
    /// Whether it runs on this machine, so that a task that must stay may go there.
    public var isLocal: Bool
    /// The key of its `Authorization` header.
    public var key: Secret?
    /// Whether it takes new work.
    public var service: Service
    /// The media types' main types that it takes besides text: `image`, `audio`, `video`, `application`.
    public var modalities: Set<String>
    /// How many tokens fit into it, prompt and answer together.
    public var maxContext: Int
    /// How many tokens an answer may have; nil when nobody said.
    public var maxOutput: Int?
    /// How good its answers are, from 0 to 1.
    public var quality: Double
    /// How fast it is, from 0 to 1.
    public var speed: Double
    /// Its share under weighted balancing; more is more.
    public var weight: Double
    /// How many requests it may have in flight; nil for any number.
    public var maxConcurrent: Int?
    /// How many requests a minute it may be sent; nil for any number.
    public var requestsPerMinute: Int?
    /// Dollars per million tokens; nil when nobody said.
    public var prices: PriceVector?
    /// Whether it is asked for a stream also when an answer is wanted whole: only a stream tells a slow backend from a
    /// silent one.
    public var isStreamed: Bool
    /// Whether it gives vectors only, and answers no task.
    public var embedsOnly: Bool
    /// The limits of one call.
    public var timeouts: Timeouts
    /// How many failures in a row the breaker forgives: one more opens it.
    public var allowedFails: Int
    /// Other numbers for some classes: 0 opens the breaker with the first failure of that class.
    public var allowedFailsByClass: [FailureClass: Int]
    /// How long the breaker stays open.
    public var cooldown: Duration
    /// How its liveness is asked.
    public var health: HealthCheck
    /// How often.
    public var healthInterval: Duration

    /// A backend with the defaults of `docs/configuration.md` for what is not said.
    public init(
        id: BackendID,
        url: String,
        model: String,
        roles: [Role],
        isLocal: Bool
    ) {
        self.id = id
        self.url = url
        self.wire = .openAIChat
        self.provider = ""
        self.model = model
        self.place = nil
        self.models = []
        self.strengths = []
        self.weaknesses = []
        self.roles = roles
        self.isLocal = isLocal
        self.key = nil
        self.service = .enabled
        self.modalities = []
        self.maxContext = 8_192
        self.maxOutput = nil
        self.quality = 0.5
        self.speed = 0.5
        self.weight = 1
        self.maxConcurrent = nil
        self.requestsPerMinute = nil
        self.prices = nil
        self.isStreamed = true
        self.embedsOnly = false
        self.timeouts = Timeouts()
        self.allowedFails = 3
        self.allowedFailsByClass = [:]
        self.cooldown = .seconds(30)
        self.health = .get(url + "/models")
        self.healthInterval = .seconds(30)
    }

    /// Why it may not be asked anything new, such as a missing key; nil when it may.
    public var disabledReason: String? {
        switch service {
        case .enabled: embedsOnly ? Self.embeds : nil
        case .draining: "it is being drained"
        case .disabled(let reason): reason
        }
    }

    /// Why one that gives vectors only is asked nothing else.
    static let embeds = "it gives vectors only"

    /// Whether its answers cost anything, as far as is known.
    package var isBilled: Bool { prices.map { $0.input > 0 || $0.output > 0 } ?? !isLocal }

    /// Its roles in one word, for people.
    public var roleLabel: String { roles.map(\.rawValue).joined(separator: "+") }
}

/// The backends that a request sees: a snapshot, replaced whole when the configuration changes.
public struct BackendRegistry: Sendable {
    /// All of them, the disabled ones too, in the order of the configuration.
    public let backends: [Backend]
    /// The keys of all of them, as the scan knows them.
    package let keys: [GuardedKey]
    private let positions: [BackendID: Int]

    /// A registry; of two backends of one name the first counts.
    public init(_ backends: [Backend]) {
        self.backends = backends
        self.keys = backends.compactMap { $0.key?.guarded(for: $0.url) }
        self.positions = Dictionary(backends.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The backend of that name.
    public subscript(_ id: BackendID) -> Backend? { positions[id].map { backends[$0] } }

    /// Where the backend of that name stands in ``backends``.
    func position(of id: BackendID) -> Int? { positions[id] }
}
