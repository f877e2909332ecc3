import Foundation
import Testing

@testable import Bridge

@Suite("the sidecar's HTTP", .timeLimit(.minutes(1)))
struct SidecarServerTests {
    private static let profiles =
        "{hermes: {model: m, name: Hermes, aliases: [h], memory: 1GiB, ttl_s: 60}, other: {model: m}}"

    @Test("what there is, is listed")
    func available() async throws {
        let bench = try await SidecarBench(Self.profiles)
        let answer = try await bench.get("/models/available")
        let profiles = answer["profiles"] as? [[String: Any]] ?? []
        #expect(profiles.count == 2)
        let first = profiles.first ?? [:]
        #expect(first["id"] as? String == "hermes" && first["name"] as? String == "Hermes")
        #expect(first["aliases"] as? [String] == ["h"] && first["active"] as? Bool == false)
        #expect((first["memory_bytes"] as? NSNumber)?.intValue == 1_073_741_824)
        let health = try await bench.get("/health")
        #expect(health.status == 200 && health.text("status") == "ok" && health.text("state") == "stopped")
        await bench.stop()
    }

    /// A path, a body, and what is answered.
    private static let wrong: [(path: String, body: String, status: Int, code: String, field: String?)] = [
        ("/models/switch", "", 415, "not_json", nil),
        ("/models/switch", "[]", 415, "not_json", nil),
        ("/models/switch", "{}", 400, "bad_request", "profile"),
        ("/models/switch", "{\"profile\":7}", 400, "bad_request", "profile"),
        ("/models/switch", "{\"profile\":\"\"}", 400, "bad_request", "profile"),
        ("/models/switch", "{\"profile\":\"other\",\"if_busy\":\"shove\"}", 400, "bad_request", "if_busy"),
        ("/models/switch", "{\"profile\":\"other\",\"patience_s\":0}", 400, "bad_request", "patience_s"),
        ("/models/switch", "{\"profile\":\"other\",\"wait\":1}", 400, "bad_request", "wait"),
        ("/models/switch", "{\"profile\":\"other\",\"now\":true}", 400, "bad_request", "now"),
        ("/models/switch", "{\"profile\":\"hermse\"}", 404, "unknown_profile", nil),
        ("/models/lease", "{}", 400, "bad_request", "profile"),
        ("/models/lease", "{\"profile\":\"h\",\"seconds\":3601}", 400, "bad_request", "seconds"),
        ("/models/lease", "{\"profile\":\"h\"}", 409, "not_active", nil),
        ("/models/release", "{}", 400, "bad_request", "lease"),
        ("/models/release", "{\"lease\":\"x\"}", 404, "unknown_lease", nil),
        ("/models", "{}", 404, "not_found", nil),
        ("/models/status", "{}", 404, "not_found", nil),
        ("/models/switch", "{\"profile\":\"" + String(repeating: "x", count: 20_000) + "\"}", 413, "too_large", nil),
    ]

    @Test("what is wrong is answered as JSON, with what to do")
    func errors() async throws {
        let bench = try await SidecarBench(Self.profiles)
        for wrong in Self.wrong {
            let answer = try await bench.post(wrong.path, wrong.body)
            #expect(answer.status == wrong.status, "\(wrong.path) \(wrong.body.prefix(60))")
            #expect(answer.text("error.code") == wrong.code, "\(wrong.path) \(wrong.body.prefix(60))")
            #expect(answer.text("error.field") == wrong.field, "\(wrong.path) \(wrong.body.prefix(60))")
            #expect(answer.text("error.message")?.hasSuffix(".") == true)
        }
        #expect(try await bench.change(to: "hermse").text("error.hint") == "did you mean hermes?")
        #expect(try await bench.post("/models/switch", "{\"profile\":\"other\"}", type: "text/plain").status == 415)
        #expect(try await bench.status.text("state") == "stopped")
        await bench.stop()
    }

    @Test("a page that gives this address a name of its own is not answered")
    func rebinding() async throws {
        let bench = try await SidecarBench(Self.profiles)
        let foreign = try await bench.get("/models/status", [("Host", "evil.example")])
        #expect(foreign.status == 403 && foreign.text("error.code") == "wrong_host")
        for own in ["localhost:1", "127.0.0.1", "[::1]:80"] {
            #expect(try await bench.get("/models/status", [("Host", own)]).status == 200)
        }
        await bench.stop()
    }

    @Test("with a token nobody comes in without it")
    func token() async throws {
        let bench = try await SidecarBench(Self.profiles, sidecar: ", token: 0123456789abcdef")
        for path in ["/health", "/models/status", "/nowhere"] {
            let answer = try await bench.get(path)
            #expect(answer.status == 401 && answer.text("error.code") == "unauthorized")
        }
        #expect(try await bench.get("/health", [("Authorization", "Bearer 0123456789abcdef")]).status == 200)
        #expect(try await bench.get("/health", [("Authorization", "Bearer 0123456789abcdeX")]).status == 401)
        await bench.stop()
    }
}
