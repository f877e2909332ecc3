internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#endif

/// A client of the socket for the command line: blocking, one request at a time.
public final class BridgeClient {
    /// Why there is no answer.
    public enum Failure: Error, CustomStringConvertible {
        case unreachable(socket: String, code: Int32)
        case lost
        /// It accepts, and does not answer in time.
        case silent
        case malformed
        /// The bridge's error; `json` is the whole of it.
        case refused(name: String, message: String, say: String?, json: String)

        /// What is wrong and what to do.
        public var description: String {
            switch self {
            case .unreachable(let socket, let code):
                "no daemon answers on \(socket): \(String(cString: strerror(code))); start one with: workshop serve"
            case .silent: "the daemon accepts, and does not answer"
            case .lost: "the daemon went away in the middle of an answer"
            case .malformed: "what came back is not the bridge's protocol"
            case .refused(let name, let message, _, _): "\(message) [\(name)]"
            }
        }

        private var data: [String: Any] {
            guard case .refused(_, _, _, let json) = self,
                let answer = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any],
                let error = answer["error"] as? [String: Any]
            else { return [:] }
            return error["data"] as? [String: Any] ?? [:]
        }

        /// What to do about it, and which parameter is to blame; nil when the bridge did not say.
        public var hint: String? {
            let parts = [data["field"] as? String, data["why"] as? String].compactMap(\.self)
            return parts.isEmpty ? nil : parts.joined(separator: ": ")
        }

        /// What is wrong with a configuration, a line each, when that is why.
        public var problems: [String] {
            (data["problems"] as? [[String: Any]] ?? []).map { problem in
                let line = (problem["line"] as? Int).map { ":\($0)" } ?? ""
                let hint = (problem["hint"] as? String).map { " (\($0))" } ?? ""
                let path = problem["path"] as? String ?? ""
                return
                    "\(problem["file"] as? String ?? "")\(line): \(path): \(problem["message"] as? String ?? "")\(hint)"
            }
        }
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Connects.
    /// - Parameter patience: how long the daemon may say nothing; nil for any time.
    public init(socket path: String, patience: Duration? = nil) throws(Failure) {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .unreachable(socket: path, code: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= ConfigLoader.longestSocketPath else {
            Glibc.close(descriptor)
            throw .unreachable(socket: path, code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            let code = errno
            Glibc.close(descriptor)
            throw .unreachable(socket: path, code: code)
        }
        if let patience {
            var time = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    /// Sends a request and waits for its result; notifications on the way are handed on.
    public func call(
        _ method: String,
        _ params: [String: Any] = [:],
        onNotification: (_ method: String, _ params: [String: Any]) -> Void = { _, _ in }
    ) throws -> [String: Any] {
        let request: [String: Any] = ["jsonrpc": "2.0", "id": 1, "method": method, "params": params]
        try send(try JSONSerialization.data(withJSONObject: request) + Data([UInt8(ascii: "\n")]))
        while true {
            guard let message = try JSONSerialization.jsonObject(with: try readLine()) as? [String: Any] else {
                throw Failure.malformed
            }
            if let method = message["method"] as? String {
                onNotification(method, message["params"] as? [String: Any] ?? [:])
            } else if let result = message["result"] as? [String: Any] {
                return result
            } else if let error = message["error"] as? [String: Any] {
                throw Self.refusal(error)
            } else {
                throw Failure.malformed
            }
        }
    }

    private static func refusal(_ error: [String: Any]) -> Failure {
        let data = error["data"] as? [String: Any] ?? [:]
        let json = (try? JSONSerialization.data(withJSONObject: ["error": error], options: [.sortedKeys])) ?? Data()
        return .refused(
            name: data["code"] as? String ?? "",
            message: error["message"] as? String ?? "",
            say: data["say"] as? String,
            json: String(decoding: json, as: UTF8.self)
        )
    }

    private func send(_ data: Data) throws(Failure) {
        var sent = 0
        while sent < data.count {
            let count = data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> Int in
                let rest = bytes.baseAddress?.advanced(by: sent)
                return Glibc.send(descriptor, rest, data.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .lost }
            sent += count
        }
    }

    private func readLine() throws(Failure) -> Data {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(buffer[..<end])
                buffer.removeFirst(end + 1)
                return line
            }
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { throw .silent }
            guard count > 0 else { throw .lost }
            buffer += chunk[..<count]
        }
    }
}
