import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("variables go on top of the file, and are checked like it")
struct ConfigEnvironmentTests {
    static let file = """
        \(ConfigBench.server)
        backends:
          talos: {provider: dumb-pipe, url: "http://t", model: m, role: local}
          remote-api: {provider: custom, url: "https://r/v1", model: m, role: breadth}
          ollama-local: {provider: ollama, model: m, role: local}
          llama: {provider: llama.cpp, model: m, role: local}

        """

    private func load(_ environment: [String: String]) throws -> BridgeConfig {
        try ConfigBench.load(Self.file, environment: environment)
    }

    private func backend(_ name: String, _ config: BridgeConfig) throws -> Backend {
        try #require(config.backends.first { $0.id.rawValue == name })
    }

    // MARK: BACKEND_<NAME>_<KEY>

    @Test("each key of a backend has its variable")
    func backendKeys() throws {
        let config = try load([
            "BACKEND_REMOTE_API_URL": "https://x/v9", "BACKEND_REMOTE_API_PROVIDER": "xai",
            "BACKEND_REMOTE_API_WIRE": "gemini-generate", "BACKEND_REMOTE_API_MODEL": "z",
            "BACKEND_REMOTE_API_ROLE": "code, speed", "BACKEND_REMOTE_API_LOCAL": "yes",
            "BACKEND_REMOTE_API_HEALTH": "/up", "BACKEND_REMOTE_API_TIMEOUT": "1.5",
            "BACKEND_REMOTE_API_CONNECT_TIMEOUT": "2", "BACKEND_REMOTE_API_FIRST_TOKEN_TIMEOUT": "3",
            "BACKEND_REMOTE_API_STALL_TIMEOUT": "4", "BACKEND_REMOTE_API_HEALTH_CHECK_INTERVAL": "5",
            "BACKEND_REMOTE_API_RATE_LIMIT": "6", "BACKEND_REMOTE_API_MAX_CONCURRENT": "7",
            "BACKEND_REMOTE_API_WEIGHT": "8", "BACKEND_REMOTE_API_MAX_CONTEXT": "900",
            "BACKEND_REMOTE_API_MAX_OUTPUT": "10", "BACKEND_REMOTE_API_QUALITY_SCORE": "0.11",
            "BACKEND_REMOTE_API_SPEED_SCORE": "0.12", "BACKEND_REMOTE_API_ALLOWED_FAILS": "13",
            "BACKEND_REMOTE_API_COOLDOWN": "14", "BACKEND_REMOTE_API_MODALITIES": "image,audio",
            "BACKEND_REMOTE_API_STRENGTHS": "s,t", "BACKEND_REMOTE_API_WEAKNESSES": "w",
            "BACKEND_REMOTE_API_PRICE_INPUT": "1", "BACKEND_REMOTE_API_PRICE_OUTPUT": "2",
            "BACKEND_REMOTE_API_PRICE_CACHE_READ": "3", "BACKEND_REMOTE_API_PRICE_CACHE_WRITE": "4",
            "BACKEND_REMOTE_API_KEY": "k", "BACKEND_REMOTE_API_ENABLED": "0",
        ])
        let backend = try backend("remote-api", config)
        #expect(backend.url == "https://x/v9")
        #expect(backend.provider == "xai")
        #expect(backend.wire == .geminiGenerate)
        #expect(backend.model == "z")
        #expect(backend.roles == [.code, .speed])
        #expect(backend.isLocal)
        #expect(backend.health == .get("https://x/v9/up"))
        #expect(backend.timeouts.total == .milliseconds(1_500))
        #expect(backend.timeouts.connect == .seconds(2))
        #expect(backend.timeouts.firstToken == .seconds(3))
        #expect(backend.timeouts.stall == .seconds(4))
        #expect(backend.healthInterval == .seconds(5))
        #expect(backend.requestsPerMinute == 6)
        #expect(backend.maxConcurrent == 7)
        #expect(backend.weight == 8)
        #expect(backend.maxContext == 900)
        #expect(backend.maxOutput == 10)
        #expect((backend.quality, backend.speed) == (0.11, 0.12))
        #expect(backend.allowedFails == 13)
        #expect(backend.cooldown == .seconds(14))
        #expect(backend.modalities == ["image", "audio"])
        #expect(backend.strengths == ["s", "t"] && backend.weaknesses == ["w"])
        #expect(backend.prices == PriceVector(input: 1, output: 2, cacheRead: 3, cacheWrite: 4))
        #expect(backend.key == Secret("k"))
        #expect(backend.disabledReason == "switched off in the configuration")
    }

    @Test(
        "host and port make an address",
        arguments: [
            (nil, "desk", nil, "", "http://desk"), (nil, "desk", 8001, "", "http://desk:8001"),
            (nil, "desk:9", nil, "/v1", "http://desk:9/v1"), (nil, "desk", 443, "/v1", "https://desk:443/v1"),
            (nil, nil, 7, "/v1", "http://127.0.0.1:7/v1"), ("https://a/v1", nil, 8, "/v1", "https://a:8/v1"),
            ("https://a:5/v1", "b", nil, "/v1", "http://b/v1"), (nil, "https://b/x", 6, "/v1", "https://b:6/x"),
            (nil, "https://b", nil, "/v1", "https://b/v1"),
        ] as [(String?, String?, Double?, String, String)]
    )
    func addresses(old: String?, host: String?, port: Double?, path: String, expected: String) {
        #expect(BackendVariables.address(old, host: host, port: port, path: path) == expected)
    }

    @Test("TYPE=local on this machine may have what must stay; elsewhere only when LOCAL says so")
    func localType() throws {
        func isLocal(_ more: [String: String]) throws -> Bool {
            let own = ["BACKEND_DESK_TYPE": "local", "BACKEND_DESK_MODEL": "m"].merging(more) { $1 }
            return try backend("desk", load(own)).isLocal
        }
        #expect(try isLocal(["BACKEND_DESK_HOST": "127.0.0.1", "BACKEND_DESK_PORT": "8001"]))
        #expect(try isLocal(["BACKEND_DESK_URL": "http://localhost:8001"]))
        #expect(try !isLocal(["BACKEND_DESK_HOST": "100.64.0.7"]))
        #expect(try !isLocal(["BACKEND_DESK_HOST": "127.evil.example.com", "BACKEND_DESK_PORT": "1"]))
        #expect(try isLocal(["BACKEND_DESK_HOST": "100.64.0.7", "BACKEND_DESK_LOCAL": "true"]))
    }

    @Test("a name is told from a key by the backends that there are, then by the longest key")
    func names() throws {
        // REMOTE_API + KEY, because there is such a backend.
        #expect(try backend("remote-api", load(["BACKEND_REMOTE_API_KEY": "k"])).key == Secret("k"))
        // FOO + API_KEY, because nothing knows of FOO_API.
        let foo = ["BACKEND_FOO_TYPE": "openai", "BACKEND_FOO_MODEL": "m", "BACKEND_FOO_API_KEY": "k"]
        #expect(try backend("foo", load(foo)).key == Secret("k"))
    }

    @Test("variables of other programs that look alike make no backend, and are told")
    func strangers() throws {
        let config = try load(["BACKEND_URL": "x", "BACKEND_DATABASE_HOST": "db", "BACKEND_DATABASE_PORT": "5432"])
        #expect(config.backends.count == 4)
        #expect(
            config.changes.filter { $0.path == nil }.map(\.variable)
                == ["BACKEND_DATABASE_HOST", "BACKEND_DATABASE_PORT", "BACKEND_URL"]
        )
    }

    // MARK: OLLAMA_*, LLAMA_CPP_*

    @Test("chat-o-llama's variables reach the backends of that provider")
    func servers() throws {
        let config = try load([
            "OLLAMA_URL": "http://desk:11434/", "OLLAMA_TIMEOUT": "600", "OLLAMA_API_KEY": "o",
            "LLAMA_CPP_URL": "http://desk:8080", "LLAMA_CPP_TIMEOUT": "60", "LLAMA_CPP_API_KEY": "l",
        ])
        let ollama = try backend("ollama-local", config)
        #expect(ollama.url == "http://desk:11434")
        #expect(ollama.timeouts.total == .seconds(600))
        #expect(ollama.key == Secret("o"))
        let llama = try backend("llama", config)
        #expect(llama.url == "http://desk:8080/v1")
        #expect(llama.timeouts.total == .seconds(60))
        #expect(llama.key == Secret("l"))
    }

    @Test("where there is no such backend a model makes one; without it the variable says that it sets nothing")
    func noServer() throws {
        let text = ConfigBench.server + "backends: {a: {url: \"http://h/v1\", model: m, role: local}}"
        let made = try ConfigBench.load(text, environment: ["OLLAMA_URL": "http://d:1", "OLLAMA_MODEL": "qwen3"])
        #expect(try backend("ollama", made).url == "http://d:1")
        #expect(try backend("ollama", made).model == "qwen3")
        let none = try ConfigBench.load(text, environment: ["OLLAMA_URL": "http://d:1"])
        #expect(none.backends.count == 1)
        #expect(none.changes == [.init(variable: "OLLAMA_URL", reason: "there is no backend with provider: ollama")])
    }

    // MARK: What is chosen when several speak

    @Test(
        "of several that choose a criterion the right one counts",
        arguments: [
            (["HERMES_DEFAULT_SELECTION_CRITERIA": "speed_first"], RoutingPolicy.Criterion.speedFirst),
            (["HERMES_BACKEND_SELECTION_CRITERIA": "quality_first"], .qualityFirst),
            (
                [
                    "HERMES_BACKEND_SELECTION_CRITERIA": "quality_first,cost_first",
                    "HERMES_DEFAULT_SELECTION_CRITERIA": "cost_first",
                ], .costFirst
            ),
            (["HERMES_PREFER_FREE_MODELS": "true"], .costFirst),
            (["HERMES_PREFER_PREMIUM_MODELS": "true"], .qualityFirst),
            (["HERMES_PREFER_FAST_MODELS": "true"], .speedFirst),
            (["HERMES_PREFER_FAST_MODELS": "true", "HERMES_PREFER_FREE_MODELS": "true"], .balanced),
            (["HERMES_PREFER_FAST_MODELS": "true", "HERMES_SPEED_OPTIMIZATION_ENABLED": "false"], .balanced),
            (
                ["HERMES_PREFER_FAST_MODELS": "true", "HERMES_DEFAULT_SELECTION_CRITERIA": "cost_first"], .costFirst
            ),
        ]
    )
    func criteria(environment: [String: String], expected: RoutingPolicy.Criterion) throws {
        #expect(try load(environment).policy.criterion == expected)
    }

    @Test("a block that is switched off takes its bounds along")
    func blocks() throws {
        let config = try load([
            "HERMES_MAX_COST_PER_JOB_CENTS": "50", "HERMES_COST_OPTIMIZATION_ENABLED": "false",
            "HERMES_MIN_QUALITY_SCORE": "0.5", "HERMES_QUALITY_OPTIMIZATION_ENABLED": "no",
            "HERMES_MAX_RESPONSE_TIME_SECONDS": "5", "HERMES_SPEED_OPTIMIZATION_ENABLED": "off",
        ])
        #expect(config.policy == RoutingPolicy())
        let reason = try #require(config.changes.first { $0.variable == "HERMES_MAX_COST_PER_JOB_CENTS" }?.reason)
        #expect(reason == "HERMES_COST_OPTIMIZATION_ENABLED is false")
    }

    @Test(
        "balancing follows its switch, then its list",
        arguments: [
            (["HERMES_LOAD_BALANCING_ENABLED": "true"], Balancing.roundRobin),
            (["HERMES_LOAD_BALANCING_STRATEGY": "least_loaded,weighted"], .leastLoaded),
            (
                ["HERMES_LOAD_BALANCING_ENABLED": "false", "HERMES_LOAD_BALANCING_STRATEGY": "weighted"],
                .none
            ),
            (
                ["HERMES_LOAD_BALANCING_ENABLED": "true", "HERMES_LOAD_BALANCING_STRATEGY": "latency_aware"],
                .latencyAware
            ),
        ]
    )
    func balancing(environment: [String: String], expected: Balancing) throws {
        #expect(try load(environment).policy.balancing == expected)
    }

    @Test("the list of those enabled switches all others off; a backend's own variable goes before it")
    func enabledList() throws {
        let config = try load(["HERMES_BACKENDS_ENABLED": "talos, remote_api", "BACKEND_LLAMA_ENABLED": "true"])
        #expect(
            config.backends.filter { $0.disabledReason == nil }.map(\.id.rawValue) == ["talos", "remote-api", "llama"]
        )
    }

    @Test("health checks may be switched off, and types of jobs too")
    func switches() throws {
        let config = try load([
            "HERMES_HEALTH_CHECK_ENABLED": "false", "HERMES_JOB_TYPE_ROUTING": "false",
            "HERMES_CODE_JOBS_BACKEND": "talos",
        ])
        #expect(config.backends.allSatisfy { $0.health == .never })
        #expect(config.policy.rules.isEmpty)
        // The more special one wins.
        let rules = try load(["HERMES_CODE_JOBS_BACKEND": "talos", "HERMES_DEBUGGING_JOBS_BACKEND": "llama"]).policy
            .rules
        #expect(rules[.debugging]?.map(\.rawValue) == ["llama"])
        #expect(rules[.codeReview]?.map(\.rawValue) == ["talos"])
    }

    // MARK: What is wrong

    @Test(
        "a variable that is wrong is named, and its value is not",
        arguments: [
            ("HERMES_PRIMARY_BACKEND", "tallos", "names a backend that there is not", "did you mean talos?"),
            ("HERMES_BACKENDS_ENABLED", "talos,zzzzzz", "names a backend that there is not", "there are: "),
            ("HERMES_BACKEND_SELECTION_CRITERIA", "cheap", "names none of balanced", ""),
            ("HERMES_MAX_COST_PER_JOB_CENTS", "lots", "is not a number from 0 to", ""),
            ("HERMES_MIN_QUALITY_SCORE", "8", "is not a number from 0 to 1", ""),
            ("HERMES_MAX_RESPONSE_TIME_SECONDS", "0.5", "is not a number from 1 to 3600", ""),
            ("HERMES_FAILOVER_ENABLED", "perhaps", "is neither true nor false", ""),
            ("HERMES_MAX_FAILOVER_ATTEMPTS", "99", "is not a number from 0 to 31", ""),
            ("HERMES_FAILOVER_STRATEGY", "panic", "names neither next_best nor any_available", ""),
            ("HERMES_LOAD_BALANCING_STRATEGY", "dice", "names none of none, round_robin", ""),
            ("HERMES_BACKEND_WEIGHTS", "talos", "is not a list of name:weight", ""),
            ("HERMES_BACKEND_WEIGHTS", "nobody:1", "names a backend that there is not", ""),
            ("HERMES_CODE_JOBS_BACKEND", "nobody", "names a backend that there is not", ""),
            ("HERMES_COST_PERFORMANCE_WEIGHT", "7", "is not a number from 0 to 1", ""),
            ("BACKEND_TALOS_TIMEOUT", "soon", "is not a number from 0.001 to 86400", ""),
            ("BACKEND_TALOS_TYPE", "opnai", "is no type of backend", "did you mean openai?"),
            ("BACKEND_TALOS_HOST", "a b", "is no name of a host", ""),
            ("BACKEND_TALOS_PORT", "70000", "is not a number from 1 to 65535", ""),
            ("BACKEND_TALOS_COLOUR", "red", "there is no such key", ""),
            ("BACKEND_TALOS_ROLE", "boss", "backends.talos.role is none of", ""),
            ("BACKEND_TALOS_RATE_LIMIT", "many", "backends.talos.requests_per_minute is not a number", ""),
            ("BACKEND_TALOS_URL", "ftp://x", "backends.talos.url is not an http or https URL", ""),
            ("BACKEND_TALOS_KEY", "two words", "backends.talos.key holds characters that no header may have", ""),
            ("OLLAMA_URL", "desk", "backends.ollama-local.url is not an http or https URL", ""),
            ("OLLAMA_TIMEOUT", "-1", "is not a number from 0.001 to 86400", ""),
        ]
    )
    func faults(variable: String, value: String, message: String, hint: String) throws {
        let found = ConfigBench.problems(Self.file, environment: [variable: value])
        #expect(found.count == 1)
        let problem = try #require(found.first)
        #expect(problem.path == variable)
        #expect(problem.file == "the environment")
        #expect(problem.message.hasPrefix(message), "\(problem)")
        #expect((problem.hint ?? "").hasPrefix(hint), "\(problem)")
        // A host or a list may be wrong without being a secret, but who can tell.
        #expect(!"\(problem.message)".contains(value))
    }

    @Test("a variable that is set and empty is not set")
    func empty() throws {
        let config = try load(["HERMES_PRIMARY_BACKEND": "", "BACKEND_TALOS_URL": "", "OLLAMA_URL": ""])
        #expect(config.changes.isEmpty)
    }

    @Test("variables that mean nothing here are told, with the reason")
    func told() throws {
        let config = try load([
            "HERMES_AUTO_RECOVERY_ENABLED": "false", "HERMES_WEB_PORT": "80", "HERMES_PRIMARY_BACKENDS": "talos",
        ])
        let reasons = Dictionary(uniqueKeysWithValues: config.changes.map { ($0.variable, $0.reason ?? "") })
        #expect(reasons["HERMES_AUTO_RECOVERY_ENABLED"]?.hasPrefix("recovery cannot be switched off") == true)
        #expect(reasons["HERMES_WEB_PORT"] == "there is no such variable")
        #expect(reasons["HERMES_PRIMARY_BACKENDS"] == "there is no such variable; did you mean HERMES_PRIMARY_BACKEND?")
    }
}
