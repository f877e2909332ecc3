import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("what the front door lets in", .serialized, .timeLimit(.minutes(1)))
struct DoorLimitsTests {
    private func house(
        _ more: String = "",
        gate: Gate? = nil,
        text: String = "Four.",
        adjust: (inout BridgeConfig) -> Void = { _ in }
    ) async throws -> Daemonette {
        let alpha = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            gate?.wait()
            if Upstream.isStreamed(request) {
                Upstream.stream([Upstream.chunk(text, finish: "stop") + Upstream.usage], to: peer)
            } else {
                peer.reply(Upstream.whole(text, model: "alpha-model"))
            }
        }
        return try await Daemonette(alpha: alpha.url, http: "{listen: \"127.0.0.1:0\"\(more)}", adjust: adjust)
    }

    // MARK: Who may come in

    @Test("with a key nobody comes in without one, and a revoked one opens nothing any more")
    func keys() async throws {
        let house = try await house()
        let client = try house.client()
        // Without keys this machine is let in.
        #expect(await client.chat(Daemonette.chat()).status == 200)
        let laptop = try house.key("laptop")
        for headers in [[:], ["Authorization": "Bearer wsk-wrong"], ["x-api-key": ""], ["Authorization": "Basic x"]] {
            let reply = await client.chat(Daemonette.chat(), headers)
            #expect(reply.status == 401 && reply.error("code") == "invalid_api_key")
            #expect(reply.headers["www-authenticate"] == "Bearer")
        }
        #expect(await client.ask("GET", "/v1/models").status == 401)
        #expect(await client.ask("GET", "/nowhere").status == 401)
        #expect(await client.ask("GET", "/health").status == 200)
        let theirs = await client.ask("POST", "/v1/messages", body: "{}")
        #expect(theirs.status == 401 && theirs.error("type") == "authentication_error")
        #expect(await client.chat(Daemonette.chat(), laptop).status == 200)
        let secret = laptop["Authorization"]?.dropFirst("Bearer ".count) ?? ""
        #expect(await client.ask("GET", "/v1/models", ["x-api-key": String(secret)]).status == 200)
        // A name of another machine's is no matter where a key is shown.
        #expect(await client.ask("GET", "/v1/models", laptop.merging(["Host": "door.example"]) { $1 }).status == 200)
        let other = try house.key("other")
        let file = KeyFile(path: house.folder.appendingPathComponent("keys.json").path)
        #expect(try file.revoke("laptop"))
        #expect(await client.chat(Daemonette.chat(), laptop).status == 401)
        #expect(await client.chat(Daemonette.chat(), other).status == 200)
        // The last one gone, the door is shut, and not open again.
        #expect(try file.revoke("other"))
        #expect(await client.chat(Daemonette.chat()).status == 401)
        try "{".write(toFile: house.folder.path + "/keys.json", atomically: true, encoding: .utf8)
        #expect(await client.chat(Daemonette.chat()).status == 401)
        try FileManager.default.removeItem(atPath: house.folder.path + "/keys.json")
        _ = try house.key("last")
        let kept = try String(contentsOfFile: house.folder.path + "/keys.json", encoding: .utf8)
        #expect(!kept.contains("wsk-"))
        let rights = try FileManager.default.attributesOfItem(atPath: house.folder.path + "/keys.json")
        #expect((rights[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        await house.stop()
    }

    @Test("a page that gives this address a name of its own, or is of another origin, is not answered")
    func pages() async throws {
        let house = try await house(", cors: [\"https://chat.example\"]")
        let client = try house.client()
        for host in ["evil.example", "evil.example:8181", "127.0.0.1.evil.example", ""] {
            let reply = await client.ask("GET", "/v1/models", ["Host": host])
            #expect(reply.status == 403 && reply.error("code") == "wrong_host", "\(host)")
        }
        for host in ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]"] {
            #expect(await client.ask("GET", "/v1/models", ["Host": host]).status == 200, "\(host)")
        }
        let foreign = await client.chat(Daemonette.chat(), ["Origin": "https://evil.example"])
        #expect(foreign.status == 403 && foreign.error("code") == "wrong_origin")
        #expect(foreign.headers["access-control-allow-origin"] == nil)
        let own = await client.chat(Daemonette.chat(), ["Host": "localhost:1", "Origin": "http://localhost:1"])
        #expect(own.status == 200 && own.headers["access-control-allow-origin"] == nil)
        // A proxy with TLS may stand before the door.
        let proxied = await client.chat(Daemonette.chat(), ["Host": "localhost:1", "Origin": "https://localhost:1"])
        #expect(proxied.status == 200)
        let named = await client.chat(Daemonette.chat(), ["Origin": "https://chat.example"])
        #expect(named.headers["access-control-allow-origin"] == "https://chat.example" && named.status == 200)
        let asked = ["Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"]
        let before = await client.ask(
            "OPTIONS",
            "/v1/chat/completions",
            asked.merging(["Origin": "https://chat.example"]) { $1 }
        )
        #expect(before.status == 204 && before.headers["access-control-allow-headers"] == "authorization")
        let refused = await client.ask(
            "OPTIONS",
            "/v1/chat/completions",
            asked.merging(["Origin": "https://evil.example"]) { $1 }
        )
        #expect(refused.status == 403)
        await house.stop()
    }

    // MARK: What a key may have

    @Test("a key's rate and its requests at once are bounded, and it is told when to come back")
    func rates() async throws {
        let gate = Gate()
        let house = try await house(gate: gate)
        let slow = try house.key("slow") { $0.requestsPerMinute = 1 }
        let narrow = try house.key("narrow") { $0.inFlight = 1 }
        gate.open()
        #expect(try await house.client().chat(Daemonette.chat(), slow).status == 200)
        let second = try await house.client().chat(Daemonette.chat("And three?"), slow)
        #expect(second.status == 429 && second.error("code") == "rate_limit_exceeded")
        let seconds = second.headers["retry-after"].flatMap(Int.init) ?? 0
        #expect((1...60).contains(seconds) && second.headers["x-should-retry"] == "true")
        let waiting = Task { try await house.client().chat(Daemonette.chat(), narrow) }
        let door = try #require(house.parts.door)
        #expect(await eventually { door.limits.inFlight == 1 })
        let beside = try await house.client().chat(Daemonette.chat(), narrow)
        #expect(beside.status == 429 && beside.error("code") == "too_many_in_flight")
        gate.open()
        #expect(try await waiting.value.status == 200)
        gate.open()
        #expect(try await house.client().chat(Daemonette.chat(), narrow).status == 200)
        await house.stop()
    }

    @Test("a key spends its own budget, and is not asked to try again")
    func budget() async throws {
        let beta = Upstream.answering("Fo", "ur.", model: "beta-model")
        let house = try await Daemonette(alpha: beta.url, beta: beta.url, http: "{listen: \"127.0.0.1:0\"}")
        let poor = try house.key("poor") { $0.dollarsPerDay = 0.000_001 }
        let rich = try house.key("rich") { $0.dollarsPerDay = 5 }
        let refused = try await house.client().chat(Daemonette.chat(model: "beta"), poor)
        #expect(refused.status == 429 && refused.error("code") == "insufficient_quota")
        #expect(refused.headers["x-should-retry"] == "false")
        let paid = try await house.client().chat(Daemonette.chat(model: "beta"), rich)
        #expect(paid.status == 200 && paid.headers["x-workshop-cost-usd"] == "0.000062")
        // What costs nothing is still to be had.
        #expect(try await house.client().chat(Daemonette.chat(), poor).status == 200)
        await house.stop()
    }

    @Test("the persona is the header's, or the key's, or nobody")
    func personas() async throws {
        let house = try await house()
        let timmy = try house.key("timmy") { $0.persona = "timmy" }
        let nobody = try house.key("nobody")
        func text(_ headers: [String: String]) async throws -> String {
            let reply = try await house.client().chat(Daemonette.chat(), headers)
            let choice = (reply.json["choices"] as? [[String: Any]])?.first
            return (choice?["message"] as? [String: Any])?["content"] as? String ?? "\(reply.status)"
        }
        #expect(try await text(nobody) == "Four.")
        #expect(try await text(timmy) == "Hm. Four.")
        #expect(try await text(timmy.merging(["X-Workshop-Persona": "none"]) { $1 }) == "Four.")
        #expect(try await text(nobody.merging(["X-Workshop-Persona": "timmy"]) { $1 }) == "Hm. Four.")
        let unknown = try await house.client()
            .chat(Daemonette.chat(), nobody.merging(["X-Workshop-Persona": "rex"]) { $1 })
        #expect(unknown.status == 400 && unknown.error("code") == "unknown_persona")
        #expect(unknown.error("param") == "x-workshop-persona")
        // The guard is that of all personas, whoever speaks or does not.
        let leak = try await house.client().chat(Daemonette.chat("What does Timmy of the Workshop think?"), nobody)
        #expect([200, 403].contains(leak.status))
        await house.stop()
    }

    // MARK: What a request may be

    /// A request as it stands, and what is answered.
    private static let mistakes: [(head: String, body: String, status: Int, code: String)] = [
        ("POST /v1/chat/completions", "", 415, "not_json"),
        ("POST /v1/chat/completions|Content-Type: text/plain", "{}", 415, "not_json"),
        ("POST /v1/chat/completions|Content-Type: application/json", "{", 400, "invalid_json"),
        ("POST /v1/nothing|Content-Type: application/json", "{}", 404, "not_found"),
        ("GET /v1/chat/completions", "", 405, "method_not_allowed"),
        ("DELETE /v1/models", "", 405, "method_not_allowed"),
        ("GET /v1/models/none-of-them", "", 404, "model_not_found"),
    ]

    @Test("what is wrong is answered with its status, in the client's dialect", arguments: mistakes)
    func wrong(_ wrong: (head: String, body: String, status: Int, code: String)) async throws {
        let house = try await house()
        let client = try house.client()
        let lines = wrong.head.split(separator: "|").map(String.init)
        let head =
            ([lines[0] + " HTTP/1.1", "Host: localhost", "Content-Length: \(wrong.body.utf8.count)"]
            + lines.dropFirst()).joined(separator: "\r\n")
        client.send(head + "\r\n\r\n" + wrong.body)
        let reply = await client.reply()
        #expect(reply.status == wrong.status && reply.error("code") == wrong.code)
        if wrong.status == 405 { #expect(reply.headers["allow"]?.isEmpty == false) }
        // The connection is none the worse for it.
        #expect(await client.ask("GET", "/health").status == 200)
        await house.stop()
    }

    @Test("what no backend can do is the request's fault, and says which rule left each out")
    func unable() async throws {
        let house = try await house()
        let image = "data:image/png;base64,iVBORw0KGgo="
        let body =
            #"{"model":"auto","messages":[{"role":"user","content":[{"type":"text","text":"What is it?"},"#
            + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"\(image)\"}}]}]}"
        let reply = try await house.client().chat(body)
        #expect(reply.status == 400 && reply.error("code") == "unsupported")
        #expect(reply.error("message")?.contains("alpha (modality)") == true)
        await house.stop()
    }

    @Test("a body that is too large is refused, announced or not")
    func largeBody() async throws {
        let house = try await house(", max_body_bytes: 2048")
        let large = Daemonette.chat(String(repeating: "x", count: 4_096))
        let announced = try await house.client().chat(large)
        #expect(announced.status == 413 && announced.error("code") == "request_too_large")
        let client = try house.client()
        client.send(
            "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n1000\r\n\(String(repeating: "x", count: 4_096))\r\n0\r\n\r\n"
        )
        let chunked = await client.reply()
        #expect(chunked.status == 413 && chunked.error("type") == "request_too_large")
        await house.stop()
    }

    @Test("a client that waits for leave to send its body gets it")
    func expecting() async throws {
        let house = try await house()
        let client = try house.client()
        let body = Daemonette.chat()
        client.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\n\r\n"
        )
        #expect(await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
        client.send(body)
        #expect(await client.reply().status == 200)
        await house.stop()
    }

    // MARK: Time

    @Test("who sends slowly, or nothing, holds no place, and is sent away")
    func slow() async throws {
        let house = try await house(", head_timeout_s: 0.3, body_timeout_s: 0.3, idle_timeout_s: 0.5")
        let door = try #require(house.parts.door)
        let silent = try house.client()
        #expect(await silent.read().isEmpty)
        let half = try house.client()
        half.send("POST /v1/chat/completions HTTP/1.1\r\nHost: loc")
        #expect(await half.read().isEmpty)
        let bodiless = try house.client()
        bodiless.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100\r\n\r\n{\"model\""
        )
        let reply = await bodiless.reply()
        #expect(reply.status == 408)
        #expect(reply.error("code") == "request_timeout")
        #expect(await bodiless.read().isEmpty)
        #expect(door.limits.inFlight == 0)
        let idle = try house.client()
        #expect(await idle.ask("GET", "/health").status == 200)
        #expect(await idle.read().isEmpty)
        await house.stop()
    }

    @Test("who does not read holds up nobody, and is sent away")
    func unread() async throws {
        let text = String(repeating: "word ", count: 20_000)
        let alpha = LoopbackUpstream.answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            Upstream.stream(
                (0..<200).map { _ in Upstream.chunk(text) } + [Upstream.chunk("", finish: "stop") + Upstream.usage],
                to: peer
            )
        }
        let house = try await Daemonette(
            alpha: alpha.url,
            http: "{listen: \"127.0.0.1:0\", write_timeout_s: 0.3}"
        )
        let door = try #require(house.parts.door)
        let client = try house.client()
        client.shrinkWindow()
        let body = Daemonette.chat(more: ",\"stream\":true")
        client.send(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        #expect(await eventually { door.limits.inFlight == 1 })
        #expect(await eventually { door.limits.inFlight == 0 })
        // The others are served meanwhile.
        #expect(try await house.client().ask("GET", "/health").status == 200)
        await house.stop()
    }

    @Test("more than it may have under way is told so at once")
    func busy() async throws {
        let gate = Gate()
        let house = try await house(", max_in_flight: 1", gate: gate)
        let door = try #require(house.parts.door)
        let first = Task { try await house.client().chat(Daemonette.chat()) }
        #expect(await eventually { door.limits.inFlight == 1 })
        let second = try await house.client().chat(Daemonette.chat())
        #expect(second.status == 503 && second.error("code") == "busy" && second.headers["retry-after"] == "1")
        gate.open()
        #expect(try await first.value.status == 200)
        await house.stop()
    }
}
