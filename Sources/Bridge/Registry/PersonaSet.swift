internal import Persona
internal import Routing
internal import Synchronization

/// The personas of one moment: their guards, and the scan that knows all of them.
struct PersonaSet: Sendable {
    /// A persona, and its guard. A class: every request takes it, and there are few.
    final class Mind: Sendable {
        let card: PersonaCard
        let gate: PromptGuard

        init(card: PersonaCard, gate: PromptGuard) {
            self.card = card
            self.gate = gate
        }
    }

    let defaultPersona: PersonaID
    /// Who asks when it is to be nobody: no words around the answer, and nothing less of the guard.
    let nobody: Mind
    /// Reads the final bytes of everything that leaves; the probes go through it as well.
    let scan: EgressScan
    private let minds: [PersonaID: Mind]

    /// - Parameters:
    ///   - names: what the game calls its own.
    ///   - keys: those of the backends of now.
    init(_ config: BridgeConfig, names: GameNames, keys: @escaping @Sendable () -> [GuardedKey]) {
        let personas = config.personas
        let known = BackendRegistry(config.backends).keys + keys()
        // Each persona's own wishes go before the world's. What scripts may be written in adds up: one scan reads for all.
        let world = config.guardWishes
        let policy = GuardPolicy.standard.with(world.policy)
        let index = IdentityIndex(
            personas.map(\.identity) + [config.ownIdentity],
            rule: OddityRule(scripts: Set(world.scripts + personas.flatMap(\.guardWishes.scripts)).sorted()),
            names: names,
            keys: known
        )
        defaultPersona = config.defaultPersona
        let silent = PersonaCard(id: .nobody, identity: Identity(terms: []), voice: .silent)
        nobody = Mind(card: silent, gate: PromptGuard(persona: silent, index: index, policy: policy))
        minds = Dictionary(
            personas.map { card in
                let own = policy.with(card.guardWishes.policy)
                return (card.id, Mind(card: card, gate: PromptGuard(persona: card, index: index, policy: own)))
            },
            uniquingKeysWith: { first, _ in first }
        )
        // What is in flight goes on with the keys of its time.
        scan = EgressScan(index: index) { known + keys() }
    }

    subscript(_ id: PersonaID) -> Mind? { minds[id] }

    /// A question of the bridge's own, after the guard; nil when it may not be asked.
    func blind(_ draft: PromptDraft) -> BlindPrompt? { try? minds[defaultPersona]?.gate.blind(draft) }
}

/// A value that a reload replaces whole; who has read it keeps what was read.
final class Live<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    var current: Value { value.withLock { $0 } }

    func replace(with value: Value) { self.value.withLock { $0 = value } }
}
