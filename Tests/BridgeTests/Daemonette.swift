import Foundation
import Logging
import Persona
import Routing
import TestSupport

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

/// A daemon in this process: real socket, real ledger, real curl, scripted upstreams.
final class Daemonette: Sendable {
    let socket: String
    let folder: URL
    let parts: Daemon.Parts
    private let serving: Task<Void, any Error>
    /// The front door's; nil without one.
    let port: Int?

    /// Starts it, and returns when it listens.
    /// - Parameters:
    ///   - alpha: the base URL of the local backend.
    ///   - beta: the base URL of the remote one.
    ///   - http: the section of that name, as YAML; empty for none.
    ///   - circumstances: time and chance of the routing.
    ///   - adjust: last changes to the configuration.
    init(
        alpha: String,
        beta: String? = nil,
        http: String = "",
        circumstances: Router.Circumstances = Router.Circumstances(),
        adjust: (inout BridgeConfig) -> Void = { _ in }
    ) async throws {
        // Short: a socket's path may have 107 bytes.
        folder = URL(fileURLWithPath: "/tmp/wb-\(UInt32.random(in: .min ... .max))")
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        socket = folder.appendingPathComponent("w.sock").path
        var config = try Self.config(folder: folder, alpha: alpha, beta: beta ?? alpha, http: http)
        // What a test says of a failure is about that failure, and not about those of its repetitions.
        config.policy.retry.attempts = 0
        adjust(&config)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, tell) = AsyncStream.makeStream(of: Int.self)
        parts = try Daemon.Parts(config, logger: logger, circumstances: circumstances, onOpen: { tell.yield($0) })
        let (server, door, jobs) = (parts.server, parts.door, parts.jobs)
        serving = Task {
            try await withThrowingTaskGroup { group in
                group.addTask { try await server.run() }
                group.addTask { await jobs.run() }
                if let door { group.addTask { try await door.run() } }
                try await group.waitForAll()
            }
        }
        let path = socket
        guard await eventually({ FileManager.default.fileExists(atPath: path) }) else {
            throw CocoaError(.fileNoSuchFile)
        }
        port = door == nil ? nil : await ports.first { _ in true }
    }

    /// The three backends of the transcripts.
    private static func config(folder: URL, alpha: String, beta: String, http: String) throws -> BridgeConfig {
        let yaml = """
            server: {socket: \(folder.path)/w.sock, personas: \(personas)}
            ledger: {path: \(folder.path)/ledger.db}
            \(http.isEmpty ? "" : "http: \(http)")
            defaults: {timeouts: {connect_ms: 2000, first_token_ms: 5000, stall_ms: 5000, total_ms: 20000}}
            backends:
              alpha: {url: "\(alpha)", model: alpha-model, role: local, local: true, prices: {input: 0, output: 0}}
              beta: {url: "\(beta)", model: beta-model, role: fallback, prices: {input: 2, output: 10}}
              gamma: {url: "http://127.0.0.1:1", model: gamma-model, role: speed, key: "${GAMMA_KEY}"}
            """
        let file = folder.appendingPathComponent("backends.yaml").path
        try yaml.write(toFile: file, atomically: true, encoding: .utf8)
        var config = try ConfigLoader.load(file, environment: ["HOME": folder.path, "DELTA_KEY": "delta-key"])
        config.personas = config.personas.map { card in
            var voice = card.voice
            // The transcripts know one line; the hour, chance and the judge are no part of them.
            voice.unsureBelow = 0
            voice.lines[.opening] = ["Hm."]
            voice.lines[.closing] = []
            voice.moods = []
            voice.registers = []
            return PersonaCard(id: card.id, identity: card.identity, voice: voice, guardWishes: card.guardWishes)
        }
        return config
    }

    /// The personas of the repository.
    static let personas = repository.appendingPathComponent("configs/personas").path
    /// The top of the repository.
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Stops serving, lets go of everything, and removes the folder.
    func stop() async {
        serving.cancel()
        _ = await serving.result
        parts.close()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// A client of the socket that sends bytes as they stand. Its waits are on threads of their own.
final class LineClient: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let descriptor = descriptor
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw POSIXError(.ECONNREFUSED) }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends bytes; false when the daemon has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends a line.
    @discardableResult
    func send(_ line: String) -> Bool { send(Array((line + "\n").utf8)) }

    /// Says that nothing more will be sent.
    func endInput() { Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next line as JSON; nil when the daemon has closed.
    func receive() async throws -> [String: Any]? {
        guard let line = await readLine() else { return nil }
        return try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }

    /// The next line; nil when the daemon has closed or nothing came for twenty seconds.
    func readLine() async -> String? {
        await withCheckedContinuation { continuation in
            Thread { [descriptor] in
                var line: [UInt8] = []
                var byte: UInt8 = 0
                while recv(descriptor, &byte, 1, 0) == 1 {
                    if byte == UInt8(ascii: "\n") {
                        return continuation.resume(returning: String(decoding: line, as: UTF8.self))
                    }
                    line.append(byte)
                }
                continuation.resume(returning: nil)
            }.start()
        }
    }

    /// Sends a request and gives the next line.
    func ask(_ line: String) async throws -> [String: Any] {
        send(line)
        return try await receive() ?? [:]
    }
}

/// The upstream of the transcripts.
enum Upstream {
    static func chunk(_ delta: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return "data: {\"choices\":[{\"delta\":{\"content\":\"\(delta)\"},\"finish_reason\":\(reason)}]}\n\n"
    }

    static let usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":2,"
        + "\"prompt_tokens_details\":{\"cached_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0}}}\n\n"
        + "data: [DONE]\n\n"

    static func whole(_ text: String, model: String) -> String {
        """
        {"model":"\(model)","choices":[{"message":{"content":"\(text)"},"finish_reason":"stop"}],\
        "usage":{"prompt_tokens":21,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0},\
        "completion_tokens_details":{"reasoning_tokens":0}}}
        """
    }

    static func isStreamed(_ request: String) -> Bool { request.contains("\"stream\":true") }

    /// Sends an event stream, piece by piece.
    /// - Parameter pace: opened for each piece but the first; without it they come as fast as they may.
    static func stream(_ pieces: [String], to peer: LoopbackUpstream.Peer, pace: Gate? = nil) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for (index, piece) in pieces.enumerated() {
            if index > 0 { pace?.wait() }
            peer.send(String(piece.utf8.count, radix: 16) + "\r\n" + piece + "\r\n")
        }
        peer.send("0\r\n\r\n")
    }

    /// Answers as the transcripts say: `first`, then the rest.
    static func answering(_ first: String, _ rest: String, model: String, pace: Gate? = nil) -> LoopbackUpstream {
        .answering { request, peer in
            if isStreamed(request) {
                stream([chunk(first), chunk(rest) + chunk("", finish: "stop") + usage], to: peer, pace: pace)
            } else if request.hasPrefix("GET") {
                peer.reply("{}")
            } else {
                peer.reply(whole(first + rest, model: model))
            }
        }
    }
}
