import Foundation
import Logging
import Persona
import Routing
import TestSupport

@testable import Bridge

/// A router whose backends are the profiles of one sidecar in this process, with real processes behind it.
struct SwitchBench: Sendable {
    let sidecar: SidecarBench
    let switchboard: Switchboard
    let live: LiveRouting
    let board: HealthBoard
    let ledger = MemoryLedger()
    private let router: Router

    /// - Parameters:
    ///   - models: the profiles' names, and those of their backends.
    ///   - flags: of the model servers.
    ///   - others: backends without a sidecar.
    init(
        _ models: [String],
        flags: String = "{}",
        limits: ModelQueue.Limits = SwitchBench.limits(),
        policy: RoutingPolicy = RoutingPolicy(),
        others: [Backend] = []
    ) async throws {
        let profiles = models.map { "\($0): {model: m, aliases: [\($0)-alias], stop_timeout_s: 1, flags: \(flags)}" }
        sidecar = try await SidecarBench("{\(profiles.joined(separator: ", "))}")
        let url = LoopbackURL(port: sidecar.port)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        switchboard = Switchboard(
            [SidecarSettings(name: "desk", url: url, limits: limits)],
            transport: sidecar.curl,
            logger: logger
        )
        let backends = try models.map { model in
            var backend = try Self.backend(model, url: url.base)
            backend.place = ModelPlace(sidecar: "desk", profile: model)
            return backend
        }
        live = LiveRouting(RoutingSnapshot(registry: BackendRegistry(backends + others), policy: policy))
        board = HealthBoard(live.current.registry)
        router = Router(
            live: live,
            board: board,
            scan: TestPrompts.scan,
            ledger: ledger,
            transport: sidecar.curl,
            models: switchboard
        )
    }

    static func backend(_ name: String, url: String) throws -> Backend {
        guard let id = BackendID(name) else { throw CocoaError(.coderInvalidValue) }
        var backend = Backend(id: id, url: url, model: name, roles: [.local], isLocal: true)
        backend.health = .never
        backend.allowedFailsByClass = [.modelFailed: 0]
        return backend
    }

    static func limits(waiting: Int = 10, patience: Duration = .seconds(20)) -> ModelQueue.Limits {
        var limits = ModelQueue.Limits()
        limits.waiting = waiting
        limits.patience = patience
        limits.residency = .milliseconds(100)
        limits.turn = .milliseconds(500)
        return limits
    }

    /// Asks one backend, or whoever is best.
    func think(
        _ backend: String?,
        streamed: Bool = false,
        onEvent: (ThoughtEvent) async -> Void = { _ in }
    ) async -> Result<Answer, RoutingError> {
        var constraints = Selector.Constraints()
        constraints.backend = backend.flatMap { BackendID($0) }
        do {
            let thought = Thought(
                prompt: try TestPrompts.blind("say who you are"),
                constraints: constraints,
                isStreamed: streamed,
                isCacheable: false
            )
            return .success(try await router.think(thought, onEvent: onEvent))
        } catch let error as RoutingError { return .failure(error) } catch { return .failure(.cancelled) }
    }

    /// The words of an answer, or the failures of all attempts.
    func hear(_ backend: String?) async -> String { Self.words(await think(backend)) }

    static func words(_ result: Result<Answer, RoutingError>) -> String {
        switch result {
        case .success(let answer): answer.text.trimmingCharacters(in: .whitespaces)
        case .failure(.allFailed(let attempts)), .failure(.deadline(let attempts)):
            attempts.map(\.outcome.label).joined(separator: " ")
        case .failure(.noBackend(let rejected)): "no backend: " + rejected.map(\.why).joined(separator: ", ")
        case .failure(let error): "\(error)"
        }
    }

    /// How the queue stands.
    var queue: ModelQueue? { get async { await switchboard.desks["desk"]?.queue } }

    func stop() async { await sidecar.stop() }
}
