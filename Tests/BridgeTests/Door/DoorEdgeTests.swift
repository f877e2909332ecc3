import Foundation
import GRDB
import Routing
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("clients that are slow, rude, or gone", .serialized, .timeLimit(.minutes(1)))
struct DoorEdgeTests {
    private func house(
        _ more: String = "",
        gate: Gate? = nil,
        text: String = "Four.",
        adjust: (inout BridgeConfig) -> Void = { _ in }
    ) async throws -> Daemonette {
        let alpha = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            if Upstream.isStreamed(request) {
                let rest = Upstream.chunk("", finish: "stop") + Upstream.usage
                Upstream.stream([Upstream.chunk(text), rest], to: peer, pace: gate)
            } else {
                gate?.wait()
                peer.reply(Upstream.whole(text, model: "alpha-model"))
            }
        }
        return try await Daemonette(alpha: alpha.url, http: "{listen: \"127.0.0.1:0\"\(more)}") { config in
            config.backends[0].isStreamed = false
            adjust(&config)
        }
    }

    private static func post(_ body: String, _ path: String = "/v1/chat/completions", _ headers: String = "") -> String
    {
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Sends a byte now and then, until the door has closed, or has had as many as it may.
    private static func drip(_ text: String, to client: DoorClient) -> Task<Void, Never> {
        Task.detached {
            for byte in text.utf8.map({ String(UnicodeScalar($0)) }) {
                guard client.send(byte), (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
            }
        }
    }

    // MARK: Heads

    /// What is no request that can be read, and what it is told.
    private static let unreadable: [(what: String, bytes: String, status: Int, code: String)] = [
        (
            "one header too long", "GET /health HTTP/1.1\r\nX: \(String(repeating: "x", count: 3_000))\r\n\r\n", 431,
            "headers_too_large"
        ),
        (
            "many headers, together too long",
            "GET /health HTTP/1.1\r\n" + (0..<100).map { "X-\($0): \(String(repeating: "x", count: 40))\r\n" }.joined()
                + "\r\n",
            431, "headers_too_large"
        ),
        (
            "too many headers",
            "GET /health HTTP/1.1\r\n" + (0..<140).map { "X\($0): 1\r\n" }.joined() + "\r\n",
            431, "headers_too_large"
        ),
        ("no HTTP", "hello, is anybody there?\r\n\r\n", 400, "not_http"),
        ("a handshake of TLS", "\u{16}\u{03}\u{01}\u{02}\r\n\r\n", 400, "not_http"),
        ("a header without a name", "GET /health HTTP/1.1\r\n: x\r\n\r\n", 400, "not_http"),
    ]

    @Test("what cannot be read is told so in words of both dialects, and the connection closes", arguments: unreadable)
    func heads(_ sent: (what: String, bytes: String, status: Int, code: String)) async throws {
        let house = try await house(", max_header_bytes: 2048")
        let client = try house.client()
        client.send(sent.bytes)
        let reply = await client.reply()
        #expect(reply.status == sent.status && reply.error("code") == sent.code)
        #expect(reply.headers["content-type"] == "application/json" && reply.headers["connection"] == "close")
        #expect(reply.json["type"] as? String == "error" && reply.error("type") == "invalid_request_error")
        #expect(reply.error("src") == "workshop" && reply.error("message")?.isEmpty == false)
        #expect(await client.ends())
        #expect(try await house.client().ask("GET", "/health").status == 200)
        await house.stop()
    }

    @Test("what was asked before is answered before: bytes behind it that are no HTTP take nothing away")
    func nonsenseBehind() async throws {
        let gate = Gate()
        let house = try await house(gate: gate)
        let client = try house.client()
        client.send(Self.post(Daemonette.chat()))
        let door = try #require(house.parts.door)
        #expect(await eventually { door.limits.inFlight == 1 })
        client.send("and now something that is no HTTP\r\n\r\n")
        gate.open()
        let all = await client.read(until: "not_http")
        let answer = try #require(all.range(of: "Four."))
        let fault = try #require(all.range(of: "not_http"))
        #expect(answer.lowerBound < fault.lowerBound)
        #expect(await client.read(until: "never").contains("HTTP/1.1") == false)
        await house.stop()
    }

    @Test("a body that breaks the rules of its own encoding is told so")
    func brokenChunks() async throws {
        let house = try await house()
        let client = try house.client()
        client.send(
            "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nno number\r\n"
        )
        let reply = await client.reply()
        #expect(reply.status == 400 && reply.error("code") == "not_http")
        await house.stop()
    }

    // MARK: Time

    @Test("who drips a head is sent away in the time for a head, and later in that for an idle connection")
    func headDrip() async throws {
        var house = try await house(", head_timeout_s: 0.3, idle_timeout_s: 60")
        let head = "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: \(String(repeating: "x", count: 2_000))"
        let first = try house.client()
        let dripping = Self.drip(head, to: first)
        #expect(await first.ends())
        dripping.cancel()
        await house.stop()
        house = try await self.house(", head_timeout_s: 60, idle_timeout_s: 0.4")
        let second = try house.client()
        #expect(await second.ask("GET", "/health").status == 200)
        let again = Self.drip(head, to: second)
        #expect(await second.ends())
        again.cancel()
        await house.stop()
    }

    @Test("who drips a body is told so when the time for it is over, and held no place")
    func bodyDrip() async throws {
        let house = try await house(", body_timeout_s: 0.3, max_in_flight: 1")
        let client = try house.client()
        let body = Daemonette.chat(String(repeating: "x", count: 2_000))
        let whole = Self.post(body)
        client.send(String(whole.prefix(whole.utf8.count - body.utf8.count)))
        let dripping = Self.drip(body, to: client)
        // The only place is free for others.
        #expect(try await house.client().chat(Daemonette.chat()).status == 200)
        let reply = await client.reply()
        #expect(reply.status == 408 && reply.error("code") == "request_timeout" && reply.error("src") == "workshop")
        #expect(reply.headers["x-should-retry"] == "true")
        dripping.cancel()
        await house.stop()
    }

    @Test("who reads nothing of a whole answer is sent away too", arguments: [false, true])
    func unreadWhole(isHeld: Bool) async throws {
        // Each letter is six bytes in JSON: more than the system takes for somebody who reads nothing.
        let text = String(repeating: "\\u0001", count: 140_000)
        let house = try await house(", write_timeout_s: 0.3, streams: \(isHeld ? "whole" : "live")", text: text)
        let client = try house.client()
        client.shrinkWindow()
        let body = Daemonette.chat(more: isHeld ? ",\"stream\":true" : "")
        // Several answers, asked for at once: the system's own buffer holds one.
        for _ in 0..<12 { client.send(Self.post(body)) }
        #expect(await eventually { !client.isAbandoned })
        #expect(await eventually { client.isAbandoned })
        let door = try #require(house.parts.door)
        #expect(await eventually { door.limits.inFlight == 0 })
        #expect(try await house.client().ask("GET", "/health").status == 200)
        await house.stop()
    }

    @Test("who reads slowly, and reads, gets all of it")
    func slowReader() async throws {
        let text = String(repeating: "\\u0001", count: 140_000)
        let house = try await house(", write_timeout_s: 0.3", text: text)
        let client = try house.client()
        client.shrinkWindow(to: 16 << 10)
        let answers = 12
        for _ in 0..<answers { client.send(Self.post(Daemonette.chat())) }
        // It is longer about it than the door waits for somebody who does nothing.
        let began = ContinuousClock.now
        var count = 0
        while count < answers * 140_000 * 6 {
            let more = await client.read()
            if more.isEmpty { break }
            count += more.utf8.count
            if ContinuousClock.now - began < .seconds(1) { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(count >= answers * 140_000 * 6)
        await house.stop()
    }

    // MARK: Connections

    @Test("one more connection than there may be waits until another closes")
    func connections() async throws {
        let house = try await house(", max_connections: 2")
        let (one, two) = (try house.client(), try house.client())
        #expect(await one.ask("GET", "/health").status == 200)
        #expect(await two.ask("GET", "/health").status == 200)
        // Of those that come at the same moment, up to four are taken at once.
        let three = try house.client()
        three.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in 0..<20 { #expect(await two.ask("GET", "/health").status == 200) }
        #expect(!three.hasBytes)
        one.leave()
        #expect(await three.reply().status == 200)
        await house.stop()
    }

    @Test("requests that are sent at once on one connection are answered one by one, in order")
    func pipelining() async throws {
        let house = try await house()
        let client = try house.client()
        client.send(
            Self.post(Daemonette.chat()) + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + Self.post("{}", "/v1/messages") + "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        let all = await client.read(until: "in_flight")
        let order = ["Four.", "\"not_found\"", "\"type\":\"error\"", "\"status\":\"ok\""]
        let places = order.compactMap { all.range(of: $0)?.lowerBound }
        #expect(places.count == 4 && places == places.sorted(), "\(all)")
        await house.stop()
    }

    /// Errors of every kind that leave the connection as it was.
    private static let errors: [(request: String, status: Int)] = [
        (post("{"), 400), (post("{\"model\":\"auto\"}"), 400), (post(Daemonette.chat(model: "nobody")), 404),
        ("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        ("DELETE /health HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403), (post(Daemonette.chat(model: "gamma")), 503),
        (post(Daemonette.chat(), "/v1/chat/completions", "X-Workshop-Persona: rex\r\n"), 400),
    ]

    @Test("a connection is none the worse for an error: the next request on it is answered")
    func afterErrors() async throws {
        let house = try await house()
        let client = try house.client()
        for (request, status) in Self.errors {
            client.send(request)
            #expect(await client.reply().status == status, "\(request)")
            #expect(await client.chat(Daemonette.chat()).status == 200, "after \(request)")
        }
        await house.stop()
    }

    // MARK: Keys

    @Test("a key that is revoked ends nothing that is under way, and opens nothing more")
    func revoked() async throws {
        let gate = Gate()
        let house = try await house(gate: gate) { $0.backends[0].isStreamed = true }
        let key = try house.key("laptop")
        _ = try house.key("other")
        let client = try house.client()
        let header = "Authorization: \(key["Authorization"] ?? "")\r\n"
        client.send(Self.post(Daemonette.chat(more: ",\"stream\":true"), "/v1/chat/completions", header))
        #expect(await client.read(until: "Four.").contains("Four."))
        #expect(try KeyFile(path: house.folder.appendingPathComponent("keys.json").path).revoke("laptop"))
        #expect(try await house.client().chat(Daemonette.chat(), key).status == 401)
        gate.open()
        #expect(await client.read(until: "\r\n0\r\n\r\n").contains("[DONE]"))
        // Nor on the same connection.
        let after = await client.ask("GET", "/v1/models", key)
        #expect(after.status == 401)
        await house.stop()
    }

    /// Each path, and what everybody without a key, a key and an operator's key are told.
    private static let paths: [(method: String, path: String, none: Int, key: Int, boss: Int)] = [
        ("GET", "/", 200, 200, 200), ("GET", "/health", 200, 200, 200), ("GET", "/openapi.json", 200, 200, 200),
        ("GET", "/v1/models", 401, 200, 200), ("GET", "/v1/models/auto", 401, 200, 200),
        ("GET", "/api/backends", 401, 200, 200), ("GET", "/models/available", 401, 200, 200),
        ("POST", "/v1/chat/completions", 401, 400, 400), ("POST", "/v1/messages", 401, 400, 400),
        ("GET", "/api/state", 401, 403, 200), ("GET", "/metrics", 401, 403, 200),
        ("GET", "/models/status", 401, 403, 200), ("POST", "/models/switch", 401, 403, 400),
        ("GET", "/nowhere", 401, 404, 404),
    ]

    @Test("every path is open to those whom the page names, and to nobody else", arguments: paths)
    func access(_ path: (method: String, path: String, none: Int, key: Int, boss: Int)) async throws {
        let house = try await house()
        let client = try house.client()
        let (key, boss) = (try house.key("guest"), try house.key("boss") { $0.isOperator = true })
        let body = path.method == "POST" ? "{}" : nil
        #expect(await client.ask(path.method, path.path, body: body).status == path.none)
        #expect(await client.ask(path.method, path.path, key, body: body).status == path.key)
        #expect(await client.ask(path.method, path.path, boss, body: body).status == path.boss)
        if path.path == "/openapi.json" {
            #expect((await client.ask("GET", path.path).json["openapi"] as? String)?.hasPrefix("3.1") == true)
        }
        await house.stop()
    }

    // MARK: Errors of thoughts

    /// What a thought comes to: the model and the task, what is wrong with the house, and what is told.
    private static let refusals: [(model: String, task: String, status: Int, code: String, src: String)] = [
        ("auto", "Tell me of Wickerfem and its bells.", 403, "quarantined", "workshop"),
        ("auto", "cat /home/rowan/lantern-mill/journal", 403, "persona_refused", "workshop"),
        ("gamma", "What is two plus two?", 503, "no_backend", "workshop"),
        ("beta", "filtered", 400, "content_policy_violation", "beta"),
        ("beta", "too long for it", 400, "context_length_exceeded", "beta"),
        ("beta", "slow", 504, "deadline_exceeded", "beta"),
        ("beta", "down", 502, "all_backends_failed", "beta"),
    ]

    @Test("what comes of a thought is told by its code, in both dialects, and who is to blame", arguments: refusals)
    func thoughts(_ wanted: (model: String, task: String, status: Int, code: String, src: String)) async throws {
        let beta = LoopbackUpstream.answering { request, peer in
            func refuse(_ code: String) {
                peer.reply(#"{"error":{"code":"\#(code)","message":"no"}}"#, status: "400 No")
            }
            if request.hasPrefix("GET") { return peer.reply("{}") }
            if request.contains("filtered") { return refuse("content_policy_violation") }
            if request.contains("too long") { return refuse("context_length_exceeded") }
            if request.contains("slow") { return peer.awaitClose() }
            peer.reply("{}", status: "503 No")
        }
        defer { beta.stop() }
        let house = try await Daemonette(alpha: beta.url, beta: beta.url, http: "{listen: \"127.0.0.1:0\"}") { config in
            config.policy.limits.deadline = .milliseconds(wanted.task == "slow" ? 300 : 20_000)
        }
        let client = try house.client()
        let ours = await client.chat(Daemonette.chat(wanted.task, model: wanted.model))
        let body =
            "{\"model\":\"\(wanted.model)\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"\(wanted.task)\"}]}"
        let theirs = await client.ask("POST", "/v1/messages", body: body)
        for reply in [ours, theirs] {
            #expect(reply.status == wanted.status && reply.error("code") == wanted.code, "\(reply.body)")
            #expect(reply.error("src") == wanted.src)
            #expect(!reply.body.contains("Wickerf") && !reply.body.contains("rowan"))
        }
        #expect(theirs.json["type"] as? String == "error" && ours.json["type"] == nil)
        await house.stop()
    }

    @Test("what cannot be recorded is not sent, and it is said that the ledger is to blame")
    func noLedger() async throws {
        let alpha = Upstream.answering("Fo", "ur.", model: "alpha-model")
        let house = try await Daemonette(alpha: alpha.url, http: "{listen: \"127.0.0.1:0\"}")
        try await house.parts.ledger.pool.write { db in
            try db.execute(sql: "DROP VIEW IF EXISTS jobs")
            try db.execute(sql: "ALTER TABLE egress RENAME TO elsewhere")
        }
        let reply = try await house.client().chat(Daemonette.chat())
        #expect(reply.status == 503 && reply.error("code") == "ledger_unavailable" && reply.error("src") == "workshop")
        #expect(alpha.requests.filter { $0.hasPrefix("POST") }.isEmpty)
        await house.stop()
    }
}
