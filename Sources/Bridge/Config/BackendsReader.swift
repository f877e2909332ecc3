internal import Foundation
internal import Persona
internal import Routing
internal import Yams

/// Reads backends: `defaults`, then `providers`, then each backend on top of them.
struct BackendsReader: Sendable, Undisclosed {
    private let defaults: BackendDraft
    private let providers: [String: BackendDraft]
    private let sidecars: [SidecarSettings]

    /// Reads what backends inherit.
    /// - Parameter sidecars: those that a backend may name.
    init?(_ root: ConfigReader, sidecars: [SidecarSettings]) {
        guard var defaults = BackendDraft() else { return nil }
        if let section = root.section("defaults") {
            Self.readSettings(section, into: &defaults)
            section.finish()
        }
        var providers: [String: BackendDraft] = [:]
        for profile in ProviderProfile.all {
            providers[profile.name] = defaults
            providers[profile.name]?.profile = profile
        }
        if let section = root.section("providers") {
            for name in section.keys {
                guard let inner = section.section(name) else { continue }
                let name = ProviderProfile.named(name)?.name ?? name
                var draft = providers[name] ?? defaults
                draft.profile = draft.profile ?? ProviderProfile(name: name)
                Self.readSettings(inner, into: &draft)
                Self.readIdentity(inner, into: &draft)
                inner.finish()
                providers[name] = draft
            }
            section.finish()
        }
        self.defaults = defaults
        self.providers = providers
        self.sidecars = sidecars
    }

    /// All backends, in the order of the file.
    /// - Parameter document: the section of a name as JSON, without secrets.
    func read(_ root: ConfigReader, document: (String) -> String) -> [ConfiguredBackend] {
        guard let section = root.section("backends") else {
            root.report("backends", "is missing", hint: "name at least one backend with url, model and role")
            return []
        }
        let backends = section.keys.compactMap { key -> ConfiguredBackend? in
            guard let inner = section.section(key) else { return nil }
            guard let id = Self.id(key) else {
                section.report(key, "is no name for a backend", hint: "use lower-case letters, digits, - _ and .")
                return nil
            }
            var backend = read(id, inner)
            backend?.document = document(key)
            return backend
        }
        section.finish()
        if section.keys.isEmpty { root.report("backends", "is empty") }
        return backends
    }

    /// One backend; nil with problems.
    func read(_ id: BackendID, _ section: ConfigReader) -> ConfiguredBackend? {
        defer { section.finish() }
        var draft = defaults
        if let name = section.string("provider") {
            if let known = providers[name] ?? ProviderProfile.named(name).flatMap({ providers[$0.name] }) {
                draft = known
            } else {
                let names = providers.keys.sorted()
                section.report(
                    "provider",
                    "there is no such provider",
                    hint: name.suggestion(among: names) ?? "there are: \(names.joined(separator: ", ")); "
                        + "or name it under providers"
                )
            }
        }
        Self.readSettings(section, into: &draft)
        Self.readIdentity(section, into: &draft)
        if section.has("sidecar") || section.has("profile") { readPlace(section, into: &draft) }
        return draft.finished(id, section: section)
    }

    /// `sidecar` and `profile`: it is where the sidecar says.
    private func readPlace(_ section: ConfigReader, into draft: inout BackendDraft) {
        let profile = section.string("profile")
        if profile == nil { section.report("profile", "is missing", hint: "a profile of the sidecar's manifest") }
        guard let name = section.string("sidecar") else {
            return section.report("sidecar", "is missing", hint: "a name under sidecars")
        }
        guard let sidecar = sidecars.first(where: { $0.name == name }) else {
            let names = sidecars.map(\.name)
            let hint =
                name.suggestion(among: names)
                ?? (names.isEmpty ? "name it under sidecars" : "there are: \(names.joined(separator: ", "))")
            return section.report("sidecar", "there is no such sidecar", hint: hint)
        }
        for key in ["url", "key"] where section.has(key) {
            section.report(key, "stands beside sidecar", hint: "the sidecar says where its models answer")
        }
        if section.has("local"), draft.isLocal == false {
            section.report("local", "is false beside sidecar", hint: "a sidecar's models run on this machine")
        }
        if let wire = draft.wire, ![.openAIChat, .ollamaChat].contains(wire) {
            section.report("wire", "is none that a sidecar's models speak", hint: "openai-chat, ollama-chat")
        }
        guard let profile else { return }
        draft.settings.place = ModelPlace(sidecar: name, profile: profile)
        draft.model = draft.model ?? profile
        if draft.model != profile, !draft.settings.models.contains(profile) { draft.settings.models.append(profile) }
        draft.url = sidecar.url.base
        draft.isLocal = true
        draft.key = sidecar.token.map(BackendDraft.Key.secret) ?? .none
        if case .unsaid = draft.health { draft.health = .path("/health") }
        // A sidecar tries for long before it gives a model up: the next request need not learn that, too.
        if draft.settings.allowedFailsByClass[.modelFailed] == nil {
            draft.settings.allowedFailsByClass[.modelFailed] = 0
        }
    }

    /// A name that a backend may have; `automatic` means something else in a strategy.
    static func id(_ name: String) -> BackendID? {
        ["automatic", "all"].contains(name) ? nil : BackendID(name)
    }

    // MARK: What may be inherited from the defaults

    private static func readSettings(_ section: ConfigReader, into draft: inout BackendDraft) {
        var backend = draft.settings
        readTimeouts(section, into: &backend.timeouts)
        readAllowedFails(section, into: &backend)
        backend.cooldown = section.seconds("cooldown_s", in: 0...86_400) ?? backend.cooldown
        backend.healthInterval = section.seconds("health_interval_s", in: 1...86_400) ?? backend.healthInterval
        backend.modalities = section.strings("modalities").map { Set($0).subtracting(["text"]) } ?? backend.modalities
        backend.strengths = section.strings("strengths") ?? backend.strengths
        backend.weaknesses = section.strings("weaknesses") ?? backend.weaknesses
        backend.maxContext = section.integer("max_context", in: 256...100_000_000) ?? backend.maxContext
        backend.maxOutput = section.integer("max_output", in: 1...100_000_000) ?? backend.maxOutput
        backend.quality = section.decimal("quality", in: 0...1) ?? backend.quality
        backend.speed = section.decimal("speed", in: 0...1) ?? backend.speed
        backend.weight = section.decimal("weight", in: 0...1_000_000) ?? backend.weight
        backend.maxConcurrent = section.integer("max_concurrent", in: 1...100_000) ?? backend.maxConcurrent
        backend.requestsPerMinute =
            section.integer("requests_per_minute", in: 1...1_000_000) ?? backend.requestsPerMinute
        draft.settings = backend
    }

    private static func readTimeouts(_ section: ConfigReader, into timeouts: inout Backend.Timeouts) {
        guard let section = section.section("timeouts") else { return }
        timeouts.connect = section.milliseconds("connect_ms") ?? timeouts.connect
        timeouts.firstToken = section.milliseconds("first_token_ms") ?? timeouts.firstToken
        timeouts.stall = section.milliseconds("stall_ms") ?? timeouts.stall
        timeouts.total = section.milliseconds("total_ms") ?? timeouts.total
        section.finish()
    }

    /// A number for all failures, or numbers by class with a `default`.
    private static func readAllowedFails(_ section: ConfigReader, into backend: inout Backend) {
        let range = 0...1_000
        guard section.isSection("allowed_fails") else {
            guard let count = section.integer("allowed_fails", in: range) else { return }
            backend.allowedFails = count
            backend.allowedFailsByClass = [:]
            return
        }
        guard let classes = section.section("allowed_fails") else { return }
        backend.allowedFails = classes.integer("default", in: range) ?? backend.allowedFails
        for failure in FailureClass.allCases where failure.healthEffect != .neutral {
            if let count = classes.integer(failure.rawValue, in: range) {
                backend.allowedFailsByClass[failure] = count
            }
        }
        classes.finish()
    }

    // MARK: What a provider or a backend says

    private static func readIdentity(_ section: ConfigReader, into draft: inout BackendDraft) {
        if section.has("url") { draft.url = readURL(section) }
        draft.wire = section.choice("wire") ?? draft.wire
        draft.model = readModel(section) ?? draft.model
        draft.settings.models = section.strings("models") ?? draft.settings.models
        draft.roles = readRoles(section) ?? draft.roles
        draft.isLocal = section.boolean("local") ?? draft.isLocal
        draft.isEnabled = section.boolean("enabled") ?? draft.isEnabled
        draft.settings.embedsOnly = section.boolean("embeds_only") ?? draft.settings.embedsOnly
        draft.settings.prices = readPrices(section) ?? draft.settings.prices
        readHealth(section, into: &draft)
        readKey(section, into: &draft)
    }

    /// Names of models stand in logs and tables, and in the address of one format.
    private static func readModel(_ section: ConfigReader) -> String? {
        guard let name = section.string("model") else { return nil }
        if !name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) {
            section.report("model", "holds characters that do not print")
        }
        return name
    }

    private static func isPrintable(_ address: String) -> Bool {
        address.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.properties.generalCategory != .control }
    }

    private static func readURL(_ section: ConfigReader) -> String? {
        guard let text = section.string("url") else { return nil }
        guard isPrintable(text), let url = URL(string: text), let scheme = url.scheme,
            ["http", "https"].contains(scheme), url.host?.isEmpty == false, (1...65_535).contains(url.port ?? 80)
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

    private static func readRoles(_ section: ConfigReader) -> [Role]? {
        guard let names = section.strings("role") else { return nil }
        if names.isEmpty { section.report("role", "is empty") }
        return names.compactMap { section.choice($0, for: "role") }
    }

    private static func readPrices(_ section: ConfigReader) -> PriceVector? {
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

    /// `health`: a path behind the base URL, an absolute URL, or `never`.
    private static func readHealth(_ section: ConfigReader, into draft: inout BackendDraft) {
        guard let text = section.string("health") else { return }
        if text == "never" {
            draft.health = .never
        } else if text.hasPrefix("/"), isPrintable(text) {
            draft.health = .path(text)
        } else if text.hasPrefix("http://") || text.hasPrefix("https://"), isPrintable(text),
            let url = URL(string: text), url.user == nil
        {
            draft.health = .url(text)
        } else {
            section.report(
                "health",
                "is neither a path, a URL without a user, nor never",
                hint: "/models, http://127.0.0.1:8081/health, never"
            )
        }
    }

    /// A backend whose key is not in the environment is there, but disabled, with the reason.
    private static func readKey(_ section: ConfigReader, into draft: inout BackendDraft) {
        switch section.secret("key") {
        case .success(""): section.report("key", "is empty", hint: "none for a backend that takes none")
        case .success("none"): draft.key = .none
        case .success(let value) where isHeaderText(value): draft.key = .secret(Secret(value))
        case .success: section.report("key", "holds characters that no header may have")
        case .failure(let missing): draft.key = .missing(missing.name)
        case nil: break
        }
    }

    /// Whether a header may hold the text.
    static func isHeaderText(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}
