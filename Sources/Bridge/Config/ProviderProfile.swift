internal import Routing

/// What is known of a provider without being told: `provider: anthropic` needs only a model and a role besides.
///
/// Addresses and key variables as the providers document them: https://platform.openai.com/docs/api-reference,
/// https://docs.anthropic.com/en/api, https://ai.google.dev/api, https://docs.x.ai/docs/api-reference,
/// https://platform.moonshot.ai/docs, https://openrouter.ai/docs/api-reference, https://docs.ollama.com/api,
/// https://github.com/ggml-org/llama.cpp/tree/master/tools/server, https://docs.vllm.ai, https://lmstudio.ai/docs/api.
struct ProviderProfile: Sendable {
    /// The name under `provider`.
    let name: String
    /// Other names, as Hermes and chat-o-llama write them in `TYPE`.
    var aliases: [String] = []
    /// The base URL; nil when there is no usual one.
    var url: String?
    /// How a request is written.
    var wire = Backend.WireName.openAIChat
    /// The variable that holds its key; the key goes nowhere but to ``url``.
    var keyVariable: String?
    /// The page that is asked for its health, behind the base URL.
    var health = "/models"
    /// What stands behind the host when only host and port are given.
    var basePath = "/v1"
    /// Whether it usually runs on a machine of one's own.
    var isOwn = false

    /// All of them.
    static let all: [ProviderProfile] = [
        ProviderProfile(name: "openai", url: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY"),
        ProviderProfile(
            name: "anthropic",
            aliases: ["claude"],
            url: "https://api.anthropic.com/v1",
            wire: .anthropicMessages,
            keyVariable: "ANTHROPIC_API_KEY"
        ),
        ProviderProfile(
            name: "gemini",
            aliases: ["google"],
            url: "https://generativelanguage.googleapis.com/v1beta",
            wire: .geminiGenerate,
            keyVariable: "GEMINI_API_KEY",
            basePath: "/v1beta"
        ),
        ProviderProfile(name: "xai", aliases: ["grok"], url: "https://api.x.ai/v1", keyVariable: "XAI_API_KEY"),
        ProviderProfile(
            name: "moonshot",
            aliases: ["kimi"],
            url: "https://api.moonshot.ai/v1",
            keyVariable: "MOONSHOT_API_KEY"
        ),
        ProviderProfile(
            name: "openrouter",
            url: "https://openrouter.ai/api/v1",
            keyVariable: "OPENROUTER_API_KEY",
            // Its list of models is public, and would be given for a refused key too.
            health: "/key"
        ),
        ProviderProfile(
            name: "llama.cpp",
            aliases: ["llama_cpp", "llamacpp"],
            url: "http://127.0.0.1:8080/v1",
            isOwn: true
        ),
        ProviderProfile(
            name: "ollama",
            url: "http://127.0.0.1:11434",
            wire: .ollamaChat,
            health: "/api/version",
            basePath: "",
            isOwn: true
        ),
        ProviderProfile(name: "vllm", url: "http://127.0.0.1:8000/v1", isOwn: true),
        ProviderProfile(name: "lmstudio", aliases: ["lm_studio"], url: "http://127.0.0.1:1234/v1", isOwn: true),
        ProviderProfile(
            name: "dumb-pipe",
            aliases: ["local", "talos"],
            wire: .dumbPipe,
            health: "/health",
            basePath: "",
            isOwn: true
        ),
        ProviderProfile(name: "custom", aliases: ["remote_api", "server_model", "server_models"]),
    ]

    /// Those names that `provider` takes.
    static let names = all.map(\.name)

    /// The one of that name.
    static func named(_ name: String) -> ProviderProfile? { all.first { $0.name == name } }

    /// The one that `TYPE` means.
    static func ofType(_ type: String) -> ProviderProfile? {
        let type = type.lowercased()
        return all.first { $0.name == type || $0.aliases.contains(type) }
    }
}
