internal import Persona
internal import Routing
internal import Synchronization

/// The personas of one moment: their guards, and the scan that knows all of them.
struct PersonaSet: Sendable {
    /// A persona, and its guard.
    struct Mind: Sendable {
        let card: PersonaCard
        let gate: PromptGuard
    }

    let defaultPersona: PersonaID
    /// Reads the final bytes of everything that leaves; the probes go through it as well.
    let scan: EgressScan
    private let minds: [PersonaID: Mind]

    /// - Parameter world: what the world wishes of the guard; each persona's own wishes go before it. What scripts may be
    ///   written in adds up, since one scan reads for all.
    init(_ personas: [PersonaCard], defaultPersona: PersonaID, world: GuardWishes = .none) {
        let scripts = Set(world.scripts + personas.flatMap(\.guardWishes.scripts)).sorted()
        let index = IdentityIndex(personas.map(\.identity), rule: OddityRule(scripts: scripts))
        let policy = GuardPolicy.standard.with(world.policy)
        self.defaultPersona = defaultPersona
        minds = Dictionary(
            personas.map { card in
                let own = policy.with(card.guardWishes.policy)
                return (card.id, Mind(card: card, gate: PromptGuard(persona: card, index: index, policy: own)))
            },
            uniquingKeysWith: { first, _ in first }
        )
        scan = EgressScan(index: index)
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
