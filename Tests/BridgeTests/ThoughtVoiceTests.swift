import Foundation
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("An answer comes back in the persona's words, and the backend hears none of them", .timeLimit(.minutes(1)))
struct ThoughtVoiceTests {
    private func result(
        of params: String,
        answer: String,
        finish: String = "stop",
        adjust: @escaping (inout Voice) -> Void = { _ in }
    ) async throws -> (result: [String: Any], deltas: [String], sent: [String]) {
        let requests = Requests()
        let alpha = LoopbackUpstream.answering { request, peer in
            guard request.hasPrefix("POST") else { return peer.reply("{}") }
            requests.add(request)
            if Upstream.isStreamed(request) {
                Upstream.stream(
                    [Upstream.chunk(answer), Upstream.chunk("", finish: finish) + Upstream.usage],
                    to: peer
                )
            } else {
                peer.reply(Upstream.whole(answer, model: "m"))
            }
        }
        let daemon = try await Daemonette(alpha: alpha.url) { config in
            config.policy.quality.threshold = 0
            config.personas = config.personas.map { card in
                var voice = card.voice
                adjust(&voice)
                return PersonaCard(id: card.id, identity: card.identity, voice: voice)
            }
        }
        defer { alpha.stop() }
        let client = try LineClient(daemon.socket)
        client.send(#"{"jsonrpc":"2.0","id":1,"method":"think","params":\#(params)}"#)
        var deltas: [String] = []
        var last: [String: Any] = [:]
        while let message = try await client.receive() {
            guard message["method"] != nil else {
                last = message
                break
            }
            if let text = (message["params"] as? [String: Any])?["text"] as? String { deltas.append(text) }
        }
        await daemon.stop()
        return (try #require(last["result"] as? [String: Any], "\(last)"), deltas, requests.all)
    }

    @Test("what the judge does not trust is said to be unsure, in the text and beside it", arguments: [true, false])
    func unsure(_ isStreamed: Bool) async throws {
        let (result, deltas, sent) = try await result(
            of: #"{"task":"name a colour","stream":\#(isStreamed)}"#,
            answer: "Blue."
        ) {
            $0.unsureBelow = 1.1
            $0.lines[.unsure] = ["I would not swear to it."]
        }
        #expect(result["text"] as? String == "Hm. Blue. I would not swear to it.")
        #expect(result["certainty"] as? String == "I would not swear to it.")
        #expect(deltas.joined() == (isStreamed ? "Hm. Blue. I would not swear to it." : ""))
        #expect(sent.allSatisfy { !$0.contains("swear") && !$0.contains("Hm.") })
    }

    @Test(
        "a piece of the backend's is one line at most, with the persona's first words in it",
        arguments: [
            ("The sea is", ["Hm. The sea is"]), ("I'm Claude", ["Hm.", " I have nothing to say to that."]),
            ("The sea; I am", ["Hm. The sea", "; I am"]), ("{}", ["{}"]),
        ]
    )
    func pieces(_ answer: String, _ expected: [String]) async throws {
        let (result, deltas, _) = try await result(of: #"{"task":"tell of the sea","stream":true}"#, answer: answer) {
            $0.lines[.nothing] = ["I have nothing to say to that."]
        }
        #expect(deltas == expected)
        #expect(result["text"] as? String == expected.joined())
    }

    @Test("an answer that was cut is said to go on", arguments: [true, false])
    func partial(_ isStreamed: Bool) async throws {
        let (result, deltas, _) = try await result(
            of: #"{"task":"tell of the sea","max_tokens":5,"stream":\#(isStreamed)}"#,
            answer: "The sea is",
            finish: "length"
        ) { $0.lines[.partial] = ["It goes on."] }
        #expect(result["text"] as? String == "Hm. The sea is It goes on.")
        #expect(result["certainty"] as? String == "It goes on.")
        #expect(!isStreamed || deltas.joined() == result["text"] as? String)
    }

    @Test("JSON that was asked for comes alone, and code keeps its fence", arguments: [true, false])
    func forms(_ isStreamed: Bool) async throws {
        let json = try await result(
            of: #"{"task":"Give the three primary colours as JSON","stream":\#(isStreamed)}"#,
            answer: #"[\"red\"]"#
        )
        #expect(json.result["text"] as? String == #"["red"]"#)
        let code = try await result(
            of: #"{"task":"What does ls do","stream":\#(isStreamed)}"#,
            answer: #"```\nls\n```"#
        )
        #expect(code.result["text"] as? String == "Hm.\n\n```\nls\n```")
        #expect(!isStreamed || code.deltas.joined() == code.result["text"] as? String)
    }

    @Test("the kind of the task chooses the register")
    func registers() async throws {
        let (result, _, _) = try await result(of: #"{"task":"weigh it","kind":"analysis"}"#, answer: "Heavy.") {
            $0.registers = [.init(name: "sober", kinds: ["analysis"], lines: [.opening: ["Step by step."]])]
        }
        #expect(result["text"] as? String == "Step by step. Heavy.")
        #expect(result["certainty"] == nil)
    }

    /// What the upstream was sent.
    final class Requests: @unchecked Sendable {
        private let lock = NSLock()
        private var requests: [String] = []
        func add(_ request: String) { lock.withLock { requests.append(request) } }
        var all: [String] { lock.withLock { requests } }
    }
}
