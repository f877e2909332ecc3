/// A reply of Gemini or a chunk of one: only the fields that are read.
struct GeminiReply: Decodable {
    /// One answer.
    struct Candidate: Decodable {
        var content: Content?
        var finishReason: String?
    }

    /// What is in it.
    struct Content: Decodable {
        var parts: [Part]?
    }

    /// A piece of an answer.
    struct Part: Decodable {
        var text: String?
        /// Whether the text is a summary of hidden reasoning.
        var isThought: Bool
        var call: Call?

        private enum CodingKeys: String, CodingKey {
            case text, functionCall
            case isThought = "thought"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            text = try fields.decodeIfPresent(String.self, forKey: .text)
            isThought = fields.lenient(Bool.self, .isThought) ?? false
            call = try fields.decodeIfPresent(Call.self, forKey: .functionCall)
        }
    }

    /// A call of a tool.
    struct Call: Decodable {
        var id: String?
        var name: String?
        var arguments: String?

        private enum CodingKeys: String, CodingKey { case id, name, args }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            id = fields.lenient(String.self, .id)
            name = fields.lenient(String.self, .name)
            arguments = fields.lenient(JSONValue.self, .args)?.text
        }
    }

    /// The counts: the cached ones are part of `promptTokenCount`, the thoughts no part of `candidatesTokenCount`.
    struct Counts: Decodable {
        private var prompt: Int?
        private var toolUse: Int?
        private var cached: Int?
        private var candidates: Int?
        private var thoughts: Int?
        private var total: Int?

        private enum CodingKeys: String, CodingKey {
            case prompt = "promptTokenCount"
            case toolUse = "toolUsePromptTokenCount"
            case cached = "cachedContentTokenCount"
            case candidates = "candidatesTokenCount"
            case thoughts = "thoughtsTokenCount"
            case total = "totalTokenCount"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            prompt = fields.tokens(.prompt)
            toolUse = fields.tokens(.toolUse)
            cached = fields.tokens(.cached)
            candidates = fields.tokens(.candidates)
            thoughts = fields.tokens(.thoughts)
            total = fields.tokens(.total)
        }

        /// In the classes that are priced apart; nil when nothing was said.
        var usage: Usage? {
            guard prompt != nil || candidates != nil else { return nil }
            let input = prompt.map { $0 + (toolUse ?? 0) }
            // More in the cache than there is: none of it can be believed.
            if let input, let cached, cached > input { return nil }
            var visible = candidates
            // Protobuf leaves a zero out; the total tells whether it was one.
            if visible == nil, let total, let input { visible = max(0, total - input - (thoughts ?? 0)) }
            return Usage(
                inputUncached: input.map { $0 - (cached ?? 0) },
                inputCacheRead: cached,
                outputVisible: visible,
                outputReasoning: thoughts,
                source: .provider
            )
        }
    }

    var candidates: [Candidate]?
    var usage: Counts?
    var model: String?
    /// Why the prompt was blocked.
    var blockReason: String?
    var error: ProviderError?

    private enum CodingKeys: String, CodingKey {
        case candidates, promptFeedback, error
        case usage = "usageMetadata"
        case model = "modelVersion"
    }

    private enum FeedbackKeys: String, CodingKey { case blockReason }

    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        candidates = try fields.decodeIfPresent([Candidate].self, forKey: .candidates)
        usage = fields.lenient(Counts.self, .usage)
        model = fields.lenient(String.self, .model)
        error = fields.lenient(ProviderError.self, .error)
        if let feedback = try? fields.nestedContainer(keyedBy: FeedbackKeys.self, forKey: .promptFeedback) {
            blockReason = feedback.lenient(String.self, .blockReason)
        }
    }
}
