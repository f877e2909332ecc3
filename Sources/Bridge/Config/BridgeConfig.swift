internal import Persona
internal import Routing

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
    }

    var server: Server
    var ledger: LedgerSettings
    var policy: RoutingPolicy
    var healthInterval: Duration
    var backends: [Backend]
    var personas: [PersonaCard]
    var defaultPersona: PersonaID

    /// Where the daemon listens.
    public var socketPath: String { server.socket }

    /// What the configuration comes to, for people: one line a backend, without any secret.
    public var summary: [String] {
        ["socket   \(server.socket)", "ledger   \(ledger.path)", "persona  \(defaultPersona)"]
            + backends.map { backend in
                let state = backend.disabledReason.map { "disabled: \($0)" } ?? (backend.isLocal ? "local" : "remote")
                return "backend  \(backend.id)  \(backend.model)  \(backend.roleLabel)  \(state)"
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
    }
}
