public import Foundation
internal import Persona
internal import Routing

/// Reads `configs/backends.yaml` and the personas, and gives a checked configuration or every problem at once.
public enum ConfigLoader {
    /// The longest path of a Unix socket: `sun_path` has 108 bytes, the last of them zero (unix(7)).
    static let longestSocketPath = 107

    /// Loads the file.
    /// - Throws: ``ConfigProblems`` with all that is wrong, each with path, line and hint.
    public static func load(
        _ file: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigProblems) -> BridgeConfig {
        let problems = ConfigReader.Problems()
        guard let root = ConfigReader.open(file, environment: environment, problems: problems) else {
            throw ConfigProblems(problems: problems.list)
        }
        let base = URL(fileURLWithPath: file).deletingLastPathComponent()
        let (server, personas, defaultPersona) = readServer(root, base: base)
        let ledger = readLedger(root, base: base, environment: environment)
        let defaults = root.section("defaults")
        let (template, healthInterval) = readDefaults(defaults)
        let policy = readRouting(root)
        let backends = BackendsReader(template: template).read(root)
        defaults?.finish()
        reportLeaks(backends, personas: personas, root: root)
        root.finish()
        guard problems.list.isEmpty, let defaultPersona else {
            throw ConfigProblems(problems: problems.list.sorted { ($0.file, $0.line ?? 0) < ($1.file, $1.line ?? 0) })
        }
        return BridgeConfig(
            server: server,
            ledger: ledger,
            policy: policy,
            healthInterval: healthInterval,
            backends: backends,
            personas: personas,
            defaultPersona: defaultPersona
        )
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

    private static func stateFolder(_ environment: [String: String]) -> String {
        let state = environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return (state ?? (environment["HOME"] ?? "") + "/.local/state") + "/workshop"
    }

    /// Reports backends to which nothing could ever be sent, because what is configured of them, or what the format
    /// always holds, names an identity term.
    private static func reportLeaks(_ backends: [Backend], personas: [PersonaCard], root: ConfigReader) {
        let index = IdentityIndex(personas.map(\.identity))
        let scan = EgressScan(index: index)
        guard let persona = personas.first else { return }
        guard let prompt = try? PromptGuard(persona: persona, index: index).blind(PromptDraft(task: "1")) else {
            root.report("server", "an identity term is a single digit, and would refuse every task with that digit")
            return
        }
        for backend in backends {
            for sample in backend.samples(prompt) {
                do { _ = try scan.seal(sample) } catch {
                    root.report(
                        "backends",
                        "\(backend.id): \(error), so that nothing could be sent",
                        hint: "change its url, model or key, or the identity's term"
                    )
                    break
                }
            }
        }
    }

    // MARK: Sections

    private static func readServer(
        _ root: ConfigReader,
        base: URL
    ) -> (BridgeConfig.Server, [PersonaCard], PersonaID?) {
        var server = BridgeConfig.Server(socket: defaultSocket(environment: root.environment))
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
        section.finish()
        return ledger
    }

    private static func readRouting(_ root: ConfigReader) -> RoutingPolicy {
        var policy = RoutingPolicy()
        guard let section = root.section("routing") else { return policy }
        policy.limits.maxAttempts = section.integer("max_attempts", in: 1...32) ?? policy.limits.maxAttempts
        policy.limits.deadline = section.seconds("deadline_s", in: 1...3_600) ?? policy.limits.deadline
        section.finish()
        return policy
    }

    /// What backends inherit, and how often they are probed.
    private static func readDefaults(_ section: ConfigReader?) -> (Backend?, Duration) {
        let id = BackendID("defaults")
        var template = id.map { Backend(id: $0, url: "", model: "", roles: [], isLocal: false) }
        guard let section else { return (template, .seconds(30)) }
        let timeouts = BackendsReader.timeouts(section, inherited: .init())
        template?.timeouts = timeouts
        template?.allowedFails = section.integer("allowed_fails", in: 0...1_000) ?? 3
        template?.cooldown = section.seconds("cooldown_s", in: 0...86_400) ?? .seconds(30)
        return (template, section.seconds("health_interval_s", in: 1...86_400) ?? .seconds(30))
    }

    /// A path as the file means it: relative ones start at the file's folder, `~` at home.
    static func absolute(_ path: String, _ base: URL) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/") { return NSHomeDirectory() + path.dropFirst(1) }
        return base.appendingPathComponent(path).standardizedFileURL.path
    }
}

extension ConfigReader {
    /// A number of seconds, with a fraction if need be.
    func seconds(_ key: String, in range: ClosedRange<Double>) -> Duration? {
        decimal(key, in: range).map { .milliseconds(Int64($0 * 1_000)) }
    }

    /// A number of milliseconds.
    func milliseconds(_ key: String) -> Duration? {
        integer(key, in: 1...86_400_000).map { .milliseconds(Int64($0)) }
    }
}
