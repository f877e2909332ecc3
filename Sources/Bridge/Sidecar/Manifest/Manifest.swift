internal import Persona
internal import Routing

#if canImport(Glibc)
    internal import Glibc
#endif

/// The models that a sidecar may run, and how: `configs/manifest.yaml`, checked.
///
/// The file is the only source: nothing is found by looking through folders, so one model may have several profiles.
public struct Manifest: Sendable {
    /// Where the sidecar listens.
    struct Listener: Sendable, Equatable {
        var host = "127.0.0.1"
        var port = 8082
        /// What every request must carry as `Authorization: Bearer`; never nil when others than this machine can connect.
        var token: BearerToken?

        /// Whether only this machine can connect.
        var isLoopback: Bool { LoopbackURL.isLoopback(host: host) }
    }

    /// What is the same for all models.
    struct Limits: Sendable, Equatable {
        /// How often a model that ended by itself is started again before it is given up.
        var restarts = 3
        /// The wait before the first of them; each further one is twice as long.
        var backoff = Duration.seconds(1)
        /// A model that has been ready for so long has all its restarts again.
        var stable = Duration.seconds(60)
        /// How long a switch waits for what is under way, when its request does not say.
        var patience = Duration.seconds(120)
    }

    /// The file.
    let file: String
    var listener = Listener()
    /// The file whose lock says that a sidecar lives, and whose path marks its processes.
    var state: String
    /// The ports that model servers get.
    var ports = 8100...8119
    var limits = Limits()
    /// In the order of the file.
    var profiles: [Profile] = []

    /// The profile of that name, or with that alias.
    func profile(_ name: String) -> Profile? {
        profiles.first { $0.id == name } ?? profiles.first { $0.aliases.contains(name) }
    }

    /// What is doubtful, a line each: the manifest is right all the same.
    public var warnings: [String] {
        profiles.compactMap { profile in
            guard case .process(let command) = profile.runner, !command.hasModel else { return nil }
            return "\(file): profiles.\(profile.id).model: there is no file \(command.model)"
        }
    }

    /// What `workshop sidecar --check` prints, a line each.
    public var summary: [String] {
        ["\(file): \(profiles.count) profiles, listening on \(listener.host):\(listener.port)"]
            + profiles.map { profile in
                switch profile.runner {
                case .process(let command): "  \(profile.id): \(command.display)"
                case .server(let server, let model): "  \(profile.id): \(model) of \(server.name) at \(server.url)"
                }
            }
    }
}

/// One way to run one model.
struct Profile: Sendable, Equatable, Undisclosed {
    /// Who runs it.
    enum Runner: Sendable, Equatable {
        /// The sidecar itself, as a process.
        case process(ModelCommand)
        /// A server that loads and unloads by itself, by the model's name there.
        case server(ModelServer, model: String)
    }

    let id: String
    /// As people read it.
    var name: String
    var aliases: [String] = []
    var runner: Runner
    /// How long it may be idle before it is unloaded; nil for ever.
    var timeToLive: Duration?
    /// What it is said to need, in bytes. A hint for people and routers: nothing is measured.
    var memory: Int64?
    /// How long it may take until it is ready.
    var readyTimeout = Duration.seconds(120)
    /// How long it has to end by itself before it is killed.
    var stopTimeout = Duration.seconds(10)
    /// How long it may be silent before it counts as hung; nil for ever.
    var hangTimeout: Duration? = .seconds(60)

    var description: String { id }
}

/// A server that loads and unloads models by itself.
struct ModelServer: Sendable, Equatable {
    /// Which API it has.
    enum Kind: String, Sendable, CaseIterable {
        case ollama
        /// llama-server without a model: its router mode.
        case llamaRouter = "llama-router"
    }

    var name: String
    var kind: Kind
    var url: LoopbackURL
}

/// How a model server is started.
struct ModelCommand: Sendable, Equatable {
    /// A path, or a name that is looked for in `PATH`.
    var executable: String
    /// The file of the model.
    var model: String
    /// In the order of the manifest.
    var flags: [ModelFlag] = []
    /// What stands behind the flags, as it is written.
    var arguments: [String] = []
    var environment: [String: String] = [:]

    /// The arguments of a start on a port.
    /// - Parameter alias: what the server calls the model, unless a flag says otherwise.
    func arguments(port: Int, alias: String) -> [String] {
        let names = Set(flags.map(\.name))
        let own = ["--model", model, "--host", "127.0.0.1", "--port", "\(port)"]
        let known = names.isDisjoint(with: ModelFlag.aliases) ? ["--alias", alias] : []
        return own + known + flags.flatMap(\.arguments) + arguments
    }

    /// Whether the model's file is there.
    var hasModel: Bool { access(model, R_OK) == 0 }

    /// For people: the environment's values may be secrets, and are not shown.
    var display: String {
        ([executable, "--model", model] + flags.flatMap(\.arguments) + arguments).joined(separator: " ")
    }
}

/// One flag of a model server, as it will stand on its command line.
struct ModelFlag: Sendable, Equatable {
    /// With its dashes.
    var name: String
    /// Nil for a switch.
    var value: String?

    var arguments: [String] { value.map { [name, $0] } ?? [name] }

    /// Those that the sidecar sets itself.
    static let reserved: Set = ["--model", "-m", "--host", "--port"]
    /// Those that say what the server calls the model.
    static let aliases: Set = ["--alias", "-a"]
}
