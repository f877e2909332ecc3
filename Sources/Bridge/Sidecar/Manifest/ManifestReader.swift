public import Foundation
internal import Routing

/// Reads `configs/manifest.yaml`, and gives a checked manifest or every problem at once.
public enum ManifestReader {
    /// Reads the file.
    /// - Throws: ``ConfigProblems`` with all that is wrong, each with path, line and hint.
    public static func load(
        _ file: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigProblems) -> Manifest {
        let context = ConfigReader.Context(environment: environment)
        guard let root = ConfigReader.open(file, context: context) else { throw failure(context) }
        let base = URL(fileURLWithPath: file).deletingLastPathComponent()
        var manifest = Manifest(file: file, state: ConfigLoader.stateFolder(environment) + "/sidecar.lock")
        readSidecar(root, base: base, into: &manifest)
        let servers = readServers(root)
        var reader = ProfileReader(base: base, servers: servers)
        if let defaults = root.section("defaults") {
            reader.readDefaults(defaults)
            defaults.finish()
        }
        if let section = root.section("profiles") {
            manifest.profiles = section.keys.compactMap { id in
                section.section(id).flatMap { reader.read(id, $0, in: section) }
            }
            if section.keys.isEmpty { root.report("profiles", "is empty", hint: "name at least one, with a model") }
            reportSameNames(section)
        } else if !root.has("profiles") {
            root.report("profiles", "is missing", hint: "name at least one, with a model")
        }
        root.finish()
        guard context.problems.isEmpty else { throw failure(context) }
        return manifest
    }

    private static func failure(_ context: ConfigReader.Context) -> ConfigProblems {
        ConfigProblems(problems: context.problems.sorted { ($0.line ?? 0, $0.path) < ($1.line ?? 0, $1.path) })
    }

    // MARK: Sections

    private static func readSidecar(_ root: ConfigReader, base: URL, into manifest: inout Manifest) {
        guard let section = root.section("sidecar") else { return }
        defer { section.finish() }
        if let text = section.string("listen") { readAddress(text, section, into: &manifest.listener) }
        if let token = section.string("token") {
            if token.utf8.count < 16 || !BackendsReader.isHeaderText(token) {
                section.report(
                    "token",
                    "is shorter than 16 letters, or no header may have it",
                    hint: "openssl rand -hex 16"
                )
            }
            manifest.listener.token = BearerToken(token)
        }
        if !manifest.listener.isLoopback && !section.has("token") {
            section.report(
                "listen",
                "opens the sidecar to other machines without a token",
                hint: "token: ${SIDECAR_TOKEN}"
            )
        }
        if let state = section.string("state") { manifest.state = ConfigLoader.absolute(state, base) }
        if let text = section.string("ports") { readPorts(text, section, into: &manifest) }
        var limits = Manifest.Limits()
        limits.restarts = section.integer("restarts", in: 0...100) ?? limits.restarts
        limits.backoff = section.seconds("backoff_s", in: 0...3_600) ?? limits.backoff
        limits.stable = section.seconds("stable_s", in: 0...86_400) ?? limits.stable
        limits.patience = section.seconds("patience_s", in: 1...86_400) ?? limits.patience
        manifest.limits = limits
    }

    /// `host:port`, `[::1]:port`.
    private static func readAddress(_ text: String, _ section: ConfigReader, into listener: inout Manifest.Listener) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), colon > text.startIndex
        else { return section.report("listen", "is not an address and a port", hint: "127.0.0.1:8082") }
        listener.port = port
        let host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]"
        listener.host = String(isBracketed ? host.dropFirst().dropLast() : host)
        if !isBracketed, host.contains(":") {
            section.report("listen", "is not an address and a port", hint: "[::1]:8082")
        }
    }

    /// `8100-8119`, or one port.
    private static func readPorts(_ text: String, _ section: ConfigReader, into manifest: inout Manifest) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.trimmed) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
            (1...65_535).contains(first), (1...65_535).contains(last)
        else { return section.report("ports", "is not a range of ports", hint: "8100-8119") }
        manifest.ports = first...last
        if manifest.ports.contains(manifest.listener.port) {
            section.report("ports", "holds the sidecar's own port")
        }
    }

    private static func readServers(_ root: ConfigReader) -> [String: ModelServer] {
        guard let section = root.section("servers") else { return [:] }
        defer { section.finish() }
        var servers: [String: ModelServer] = [:]
        for name in section.keys {
            guard let inner = section.section(name) else { continue }
            let kind: ModelServer.Kind? = inner.choice("kind")
            if !inner.has("kind") {
                inner.report(
                    "kind",
                    "is missing",
                    hint: ModelServer.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                )
            }
            let url = inner.string("url").flatMap { LoopbackURL($0) }
            if url == nil {
                inner.report(
                    "url",
                    inner.has("url") ? "is no http URL of this machine" : "is missing",
                    hint: "http://127.0.0.1:11434; a sidecar rules the machine that it runs on"
                )
            }
            inner.finish()
            servers[name] = ModelServer(name: name, kind: kind ?? .ollama, url: url ?? LoopbackURL(port: 1))
        }
        return servers
    }

    /// A name must mean one profile.
    private static func reportSameNames(_ section: ConfigReader) {
        var owners = Dictionary(section.keys.map { ($0, $0) }, uniquingKeysWith: { first, _ in first })
        for id in section.keys where section.isSection(id) {
            guard let inner = section.section(id) else { continue }
            for alias in inner.strings("aliases") ?? [] {
                if let owner = owners[alias] {
                    inner.report("aliases", "\(alias) is a name of \(owner) already")
                } else {
                    owners[alias] = id
                }
            }
        }
    }
}
