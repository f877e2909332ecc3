import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

/// A daemon with two remote backends of the same standing, of which the first one refuses.
struct LearningBench {
    let daemon: Daemonette
    let client: LineClient

    static func with(
        _ change: (inout LearningPolicy) -> Void = { _ in },
        refusing: Bool = true,
        _ body: (LearningBench) async throws -> Void
    ) async throws {
        let alpha = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            let text = refusing ? "I'm sorry, but I can't help with that." : "Blue."
            peer.reply(Upstream.whole(text, model: "alpha-model"))
        }
        let beta = LoopbackUpstream.answering { _, peer in peer.reply(Upstream.whole("Green.", model: "beta-model")) }
        let daemon = try await Daemonette(alpha: alpha.url, beta: beta.url) { config in
            for index in config.backends.indices where index < 2 {
                config.backends[index].isLocal = false
                config.backends[index].isStreamed = false
                config.backends[index].roles = [.breadth]
                config.backends[index].quality = index == 0 ? 0.9 : 0.5
            }
            config.policy.learning.mode = .on
            config.policy.learning.ceiling = 0
            change(&config.policy.learning)
        }
        do { try await body(LearningBench(daemon: daemon, client: try LineClient(daemon.socket))) } catch {
            Issue.record(error)
        }
        alpha.stop()
        beta.stop()
        await daemon.stop()
    }

    static func params(_ caller: String? = nil, conversation: String? = nil) -> [String: Any] {
        var params: [String: Any] = ["task": "What is the capital of France?", "kind": "knowledge"]
        params["caller"] = caller
        params["conversation"] = conversation
        return params
    }

    /// Thinks so often; gives the thoughts' names.
    @discardableResult
    func think(_ count: Int, as caller: String? = nil, conversation: String? = nil) async throws -> [String] {
        var names: [String] = []
        for _ in 0..<count {
            let answer = try await client.ask("think", Self.params(caller, conversation: conversation))
            names.append(try #require(answer.result?["thought"] as? String, "\(answer)"))
        }
        return names
    }

    /// Who would be asked first, and why.
    func front(as caller: String? = nil) async throws -> (backend: String, why: String) {
        let answer = try await client.ask("route", Self.params(caller))
        let first = (answer.result?["candidates"] as? [[String: Any]])?.first
        return (first?["backend"] as? String ?? "", first?["why"] as? String ?? "")
    }

    /// The rows under that key of what is answered.
    func rows(_ key: String, _ method: String, _ params: [String: Any] = [:]) async throws -> [[String: Any]] {
        let answer = try await client.ask(method, params)
        #expect(answer.code == nil, "\(answer)")
        return answer.result?[key] as? [[String: Any]] ?? []
    }

    var learning: Learning { daemon.parts.learning }

    func seen(_ name: String) throws -> Int {
        let id = try #require(BackendID(name))
        return learning.experience.arms(.knowledge).first { $0.backend == id }?.seen ?? 0
    }
}
