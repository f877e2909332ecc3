internal import Foundation
internal import Routing
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// One request as a raw socket received it.
struct ReceivedRequest: Sendable, Equatable {
    /// Which connection it came on, counted from zero in the order in which they were accepted.
    let connection: Int
    /// Every byte of it: request line, headers, empty line, body.
    let bytes: [UInt8]

    /// Where the head ends and the body begins.
    var headEnd: Int { HeadReader.end(of: bytes) ?? bytes.count }
}

/// A TCP server on loopback in the place of all backends: it keeps every byte that it receives, in order, and answers by
/// script. No HTTP of its own: nothing is normalised before it is kept.
///
/// A backend is told by the first part of the path, `/<id>/...`.
final class SocketRecorder: Sendable {
    private struct State {
        var received: [ReceivedRequest] = []
        var script: [ScriptedReply] = []
        var accepted = 0
        var peers: Set<Int32> = []
    }

    private let state = Mutex(State())
    private let descriptor: Int32
    private let wires: [String: Backend.WireName]
    /// The port that it listens on.
    let port: Int

    /// What is answered when the script is at its end.
    static let answer = ScriptedReply.answer("There are four barrels, and two of them are empty.")

    /// The system gave no port.
    struct NoPort: Error {}

    /// Listens.
    /// - Parameter wires: how each backend is spoken to, by its id.
    init(_ wires: [String: Backend.WireName]) throws {
        self.wires = wires
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else {
            close(descriptor)
            throw NoPort()
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { self.accept() }.start()
    }

    /// Forgets everything: the next connection is number zero.
    func reset() {
        state.withLock { state in
            state.received = []
            state.script = []
            state.accepted = 0
        }
    }

    /// What the next requests are answered with, in order.
    func play(_ script: [ScriptedReply]) { state.withLock { $0.script = script } }

    /// What came since the last call.
    func take() -> [ReceivedRequest] {
        state.withLock { state in
            defer { state.received = [] }
            return state.received
        }
    }

    /// Stops listening, and closes every connection.
    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        for peer in state.withLock({ $0.peers }) { shutdown(peer, Int32(SHUT_RDWR)) }
    }

    // MARK: Connections

    private func accept() {
        while true {
            let client = Glibc.accept(descriptor, nil, nil)
            guard client >= 0 else { return }
            var on: Int32 = 1
            setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            let number = state.withLock { state in
                defer { state.accepted += 1 }
                state.peers.insert(client)
                return state.accepted
            }
            Thread {
                self.serve(client, number)
                self.state.withLock { _ = $0.peers.remove(client) }
                close(client)
            }.start()
        }
    }

    private func serve(_ client: Int32, _ number: Int) {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            while let length = HeadReader.length(ofFirstRequestIn: pending) {
                let bytes = Array(pending.prefix(length))
                pending.removeFirst(length)
                guard answer(ReceivedRequest(connection: number, bytes: bytes), client) else { return }
            }
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            pending += chunk[..<count]
        }
        // Half a request is something that was received too.
        guard !pending.isEmpty else { return }
        state.withLock { $0.received.append(ReceivedRequest(connection: number, bytes: pending)) }
    }

    /// Keeps it and answers; false when the connection is to end.
    private func answer(_ request: ReceivedRequest, _ client: Int32) -> Bool {
        let line = String(decoding: request.bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        let isAsked = line.hasPrefix("POST")
        let reply = state.withLock { state in
            state.received.append(request)
            // Lists of models and health pages are not part of the script.
            guard isAsked else { return ScriptedReply.raw(Self.page) }
            return state.script.isEmpty ? Self.answer : state.script.removeFirst()
        }
        let id = line.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        let isStreamed =
            line.contains(":streamGenerateContent")
            || Self.streamed.contains { request.bytes.firstRange(of: $0) != nil }
        let bytes = Array(reply.bytes(wires[id] ?? .openAIChat, isStreamed: isStreamed).utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return !reply.isLast
    }

    private static let streamed = [Array(#""stream":true"#.utf8)]
    private static let page: String = {
        let body = #"{"data":[{"id":"m"}],"models":[{"name":"m"}]}"#
        return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }()
}

/// Finds where a request ends, and nothing more.
enum HeadReader {
    private static let blank = Array("\r\n\r\n".utf8)

    /// The offset of the first byte of the body.
    static func end(of bytes: [UInt8]) -> Int? { bytes.firstRange(of: blank)?.upperBound }

    /// How many bytes the first whole request takes; nil while it is not whole.
    static func length(ofFirstRequestIn bytes: [UInt8]) -> Int? {
        guard let end = end(of: bytes) else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        if head.contains("\r\ntransfer-encoding: chunked\r\n") {
            return bytes[(end - 2)...].firstRange(of: Array("\r\n0\r\n\r\n".utf8))?.upperBound
        }
        let length =
            head.components(separatedBy: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) } ?? 0
        return bytes.count >= end + length ? end + length : nil
    }
}
