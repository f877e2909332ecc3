import Foundation
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("the front door, and models that are loaded on demand", .timeLimit(.minutes(1)))
struct DoorSwitchingTests {
    /// A daemon with a door, whose backend `alpha` is a model of a sidecar.
    private func house(_ sidecar: LoopbackUpstream) async throws -> Daemonette {
        try await Daemonette(alpha: sidecar.url, http: #"{listen: "127.0.0.1:0"}"#) { config in
            guard let url = LoopbackURL(sidecar.url) else { return }
            config.sidecars = [SidecarSettings(name: "desk", url: url)]
            config.backends[0].place = ModelPlace(sidecar: "desk", profile: "hermes")
        }
    }

    @Test("a stream tells who waits for a model, and then the answer")
    func stream() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let house = try await house(sidecar)
        let reply = try await house.client().chat(Daemonette.chat(more: #","stream":true"#))
        #expect(reply.status == 200)
        let notice = try #require(reply.body.range(of: "event: model_switching\ndata: "))
        let answer = try #require(reply.body.range(of: "Blue"))
        #expect(notice.lowerBound < answer.lowerBound && reply.body.hasSuffix("data: [DONE]\n\n"))
        let data = Data(reply.body[notice.upperBound...].prefix { $0 != "\n" }.utf8)
        let chunk = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let told = try #require(chunk["model_switching"] as? [String: Any])
        #expect(told["sidecar"] as? String == "desk" && told["profile"] as? String == "hermes")
        #expect(told["place"] as? Int == 1)
        await house.stop()
    }

    @Test("the models are shown and switched; without a sidecar there are none")
    func paths() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let house = try await house(sidecar)
        let client = try house.client()
        func active(_ reply: DoorReply) -> String? {
            let rows = reply.json["sidecars"] as? [[String: Any]]
            return (rows?.first?["reply"] as? [String: Any])?["active"] as? String
        }
        #expect(active(await client.ask("GET", "/models/status")) == nil)
        let switched = await client.ask("POST", "/models/switch", body: #"{"profile":"hermes"}"#)
        #expect(switched.status == 200 && switched.json["active"] as? String == "hermes")
        #expect(active(await client.ask("GET", "/models/status")) == "hermes")
        #expect(await client.ask("GET", "/models/available").status == 200)
        #expect(await client.ask("POST", "/models/switch", body: "{").status == 415)
        await house.stop()

        let bare = try await Daemonette(alpha: sidecar.url, http: #"{listen: "127.0.0.1:0"}"#)
        #expect(try await bare.client().ask("GET", "/models/status").body == #"{"sidecars":[]}"#)
        await bare.stop()
    }

    @Test("what a model's server wrote is for operators: other keys hear what there is")
    func keys() async throws {
        let sidecar = FakeSidecar(model: "hermes").upstream()
        defer { sidecar.stop() }
        let house = try await house(sidecar)
        let guest = try house.key("guest")
        let owner = try house.key("owner") { $0.isOperator = true }
        let client = try house.client()
        #expect(await client.ask("GET", "/models/status", guest).status == 403)
        #expect(await client.ask("GET", "/models/available", guest).status == 200)
        #expect(await client.ask("GET", "/models/status", owner).status == 200)
        await house.stop()
    }
}
