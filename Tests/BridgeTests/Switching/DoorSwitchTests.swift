import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("the front door and models that are loaded on demand", .serialized, .timeLimit(.minutes(1)))
struct DoorSwitchTests {
    /// A daemon whose backend `alpha` is a model of a sidecar.
    private func house(_ sidecar: LoopbackUpstream, waiting: Int = 10) async throws -> Daemonette {
        try await Daemonette(alpha: sidecar.url, http: "{listen: \"127.0.0.1:0\"}") { config in
            guard let url = LoopbackURL(sidecar.url) else { return }
            var desk = SidecarSettings(name: "desk", url: url)
            desk.limits.waiting = waiting
            config.sidecars = [desk]
            config.backends[0].place = ModelPlace(sidecar: "desk", profile: "hermes")
        }
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
