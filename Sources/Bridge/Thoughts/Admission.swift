internal import Logging
internal import Persona
internal import Routing

/// The step before the router: what a client sent becomes a thought that may leave, or an error that says why not.
struct Admission: Sendable {
    let ledger: Ledger
    let quarantine: Quarantine
    /// What stand-ins are chosen with.
    private let key: [UInt8]

    init(ledger: Ledger, memory: Memory) {
        self.ledger = ledger
        quarantine = Quarantine(memory: memory)
        key = memory.secret(for: "pseudonyms")
    }

    /// What may leave.
    struct Admitted: Sendable {
        let thought: Thought
        /// Picks the persona's lines.
        let seed: UInt64
        /// What its reply goes through on its way back.
        let filter: ReplyFilter
    }

    /// Judges a request.
    /// - Parameter isSent: whether it will be sent: of a question about the way alone, nothing is kept or counted but
    ///   that it was refused.
    func admit(
        _ params: ThoughtParams,
        _ mind: PersonaSet.Mind,
        _ registry: BackendRegistry,
        isSent: Bool
    ) async throws(BridgeError) -> Admitted {
        var constraints = params.constraints
        if let name = params.backend {
            guard let id = BackendID(name), registry[id] != nil else { throw BridgeError(.unknownBackend) }
            constraints.backend = id
        }
        if let kind = constraints.model.flatMap(mind.gate.firstClass) {
            throw await refusal(FieldFinding(identityClass: kind, severity: .s1, field: .model), params, mind)
        }
        let seed = Voice.seed(params.draft.task)
        switch try await decide(params, mind) {
        case .allow(let prompt):
            return Admitted(thought: params.thought(prompt, constraints), seed: seed, filter: ReplyFilter())
        case .pseudonymise(let prompt, let pseudonyms, let finding):
            if isSent { await ledger.noted(.pseudonymised, finding) }
            let filter = ReplyFilter(pseudonyms, tools: params.draft.tools, called: prompt.tools)
            var thought = params.thought(prompt, constraints, standIns: pseudonyms.count)
            thought.classification = classification(params, mind)
            return Admitted(thought: thought, seed: seed, filter: filter)
        case .quarantine(let held):
            guard isSent else { throw wait(params, mind, leak: nil) }
            throw try await hold(held, params, mind)
        case .refuse(let finding): throw await refusal(finding, params, mind)
        }
    }

    /// What the task is taken for, with stand-ins that are always the same: which ones were drawn must not decide its way.
    private func classification(_ params: ThoughtParams, _ mind: PersonaSet.Mind) -> Classification? {
        let fixed = Pseudonyms(key: [UInt8](repeating: 0, count: 16), conversation: "")
        guard case .pseudonymise(let prompt, _, _) = mind.gate.judge(params.draft, pseudonyms: fixed) else {
            return nil
        }
        return Self.classifier.classify(prompt)
    }

    private static let classifier = Classifier()

    /// The guard's decision, with what the owner let go.
    private func decide(_ params: ThoughtParams, _ mind: PersonaSet.Mind) async throws(BridgeError) -> Decision {
        let decision = mind.gate.judge(params.draft, pseudonyms: pseudonyms(params, mind))
        guard case .quarantine(let held) = decision else { return decision }
        do {
            let released = try await quarantine.released(held.texts, of: owner(params, mind))
            if released.isEmpty { return decision }
            return mind.gate.judge(params.draft, released: released, pseudonyms: pseudonyms(params, mind))
        } catch {
            tell(error)
            throw await refusal(held.finding, params, mind)
        }
    }

    /// Keeps what is doubted. What cannot be kept, or was denied before, is refused.
    private func hold(
        _ held: HeldDraft,
        _ params: ThoughtParams,
        _ mind: PersonaSet.Mind
    ) async throws(BridgeError) -> BridgeError {
        do {
            let (id, state, isNew) = try await quarantine.hold(
                held,
                task: params.draft.task,
                of: owner(params, mind)
            )
            guard state == .waiting else { return await refusal(held.finding, params, mind) }
            if isNew { await ledger.noted(.quarantined, held.finding) }
            return wait(params, mind, leak: id)
        } catch {
            tell(error)
            return await refusal(held.finding, params, mind)
        }
    }

    /// Only its type: what SQLite says may hold a text.
    private func tell(_ error: any Error) {
        quarantine.memory.logger.error(
            "what waits for the owner cannot be read or kept, and is refused",
            metadata: ["reason": "\(type(of: error))"]
        )
    }

    private func refusal(_ finding: FieldFinding, _ params: ThoughtParams, _ mind: PersonaSet.Mind) async -> BridgeError
    {
        await ledger.noted(.refused, finding)
        let say = mind.card.voice.pick(.refusal, seed: Voice.seed(params.draft.task))
        return BridgeError(.personaRefused, .init(say: say, identityClass: finding.identityClass))
    }

    private func wait(_ params: ThoughtParams, _ mind: PersonaSet.Mind, leak: Int64?) -> BridgeError {
        let say = mind.card.voice.pick(.quarantined, seed: Voice.seed(params.draft.task))
        return BridgeError(.quarantined, .init(say: say, leak: leak))
    }

    private func owner(_ params: ThoughtParams, _ mind: PersonaSet.Mind) -> Origin {
        Origin(persona: mind.card.id, caller: params.caller)
    }

    /// The stand-ins of a conversation; a request that belongs to none has its own, which no other request will have.
    private func pseudonyms(_ params: ThoughtParams, _ mind: PersonaSet.Mind) -> Pseudonyms {
        let conversation =
            params.conversation.map { name in
                // The length keeps a caller's end from being taken for a conversation's beginning.
                let caller = params.caller ?? ""
                return "\(mind.card.id.rawValue)\u{0}\(caller.utf8.count)\u{0}\(caller)\u{0}\(name)"
            }
            ?? "\(UInt64.random(in: .min ... .max)) \(UInt64.random(in: .min ... .max))"
        return Pseudonyms(key: key, conversation: conversation)
    }
}

extension ThoughtParams {
    /// The thought of a prompt that passed the guard.
    fileprivate func thought(
        _ prompt: BlindPrompt,
        _ constraints: Selector.Constraints,
        standIns: Int = 0
    ) -> Thought {
        Thought(
            prompt: prompt,
            kind: kind,
            constraints: constraints,
            maxTokens: maxTokens,
            temperature: temperature,
            stop: prompt.stop,
            isStreamed: isStreamed,
            caller: caller,
            isCacheable: isCacheable,
            maxCost: maxCost,
            reroutesContentPolicy: reroutesContentPolicy,
            affectsState: affectsState,
            isVisible: isVisible,
            standsOnceShown: standsOnceShown,
            standIns: standIns,
            conversation: conversation.map { "\(caller ?? "") \($0)" },
            id: self.thought
        )
    }
}
