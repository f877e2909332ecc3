internal import FoundationEssentials

/// A backend's error, whatever its shape; only what tells failures apart. Its message is read and never passed on.
///
/// OpenAI `{"message","type","param","code"}`, llama.cpp and OpenRouter the same with a number as `code`, Anthropic
/// `{"type","message","details"}`, Google `{"code","message","status","details"}`, Ollama and xAI a bare string.
struct ProviderError: Decodable, Equatable {
    var message: String?
    var type: String?
    /// The code where it is a word.
    var code: String?
    /// The code where it is an HTTP status.
    var status: Int?
    /// The parameter that it is about.
    var parameter: String?
    /// The finer word of Anthropic's `details.error_code` and Google's `ErrorInfo.reason`.
    var reason: String?
    /// Whether OpenRouter's moderation flagged the prompt: it says so in `metadata` alone, under a 403.
    var isModerated = false
    /// Google's `RetryInfo.retryDelay`.
    var retryAfter: Duration?

    init(message: String? = nil, type: String? = nil, code: String? = nil) {
        self.message = message
        self.type = type
        self.code = code
    }

    init(from decoder: any Swift.Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            message = text
            return
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        message = fields.lenient(String.self, .message)
        // Google's word for the kind of an error is its `status`.
        type = fields.lenient(String.self, .type) ?? fields.lenient(String.self, .status)
        parameter = fields.lenient(String.self, .param)
        if let number = fields.lenient(Int.self, .code) {
            status = (400...599).contains(number) ? number : nil
        } else {
            code = fields.lenient(String.self, .code)
        }
        if let metadata = try? fields.nestedContainer(keyedBy: MetadataKeys.self, forKey: .metadata) {
            isModerated = metadata.contains(.reasons) || metadata.contains(.flaggedInput)
        }
        if let details = fields.lenient([Detail].self, .details) {
            reason = details.lazy.compactMap(\.reason).first
            retryAfter = details.lazy.compactMap(\.retryDelay).first.flatMap(RetryAfter.parse(protobuf:))
        } else {
            reason = fields.lenient(Detail.self, .details)?.errorCode
        }
    }

    enum CodingKeys: String, CodingKey { case message, type, code, status, param, metadata, details }

    private enum MetadataKeys: String, CodingKey {
        case reasons
        case flaggedInput = "flagged_input"
    }

    private struct Detail: Decodable {
        var reason: String?
        var retryDelay: String?
        var errorCode: String?

        enum CodingKeys: String, CodingKey {
            case reason, retryDelay
            case errorCode = "error_code"
        }

        init(from decoder: any Swift.Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            reason = fields.lenient(String.self, .reason)
            retryDelay = fields.lenient(String.self, .retryDelay)
            errorCode = fields.lenient(String.self, .errorCode)
        }
    }
}

/// The body of a refused request, as every vendor writes it.
struct ErrorBody: Decodable {
    var error: ProviderError?

    init(from decoder: any Swift.Decoder) throws {
        // Google's compatible endpoint puts its one error into a list.
        if var list = try? decoder.unkeyedContainer() {
            error = try list.decode(ErrorBody.self).error
            return
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        error = fields.lenient(ProviderError.self, .error)
        if error == nil, fields.lenient(String.self, .object) == "error" {
            // vLLM before 0.10: the error is the body.
            error = try? ProviderError(from: decoder)
        }
        // xAI: `{"code": "...", "error": "..."}`.
        if error?.code == nil, let code = fields.lenient(String.self, .code) { error?.code = code }
    }

    enum CodingKeys: String, CodingKey { case error, object, code }

    /// What a refused reply means.
    static func failure(of reply: HTTPReply) -> WireError {
        let error = (try? JSONTree.decode(ErrorBody.self, from: reply.body))?.error
        return WireError(
            FailureClassifier.classify(status: reply.status, error: error),
            retryAfter: RetryAfter.parse(reply.headers, now: Date()) ?? error?.retryAfter
        )
    }
}

extension WireError {
    /// What an error inside a 200 means.
    init(inBand error: ProviderError) {
        self.init(
            FailureClassifier.classify(status: error.status ?? 500, error: error),
            retryAfter: error.retryAfter
        )
    }
}
