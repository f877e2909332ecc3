internal import Persona
internal import Routing

/// The step before the router: what a client sent becomes a thought that may leave, or an error that says why not.
struct Admission: Sendable {
    let ledger: Ledger

    /// What may leave.
    struct Admitted: Sendable {
        let thought: Thought
        /// Picks the persona's lines.
        let seed: UInt64
    }

    /// Judges a request.
    func admit(
        _ params: ThoughtParams,
        _ mind: PersonaSet.Mind,
        _ registry: BackendRegistry
    ) async throws(BridgeError) -> Admitted {
        var constraints = params.constraints
        if let name = params.backend {
            guard let id = BackendID(name), registry[id] != nil else { throw BridgeError(.unknownBackend) }
            constraints.backend = id
        }
        do {
            let prompt = try mind.gate.blind(params.draft)
            let thought = params.thought(prompt, constraints)
            return Admitted(thought: thought, seed: Voice.seed(prompt.task))
        } catch {
            await ledger.refused(error)
            let say = mind.card.voice.pick(.refusal, seed: Voice.seed(params.draft.task))
            throw BridgeError(.personaRefused, .init(say: say, identityClass: error.identityClass))
        }
    }
}

extension ThoughtParams {
    /// The thought of a prompt that passed the guard.
    fileprivate func thought(_ prompt: BlindPrompt, _ constraints: Selector.Constraints) -> Thought {
        Thought(
            prompt: prompt,
            kind: kind,
            constraints: constraints,
            maxTokens: maxTokens,
            temperature: temperature,
            stop: stop,
            isStreamed: isStreamed,
            caller: caller,
            isCacheable: isCacheable,
            maxCost: maxCost,
            reroutesContentPolicy: reroutesContentPolicy,
            affectsState: affectsState,
            isVisible: isVisible
        )
    }
}
