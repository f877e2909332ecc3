/// A reply or a chunk of one: only the fields that are read, all optional, since every server leaves some out.
struct ChatReply: Decodable {
    struct Choice: Decodable {
        var message: Message?
        var delta: Message?
        var finishReason: String?
        /// Moonshot's place for the counts of a stream.
        var usage: Counts?

        enum CodingKeys: String, CodingKey {
            case message, delta, usage
            case finishReason = "finish_reason"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            message = try fields.decodeIfPresent(Message.self, forKey: .message)
            delta = try fields.decodeIfPresent(Message.self, forKey: .delta)
            finishReason = try fields.decodeIfPresent(String.self, forKey: .finishReason)
            usage = try? fields.decodeIfPresent(Counts.self, forKey: .usage)
        }
    }

    struct Message: Decodable {
        var content: String?
        var refusal: String?
        /// Hidden reasoning, under two names; only that it is there is of interest.
        var reasoningContent: String?
        var reasoning: String?

        /// Whether the model has moved on.
        var hasProgress: Bool {
            [content, reasoningContent, reasoning].contains { $0?.isEmpty == false }
        }

        enum CodingKeys: String, CodingKey {
            case content, refusal, reasoning
            case reasoningContent = "reasoning_content"
        }
    }

    struct Counts: Decodable {
        struct PromptDetails: Decodable {
            var cachedTokens: Int?
            enum CodingKeys: String, CodingKey { case cachedTokens = "cached_tokens" }
        }

        struct CompletionDetails: Decodable {
            var reasoningTokens: Int?
            enum CodingKeys: String, CodingKey { case reasoningTokens = "reasoning_tokens" }
        }

        var promptTokens: Int?
        var completionTokens: Int?
        /// Moonshot's place for the cached tokens.
        var cachedTokens: Int?
        var promptDetails: PromptDetails?
        var completionDetails: CompletionDetails?

        enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
            case cachedTokens = "cached_tokens"
            case promptDetails = "prompt_tokens_details"
            case completionDetails = "completion_tokens_details"
        }

        /// `prompt_tokens` holds the cached ones, `completion_tokens` the reasoning ones.
        var counts: Usage? {
            let prompt = Self.plausible(promptTokens)
            let completion = Self.plausible(completionTokens)
            guard prompt != nil || completion != nil else { return nil }
            let cached = Self.plausible(promptDetails?.cachedTokens ?? cachedTokens)
            let reasoning = Self.plausible(completionDetails?.reasoningTokens)
            return Usage(
                inputUncached: prompt.map { max(0, $0 - (cached ?? 0)) },
                inputCacheRead: cached,
                outputVisible: completion.map { max(0, $0 - (reasoning ?? 0)) },
                outputReasoning: reasoning,
                source: .provider
            )
        }

        /// A count that can be one; another was not said. A backend must not be able to overflow our sums.
        private static func plausible(_ count: Int?) -> Int? {
            count.flatMap { (0...1_000_000_000_000).contains($0) ? $0 : nil }
        }
    }

    /// The model that says it answered; nothing that could not be a model's name.
    var model: String?
    var choices: [Choice]?
    var usage: Counts?
    var error: OpenAIError?

    enum CodingKeys: String, CodingKey { case model, choices, usage, error }

    /// What stands beside the answer may be odd without the answer being lost: a count in quotation marks, say.
    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        choices = try fields.decodeIfPresent([Choice].self, forKey: .choices)
        usage = try? fields.decodeIfPresent(Counts.self, forKey: .usage)
        model = (try? fields.decodeIfPresent(String.self, forKey: .model)).flatMap(Self.modelName)
        let found = try? fields.decodeIfPresent(OpenAIError.self, forKey: .error)
        error = found.flatMap { $0 == OpenAIError() && choices?.isEmpty == false ? nil : $0 }
    }

    /// A backend's word goes into the ledger and to the client; a text of any length or content must not.
    private static func modelName(_ text: String) -> String? {
        let isName = (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isName ? text : nil
    }
}

/// `{"error": {"message", "type", "code"}}`; `code` is a number at llama.cpp and OpenRouter, and the whole error a bare
/// string at some servers.
struct OpenAIError: Decodable, Equatable {
    var message: String?
    var type: String?
    var code: String?
    /// The code where it is an HTTP status.
    var status: Int?
    /// Whether OpenRouter's moderation flagged the prompt: it says so in `metadata` alone, under a 403.
    var isModerated = false

    init(message: String? = nil, type: String? = nil, code: String? = nil, status: Int? = nil) {
        self.message = message
        self.type = type
        self.code = code
        self.status = status
    }

    init(from decoder: any Swift.Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            message = text
            return
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        message = try? fields.decodeIfPresent(String.self, forKey: .message)
        type = try? fields.decodeIfPresent(String.self, forKey: .type)
        if let number = try? fields.decodeIfPresent(Int.self, forKey: .code) {
            status = (400...599).contains(number) ? number : nil
        } else {
            code = try? fields.decodeIfPresent(String.self, forKey: .code)
        }
        if let metadata = try? fields.nestedContainer(keyedBy: MetadataKeys.self, forKey: .metadata) {
            isModerated = metadata.contains(.reasons) || metadata.contains(.flaggedInput)
        }
    }

    enum CodingKeys: String, CodingKey { case message, type, code, metadata }

    private enum MetadataKeys: String, CodingKey {
        case reasons
        case flaggedInput = "flagged_input"
    }
}
