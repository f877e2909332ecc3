internal import Persona

/// A reply or a chunk of one: only the fields that are read, all optional, since every server leaves some out.
struct ChatReply: Decodable {
    struct Choice: Decodable {
        var message: Message?
        var delta: Message?
        var finishReason: String?
        /// Moonshot's place for the counts of a stream.
        var usage: ChatCounts?
        /// OpenRouter's place for an error that only this choice had.
        var error: ProviderError?

        enum CodingKeys: String, CodingKey {
            case message, delta, usage, error
            case finishReason = "finish_reason"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            message = try fields.decodeIfPresent(Message.self, forKey: .message)
            delta = try fields.decodeIfPresent(Message.self, forKey: .delta)
            finishReason = try fields.decodeIfPresent(String.self, forKey: .finishReason)
            usage = fields.lenient(ChatCounts.self, .usage)
            if finishReason == "error" { error = fields.lenient(ProviderError.self, .error) }
        }
    }

    struct Message: Decodable {
        var content: String?
        var refusal: String?
        var toolCalls: [Call]?
        /// Whether there is hidden reasoning, under one of its two names.
        var hasReasoning: Bool

        enum CodingKeys: String, CodingKey {
            case content, refusal, reasoning
            case reasoningContent = "reasoning_content"
            case toolCalls = "tool_calls"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            do { content = try fields.decodeIfPresent(String.self, forKey: .content) } catch {
                // Mistral's reasoning models give a list of parts.
                let parts = try fields.decode([Part].self, forKey: .content)
                content = parts.compactMap(\.text).joined()
            }
            refusal = fields.lenient(String.self, .refusal)
            toolCalls = try fields.decodeIfPresent([Call].self, forKey: .toolCalls)
            let reasoning = fields.lenient(String.self, .reasoningContent) ?? fields.lenient(String.self, .reasoning)
            hasReasoning = reasoning?.isEmpty == false
        }
    }

    struct Part: Decodable {
        var text: String?
    }

    /// A call of a tool, or a fragment of one.
    struct Call: Decodable {
        var index: Int?
        var id: String?
        var name: String?
        var arguments: String?

        private enum CodingKeys: String, CodingKey { case index, id, function }

        private enum FunctionKeys: String, CodingKey { case name, arguments }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            index = fields.lenient(Int.self, .index)
            id = fields.lenient(String.self, .id)
            guard let function = try? fields.nestedContainer(keyedBy: FunctionKeys.self, forKey: .function)
            else { return }
            name = function.lenient(String.self, .name)
            // Text of JSON by the book; some servers give the JSON itself.
            arguments =
                function.lenient(String.self, .arguments) ?? function.lenient(JSONValue.self, .arguments)?.text
        }
    }

    /// The model that says it answered; nothing that could not be a model's name.
    var model: String?
    var choices: [Choice]?
    var usage: ChatCounts?
    var error: ProviderError?

    enum CodingKeys: String, CodingKey { case model, choices, usage, error }

    /// What stands beside the answer may be odd without the answer being lost: a count in quotation marks, say.
    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        choices = try fields.decodeIfPresent([Choice].self, forKey: .choices)
        usage = fields.lenient(ChatCounts.self, .usage)
        model = fields.lenient(String.self, .model).flatMap { $0.isPlainWord ? $0 : nil }
        let found = fields.lenient(ProviderError.self, .error)
        error = found.flatMap { $0 == ProviderError() && choices?.isEmpty == false ? nil : $0 }
    }
}

/// The counts of a reply, in all places where vendors put them.
struct ChatCounts: Decodable {
    private var prompt: Int?
    private var completion: Int?
    private var total: Int?
    private var cacheRead: Int?
    private var cacheWrite: Int?
    private var reasoning: Int?
    /// What was charged, where the vendor says so.
    var cost: NanoDollars?

    private enum CodingKeys: String, CodingKey {
        case cost
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case totalTokens = "total_tokens"
        case cachedTokens = "cached_tokens"
        case cacheHitTokens = "prompt_cache_hit_tokens"
        case promptDetails = "prompt_tokens_details"
        case completionDetails = "completion_tokens_details"
        case isOwnKey = "is_byok"
        case costDetails = "cost_details"
    }

    private enum DetailKeys: String, CodingKey {
        case cachedTokens = "cached_tokens"
        case cacheWriteTokens = "cache_write_tokens"
        case reasoningTokens = "reasoning_tokens"
        case upstreamCost = "upstream_inference_cost"
    }

    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        prompt = fields.tokens(.promptTokens)
        completion = fields.tokens(.completionTokens)
        total = fields.tokens(.totalTokens)
        if let details = try? fields.nestedContainer(keyedBy: DetailKeys.self, forKey: .promptDetails) {
            cacheRead = details.tokens(.cachedTokens)
            // OpenRouter.
            cacheWrite = details.tokens(.cacheWriteTokens)
        }
        // Moonshot, DeepSeek.
        cacheRead = cacheRead ?? fields.tokens(.cachedTokens) ?? fields.tokens(.cacheHitTokens)
        if let details = try? fields.nestedContainer(keyedBy: DetailKeys.self, forKey: .completionDetails) {
            reasoning = details.tokens(.reasoningTokens)
        }
        guard let charged = fields.dollars(.cost) else { return }
        cost = charged
        // With a key of one's own, OpenRouter charges its fee and the provider the rest.
        if fields.lenient(Bool.self, .isOwnKey) == true,
            let details = try? fields.nestedContainer(keyedBy: DetailKeys.self, forKey: .costDetails),
            let upstream = details.dollars(.upstreamCost)
        {
            cost = NanoDollars(charged.value + upstream.value)
        }
    }

    /// The counts in the classes that are priced apart. `prompt_tokens` holds those of the cache.
    func usage(_ dialect: ChatDialect) -> Usage? {
        guard prompt != nil || completion != nil else { return nil }
        let cached = (cacheRead ?? 0) + (cacheWrite ?? 0)
        // More in the cache than there is: none of it can be believed.
        if let prompt, cached > prompt { return nil }
        var reasoning = reasoning
        let sum = (prompt ?? 0) + (completion ?? 0)
        if reasoning == nil, dialect.hidesReasoning, let total, total > sum { reasoning = total - sum }
        var visible = completion
        if let completion, let reasoning, !excludesReasoning(reasoning, sum: sum, dialect) {
            visible = max(0, completion - reasoning)
        }
        return Usage(
            inputUncached: prompt.map { $0 - cached },
            inputCacheRead: cacheRead,
            inputCacheWrite: cacheWrite,
            outputVisible: visible,
            outputReasoning: reasoning,
            source: .provider
        )
    }

    /// The total tells whether `completion_tokens` holds the reasoning; where it fits neither, the vendor's custom counts.
    private func excludesReasoning(_ reasoning: Int, sum: Int, _ dialect: ChatDialect) -> Bool {
        switch total {
        case sum + reasoning: true
        case sum: false
        default: dialect.excludesReasoning
        }
    }
}
