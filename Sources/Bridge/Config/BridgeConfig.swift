internal import Persona
internal import Routing

/// Where a configuration is read from, and read again.
struct ConfigSource: Sendable, Undisclosed {
    var file: String
    /// A file of variables that the command line named.
    var envFile: String?
    /// The variables of the process.
    var environment: [String: String]
    /// The socket that the command line named.
    var socket: String?
}

/// A configuration that has been checked. ``ConfigLoader`` makes it.
public struct BridgeConfig: Sendable {
    /// The socket and its limits.
    struct Server: Sendable, Equatable {
        var socket: String
        var maxInFlight = 256
        var idleTimeout = Duration.zero
        var writeTimeout = Duration.seconds(30)
        var allowedUserIDs: Set<UInt32> = []
        var threads = 2
    }

    /// Where the record is kept.
    struct LedgerSettings: Sendable, Equatable {
        var path: String
        var durability = Ledger.Durability.process
        var settings = Ledger.Settings()
    }

    /// Where that is kept which stays on the machine: conversations, the journal, what waits for the owner.
    struct MemorySettings: Sendable, Equatable {
        var path: String
        /// How much of a conversation is kept, and how much of it goes with a task.
        var turns = 40
        var days = 30
        var tokens = 4_096
        var conversationBytes = 1 << 20
        /// How many conversations there may be, of one caller with one persona and in all.
        var conversationsOfCaller = 100
        var conversations = 10_000
        var bytes = 256 << 20
        /// How long the journal goes back, zero for no journal; how much it holds, and how much of it is searched.
        var journalDays = 365
        var journalEntries = 100_000
        var journalScanned = 5_000
    }

    var source: ConfigSource
    var server: Server
    /// The front door; nil for none.
    var http: HTTP?
    var ledger: LedgerSettings
    var memory: MemorySettings
    var jobs = JobSettings()
    var policy: RoutingPolicy
    var budgets: [Budget]
    var cache: CachePolicy
    /// Where models are loaded on demand.
    var sidecars: [SidecarSettings]
    /// The backends of the file and of variables.
    var configured: [ConfiguredBackend]
    /// What every backend inherits, those of the socket too.
    var inheritance: BackendsReader
    var environment: ConfigEnvironment
    /// What variables came to.
    var changes: [EnvironmentChange]
    var personas: [PersonaCard]
    /// What the world wishes of the guard.
    var guardWishes = GuardWishes.none
    var defaultPersona: PersonaID
    /// What the bridge itself keeps to the house: where its files are.
    var ownIdentity: Identity
    /// The files that it was read from, as they were when they were read.
    var watched: [FileStamp]

    /// The backends alone.
    var backends: [Backend] {
        get { configured.map(\.backend) }
        set {
            configured = newValue.map { backend in
                var entry = configured.first { $0.backend.id == backend.id } ?? ConfiguredBackend(backend: backend)
                entry.backend = backend
                return entry
            }
        }
    }

    /// Where the daemon listens.
    public var socketPath: String { server.socket }

    /// What is doubtful, though it does not keep the daemon from starting.
    public var warnings: [ConfigProblem] { environment.warnings }

    /// What the configuration comes to, for people: one line a backend and a variable, without any secret.
    public var summary: [String] {
        ["socket   \(server.socket)", "ledger   \(ledger.path)", "persona  \(defaultPersona)"]
            + personas.map {
                "guard    \($0.id)  \(GuardPolicy.standard.with(guardWishes.policy).with($0.guardWishes.policy))"
            }
            + backends.map { backend in
                let state = backend.disabledReason.map { "disabled: \($0)" } ?? (backend.isLocal ? "local" : "remote")
                return "backend  \(backend.id)  \(backend.model)  \(backend.roleLabel)  \(state)"
            }
            + changes.map { change in
                let effect = change.path ?? "sets nothing: \(change.reason ?? "")"
                return "variable \(change.variable)  \(effect)"
            }
    }
}

extension BridgeConfig {
    /// Listens there instead.
    /// - Throws: ``ConfigProblems`` when no socket can have that path.
    public mutating func listen(on socket: String) throws(ConfigProblems) {
        if let problem = ConfigLoader.socketProblem(socket) {
            let place = ConfigProblem(file: "--socket", line: nil, path: "", message: problem, hint: nil)
            throw ConfigProblems(problems: [place])
        }
        server.socket = socket
        source.socket = socket
    }

    /// Those that run inside the daemon.
    private var embeddedSidecars: [SidecarSettings] { sidecars.filter { $0.manifest != nil } }

    /// Goes on with the sidecars that run inside the daemon as they run.
    mutating func keepEmbeddedSidecars(of other: BridgeConfig) {
        sidecars = sidecars.filter { $0.manifest == nil } + other.embeddedSidecars
    }

    /// What another configuration has that a running daemon cannot take over.
    func needsRestart(for other: BridgeConfig) -> [String] {
        [
            ("server.socket", server.socket != other.server.socket),
            ("server.threads", server.threads != other.server.threads),
            ("server.max_in_flight", server.maxInFlight != other.server.maxInFlight),
            ("server.idle_timeout_s", server.idleTimeout != other.server.idleTimeout),
            ("server.write_timeout_s", server.writeTimeout != other.server.writeTimeout),
            ("server.allow_uids", server.allowedUserIDs != other.server.allowedUserIDs),
            ("http", http != other.http),
            ("ledger.path", ledger.path != other.ledger.path),
            ("memory.path", memory.path != other.memory.path),
            ("ledger.durability", ledger.durability != other.ledger.durability),
            ("ledger.payloads", ledger.settings.keepsPayloads != other.ledger.settings.keepsPayloads),
            ("ledger.retention_days", ledger.settings.retentionDays != other.ledger.settings.retentionDays),
            ("sidecars", embeddedSidecars != other.embeddedSidecars),
            ("ledger.origin", ledger.settings.origin != other.ledger.settings.origin),
        ].filter(\.1).map(\.0)
    }
}
