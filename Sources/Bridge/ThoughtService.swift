internal import Foundation
internal import Logging
internal import Persona
internal import Routing

/// What stands between the protocol and the router: the guard before it, the voice behind it, the ledger beside it.
struct ThoughtService: Sendable {
    let live: LiveRouting
    let board: HealthBoard
    let ledger: Ledger
    /// What may be spent.
    let budgets: BudgetBook
    private let bench: Live<Bench>

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

    private typealias Mind = PersonaSet.Mind

    init(bench: Live<Bench>, live: LiveRouting, board: HealthBoard, ledger: Ledger, budgets: BudgetBook) {
        self.bench = bench
        self.live = live
        self.board = board
        self.ledger = ledger
        self.budgets = budgets
    }

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

    /// An answer in the persona's voice.
    struct Told: Sendable {
        let answer: Answer
        let text: String
        /// How sure the persona was, in its own words; nil when it was sure.
        let certainty: String?
    }

    /// Decides only.
    func route(_ params: ThoughtParams) async throws(BridgeError) -> RoutePlan {
        let bench = bench.current
        let mind = try mind(params, bench.personas)
        let plan = bench.router.plan(try await thought(params, mind))
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
    ) async throws(BridgeError) -> Told {
        // Guard and scan are of one moment: a reload in the middle changes neither.
        let bench = bench.current
        let mind = try mind(params, bench.personas)
        let thought = try await thought(params, mind)
        let voice = mind.card.voice
        let seed = Voice.seed(thought.prompt.task)
        var whole = Evaluation.telling(thought, in: voice)
        var telling = whole
        var sequence = 0
        func emit(_ texts: [String]) async {
            for piece in texts.flatMap({ $0.pieces(atMost: Self.maxDelta) }) {
                await onEvent(.delta(sequence: sequence, text: piece))
                sequence += 1
            }
        }
        do {
            let answer = try await bench.router.think(thought) { event in
                switch event {
                case .delta(let text): await emit(telling.feed(text))
                case .restarted(let backend, let failure):
                    sequence = 0
                    telling.restart()
                    await onEvent(.restarted(backend, failure))
                }
            }
            let text = (whole.feed(answer.text) + whole.finish(Evaluation.ending(of: answer))).joined()
            if thought.isStreamed { await emit(telling.finish(Evaluation.ending(of: answer))) }
            return Told(answer: answer, text: text, certainty: whole.certainty)
        } catch {
            throw Self.bridgeError(error, voice: voice, seed: seed)
        }
    }

    /// How many bytes a delta may have: a backend may send all at once, a line has its limit.
    private static let maxDelta = 32 << 10

    // MARK: The guard

    private func mind(_ params: ThoughtParams, _ personas: PersonaSet) throws(BridgeError) -> Mind {
        let id = params.persona.map(PersonaID.init) ?? personas.defaultPersona
        guard let mind = id.flatMap({ personas[$0] }) else { throw BridgeError(.unknownPersona) }
        return mind
    }

    private func thought(_ params: ThoughtParams, _ mind: Mind) async throws(BridgeError) -> Thought {
        var constraints = params.constraints
        if let name = params.backend {
            guard let id = BackendID(name), registry[id] != nil else { throw BridgeError(.unknownBackend) }
            constraints.backend = id
        }
        do {
            let prompt = try mind.gate.blind(params.draft)
            return Thought(
                prompt: prompt,
                kind: params.kind,
                constraints: constraints,
                maxTokens: params.maxTokens,
                temperature: params.temperature,
                stop: params.stop,
                isStreamed: params.isStreamed,
                caller: params.caller,
                isCacheable: params.isCacheable,
                maxCost: params.maxCost,
                reroutesContentPolicy: params.reroutesContentPolicy,
                affectsState: params.affectsState,
                isVisible: params.isVisible
            )
        } catch {
            await ledger.refused(error)
            let say = mind.card.voice.pick(.refusal, seed: Voice.seed(params.draft.task))
            throw BridgeError(.personaRefused, .init(say: say, identityClass: error.identityClass))
        }
    }

    private static func bridgeError(_ error: RoutingError, voice: Voice, seed: UInt64) -> BridgeError {
        switch error {
        case .noBackend(let rejected):
            BridgeError(.noBackend, .init(say: voice.pick(.unavailable, seed: seed), rejected: rejected))
        case .allFailed(let attempts):
            BridgeError(.allBackendsFailed, .init(say: voice.pick(.unavailable, seed: seed), attempts: attempts))
        case .deadline(let attempts):
            BridgeError(.deadlineExceeded, .init(say: voice.pick(.late, seed: seed), attempts: attempts))
        case .egressBlocked:
            BridgeError(.egressBlocked, .init(say: voice.pick(.refusal, seed: seed)))
        case .ledgerUnavailable:
            BridgeError(.ledgerUnavailable, .init(say: voice.pick(.unavailable, seed: seed)))
        case .cancelled: BridgeError(.cancelled)
        }
    }
}

extension String {
    /// The text in pieces of at most so many bytes of UTF-8, cut between scalars; none for an empty text.
    func pieces(atMost limit: Int) -> [String] {
        guard utf8.count > limit else { return isEmpty ? [] : [self] }
        var pieces: [String] = []
        var start = startIndex
        while start < endIndex {
            var end = utf8.index(start, offsetBy: limit, limitedBy: endIndex) ?? endIndex
            while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
            pieces.append(String(self[start..<end]))
            start = end
        }
        return pieces
    }
}
