internal import Foundation
internal import NIOCore

/// A port that cannot be listened on: which one it is, and what to do about it.
struct ListenFailure: Error, CustomStringConvertible {
    let host: String
    let port: Int
    /// Where the address is configured.
    let key: String
    /// The system's error.
    let code: CInt

    var description: String {
        let advice =
            switch code {
            case EADDRINUSE: "another program listens there; end it, or change \(key)"
            case EADDRNOTAVAIL: "this machine has no such address; change \(key)"
            default: "change \(key)"
            }
        return "cannot listen on \(host):\(port): \(String(cString: strerror(code))); \(advice)"
    }

    /// Runs a server; when its port is what fails, the error says so.
    static func explain(
        _ host: String,
        _ port: Int,
        key: String,
        isolation: isolated (any Actor)? = #isolation,
        _ serve: () async throws -> Void
    ) async throws {
        do { try await serve() } catch let error as IOError
            where [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains(error.errnoCode)
        {
            throw ListenFailure(host: host, port: port, key: key, code: error.errnoCode)
        }
    }
}
