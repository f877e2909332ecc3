public import Foundation
internal import Persona
internal import Routing

/// What `workshop pipe` is told on its command line; it wins over the file.
public struct PipeFlags: Sendable {
    /// `host:port`.
    public var listen: String?
    /// The URL of an Ollama.
    public var ollama: String?
    /// The URL of a llama-server.
    public var llamaServer: String?
    /// The model that is asked for when a request names none.
    public var model: String?
    /// The file with the token.
    public var tokenFile: String?

    /// Flags; nil for those that are not given.
    public init(
        listen: String? = nil,
        ollama: String? = nil,
        llamaServer: String? = nil,
        model: String? = nil,
        tokenFile: String? = nil
    ) {
        self.listen = listen
        self.ollama = ollama
        self.llamaServer = llamaServer
        self.model = model
        self.tokenFile = tokenFile
    }
}

/// Reads `configs/pipe.yaml`, the flags above it and the variables below it, and gives every problem at once.
///
/// The variables are those of the specification's Talos (`OLLAMA_HOST`, `DEFAULT_MODEL`, `CODE_MODEL`, `TALOS_PORT`) and
/// `WORKSHOP_PIPE_TOKEN`; each counts where neither a flag nor the file says anything.
public final class PipeConfigReader {
    private let context: ConfigReader.Context
    private let flags: PipeFlags
    private var config = PipeConfig()

    private init(_ context: ConfigReader.Context, _ flags: PipeFlags) {
        self.context = context
        self.flags = flags
    }

    /// Reads them.
    /// - Parameter file: nil for none.
    /// - Throws: ``ConfigProblems`` with all that is wrong.
    public static func load(
        _ file: String?,
        flags: PipeFlags = PipeFlags(),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigProblems) -> PipeConfig {
        let context = ConfigReader.Context(environment: environment)
        let reader = PipeConfigReader(context, flags)
        var root: ConfigReader?
        if let file {
            root = ConfigReader.open(file, context: context)
            if root == nil { throw failure(context) }
        }
        let base = URL(fileURLWithPath: file ?? "./").deletingLastPathComponent()
        let pipe = root?.section("pipe")
        reader.readAddress(pipe)
        reader.readToken(pipe, base: base)
        pipe?.finish()
        let model = root?.section("model")
        reader.readDriver(model)
        reader.readModels(model)
        model?.finish()
        reader.readLimits(root?.section("limits"))
        root?.finish()
        guard context.problems.isEmpty else { throw failure(context) }
        return reader.config
    }

    private static func failure(_ context: ConfigReader.Context) -> ConfigProblems {
        ConfigProblems(problems: context.problems.sorted { ($0.line ?? 0, $0.path) < ($1.line ?? 0, $1.path) })
    }

    private func variable(_ name: String) -> String? {
        context.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reports what is wrong with a flag or a variable.
    private func report(_ name: String, _ message: String, hint: String? = nil) {
        let place = name.hasPrefix("--") ? "the command line" : "the environment"
        context.add(ConfigProblem(file: place, line: nil, path: name, message: message, hint: hint))
    }

    // MARK: Where

    private func readAddress(_ section: ConfigReader?) {
        let inFile = section?.string("listen")
        if let text = flags.listen {
            read(address: text) { report("--listen", $0, hint: $1) }
        } else if let text = inFile {
            read(address: text) { section?.report("listen", $0, hint: $1) }
        } else if let text = variable("TALOS_PORT") {
            guard let port = Int(text), (1...65_535).contains(port) else { return report("TALOS_PORT", "is no port") }
            config.port = port
        }
    }

    /// `host:port`, `[::1]:port`.
    private func read(address text: String, _ report: (String, String?) -> Void) {
        let colon = text.lastIndex(of: ":")
        let host = colon.map { text[..<$0] } ?? ""
        let isBracketed = host.first == "[" && host.last == "]"
        guard let colon, let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port),
            !host.isEmpty, isBracketed || !host.contains(":")
        else { return report("is not an address and a port", "127.0.0.1:8001, [::1]:8001") }
        config.port = port
        config.host = String(isBracketed ? host.dropFirst().dropLast() : host)
    }

    private func readToken(_ section: ConfigReader?, base: URL) {
        let hasProblems = context.problems.count
        let word = section?.string("token")
        let path = section?.string("token_file").map { ConfigLoader.absolute($0, base) }
        if word != nil, path != nil { section?.report("token", "stands beside token_file", hint: "keep one of them") }
        if let file = flags.tokenFile {
            readToken(file: file) { report("--token-file", $0, hint: $1) }
        } else if let path {
            readToken(file: path) { section?.report("token_file", $0, hint: $1) }
        } else if let word {
            readToken(word) { section?.report("token", $0, hint: $1) }
        } else if let word = variable("WORKSHOP_PIPE_TOKEN") {
            readToken(word) { report("WORKSHOP_PIPE_TOKEN", $0, hint: $1) }
        }
        guard !config.isLoopback, config.token == nil, context.problems.count == hasProblems else { return }
        let (message, hint) = ("opens the pipe to other machines without a token", "token_file: pipe.token")
        if flags.listen != nil {
            report("--listen", message, hint: hint)
        } else {
            section?.report("listen", message, hint: hint)
        }
    }

    private func readToken(file: String, _ report: (String, String?) -> Void) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
            let text = try? String(contentsOfFile: file, encoding: .utf8)
        else { return report("cannot be read", "openssl rand -hex 16 > pipe.token; chmod 600 pipe.token") }
        if let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue, mode & 0o007 != 0 {
            return report("can be read by everybody", "chmod 600 it")
        }
        readToken(text.trimmingCharacters(in: .whitespacesAndNewlines), report)
    }

    private func readToken(_ token: String, _ report: (String, String?) -> Void) {
        guard token.utf8.count >= 16, BackendsReader.isHeaderText(token) else {
            return report("holds less than 16 letters, or what no header may have", "openssl rand -hex 16")
        }
        config.token = BearerToken(token)
    }

    // MARK: Whom

    private func readDriver(_ section: ConfigReader?) {
        let key = section?.string("key").map { Secret($0) }
        let context = section?.integer("context", in: 256...16_777_216)
        let command = readCommand(section)
        let urls = PipeServer.Kind.allCases.compactMap { kind in section?.string(kind.rawValue).map { (kind, $0) } }
        if urls.count + (section?.has("command") == true ? 1 : 0) > 1 {
            section?.report(urls[0].0.rawValue, "is not the only one", hint: "one of ollama, llama_server, command")
        }
        if flags.ollama != nil, flags.llamaServer != nil { report("--ollama", "stands beside --llama-server") }
        func server(_ kind: PipeServer.Kind, _ text: String, _ report: (String, String?) -> Void) {
            guard let url = LoopbackURL(text) else {
                return report("is no http URL of this machine", "http://127.0.0.1:11434; a pipe drives its own machine")
            }
            config.driver = .server(PipeServer(kind: kind, url: url, key: key, context: context))
        }
        if let text = flags.ollama {
            server(.ollama, text) { report("--ollama", $0, hint: $1) }
        } else if let text = flags.llamaServer {
            server(.llamaServer, text) { report("--llama-server", $0, hint: $1) }
        } else if let (kind, text) = urls.first {
            server(kind, text) { section?.report(kind.rawValue, $0, hint: $1) }
        } else if let command {
            config.driver = .command(command)
        } else if let text = variable("OLLAMA_HOST") {
            server(.ollama, Self.ollamaURL(text)) { report("OLLAMA_HOST", $0, hint: $1) }
        } else {
            server(.ollama, "http://127.0.0.1:11434") { _, _ in }
        }
    }

    /// `OLLAMA_HOST` as Ollama's own programs read it: scheme and port may be missing, and 0.0.0.0 is where a server
    /// listens.
    static func ollamaURL(_ text: String) -> String {
        var rest = text.hasPrefix("http://") ? String(text.dropFirst(7)) : text
        if rest.hasSuffix("/") { rest.removeLast() }
        if !rest.contains(":") { rest += ":11434" }
        if rest.hasPrefix("0.0.0.0:") { rest = "127.0.0.1" + rest.dropFirst(7) }
        return "http://" + rest
    }

    private func readCommand(_ section: ConfigReader?) -> PipeCommand? {
        let variables = section?.strings("pass") ?? []
        guard let words = section?.strings("command") else { return nil }
        guard let program = words.first, !program.isEmpty else {
            section?.report("command", "names no program", hint: "[program, argument]")
            return nil
        }
        if words.count == 1, program.contains(" ") {
            section?.report("command", "is one word with spaces in it", hint: "[program, argument]; no shell reads it")
        }
        return PipeCommand(program: program, arguments: Array(words.dropFirst()), variables: variables)
    }

    private func readModels(_ section: ConfigReader?) {
        let named = section?.string("default")
        config.models = section?.strings("models") ?? []
        for name in config.models where !PipeRequest.isModel(name) {
            section?.report("models", "holds what can be no model's name")
            break
        }
        let standard: String
        switch config.driver {
        case .server(let server): standard = server.kind == .ollama ? "llama3.1:8b" : "default"
        case .command: standard = "command"
        }
        config.guessed = ["DEFAULT_MODEL", "CODE_MODEL"].compactMap(variable)
        config.standard = flags.model ?? named ?? config.models.first ?? variable("DEFAULT_MODEL") ?? standard
        if !PipeRequest.isModel(config.standard) {
            if flags.model != nil {
                report("--model", "can be no model's name")
            } else {
                section?.report("default", "can be no model's name")
            }
        }
        if !config.models.isEmpty, !config.models.contains(config.standard) {
            if flags.model != nil {
                report("--model", "is none of the file's models")
            } else {
                section?.report("default", "is none of models")
            }
        }
        if case .command(let command) = config.driver {
            if command.namesModel, config.models.isEmpty {
                section?.report(
                    "command",
                    "takes a caller's word as an argument",
                    hint: "list those that it may be under models"
                )
            }
            if config.models.isEmpty { config.models = [config.standard] }
        }
        config.costCents = section?.decimal("cost_cents", in: 0...1_000_000) ?? 0
    }

    // MARK: How much

    private func readLimits(_ section: ConfigReader?) {
        guard let section else { return }
        defer { section.finish() }
        var limits = config.limits
        limits.time = section.seconds("time_s", in: 0.1...86_400) ?? limits.time
        limits.concurrent = section.integer("concurrent", in: 1...1_024) ?? limits.concurrent
        limits.maxBody = section.integer("max_body_bytes", in: 1_024...(64 << 20)) ?? limits.maxBody
        limits.maxOutput = section.integer("max_output_bytes", in: 1_024...(64 << 20)) ?? limits.maxOutput
        limits.read = section.seconds("read_s", in: 0.1...600) ?? limits.read
        limits.idle = section.seconds("idle_s", in: 1...3_600) ?? limits.idle
        limits.maxConnections = section.integer("max_connections", in: 1...16_384) ?? limits.maxConnections
        limits.grace = section.seconds("grace_s", in: 0...3_600) ?? limits.grace
        config.limits = limits
    }
}
