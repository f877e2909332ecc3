import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

/// A backend that says again what it was asked.
enum Echo {
    /// The JSON of a request's body.
    static func body(of request: String) -> [String: Any] {
        let body = request.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
        return (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
    }

    /// The text of the last message.
    static func task(of request: String) -> String {
        let messages = body(of: request)["messages"] as? [[String: Any]] ?? []
        return messages.last?["content"] as? String ?? ""
    }

    /// Answers with what `answer` makes of the task; a stream comes in pieces of so many characters.
    static func upstream(
        piece: Int = 1,
        _ answer: @escaping @Sendable (String) -> String = { "You ask: " + $0 }
    ) -> LoopbackUpstream {
        .answering { request, peer in
            guard request.hasPrefix("POST") else { return peer.reply("{}") }
            let text = answer(task(of: request))
            guard Upstream.isStreamed(request) else { return peer.reply(Upstream.whole(escaped(text), model: "m")) }
            let characters = Array(text)
            let pieces = stride(from: 0, to: characters.count, by: piece).map { start in
                Upstream.chunk(escaped(String(characters[start..<min(start + piece, characters.count)])))
            }
            Upstream.stream(pieces + [Upstream.chunk("", finish: "stop") + Upstream.usage], to: peer)
        }
    }

    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
            .replacingOccurrences(of: "\n", with: "\\n")
    }
}

extension LineClient {
    /// Sends a request, and gives its answer with the texts of the deltas before it.
    func call(_ method: String, _ params: [String: Any]) async throws -> (answer: [String: Any], deltas: [String]) {
        let message: [String: Any] = ["jsonrpc": "2.0", "id": 1, "method": method, "params": params]
        send(Array(try JSONSerialization.data(withJSONObject: message)) + [UInt8(ascii: "\n")])
        var deltas: [String] = []
        while let line = try await receive() {
            if line["method"] as? String == "think.restarted" { deltas = [] }
            guard line["id"] != nil else {
                if let text = (line["params"] as? [String: Any])?["text"] as? String { deltas.append(text) }
                continue
            }
            return (line, deltas)
        }
        return ([:], deltas)
    }

    /// The result of a request that goes well.
    func result(_ method: String, _ params: [String: Any]) async throws -> [String: Any] {
        let answer = try await call(method, params).answer
        return try #require(answer["result"] as? [String: Any], "\(answer)")
    }

    /// The data of the error of one that does not.
    func failure(_ method: String, _ params: [String: Any]) async throws -> [String: Any] {
        let answer = try await call(method, params).answer
        return try #require((answer["error"] as? [String: Any])?["data"] as? [String: Any], "\(answer)")
    }
}

/// A daemon whose local backend is a test's.
func withEcho(
    _ alpha: LoopbackUpstream = Echo.upstream(),
    adjust: (inout BridgeConfig) -> Void = { _ in },
    _ body: (Daemonette, LineClient, LoopbackUpstream) async throws -> Void
) async throws {
    let daemon = try await Daemonette(alpha: alpha.url) { config in
        config.policy.quality.isJudged = false
        adjust(&config)
    }
    do { try await body(daemon, try LineClient(daemon.socket), alpha) } catch { Issue.record(error) }
    alpha.stop()
    await daemon.stop()
}

@Suite(
    "A player who names the persona gets an answer with the name in it, and no backend sees it",
    .timeLimit(.minutes(2))
)
struct DecisionTests {
    private let names = ["timmy", "lantern", "ashdown", "rowan", "maren", "quill", "wickerfen", "glasswing"]

    private func expectBlind(_ alpha: LoopbackUpstream) {
        for request in alpha.requests {
            for name in names { #expect(!request.lowercased().contains(name), "\(name)") }
        }
    }

    @Test(
        "whole and streamed, in any pieces, in any form",
        arguments: [
            "Who is Timmy, and where is Lantern Mill?", "TIMMY's hat, timmy_notes.md, **Timmy**", "Two Timmys",
        ],
        [0, 1, 2, 3, 5, 7]
    )
    func named(_ task: String, piece: Int) async throws {
        try await withEcho(Echo.upstream(piece: max(piece, 1))) { _, client, alpha in
            let (answer, deltas) = try await client.call("think", ["task": task, "stream": piece > 0])
            let result = try #require(answer["result"] as? [String: Any], "\(answer)")
            #expect(result["text"] as? String == "Hm. You ask: " + task)
            #expect(result["stand_ins"] as? Int == (task.contains("Mill") ? 2 : 1))
            if piece > 0 { #expect(deltas.joined() == "Hm. You ask: " + task) }
            // No beginning of a stand-in either.
            let sent = try #require(alpha.requests.last.map(Echo.task))
            for word in sent.split(whereSeparator: { !$0.isLetter }) where !task.contains(word) {
                #expect(!deltas.joined().contains(word))
            }
            expectBlind(alpha)
        }
    }

    @Test("a stand-in stays in a conversation, is another one in others, and earlier turns are blinded again")
    func conversation() async throws {
        try await withEcho { _, client, alpha in
            func think(_ params: [String: Any]) async throws -> [[String: Any]] {
                _ = try await client.result("think", params)
                let request = try #require(alpha.requests.last)
                return Echo.body(of: request)["messages"] as? [[String: Any]] ?? []
            }
            func text(_ message: [String: Any]?) -> String { message?["content"] as? String ?? "" }
            let first = try await think(["task": "Timmy, who is Timmy?", "conversation": "c", "caller": "ann"])
            let asked = text(first.last)
            let second = try await think([
                "task": "Does Bess Harrow know Timmy?", "conversation": "c", "caller": "ann",
            ])
            // The same bytes as in the turn before: address gone, the same stand-in.
            #expect(asked.hasPrefix("who is ") && second.map(text).contains(asked))
            let name = String(asked.dropFirst("who is ".count).dropLast())
            #expect(text(second.last).hasSuffix(" know \(name)?"))
            for other in [["caller": "bob", "conversation": "c"], ["caller": "ann", "conversation": "d"], [:], [:]] {
                let others = try await think(other.merging(["task": "Who is Timmy?"]) { one, _ in one })
                #expect(text(others.last) != asked)
            }
            expectBlind(alpha)
        }
    }

    @Test("an answer out of the cache holds the names of the one who asks now")
    func cached() async throws {
        try await withEcho(adjust: { $0.cache.isOn = true }) { _, client, alpha in
            let params: [String: Any] = ["task": "Who is Timmy?", "conversation": "c", "keep": false]
            for isCached in [false, true] {
                let result = try await client.result("think", params)
                #expect(result["cached"] as? Bool == isCached)
                #expect(result["text"] as? String == "Hm. You ask: Who is Timmy?")
            }
            let capitals = try await client.result(
                "think",
                ["task": "Who is TIMMY?", "conversation": "c", "keep": false]
            )
            #expect(capitals["text"] as? String == "Hm. You ask: Who is TIMMY?")
            #expect(alpha.requests.filter { $0.hasPrefix("POST") }.count == 2)
        }
    }

    @Test("a conversation with tools goes out blind in every position, and its calls come back by their own names")
    func tools() async throws {
        let alpha = LoopbackUpstream.answering { request, peer in
            let body = Echo.body(of: request)
            let tool = (body["tools"] as? [[String: Any]])?.first?["function"] as? [String: Any]
            let parameters = tool?["parameters"] as? [String: Any]
            let keys = (parameters?["properties"] as? [String: Any])?.keys.sorted() ?? []
            let stop = (body["stop"] as? [String])?.first ?? ""
            let arguments = #"{"\#(keys.first ?? "")": "\#(stop) said \"yes\""}"#
            peer.reply(
                """
                {"model":"m","choices":[{"message":{"content":null,"tool_calls":[{"id":"call_9","type":"function",\
                "function":{"name":"\(tool?["name"] as? String ?? "")","arguments":"\(Echo.escaped(arguments))"}}]},\
                "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}
                """
            )
        }
        try await withEcho(alpha) { _, client, alpha in
            let params: [String: Any] = [
                "task": "Ask Timmy", "instructions": "Timmy is asked.", "stop": ["Timmy:", "Bess Harrow"],
                "history": [
                    ["role": "user", "text": "Where is Maren Quill?"],
                    [
                        "role": "assistant", "text": "At Lantern Mill.",
                        "calls": [["id": "timmy_1", "name": "ask_timmy", "arguments": ["who": "Timmy", "timmy": 1]]],
                    ],
                    ["role": "tool", "text": "{\"at\":\"Lantern Mill\"}", "answers": "timmy_1"],
                ],
                "tools": [
                    [
                        "name": "ask_timmy", "description": "Asks Timmy of Wickerfen.",
                        "parameters": [
                            "type": "object",
                            "properties": [
                                "timmy_says": ["enum": ["Timmy", "Glasswing"], "description": "Timmy's word"]
                            ],
                        ],
                    ]
                ],
            ]
            let result = try await client.result("think", params)
            let call = try #require((result["calls"] as? [[String: Any]])?.first)
            #expect(call["name"] as? String == "ask_timmy")
            let arguments = try #require(call["arguments"] as? String)
            let read = try JSONSerialization.jsonObject(with: Data(arguments.utf8)) as? [String: String]
            #expect(read == ["timmy_says": "Timmy: said \"yes\""])
            let body = try #require(alpha.requests.last.map(Echo.body))
            // What was JSON is JSON still.
            #expect((body["tools"] as? [Any])?.count == 1)
            expectBlind(alpha)
        }
    }

    @Test("what is grave is refused, and nobody is told the word", arguments: ["task", "stop", "model"])
    func refused(field: String) async throws {
        try await withEcho { _, client, alpha in
            let grave = "/home/rowan/lantern-mill/journal"
            var params: [String: Any] = ["task": "count the barrels"]
            params[field] = field == "stop" ? [grave] as Any : grave as Any
            let (answer, _) = try await client.call("think", params)
            let data = (answer["error"] as? [String: Any])?["data"] as? [String: Any]
            #expect(data?["code"] as? String == "persona_refused")
            let told = String(decoding: try JSONSerialization.data(withJSONObject: answer), as: UTF8.self)
            #expect(!told.lowercased().contains("lantern") && !told.lowercased().contains("rowan"))
            #expect(alpha.requests.allSatisfy { $0.hasPrefix("GET") })
            if field != "stop" {
                #expect(try await client.failure("route", params)["code"] as? String == "persona_refused")
            }
        }
    }

    @Test("a reply that names its model loses that, whole and streamed, and it is counted", arguments: [0, 1, 4, 400])
    func caught(piece: Int) async throws {
        let alpha = Echo.upstream(piece: max(piece, 1)) { task in
            task.hasPrefix("who are you") ? " I'm Claude, made by Anthropic." : "I'm ChatGPT. \(task)? It rains."
        }
        try await withEcho(alpha) { daemon, client, _ in
            let (answer, deltas) = try await client.call("think", ["task": "Is Timmy in", "stream": piece > 0])
            let result = try #require(answer["result"] as? [String: Any], "\(answer)")
            #expect(result["text"] as? String == "Hm. Is Timmy in? It rains.")
            #expect(result["caught"] as? Int == 1)
            if piece > 0 { #expect(deltas.joined() == result["text"] as? String) }
            // Nothing is left of this one.
            let (bare, said) = try await client.call("think", ["task": "who are you", "stream": piece > 0])
            let text = (bare["result"] as? [String: Any])?["text"] as? String ?? ""
            #expect(text == "Hm. My mouth opened and nothing came. Ask me another way.")
            if piece > 0 { #expect(said.joined() == text) }
            daemon.parts.ledger.flush()
            let guarded = try await client.result("audit", [:])["guard"] as? [String: Any]
            #expect(guarded?["replies_caught"] as? Int == 2)
            #expect(guarded?["pseudonymised"] as? Int == 1)
            #expect(guarded?["refused"] as? Int == 0)
        }
    }

    @Test("an answer that breaks off inside a stand-in holds the whole name, and none after a restart")
    func cutShort() async throws {
        let alpha = LoopbackUpstream.answering { request, peer in
            guard request.hasPrefix("POST") else { return peer.reply("{}") }
            let name = String(Echo.task(of: request).dropFirst("Who is ".count).dropLast())
            let text = "That is \(name.dropLast(2))"
            Upstream.stream([Upstream.chunk(text), Upstream.chunk("", finish: "length") + Upstream.usage], to: peer)
        }
        try await withEcho(alpha) { _, client, _ in
            let (answer, deltas) = try await client.call("think", ["task": "Who is Timmy?", "stream": true])
            let text = try #require((answer["result"] as? [String: Any])?["text"] as? String)
            #expect(text.hasPrefix("Hm. That is Timmy "))
            #expect(deltas.joined() == text)
        }
    }
}
