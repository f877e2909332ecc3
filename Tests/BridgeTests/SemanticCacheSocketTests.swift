import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("The same question in other words, over the socket", .timeLimit(.minutes(1)))
struct SemanticCacheSocketTests {
    private static func upstream(embeddings: String?) -> LoopbackUpstream {
        LoopbackUpstream.answering { request, peer in
            guard request.hasPrefix("POST /embeddings") else {
                return peer.reply(
                    #"{"model":"m","choices":[{"message":{"content":"The capital of France is Paris."},"#
                        + #""finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":7}}"#
                )
            }
            // Without a vector it hangs until nobody waits any longer.
            if let embeddings { peer.reply(embeddings) } else { peer.awaitClose() }
        }
    }

    private func withDaemon(
        embeddings: String?,
        timeout: Duration = .seconds(5),
        _ body: (LineClient, LoopbackUpstream) async throws -> Void
    ) async throws {
        let upstream = Self.upstream(embeddings: embeddings)
        let alpha = try #require(BackendID("alpha"))
        let daemon = try await Daemonette(alpha: upstream.url) { config in
            config.backends = config.backends.map { backend in
                var backend = backend
                backend.isStreamed = false
                return backend
            }
            config.cache.isOn = true
            config.cache.semantic = SemanticPolicy(backend: alpha, model: "minilm", timeout: timeout, minConfidence: 0)
        }
        do { try await body(try LineClient(daemon.socket), upstream) } catch { Issue.record(error) }
        upstream.stop()
        await daemon.stop()
    }

    private func ask(_ task: String, _ client: LineClient) async throws -> [String: Any] {
        let answer = try await client.ask("think", ["task": task, "kind": "general", "backend": "alpha"])
        return try #require(answer.result, "\(answer)")
    }

    @Test("a paraphrase is answered without a model, in the persona's voice; costs tell of it")
    func hit() async throws {
        try await withDaemon(embeddings: #"{"data":[{"embedding":[1,2,3]}],"usage":{"prompt_tokens":7}}"#) {
            client,
            upstream in
            let first = try await ask("What is the capital of France?", client)
            #expect(first["cached"] as? Bool == false)
            #expect(first["similarity"] == nil)
            let second = try await ask("Could you tell me what the capital of France is?", client)
            #expect(second["cached"] as? Bool == true)
            #expect(second["similarity"] as? Double == 1)
            #expect(second["text"] as? String == first["text"] as? String)
            let other = try await ask("Could you tell me what the capital of Italy is?", client)
            #expect(other["cached"] as? Bool == false)
            #expect(upstream.requests.count { $0.hasPrefix("POST /embeddings") } == 3)
            #expect(upstream.requests.count { $0.hasPrefix("POST /chat") } == 2)
            let costs = try await client.ask("costs", [:])
            let cache = try #require(costs.result?["cache"] as? [String: Any])
            #expect(cache["today"] as? Int == 1)
            let semantic = try #require(cache["semantic"] as? [String: Any])
            #expect((semantic["hits"] as? Int, semantic["misses"] as? Int, semantic["kept_apart"] as? Int) == (1, 2, 1))
            #expect(semantic["entries"] as? Int == 2)
        }
    }

    @Test("a vector backend that says nothing holds a thought up no longer than it may, and fails none")
    func silent() async throws {
        try await withDaemon(embeddings: nil, timeout: .milliseconds(50)) { client, upstream in
            for number in 0..<5 {
                let answer = try await ask("What is the capital of France, try \(number)?", client)
                #expect(answer["cached"] as? Bool == false)
            }
            #expect(upstream.requests.count { $0.hasPrefix("POST /embeddings") } == 3)
        }
    }
}

@Suite("cache.semantic is read whole, and nothing wrong passes")
struct ConfigSemanticTests {
    private static let backends = """
        \(ConfigBench.server)
        backends:
          a: {url: "http://a/v1", model: m, role: local, local: true, embeds_only: true}
          b: {url: "http://b/v1", model: m, role: code, wire: anthropic-messages}

        """

    @Test("every key is read; off is off")
    func keys() throws {
        let config = try ConfigBench.load(
            Self.backends + """
                cache: {on: true, max_age_s: 9, semantic: {on: true, backend: a, model: minilm, threshold: 0.95, timeout_ms: 40,
                  max_entries: 5, max_megabytes: 2, min_confidence: 0.8, usd_per_mtok: 0.02}}
                """
        )
        let id = try #require(BackendID("a"))
        #expect(
            config.cache.semantic
                == SemanticPolicy(
                    backend: id,
                    model: "minilm",
                    threshold: 0.95,
                    timeout: .milliseconds(40),
                    maxAge: .seconds(9),
                    maxEntries: 5,
                    maxBytes: 2 << 20,
                    minConfidence: 0.8,
                    price: 0.02
                )
        )
        #expect(config.backends[0].disabledReason == "it gives vectors only")
        let off = try ConfigBench.load(Self.backends + "cache: {on: true, semantic: {backend: a, model: m}}")
        #expect(off.cache.semantic == nil)
    }

    @Test(
        "what is wrong is told by its path",
        arguments: [
            ("{on: true, semantic: {on: true}}", ["cache.semantic.backend", "cache.semantic.model"]),
            ("{semantic: {on: true, backend: a, model: m}}", ["cache.semantic.on"]),
            ("{on: true, semantic: {on: true, backend: nobody, model: m}}", ["cache.semantic.backend"]),
            ("{on: true, semantic: {on: true, backend: b, model: m}}", ["cache.semantic.backend"]),
            ("{on: true, semantic: {on: true, backend: a, model: m, threshold: 2}}", ["cache.semantic.threshold"]),
            ("{on: true, semantic: {on: true, backend: a, model: m, colour: 2}}", ["cache.semantic.colour"]),
            ("{on: true, semantic: {on: true, backend: a, model: m, timeout_ms: 0}}", ["cache.semantic.timeout_ms"]),
        ]
    )
    func wrong(section: String, paths: [String]) {
        let problems = ConfigBench.problems(Self.backends + "cache: \(section)")
        #expect(problems.map(\.path) == paths, "\(ConfigBench.told(problems))")
    }
}
