import Persona
import Testing

@testable import Routing

@Suite("servers on this machine")
struct ModelServerTests {
    private static let own = [
        "http://127.0.0.1:8080", "http://localhost:1/", "http://127.9.9.9:65535", "http://[::1]:8080",
        "HTTP://LOCALHOST:80",
    ]
    private static let others = [
        "http://10.0.0.1:80", "https://127.0.0.1:80", "http://127.0.0.1", "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:80/v1", "http://user@127.0.0.1:80", "http://127.0.0.1.evil:80", "http://127.0.0:80",
        "http://0.0.0.0:80", "http://example:80", "http://127.0.0.1:+8", "", "http://:80", "http://127.0.0.1#@evil:80",
    ]

    @Test("this machine is known by its address", arguments: own)
    func loopback(url: String) throws {
        #expect(try #require(LoopbackURL(url)).base.hasPrefix("http://"))
    }

    @Test("what is another machine, or hides one, is not", arguments: others)
    func elsewhere(url: String) {
        #expect(LoopbackURL(url) == nil)
    }

    /// A call, its line, and its body.
    private static let calls: [(call: ModelServerCall, line: String, body: String)] = [
        (.health, "GET http://127.0.0.1:9/health", ""),
        (.slots, "GET http://127.0.0.1:9/slots", ""),
        (.routerModels, "GET http://127.0.0.1:9/models", ""),
        (.routerLoad(model: "m"), "POST http://127.0.0.1:9/models/load", "{\"model\":\"m\"}"),
        (.routerUnload(model: "m"), "POST http://127.0.0.1:9/models/unload", "{\"model\":\"m\"}"),
        (.ollamaLoaded, "GET http://127.0.0.1:9/api/ps", ""),
        (.ollamaLoad(model: "a\"b"), "POST http://127.0.0.1:9/api/generate", "{\"model\":\"a\\\"b\"}"),
        (.ollamaUnload(model: "m"), "POST http://127.0.0.1:9/api/generate", "{\"model\":\"m\",\"keep_alive\":0}"),
    ]

    @Test("each call is these bytes, and nothing else", arguments: calls)
    func bytes(call: (call: ModelServerCall, line: String, body: String)) {
        let request = call.call.request(at: LoopbackURL(port: 9))
        #expect("\(request.method.rawValue) \(request.url)" == call.line)
        #expect(String(decoding: request.body, as: UTF8.self) == call.body)
    }
}
