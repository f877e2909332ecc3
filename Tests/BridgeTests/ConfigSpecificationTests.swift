import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("every variable that the specifications name is read, or it is said why not")
struct ConfigSpecificationTests {
    private func backend(_ name: String, _ config: BridgeConfig) throws -> Backend {
        try #require(config.backends.first { $0.id.rawValue == name })
    }

    /// The variables of Hermes' documentation, as its example of a `.env` file writes them.
    private static let hermesFile = """
        # ENABLED BACKENDS
        HERMES_BACKENDS_ENABLED="talos,remote_api,server_models"
        HERMES_PRIMARY_BACKEND="talos"
        HERMES_FALLBACK_BACKEND="remote_api"
        BACKEND_TALOS_ENABLED=true
        BACKEND_TALOS_TYPE=local
        BACKEND_TALOS_HOST=100.64.0.7
        BACKEND_TALOS_PORT=8001
        BACKEND_TALOS_MODELS="llama3.1:8b,qwen2.5-coder:7b"
        BACKEND_TALOS_TIMEOUT=300
        BACKEND_TALOS_HEALTH_CHECK_INTERVAL=30
        BACKEND_REMOTE_API_ENABLED=true
        BACKEND_REMOTE_API_TYPE=openrouter
        BACKEND_REMOTE_API_KEY=your_api_key
        BACKEND_REMOTE_API_MODELS="anthropic/claude-3-sonnet,openai/gpt-4-turbo"
        BACKEND_REMOTE_API_TIMEOUT=120
        BACKEND_REMOTE_API_RATE_LIMIT=60
        BACKEND_SERVER_MODELS_ENABLED=false
        BACKEND_SERVER_MODELS_TYPE=custom
        BACKEND_SERVER_MODELS_HOST=llm.yourserver.com
        BACKEND_SERVER_MODELS_PORT=8080
        BACKEND_SERVER_MODELS_API_KEY=server_api_key
        BACKEND_SERVER_MODELS_MODELS="llama3.2:70b,qwen2.5:72b"
        BACKEND_SERVER_MODELS_TIMEOUT=180
        BACKEND_GPT5_ENABLED=false
        BACKEND_GPT5_TYPE=openai
        BACKEND_GPT5_API_KEY=gpt5_api_key
        BACKEND_GPT5_MODEL=gpt-5
        BACKEND_GPT5_TIMEOUT=90
        HERMES_BACKEND_SELECTION_CRITERIA="cost_first,quality_first,speed_first"
        HERMES_DEFAULT_SELECTION_CRITERIA="cost_first"
        HERMES_COST_OPTIMIZATION_ENABLED=true
        HERMES_MAX_COST_PER_JOB_CENTS=100
        HERMES_PREFER_FREE_MODELS=true
        HERMES_COST_PERFORMANCE_WEIGHT=0.7
        HERMES_QUALITY_OPTIMIZATION_ENABLED=true
        HERMES_MIN_QUALITY_SCORE=0.8
        HERMES_PREFER_PREMIUM_MODELS=false
        HERMES_QUALITY_PERFORMANCE_WEIGHT=0.8
        HERMES_SPEED_OPTIMIZATION_ENABLED=true
        HERMES_MAX_RESPONSE_TIME_SECONDS=120
        HERMES_PREFER_FAST_MODELS=true
        HERMES_SPEED_PERFORMANCE_WEIGHT=0.6
        HERMES_FAILOVER_ENABLED=true
        HERMES_MAX_FAILOVER_ATTEMPTS=3
        HERMES_FAILOVER_DELAY_SECONDS=10
        HERMES_FAILOVER_STRATEGY="next_best,any_available"
        HERMES_LOAD_BALANCING_ENABLED=true
        HERMES_LOAD_BALANCING_STRATEGY="weighted"
        HERMES_BACKEND_WEIGHTS="talos:0.8,remote_api:0.6,server_models:0.9,gpt5:0.95"
        HERMES_HEALTH_CHECK_ENABLED=true
        HERMES_HEALTH_CHECK_INTERVAL=30
        HERMES_UNHEALTHY_THRESHOLD=3
        HERMES_AUTO_RECOVERY_ENABLED=true
        HERMES_JOB_TYPE_ROUTING=true
        HERMES_CODE_JOBS_BACKEND="talos"
        HERMES_REASONING_JOBS_BACKEND="gpt5"
        HERMES_CREATIVE_JOBS_BACKEND="server_models"
        """

    /// The others that the specifications name: chat-o-llama's, the providers' keys, and those of Talos itself.
    private static let others = [
        "OLLAMA_URL", "OLLAMA_TIMEOUT", "OLLAMA_API_KEY", "LLAMA_CPP_URL", "LLAMA_CPP_TIMEOUT", "LLAMA_CPP_API_KEY",
        "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "OLLAMA_HOST", "DEFAULT_MODEL", "CODE_MODEL",
        "TALOS_HOST", "TALOS_PORT",
    ]

    @Test("every variable that the specifications name stands in the reference's table")
    func documented() throws {
        let page = try String(
            contentsOf: Daemonette.repository.appendingPathComponent("docs/configuration.md"),
            encoding: .utf8
        )
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { $0.split(separator: "|")[0] }
        let words = Set(rows.flatMap { $0.split(whereSeparator: { "` ,".contains($0) }) }.map(String.init))
        let named = DotEnv.parse(Self.hermesFile).entries.map(\.name)
        #expect(named.count > 55)
        for variable in named + Self.others + HermesVariables.names {
            let pattern = Self.pattern(variable)
            #expect(words.contains(variable) || words.contains(pattern), "\(variable) is not documented")
        }
        for suffix in BackendVariables.keys.map(\.suffix) + BackendVariables.special {
            #expect(words.contains("BACKEND_<NAME>_\(suffix)"), "\(suffix) is not documented")
        }
        for (type, _) in HermesVariables.jobTypes {
            #expect(words.contains("HERMES_\(type)_JOBS_BACKEND"), "\(type) is not documented")
        }
        for variable in ProviderProfile.all.compactMap(\.keyVariable) {
            #expect(words.contains(variable), "\(variable) is not documented")
        }
    }

    /// `BACKEND_REMOTE_API_KEY` as the table has it.
    private static func pattern(_ variable: String) -> String {
        for name in ["TALOS", "REMOTE_API", "SERVER_MODELS", "GPT5"] where variable.hasPrefix("BACKEND_\(name)_") {
            return "BACKEND_<NAME>_" + variable.dropFirst(9 + name.utf8.count)
        }
        return variable
    }

    @Test("Hermes' own file makes its four backends and its policy, from nothing but variables")
    func hermes() throws {
        let config = try ConfigBench.load(ConfigBench.server + "backends: {}", dotEnv: Self.hermesFile)
        let talos = try backend("talos", config)
        #expect(talos.wire == .dumbPipe)
        #expect(talos.url == "http://100.64.0.7:8001")
        #expect(talos.health == .get("http://100.64.0.7:8001/health"))
        #expect(talos.model == "llama3.1:8b")
        #expect(talos.models == ["llama3.1:8b", "qwen2.5-coder:7b"])
        #expect(talos.roles == [.local])
        #expect(talos.timeouts.total == .seconds(300))
        #expect(talos.weight == 0.8)
        // It is a machine of one's own, and not this one.
        #expect(!talos.isLocal)
        let remote = try backend("remote_api", config)
        #expect(remote.provider == "openrouter")
        #expect(remote.url == "https://openrouter.ai/api/v1")
        #expect(remote.key == Secret("your_api_key"))
        #expect(remote.requestsPerMinute == 60)
        #expect(remote.disabledReason == nil)
        let server = try backend("server_models", config)
        #expect(server.url == "http://llm.yourserver.com:8080/v1")
        #expect(server.key == Secret("server_api_key"))
        #expect(server.disabledReason != nil)
        #expect(try backend("gpt5", config).key == Secret("gpt5_api_key"))
        #expect(try backend("gpt5", config).disabledReason != nil)
        #expect(config.backends.count == 4)
        var expected = RoutingPolicy()
        expected.primary = talos.id
        expected.fallback = remote.id
        expected.criterion = .costFirst
        expected.balancing = .weighted
        expected.minQuality = 0.8
        expected.limits = Router.Limits(
            maxAttempts: 4,
            deadline: .seconds(120),
            maxCost: NanoDollars(1_000_000_000)
        )
        expected.retry.patience = .seconds(10)
        let gpt = try #require(BackendID("gpt5"))
        expected.rules = [
            .codeGeneration: [talos.id], .codeReview: [talos.id], .debugging: [talos.id], .reasoning: [gpt],
            .architecture: [gpt], .orchestration: [gpt], .contentCreation: [server.id],
        ]
        #expect(config.policy == expected)
        #expect(talos.allowedFails == 2)
        // Every variable came to something, or says why not.
        let told = Set(config.changes.map(\.variable))
        for entry in DotEnv.parse(Self.hermesFile).entries { #expect(told.contains(entry.name), "\(entry.name)") }
        for change in config.changes { #expect((change.path == nil) != (change.reason == nil)) }
        #expect(!config.summary.joined().contains("your_api_key"))
    }
}
