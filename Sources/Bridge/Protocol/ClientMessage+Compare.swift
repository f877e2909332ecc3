internal import Persona
internal import Routing

/// The parameters of `compare`.
struct CompareParams: Sendable {
    let prompts: [String]
    /// At least two, each once; the others are held against the first.
    let backends: [String]
    /// What all of it may cost at worst.
    let maxCost: NanoDollars
    /// Only says what it would cost at worst; nothing is sent.
    let isEstimate: Bool
    let instructions: String?
    let persona: String?
    let kind: TaskKind?
    let maxTokens: Int?
    let temperature: Double?
    let caller: String?
    /// How many prompts a backend is given at a time.
    let perBackend: Int

    /// So many prompts, and so many answers in all.
    static let mostPrompts = 500
    static let mostAnswers = 1_000
    static let mostBackends = 8
    /// A prompt's longest length in bytes.
    static let longest = 65_536
    /// What a comparison may cost at worst when nobody says so.
    static let defaultCost = NanoDollars(1_000_000_000)

    init(_ params: Params) throws(BridgeError) {
        try params.allow(
            "prompts",
            "backends",
            "max_usd",
            "estimate",
            "instructions",
            "persona",
            "kind",
            "max_tokens",
            "temperature",
            "caller",
            "per_backend"
        )
        let prompts = try params.array("prompts", atMost: Self.mostPrompts) { element throws(BridgeError) in
            guard case .string(let text) = element, (1...Self.longest).contains(text.utf8.count),
                text.unicodeScalars.contains(where: { !$0.properties.isWhitespace })
            else { throw .invalidParams("prompts") }
            return text
        }
        guard let prompts, !prompts.isEmpty else { throw .invalidParams("prompts") }
        guard let backends = try params.strings("backends", atMost: Self.mostBackends), backends.count >= 2,
            Set(backends).count == backends.count
        else { throw .invalidParams("backends") }
        guard prompts.count * backends.count <= Self.mostAnswers else { throw .invalidParams("prompts") }
        self.prompts = prompts
        self.backends = backends
        let most = try params.decimal("max_usd", in: 0...1_000_000)
        maxCost = most.flatMap { NanoDollars(dollars: $0) } ?? Self.defaultCost
        isEstimate = try params.boolean("estimate") ?? false
        instructions = try params.string("instructions", count: 1...65_536)
        persona = try params.string("persona", count: 1...64)
        kind = try params.choice("kind")
        maxTokens = try params.integer("max_tokens", in: 1...131_072)
        temperature = try params.decimal("temperature", in: 0...2)
        caller = try params.string("caller", count: 1...64)
        perBackend = try params.integer("per_backend", in: 1...8) ?? 1
    }

    /// One of its prompts as a request that nobody speaks around, and of which nothing is kept.
    func thought(_ prompt: String) -> ThoughtParams {
        var thought = ThoughtParams(prompt)
        thought.draft.instructions = instructions
        thought.persona = persona
        thought.kind = kind
        thought.maxTokens = maxTokens
        thought.temperature = temperature
        thought.caller = caller
        thought.isCacheable = false
        thought.isKept = false
        // Streamed, so that its first token has a time.
        thought.isStreamed = true
        return thought
    }
}

extension ThoughtParams {
    /// A task and nothing else.
    init(_ task: String) {
        draft.task = task
    }
}
