import Foundation
import Persona

@testable import Routing

/// A reply as a vendor's documentation shows it (`Tests/Fixtures`), and what it comes to.
struct Recording: Sendable, CustomStringConvertible {
    /// What a reply comes to.
    enum Outcome: Equatable {
        case answer(Completion)
        case failure(WireError)
    }

    /// The file, below `Tests/Fixtures`: its folder names the vendor, and a number in its name the status.
    let file: String
    let outcome: Outcome

    var description: String { file }

    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    static func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(file)))
    }

    var isStream: Bool { file.hasSuffix(".sse") || file.hasSuffix(".ndjson") }

    var status: Int { file.split(separator: ".").dropFirst().compactMap { Int($0) }.first ?? 200 }

    /// The backend that sent it.
    func backend() throws -> Backend {
        let vendor = String(file.prefix { $0 != "/" })
        let formats: [String: Backend.WireName] = [
            "anthropic": .anthropicMessages, "gemini": .geminiGenerate, "ollama": .ollamaChat, "pipe": .dumbPipe,
        ]
        return try WireCases.backend(formats[vendor] ?? .openAIChat, vendor)
    }

    /// What a whole reply comes to.
    func read(_ body: [UInt8]) throws -> Outcome {
        let backend = try backend()
        do throws(WireError) {
            return .answer(try backend.wire.format.decode(HTTPReply(status: status, body: body), from: backend))
        } catch { return .failure(error) }
    }

    /// What a streamed reply comes to, and the pieces of its text.
    func read(_ pieces: [ArraySlice<UInt8>]) throws -> (outcome: Outcome, text: String) {
        let backend = try backend()
        var decoder = backend.wire.format.makeStreamDecoder(for: backend)
        var text = ""
        do throws(WireError) {
            for piece in pieces { text += try decoder.feed(Array(piece)).text }
            let (rest, completion) = try decoder.finish()
            return (.answer(completion), text + rest)
        } catch { return (.failure(error), text) }
    }
}

// MARK: What they come to

extension Recording {
    static func answer(
        _ file: String,
        _ text: String,
        _ finish: FinishReason = .stop,
        calls: [ToolCall] = [],
        model: String? = nil,
        usage: Usage = .missing,
        cost: NanoDollars? = nil
    ) -> Recording {
        let completion = Completion(
            text: text,
            calls: calls,
            finish: finish,
            model: model,
            usage: usage,
            reportedCost: cost
        )
        return Recording(file: file, outcome: .answer(completion))
    }

    static func failure(
        _ file: String,
        _ failure: FailureClass,
        _ usage: Usage = .missing,
        retryAfter: Duration? = nil
    ) -> Recording {
        Recording(file: file, outcome: .failure(WireError(failure, retryAfter: retryAfter, usage: usage)))
    }

    /// Counts in the order of prompt, cache read, cache write, text, reasoning.
    static func counts(_ counts: Int?..., hour: Int? = nil) -> Usage {
        Usage(
            inputUncached: counts[0],
            inputCacheRead: counts[1],
            inputCacheWrite: counts[2],
            inputCacheWriteHour: hour,
            outputVisible: counts[3],
            outputReasoning: counts[4],
            source: .provider
        )
    }

    static let answers: [Recording] = [
        answer(
            "openai/chat.json",
            "Hello! How can I assist you today?",
            model: "gpt-5.4",
            usage: counts(19, 0, nil, 10, 0)
        ),
        answer(
            "openai/chat.sse",
            "Gr\u{FC}\u{DF}e \u{1F600}",
            model: "gpt-4o-mini",
            usage: counts(86, 1_920, nil, 44, 256)
        ),
        answer("openai/short.sse", "a\u{E9}", usage: counts(3, nil, nil, 2, nil)),
        answer(
            "openai/tools.json",
            "",
            .toolCalls,
            calls: [
                ToolCall(
                    id: "call_abc123",
                    name: "get_current_weather",
                    arguments: "{\n\"location\": \"Boston, MA\"\n}"
                )
            ],
            model: "gpt-4o-mini",
            usage: counts(82, nil, nil, 17, 0)
        ),
        answer(
            "openai/tools.sse",
            "",
            .toolCalls,
            calls: [
                ToolCall(
                    id: "call_DdmO9pD3xa9XTPNJ32zg2hcA",
                    name: "get_weather",
                    arguments: #"{"location":"Paris"}"#
                ), ToolCall(id: "call_2", name: "get_time", arguments: "{}"),
            ]
        ),
        // The 320 tokens of reasoning are not among the 14.
        answer(
            "xai/reasoning.json",
            "The result of 101 multiplied by 3 is 303.",
            model: "grok-3-mini",
            usage: counts(32, 5, nil, 14, 320)
        ),
        answer("xai/reasoning.sse", "303.", model: "grok-3-mini", usage: counts(32, 5, nil, 14, 320)),
        answer("moonshot/chat.json", "1+1 = 2.", model: "kimi-k2.5", usage: counts(9, 10, nil, 21, nil)),
        answer("moonshot/chat.sse", "\u{4F60}\u{597D}", model: "kimi-k2.5", usage: counts(9, 10, nil, 13, nil)),
        answer(
            "openrouter/chat.json",
            "Blue.",
            model: "anthropic/claude-sonnet-4.5",
            usage: counts(94, 0, 100, 2, 0),
            cost: NanoDollars(950_000_000)
        ),
        answer(
            "openrouter/own-key.json",
            "Blue.",
            model: "openai/gpt-5",
            usage: counts(10, nil, nil, 2, nil),
            cost: NanoDollars(10_500_000)
        ),
        answer(
            "openrouter/chat.sse",
            "Blue.",
            model: "openai/gpt-5-mini",
            usage: counts(14, 0, nil, 3, 160),
            cost: NanoDollars(329_510)
        ),
        answer("llamacpp/chat.json", "Blue.", model: "hermes-4-14b", usage: counts(8, 12, nil, 2, nil)),
        answer("llamacpp/chat.sse", "Blue.", model: "hermes-4-14b", usage: counts(20, nil, nil, 4, nil)),
        answer(
            "llamacpp/tools.json",
            "",
            .toolCalls,
            calls: [ToolCall(id: "call_1", name: "python", arguments: #"{"code":"print(1)"}"#)],
            model: "hermes",
            usage: counts(44, nil, nil, 16, nil)
        ),
        answer("vllm/chat.json", "Blue.", model: "m", usage: counts(10, nil, nil, 2, nil)),
        answer(
            "anthropic/message.json",
            "Hi! My name is Claude.",
            model: "claude-sonnet-4-5-20250929",
            usage: counts(2_095, 2_051, 2_051, 503, nil, hour: 1_000)
        ),
        answer(
            "anthropic/message.sse",
            "Gr\u{FC}\u{DF}e!",
            model: "claude-sonnet-4-5-20250929",
            usage: counts(25, nil, nil, 15, nil)
        ),
        answer(
            "anthropic/tools.json",
            "I'll check the current weather in San Francisco for you.",
            .toolCalls,
            calls: [
                ToolCall(
                    id: "toolu_01A09q90qw90lq917835lq9",
                    name: "get_weather",
                    arguments: #"{"location":"San Francisco, CA","unit":"celsius"}"#
                )
            ],
            model: "claude-sonnet-4-5",
            usage: counts(472, nil, nil, 89, nil)
        ),
        answer(
            "anthropic/tools.sse",
            "Okay",
            .toolCalls,
            calls: [
                ToolCall(
                    id: "toolu_01T1x1fJ34qAmk2tNTrN7Up6",
                    name: "get_weather",
                    arguments: #"{"location": "San Francisco"}"#
                )
            ],
            model: "claude-sonnet-4-5-20250929",
            usage: counts(472, nil, nil, 89, nil)
        ),
        answer(
            "anthropic/thinking.sse",
            "It is 21.",
            .length,
            model: "claude-sonnet-4-5",
            usage: counts(30, 0, 0, 66, nil)
        ),
        answer(
            "anthropic/cache-write.json",
            "Yes.",
            model: "claude-3-7-sonnet-20250219",
            usage: counts(3, 0, 12_304, 550, nil)
        ),
        answer(
            "gemini/generate.json",
            "AI learns patterns from data.",
            model: "gemini-2.5-flash",
            usage: counts(8, nil, nil, 11, 1_043)
        ),
        answer(
            "gemini/generate.sse",
            "Gr\u{FC}\u{DF}e \u{1F600}",
            .length,
            model: "gemini-2.5-pro",
            usage: counts(48, 2_000, nil, 5, 40)
        ),
        answer(
            "gemini/tools.json",
            "",
            .toolCalls,
            calls: [
                ToolCall(id: "call_1", name: "get_weather", arguments: #"{"days":2,"place":"Oslo"}"#),
                ToolCall(id: "call_2", name: "get_weather", arguments: #"{"place":"Rome"}"#),
            ],
            model: "gemini-3-pro",
            usage: counts(74, nil, nil, 22, nil)
        ),
        answer(
            "gemini/tools.sse",
            "",
            .toolCalls,
            calls: [
                ToolCall(id: "f1", name: "get_weather", arguments: #"{"place":"Oslo"}"#),
                ToolCall(id: "call_2", name: "look", arguments: "{}"),
            ],
            usage: counts(70, nil, nil, 22, nil)
        ),
        answer(
            "ollama/chat.json",
            "Hello! How are you today?",
            model: "llama3.2",
            usage: counts(26, nil, nil, 298, nil)
        ),
        answer(
            "ollama/chat.ndjson",
            "Gr\u{FC}\u{DF}e \u{1F600}",
            .length,
            model: "llama3.2",
            usage: counts(26, nil, nil, 282, nil)
        ),
        answer(
            "ollama/tools.ndjson",
            "",
            .toolCalls,
            calls: [ToolCall(id: "call_1", name: "get_weather", arguments: #"{"city":"Tokyo"}"#)],
            model: "llama3.2",
            usage: counts(169, nil, nil, 15, nil)
        ),
        // A prompt that was in the cache is not counted: not said is not zero.
        answer("ollama/thinking.ndjson", "4", model: "qwen3", usage: counts(nil, nil, nil, 7, nil)),
        answer("ollama/short.ndjson", "\u{E9}!", usage: counts(0, nil, nil, 2, nil)),
        answer("pipe/execute.json", "Blue.", model: "llama3.2:3b", cost: NanoDollars(0)),
        answer("pipe/paid.json", "Blue.", model: "gpt-5-mini", cost: NanoDollars(125_000)),
    ]

    static let failures: [Recording] = [
        failure("openai/refusal.json", .refused, counts(81, nil, nil, 11, 0)),
        failure("openai/refusal.sse", .refused, counts(81, nil, nil, 11, nil)),
        failure("openai/content-filter.json", .refused, counts(30, nil, nil, 4, nil)),
        failure("openai/error-midstream.sse", .serverError), failure("openai/rate-limit.429.json", .rateLimited),
        failure("openai/quota.429.json", .quota), failure("openai/context.400.json", .contextWindow),
        failure("openai/policy.400.json", .contentPolicy), failure("openai/key.401.json", .auth),
        failure("openai/model.404.json", .modelMissing), failure("openai/parameter.400.json", .badRequest),
        failure("openai/overloaded.503.json", .overloaded), failure("xai/policy.403.json", .contentPolicy),
        failure("xai/permission.403.json", .auth), failure("xai/credits.403.json", .quota),
        failure("xai/credits.429.json", .quota), failure("xai/rate-limit.429.json", .rateLimited),
        failure("xai/key.400.json", .auth), failure("xai/context.400.json", .contextWindow),
        failure("xai/model.404.json", .modelMissing), failure("moonshot/high-risk.400.json", .contentPolicy),
        failure("moonshot/too-long.400.json", .contextWindow), failure("moonshot/token-limit.400.json", .contextWindow),
        failure("moonshot/key.401.json", .auth), failure("moonshot/balance.403.json", .quota),
        failure("moonshot/permission.403.json", .auth), failure("moonshot/model.404.json", .modelMissing),
        failure("moonshot/overloaded.429.json", .overloaded), failure("moonshot/rate-limit.429.json", .rateLimited),
        failure("moonshot/quota.429.json", .quota), failure("openrouter/error-midstream.sse", .serverError),
        failure("openrouter/rate-limit.json", .rateLimited), failure("openrouter/error-in-choice.json", .serverError),
        failure("openrouter/credits.402.json", .quota), failure("openrouter/moderation.403.json", .contentPolicy),
        failure("openrouter/key.401.json", .auth), failure("openrouter/model.400.json", .modelMissing),
        failure("openrouter/tools.404.json", .badRequest), failure("openrouter/privacy.404.json", .modelMissing),
        failure("openrouter/down.502.json", .serverError), failure("openrouter/nobody.503.json", .overloaded),
        failure("openrouter/timeout.408.json", .timeoutTotal), failure("llamacpp/loading.503.json", .overloaded),
        failure("llamacpp/context.400.json", .contextWindow), failure("llamacpp/error-midstream.sse", .contextWindow),
        failure("vllm/context.400.json", .contextWindow), failure("vllm/model.404.json", .modelMissing),
        failure("lmstudio/context.400.json", .contextWindow), failure("lmstudio/no-model.404.json", .modelMissing),
        failure("anthropic/refusal.json", .refused, counts(412, 0, 0, 3, nil)),
        failure("anthropic/refusal.sse", .refused, counts(412, nil, nil, 22, nil)),
        failure("anthropic/window.json", .contextWindow, counts(199_990, nil, nil, 10, nil)),
        failure("anthropic/overloaded.sse", .overloaded, counts(25, nil, nil, 1, nil)),
        failure("anthropic/overloaded.529.json", .overloaded), failure("anthropic/rate-limit.429.json", .rateLimited),
        failure("anthropic/spend-limit.429.json", .quota), failure("anthropic/workspace-limit.400.json", .quota),
        failure("anthropic/credit.400.json", .quota), failure("anthropic/billing.402.json", .quota),
        failure("anthropic/prompt-too-long.400.json", .contextWindow),
        failure("anthropic/limit-too-high.400.json", .contextWindow),
        failure("anthropic/prefill.400.json", .badRequest),
        failure("anthropic/key.401.json", .auth), failure("anthropic/permission.403.json", .auth),
        failure("anthropic/model.404.json", .modelMissing), failure("anthropic/conflict.409.json", .badRequest),
        failure("anthropic/too-large.413.json", .contextWindow), failure("anthropic/internal.500.json", .serverError),
        failure("anthropic/timeout.504.json", .timeoutTotal),
        failure("gemini/safety.json", .refused, counts(9, nil, nil, 0, nil)),
        failure("gemini/recitation.json", .refused, counts(9, nil, nil, 5, nil)),
        failure("gemini/blocked.json", .refused, counts(9, nil, nil, 0, nil)),
        failure("gemini/blocked.sse", .refused, counts(9, nil, nil, 0, nil)),
        failure("gemini/malformed-call.json", .lowQuality, counts(9, nil, nil, 0, nil)),
        failure("gemini/thoughts-only.json", .empty, counts(21, nil, nil, 0, 60)),
        failure("gemini/overloaded.sse", .overloaded),
        failure("gemini/quota.429.json", .rateLimited, retryAfter: .seconds(13)),
        failure("gemini/key.400.json", .auth), failure("gemini/no-key.403.json", .auth),
        failure("gemini/billing.400.json", .quota), failure("gemini/context.400.json", .contextWindow),
        failure("gemini/field.400.json", .badRequest), failure("gemini/model.404.json", .modelMissing),
        failure("gemini/internal.500.json", .serverError), failure("gemini/overloaded.503.json", .overloaded),
        failure("gemini/deadline.504.json", .timeoutTotal), failure("gemini/compatible-list.429.json", .rateLimited),
        failure("ollama/error-midstream.ndjson", .serverError), failure("ollama/load.json", .empty),
        failure("ollama/model.404.json", .modelMissing), failure("ollama/busy.503.json", .overloaded),
        failure("ollama/no-tools.400.json", .badRequest), failure("ollama/context.400.json", .contextWindow),
        failure("ollama/memory.500.json", .overloaded), failure("pipe/failed.json", .serverError),
        failure("pipe/failed.500.json", .serverError), failure("pipe/missing.400.json", .badRequest),
    ]

    static let all = answers + failures
}
