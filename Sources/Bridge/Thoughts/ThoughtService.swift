internal import Persona
internal import Routing

/// What stands between the protocol and the router: the admission before it, the reply filter and the voice behind it,
/// the ledger beside it.
struct ThoughtService: Sendable {
    let live: LiveRouting
    let board: HealthBoard
    let ledger: Ledger
    /// What may be spent.
    let budgets: BudgetBook
    private let bench: Live<Bench>
    private let admission: Admission

    /// The personas of a moment, and the router whose requests go through their scan. A class: every request takes it,
    /// and one reference is cheaper to take than the twenty that it holds.
    final class Bench: Sendable {
        let personas: PersonaSet
        let router: Router

        init(personas: PersonaSet, router: Router) {
            self.personas = personas
            self.router = router
        }
    }

    init(
        bench: Live<Bench>,
        live: LiveRouting,
        board: HealthBoard,
        ledger: Ledger,
        budgets: BudgetBook,
        admission: Admission
    ) {
        self.bench = bench
        self.live = live
        self.board = board
        self.ledger = ledger
        self.budgets = budgets
        self.admission = admission
    }

    /// What waits for the owner.
    var quarantine: Quarantine { admission.quarantine }

    /// The backends of now.
    var registry: BackendRegistry { live.current.registry }

    /// Who asks when a request names nobody.
    var defaultPersona: PersonaID { bench.current.personas.defaultPersona }

    /// What a client hears while a streamed thought is under way.
    enum Event: Sendable {
        case delta(sequence: Int, text: String)
        case restarted(BackendID, FailureClass)
    }

    /// What thinking has cost, what it would have cost, and what may still be spent.
    func costs() async throws -> CostReport {
        try await ledger.costs(against: Baseline(registry.backends), budgets: budgets.standings())
    }

    /// Decides only.
    func route(_ params: ThoughtParams) async throws(BridgeError) -> RoutePlan {
        let bench = bench.current
        let mind = try mind(params, bench.personas)
        let admitted = try await admission.admit(params, mind, registry, isSent: false)
        let plan = bench.router.plan(admitted.thought)
        guard !plan.candidates.isEmpty else {
            let say = mind.card.voice.pick(\.unavailable, seed: 0)
            throw BridgeError(.noBackend, .init(say: say, rejected: plan.rejected))
        }
        return plan
    }

    /// Thinks, and puts the answer into the persona's voice. The texts of the deltas, joined, are the text.
    func think(
        _ params: ThoughtParams,
        onEvent: (Event) async -> Void
    ) async throws(BridgeError) -> Reply {
        // Guard and scan are of one moment: a reload in the middle changes neither.
        let bench = bench.current
        let mind = try mind(params, bench.personas)
        let admitted = try await admission.admit(params, mind, registry, isSent: true)
        var delivery = Delivery(mind.card.voice, admitted, isStreamed: params.isStreamed)
        do {
            let answer = try await bench.router.think(admitted.thought) { await delivery.take($0, onEvent) }
            let reply = await delivery.finish(answer, onEvent)
            if reply.caught > 0 { await ledger.caught(reply.caught, from: answer.backend) }
            return reply
        } catch {
            throw BridgeError(error, voice: mind.card.voice, seed: admitted.seed)
        }
    }

    private func mind(_ params: ThoughtParams, _ personas: PersonaSet) throws(BridgeError) -> PersonaSet.Mind {
        let id = params.persona.map(PersonaID.init) ?? personas.defaultPersona
        guard let mind = id.flatMap({ personas[$0] }) else { throw BridgeError(.unknownPersona) }
        return mind
    }
}

extension BridgeError {
    /// Why the router has no answer, with what the persona says to it.
    fileprivate init(_ error: RoutingError, voice: Voice, seed: UInt64) {
        switch error {
        case .noBackend(let rejected):
            self.init(.noBackend, .init(say: voice.pick(\.unavailable, seed: seed), rejected: rejected))
        case .allFailed(let attempts):
            self.init(.allBackendsFailed, .init(say: voice.pick(\.unavailable, seed: seed), attempts: attempts))
        case .deadline(let attempts):
            self.init(.deadlineExceeded, .init(say: voice.pick(\.late, seed: seed), attempts: attempts))
        case .egressBlocked:
            self.init(.egressBlocked, .init(say: voice.pick(\.refusal, seed: seed)))
        case .ledgerUnavailable:
            self.init(.ledgerUnavailable, .init(say: voice.pick(\.unavailable, seed: seed)))
        case .cancelled: self.init(.cancelled)
        }
    }
}
