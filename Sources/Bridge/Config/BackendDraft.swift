internal import Foundation
internal import Persona
internal import Routing

/// A backend as far as it has been said: `defaults`, the provider and the backend itself each add to it.
struct BackendDraft: Sendable, Undisclosed {
    /// What stands behind `key`.
    enum Key: Sendable {
        /// Nobody said: the provider's own variable counts, for the provider's own address.
        case unsaid
        /// It takes none.
        case none
        case secret(Secret)
        /// The variable that is not set.
        case missing(String)
    }

    /// What stands behind `health`.
    enum Health: Sendable {
        case unsaid, never
        /// Behind the base URL.
        case path(String)
        case url(String)
    }

    /// Everything that has a default.
    var settings: Backend
    var profile: ProviderProfile?
    var url: String?
    var wire: Backend.WireName?
    var model: String?
    var roles: [Role]?
    var isLocal: Bool?
    var key = Key.unsaid
    var health = Health.unsaid
    var isEnabled: Bool?

    /// A draft that says nothing.
    init?() {
        guard let id = BackendID("draft") else { return nil }
        settings = Backend(id: id, url: "", model: "", roles: [], isLocal: false)
    }
}

/// A backend of the configuration, with what an operator's list shows of where it comes from.
struct ConfiguredBackend: Sendable {
    /// Who has put it there.
    enum Source: String, Sendable {
        /// The configuration file, or a variable.
        case file
        /// An operator, over the socket.
        case socket
    }

    var backend: Backend
    var source = Source.file
    /// The variable without which it cannot be asked.
    var missingKey: String?
    /// Its section as JSON, without any secret.
    var document = "{}"
    /// The configuration's model, where an operator has chosen another one.
    var replacedModel: String?

    /// The model that the configuration names.
    var configuredModel: String { replacedModel ?? backend.model }

    /// Whether the configuration names that model.
    func names(_ model: String) -> Bool { model == configuredModel || backend.models.contains(model) }

    /// Has another model asked for. What it was configured with can be asked for as before.
    mutating func choose(_ model: String) {
        guard model != backend.model else { return }
        replacedModel = configuredModel
        if !backend.models.contains(configuredModel) { backend.models.append(configuredModel) }
        backend.model = model
    }
}

extension BackendDraft {
    /// The backend, or nil with a problem for each thing that nobody said.
    func finished(_ id: BackendID, section: ConfigReader) -> ConfiguredBackend? {
        let wire = wire ?? profile?.wire ?? .openAIChat
        let defaultURL = if let profile { profile.url(wire) } else { wire.defaultURL(provider: "") }
        let url = url ?? defaultURL
        if url == nil && !section.has("url") {
            section.report("url", "is missing", hint: "such as http://127.0.0.1:8081/v1")
        }
        let model = model ?? settings.models.first
        if model == nil && !section.has("model") {
            section.report("model", "is missing", hint: "the name that the provider knows it by")
        }
        if roles == nil && !section.has("role") {
            section.report("role", "is missing", hint: Role.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard let url, let model, let roles, !roles.isEmpty else { return nil }
        var backend = settings
        backend.id = id
        backend.url = url
        backend.model = model
        backend.roles = roles
        backend.isLocal = isLocal ?? false
        backend.provider = profile?.name ?? ""
        backend.wire = wire
        backend.health =
            switch health {
            case .never: .never
            case .url(let url): .get(url)
            case .path(let path): .get(url + path)
            case .unsaid: .get(wire.defaultHealthURL(base: url, provider: backend.provider))
            }
        var configured = ConfiguredBackend(backend: backend)
        switch url == defaultURL ? keyOfProvider(section.context) : key {
        case .secret(let secret): configured.backend.key = secret
        case .missing(let variable): configured.missingKey = variable
        case .none, .unsaid: break
        }
        if let variable = configured.missingKey {
            configured.backend.service = .disabled("no key: set \(variable)")
        } else if isEnabled == false {
            configured.backend.service = .disabled("switched off in the configuration")
        }
        return configured
    }

    /// The key that was said, or the provider's own: that one goes to the provider's own address, never to another that
    /// somebody wrote there.
    private func keyOfProvider(_ context: ConfigReader.Context) -> Key {
        guard case .unsaid = key, let variable = profile?.keyVariable else { return key }
        guard let value = context.environment[variable], !value.isEmpty else { return .missing(variable) }
        return BackendsReader.isHeaderText(value) ? .secret(Secret(value)) : .missing(variable)
    }
}
