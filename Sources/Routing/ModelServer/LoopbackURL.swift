/// The address of a server on this machine: what goes there does not leave.
package struct LoopbackURL: Sendable, Hashable, CustomStringConvertible {
    /// `http://host:port`, without a slash at its end.
    package let base: String

    /// The address; nil for one of another machine, and for what is no plain `http://host:port`.
    package init?(_ text: String) {
        let scheme = "http://"
        let text = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard text.lowercased().hasPrefix(scheme) else { return nil }
        let authority = text.dropFirst(scheme.count)
        guard let end = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: end)...]),
            (1...65_535).contains(port), authority[authority.index(after: end)...].allSatisfy(\.isNumber)
        else { return nil }
        let host = authority[..<end]
        let name = host.first == "[" && host.last == "]" ? String(host.dropFirst().dropLast()) : String(host)
        guard Self.isLoopback(host: name) else { return nil }
        base = scheme + host + ":\(port)"
    }

    /// The address of a port of 127.0.0.1.
    package init(port: Int) { base = "http://127.0.0.1:\(port)" }

    /// The base.
    package var description: String { base }

    /// Whether a host, without brackets, is this machine: 127.0.0.0/8, ::1, `localhost` (RFC 6890, RFC 6761).
    package static func isLoopback(host: String) -> Bool {
        // As it is mostly written.
        if host == "127.0.0.1" { return true }
        if ["localhost", "::1"].contains(host.lowercased()) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts.first == 127 && !parts.contains(nil)
    }
}
