import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

/// Bad input and bad manners, over the real socket.
@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
    /// Runs the body against a daemon whose backends answer at once.
    private func withDaemon(
        _ upstream: LoopbackUpstream = Upstream.answering("Bl", "ue.", model: "alpha-model"),
        adjust: (inout BridgeConfig) -> Void = { _ in },
        _ body: (Daemonette) async throws -> Void
    ) async throws {
        let daemon = try await Daemonette(alpha: upstream.url, adjust: adjust)
        do { try await body(daemon) } catch { Issue.record(error) }
        upstream.stop()
        await daemon.stop()
    }

    private func code(_ message: [String: Any]) -> String? {
        ((message["error"] as? [String: Any])?["data"] as? [String: Any])?["code"] as? String
    }

    private let health = #"{"jsonrpc":"2.0","id":9,"method":"health"}"#

    @Test("what is no request gets the right error, and the connection and the others live on")
    func badLines() async throws {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        let table: [(line: [UInt8], code: String)] = [
            (Array("this is not JSON".utf8), "parse_error"),
            (Array(#"{"jsonrpc":"2.0","id":1"#.utf8), "parse_error"),
            (Array(deep.utf8), "parse_error"),
            ([0x22, 0xFF, 0xFE, 0x22], "parse_error"),
            (
                Array(#"{"jsonrpc":"2.0","id":1,"method":"route","params":{"task":""#.utf8) + [0xC3, 0x28]
                    + Array(#""}}"#.utf8),
                "parse_error"
            ),
            (Array("[]".utf8), "invalid_request"),
            (Array("\"text\"".utf8), "invalid_request"),
            (Array("7".utf8), "invalid_request"),
            (Array(#"{"id":1,"method":"health"}"#.utf8), "invalid_request"),
            (Array(#"{"jsonrpc":"1.0","id":1,"method":"health"}"#.utf8), "invalid_request"),
            (Array(#"{"jsonrpc":"2.0","id":1.5,"method":"health"}"#.utf8), "invalid_request"),
            (Array(#"{"jsonrpc":"2.0","id":true,"method":"health"}"#.utf8), "invalid_request"),
            (Array(#"{"jsonrpc":"2.0","id":"","method":"health"}"#.utf8), "invalid_request"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":7}"#.utf8), "invalid_request"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"health","extra":1}"#.utf8), "invalid_request"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"nothing"}"#.utf8), "method_not_found"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"health","params":[]}"#.utf8), "invalid_params"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"health","params":{"x":1}}"#.utf8), "invalid_params"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":""}}"#.utf8), "invalid_params"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":null}}"#.utf8), "invalid_params"),
            (
                Array(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"x","kind":"odd"}}"#.utf8),
                "invalid_params"
            ),
            (
                Array(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"x","max_tokens":0}}"#.utf8),
                "invalid_params"
            ),
            (
                Array(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"x","stream":1}}"#.utf8),
                "invalid_params"
            ),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"events":["x"]}}"#.utf8), "invalid_params"),
            (Array(#"{"jsonrpc":"2.0","id":1,"method":"cancel","params":{}}"#.utf8), "invalid_params"),
        ]
        try await withDaemon { daemon in
            let other = try LineClient(daemon.socket)
            let client = try LineClient(daemon.socket)
            for (line, expected) in table {
                client.send(line + [UInt8(ascii: "\n")])
                let answer = try #require(try await client.receive())
                #expect(code(answer) == expected, "\(String(decoding: line, as: UTF8.self))")
            }
            #expect(try await other.ask(health)["result"] != nil)
            #expect(try await client.ask(health)["result"] != nil)
        }
    }

    @Test("a line over the limit is answered and ends the connection, and nobody else's")
    func tooLong() async throws {
        try await withDaemon { daemon in
            let other = try LineClient(daemon.socket)
            let client = try LineClient(daemon.socket)
            // On a thread: the daemon may close before it has taken everything.
            let line = [UInt8](repeating: UInt8(ascii: "x"), count: LineBatcher.maxLine + 100)
            Thread { client.send(line) }.start()
            #expect(code(try await client.receive() ?? [:]) == "line_too_long")
            #expect(await client.readLine() == nil)
            #expect(try await other.ask(health)["result"] != nil)
        }
    }

    @Test("a task of the largest line that is allowed is refused for its length, not dropped")
    func largest() async throws {
        try await withDaemon { daemon in
            let client = try LineClient(daemon.socket)
            let task = String(repeating: "x", count: LineBatcher.maxLine - 200)
            let answer = try await client.ask(
                #"{"jsonrpc":"2.0","id":1,"method":"route","params":{"task":"\#(task)"}}"#
            )
            #expect(code(answer) == "invalid_params")
        }
    }

    @Test("a notification is not answered, and a cancel among them is carried out")
    func notifications() async throws {
        let asked = Gate()
        let upstream = LoopbackUpstream { peer in
            _ = peer.readRequest()
            asked.open()
            peer.awaitClose()
        }
        try await withDaemon(upstream) { daemon in
            let client = try LineClient(daemon.socket)
            client.send(#"{"jsonrpc":"2.0","method":"health"}"#)
            client.send(#"{"jsonrpc":"2.0","id":"t","method":"think","params":{"task":"x","backend":"alpha"}}"#)
            await asked.opened()
            client.send(#"{"jsonrpc":"2.0","method":"cancel","params":{"id":"t"}}"#)
            let answer = try #require(try await client.receive())
            #expect(answer["id"] as? String == "t")
            #expect(code(answer) == "cancelled")
        }
    }

    @Test("a client that leaves takes its work along")
    func disconnect() async throws {
        let asked = Gate()
        let closed = Gate()
        let upstream = LoopbackUpstream { peer in
            guard peer.readRequest() != nil else { return }
            asked.open()
            peer.awaitClose()
            closed.open()
        }
        try await withDaemon(upstream) { daemon in
            do {
                let client = try LineClient(daemon.socket)
                client.send(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"x","stream":true}}"#)
                await asked.opened()
            }
            await closed.opened()
            let audit = try await daemon.parts.ledger.audit()
            #expect(audit.records == 1)
            // How it ended is on record as well.
            #expect(try await eventually { try await daemon.parts.ledger.audit().unsettled == 0 })
        }
    }

    @Test("a client that has sent its last line still gets its answers")
    func halfClose() async throws {
        try await withDaemon { daemon in
            let client = try LineClient(daemon.socket)
            client.send(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"say one word"}}"#)
            client.endInput()
            let answer = try #require(try await client.receive())
            #expect((answer["result"] as? [String: Any])?["text"] as? String == "Hm. Blue.")
            #expect(await client.readLine() == nil)
        }
    }

    @Test("one request too many is told so, and the others are answered")
    func inFlight() async throws {
        let release = Gate()
        let upstream = LoopbackUpstream { peer in
            guard peer.readRequest() != nil else { return }
            release.wait()
            peer.reply(Upstream.whole("Blue.", model: "alpha-model"))
        }
        try await withDaemon(upstream, adjust: { $0.server.maxInFlight = 2 }) { daemon in
            let client = try LineClient(daemon.socket)
            for id in 1...3 {
                client.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"think","params":{"task":"x"}}"#)
            }
            let refused = try #require(try await client.receive())
            #expect(refused["id"] as? Int == 3)
            #expect(code(refused) == "too_many_in_flight")
            // The same id twice at once is a fault of the client's.
            client.send(#"{"jsonrpc":"2.0","id":1,"method":"health"}"#)
            #expect(code(try await client.receive() ?? [:]) == "invalid_request")
            release.open()
            release.open()
            let answered = [try await client.receive(), try await client.receive()].compactMap { $0?["id"] as? Int }
            #expect(answered.sorted() == [1, 2])
        }
    }

    @Test("a client that never reads holds up nobody, and is closed in the end")
    func neverReads() async throws {
        try await withDaemon(adjust: { $0.server.writeTimeout = .milliseconds(200) }) { daemon in
            let stuck = try LineClient(daemon.socket)
            let line = Array((health + "\n").utf8)
            // Until the daemon reads no more, or has closed.
            let sending = Thread { while stuck.send(line) {} }
            sending.start()
            let other = try LineClient(daemon.socket)
            for _ in 0..<50 { #expect(try await other.ask(health)["result"] != nil) }
            #expect(await eventually { sending.isFinished })
        }
    }

    @Test("a client that never reads does not hold up the daemon's end")
    func neverReadsAtTheEnd() async throws {
        let upstream = Upstream.answering("Bl", "ue.", model: "alpha-model")
        defer { upstream.stop() }
        let daemon = try await Daemonette(alpha: upstream.url) { $0.server.writeTimeout = .seconds(3_600) }
        let stuck = try LineClient(daemon.socket)
        let line = Array((health + "\n").utf8)
        let sending = Thread { while stuck.send(line) {} }
        sending.start()
        let other = try LineClient(daemon.socket)
        for _ in 0..<20 { _ = try await other.ask(health) }
        await daemon.stop()
        #expect(await eventually { sending.isFinished })
    }

    @Test("a long answer comes in deltas that fit into lines, and whole", arguments: [100_000, 200_000])
    func longAnswer(length: Int) async throws {
        // Two bytes each: no cut may go through one of them.
        let text = String(repeating: "\u{e9}", count: length / 2)
        let upstream = LoopbackUpstream.answering { _, peer in
            Upstream.stream([Upstream.chunk(text) + Upstream.chunk("", finish: "stop") + Upstream.usage], to: peer)
        }
        // One letter again and again would not be judged a good answer.
        try await withDaemon(upstream, adjust: { $0.policy.quality.isJudged = false }) { daemon in
            let client = try LineClient(daemon.socket)
            client.send(#"{"jsonrpc":"2.0","id":1,"method":"think","params":{"task":"x","stream":true}}"#)
            var joined = ""
            while let message = try await client.receive() {
                if let delta = (message["params"] as? [String: Any])?["text"] as? String {
                    #expect(delta.utf8.count <= 32 << 10)
                    joined += delta
                } else {
                    let result = message["result"] as? [String: Any]
                    // Over the limit of an answer it is an error, of both backends.
                    #expect(result?["text"] as? String == (length > 150_000 ? nil : "Hm. " + text))
                    #expect(length > 150_000 ? code(message) == "all_backends_failed" : joined == "Hm. " + text)
                    break
                }
            }
        }
    }

    @Test("an idle connection is closed when the configuration says so")
    func idle() async throws {
        try await withDaemon(adjust: { $0.server.idleTimeout = .milliseconds(80) }) { daemon in
            let client = try LineClient(daemon.socket)
            #expect(try await client.ask(health)["result"] != nil)
            #expect(await client.readLine() == nil)
        }
    }

    @Test("many requests on many connections are all answered once")
    func many() async throws {
        try await withDaemon { daemon in
            let path = daemon.socket
            let answered = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        guard let client = try? LineClient(path) else { return 0 }
                        for id in 1...100 {
                            client.send(
                                #"{"jsonrpc":"2.0","id":\#(id),"method":"think","params":{"task":"count \#(id)"}}"#
                            )
                        }
                        var ids: Set<Int> = []
                        for _ in 1...100 {
                            guard let answer = try? await client.receive(), answer["result"] != nil,
                                let id = answer["id"] as? Int
                            else { break }
                            ids.insert(id)
                        }
                        return ids.count
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(answered == 800)
            let audit = try await daemon.parts.ledger.audit()
            #expect(audit.records == 800)
            #expect(audit.unsettled == 0)
            #expect(audit.gaps == 0)
        }
    }
}
