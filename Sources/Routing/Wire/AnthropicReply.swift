/// A whole message of Anthropic, or the beginning of a streamed one: only the fields that are read.
struct AnthropicReply: Decodable {
    /// A piece of the answer.
    struct Block: Decodable {
        var type: String?
        var text: String?
        var id: String?
        var name: String?
        /// The input of a call as text; nil while it is still to come in fragments.
        var arguments: String?

        private enum CodingKeys: String, CodingKey { case type, text, id, name, input }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            type = fields.lenient(String.self, .type)
            text = fields.lenient(String.self, .text)
            id = fields.lenient(String.self, .id)
            name = fields.lenient(String.self, .name)
            // A stream begins a call with an empty input, and sends it as text afterwards.
            arguments = fields.lenient(JSONValue.self, .input).flatMap { $0 == .object([]) ? nil : $0.text }
        }
    }

    /// The counts: those of the cache are not part of `input_tokens`.
    struct Counts: Decodable {
        var input: Int?
        var output: Int?
        var cacheRead: Int?
        var cacheWrite: Int?
        /// Those of the written ones that are kept for an hour, at another price.
        var cacheWriteHour: Int?

        init() {}

        private enum CodingKeys: String, CodingKey {
            case input = "input_tokens"
            case output = "output_tokens"
            case cacheRead = "cache_read_input_tokens"
            case cacheWrite = "cache_creation_input_tokens"
            case cacheCreation = "cache_creation"
        }

        private enum CreationKeys: String, CodingKey { case hour = "ephemeral_1h_input_tokens" }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            input = fields.tokens(.input)
            output = fields.tokens(.output)
            cacheRead = fields.tokens(.cacheRead)
            cacheWrite = fields.tokens(.cacheWrite)
            if let creation = try? fields.nestedContainer(keyedBy: CreationKeys.self, forKey: .cacheCreation) {
                cacheWriteHour = creation.tokens(.hour)
            }
        }

        /// Takes what a later event says; what it does not say stays.
        mutating func add(_ later: Counts?) {
            guard let later else { return }
            input = later.input ?? input
            output = later.output ?? output
            cacheRead = later.cacheRead ?? cacheRead
            cacheWrite = later.cacheWrite ?? cacheWrite
            cacheWriteHour = later.cacheWriteHour ?? cacheWriteHour
        }

        /// In the classes that are priced apart; nil when nothing was said.
        var usage: Usage? {
            guard input != nil || output != nil else { return nil }
            return Usage(
                inputUncached: input,
                inputCacheRead: cacheRead,
                inputCacheWrite: cacheWrite,
                inputCacheWriteHour: cacheWriteHour,
                outputVisible: output,
                source: .provider
            )
        }
    }

    var model: String?
    var content: [Block]?
    var stopReason: String?
    var usage: Counts?
    var error: ProviderError?

    private enum CodingKeys: String, CodingKey {
        case model, content, usage, error
        case stopReason = "stop_reason"
    }

    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        content = try fields.decodeIfPresent([Block].self, forKey: .content)
        model = fields.lenient(String.self, .model)
        stopReason = fields.lenient(String.self, .stopReason)
        usage = fields.lenient(Counts.self, .usage)
        error = fields.lenient(ProviderError.self, .error)
    }

    /// The model that says it answers; after a fallback on Anthropic's side not the one that was asked.
    var modelName: String? { model.flatMap { $0.isPlainWord ? $0 : nil } }
}

/// One event of a streamed message.
struct AnthropicEvent: Decodable {
    /// What it brings.
    enum Content {
        case start(AnthropicReply)
        case block(index: Int, AnthropicReply.Block)
        case delta(index: Int, Delta)
        case messageDelta(stopReason: String?, AnthropicReply.Counts?)
        case stop
        case error(ProviderError)
        case other
    }

    /// A piece of a block.
    struct Delta: Decodable {
        var text: String?
        var partialJSON: String?
        var hasReasoning: Bool

        private enum CodingKeys: String, CodingKey {
            case text, thinking, signature
            case partialJSON = "partial_json"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            text = fields.lenient(String.self, .text)
            partialJSON = fields.lenient(String.self, .partialJSON)
            hasReasoning = fields.contains(.thinking) || fields.contains(.signature)
        }
    }

    let content: Content

    private enum CodingKeys: String, CodingKey {
        case type, message, index, delta, usage, error
        case contentBlock = "content_block"
    }

    private enum DeltaKeys: String, CodingKey { case stopReason = "stop_reason" }

    init(from decoder: any Swift.Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let index = fields.lenient(Int.self, .index) ?? 0
        switch try fields.decode(String.self, forKey: .type) {
        case "content_block_delta": content = .delta(index: index, try fields.decode(Delta.self, forKey: .delta))
        case "content_block_start":
            content = .block(index: index, try fields.decode(AnthropicReply.Block.self, forKey: .contentBlock))
        case "message_start": content = .start(try fields.decode(AnthropicReply.self, forKey: .message))
        case "message_delta":
            let delta = try? fields.nestedContainer(keyedBy: DeltaKeys.self, forKey: .delta)
            content = .messageDelta(
                stopReason: delta?.lenient(String.self, .stopReason),
                fields.lenient(AnthropicReply.Counts.self, .usage)
            )
        case "message_stop": content = .stop
        case "error": content = .error(fields.lenient(ProviderError.self, .error) ?? ProviderError())
        default: content = .other
        }
    }
}
