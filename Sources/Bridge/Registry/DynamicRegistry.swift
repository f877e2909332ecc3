internal import Foundation
internal import Logging
internal import Persona
internal import Routing

/// The backends as they are now: those of the configuration, those that were registered over the socket, and what an
/// operator has said of either.
///
/// Every change goes through here: it is committed to the ledger first, and then becomes one new snapshot of
/// ``Routing/LiveRouting``. What is in flight goes on with the snapshot that it started with.
actor DynamicRegistry {
    private let live: LiveRouting
    private let board: HealthBoard
    private let ledger: Ledger
    private let logger: Logger
    private var config: BridgeConfig
    private var registered: [ConfiguredBackend] = []
    private var words: [BackendID: OperatorWord]
    /// The models that operators have chosen.
    private var models: [BackendID: String]

    /// Reads what the ledger kept.
    init(
        _ config: BridgeConfig,
        live: LiveRouting,
        board: HealthBoard,
        ledger: Ledger,
        logger: Logger
    ) throws {
        self.config = config
        self.live = live
        self.board = board
        self.ledger = ledger
        self.logger = logger
        words = Self.byID(try ledger.operatorWords())
        models = Self.byID(try ledger.chosenModels())
        let kept = try ledger.registeredBackends()
        registered = Self.read(kept, config: config, logger: logger)
        let backends = Self.effective(config, registered, words, models)
        let policy = config.policy
        live.update { $0 = RoutingSnapshot(registry: BackendRegistry(backends.map(\.backend)), policy: policy) }
        board.adopt(live.current.registry)
        // A disk that is full keeps nobody from starting: nothing is sent until it is not, and then all goes on.
        do { try ledger.keep(backends.map { BackendRow($0, policy: policy, lamp: nil) }) } catch {
            logger.error(
                "the ledger cannot note which backends there are",
                metadata: ["reason": "\(LedgerWriter.reason(error))"]
            )
        }
    }

    /// All of them, in the order in which they are considered.
    var backends: [ConfiguredBackend] { Self.effective(config, registered, words, models) }

    /// What an operator has said of each.
    var operatorWords: [BackendID: OperatorWord] { words }

    /// Writes down which backends there are, as after each change.
    private func record() throws(BridgeError) {
        do { try ledger.keep(backends.map(row)) } catch { throw unavailable(error) }
    }

    // MARK: Changes

    /// Takes a new configuration over.
    func adopt(_ config: BridgeConfig) {
        let documents = registered.map { (name: $0.backend.id.rawValue, config: $0.document) }
        self.config = config
        registered = Self.read(documents, config: config, logger: logger)
        publish()
        // The backends are there whether or not the ledger can be told now; it is told with the next change.
        try? record()
    }

    /// Does as an operator says of a backend.
    func say(_ word: OperatorWord, of name: String) throws(BridgeError) {
        let entry = try entry(name)
        if word == .enabled, let missing = entry.missingKey {
            throw rejected(name, "its key is not there", hint: "set \(missing) for the daemon, and reload")
        }
        do { try ledger.say(word, of: name) } catch { throw unavailable(error) }
        words[entry.backend.id] = word
        publish()
        try record()
        logger.notice("an operator changed a backend", metadata: ["backend": "\(name)", "to": "\(word.rawValue)"])
    }

    /// Takes back that a backend is drained, also when it or its key is not there now. Any other word stands: who switched it
    /// off meanwhile wants it off.
    func undrain(_ backend: BackendID) throws(BridgeError) {
        guard words[backend] == .draining else { return }
        do { try ledger.say(.enabled, of: backend.rawValue) } catch { throw unavailable(error) }
        words[backend] = .enabled
        publish()
        try record()
        logger.notice("a backend is drained no more", metadata: ["backend": "\(backend)"])
    }

    /// Has another model of a backend asked for, whatever the configuration says, until the next word.
    /// - Parameters:
    ///   - model: nil for the configuration's.
    ///   - isListed: asks the backend whether it lists the model; asked when the configuration does not name it.
    func choose(
        _ model: String?,
        of name: String,
        isListed: (Backend, String) async -> Bool
    ) async throws(BridgeError) {
        let before = try entry(name)
        if let model, !before.names(model) {
            guard await isListed(before.backend, model) else { throw .invalidParams("model") }
        }
        // It took its time to answer: the backend may be gone.
        let entry = try entry(name)
        if let model, let leak = leak(of: entry, asking: model) {
            throw rejected(name, leak, hint: "choose another model, or change the identity's term")
        }
        do { try ledger.choose(model, of: name) } catch { throw unavailable(error) }
        models[entry.backend.id] = model
        publish()
        logger.notice(
            "an operator switched a backend's model",
            metadata: ["backend": "\(name)", "to": "\(model ?? entry.configuredModel)"]
        )
    }

    /// Adds a backend, or replaces one that was registered before.
    /// - Parameter document: its section as JSON.
    func register(_ name: String, document: String) throws(BridgeError) {
        guard let id = BackendsReader.id(name) else {
            throw rejected(name, "is no name for a backend", hint: "use lower-case letters, digits, - _ and .")
        }
        guard !config.configured.contains(where: { $0.backend.id == id }) else {
            throw rejected(name, "stands in the configuration", hint: "change it there, or choose another name")
        }
        let entry: ConfiguredBackend
        do { entry = try Self.read(id, document: document, config: config, isNew: true) } catch {
            throw BridgeError(.badConfiguration, .init(problems: error.problems))
        }
        let others = backends.filter { $0.backend.id != id }
        do {
            try ledger.keep((others + [entry]).map(row))
            // Its section is the last word about its model.
            try ledger.choose(nil, of: name)
        } catch { throw unavailable(error) }
        models[id] = nil
        registered.removeAll { $0.backend.id == id }
        registered.append(entry)
        publish()
        logger.notice("an operator registered a backend", metadata: ["backend": "\(name)"])
    }

    /// Removes a backend that was registered over the socket.
    func remove(_ name: String) throws(BridgeError) {
        let entry = try entry(name)
        guard entry.source == .socket else {
            throw rejected(name, "stands in the configuration", hint: "remove it there, or disable it here")
        }
        do { try ledger.forget(name) } catch { throw unavailable(error) }
        registered.removeAll { $0.backend.id == entry.backend.id }
        words[entry.backend.id] = nil
        models[entry.backend.id] = nil
        publish()
        logger.notice("an operator removed a backend", metadata: ["backend": "\(name)"])
    }

    // MARK: Parts

    private func entry(_ name: String) throws(BridgeError) -> ConfiguredBackend {
        guard let entry = backends.first(where: { $0.backend.id.rawValue == name }) else {
            throw BridgeError(.unknownBackend)
        }
        return entry
    }

    /// What would hold everything back that is sent for that model; nil when nothing would.
    private func leak(of entry: ConfiguredBackend, asking model: String) -> String? {
        var backend = entry.backend
        backend.model = model
        return LeakCheck(config.personas, own: config.ownIdentity, backends: backends.map(\.backend))?
            .leak(of: backend)
    }

    private static func byID<Word>(_ words: [String: Word]) -> [BackendID: Word] {
        Dictionary(words.compactMap { name, word in BackendID(name).map { ($0, word) } }) { first, _ in first }
    }

    private func publish() {
        let registry = BackendRegistry(backends.map(\.backend))
        let policy = config.policy
        live.update { $0 = RoutingSnapshot(registry: registry, policy: policy) }
        board.adopt(registry)
    }

    private func row(of entry: ConfiguredBackend) -> BackendRow {
        let lamp = board.snapshot().first { $0.backend == entry.backend.id }
        return BackendRow(entry, policy: config.policy, lamp: lamp)
    }

    private func rejected(_ name: String, _ message: String, hint: String) -> BridgeError {
        let problem = ConfigProblem(file: "backends", line: nil, path: name, message: message, hint: hint)
        return BridgeError(.badConfiguration, .init(problems: [problem]))
    }

    private func unavailable(_ error: any Error) -> BridgeError {
        logger.error("the ledger cannot keep the backends", metadata: ["reason": "\(type(of: error))"])
        return BridgeError(.ledgerUnavailable)
    }

    /// The configuration's backends, then the registered ones, each as the operator wants it.
    private static func effective(
        _ config: BridgeConfig,
        _ registered: [ConfiguredBackend],
        _ words: [BackendID: OperatorWord],
        _ models: [BackendID: String]
    ) -> [ConfiguredBackend] {
        (config.configured + registered).map { entry in
            var entry = entry
            if let model = models[entry.backend.id] { entry.choose(model) }
            switch words[entry.backend.id] {
            // Nobody's word makes up for a key.
            case _ where entry.missingKey != nil, nil: break
            case .enabled: entry.backend.service = .enabled
            case .draining: entry.backend.service = .draining
            case .disabled: entry.backend.service = .disabled("switched off by an operator")
            }
            return entry
        }
    }

    /// Backends that were registered earlier, as far as they still fit beside the configuration.
    private static func read(
        _ documents: [(name: String, config: String)],
        config: BridgeConfig,
        logger: Logger
    ) -> [ConfiguredBackend] {
        documents.compactMap { name, document in
            guard let id = BackendsReader.id(name), !config.configured.contains(where: { $0.backend.id == id }),
                let entry = try? read(id, document: document, config: config, isNew: false)
            else {
                logger.warning("a registered backend no longer fits", metadata: ["backend": "\(name)"])
                return nil
            }
            return entry
        }
    }

    /// Checks a section that came over the socket, by the rules of the file and some more.
    private static func read(
        _ id: BackendID,
        document: String,
        config: BridgeConfig,
        isNew: Bool
    ) throws(ConfigProblems) -> ConfiguredBackend {
        let context = ConfigReader.Context(environment: config.environment.values)
        let path = "backends.\(id)"
        guard let tree = ConfigTree.parse(document, file: "backends", path: path, context: context) else {
            throw ConfigProblems(problems: context.problems)
        }
        let section = ConfigReader(tree, context: context)
        // The environment of the daemon is not the client's to read, but for one key.
        if let key = tree.word(["key"]), !key.isReference, key != "none" {
            section.report("key", "is not a variable", hint: "write ${NAME}; the key itself must not stand here")
        }
        if tree.readsEnvironment { section.report("url", "only key may name a variable") }
        var entry = config.inheritance.read(id, section)
        entry?.source = .socket
        entry?.document = document
        if isNew, let backend = entry?.backend {
            let check = LeakCheck(config.personas, own: config.ownIdentity, backends: config.backends + [backend])
            if let leak = check?.leak(of: backend) { section.report("model", leak, hint: LeakCheck.hint) }
        }
        guard let entry, context.problems.isEmpty else { throw ConfigProblems(problems: context.problems) }
        return entry
    }
}

extension BackendRow {
    /// What the ledger keeps of a backend.
    init(_ entry: ConfiguredBackend, policy: RoutingPolicy, lamp: BackendHealth?) {
        let backend = entry.backend
        var capabilities = JSONWriter()
        capabilities.object { json in
            json.key("roles")
            json.array(backend.roles) { $0.string($1.rawValue) }
            json.key("strengths")
            json.array(backend.strengths) { $0.string($1) }
            json.key("weaknesses")
            json.array(backend.weaknesses) { $0.string($1) }
            json.key("modalities")
            json.array(backend.modalities.sorted()) { $0.string($1) }
            json.key("max_context")
            json.integer(backend.maxContext)
        }
        var kinds = JSONWriter()
        kinds.array(TaskKind.allCases.filter { policy.prefers(backend, for: $0) }) { $0.string($1.rawValue) }
        var fallbacks = JSONWriter()
        fallbacks.array([policy.fallback].compactMap(\.self).filter { $0 != backend.id }) { $0.string($1.rawValue) }
        self.init(
            name: backend.id.rawValue,
            type: backend.provider.isEmpty ? backend.wire.rawValue : backend.provider,
            source: entry.source.rawValue,
            isEnabled: backend.disabledReason == nil,
            isPrimary: policy.primary == backend.id,
            config: entry.document,
            capabilities: String(decoding: capabilities.bytes, as: UTF8.self),
            quality: backend.quality,
            speed: backend.speed,
            cost: backend.costScore,
            reliability: lamp?.reliability ?? 1,
            health: (lamp?.state ?? (backend.disabledReason == nil ? .unknown : .disabled)).rawValue,
            preferredFor: String(decoding: kinds.bytes, as: UTF8.self),
            fallbacks: String(decoding: fallbacks.bytes, as: UTF8.self)
        )
    }
}

extension RoutingPolicy {
    /// Whether the backend is asked first for that kind: by a rule, or because it is its home.
    fileprivate func prefers(_ backend: Backend, for kind: TaskKind) -> Bool {
        rules[kind]?.contains(backend.id) ?? backend.roles.contains(kind.home)
    }
}

extension Backend {
    /// How cheap it is, from 0 to 1: 1 is free, a dollar a million tokens is a half; unknown counts as the middle.
    fileprivate var costScore: Double {
        guard let prices else { return 0.5 }
        return 1 / (1 + (prices.input + prices.output) / 2)
    }
}
