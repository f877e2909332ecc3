/// Says what a refused request means. Every vendor's signals stand here, each with its source, and nowhere else.
///
/// It reads the status, and the error's own words for itself; a message only for the phrases of one table, where a
/// vendor gives nothing else. Any text with "429" in it is not a rate limit.
enum FailureClassifier {
    /// What an error response means.
    static func classify(status: Int, error: ProviderError?) -> FailureClass {
        if let error, let named = classify(error, status: status) { return named }
        switch status {
        case 401, 403: return .auth
        case 402: return .quota
        case 404: return .modelMissing
        case 408: return .timeoutTotal
        case 413: return .contextWindow
        case 429: return .rateLimited
        case 503, 529: return .overloaded
        case 504: return .timeoutTotal
        case 500...599: return .serverError
        default: return .badRequest
        }
    }

    /// What the error's own words mean; nil when only the status tells.
    private static func classify(_ error: ProviderError, status: Int) -> FailureClass? {
        if error.isModerated { return .contentPolicy }
        // The finest word first: Anthropic reports an empty account as a `rate_limit_error` with a reason.
        let words = [error.reason, error.code, error.type].compactMap(\.self)
        if let word = words.lazy.compactMap({ certain[$0] }).first { return word }
        if let message = error.message, let phrase = classify(message: message) { return phrase }
        if let word = words.lazy.compactMap({ vague[$0] }).first { return word }
        // OpenAI: a 404 about anything but the model is about the request.
        if status == 404, let parameter = error.parameter, parameter != "model" { return .badRequest }
        return nil
    }

    private static func classify(message: String) -> FailureClass? {
        let message = String(message.prefix(2_000)).lowercased()
        // Ollama: `model 'qwen3' not found`.
        if message.hasPrefix("model ") && message.hasSuffix(" not found") { return .modelMissing }
        return phrases.first { message.contains($0.phrase) }?.failure
    }

    /// Words that mean one thing, whatever the status says.
    private static let certain: [String: FailureClass] = [
        // OpenAI, https://platform.openai.com/docs/guides/error-codes: an empty account comes as 429 or 400.
        "insufficient_quota": .quota, "billing_hard_limit_reached": .quota, "billing_not_active": .quota,
        "rate_limit_exceeded": .rateLimited, "context_length_exceeded": .contextWindow,
        "content_policy_violation": .contentPolicy, "moderation_blocked": .contentPolicy,
        "content_filter": .contentPolicy, "invalid_api_key": .auth, "model_not_found": .modelMissing,
        // Anthropic, https://docs.claude.com/en/api/errors
        "enforced_spend_limit_reached": .quota, "billing_error": .quota, "rate_limit_error": .rateLimited,
        "overloaded_error": .overloaded, "authentication_error": .auth, "request_too_large": .contextWindow,
        "timeout_error": .timeoutTotal,
        // Moonshot, https://platform.kimi.ai/docs/api/errors: three meanings of 429.
        "exceeded_current_quota_error": .quota, "engine_overloaded_error": .overloaded,
        "rate_limit_reached_error": .rateLimited, "invalid_authentication_error": .auth,
        "incorrect_api_key_error": .auth, "resource_not_found_error": .modelMissing,
        // llama.cpp, https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
        "unavailable_error": .overloaded, "exceed_context_size_error": .contextWindow,
        // Google, https://ai.google.dev/gemini-api/docs/troubleshooting; a bad key is a 400 there.
        "API_KEY_INVALID": .auth, "API_KEY_EXPIRED": .auth, "RESOURCE_EXHAUSTED": .rateLimited,
        "UNAUTHENTICATED": .auth, "UNAVAILABLE": .overloaded, "DEADLINE_EXCEEDED": .timeoutTotal,
    ]

    /// Words that a message can belie: xAI says "permission" for a prompt that it does not like, Moonshot for an empty
    /// account.
    private static let vague: [String: FailureClass] = [
        "permission_error": .auth, "permission_denied_error": .auth, "permission-denied": .auth,
        "PERMISSION_DENIED": .auth, "not_found_error": .modelMissing, "NotFoundError": .modelMissing,
        "NOT_FOUND": .modelMissing,
        // Google: the free tier does not reach this country, billing must be switched on.
        "FAILED_PRECONDITION": .quota,
    ]

    /// Phrases of messages, in lower case; the first that a message holds counts.
    private static let phrases: [(phrase: String, failure: FailureClass)] = [
        // xAI: under a 403, with the same code as a missing permission (UKGovernmentBEIS/inspect_ai#2267).
        ("violates usage guidelines", .contentPolicy),
        // OpenAI: code `invalid_prompt` or none.
        ("violating our usage policy", .contentPolicy),
        ("rejected as a result of the safety system", .contentPolicy),
        ("rejected by the safety system", .contentPolicy),
        // Azure.
        ("content management policy", .contentPolicy),
        // Moonshot, DeepSeek, Anthropic.
        ("considered high risk", .contentPolicy), ("content exists risk", .contentPolicy),
        ("blocked by content filtering policy", .contentPolicy),
        // Moonshot: `invalid_request_error` for a prompt that is too long.
        ("exceeded model token limit", .contextWindow), ("token length too long", .contextWindow),
        // llama.cpp, also older ones with a bare 400; LM Studio.
        ("exceeds the available context size", .contextWindow), ("context size has been exceeded", .contextWindow),
        ("context the overflows", .contextWindow), ("greater than the context length", .contextWindow),
        // OpenAI, OpenRouter, vLLM.
        ("maximum context length", .contextWindow), ("longer than the maximum model length", .contextWindow),
        ("longer than the model's context length", .contextWindow), ("maximum context limit", .contextWindow),
        // Anthropic.
        ("prompt is too long", .contextWindow), ("exceed context limit", .contextWindow),
        ("exceeds context limit", .contextWindow),
        // xAI, Google, Ollama.
        ("maximum prompt length", .contextWindow), ("exceeds the maximum number of tokens", .contextWindow),
        ("exceeded max context length", .contextWindow), ("exceeds the context length", .contextWindow),
        // Anthropic: a 400.
        ("credit balance is too low", .quota), ("api usage limits", .quota),
        // Moonshot (https://www.kimi.com/help/kimi-api/api-troubleshooting) and DeepSeek, OpenRouter.
        ("insufficient balance", .quota), ("usage limit for this billing cycle", .quota),
        ("insufficient credits", .quota),
        // xAI.
        ("used all available credits", .quota), ("doesn't have any credits", .quota),
        ("monthly spending limit", .quota),
        // xAI and Google: a bad key is a 400.
        ("incorrect api key", .auth), ("api key not valid", .auth),
        // Ollama, LM Studio, OpenRouter: a 400.
        ("try pulling it first", .modelMissing), ("no models loaded", .modelMissing),
        ("is not a valid model id", .modelMissing),
        // Ollama inside a 200, where no status tells; its server/sched.go, and ollama/ollama#6027.
        ("maximum pending requests exceeded", .overloaded), ("requires more system memory", .overloaded),
        ("does not support tools", .badRequest), ("does not support chat", .badRequest),
        ("does not support thinking", .badRequest), ("error parsing tool call", .lowQuality),
        // OpenRouter: a 404 about what was asked of the model, not about the model.
        ("no endpoints found that support", .badRequest),
    ]

    /// What a transport's failure means.
    static func classify(_ error: TransportError) -> FailureClass {
        switch error {
        case .unreachable: .unreachable
        case .tls: .tls
        case .timedOut(.connect): .timeoutConnect
        case .timedOut(.firstToken): .timeoutFirstToken
        case .timedOut(.stall): .timeoutStall
        case .timedOut(.total): .timeoutTotal
        case .responseTooLarge: .tooLarge
        case .cut: .streamBroken
        case .stale: .staleConnection
        case .cancelled: .cancelled
        case .exhausted: .saturated
        case .notHTTP: .malformed
        case .closed: .cancelled
        case .curl: .serverError
        }
    }
}
