internal import Foundation
internal import Persona
internal import Routing

/// What stands between the protocol and the router: the admission before it, the reply filter and the voice behind it,
/// the ledger beside it.
final class ThoughtService: Sendable {
    let live: LiveRouting
    let board: HealthBoard
    let ledger: Ledger
    /// What may be spent.
    let budgets: BudgetBook
    /// How the sidecars stand.
    let switching: SwitchLamps
    /// What is learned, and what callers prefer.
    let learning: LearningService
    private let bench: Live<Bench>
    private let admission: Admission
    private let continuity: Continuity
    /// A migration hears which thoughts were answered.
    private let ears: MigrationEars

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
        switching: SwitchLamps,
        admission: Admission,
        continuity: Continuity,
        learning: LearningService,
        ears: MigrationEars
    ) {
        self.bench = bench
        self.live = live
        self.board = board
        self.ledger = ledger
        self.budgets = budgets
        self.switching = switching
        self.admission = admission
        self.continuity = continuity
        self.learning = learning
        self.ears = ears
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
        /// The last of these tries failed behind some text; see ``ThoughtEvent/brokeOff(_:)``.
        case brokeOff([Attempt])
        /// It waits for a model to be loaded.
        case switching(SwitchNotice)
    }

    /// What thinking has cost, what it would have cost, and what may still be spent.
    func costs() async throws -> CostReport {
        var report = try await ledger.costs(against: Baseline(registry.backends), budgets: budgets.standings())
        report.semantic = semanticFigures
        return report
    }

    /// What has come of looking questions up by meaning; nil while that is off.
    var semanticFigures: SemanticFigures? { bench.current.router.semanticFigures }

    /// Decides only.
    func route(_ params: ThoughtParams) async throws(BridgeError) -> RoutePlan {
        let bench = bench.current
        let mind = try mind(params, bench.personas)
        let start = try await continuity.begin(params, mind, registry)
        let admitted = try await admission.admit(start.params, mind, registry, isSent: false)
        let plan = bench.router.plan(admitted.thought)
        guard !plan.candidates.isEmpty else {
            let say = mind.card.voice.pick(.unavailable, seed: 0)
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
        for name in params.consensus?.backends ?? [] where registry[name] == nil { throw BridgeError(.unknownBackend) }
        let start = try await continuity.begin(params, mind, registry)
        let admitted = try await admission.admit(start.params, mind, registry, isSent: true)
        let thought = Evaluation.classified(admitted.thought)
        let telling =
            params.isPlain ? Telling.silent : Evaluation.telling(thought, in: mind.card.voice, seed: admitted.seed)
        var delivery = Delivery(telling, admitted.filter, isStreamed: params.isStreamed)
        do {
            var report: ConsensusReport?
            let answer: Answer
            if let terms = params.consensus {
                let agreed = try await agree(on: thought, terms, bench.router)
                (answer, report) = (agreed.answer, agreed.shown(through: admitted.filter, thought))
            } else {
                answer = try await bench.router.think(thought) { await delivery.take($0, onEvent) }
                ears.answered(thought, answer)
            }
            var reply = await delivery.finish(answer, onEvent)
            reply.consensus = report
            await end(start, thought, &reply)
            return reply
        } catch {
            throw BridgeError(error, voice: mind.card.voice, seed: admitted.seed)
        }
    }

    /// What comes of an answer besides: what is counted, and what is remembered.
    @inline(never)
    private func end(_ start: Continuity.Start, _ thought: Thought, _ reply: inout Reply) async {
        reply.stays = thought.constraints.isLocalOnly || thought.classification?.isLocalOnly == true
        if reply.caught > 0 { await ledger.caught(reply.caught, from: reply.answer.backend) }
        await continuity.end(start, reply, thought.prompt)
    }

    /// Whether a request could leave; nothing of it is kept or counted but that it was refused.
    /// - Throws: why not.
    func check(_ params: ThoughtParams) async throws(BridgeError) {
        let mind = try mind(params, bench.current.personas)
        _ = try await admission.admit(params, mind, registry, isSent: false)
    }

    /// Keeps what somebody thought of an answer.
    func rate(_ id: RequestID, _ params: RateParams) async throws -> [UInt8] {
        let rated = try await ledger.rate(params.thought, stars: params.stars, caller: params.caller)
        guard let rated else { throw BridgeError(.unknownThought) }
        await learning.learning.rated(rated, stars: params.stars)
        return ServerMessage.rated(id, params, rated)
    }

    /// Who thinks, and for whom.
    func origin(persona: String?, caller: String?) throws(BridgeError) -> Origin {
        Origin(persona: try mind(persona, bench.current.personas).card.id, caller: caller)
    }

    /// What would be decided now by the facts of a decision that was made.
    func replay(_ decision: DecisionRecord) -> RoutePlan {
        bench.current.router.plan(decision.facts(allowance: budgets.allowance(for: decision.caller)))
    }

    /// Forgets a conversation, or all of a caller's; gives how many exchanges there were.
    func forget(_ params: ForgetParams) async throws(BridgeError) -> Int {
        let persona = try mind(params.persona, bench.current.personas).card.id
        let origin = Origin(persona: persona, caller: params.caller, conversation: params.conversation)
        let turns = try await continuity.forget(origin)
        // What he taught is of him, and of no conversation.
        if params.conversation == nil, let caller = params.caller { try await learning.learning.forget(caller) }
        return turns
    }

    /// What the persona remembers, and how it says so. No backend is asked.
    func journal(_ params: JournalParams) async throws(BridgeError) -> (entries: [Journal.Entry], say: String) {
        let card = try mind(params.persona, bench.current.personas).card
        let origin = Origin(persona: card.id, caller: params.caller)
        let entries = try await continuity.remember(origin, about: params.about, limit: params.limit)
        return (entries, card.voice.journal(entries.map(\.spoken), about: params.about, for: listener(params.caller)))
    }

    /// Whoever asks hears of days as they are where the daemon runs.
    private func listener(_ caller: String?) -> Voice.Listener {
        let now = Date()
        let offset = TimeZone.current.secondsFromGMT(for: now)
        return Voice.Listener(now: now.timeIntervalSince1970, offset: offset, caller: caller)
    }

    private func mind(_ params: ThoughtParams, _ personas: PersonaSet) throws(BridgeError) -> PersonaSet.Mind {
        params.isPlain ? personas.nobody : try mind(params.persona, personas)
    }

    private func mind(_ name: String?, _ personas: PersonaSet) throws(BridgeError) -> PersonaSet.Mind {
        let id = name.map(PersonaID.init) ?? personas.defaultPersona
        guard let mind = id.flatMap({ personas[$0] }) else { throw BridgeError(.unknownPersona) }
        return mind
    }
}

extension Journal.Entry {
    /// As the persona's voice tells it.
    fileprivate var spoken: JournalEntry {
        JournalEntry(
            time: time.timeIntervalSince1970,
            caller: record.caller,
            kind: record.kind,
            task: record.task,
            answer: record.answer
        )
    }
}

extension BridgeError {
    /// Why the router has no answer, with what the persona says to it.
    fileprivate init(_ error: RoutingError, voice: Voice, seed: UInt64) {
        switch error {
        case .noBackend(let rejected):
            self.init(.noBackend, .init(say: voice.pick(.unavailable, seed: seed), rejected: rejected))
        case .allFailed(let attempts):
            self.init(.allBackendsFailed, .init(say: voice.pick(.unavailable, seed: seed), attempts: attempts))
        case .deadline(let attempts):
            self.init(.deadlineExceeded, .init(say: voice.pick(.late, seed: seed), attempts: attempts))
        case .egressBlocked:
            self.init(.egressBlocked, .init(say: voice.pick(.refusal, seed: seed)))
        case .ledgerUnavailable:
            self.init(.ledgerUnavailable, .init(say: voice.pick(.unavailable, seed: seed)))
        case .cancelled: self.init(.cancelled)
        }
    }
}
