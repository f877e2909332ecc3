import Foundation
import Logging
import NIOCore
import Routing
import TestSupport

@testable import Bridge

/// A daemon's parts over a folder that stays, without its socket: it can be ended and begun again.
final class JobBench: Sendable {
    let folder: URL
    private let alpha: String
    private let adjust: @Sendable (inout BridgeConfig) -> Void

    /// - Parameter alpha: the base URL of its only backend.
    init(alpha: String, adjust: @escaping @Sendable (inout BridgeConfig) -> Void = { _ in }) throws {
        folder = URL(fileURLWithPath: "/tmp/wb-\(UInt32.random(in: .min ... .max))")
        self.alpha = alpha
        self.adjust = adjust
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
        let yaml = """
            server: {socket: \(folder.path)/w.sock, personas: \(Daemonette.personas)}
            ledger: {path: \(folder.path)/ledger.db}
            jobs: {backoff_s: 0}
            defaults: {timeouts: {connect_ms: 2000, first_token_ms: 5000, stall_ms: 5000, total_ms: 20000}}
            backends:
              alpha: {url: "\(alpha)", model: alpha-model, role: local, local: true, prices: {input: 0, output: 0}}
            """
        try yaml.write(toFile: file, atomically: true, encoding: .utf8)
    }

    var file: String { folder.appendingPathComponent("backends.yaml").path }

    /// Opens what is there, and does nothing yet.
    func open() throws -> Daemon.Parts {
        var config = try ConfigLoader.load(file, environment: ["HOME": folder.path])
        config.policy.retry.attempts = 0
        adjust(&config)
        return try Daemon.Parts(config, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Opens what is there, lets the queue run while the body does, and closes.
    func running<Value>(_ body: (Daemon.Parts) async throws -> Value) async throws -> Value {
        let parts = try open()
        let serving = Task { await parts.jobs.run() }
        do {
            let value = try await body(parts)
            serving.cancel()
            await serving.value
            parts.close()
            return value
        } catch {
            serving.cancel()
            await serving.value
            parts.close()
            throw error
        }
    }

    func clean() { try? FileManager.default.removeItem(at: folder) }

    /// Everything that stands in the folder.
    func bytes() throws -> Data {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: Data()) {
            $0 += (try? Data(contentsOf: folder.appendingPathComponent($1))) ?? Data()
        }
    }
}

extension JobQueue {
    /// Asks as somebody, and gives the result.
    nonisolated func ask(_ params: [String: Any], as peer: JobPeer = .owner) async throws -> [String: Any] {
        let message: [String: Any] = ["jsonrpc": "2.0", "id": 1, "method": "jobs", "params": params]
        let request = ClientMessage.read(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: message))).request
        guard case .jobs(let jobs) = try request.get() else { return [:] }
        let line = try await answer(.integer(1), jobs, from: peer)
        let answer = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return answer?["result"] as? [String: Any] ?? [:]
    }

    /// Submits tasks, and gives their numbers.
    @discardableResult
    nonisolated func submit(_ tasks: String..., as peer: JobPeer = .owner, more: [String: Any] = [:]) async throws
        -> [Int64]
    {
        let jobs = tasks.map { task in more.merging(["think": ["task": task]]) { one, _ in one } }
        return try await numbers(["action": "submit", "jobs": jobs], as: peer)
    }

    /// Submits jobs, and gives their numbers.
    nonisolated func numbers(_ params: [String: Any], as peer: JobPeer = .owner) async throws -> [Int64] {
        let result = try await ask(params, as: peer)
        return (result["jobs"] as? [[String: Any]] ?? []).compactMap { ($0["job"] as? NSNumber)?.int64Value }
    }

    nonisolated func show(_ job: Int64) async throws -> [String: Any] {
        try await ask(["action": "show", "job": job])["job"] as? [String: Any] ?? [:]
    }

    nonisolated func state(_ job: Int64) async throws -> String { try await show(job)["state"] as? String ?? "" }

    /// Waits until a job stands there.
    nonisolated func becomes(_ job: Int64, _ state: String) async throws -> Bool {
        try await eventually { try await self.state(job) == state }
    }

    nonisolated func text(_ job: Int64) async throws -> String? {
        (try await show(job)["result"] as? [String: Any])?["text"] as? String
    }
}

extension JobPeer {
    static let owner = JobPeer(user: 0, isOwner: true)
    static let ann = JobPeer(user: 2_001, isOwner: false)
    static let bob = JobPeer(user: 2_002, isOwner: false)
}
