internal import Routing

/// What is known of a provider without being told: `provider: anthropic` needs only a model and a role besides. Its
/// address and health page are those of ``Routing/Backend/WireName``.
struct ProviderProfile: Sendable {
    /// The name under `provider`.
    let name: String
    /// Other spellings of it, in the file and in `TYPE`.
    var aliases: [String] = []
    /// What Hermes means by it in `TYPE`.
    var types: [String] = []
    /// How a request is written.
    var wire = Backend.WireName.openAIChat
    /// The variable that holds its key; the key goes nowhere but to the provider's own address.
    var keyVariable: String?
    /// Where a server of one's own listens by default.
    var ownURL: String?
    /// What stands behind the host when only host and port are given.
    var basePath = "/v1"

    /// Whether it usually runs on a machine of one's own.
    var isOwn: Bool { ownURL != nil || wire == .dumbPipe }

    /// The base URL for that wire format; nil when there is no usual one.
    /// A format that it is not known to speak is another vendor's; that one's address is never this one's.
    func url(_ wire: Backend.WireName) -> String? {
        guard wire == self.wire || wire == .openAIChat else { return ownURL }
        return wire.defaultURL(provider: name) ?? ownURL
    }

    /// All of them. The variables are those that the providers' own tools read, the ports those of the servers' manuals:
    /// https://github.com/ggml-org/llama.cpp/tree/master/tools/server, https://docs.vllm.ai, https://lmstudio.ai/docs.
    static let all: [ProviderProfile] = [
        ProviderProfile(name: "openai", keyVariable: "OPENAI_API_KEY"),
        ProviderProfile(
            name: "anthropic",
            aliases: ["claude"],
            wire: .anthropicMessages,
            keyVariable: "ANTHROPIC_API_KEY"
        ),
        ProviderProfile(
            name: "gemini",
            aliases: ["google"],
            wire: .geminiGenerate,
            keyVariable: "GEMINI_API_KEY",
            basePath: "/v1beta"
        ),
        ProviderProfile(name: "xai", aliases: ["grok"], keyVariable: "XAI_API_KEY"),
        ProviderProfile(name: "moonshot", aliases: ["kimi"], keyVariable: "MOONSHOT_API_KEY"),
        ProviderProfile(name: "mistral", keyVariable: "MISTRAL_API_KEY"),
        ProviderProfile(name: "openrouter", keyVariable: "OPENROUTER_API_KEY"),
        ProviderProfile(name: "openrouter-zdr", keyVariable: "OPENROUTER_API_KEY"),
        ProviderProfile(name: "llamacpp", aliases: ["llama.cpp", "llama_cpp"], ownURL: "http://127.0.0.1:8080/v1"),
        ProviderProfile(name: "ollama", wire: .ollamaChat, ownURL: "http://127.0.0.1:11434", basePath: ""),
        ProviderProfile(name: "vllm", ownURL: "http://127.0.0.1:8000/v1"),
        ProviderProfile(name: "lmstudio", aliases: ["lm_studio"], ownURL: "http://127.0.0.1:1234/v1"),
        ProviderProfile(name: "dumb-pipe", aliases: ["talos"], types: ["local"], wire: .dumbPipe, basePath: ""),
        ProviderProfile(name: "custom", types: ["remote_api", "server_model", "server_models"]),
    ]

    /// The one of that name or alias.
    static func named(_ name: String) -> ProviderProfile? {
        all.first { $0.name == name || $0.aliases.contains(name) }
    }

    /// The one that `TYPE` means.
    static func ofType(_ type: String) -> ProviderProfile? {
        let type = type.lowercased()
        return named(type) ?? all.first { $0.types.contains(type) }
    }

    /// All that `TYPE` takes.
    static let allTypes = all.flatMap { [$0.name] + $0.aliases + $0.types }
}
