public import Foundation
internal import Persona
internal import Routing

/// Reads `configs/backends.yaml` and the personas, and gives a checked configuration or every problem at once.
public enum ConfigLoader {
    /// The longest path of a Unix socket: `sun_path` has 108 bytes, the last of them zero (unix(7)), and one goes to the
    /// name under which it is bound.
    static let longestSocketPath = 106

    /// Loads the file, with the `.env` beside it.
    /// - Parameter envFile: another file of variables; it must be there, and goes before the one beside the configuration.
    /// - Throws: ``ConfigProblems`` with all that is wrong, each with path, line and hint.
    public static func load(
        _ file: String,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        envFile: String? = nil
    ) throws(ConfigProblems) -> BridgeConfig {
        try load(ConfigSource(file: file, envFile: envFile, environment: environment))
    }

    static func load(_ source: ConfigSource) throws(ConfigProblems) -> BridgeConfig {
        let base = URL(fileURLWithPath: source.file).deletingLastPathComponent()
        var problems: [ConfigProblem] = []
        var environment = ConfigEnvironment(
            process: source.environment,
            beside: base,
            named: source.envFile,
            context: &problems
        )
        let context = ConfigReader.Context(environment: environment.values)
        problems.forEach(context.add)
        var watched = FileStamp.of([source.file]) + environment.files
        guard let tree = ConfigTree.open(source.file, context: context) else { throw failure(context) }
        if tree.holdsSecret { environment.warn(ofSecretsIn: source.file) }
        var overlay = EnvironmentOverlay(tree, environment: environment, context: context)
        overlay.apply()
        let root = ConfigReader(overlay.tree, context: context)
        let (server, personas, defaultPersona) = readServer(root, base: base, watched: &watched)
        let ledger = readLedger(root, base: base, environment: environment.values)
        let memory = readMemory(root, base: base, ledger: ledger)
        let state = (ledger.path as NSString).deletingLastPathComponent
        let http = HTTPReader.read(root, base: base, folder: state)
        watched += FileStamp.of([http?.tls?.certificate, http?.tls?.key].compactMap(\.self))
        let guardWishes = GuardReader.read(root)
        let sidecars = SidecarsReader(absolute: { absolute($0, base) }, environment: environment.values).read(root)
        watched += FileStamp.of(sidecars.compactMap(\.manifest))
        let inheritance = BackendsReader(root, sidecars: sidecars)
        let configured = inheritance?.read(root) { overlay.tree.document(["backends", $0]) } ?? []
        let routing = RoutingReader(names: BackendNames(known: overlay.tree.names(["backends"])))
        let policy = routing.policy(root)
        let budgets = routing.budgets(root)
        let cache = routing.cache(root)
        routing.check(cache.semantic, configured.map(\.backend), root)
        let jobs = JobsReader.read(root)
        let paths = MachineIdentity.Paths(
            files: [
                source.file, source.envFile, server.socket, ledger.path, memory.path, http?.keys,
                http?.tls?.certificate, http?.tls?.key,
            ].compactMap(\.self)
        )
        let own = Identity(terms: paths.terms)
        reportLeaks(configured.map(\.backend), personas: personas, own: own, root: root)
        root.finish()
        guard context.problems.isEmpty, let defaultPersona, let inheritance else { throw failure(context) }
        return BridgeConfig(
            source: source,
            server: server,
            http: http,
            ledger: ledger,
            memory: memory,
            jobs: jobs,
            policy: policy,
            budgets: budgets,
            cache: cache,
            sidecars: sidecars,
            configured: configured,
            inheritance: inheritance,
            environment: environment,
            changes: overlay.changes,
            personas: personas,
            guardWishes: guardWishes,
            defaultPersona: defaultPersona,
            ownIdentity: own,
            watched: watched
        )
    }

    private static func reportLeaks(
        _ backends: [Backend],
        personas: [PersonaCard],
        own: Identity,
        root: ConfigReader
    ) {
        guard !personas.isEmpty else { return }
        guard let check = LeakCheck(personas, own: own, backends: backends) else {
            root.report("server", "an identity term is a single digit, and would refuse every task with that digit")
            return
        }
        for backend in backends {
            if let leak = check.leak(of: backend) {
                root.report("backends", "\(backend.id): \(leak)", hint: LeakCheck.hint)
            }
        }
    }

    private static func failure(_ context: ConfigReader.Context) -> ConfigProblems {
        ConfigProblems(problems: context.problems.sorted { ($0.file, $0.line ?? 0) < ($1.file, $1.line ?? 0) })
    }

    /// Where the socket is when nobody says: `$XDG_RUNTIME_DIR/workshop/`, or the state folder where there is none.
    public static func defaultSocket(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        if let runtime = environment["XDG_RUNTIME_DIR"], !runtime.isEmpty { return runtime + "/workshop/workshop.sock" }
        return stateFolder(environment) + "/workshop.sock"
    }

    /// Why no socket can have that path; nil when one can.
    static func socketProblem(_ path: String) -> String? {
        path.utf8.count > longestSocketPath
            ? "the path has \(path.utf8.count) bytes, and a Unix socket's may have \(longestSocketPath)" : nil
    }

    static func stateFolder(_ environment: [String: String]) -> String {
        let state = environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return (state ?? (environment["HOME"] ?? "") + "/.local/state") + "/workshop"
    }

    // MARK: Sections

    private static func readServer(
        _ root: ConfigReader,
        base: URL,
        watched: inout [FileStamp]
    ) -> (BridgeConfig.Server, [PersonaCard], PersonaID?) {
        var server = BridgeConfig.Server(socket: defaultSocket(environment: root.context.environment))
        let section = root.section("server")
        if let socket = section?.string("socket") { server.socket = absolute(socket, base) }
        if let problem = socketProblem(server.socket) {
            (section ?? root).report("socket", problem, hint: "choose a shorter path")
        }
        server.maxInFlight = section?.integer("max_in_flight", in: 1...65_536) ?? server.maxInFlight
        server.idleTimeout = section?.seconds("idle_timeout_s", in: 0...86_400) ?? server.idleTimeout
        server.writeTimeout = section?.seconds("write_timeout_s", in: 1...3_600) ?? server.writeTimeout
        server.threads = section?.integer("threads", in: 1...64) ?? server.threads
        server.allowedUserIDs = Set(
            (section?.strings("allow_uids") ?? []).compactMap { text in
                let id = UInt32(text)
                if id == nil { section?.report("allow_uids", "holds something that is not a user id") }
                return id
            }
        )
        let folder = absolute(section?.string("personas") ?? "personas", base)
        watched += FileStamp.of([folder] + PersonaLoader.files(in: folder))
        let name = section?.string("persona") ?? "timmy"
        let personas = PersonaLoader.loadAll(folder, reader: section ?? root)
        let persona = PersonaID(name)
        if let persona, !personas.isEmpty, !personas.contains(where: { $0.id == persona }) {
            let names = personas.map(\.id.rawValue).joined(separator: ", ")
            (section ?? root).report("persona", "there is no such persona", hint: "there are: \(names)")
        } else if persona == nil {
            (section ?? root).report("persona", "is not a persona's name")
        }
        section?.finish()
        return (server, personas, persona)
    }

    private static func readLedger(
        _ root: ConfigReader,
        base: URL,
        environment: [String: String]
    ) -> BridgeConfig.LedgerSettings {
        var ledger = BridgeConfig.LedgerSettings(path: stateFolder(environment) + "/ledger.db")
        guard let section = root.section("ledger") else { return ledger }
        if let path = section.string("path") { ledger.path = absolute(path, base) }
        if let durability: Ledger.Durability = section.choice("durability") { ledger.durability = durability }
        ledger.settings.keepsPayloads = section.boolean("payloads") ?? true
        if let days = section.integer("retention_days", in: 0...36_500), days > 0 {
            ledger.settings.retentionDays = days
        }
        if let origin = section.string("origin") {
            if !NoteKey.isName(origin) {
                section.report("origin", "is empty, or holds a space or a plus", hint: "example.org/workshop")
            }
            ledger.settings.origin = origin
        }
        section.finish()
        return ledger
    }

    private static func readMemory(
        _ root: ConfigReader,
        base: URL,
        ledger: BridgeConfig.LedgerSettings
    ) -> BridgeConfig.MemorySettings {
        let folder = (ledger.path as NSString).deletingLastPathComponent
        var memory = BridgeConfig.MemorySettings(path: folder + "/memory.db")
        guard let section = root.section("memory") else { return memory }
        if let path = section.string("path") { memory.path = absolute(path, base) }
        memory.turns = section.integer("turns", in: 2...1_000) ?? memory.turns
        memory.days = section.integer("days", in: 1...3_650) ?? memory.days
        memory.tokens = section.integer("tokens", in: 256...1_000_000) ?? memory.tokens
        memory.journalDays = section.integer("journal_days", in: 0...3_650) ?? memory.journalDays
        section.finish()
        return memory
    }

    /// A path as the file means it: relative ones start at the file's folder, `~` at home.
    static func absolute(_ path: String, _ base: URL) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/") { return NSHomeDirectory() + path.dropFirst(1) }
        return base.appendingPathComponent(path).standardizedFileURL.path
    }
}
