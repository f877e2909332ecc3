internal import Foundation
internal import Routing

extension BridgeConfig {
    /// The front door: where it listens, who may come in, and how much of anything one client may have.
    struct HTTP: Sendable, Equatable {
        var host = "127.0.0.1"
        var port = 8_181
        /// The file of the keys.
        var keys: String
        /// The origins whose pages may use the door; none by default.
        var origins: Set<String> = []
        var streams = Streams.live
        var maxBody = 16 << 20
        var maxHeaders = 32 << 10
        /// How long a new connection may take to send the head of its first request, and how long one may be idle.
        var headTimeout = Duration.seconds(10)
        var idleTimeout = Duration.seconds(75)
        /// How long a body may take to arrive.
        var bodyTimeout = Duration.seconds(30)
        /// How long a client may read nothing of what was sent.
        var writeTimeout = Duration.seconds(30)
        /// How often a stream without words sends a comment, so that nothing between takes it for dead.
        var keepAlive = Duration.seconds(15)
        var maxConnections = 4_096
        /// How many thoughts of all clients may be under way.
        var maxInFlight = 2_048
        /// The certificate; nil for no TLS.
        var tls: TLS?

        /// Whether only this machine can connect.
        var isLoopback: Bool { LoopbackURL.isLoopback(host: host) }
    }

    /// What is sent of a streamed answer, and when.
    enum Streams: String, Sendable, Codable, CaseIterable {
        /// Each piece at once.
        case live
        /// Nothing before the answer stands: what is sent is never interrupted by another backend's beginning.
        case whole
    }
}

/// Reads the section `http`. Without it there is no front door.
enum HTTPReader {
    /// - Parameter folder: where the keys are when nobody says.
    static func read(_ root: ConfigReader, base: URL, folder: String) -> BridgeConfig.HTTP? {
        guard let section = root.section("http") else { return nil }
        defer { section.finish() }
        var http = BridgeConfig.HTTP(keys: folder + "/keys.json")
        if let text = section.string("listen") { readAddress(text, section, into: &http) }
        if let path = section.string("keys") { http.keys = ConfigLoader.absolute(path, base) }
        http.origins = readOrigins(section)
        http.streams = section.choice("streams") ?? http.streams
        http.maxBody = section.integer("max_body_bytes", in: 1_024...(256 << 20)) ?? http.maxBody
        http.maxHeaders = section.integer("max_header_bytes", in: 1_024...(1 << 20)) ?? http.maxHeaders
        http.headTimeout = section.seconds("head_timeout_s", in: 0.1...600) ?? http.headTimeout
        http.bodyTimeout = section.seconds("body_timeout_s", in: 0.1...3_600) ?? http.bodyTimeout
        http.idleTimeout = section.seconds("idle_timeout_s", in: 0.1...86_400) ?? http.idleTimeout
        http.writeTimeout = section.seconds("write_timeout_s", in: 0.1...3_600) ?? http.writeTimeout
        http.keepAlive = section.seconds("keep_alive_s", in: 0.1...3_600) ?? http.keepAlive
        http.maxConnections = section.integer("max_connections", in: 1...65_536) ?? http.maxConnections
        http.maxInFlight = section.integer("max_in_flight", in: 1...65_536) ?? http.maxInFlight
        http.tls = readTLS(section, base)
        if !http.isLoopback, KeyFile.count(http.keys) == 0 {
            section.report(
                "listen",
                "opens the door to other machines without a key",
                hint: "workshop key new NAME makes one"
            )
        }
        return http
    }

    /// `host:port`, `[::1]:port`.
    private static func readAddress(_ text: String, _ section: ConfigReader, into http: inout BridgeConfig.HTTP) {
        let colon = text.lastIndex(of: ":")
        let host = colon.map { text[..<$0] } ?? ""
        let isBracketed = host.first == "[" && host.last == "]"
        guard let colon, let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port),
            !host.isEmpty, isBracketed || !host.contains(":")
        else { return section.report("listen", "is not an address and a port", hint: "127.0.0.1:8181, [::1]:8181") }
        http.port = port
        http.host = String(isBracketed ? host.dropFirst().dropLast() : host)
    }

    /// The files, which are read and tried: a daemon that starts has a certificate that can be shown.
    private static func readTLS(_ section: ConfigReader, _ base: URL) -> BridgeConfig.TLS? {
        guard let inner = section.section("tls") else { return nil }
        defer { inner.finish() }
        let paths = ["certificate", "key"].map { name in
            let path = inner.string(name)
            if path == nil { inner.report(name, "is missing", hint: "the path of a PEM file") }
            return path.map { ConfigLoader.absolute($0, base) }
        }
        guard let certificate = paths[0], let key = paths[1] else { return nil }
        let tls = BridgeConfig.TLS(certificate: certificate, key: key)
        do { _ = try DoorTLS.read(tls) } catch { inner.report(error.key, error.message, hint: error.hint) }
        return tls
    }

    /// `scheme://host[:port]`, as browsers send it.
    private static func readOrigins(_ section: ConfigReader) -> Set<String> {
        Set(
            (section.strings("cors") ?? []).filter { origin in
                let rest = origin.split(separator: "://", maxSplits: 1)
                let isOrigin = rest.count == 2 && !rest[1].contains("/") && origin == origin.lowercased()
                if !isOrigin { section.report("cors", "holds what is no origin", hint: "https://chat.example.org") }
                return isOrigin
            }
        )
    }
}
