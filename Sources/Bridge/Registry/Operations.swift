internal import Foundation
internal import Routing

/// Everything that is known of one backend.
struct BackendReport: Sendable {
    var entry: ConfiguredBackend
    var word: OperatorWord?
    var isPrimary: Bool
    var lamp: BackendHealth?
    var totals: BackendTotals
}

/// What an operator can ask of the daemon over the socket. Whoever may connect may ask it.
struct Operations: Sendable {
    let registry: DynamicRegistry
    let roster: Roster
    let catalogue: ModelCatalogue
    let reloader: Reloader
    let live: LiveRouting
    let board: HealthBoard
    let ledger: Ledger
    let jobs: JobQueue
    let comparer: Comparer
    let migrations: Migrations

    /// Does what is asked, and gives all backends as they are then.
    func backends(_ request: BackendsRequest) async throws(BridgeError) -> [BackendReport] {
        switch request {
        case .list: break
        case .say(let word, let name): try await registry.say(word, of: name)
        case .choose(let model, let name):
            try await registry.choose(model, of: name) { backend, model in
                await catalogue.lists(model, backend)
            }
        case .register(let name, let document):
            try await registry.register(name, document: document)
            // Its key may stand in its own header now, and nowhere else.
            await roster.rebuild()
        case .remove(let name):
            try await registry.remove(name)
            await migrations.reconcile()
        }
        return await reports()
    }

    /// Reads the configuration again.
    func reload() async throws(BridgeError) -> Reloader.Report {
        do { return try await reloader.reload() } catch {
            throw BridgeError(.badConfiguration, .init(problems: error.problems))
        }
    }

    /// Forgets the jobs of whom `forget` names; those of a conversation there are not.
    func forgetJobs(_ params: ForgetParams, _ service: ThoughtService) async throws(BridgeError) {
        guard params.conversation == nil else { return }
        let origin = try service.origin(persona: params.persona, caller: params.caller)
        do { try await jobs.forget(origin) } catch { throw BridgeError(.ledgerUnavailable) }
    }

    /// Everything that is known of each backend.
    func reports() async -> [BackendReport] {
        let entries = await registry.backends
        let words = await registry.operatorWords
        // A ledger that cannot be read is no reason to hide the backends.
        let totals = (try? await ledger.backendTotals()) ?? [:]
        let lamps = Dictionary(board.snapshot().map { ($0.backend, $0) }) { first, _ in first }
        let primary = live.current.policy.primary
        return entries.map { entry in
            let id = entry.backend.id
            return BackendReport(
                entry: entry,
                word: words[id],
                isPrimary: primary == id,
                lamp: lamps[id],
                totals: totals[id.rawValue] ?? BackendTotals()
            )
        }
    }
}
