import Bridge
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// An answer of the front door.
struct DoorReply: Sendable {
    var status = 0
    /// By lower-case name.
    var headers: [String: String] = [:]
    var body = ""

    /// The body as JSON.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }

    /// The member of the error object.
    func error(_ key: String) -> String? { (json["error"] as? [String: Any])?[key] as? String }

    /// The data of each server-sent event.
    var events: [String] {
        body.components(separatedBy: "\n\n").compactMap { event in
            event.components(separatedBy: "\n").first { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
        }
    }
}

/// A client of the front door that sends bytes as they stand. Its waits are on threads of their own.
final class DoorClient: Sendable {
    private let descriptor: Int32

    init(_ port: Int?) throws {
        descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port ?? 0).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let descriptor = descriptor
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw POSIXError(.ECONNREFUSED) }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Whether the door's end of this connection sends at once; nil when it is not found among this process's sockets.
    var doorsNoDelay: Int32? {
        func port(
            _ descriptor: Int32,
            _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
        )
            -> in_port_t?
        {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &length) } == 0
                    ? pointer.pointee.sin_port : nil
            }
        }
        let (mine, theirs) = (port(descriptor, getsockname), port(descriptor, getpeername))
        for other in 3..<Int32(4_096) where port(other, getsockname) == theirs && port(other, getpeername) == mine {
            var value: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            return getsockopt(other, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0 ? value : nil
        }
        return nil
    }

    /// Makes the window for what comes small: as small as it may be, or so many bytes.
    func shrinkWindow(to bytes: Int32 = 1) {
        var size = bytes
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    @discardableResult
    func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Leaves: nothing more is sent or read.
    func leave() { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Whether the door has let go of this connection; what it has sent before may still be unread.
    var isAbandoned: Bool { doorsNoDelay == nil }

    /// Whether something has come that was not read.
    var hasBytes: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// What comes next; empty when the door has closed, or said nothing for twenty seconds.
    func read() async -> String {
        await withCheckedContinuation { continuation in
            Thread { [descriptor] in
                var chunk = [UInt8](repeating: 0, count: 64 << 10)
                let count = recv(descriptor, &chunk, chunk.count, 0)
                continuation.resume(returning: String(decoding: chunk.prefix(max(0, count)), as: UTF8.self))
            }.start()
        }
    }

    /// Whether the door closes, whatever it says before; false when it said nothing for twenty seconds.
    func ends() async -> Bool {
        await withCheckedContinuation { continuation in
            Thread { [descriptor] in
                var chunk = [UInt8](repeating: 0, count: 64 << 10)
                var count = 1
                while count > 0 { count = recv(descriptor, &chunk, chunk.count, 0) }
                continuation.resume(returning: count == 0 || errno == ECONNRESET)
            }.start()
        }
    }

    /// Reads until the text holds that, or the door has closed.
    func read(until end: String) async -> String {
        var text = ""
        while !text.contains(end) {
            let more = await read()
            if more.isEmpty { break }
            text += more
        }
        return text
    }

    /// The next whole answer; of one without a body of known length, what comes until the door closes.
    func reply(hasBody: Bool = true) async -> DoorReply {
        var text = await read(until: "\r\n\r\n")
        // An interim answer goes before the other.
        if text.hasPrefix("HTTP/1.1 100"), let end = text.range(of: "\r\n\r\n") {
            text = String(text[end.upperBound...])
            if !text.contains("\r\n\r\n") { text += await read(until: "\r\n\r\n") }
        }
        var reply = DoorReply()
        guard let end = text.range(of: "\r\n\r\n") else { return reply }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        reply.status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            reply.headers[line[..<colon].lowercased()] = value
        }
        var body = String(text[end.upperBound...])
        guard hasBody else { return reply }
        if reply.headers["transfer-encoding"] == "chunked" {
            if !body.hasSuffix("0\r\n\r\n") {
                while !body.hasSuffix("\r\n0\r\n\r\n") {
                    let more = await read()
                    if more.isEmpty { break }
                    body += more
                }
            }
            reply.body = Self.unchunked(body)
        } else {
            let length = reply.headers["content-length"].flatMap(Int.init) ?? 0
            while body.utf8.count < length {
                let more = await read()
                if more.isEmpty { break }
                body += more
            }
            reply.body = body
        }
        return reply
    }

    private static func unchunked(_ text: String) -> String {
        var rest = Array(text.utf8)[...]
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")),
            let size = Int(String(decoding: rest[rest.startIndex..<end], as: UTF8.self), radix: 16), size > 0,
            rest.endIndex >= end + 2 + size
        {
            body += rest[(end + 2)..<(end + 2 + size)]
            rest = rest[(end + 2 + size)...].dropFirst(2)
        }
        return String(decoding: body, as: UTF8.self)
    }

    /// Sends a request, and gives its answer.
    func ask(
        _ method: String,
        _ path: String,
        _ headers: [String: String] = [:],
        body: String? = nil
    ) async -> DoorReply {
        var all = ["Host": "127.0.0.1"]
        if let body {
            all["Content-Type"] = "application/json"
            all["Content-Length"] = "\(body.utf8.count)"
        }
        all.merge(headers) { $1 }
        let head = all.filter { !$0.value.isEmpty }.map { "\($0.key): \($0.value)\r\n" }.sorted().joined()
        send("\(method) \(path) HTTP/1.1\r\n\(head)\r\n\(body ?? "")")
        return await reply(hasBody: method != "HEAD")
    }

    /// Asks as OpenAI's clients do.
    func chat(_ body: String, _ headers: [String: String] = [:]) async -> DoorReply {
        await ask("POST", "/v1/chat/completions", headers, body: body)
    }
}

extension Daemonette {
    /// A question in OpenAI's dialect.
    static func chat(_ text: String = "What is two plus two?", model: String = "alpha", more: String = "") -> String {
        "{\"model\":\"\(model)\",\"messages\":[{\"role\":\"user\",\"content\":\"\(text)\"}]\(more)}"
    }

    /// A new connection to its front door.
    func client() throws -> DoorClient { try DoorClient(port) }

    /// Makes a key.
    func key(_ name: String, _ adjust: (inout KeyFile.Wishes) -> Void = { _ in }) throws -> [String: String] {
        var wishes = KeyFile.Wishes()
        adjust(&wishes)
        let secret = try KeyFile(path: folder.appendingPathComponent("keys.json").path).add(name, wishes)
        return ["Authorization": "Bearer \(secret)"]
    }
}
