import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("the front door", .serialized, .timeLimit(.minutes(1)))
struct DoorServerTests {
    private static let open = "{listen: \"127.0.0.1:0\"}"

    private func house(
        http: String = open,
        _ alpha: LoopbackUpstream = .answering { request, peer in
            if Upstream.isStreamed(request) {
                Upstream.stream(
                    [
                        Upstream.chunk("Fo"),
                        Upstream.chunk("ur.") + Upstream.chunk("", finish: "stop") + Upstream.usage,
                    ],
                    to: peer
                )
            } else if request.hasPrefix("GET") {
                peer.reply("{}")
            } else {
                peer.reply(Upstream.whole("Four.", model: "alpha-model"))
            }
        },
        beta: LoopbackUpstream? = nil,
        adjust: (inout BridgeConfig) -> Void = { _ in }
    ) async throws -> Daemonette {
        try await Daemonette(alpha: alpha.url, beta: beta?.url, http: http, adjust: adjust)
    }

    @Test("a question is answered in OpenAI's words, and the head says who answered")
    func whole() async throws {
        let house = try await house()
        let client = try house.client()
        let reply = await client.chat(Daemonette.chat())
        #expect(reply.status == 200)
        let choice = (reply.json["choices"] as? [[String: Any]])?.first
        #expect((choice?["message"] as? [String: Any])?["content"] as? String == "Four.")
        #expect(reply.json["model"] as? String == "alpha-model")
        #expect(reply.headers["x-workshop-backend"] == "alpha" && reply.headers["x-workshop-model"] == "alpha-model")
        #expect(reply.headers["x-workshop-attempts"] == "1" && reply.headers["x-workshop-cost-usd"] == "0")
        #expect(reply.headers["x-workshop-thought"]?.isEmpty == false)
        #expect(reply.headers["x-request-id"]?.count == 32 && reply.headers["date"]?.hasSuffix(" GMT") == true)
        // The connection stays open for the next one.
        #expect(await client.chat(Daemonette.chat()).status == 200)
        await house.stop()
    }

    @Test("a question is answered in Anthropic's words")
    func anthropic() async throws {
        let house = try await house()
        let body = #"{"model":"alpha","max_tokens":64,"messages":[{"role":"user","content":"What is two plus two?"}]}"#
        let reply = try await house.client().ask(
            "POST",
            "/v1/messages",
            ["anthropic-version": "2023-06-01"],
            body: body
        )
        #expect(reply.status == 200 && reply.json["type"] as? String == "message")
        #expect((reply.json["content"] as? [[String: Any]])?.first?["text"] as? String == "Four.")
        await house.stop()
    }

    @Test("a stream comes piece by piece, and each at once")
    func stream() async throws {
        let pace = Gate()
        let house = try await house(Upstream.answering("Fo", "ur.", model: "alpha-model", pace: pace))
        let client = try house.client()
        let body = Daemonette.chat(more: ",\"stream\":true")
        client.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        // The rest does not leave the backend before the first is here.
        let first = await client.read(until: "\"Fo\"")
        #expect(first.contains("text/event-stream") && first.contains("\"Fo\"") && !first.contains("ur."))
        pace.open()
        let rest = await client.read(until: "0\r\n\r\n")
        #expect(rest.contains("ur.") && rest.contains("[DONE]"))
        await house.stop()
    }

    @Test("who leaves is not thought for any more, whole or streamed", arguments: [false, true])
    func leaving(isStreamed: Bool) async throws {
        let (asked, closed) = (Gate(), Gate())
        let alpha = LoopbackUpstream { peer in
            while let request = peer.readRequest() {
                if request.hasPrefix("GET") {
                    peer.reply("{}")
                    continue
                }
                if isStreamed {
                    peer.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    )
                    let piece = Upstream.chunk("Fo")
                    peer.send(String(piece.utf8.count, radix: 16) + "\r\n" + piece + "\r\n")
                }
                asked.open()
                peer.awaitClose()
                closed.open()
            }
        }
        let house = try await house(alpha)
        let client = try house.client()
        let body = Daemonette.chat(more: isStreamed ? ",\"stream\":true" : "")
        client.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        await asked.opened()
        if isStreamed { #expect(await client.read(until: "\"Fo\"").contains("\"Fo\"")) }
        client.leave()
        await closed.opened()
        let door = try #require(house.parts.door)
        #expect(await eventually { door.limits.inFlight == 0 })
        await house.stop()
    }

    @Test("an error before the first word has its status, one behind it stands in the stream")
    func streamErrors() async throws {
        // The first piece, and then the end of the connection.
        let broken = LoopbackUpstream { peer in
            guard let request = peer.readRequest() else { return }
            if request.hasPrefix("GET") { return peer.reply("{}") }
            if request.contains("early") { return peer.reply("{}", status: "500 No") }
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n")
            peer.send(Upstream.chunk("Fo"))
        }
        let house = try await house(broken)
        let early = try await house.client().chat(Daemonette.chat("early", more: ",\"stream\":true"))
        #expect(early.status == 502 && early.error("code") == "all_backends_failed")
        #expect(early.headers["content-type"] == "application/json" && early.headers["x-should-retry"] == "true")
        let late = try await house.client().chat(Daemonette.chat("late", more: ",\"stream\":true"))
        #expect(late.status == 200)
        #expect(late.events.contains { $0.contains("stream_interrupted") && $0.contains(#""src":"alpha""#) })
        await house.stop()
    }

    /// Two backends: the first one breaks off in the middle.
    private func breaking(streams: String) async throws -> Daemonette {
        let alpha = LoopbackUpstream { peer in
            guard let request = peer.readRequest() else { return }
            if request.hasPrefix("GET") { return peer.reply("{}") }
            if Upstream.isStreamed(request) {
                peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n")
                peer.send(Upstream.chunk("Fo"))
            } else {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{")
            }
        }
        let beta = Upstream.answering("Fo", "ur.", model: "beta-1")
        return try await house(http: "{listen: \"127.0.0.1:0\", streams: \(streams)}", alpha, beta: beta) { config in
            config.policy.primary = .init("alpha")
            config.policy.fallback = .init("beta")
        }
    }

    @Test("a backend that breaks off behind its first word ends the stream with an error that says to ask again")
    func interrupted() async throws {
        let house = try await breaking(streams: "live")
        let reply = try await house.client().chat(Daemonette.chat(model: "auto", more: ",\"stream\":true"))
        #expect(reply.status == 200 && reply.events.contains { $0.contains("\"Fo\"") })
        // It names who broke off, and not who could have gone on.
        #expect(reply.events.contains { $0.contains("stream_interrupted") && $0.contains(#""src":"alpha""#) })
        #expect(!reply.events.contains { $0.contains("ur.") })
        await house.stop()
    }

    @Test("words that are held until the answer stands are never interrupted")
    func held() async throws {
        let house = try await breaking(streams: "whole")
        let reply = try await house.client().chat(Daemonette.chat(model: "auto", more: ",\"stream\":true"))
        #expect(reply.status == 200 && reply.events.contains { $0.contains("Four.") })
        #expect(!reply.body.contains("error") && reply.events.last == "[DONE]")
        await house.stop()
    }

    @Test("a stream without words is kept open")
    func keepAlive() async throws {
        let gate = Gate()
        let slow = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            gate.wait()
            Upstream.stream([Upstream.chunk("Four.", finish: "stop") + Upstream.usage], to: peer)
        }
        let house = try await house(http: "{listen: \"127.0.0.1:0\", keep_alive_s: 0.1}", slow)
        let client = try house.client()
        let body = Daemonette.chat(more: ",\"stream\":true")
        client.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        let waiting = await client.read(until: ": ")
        #expect(waiting.contains("200 OK"))
        gate.open()
        #expect(await client.read(until: "[DONE]").contains("Four."))
        await house.stop()
    }

    @Test("what there is, is listed: models in each dialect, backends, health")
    func lists() async throws {
        let house = try await house()
        let client = try house.client()
        let models = await client.ask("GET", "/v1/models")
        let ids = (models.json["data"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        #expect(
            ids.contains("auto") && ids.contains("alpha") && ids.contains("beta-model") && ids.contains("reasoning")
        )
        let theirs = await client.ask("GET", "/v1/models", ["anthropic-version": "2023-06-01"])
        #expect(theirs.json["has_more"] as? Bool == false)
        #expect(await client.ask("GET", "/v1/models/auto").json["id"] as? String == "auto")
        #expect(await client.ask("GET", "/v1/models/alpha/alpha-model").status == 404)
        let health = await client.ask("GET", "/health")
        #expect(health.status == 200 && health.json["status"] as? String == "ok")
        let backends = await client.ask("GET", "/api/backends").json["backends"] as? [[String: Any]]
        #expect(backends?.compactMap { $0["backend"] as? String } == ["alpha", "beta", "gamma"])
        let head = await client.ask("HEAD", "/health")
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(await client.ask("GET", "/health").status == 200)
        await house.stop()
    }

    @Test("each piece is with the client before the backend makes the next one, and none waits for an acknowledgement")
    func noStall() async throws {
        let gate = Gate()
        let pieces = 20
        let alpha = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            let chunks = (0..<pieces).map { Upstream.chunk(" w\($0)") }
            Upstream.stream(chunks + [Upstream.chunk("", finish: "stop") + Upstream.usage], to: peer, pace: gate)
        }
        let house = try await house(alpha)
        let client = try house.client()
        let body = Daemonette.chat(more: ",\"stream\":true")
        client.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        // Each piece must be here before the next one leaves the backend: one that is kept back anywhere ends the test.
        for piece in 0..<pieces {
            let isHere = await client.read(until: "w\(piece)\"").contains("w\(piece)\"")
            gate.open()
            try #require(isHere, "piece \(piece)")
        }
        #expect(client.doorsNoDelay == 1)
        #expect(await client.read(until: "[DONE]").contains("[DONE]"))
        await house.stop()
    }

    @Test("when the daemon ends, what is under way is told so, whole or streamed", arguments: [false, true])
    func ending(isStreamed: Bool) async throws {
        let gate = Gate()
        let alpha = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            // A word of the stream, and then nothing; a whole answer is read as a stream, too.
            Upstream.stream([Upstream.chunk("Fo"), Upstream.chunk("ur.")], to: peer, pace: gate)
        }
        let house = try await house(alpha)
        let door = try #require(house.parts.door)
        let client = try house.client()
        async let reply = client.chat(Daemonette.chat(more: isStreamed ? ",\"stream\":true" : ""))
        #expect(
            await eventually { door.limits.inFlight == 1 && !alpha.requests.filter { $0.hasPrefix("POST") }.isEmpty }
        )
        let other = try house.client()
        #expect(await other.ask("GET", "/health").json["in_flight"] as? Int == 1)
        door.limits.close()
        let told = await reply
        if told.status == 200 {
            #expect(isStreamed && told.events.contains { $0.contains("shutting_down") })
        } else {
            #expect(told.status == 503 && told.error("code") == "shutting_down")
        }
        // Nor is anything begun.
        let late = await other.chat(Daemonette.chat())
        #expect(late.status == 503 && late.error("code") == "shutting_down" && late.headers["retry-after"] == "1")
        await door.limits.areEmpty()
        gate.open()
        await house.stop()
        #expect(throws: POSIXError.self) { try house.client() }
    }
}
