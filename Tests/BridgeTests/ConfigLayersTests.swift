import Foundation
import Routing
import Testing

@testable import Bridge

@Suite("a backend is what its defaults, its provider and it say")
struct ConfigLayersTests {
    private func load(_ text: String, environment: [String: String] = [:]) throws -> [Backend] {
        try ConfigBench.load(ConfigBench.server + text, environment: environment).backends
    }

    @Test("every key of a backend is read")
    func everyKey() throws {
        let backend = try #require(
            try load(
                """
                backends:
                  a:
                    provider: custom
                    url: https://h/v1
                    wire: ollama-chat
                    model: m
                    models: [m, n]
                    role: [code, fallback]
                    local: true
                    key: ${KEY}
                    strengths: [code, privacy]
                    weaknesses: humour
                    modalities: [image, text]
                    max_context: 1000
                    max_output: 200
                    quality: 0.9
                    speed: 0.25
                    weight: 3.5
                    max_concurrent: 2
                    requests_per_minute: 60
                    allowed_fails: {default: 5, rate_limited: 1, timeout_stall: 0}
                    cooldown_s: 1.5
                    health: /up
                    health_interval_s: 7
                    prices: {input: 1, output: 2, cache_read: 0.5, cache_write: 3}
                    timeouts: {connect_ms: 1, first_token_ms: 2, stall_ms: 3, total_ms: 4}
                """,
                environment: ["KEY": "k"]
            ).first
        )
        #expect(backend.provider == "custom")
        #expect(backend.wire == .ollamaChat)
        #expect(backend.models == ["m", "n"])
        #expect(backend.roles == [.code, .fallback])
        #expect(backend.isLocal)
        #expect(backend.key == Secret("k"))
        #expect(backend.strengths == ["code", "privacy"])
        #expect(backend.weaknesses == ["humour"])
        #expect(backend.modalities == ["image"])
        #expect(backend.maxContext == 1_000)
        #expect(backend.maxOutput == 200)
        #expect((backend.quality, backend.speed, backend.weight) == (0.9, 0.25, 3.5))
        #expect(backend.maxConcurrent == 2)
        #expect(backend.requestsPerMinute == 60)
        #expect(backend.allowedFails == 5)
        #expect(backend.allowedFailsByClass == [.rateLimited: 1, .timeoutStall: 0])
        #expect(backend.cooldown == .milliseconds(1_500))
        #expect(backend.health == .get("https://h/v1/up"))
        #expect(backend.healthInterval == .seconds(7))
        #expect(backend.prices == PriceVector(input: 1, output: 2, cacheRead: 0.5, cacheWrite: 3))
        #expect(backend.timeouts.connect == .milliseconds(1))
        #expect(backend.timeouts.total == .milliseconds(4))
    }

    @Test("what the backend does not say its provider says, and what that does not say the defaults")
    func order() throws {
        let backends = try load(
            """
            defaults: {quality: 0.1, speed: 0.1, weight: 0.1, allowed_fails: {default: 1, overloaded: 7}}
            providers:
              openai: {speed: 0.2, weight: 0.2, role: breadth, timeouts: {total_ms: 9}}
              acme: {url: "http://acme/v1", model: m, role: code, key: none}
            backends:
              a: {provider: openai, model: m, weight: 0.3, allowed_fails: {overloaded: 8}}
              b: {provider: acme, timeouts: {stall_ms: 5}}
              c: {provider: acme, url: "http://other/v1"}
            """,
            environment: ["OPENAI_API_KEY": "k"]
        )
        #expect((backends[0].quality, backends[0].speed, backends[0].weight) == (0.1, 0.2, 0.3))
        #expect(backends[0].roles == [.breadth])
        #expect(backends[0].timeouts.total == .milliseconds(9))
        #expect(backends[0].allowedFails == 1)
        #expect(backends[0].allowedFailsByClass == [.overloaded: 8])
        #expect(backends[1].url == "http://acme/v1")
        #expect(backends[1].provider == "acme")
        #expect(backends[1].model == "m")
        #expect(backends[1].timeouts.stall == .milliseconds(5))
        #expect(backends[2].url == "http://other/v1")
    }

    @Test(
        "a provider that is known needs only a model and a role",
        arguments: [
            ("openai", "https://api.openai.com/v1", Backend.WireName.openAIChat, "OPENAI_API_KEY"),
            ("anthropic", "https://api.anthropic.com/v1", .anthropicMessages, "ANTHROPIC_API_KEY"),
            ("gemini", "https://generativelanguage.googleapis.com/v1beta", .geminiGenerate, "GEMINI_API_KEY"),
            ("xai", "https://api.x.ai/v1", .openAIChat, "XAI_API_KEY"),
            ("moonshot", "https://api.moonshot.ai/v1", .openAIChat, "MOONSHOT_API_KEY"),
            ("mistral", "https://api.mistral.ai/v1", .openAIChat, "MISTRAL_API_KEY"),
            ("openrouter", "https://openrouter.ai/api/v1", .openAIChat, "OPENROUTER_API_KEY"),
        ]
    )
    func vendors(name: String, url: String, wire: Backend.WireName, variable: String) throws {
        let text = "backends: {a: {provider: \(name), model: m, role: code}}"
        let backend = try #require(try load(text, environment: [variable: "k"]).first)
        #expect(backend.url == url)
        #expect(backend.wire == wire)
        #expect(backend.key == Secret("k"))
        #expect(backend.disabledReason == nil)
        #expect(try load(text).first?.disabledReason == "no key: set \(variable)")
    }

    @Test(
        "a server of one's own needs no key",
        arguments: [
            ("llamacpp", "http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/health"),
            ("llama.cpp", "http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/health"),
            ("ollama", "http://127.0.0.1:11434", "http://127.0.0.1:11434/api/version"),
            ("vllm", "http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/health"),
            ("lmstudio", "http://127.0.0.1:1234/v1", "http://127.0.0.1:1234/v1/models"),
        ]
    )
    func own(name: String, url: String, health: String) throws {
        let backend = try #require(try load("backends: {a: {provider: \(name), model: m, role: local}}").first)
        #expect(backend.url == url)
        #expect(backend.health == .get(health))
        #expect(backend.key == nil && backend.disabledReason == nil)
    }

    @Test("a provider's key goes to the provider's own address only")
    func keyStays() throws {
        let backends = try load(
            """
            backends:
              a: {provider: openai, url: "http://elsewhere/v1", model: m, role: code}
              b: {provider: openai, model: m, role: code, key: none}
              c: {provider: gemini, wire: openai-chat, model: m, role: code}
            """,
            environment: ["OPENAI_API_KEY": "k", "GEMINI_API_KEY": "g"]
        )
        #expect(backends.map(\.key) == [nil, nil, Secret("g")])
        #expect(backends[2].url == "https://generativelanguage.googleapis.com/v1beta/openai")
    }

    @Test("a missing key goes before enabled: false, which goes before nothing")
    func switchedOff() throws {
        let backends = try load(
            """
            backends:
              a: {url: "http://h/v1", model: m, role: code, enabled: false}
              b: {url: "http://h/v1", model: m, role: code, enabled: false, key: "${NOT_THERE}"}
            """
        )
        #expect(backends.map(\.disabledReason) == ["switched off in the configuration", "no key: set NOT_THERE"])
    }

    @Test(
        "each fault is told, with what to do",
        arguments: [
            ("provider: opnai", "backends.a.provider: there is no such provider did you mean openai?"),
            ("provider: acme", "backends.a.provider: there is no such provider there are: anthropic, custom"),
            (
                "allowed_fails: {sever_error: 1}",
                "backends.a.allowed_fails.sever_error: there is no such key did you mean"
            ),
            ("allowed_fails: {refused: 1}", "backends.a.allowed_fails.refused: there is no such key"),
            ("allowed_fails: {default: -1}", "backends.a.allowed_fails.default: is not a number from 0 to 1000"),
            ("quality: 1.1", "backends.a.quality: is not a number from 0.0 to 1.0"),
            ("speed: fast", "backends.a.speed: is not a number"),
            ("weight: -1", "backends.a.weight: is not a number"),
            ("max_concurrent: 0", "backends.a.max_concurrent: is not a number from 1"),
            ("requests_per_minute: 0", "backends.a.requests_per_minute: is not a number from 1"),
            ("max_output: 0", "backends.a.max_output: is not a number from 1"),
            ("health_interval_s: 0", "backends.a.health_interval_s: is not a number from 1.0"),
            ("models: {a: b}", "backends.a.models: is not a list of strings"),
            ("qualty: 1", "backends.a.qualty: there is no such key did you mean quality?"),
        ]
    )
    func faults(field: String, expected: String) {
        let text = "backends: {a: {url: \"http://h/v1\", model: m, role: local, \(field)}}"
        let told = ConfigBench.told(ConfigBench.problems(ConfigBench.server + text))
        #expect(told.count == 1 && told[0].contains(expected), "\(told)")
    }

    @Test("faults of defaults and providers are told where they stand, once")
    func inheritedFaults() {
        let found = ConfigBench.problems(
            ConfigBench.server + """
                defaults: {quality: 2, url: x}
                providers:
                  openai: {speed: 3, provider: x}
                backends:
                  a: {provider: openai, model: m, role: local}
                  b: {provider: openai, model: m, role: local}
                  automatic: {url: "http://h/v1", model: m, role: local}
                """
        )
        #expect(
            Set(found.map { "\($0.line ?? 0) \($0.path)" }) == [
                "2 defaults.quality", "2 defaults.url", "4 providers.openai.speed", "4 providers.openai.provider",
                "8 backends.automatic",
            ]
        )
        #expect(found.count == 5)
    }

    @Test("a model is the first of the models where none is named")
    func firstModel() throws {
        let backend = try load("backends: {a: {url: \"http://h/v1\", models: [x, y], role: local}}").first
        #expect(backend?.model == "x")
    }
}
