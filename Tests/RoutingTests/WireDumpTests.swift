import Foundation
import Persona
import Testing

@testable import Routing

@Suite("Every request can be looked at from outside")
struct WireDumpTests {
    /// The file that `make test-wire` names; `Tests/Wire/strict.py` reads it.
    private static let file = ProcessInfo.processInfo.environment["WORKSHOP_WIRE_DUMP"]

    @Test("all formats, dialects, prompts and options, one request a line", .enabled(if: file != nil))
    func dump() throws {
        var lines: [UInt8] = []
        for backend in try WireCases.backends() {
            for (name, draft) in WireCases.drafts {
                for (variant, options) in WireCases.options {
                    let request = backend.wire.format.encode(try WireCases.blind(draft), for: backend, options: options)
                    write(request, backend, "\(name) \(variant)", to: &lines)
                }
            }
            let health = backend.wire.defaultHealthURL(base: backend.url, provider: backend.provider)
            write(backend.wire.format.probe(backend, url: health), backend, "probe", to: &lines)
            let list = try #require(backend.wire.format.modelList(backend))
            write(list, backend, "models", to: &lines)
        }
        try Data(lines).write(to: URL(fileURLWithPath: try #require(Self.file)))
    }

    private func write(_ request: OutgoingRequest, _ backend: Backend, _ name: String, to lines: inout [UInt8]) {
        var json = JSONWriter()
        json.object { json in
            json.key("wire")
            json.string(backend.wire.rawValue)
            json.key("provider")
            json.string(backend.provider)
            json.key("name")
            json.string(name)
            json.key("method")
            json.string(request.method.rawValue)
            json.key("url")
            json.string(request.url)
            json.key("headers")
            json.array(request.headers) { json, header in
                json.array([header.name, header.value]) { $0.string($1) }
            }
            json.key("body")
            json.string(String(decoding: request.body, as: UTF8.self))
        }
        lines += json.bytes + [UInt8(ascii: "\n")]
    }
}
