internal import Foundation
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// A TCP server on loopback that does what a test says, byte by byte: a thread a connection, no HTTP of its own.
public final class LoopbackUpstream: Sendable {
    /// One accepted connection, in the hands of the test's script.
    public final class Peer: Sendable {
        private let descriptor: Int32
        private let owner: LoopbackUpstream

        fileprivate init(_ descriptor: Int32, _ owner: LoopbackUpstream) {
            self.descriptor = descriptor
            self.owner = owner
        }

        /// The next request, head and body; nil when the client has closed.
        public func readRequest() -> String? {
            var bytes: [UInt8] = []
            let headEnd = Array("\r\n\r\n".utf8)
            while true {
                if let end = Self.find(headEnd, in: bytes) {
                    let head = String(decoding: bytes[..<end], as: UTF8.self)
                    let length = head.split(separator: "\r\n").lazy
                        .filter { $0.lowercased().hasPrefix("content-length:") }
                        .compactMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }.first
                    if bytes.count >= end + 4 + (length ?? 0) {
                        let request = String(decoding: bytes, as: UTF8.self)
                        owner.state.withLock { $0.requests.append(request) }
                        return request
                    }
                }
                var chunk = [UInt8](repeating: 0, count: 64 << 10)
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                bytes += chunk[..<count]
            }
        }

        /// Sends text as it stands; false when the client has closed.
        @discardableResult
        public func send(_ text: String) -> Bool {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Answers with a whole reply.
        public func reply(_ body: String, status: String = "200 OK", headers: String = "") {
            send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }

        /// Blocks until the client closes.
        public func awaitClose() {
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
        }

        private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
            guard bytes.count >= needle.count else { return nil }
            return (0...(bytes.count - needle.count)).first { bytes[$0..<($0 + needle.count)].elementsEqual(needle) }
        }
    }

    private struct State {
        var requests: [String] = []
        var accepted = 0
        var peers: [Int32] = []
    }

    private let state = Mutex(State())
    private let descriptor: Int32
    /// The port that it listens on.
    public let port: Int

    /// `http://127.0.0.1:<port>`.
    public var url: String { "http://127.0.0.1:\(port)" }
    /// All requests so far.
    public var requests: [String] { state.withLock { $0.requests } }
    /// How many connections were accepted.
    public var accepted: Int { state.withLock { $0.accepted } }

    /// Listens, and runs the script on a thread of its own for each connection; the connection closes behind it.
    public init(_ script: @escaping @Sendable (Peer) -> Void) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 512) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        precondition(isListening, "no port on loopback")
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { self.accept(script) }.start()
    }

    /// Listens, and answers every request of every connection.
    public static func answering(_ answer: @escaping @Sendable (String, Peer) -> Void) -> LoopbackUpstream {
        LoopbackUpstream { peer in
            while let request = peer.readRequest() { answer(request, peer) }
        }
    }

    private func accept(_ script: @escaping @Sendable (Peer) -> Void) {
        while true {
            let client = Glibc.accept(descriptor, nil, nil)
            guard client >= 0 else { return }
            var on: Int32 = 1
            setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            state.withLock { state in
                state.accepted += 1
                state.peers.append(client)
            }
            let peer = Peer(client, self)
            Thread {
                script(peer)
                self.state.withLock { $0.peers.removeAll { $0 == client } }
                close(client)
            }.start()
        }
    }

    /// Stops listening, and closes every connection.
    public func stop() {
        Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        for peer in state.withLock({ $0.peers }) { Glibc.shutdown(peer, Int32(SHUT_RDWR)) }
    }
}

/// Waits on a thread until it is opened: for scripts that must not go on before the test has seen something.
public final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// A closed gate.
    public init() {}

    /// Lets one waiter through, now or later.
    public func open() { semaphore.signal() }

    /// Waits for ``open()``, at most ten seconds; for the threads of scripts.
    public func wait() { _ = semaphore.wait(timeout: .now() + 10) }

    /// Waits for ``open()``, at most ten seconds; for tasks, whose threads must not be blocked.
    public func opened() async {
        await withCheckedContinuation { continuation in
            Thread {
                self.wait()
                continuation.resume()
            }.start()
        }
    }
}

/// Asks again and again until it is so; for what another thread brings about.
public func eventually(
    within limit: Duration = .seconds(10),
    _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        await Task.yield()
    }
    return try await condition()
}
