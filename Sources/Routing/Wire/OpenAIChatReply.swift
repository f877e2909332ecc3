internal import Persona

/// A reply or a chunk of one: only the fields that are read, all optional, since every server leaves some out.
struct ChatReply {
    /// What is read is something else.
    private typealias Misfit = JSONParser.Malformed

    struct Choice {
        var message: Message?
        var delta: Message?
        var finishReason: String?
        /// Moonshot's place for the counts of a stream.
        var usage: ChatCounts?
        /// OpenRouter's place for an error that only this choice had.
        var error: ProviderError?

        fileprivate init(_ value: JSONValue) throws(JSONParser.Malformed) {
            guard let fields = JSONObject(value) else { throw Misfit() }
            if let value = fields.present("message") { message = try Message(value) }
            if let value = fields.present("delta") { delta = try Message(value) }
            if let value = fields.present("finish_reason") {
                guard let reason = value.words else { throw Misfit() }
                finishReason = reason
            }
            usage = fields.present("usage").flatMap { ChatCounts($0) }
            if finishReason == "error" { error = ChatReply.error(in: fields) }
        }
    }

    struct Message {
        var content: String?
        var refusal: String?
        var toolCalls: [Call]?
        /// Whether there is hidden reasoning, under one of its two names.
        var hasReasoning: Bool

        fileprivate init(_ value: JSONValue) throws(JSONParser.Malformed) {
            guard let fields = JSONObject(value) else { throw Misfit() }
            if let value = fields.present("content") { content = try Self.content(value) }
            refusal = fields["refusal"]?.words
            if let value = fields.present("tool_calls") {
                guard let values = value.elements else { throw Misfit() }
                var calls: [Call] = []
                for value in values { calls.append(try Call(value)) }
                toolCalls = calls
            }
            let reasoning = fields["reasoning_content"]?.words ?? fields["reasoning"]?.words
            hasReasoning = reasoning?.isEmpty == false
        }

        private static func content(_ value: JSONValue) throws(JSONParser.Malformed) -> String {
            if let text = value.words { return text }
            // Mistral's reasoning models give a list of parts.
            guard let parts = value.elements else { throw Misfit() }
            var content = ""
            for part in parts {
                guard let fields = JSONObject(part) else { throw Misfit() }
                guard let value = fields.present("text") else { continue }
                guard let text = value.words else { throw Misfit() }
                content += text
            }
            return content
        }
    }

    /// A call of a tool, or a fragment of one.
    struct Call {
        var index: Int?
        var id: String?
        var name: String?
        var arguments: String?

        fileprivate init(_ value: JSONValue) throws(JSONParser.Malformed) {
            guard let fields = JSONObject(value) else { throw Misfit() }
            index = fields["index"]?.count
            id = fields["id"]?.words
            guard let function = fields["function"].flatMap({ JSONObject($0) }) else { return }
            name = function["name"]?.words
            // Text of JSON by the book; some servers give the JSON itself.
            arguments = function["arguments"]?.words ?? function.present("arguments")?.text
        }
    }

    /// The model that says it answered; nothing that could not be a model's name.
    var model: String?
    var choices: [Choice]?
    var usage: ChatCounts?
    var error: ProviderError?

    /// What stands beside the answer may be odd without the answer being lost: a count in quotation marks, say.
    init(_ value: JSONValue) throws(JSONParser.Malformed) {
        guard let fields = JSONObject(value) else { throw Misfit() }
        if let value = fields.present("choices") {
            guard let values = value.elements else { throw Misfit() }
            var choices: [Choice] = []
            for value in values { choices.append(try Choice(value)) }
            self.choices = choices
        }
        usage = fields.present("usage").flatMap { ChatCounts($0) }
        model = fields["model"]?.words.flatMap { $0.isPlainWord ? $0 : nil }
        let found = Self.error(in: fields)
        error = found.flatMap { $0 == ProviderError() && choices?.isEmpty == false ? nil : $0 }
    }

    private static func error(in fields: JSONObject) -> ProviderError? {
        fields.present("error").flatMap { try? JSONTree.decode(ProviderError.self, from: $0) }
    }
}

/// The counts of a reply, in all places where vendors put them.
struct ChatCounts {
    private var prompt: Int?
    private var completion: Int?
    private var total: Int?
    private var cacheRead: Int?
    private var cacheWrite: Int?
    private var reasoning: Int?
    /// What was charged, where the vendor says so.
    var cost: NanoDollars?

    /// Nil for what is no object.
    init?(_ value: JSONValue) {
        guard let fields = JSONObject(value) else { return nil }
        prompt = fields.tokens("prompt_tokens")
        completion = fields.tokens("completion_tokens")
        total = fields.tokens("total_tokens")
        if let details = fields["prompt_tokens_details"].flatMap({ JSONObject($0) }) {
            cacheRead = details.tokens("cached_tokens")
            // OpenRouter.
            cacheWrite = details.tokens("cache_write_tokens")
        }
        // Moonshot, DeepSeek.
        cacheRead = cacheRead ?? fields.tokens("cached_tokens") ?? fields.tokens("prompt_cache_hit_tokens")
        if let details = fields["completion_tokens_details"].flatMap({ JSONObject($0) }) {
            reasoning = details.tokens("reasoning_tokens")
        }
        guard let charged = fields.dollars("cost") else { return }
        cost = charged
        // With a key of one's own, OpenRouter charges its fee and the provider the rest.
        if fields["is_byok"]?.flag == true, let details = fields["cost_details"].flatMap({ JSONObject($0) }),
            let upstream = details.dollars("upstream_inference_cost")
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
