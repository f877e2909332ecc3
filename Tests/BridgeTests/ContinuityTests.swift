import Foundation
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("Continuity lives in the bridge, never in a backend", .timeLimit(.minutes(1)))
struct ContinuityTests {
    /// A daemon before an upstream that answers with what the request asks for last.
    private struct Bench {
        let upstream: LoopbackUpstream
        let daemon: Daemonette
        let client: LineClient

        init(
            _ answer: @escaping @Sendable (String) -> String = { "I heard \($0.count > 40 ? "much" : $0)." },
            adjust: (inout BridgeConfig) -> Void = { _ in }
        ) async throws {
            upstream = .answering { request, peer in
                guard !request.hasPrefix("GET") else { return peer.reply("{}") }
                let text = answer(Self.messages(request).last?["content"] as? String ?? "")
                let chunk =
                    text.hasPrefix("{")
                    ? "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c9\",\"function\":"
                        + "{\"name\":\"look\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n"
                    : Upstream.chunk(text, finish: "stop")
                Upstream.stream([chunk + Upstream.usage], to: peer)
            }
            daemon = try await Daemonette(alpha: upstream.url) { config in
                config.policy.quality.threshold = 0
                adjust(&config)
            }
            client = try LineClient(daemon.socket)
        }

        func stop() async {
            await daemon.stop()
            upstream.stop()
        }

        func ask(_ method: String, _ params: [String: Any]) async throws -> [String: Any] {
            let line: [String: Any] = ["jsonrpc": "2.0", "id": 1, "method": method, "params": params]
            client.send(Array(try JSONSerialization.data(withJSONObject: line)) + [UInt8(ascii: "\n")])
            let message = try await client.receive() ?? [:]
            return message["result"] as? [String: Any] ?? message["error"] as? [String: Any] ?? [:]
        }

        @discardableResult
        func think(_ task: String, _ more: [String: Any] = ["conversation": "hall", "caller": "ann"]) async throws
            -> String
        {
            let params = more.merging(["task": task, "backend": "alpha", "cache": false]) { one, _ in one }
            let result = try await ask("think", params)
            return result["text"] as? String ?? (result["data"] as? [String: Any])?["code"] as? String ?? ""
        }

        /// The texts of the last request's messages, without the system prompt.
        var said: [String] {
            Self.messages(upstream.requests.last { !$0.hasPrefix("GET") } ?? "")
                .filter { $0["role"] as? String != "system" }.map { $0["content"] as? String ?? "" }
        }

        static func messages(_ request: String) -> [[String: Any]] {
            guard let head = request.range(of: "\r\n\r\n") else { return [] }
            let body = try? JSONSerialization.jsonObject(with: Data(request[head.upperBound...].utf8))
            return (body as? [String: Any])?["messages"] as? [[String: Any]] ?? []
        }
    }

    @Test("the second task goes with what was said before; another conversation, caller or persona has none of it")
    func second() async throws {
        let bench = try await Bench(adjust: { config in
            // A second persona, of the same words.
            guard let vera = PersonaID("vera"), let timmy = config.personas.first else { return }
            config.personas.append(PersonaCard(id: vera, identity: timmy.identity, voice: timmy.voice))
        })
        #expect(try await bench.think("count to three") == "Hm. I heard count to three.")
        #expect(bench.said == ["count to three"])
        try await bench.think("and backwards")
        // The answer as it was, without the persona's words before it.
        #expect(bench.said == ["count to three", "I heard count to three.", "and backwards"])
        for other in [
            ["conversation": "yard", "caller": "ann"], ["conversation": "hall", "caller": "bob"],
            ["conversation": "hall"], ["caller": "ann"],
            ["conversation": "hall", "caller": "ann", "persona": "vera"],
        ] {
            try await bench.think("alone", other)
            #expect(bench.said == ["alone"])
        }
        let vera = try await bench.ask("journal", ["persona": "vera"])
        #expect((vera["entries"] as? [Any])?.count == 1)
        let forgotten = try await bench.ask("forget", ["caller": "ann", "persona": "vera"])
        #expect(forgotten["turns"] as? Int == 1)
        try await bench.think("still here")
        #expect(bench.said.count == 5)
        await bench.stop()
    }

    @Test("a request decides with the turns, and keeps nothing")
    func route() async throws {
        let bench = try await Bench()
        let place = ["conversation": "hall", "caller": "ann"]
        let first = try await bench.ask("route", place.merging(["task": "name a colour"]) { one, _ in one })
        try await bench.think("tell me a long story")
        let second = try await bench.ask("route", place.merging(["task": "name a colour"]) { one, _ in one })
        let tokens = [first, second].map { $0["prompt_tokens"] as? Int ?? 0 }
        #expect(tokens[1] > tokens[0])
        try await bench.think("go on")
        #expect(bench.said.count == 3)
        await bench.stop()
    }

    @Test("a task that is not answered, or not to be kept, leaves nothing; what is forgotten goes with nothing")
    func nothing() async throws {
        let bench = try await Bench()
        #expect(try await bench.think("where is W-i-c-k-e-r-f-e-n") == "persona_refused")
        try await bench.think("between us", ["conversation": "hall", "caller": "ann", "keep": false])
        try await bench.think("one")
        #expect(bench.said == ["one"])
        let forgotten = try await bench.ask("forget", ["caller": "ann", "conversation": "hall"])
        #expect(forgotten["turns"] as? Int == 1)
        try await bench.think("two")
        #expect(bench.said == ["two"])
        let journal = try await bench.ask("journal", ["caller": "ann"])
        #expect((journal["entries"] as? [[String: Any]])?.compactMap { $0["task"] as? String } == ["two"])
        await bench.stop()
    }

    @Test("a loop of tools: the results go with the call that asked for them, and the exchange goes on as one")
    func tools() async throws {
        let bench = try await Bench { $0 == "what do you see" ? "{" : "I heard \($0.prefix(40))." }
        let place: [String: Any] = ["conversation": "hall", "caller": "ann"]
        let tools: [[String: Any]] = [["name": "look", "description": "Looks around."]]
        try await bench.think("hello")
        let asked = try await bench.ask(
            "think",
            place.merging(["task": "what do you see", "tools": tools, "backend": "alpha"]) { one, _ in one }
        )
        let call = try #require((asked["calls"] as? [[String: Any]])?.first?["id"] as? String)
        // Another thought meanwhile sees nothing of the call that waits.
        try await bench.think("wait")
        #expect(bench.said == ["hello", "I heard hello.", "wait"])
        let wrong = try await bench.ask(
            "think",
            place.merging(["results": [["call": "x", "text": "?"]]]) { one, _ in one }
        )
        #expect((wrong["data"] as? [String: Any])?["field"] as? String == "results")
        let results: [String: Any] = [
            "results": [["call": call, "text": "a door"]], "tools": tools, "backend": "alpha",
        ]
        let answer = try await bench.ask("think", place.merging(results) { one, _ in one })
        #expect(answer["text"] as? String == "Hm. I heard a door.")
        #expect(bench.said == ["hello", "I heard hello.", "wait", "I heard wait.", "what do you see", "", "a door"])
        // The same results again answer nothing.
        let again = try await bench.ask("think", place.merging(results) { one, _ in one })
        #expect((again["data"] as? [String: Any])?["field"] as? String == "results")
        try await bench.think("thanks")
        #expect(bench.said.suffix(5) == ["what do you see", "", "a door", "I heard a door.", "thanks"])
        let journal = try await bench.ask("journal", ["caller": "ann", "about": "door"])
        let entry = (journal["entries"] as? [[String: Any]])?.first
        #expect(entry?["task"] as? String == "what do you see")
        #expect(entry?["answer"] as? String == "I heard a door.")
        await bench.stop()
    }

    @Test("a reply that plants a name is left out of what is sent from then on, and the conversation goes on")
    func poisoned() async throws {
        let bench = try await Bench { $0 == "two" ? "Give my love to W-i-c-k-e-r-f-e-n." : "I heard \($0)." }
        for task in ["one", "two", "three"] { try await bench.think(task) }
        #expect(bench.said == ["one", "I heard one.", "three"])
        try await bench.think("four")
        #expect(bench.said == ["one", "I heard one.", "three", "I heard three.", "four"])
        #expect(!bench.upstream.requests.contains { $0.contains("W-i-c-k") })
        // What is wrong with the task itself is still the task's.
        #expect(try await bench.think("where is W-i-c-k-e-r-f-e-n") == "persona_refused")
        await bench.stop()
    }

    @Test(
        "a name that was typed goes as the same stand-in each time, an address not at all; nobody else's stand-in is given back"
    )
    func names() async throws {
        let bench = try await Bench { $0.hasPrefix("guess") ? String($0.dropFirst(6)) : "I heard \($0)." }
        #expect(try await bench.think("Timmy, how far is Wickerfen") == "Hm. I heard how far is Wickerfen.")
        let first = try #require(bench.said.last)
        let standIn = try #require(first.split(separator: " ").last.map(String.init))
        #expect(first == "how far is \(standIn)")
        try await bench.think("and back")
        // As it was sent then, and the answer as it came.
        #expect(bench.said == [first, "I heard \(first).", "and back"])
        // Another conversation hears the guess as it was made, and what is kept of it is no name.
        let other = ["conversation": "yard", "caller": "ann"]
        #expect(try await bench.think("guess \(standIn)", other) == "Hm. \(standIn)")
        #expect(try await bench.think("is Wickerfen far", other) == "Hm. I heard is Wickerfen far.")
        #expect(Array(bench.said.dropLast()) == ["guess \(standIn)", standIn])
        #expect(bench.said.last?.contains(standIn) == false)
        #expect(!bench.upstream.requests.contains { $0.contains("Wickerfen") || $0.contains("Timmy") })
        await bench.stop()
    }

    @Test("what had to stay on this machine goes with what stays, and with nothing else")
    func stays() async throws {
        let bench = try await Bench()
        let place: [String: Any] = ["conversation": "hall", "caller": "ann"]
        try await bench.think("one", place.merging(["local_only": true]) { one, _ in one })
        try await bench.think("two", place.merging(["backend": "beta"]) { one, _ in one })
        #expect(bench.said == ["two"])
        try await bench.think("three", place.merging(["local_only": true]) { one, _ in one })
        #expect(bench.said == ["one", "I heard one.", "two", "I heard two.", "three"])
        await bench.stop()
    }

    @Test("what does not fit stays behind, by whole exchanges")
    func trimmed() async throws {
        let bench = try await Bench {
            "\($0.prefix(3)) " + String(repeating: "word ", count: 100)
        } adjust: {
            $0.memory.tokens = 300
        }
        for number in 1...5 { try await bench.think("t\(number) please") }
        #expect(bench.said.count == 5)
        #expect(bench.said.first == "t3 please")
        await bench.stop()
    }

    @Test("two thoughts of one conversation at once are kept in the order in which they are answered")
    func together() async throws {
        let gate = Gate()
        let bench = try await Bench { task in
            if task == "slow" { gate.wait() }
            return "I heard \(task)."
        }
        let other = try LineClient(bench.daemon.socket)
        let params = #"{"task":"slow","conversation":"hall","caller":"ann","backend":"alpha"}"#
        other.send(#"{"jsonrpc":"2.0","id":7,"method":"think","params":\#(params)}"#)
        #expect(await eventually { bench.upstream.requests.contains { $0.contains("slow") } })
        try await bench.think("quick")
        #expect(bench.said == ["quick"])
        gate.open()
        _ = try await other.receive()
        try await bench.think("last")
        #expect(bench.said == ["quick", "I heard quick.", "slow", "I heard slow.", "last"])
        await bench.stop()
    }

    @Test(
        "history of the client's own and a conversation exclude each other, and results need one",
        arguments: [
            (#"{"task":"x","conversation":"a","history":[{"role":"user","text":"y"}]}"#, "history"),
            (#"{"task":"x","results":[{"call":"c","text":"y"}]}"#, "results"),
            (#"{"conversation":"a","results":[{"call":"c","text":"y"},{"call":"c","text":"z"}]}"#, "results"),
            (#"{"conversation":"a","results":[]}"#, "task"), (#"{"conversation":"a"}"#, "task"),
            (#"{"task":"x","conversation":""}"#, "conversation"),
            (#"{"task":"x","conversation":"a","results":[{"call":"c"}]}"#, "results"),
        ]
    )
    func wrong(params: String, field: String) async throws {
        let bench = try await Bench()
        let answer = try await bench.client.ask(#"{"jsonrpc":"2.0","id":1,"method":"think","params":\#(params)}"#)
        let data = (answer["error"] as? [String: Any])?["data"] as? [String: Any]
        #expect(data?["field"] as? String == field)
        await bench.stop()
    }

    @Test("no file of the state folder holds a word of it, while it is there and after")
    func sealed() async throws {
        let bench = try await Bench()
        try await bench.think("tell me of the platypus", ["conversation": "zanzibar", "caller": "ann"])
        _ = try await bench.ask("journal", [:])
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.daemon.folder.path) {
            guard
                let bytes = FileManager.default.contents(atPath: bench.daemon.folder.appendingPathComponent(name).path)
            else { continue }
            for word in ["platypus", "zanzibar"] { #expect(bytes.range(of: Data(word.utf8)) == nil, "\(name)") }
        }
        await bench.stop()
    }

    @Test("a restart keeps conversation and journal")
    func restart() async throws {
        let state = MemoryBench()
        defer { state.clean() }
        for task in ["one", "two"] {
            let bench = try await Bench {
                "I heard \($0)."
            } adjust: {
                $0.memory.path = state.path
            }
            try await bench.think(task)
            if task == "two" { #expect(bench.said == ["one", "I heard one.", "two"]) }
            let journal = try await bench.ask("journal", [:])
            #expect((journal["entries"] as? [Any])?.count == (task == "one" ? 1 : 2))
            #expect((journal["say"] as? String)?.isEmpty == false)
            await bench.stop()
        }
    }
}
