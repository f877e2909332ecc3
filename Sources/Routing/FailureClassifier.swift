/// Says what a refused request means. Every vendor's signals stand here, each with its source, and nowhere else.
///
/// It reads status, `code` and `type`; a message only where a vendor gives nothing else. Any text with "429" in it is
/// not a rate limit.
enum FailureClassifier {
    /// What an error response means.
    static func classify(status: Int, error: OpenAIError?) -> FailureClass {
        if let named = error.flatMap(classify) { return named }
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
    private static func classify(_ error: OpenAIError) -> FailureClass? {
        if error.isModerated { return .contentPolicy }
        for signal in [error.code, error.type].compactMap(\.self) {
            switch signal {
            // Before rate limits: OpenAI and Moonshot report an empty account under 429.
            case "insufficient_quota", "exceeded_current_quota_error", "billing_error", "billing_hard_limit_reached",
                "enforced_spend_limit_reached":
                return .quota
            case "rate_limit_exceeded", "rate_limit_reached_error", "rate_limit_error": return .rateLimited
            case "engine_overloaded_error", "overloaded_error", "unavailable_error": return .overloaded
            case "context_length_exceeded", "exceed_context_size_error": return .contextWindow
            case "content_filter", "content_policy_violation": return .contentPolicy
            case "invalid_api_key", "invalid_authentication_error", "incorrect_api_key_error", "authentication_error",
                "permission_error":
                return .auth
            case "model_not_found", "resource_not_found_error", "not_found_error": return .modelMissing
            default: continue
            }
        }
        // Moonshot sends `invalid_request_error` for a prompt that is too long, llama.cpp's older servers a bare 400.
        let message = (error.message ?? "").lowercased()
        let tooLong = [
            "exceeded model token limit", "token length too long", "exceeds the available context size",
            "maximum context length", "prompt is too long",
        ]
        return tooLong.contains { message.contains($0) } ? .contextWindow : nil
    }

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
