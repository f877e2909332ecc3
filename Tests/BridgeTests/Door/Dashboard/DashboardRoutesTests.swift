import Foundation
import TestSupport
import Testing

@testable import Bridge

@Suite("The dashboard at the door", .timeLimit(.minutes(1)))
struct DashboardRoutesTests {
    private func house() async throws -> Daemonette {
        let upstream = LoopbackUpstream.answering { _, peer in peer.reply("{}") }
        return try await Daemonette(alpha: upstream.url, http: "{listen: \"127.0.0.1:0\"}")
    }

    /// A viewer, with the beginning of its answer.
    private func look(_ house: Daemonette) async throws -> (client: DoorClient, text: String) {
        let client = try house.client()
        client.send("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return (client, await client.read(until: "\r\n\r\n"))
    }

    @Test("the page goes with its policy; everybody may have it, also who has no key")
    func page() async throws {
        let house = try await house()
        _ = try house.key("boss")
        let reply = try await house.client().ask("GET", "/")
        #expect(reply.status == 200 && reply.body == DashboardPage.html)
        #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
        #expect(reply.headers["content-security-policy"] == DashboardPage.policy)
        for (name, value) in DashboardPage.headers { #expect(reply.headers[name.lowercased()] == value) }
        await house.stop()
    }

    @Test("where there are keys, what all do is for those that may operate", arguments: ["/api/state", "/metrics"])
    func keys(path: String) async throws {
        let house = try await house()
        let client = try house.client()
        let open = await client.ask("GET", path)
        #expect(open.status == 200 && open.headers["cache-control"] == "no-store")
        let (guest, boss) = (try house.key("guest"), try house.key("boss") { $0.isOperator = true })
        #expect(await client.ask("GET", path).status == 401)
        #expect(await client.ask("GET", path, guest).status == 403)
        #expect(await client.ask("GET", path, boss).status == 200)
        await house.stop()
    }

    @Test("the state has every part")
    func state() async throws {
        let house = try await house()
        let state = try await house.client().ask("GET", "/api/state").json
        #expect(Set(state.keys) == ["daemon", "lamps", "decisions", "costs", "audit"])
        #expect((state["lamps"] as? [[String: Any]])?.map { $0["backend"] as? String } == ["alpha", "beta", "gamma"])
        await house.stop()
    }

    @Test("who asks for the head alone gets no events")
    func head() async throws {
        let house = try await house()
        let client = try house.client()
        let reply = await client.ask("HEAD", "/api/events")
        #expect(reply.status == 200 && reply.headers["content-type"] == "text/event-stream")
        #expect(await client.ask("GET", "/health").status == 200, "on the same connection")
        await house.stop()
    }

    @Test("the place of a viewer that leaves is free for another")
    func places() async throws {
        let house = try await house()
        var viewers: [DoorClient] = []
        for _ in 0..<DashboardFeed.mostViewers {
            let (client, text) = try await look(house)
            #expect(text.hasPrefix("HTTP/1.1 200"))
            viewers.append(client)
        }
        #expect(try await look(house).text.hasPrefix("HTTP/1.1 503"))
        viewers.removeLast().leave()
        var isLetIn = false
        for _ in 0..<100 where !isLetIn {
            let (client, text) = try await look(house)
            isLetIn = text.hasPrefix("HTTP/1.1 200")
            viewers.append(client)
        }
        #expect(isLetIn)
        await house.stop()
    }
}
