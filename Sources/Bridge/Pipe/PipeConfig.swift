internal import Routing

#if canImport(Glibc)
    internal import Glibc
#endif

/// What a dumb pipe needs to know: where it listens, whom it drives, and how much it takes.
public struct PipeConfig: Sendable {
    /// Who does the work.
    enum Driver: Sendable, Equatable {
        /// A model server of this machine.
        case server(PipeServer)
        /// A program, once for each prompt.
        case command(PipeCommand)
    }

    /// How much is taken, and for how long.
    struct Limits: Sendable, Equatable {
        /// How long the work on one prompt may take.
        var time = Duration.seconds(300)
        /// How many prompts are worked on at a time; one more is told to come again.
        var concurrent = 4
        /// How many bytes a request's body may have.
        var maxBody = 1 << 20
        /// How many bytes a model may answer.
        var maxOutput = 4 << 20
        /// How long a client may take to send its head, then its body, and to take its answer.
        var read = Duration.seconds(10)
        /// How long a connection may be kept between two requests.
        var idle = Duration.seconds(60)
        var maxConnections = 128
        /// How long the work that is under way may go on when the pipe is to end.
        var grace = Duration.seconds(5)
    }

    var host = "127.0.0.1"
    var port = 8001
    /// What every request must carry as `Authorization: Bearer`; never nil when others than this machine can connect.
    var token: BearerToken?
    var driver = Driver.server(PipeServer(kind: .ollama, url: LoopbackURL(port: 11_434)))
    /// Asked for when a request names none.
    var standard = "llama3.1:8b"
    /// Those that may be asked for; empty for whatever the server has.
    var models: [String] = []
    /// What `GET /models` lists when a server cannot be asked.
    var guessed: [String] = []
    /// What one answer costs, as the operator says.
    var costCents = 0.0
    var limits = Limits()

    /// Whether only this machine can connect.
    var isLoopback: Bool { LoopbackURL.isLoopback(host: host) }

    /// What `workshop pipe --check` prints, a line each.
    public var summary: [String] {
        let driven =
            switch driver {
            case .server(let server): "\(server.kind.rawValue) at \(server.url)"
            // Its arguments may hold secrets.
            case .command(let command): "the program \(command.program)"
            }
        let place = host.contains(":") ? "[\(host)]" : host
        return [
            "listening on \(place):\(port), \(token == nil ? "without a token" : "with a token")",
            "driving \(driven); model \(standard)",
        ]
    }
}

/// A program that reads a prompt from standard input and writes the answer to standard output.
struct PipeCommand: Sendable, Equatable {
    /// Stands in an argument for the name of the model.
    static let placeholder = "{model}"

    /// A path, or a name that is looked for in `PATH`.
    var program: String
    /// As they are written; no shell reads them.
    var arguments: [String] = []
    /// Names of variables that it is given, besides those of every login.
    var variables: [String] = []

    /// Whether the model's name is among the arguments.
    var namesModel: Bool { arguments.contains { $0.contains(Self.placeholder) } }

    /// The file that is run; nil when there is none that may be.
    /// - Parameter search: the folders of `PATH`, with a colon between each two.
    func file(in search: String) -> String? {
        let folders = program.contains("/") ? [""] : search.split(separator: ":").map { $0 + "/" }
        return folders.map { $0 + program }.first { access($0, X_OK) == 0 }
    }

    func arguments(model: String) -> [String] { arguments.map { $0.replacing(Self.placeholder, with: model) } }

    /// What of an environment it is given: not the pipe's own, which may hold the token.
    func environment(of all: [String: String]) -> [String: String] {
        all.filter { Self.everybodys.contains($0.key) || variables.contains($0.key) }
    }

    private static let everybodys: Set = [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
    ]
}
