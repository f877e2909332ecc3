import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("the front door and models that are loaded on demand", .serialized, .timeLimit(.minutes(1)))
struct DoorSwitchTests {
    /// A daemon whose backend `alpha` is a model of a sidecar.
    private func house(
        _ sidecar: LoopbackUpstream,
        waiting: Int = 10,
        beta: LoopbackUpstream? = nil,
        adjust: (inout BridgeConfig) -> Void = { _ in }
    ) async throws -> Daemonette {
        try await Daemonette(alpha: sidecar.url, beta: beta?.url, http: "{listen: \"127.0.0.1:0\"}") { config in
            guard let url = LoopbackURL(sidecar.url) else { return }
            var desk = SidecarSettings(name: "desk", url: url)
            desk.limits.waiting = waiting
            config.sidecars = [desk]
            config.backends[0].place = ModelPlace(sidecar: "desk", profile: "hermes")
            adjust(&config)
        }
    }

    /// What `GET /models/status` says of the queue.
    private func queue(_ house: Daemonette) async throws -> (waiting: Int, left: Int) {
        let sidecars = try await house.client().ask("GET", "/models/status").json["sidecars"] as? [[String: Any]]
        let queue = sidecars?.first?["queue"] as? [String: Any]
        let totals = queue?["totals"] as? [String: Any]
        return ((queue?["waiting"] as? [Any])?.count ?? -1, totals?["left"] as? Int ?? -1)
    }

    @Test("a stream that waits for its model hears so, and then its answer")
    func stream() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let house = try await house(sidecar)
        let reply = try await house.client().chat(Daemonette.chat(more: ",\"stream\":true"))
        #expect(reply.status == 200)
        #expect(reply.body.hasPrefix("event: model_switching\ndata: {"))
        #expect(reply.body.contains(#""model_switching":{"sidecar":"desk","profile":"hermes","place":1,"#))
        #expect(reply.body.contains("Blue.") && reply.events.last == "[DONE]")
        let again = try await house.client().chat(Daemonette.chat(more: ",\"stream\":true"))
        #expect(!again.body.contains("model_switching"))
        await house.stop()
    }

    @Test("when the queue is full and nobody else can answer, it says when to come back")
    func full() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let house = try await house(sidecar, waiting: 0)
        let reply = try await house.client().chat(Daemonette.chat())
        #expect(reply.status == 429)
        #expect(reply.error("code") == "queue_full" && reply.error("src") == "alpha")
        #expect(reply.headers["retry-after"].flatMap(Int.init) ?? 0 >= 1)
        await house.stop()
    }

    @Test("a client that leaves while it waits for its model leaves the queue, and nothing is asked for it")
    func leaving() async throws {
        let gate = Gate()
        let sidecar = FakeSidecar(model: "hermes", gate: gate).upstream()
        defer { sidecar.stop() }
        let house = try await house(sidecar)
        let (whole, streamed) = (try house.client(), try house.client())
        for (client, more) in [(whole, ""), (streamed, ",\"stream\":true")] {
            let body = Daemonette.chat(more: more)
            client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
        #expect(await streamed.read(until: "model_switching").contains("model_switching"))
        #expect(try await eventually { try await queue(house).waiting == 2 })
        streamed.leave()
        #expect(try await eventually { try await queue(house) == (1, 1) })
        whole.leave()
        #expect(try await eventually { try await queue(house) == (0, 2) })
        let door = try #require(house.parts.door)
        #expect(await eventually { door.limits.inFlight == 0 })
        gate.open()
        #expect(sidecar.requests.allSatisfy { !$0.hasPrefix("POST /v1/") })
        await house.stop()
    }

    @Test("who waits for a model counts in max_concurrent: what is beyond it goes to the next backend at once")
    func concurrency() async throws {
        let gate = Gate()
        let sidecar = FakeSidecar(model: "hermes", gate: gate).upstream()
        let beta = Upstream.answering("Fo", "ur.", model: "beta-model")
        defer {
            sidecar.stop()
            beta.stop()
        }
        let house = try await house(sidecar, beta: beta) { config in
            config.backends[0].maxConcurrent = 1
            config.policy.primary = .init("alpha")
        }
        let waiting = try house.client()
        async let first = waiting.chat(Daemonette.chat(model: "auto"))
        #expect(try await eventually { try await queue(house).waiting == 1 })
        let second = try await house.client().chat(Daemonette.chat(model: "auto"))
        #expect(second.status == 200 && second.headers["x-workshop-backend"] == "beta")
        gate.open()
        #expect(await first.headers["x-workshop-backend"] == "alpha")
        await house.stop()
    }

    @Test("a sidecar that does not answer is the one to blame")
    func silent() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        let house = try await house(sidecar)
        sidecar.stop()
        let reply = try await house.client().ask("POST", "/models/switch", body: #"{"profile":"hermes"}"#)
        #expect(reply.status == 502 && reply.json["src"] as? String == "desk")
        #expect(reply.error("code") == "unreachable")
        let unknown = try await house.client()
            .ask("POST", "/models/switch", body: #"{"profile":"hermes","sidecar":"attic"}"#)
        #expect(unknown.status == 404 && unknown.json["src"] as? String == "workshop")
        await house.stop()
    }

    @Test("the sidecars are shown, and switched by operators")
    func routes() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let house = try await house(sidecar)
        let client = try house.client()
        let status = await client.ask("GET", "/models/status")
        #expect(status.status == 200)
        #expect(((status.json["sidecars"] as? [[String: Any]])?.first?["sidecar"]) as? String == "desk")
        #expect(await client.ask("GET", "/models/available").body.contains("\"id\":\"hermes\""))
        let switched = await client.ask("POST", "/models/switch", body: #"{"profile":"hermes"}"#)
        #expect(switched.status == 200 && switched.json["active"] as? String == "hermes")
        #expect(await client.ask("POST", "/models/switch", body: "{}").status == 400)
        let guest = try house.key("guest")
        #expect(await client.ask("POST", "/models/switch", guest, body: #"{"profile":"hermes"}"#).status == 403)
        let chief = try house.key("chief") { $0.isOperator = true }
        #expect(await client.ask("POST", "/models/switch", chief, body: #"{"profile":"hermes"}"#).status == 200)
        #expect(await client.ask("GET", "/models/status").status == 401)
        await house.stop()
    }
}
