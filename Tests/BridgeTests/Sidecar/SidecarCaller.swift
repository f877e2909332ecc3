import Foundation
import Persona
import Routing

/// An answer over HTTP.
struct SidecarAnswer: Sendable {
    let status: Int
    let retryAfter: String?
    let body: [UInt8]

    /// The value at keys such as `error.code`.
    subscript(_ path: String) -> Any? {
        var value = try? JSONSerialization.jsonObject(with: Data(body)) as Any?
        for key in path.split(separator: ".") { value = (value as? [String: Any])?[String(key)] }
        return value is NSNull ? nil : value
    }

    func text(_ path: String) -> String? { self[path] as? String }
    func number(_ path: String) -> Double? { (self[path] as? NSNumber)?.doubleValue }
    func isTrue(_ path: String) -> Bool { self[path] as? Bool == true }
}

/// What can be asked of a sidecar, over a real socket.
protocol SidecarCaller: Sendable {
    var port: Int { get }
    var curl: CurlLoop { get }
}

extension SidecarCaller {
    func get(_ path: String, _ headers: [(name: String, value: String)] = []) async throws -> SidecarAnswer {
        try await ask(OutgoingRequest(method: .get, url: "http://127.0.0.1:\(port)\(path)", headers: headers))
    }

    func post(_ path: String, _ body: String, type: String = "application/json") async throws -> SidecarAnswer {
        try await ask(
            OutgoingRequest(
                method: .post,
                url: "http://127.0.0.1:\(port)\(path)",
                headers: [("Content-Type", type)],
                body: Array(body.utf8)
            )
        )
    }

    /// Asks for a profile.
    func change(to profile: String?, _ more: String = "") async throws -> SidecarAnswer {
        try await post("/models/switch", "{\"profile\":\(profile.map { "\"\($0)\"" } ?? "null")\(more)}")
    }

    var status: SidecarAnswer { get async throws { try await get("/models/status") } }

    /// Whether the status becomes so.
    func becomes(_ condition: (SidecarAnswer) -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < deadline {
            if condition(try await status) { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// What the running model answers.
    func model(_ path: String) async throws -> SidecarAnswer {
        let url = try await status.text("url") ?? ""
        return try await ask(OutgoingRequest(method: .get, url: url + path, headers: []))
    }

    private func ask(_ request: OutgoingRequest) async throws -> SidecarAnswer {
        let sealed = try EgressScan(index: IdentityIndex([])).seal(request)
        let limits = TransferLimits(connect: .seconds(5), total: .seconds(60))
        let reply = try await curl.send(sealed, limits: limits).get()
        return SidecarAnswer(status: reply.status, retryAfter: reply.headers["Retry-After"], body: reply.body)
    }
}
