internal import Foundation
internal import Routing

/// What the `model` of a request means, and the list of all that it may be.
///
/// Of one name with two meanings the first counts, in the order of ``Meaning``; `backend/model` is never ambiguous.
struct ModelNames: Sendable {
    /// A choice that is the router's, under the name of a model.
    enum Virtual: String, Sendable, CaseIterable {
        /// Whatever the policy would ask.
        case auto
        /// What answers soonest.
        case fast
        /// What answers best.
        case quality
        /// What costs least.
        case cheap

        /// What counts most then; nil for the policy's own word.
        var criterion: RoutingPolicy.Criterion? {
            switch self {
            case .auto: nil
            case .fast: .speedFirst
            case .quality: .qualityFirst
            case .cheap: .costFirst
            }
        }
    }

    /// What a sidecar can load for a backend.
    struct Profile: Sendable, Equatable {
        var name: String
        var backend: BackendID
        /// What it is called besides.
        var aliases: [String] = []
    }

    /// What a name means.
    enum Meaning: Sendable, Equatable {
        case virtual(Virtual)
        /// Whoever is the home of that kind.
        case kind(TaskKind)
        /// A backend with its own model.
        case backend(BackendID)
        /// One model of one backend.
        case offer(BackendID, model: String)
        /// Any backend that offers the model.
        case model(String)
    }

    let registry: BackendRegistry
    let profiles: [Profile]

    /// Of the backends of a moment. It builds nothing, so one can be made for each request.
    init(_ registry: BackendRegistry, profiles: [Profile] = []) {
        self.registry = registry
        self.profiles = profiles
    }

    /// What the name means; nil when nothing has that name.
    func meaning(of name: String) -> Meaning? {
        if let virtual = Virtual(rawValue: name) { return .virtual(virtual) }
        if let kind = TaskKind(rawValue: name) { return .kind(kind) }
        if let backend = BackendID(name), registry[backend] != nil { return .backend(backend) }
        if let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")), let id = BackendID(String(name[..<slash])),
            let backend = registry[id]
        {
            let model = String(name[name.utf8.index(after: slash)...])
            if backend.offers(model) { return .offer(id, model: model) }
            if let profile = profile(model), profile.backend == id { return .offer(id, model: profile.name) }
        }
        for backend in registry.backends where backend.offers(name) { return .model(name) }
        return profile(name).map { .offer($0.backend, model: $0.name) }
    }

    /// Sets what the name means in a request.
    /// - Throws: ``DoorError/Code/unknownModel`` with the nearest name, if one is near.
    func apply(_ name: String, to params: inout ThoughtParams) throws(DoorError) {
        switch meaning(of: name) {
        case .virtual(let virtual): params.constraints.criterion = virtual.criterion
        case .kind(let kind): params.kind = kind
        case .backend(let backend): params.backend = backend.rawValue
        case .offer(let backend, let model):
            params.backend = backend.rawValue
            params.constraints.model = model
        case .model(let model): params.constraints.model = model
        case nil:
            var error = DoorError(.unknownModel, field: "model")
            if let hint = name.suggestion(among: entries.map(\.name)) { error.message += " (\(hint))" }
            throw error
        }
    }

    private func profile(_ name: String) -> Profile? {
        profiles.first { $0.name == name } ?? profiles.first { $0.aliases.contains(name) }
    }
}

extension Backend {
    /// Whether it can be asked for that model.
    fileprivate func offers(_ name: String) -> Bool { model == name || models.contains(name) }
}

// MARK: The list

extension ModelNames {
    /// One name of the list.
    struct Entry: Sendable, Equatable {
        /// What has the name.
        enum Sort: String, Sendable {
            case virtual, kind, backend, model, profile
        }

        var name: String
        var sort: Sort
        /// Who would be asked; empty for what the router chooses.
        var backends: [BackendID] = []
    }

    /// All that can be asked for, each name once: what the router chooses, the backends that are in service, their models,
    /// profiles. A model that more than one backend offers, or whose name means something else, is there as
    /// `backend/model` too.
    var entries: [Entry] {
        var list: [Entry] = []
        var taken: Set<String> = []
        func add(_ name: String, _ sort: Entry.Sort, _ backends: [BackendID] = []) -> Bool {
            guard taken.insert(name).inserted else { return false }
            list.append(Entry(name: name, sort: sort, backends: backends))
            return true
        }
        for virtual in Virtual.allCases { _ = add(virtual.rawValue, .virtual) }
        for kind in TaskKind.allCases { _ = add(kind.rawValue, .kind) }
        for backend in inService { _ = add(backend.id.rawValue, .backend, [backend.id]) }
        for (model, backends) in offers {
            if add(model, .model, backends), backends.count == 1 { continue }
            for backend in backends { _ = add("\(backend)/\(model)", .model, [backend]) }
        }
        for profile in profiles { _ = add(profile.name, .profile, [profile.backend]) }
        return list
    }

    private var inService: [Backend] { registry.backends.filter { $0.disabledReason == nil } }

    /// The models, and who offers each, both in the order of the configuration.
    private var offers: [(model: String, backends: [BackendID])] {
        var offers: [(model: String, backends: [BackendID])] = []
        for backend in inService {
            for model in [backend.model] + backend.models {
                let place = offers.firstIndex { $0.model == model } ?? offers.endIndex
                if place == offers.endIndex { offers.append((model, [])) }
                if !offers[place].backends.contains(backend.id) { offers[place].backends.append(backend.id) }
            }
        }
        return offers
    }

    /// The list as OpenAI's SDKs read it.
    /// - Parameter created: seconds since 1970; nobody knows when a model was made, so it is the daemon's start.
    func openAIList(created: Int64) -> [UInt8] {
        let entries = entries
        var json = JSONWriter(reserving: 192 * (entries.count + 1))
        json.object { json in
            json.key("object")
            json.constant("list")
            json.key("data")
            json.array(entries) { Self.writeOpenAI($1, created, &$0) }
        }
        return json.bytes
    }

    /// The list as Anthropic's SDKs read it, in one page.
    /// - Parameter created: seconds since 1970.
    func anthropicList(created: Int64) -> [UInt8] {
        let entries = entries
        var json = JSONWriter(reserving: 192 * (entries.count + 1))
        json.object { json in
            json.key("data")
            json.array(entries) { Self.writeAnthropic($1, created, &$0) }
            json.key("has_more")
            json.boolean(false)
            json.key("first_id")
            json.string(entries.first?.name, orNull: ())
            json.key("last_id")
            json.string(entries.last?.name, orNull: ())
        }
        return json.bytes
    }

    /// One of the list as OpenAI's SDKs read it (`GET /v1/models/{model}`); nil when there is none.
    func openAIModel(_ name: String, created: Int64) -> [UInt8]? {
        one(name) { Self.writeOpenAI($0, created, &$1) }
    }

    /// One of the list as Anthropic's SDKs read it; nil when there is none.
    func anthropicModel(_ name: String, created: Int64) -> [UInt8]? {
        one(name) { Self.writeAnthropic($0, created, &$1) }
    }

    private func one(_ name: String, _ write: (Entry, inout JSONWriter) -> Void) -> [UInt8]? {
        guard let entry = entries.first(where: { $0.name == name }) else { return nil }
        var json = JSONWriter()
        write(entry, &json)
        return json.bytes
    }

    private static func writeOpenAI(_ entry: Entry, _ created: Int64, _ json: inout JSONWriter) {
        json.object { json in
            json.key("id")
            json.string(entry.name)
            json.key("object")
            json.constant("model")
            json.key("created")
            json.integer(created)
            json.key("owned_by")
            json.string(entry.backends.first?.rawValue ?? DoorError.ourselves)
            writeOrigin(entry, &json)
        }
    }

    private static func writeAnthropic(_ entry: Entry, _ created: Int64, _ json: inout JSONWriter) {
        json.object { json in
            json.key("type")
            json.constant("model")
            json.key("id")
            json.string(entry.name)
            json.key("display_name")
            json.string(entry.name)
            json.key("created_at")
            json.string(Date(timeIntervalSince1970: TimeInterval(created)).formatted(.iso8601))
            writeOrigin(entry, &json)
        }
    }

    /// What no vendor says: what has the name, and who would be asked.
    private static func writeOrigin(_ entry: Entry, _ json: inout JSONWriter) {
        json.key("workshop")
        json.object { json in
            json.key("sort")
            json.string(entry.sort.rawValue)
            json.key("backends")
            json.array(entry.backends) { $0.string($1.rawValue) }
        }
    }
}
