internal import Foundation
internal import Routing

/// Reads the section `backends`.
struct BackendsReader {
    /// What a backend has when its own section does not say otherwise.
    let template: Backend?

    /// All backends, in the order of the file.
    func read(_ root: ConfigReader) -> [Backend] {
        guard let section = root.section("backends") else {
            root.report("backends", "is missing", hint: "name at least one backend with url, model and role")
            return []
        }
        let backends = section.keys.compactMap { key in
            section.section(key).flatMap { read($0, key: key, in: section) }
        }
        section.finish()
        if section.keys.isEmpty { root.report("backends", "is empty") }
        return backends
    }

    private func read(_ section: ConfigReader, key: String, in parent: ConfigReader) -> Backend? {
        guard let id = BackendID(key) else {
            parent.report(key, "is no name for a backend", hint: "use lower-case letters, digits, - _ and .")
            return nil
        }
        defer { section.finish() }
        let url = readURL(section)
        let model = section.string("model")
        if model == nil && !section.has("model") { section.report("model", "is missing") }
        let roles = readRoles(section)
        var backend = template ?? Backend(id: id, url: "", model: "", roles: [], isLocal: false)
        backend.id = id
        backend.url = url ?? ""
        backend.model = model ?? ""
        backend.roles = roles
        backend.isLocal = section.boolean("local") ?? false
        if let wire: Backend.WireName = section.choice("wire") { backend.wire = wire }
        backend.provider = section.string("provider") ?? ""
        backend.modalities = Set(section.strings("modalities") ?? []).subtracting(["text"])
        backend.maxContext = section.integer("max_context", in: 256...100_000_000) ?? backend.maxContext
        backend.prices = readPrices(section)
        backend.timeouts = Self.timeouts(section, inherited: backend.timeouts)
        backend.allowedFails = section.integer("allowed_fails", in: 0...1_000) ?? backend.allowedFails
        backend.cooldown = section.seconds("cooldown_s", in: 0...86_400) ?? backend.cooldown
        backend.health = readHealth(section, url: url ?? "")
        readKey(section, into: &backend)
        if section.boolean("enabled") == false { backend.service = .disabled("switched off in the configuration") }
        return backend
    }

    private func readURL(_ section: ConfigReader) -> String? {
        guard let text = section.string("url") else {
            if !section.has("url") { section.report("url", "is missing", hint: "such as http://127.0.0.1:8081/v1") }
            return nil
        }
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host?.isEmpty == false
        else {
            section.report("url", "is not an http or https URL")
            return nil
        }
        guard url.user == nil, url.query == nil, url.fragment == nil else {
            section.report("url", "holds a user, a query or a fragment", hint: "put a key under key: ${NAME}")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    private func readRoles(_ section: ConfigReader) -> [Role] {
        guard let names = section.strings("role") else {
            if !section.has("role") {
                section.report("role", "is missing", hint: Role.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return []
        }
        if names.isEmpty { section.report("role", "is empty") }
        return names.compactMap { section.choice($0, for: "role") }
    }

    private func readPrices(_ section: ConfigReader) -> PriceVector? {
        guard let prices = section.section("prices") else { return nil }
        defer { prices.finish() }
        let range = 0.0...1_000_000.0
        let input = prices.decimal("input", in: range)
        let output = prices.decimal("output", in: range)
        for key in ["input", "output"] where !prices.has(key) {
            prices.report(key, "is missing", hint: "dollars per million tokens; 0 when it is free")
        }
        let read = prices.decimal("cache_read", in: range)
        let write = prices.decimal("cache_write", in: range)
        guard let input, let output else { return nil }
        return PriceVector(input: input, output: output, cacheRead: read, cacheWrite: write)
    }

    /// The section `timeouts`, of a backend or of the defaults.
    static func timeouts(_ section: ConfigReader, inherited: Backend.Timeouts) -> Backend.Timeouts {
        var timeouts = inherited
        guard let section = section.section("timeouts") else { return timeouts }
        timeouts.connect = section.milliseconds("connect_ms") ?? timeouts.connect
        timeouts.firstToken = section.milliseconds("first_token_ms") ?? timeouts.firstToken
        timeouts.stall = section.milliseconds("stall_ms") ?? timeouts.stall
        timeouts.total = section.milliseconds("total_ms") ?? timeouts.total
        section.finish()
        return timeouts
    }

    /// `health`: a path behind the base URL, an absolute URL, or `never`.
    private func readHealth(_ section: ConfigReader, url: String) -> Backend.HealthCheck {
        guard let text = section.string("health") else { return .get(url + "/models") }
        if text == "never" { return .never }
        if text.hasPrefix("/") { return .get(url + text) }
        if text.hasPrefix("http://") || text.hasPrefix("https://") { return .get(text) }
        section.report(
            "health",
            "is neither a path, a URL nor never",
            hint: "/models, http://127.0.0.1:8081/health, never"
        )
        return .never
    }

    /// A backend whose key is not in the environment is there, but disabled, with the reason.
    private func readKey(_ section: ConfigReader, into backend: inout Backend) {
        switch section.secret("key") {
        case .success(""): section.report("key", "is empty", hint: "leave it out for a backend that takes none")
        case .success(let value) where value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }: backend.key = Secret(value)
        case .success: section.report("key", "holds characters that no header may have")
        case .failure(let missing): backend.service = .disabled("no key: set \(missing.name)")
        case nil: break
        }
    }
}
