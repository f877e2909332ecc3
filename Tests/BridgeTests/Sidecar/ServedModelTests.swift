import Foundation
import Routing
import Synchronization
import TestSupport
import Testing

@testable import Bridge

/// What a server that loads and unloads by itself holds.
private final class Shelf: Sendable {
    private let state = Mutex<(models: Set<String>, isRefusing: Bool)>(([], false))

    var models: Set<String> { state.withLock { $0.models } }
    var isRefusing: Bool { state.withLock { $0.isRefusing } }
    func load(_ model: String) { state.withLock { _ = $0.models.insert(model) } }
    func unload(_ model: String) { state.withLock { _ = $0.models.remove(model) } }
    func refuse() { state.withLock { $0.isRefusing = true } }
}

@Suite("models of servers that switch by themselves", .timeLimit(.minutes(1)))
struct ServedModelTests {
    /// Ollama or llama-server in router mode, in as far as a sidecar sees them.
    private func server(_ kind: ModelServer.Kind, _ shelf: Shelf) -> LoopbackUpstream {
        LoopbackUpstream.answering { request, peer in
            let path = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            let after = request.components(separatedBy: "\"model\":\"").dropFirst().first
            let model = after?.components(separatedBy: "\"").first ?? ""
            switch path {
            case _ where shelf.isRefusing && request.hasPrefix("POST"):
                peer.reply("{\"error\":\"model not found\"}", status: "404 Not Found")
            case "/api/ps":
                let list = shelf.models.map { "{\"name\":\"\($0)\",\"model\":\"\($0)\",\"size\":1}" }
                peer.reply("{\"models\":[\(list.joined(separator: ","))]}")
            case "/api/generate":
                if request.contains("\"keep_alive\":0") { shelf.unload(model) } else { shelf.load(model) }
                peer.reply("{\"done\":true}")
            case "/models":
                let list = ["p", "q"].map {
                    "{\"id\":\"\($0)\",\"status\":{\"value\":\"\(shelf.models.contains($0) ? "loaded" : "unloaded")\"}}"
                }
                peer.reply("{\"data\":[\(list.joined(separator: ","))]}")
            case "/models/load":
                shelf.load(model)
                peer.reply("{\"success\":true}")
            case "/models/unload":
                shelf.unload(model)
                peer.reply("{\"success\":true}")
            default: peer.reply("{}", status: "404 Not Found")
            }
        }
    }

    @Test("they are loaded, switched and unloaded as others are", arguments: ModelServer.Kind.allCases)
    func switches(kind: ModelServer.Kind) async throws {
        let shelf = Shelf()
        let upstream = server(kind, shelf)
        defer { upstream.stop() }
        let bench = try await SidecarBench(
            "{one: {server: s, model: p}, two: {server: s, model: q}, own: {model: m}}",
            servers: "{s: {kind: \(kind.rawValue), url: \"\(upstream.url)\"}}"
        )
        let first = try await bench.change(to: "one")
        #expect(first.text("active") == "one" && first.text("url") == upstream.url && first.text("model") == "p")
        #expect(shelf.models == ["p"])
        #expect(try await bench.change(to: "two").text("active") == "two")
        #expect(shelf.models == ["q"])
        // From a server's model to a process, and back: one at a time.
        #expect(try await bench.change(to: "own").text("active") == "own")
        #expect(shelf.models.isEmpty)
        #expect(try await bench.change(to: "one").text("active") == "one")
        // Somebody else unloads it, or its own rule does.
        shelf.unload("p")
        #expect(try await bench.becomes { $0.text("state") == "stopped" })
        #expect(try await bench.status.number("restarts") == 0)
        // No request to load or unload held more than a name.
        for request in upstream.requests where request.hasPrefix("POST") {
            let body = request.components(separatedBy: "\r\n\r\n").last ?? ""
            #expect(["{\"model\":\"p\"}", "{\"model\":\"q\"}"].contains(body.replacing(",\"keep_alive\":0", with: "")))
        }
        await bench.stop()
    }

    @Test("the end of the sidecar unloads what it has loaded")
    func stop() async throws {
        let shelf = Shelf()
        let upstream = server(.ollama, shelf)
        defer { upstream.stop() }
        let bench = try await SidecarBench(
            "{one: {server: s, model: p}}",
            servers: "{s: {kind: ollama, url: \"\(upstream.url)\"}}"
        )
        _ = try await bench.change(to: "one")
        await bench.stop()
        #expect(shelf.models.isEmpty)
    }

    @Test("a server that does not know the model, or is not there, is said so")
    func refusals() async throws {
        let shelf = Shelf()
        shelf.refuse()
        let upstream = server(.ollama, shelf)
        defer { upstream.stop() }
        let bench = try await SidecarBench(
            "{one: {server: s, model: p}, gone: {server: t, model: p}}",
            servers: "{s: {kind: ollama, url: \"\(upstream.url)\"}, t: {kind: ollama, url: \"http://127.0.0.1:1\"}}"
        )
        let unknown = try await bench.change(to: "one")
        #expect(unknown.status == 503 && unknown.text("status.error.cause") == "not_started")
        #expect(unknown.text("error.message")?.contains("is there a model p?") == true)
        let gone = try await bench.change(to: "gone")
        #expect(gone.text("error.message")?.contains("does not answer at http://127.0.0.1:1") == true)
        await bench.stop()
    }

    @Test("their lists are read")
    func lists() {
        func ollama(_ text: String) -> ServedModel.Standing { ServedModels.ollama(Array(text.utf8), "q") }
        #expect(ollama("{\"models\":[{\"name\":\"q:latest\"}]}") == .present)
        #expect(ollama("{\"models\":[{\"model\":\"q\",\"expires_at\":\"x\"}]}") == .present)
        #expect(ollama("{\"models\":[{\"name\":\"q:7b\"}]}") == .absent)
        #expect(ollama("{\"models\":[]}") == .absent)
        #expect(ollama("nothing") == .unknown)
        func router(_ status: String) -> ServedModel.Standing {
            ServedModels.router(Array("{\"data\":[{\"id\":\"p\"},{\"id\":\"q\",\"status\":\(status)}]}".utf8), "q")
        }
        #expect(router("{\"value\":\"loaded\"}") == .present)
        #expect(router("{\"value\":\"sleeping\"}") == .present)
        #expect(router("{\"value\":\"loading\"}") == .loading)
        #expect(router("{\"value\":\"unloaded\"}") == .absent)
        #expect(router("{\"value\":\"unloaded\",\"failed\":true,\"exit_code\":9}") == .broken(code: 9))
        #expect(router("null") == .absent)
        #expect(ServedModels.router(Array("[]".utf8), "q") == .unknown)
    }
}
