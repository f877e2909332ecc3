internal import Foundation
internal import Routing
internal import Synchronization

/// A model of a server that loads and unloads by itself: Ollama, or llama-server in router mode.
///
/// Its own rule for idle models holds (`OLLAMA_KEEP_ALIVE`, `--sleep-idle-seconds`), and others may use it: a model that
/// is gone from its list is unloaded, whoever did it.
final class ServedModel: ModelRunner {
    let model: String
    let log = ProcessLog()
    private let server: ModelServer
    private let line: ModelServerLine
    /// How long a load may take.
    private let patience: Duration

    var url: LoopbackURL { server.url }

    /// How the request to load it went.
    private enum Load {
        case underWay
        case done
        case refused(RunExit)
    }

    private struct State {
        var load = Load.underWay
        var isUnwanted = false
        /// Nobody waits for the server's word any more.
        var isAbandoned = false
        var standing = Standing.absent
        /// Something has happened: the server is to be asked at once.
        var isHurried = false
    }

    private let state = Mutex(State())

    /// Between two questions.
    private static let interval = Duration.milliseconds(500)
    /// A server that has not known the model for so many questions does not hold it.
    private static let mostSilences = 10

    /// How a model stands at its server.
    enum Standing: Sendable, Equatable {
        case absent, loading, present
        /// The server tried, and gave up.
        case broken(code: Int32)
        /// The server does not answer, or not what it should.
        case unknown
    }

    init(_ server: ModelServer, model: String, patience: Duration, line: ModelServerLine) {
        self.server = server
        self.model = model
        self.patience = patience
        self.line = line
    }

    func run() async -> RunExit {
        let loading = Task {
            let load = await load()
            state.withLock { ($0.load, $0.isHurried) = (load, true) }
        }
        defer { loading.cancel() }
        return await watch()
    }

    /// Asks again and again how the model stands, until it is gone.
    private func watch() async -> RunExit {
        var hasBeenHere = false
        var silences = 0
        while true {
            let standing = await look()
            let now = state.withLock { state in
                state.standing = standing
                state.isHurried = false
                return state
            }
            if now.isAbandoned { return .unloaded }
            if case .refused(let exit) = now.load { return exit }
            let isLoading = if case .underWay = now.load { true } else { false }
            switch standing {
            case .present, .loading: (hasBeenHere, silences) = (true, 0)
            case .broken(let code): return .code(code)
            case .absent where isLoading: break
            case .absent where hasBeenHere || now.isUnwanted: return .unloaded
            // A server that is gone holds no model.
            case .absent, .unknown: silences += 1
            }
            if silences >= Self.mostSilences { return .unloaded }
            if now.isUnwanted && !isLoading { _ = await line.ask(unloadCall, at: server.url, limit: .seconds(5)) }
            await pause(now.isUnwanted ? .milliseconds(50) : Self.interval)
        }
    }

    /// Waits, unless something happens meanwhile.
    private func pause(_ duration: Duration) async {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end, !state.withLock({ $0.isHurried }) {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Has it loaded.
    private func load() async -> Load {
        switch await line.ask(loadCall, at: server.url, limit: patience) {
        case .success(let reply) where (200..<300).contains(reply.status): return .done
        case .success(let reply):
            log.append(Array("\(server.name) answered \(reply.status) to the request to load \(model)\n".utf8))
            return .refused(.notStarted("\(server.name) answered \(reply.status); is there a model \(model)?"))
        case .failure(.heldBack):
            return .refused(.notStarted("the model's name looks like a secret, and is not sent"))
        // The supervisor gives it up at the same time.
        case .failure(.transport(.timedOut(.total))), .failure(.transport(.cancelled)): return .done
        case .failure(.transport):
            return .refused(.notStarted("\(server.name) does not answer at \(server.url); start it"))
        }
    }

    func terminate() { state.withLock { ($0.isUnwanted, $0.isHurried) = (true, true) } }

    func kill() { state.withLock { ($0.isAbandoned, $0.isHurried) = (true, true) } }

    func isReady() async -> Bool { state.withLock { $0.standing == .present } }

    /// Neither server says how many requests it works on: what the sidecar knows of is its leases.
    func occupancy() async -> Occupancy { Occupancy() }

    private func look() async -> Standing {
        let call: ModelServerCall = server.kind == .ollama ? .ollamaLoaded : .routerModels
        guard case .success(let reply) = await line.ask(call, at: server.url), reply.status == 200 else {
            return .unknown
        }
        return switch server.kind {
        case .ollama: ServedModels.ollama(reply.body, model)
        case .llamaRouter: ServedModels.router(reply.body, model)
        }
    }

    private var loadCall: ModelServerCall {
        server.kind == .ollama ? .ollamaLoad(model: model) : .routerLoad(model: model)
    }

    private var unloadCall: ModelServerCall {
        server.kind == .ollama ? .ollamaUnload(model: model) : .routerUnload(model: model)
    }
}

/// The lists of those servers.
enum ServedModels {
    private struct OllamaList: Decodable {
        struct Model: Decodable {
            let name: String?
            let model: String?
        }
        let models: [Model]
    }

    private struct RouterList: Decodable {
        struct Model: Decodable {
            struct Status: Decodable {
                let value: String?
                let failed: Bool?
                let exit_code: Int32?
            }
            let id: String
            let status: Status?
        }
        let data: [Model]
    }

    /// Ollama's `GET /api/ps`. It adds `:latest` to a name without a tag.
    static func ollama(_ body: [UInt8], _ model: String) -> ServedModel.Standing {
        guard let list = try? JSONTree.decode(OllamaList.self, from: body) else { return .unknown }
        let names = [model, model + ":latest"]
        return list.models.contains { names.contains($0.name ?? "") || names.contains($0.model ?? "") }
            ? .present : .absent
    }

    /// llama-server's `GET /models` in router mode.
    static func router(_ body: [UInt8], _ model: String) -> ServedModel.Standing {
        guard let list = try? JSONTree.decode(RouterList.self, from: body) else { return .unknown }
        guard let status = list.data.first(where: { $0.id == model })?.status else { return .absent }
        return switch status.value {
        // A sleeping one wakes with the next request.
        case "loaded", "sleeping": .present
        case "loading", "downloading": .loading
        default: status.failed == true ? .broken(code: status.exit_code ?? 1) : .absent
        }
    }
}
