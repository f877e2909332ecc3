/// What one vendor's dialect of OpenAI's chat format has of its own, as data.
struct ChatDialect: Sendable {
    /// The name of the limit for an answer.
    enum LimitField: Sendable {
        case maxTokens
        /// OpenAI's reasoning models refuse the other; most other servers know only that.
        case maxCompletionTokens
    }

    /// What OpenRouter is told of the companies that it may pass a prompt on to.
    enum Disclosure: Sendable {
        case notAsked
        /// Not to those that keep prompts.
        case deniesCollection
        /// Only to those that retain nothing at all.
        case zeroRetention
    }

    /// The header that carries the key to the list of models.
    enum KeyHeader: Sendable {
        case bearer
        /// Anthropic's list is that of its own API, also behind the compatible endpoint.
        case anthropic
    }

    var limitField = LimitField.maxTokens
    /// Whether answers are kept unless `store` says otherwise.
    var hasStore = false
    var disclosure = Disclosure.notAsked
    /// Whether counts must be, and may be, asked for in a stream.
    var knowsStreamOptions = true
    /// Whether `completion_tokens` leaves the reasoning tokens out.
    var excludesReasoning = false
    /// Whether what `total_tokens` has over the sum are reasoning tokens that nobody named.
    var hidesReasoning = false
    /// Whether `usage.cost` is what was charged, in dollars.
    var reportsCost = false
    /// Whether a video may be sent as `video_url`.
    var takesVideo = false
    var probeKey = KeyHeader.bearer
    /// The page that tells whether it lives and takes the key; see ``Backend/WireName/defaultHealthURL(base:provider:)``.
    var healthPath = "/models"
    /// The base URL, for vendors that have one.
    var url: String?

    /// The dialect of a provider; the plain one for a name that is not known.
    static func of(_ provider: String) -> ChatDialect { known[provider] ?? plain }

    private static let plain = ChatDialect()

    private static let openRouter = ChatDialect(
        disclosure: .deniesCollection,
        // https://openrouter.ai/docs/use-cases/usage-accounting
        reportsCost: true,
        takesVideo: true,
        // Its list of models is public: only this page tells whether the key is good.
        healthPath: "/key",
        url: "https://openrouter.ai/api/v1"
    )

    private static let moonshot = ChatDialect(takesVideo: true, url: "https://api.moonshot.ai/v1")

    private static let known: [String: ChatDialect] = [
        // https://platform.openai.com/docs/api-reference/chat/create
        "openai": ChatDialect(limitField: .maxCompletionTokens, hasStore: true, url: "https://api.openai.com/v1"),
        // https://docs.x.ai/docs/guides/reasoning
        "xai": ChatDialect(excludesReasoning: true, url: "https://api.x.ai/v1"),
        "moonshot": moonshot,
        "kimi": moonshot,
        "openrouter": openRouter,
        "openrouter-zdr": {
            var dialect = openRouter
            dialect.disclosure = .zeroRetention
            return dialect
        }(),
        // https://docs.claude.com/en/api/openai-sdk
        "anthropic": ChatDialect(probeKey: .anthropic, url: "https://api.anthropic.com/v1"),
        // https://ai.google.dev/gemini-api/docs/openai
        "gemini": ChatDialect(
            excludesReasoning: true,
            hidesReasoning: true,
            url: "https://generativelanguage.googleapis.com/v1beta/openai"
        ),
        // It counts in every stream, and refuses parameters that it does not know.
        "mistral": ChatDialect(knowsStreamOptions: false, url: "https://api.mistral.ai/v1"),
        // Their health page is public, and says 503 while the model loads; the list of models says 200 then.
        "llamacpp": ChatDialect(healthPath: "/health"),
        "vllm": ChatDialect(takesVideo: true, healthPath: "/health"),
        "lmstudio": plain,
        "ollama": plain,
    ]
}
