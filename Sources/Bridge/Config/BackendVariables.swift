internal import Foundation
internal import Routing

/// The variables `BACKEND_<NAME>_<KEY>`: they override what the file says of a backend, or make one.
struct BackendVariables {
    /// What stands behind a backend's name, and what it sets. `HOST`, `PORT`, `TYPE`, `MODELS` and the keys have rules of
    /// their own.
    static let keys: [(suffix: String, path: [String], value: Value)] = [
        ("ENABLED", ["enabled"], .flag), ("URL", ["url"], .text), ("PROVIDER", ["provider"], .text),
        ("WIRE", ["wire"], .text), ("MODEL", ["model"], .text), ("ROLE", ["role"], .list),
        ("LOCAL", ["local"], .flag), ("HEALTH", ["health"], .text),
        ("TIMEOUT", ["timeouts", "total_ms"], .milliseconds),
        ("CONNECT_TIMEOUT", ["timeouts", "connect_ms"], .milliseconds),
        ("FIRST_TOKEN_TIMEOUT", ["timeouts", "first_token_ms"], .milliseconds),
        ("STALL_TIMEOUT", ["timeouts", "stall_ms"], .milliseconds),
        ("HEALTH_CHECK_INTERVAL", ["health_interval_s"], .text), ("RATE_LIMIT", ["requests_per_minute"], .text),
        ("MAX_CONCURRENT", ["max_concurrent"], .text), ("WEIGHT", ["weight"], .text),
        ("MAX_CONTEXT", ["max_context"], .text), ("MAX_OUTPUT", ["max_output"], .text),
        ("QUALITY_SCORE", ["quality"], .text), ("SPEED_SCORE", ["speed"], .text),
        ("ALLOWED_FAILS", ["allowed_fails"], .text), ("COOLDOWN", ["cooldown_s"], .text),
        ("MODALITIES", ["modalities"], .list), ("STRENGTHS", ["strengths"], .list),
        ("WEAKNESSES", ["weaknesses"], .list), ("PRICE_INPUT", ["prices", "input"], .text),
        ("PRICE_OUTPUT", ["prices", "output"], .text), ("PRICE_CACHE_READ", ["prices", "cache_read"], .text),
        ("PRICE_CACHE_WRITE", ["prices", "cache_write"], .text),
    ]

    /// Those with rules of their own.
    static let special = ["TYPE", "HOST", "PORT", "KEY", "API_KEY", "MODELS"]

    /// How the text of a variable becomes a value of the file.
    enum Value {
        case text, flag, list
        /// Seconds, as milliseconds.
        case milliseconds
    }

    /// One backend's variables: what stands behind its name, and the variable.
    private struct Group {
        var name: String
        var variables: [String: String] = [:]
    }

    private var groups: [Group] = []
    /// Names of backends that only variables know, in their order.
    private(set) var created: [String] = []
    /// Variables that belong to no backend.
    private var strays: [String] = []

    /// Sorts the variables by backend.
    /// - Parameter hermes: names that other variables have named.
    init(_ variables: [String], tree: ConfigTree, hermes: [String]) {
        let suffixes = Self.keys.map(\.suffix) + Self.special
        var splits: [String: [(name: String, key: String)]] = [:]
        for variable in variables where variable.hasPrefix("BACKEND_") {
            let rest = variable.dropFirst(8)
            splits[variable] = suffixes.filter { rest.hasSuffix("_" + $0) && rest.utf8.count > $0.utf8.count + 1 }
                .map { (String(rest.dropLast($0.utf8.count + 1)), $0) }
        }
        let known = tree.names(["backends"]) + hermes
        // A variable that can be read in one way only tells a name for sure.
        let sure = Set(known.map(\.asVariable) + splits.values.filter { $0.count == 1 }.map { $0[0].name })
        for (variable, ways) in splits.sorted(by: { $0.key < $1.key }) {
            let best = ways.filter { sure.contains($0.name) }.max { $0.name.utf8.count < $1.name.utf8.count }
            guard let way = best ?? ways.max(by: { $0.key.utf8.count < $1.key.utf8.count }) else {
                strays.append(variable)
                continue
            }
            let name = known.first { $0.asVariable == way.name } ?? way.name.lowercased()
            if let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].variables[way.key] = variable
            } else {
                groups.append(Group(name: name, variables: [way.key: variable]))
            }
        }
        let inFile = Set(tree.names(["backends"]))
        // Other programs have variables that begin so, too: a backend is made only of those that look like one.
        let isMeant = { (group: Group) in
            hermes.contains(group.name) || !group.variables.keys.filter(["TYPE", "MODEL", "MODELS"].contains).isEmpty
        }
        strays += groups.filter { !inFile.contains($0.name) && !isMeant($0) }.flatMap(\.variables.values)
        groups = groups.filter { inFile.contains($0.name) || isMeant($0) }
        created = groups.map(\.name).filter { !inFile.contains($0) }
    }

    func apply(to overlay: inout EnvironmentOverlay) {
        for group in groups { apply(group, isNew: created.contains(group.name), to: &overlay) }
        let names = overlay.tree.names(["backends"])
        for variable in strays.sorted() {
            if let name = names.first(where: { variable.hasPrefix("BACKEND_\($0.asVariable)_") }) {
                let key = String(variable.dropFirst(9 + name.utf8.count))
                let hint = key.suggestion(among: Self.keys.map(\.suffix) + Self.special)
                overlay.problem(variable, "there is no such key", hint: hint)
            } else {
                overlay.note(variable, "it belongs to no backend")
            }
        }
    }

    // MARK: One backend

    private func apply(_ group: Group, isNew: Bool, to overlay: inout EnvironmentOverlay) {
        let base = ["backends", group.name]
        applyType(group, isNew: isNew, to: &overlay)
        for (suffix, path, value) in Self.keys {
            guard let variable = group.variables[suffix] else { continue }
            Self.apply(value, base + path, variable, to: &overlay)
        }
        applyAddress(group, to: &overlay)
        for suffix in ["KEY", "API_KEY"] {
            guard let variable = group.variables[suffix], overlay.text(variable) != nil else { continue }
            // By reference: the tree holds no secret.
            overlay.set(base + ["key"], "${\(variable)}", by: variable)
        }
        if let variable = group.variables["MODELS"], let models = overlay.list(variable) {
            overlay.set(base + ["models"], models, by: variable)
            if group.variables["MODEL"] == nil, let first = models.first {
                overlay.set(base + ["model"], first, by: variable)
            }
        }
    }

    private static func apply(
        _ value: Value,
        _ path: [String],
        _ variable: String,
        to overlay: inout EnvironmentOverlay
    ) {
        switch value {
        case .text: if let text = overlay.text(variable) { overlay.set(path, text, by: variable) }
        case .flag: if let flag = overlay.flag(variable) { overlay.set(path, "\(flag)", by: variable) }
        case .list: if let list = overlay.list(variable) { overlay.set(path, list, by: variable) }
        case .milliseconds:
            guard let seconds = overlay.number(variable, in: 0.001...86_400) else { return }
            overlay.set(path, (seconds * 1_000).rounded().short, by: variable)
        }
    }

    /// `TYPE`: the provider; and for a backend that only variables know, where its home is.
    private func applyType(_ group: Group, isNew: Bool, to overlay: inout EnvironmentOverlay) {
        let base = ["backends", group.name]
        let variable = group.variables["TYPE"]
        var profile: ProviderProfile?
        if let variable, let type = overlay.text(variable) {
            profile = ProviderProfile.ofType(type)
            if let profile {
                overlay.set(base + ["provider"], profile.name, by: variable)
            } else {
                let names = ProviderProfile.allTypes
                let hint = type.suggestion(among: names) ?? "there are: \(names.joined(separator: ", "))"
                overlay.problem(variable, "is no type of backend", hint: hint)
            }
        }
        if isNew, let cause = variable ?? group.variables.values.min() {
            overlay.set(base + ["role"], [(profile?.isOwn == true ? Role.local : .fallback).rawValue], by: cause)
        }
    }

    /// `HOST` and `PORT`: the address, where no `URL` says it whole; and whether it is this machine's.
    private func applyAddress(_ group: Group, to overlay: inout EnvironmentOverlay) {
        let base = ["backends", group.name]
        let host = group.variables["HOST"]
        let port = group.variables["PORT"]
        let profile = overlay.tree.word(base + ["provider"]).flatMap(ProviderProfile.named)
        if group.variables["URL"] == nil, let variable = host ?? port {
            let old = overlay.tree.word(base + ["url"]) ?? profile.flatMap { $0.url($0.wire) }
            let url = Self.address(
                old,
                host: host.flatMap(overlay.text),
                port: port.flatMap { overlay.number($0, in: 1...65_535) },
                path: (profile ?? ProviderProfile.named("custom"))?.basePath ?? ""
            )
            if let url {
                for variable in [port, host].compactMap(\.self) { overlay.set(base + ["url"], url, by: variable) }
            } else {
                overlay.problem(variable, "is no name of a host")
            }
        } else if group.variables["URL"] != nil {
            for variable in [host, port].compactMap(\.self) { overlay.note(variable, "URL says the address whole") }
        }
        guard let type = group.variables["TYPE"], overlay.text(type)?.lowercased() == "local",
            overlay.tree[base + ["local"]] == nil
        else { return }
        let isHere = overlay.tree.word(base + ["url"]).flatMap(URL.init)?.host.map(Self.isLoopback) ?? false
        if isHere {
            overlay.set(base + ["local"], "true", by: type)
        } else {
            overlay.note(
                type,
                "it is not on this machine, so that what must stay does not go there; LOCAL says otherwise"
            )
        }
    }

    /// The address with another host or port.
    static func address(_ old: String?, host: String?, port: Double?, path: String) -> String? {
        if let host, host.hasPrefix("http://") || host.hasPrefix("https://") {
            guard var parts = URLComponents(string: host) else { return nil }
            if let port { parts.port = Int(port) }
            if parts.path.isEmpty || parts.path == "/" { parts.path = path }
            return parts.string
        }
        var parts = old.flatMap { URLComponents(string: $0) } ?? URLComponents()
        if old == nil { parts.path = path }
        if let host {
            let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            guard isPlain, !host.isEmpty else { return nil }
            // `host:port` in one.
            let pieces = host.split(separator: ":")
            parts.host = pieces.count == 2 ? String(pieces[0]) : host
            parts.port = pieces.count == 2 ? Int(pieces[1]) : nil
            parts.scheme = "http"
            parts.path = path
        }
        if let port {
            parts.port = Int(port)
            parts.scheme = port == 443 ? "https" : parts.scheme
        }
        parts.scheme = parts.scheme ?? "http"
        if parts.host?.isEmpty ?? true { parts.host = "127.0.0.1" }
        return parts.string
    }

    /// Whether a host is this machine, by its name alone.
    static func isLoopback(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return host == "localhost" || host == "::1" || host == "[::1]"
            || numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }
}

/// The variables of one kind of server, such as `OLLAMA_URL`: they hold for every backend of that provider.
struct ServerVariables {
    let prefix: String
    let provider: String

    static let all = [
        ServerVariables(prefix: "OLLAMA", provider: "ollama"),
        ServerVariables(prefix: "LLAMA_CPP", provider: "llamacpp"),
    ]

    /// What stands behind the prefix.
    static let suffixes = ["URL", "TIMEOUT", "API_KEY", "MODEL"]

    func apply(to overlay: inout EnvironmentOverlay) {
        let set = Self.suffixes.map { "\(prefix)_\($0)" }.filter { overlay.text($0) != nil }
        guard !set.isEmpty else { return }
        var names = overlay.tree.names(["backends"]).filter {
            overlay.tree.word(["backends", $0, "provider"]).flatMap(ProviderProfile.named)?.name == provider
        }
        if names.isEmpty, overlay.text("\(prefix)_MODEL") != nil {
            // There is none yet: this makes one.
            let name = provider
            overlay.set(["backends", name, "provider"], provider, by: "\(prefix)_MODEL")
            overlay.set(["backends", name, "role"], [Role.local.rawValue], by: "\(prefix)_MODEL")
            names = [name]
        }
        guard !names.isEmpty else {
            for variable in set { overlay.note(variable, "there is no backend with provider: \(provider)") }
            return
        }
        for name in names { apply(["backends", name], to: &overlay) }
    }

    private func apply(_ base: [String], to overlay: inout EnvironmentOverlay) {
        let url = "\(prefix)_URL"
        if let text = overlay.text(url) {
            let path = ProviderProfile.named(provider)?.basePath ?? ""
            // chat-o-llama writes the address without the path of its interface.
            let whole = text.hasPrefix("http") ? BackendVariables.address(nil, host: text, port: nil, path: path) : nil
            overlay.set(base + ["url"], whole ?? text, by: url)
        }
        let timeout = "\(prefix)_TIMEOUT"
        if let seconds = overlay.number(timeout, in: 0.001...86_400) {
            overlay.set(base + ["timeouts", "total_ms"], (seconds * 1_000).rounded().short, by: timeout)
        }
        let key = "\(prefix)_API_KEY"
        if overlay.text(key) != nil { overlay.set(base + ["key"], "${\(key)}", by: key) }
        let model = "\(prefix)_MODEL"
        if let name = overlay.text(model) { overlay.set(base + ["model"], name, by: model) }
    }
}
