internal import Logging
internal import Persona
internal import Routing

/// What was said before goes with a thought, and what it came to is kept: the memory's two places in a thought's way.
///
/// Whatever was kept is untrusted, a backend's reply no less than a player's text: it goes through the guard with the task.
struct Continuity: Sendable {
    let memory: Memory
    let settings: Live<BridgeConfig.MemorySettings>

    /// A thought as it begins.
    struct Start: Sendable {
        /// With the turns that go with the task.
        var params: ThoughtParams
        /// What the task itself adds: the results of tools.
        fileprivate var results: [Turn] = []
        /// The exchange that it goes on with.
        fileprivate var open: Conversations.Kept?
        fileprivate let origin: Origin
        /// See ``Forgettings``.
        fileprivate let moment: UInt64
    }

    private var conversations: Conversations { Conversations(memory: memory, settings: settings) }
    private var journal: Journal { Journal(memory: memory, settings: settings) }

    // MARK: Before the admission

    /// The request with what was said before in its conversation. Without one, nothing is looked up.
    func begin(
        _ params: ThoughtParams,
        _ mind: PersonaSet.Mind,
        _ registry: BackendRegistry
    ) async throws(BridgeError) -> Start {
        var start = Start(
            params: params,
            origin: Origin(persona: mind.card.id, caller: params.caller, conversation: params.conversation),
            moment: memory.forgettings.now
        )
        guard params.conversation != nil else { return start }
        start.results = params.results.map { Turn(.tool, $0.text, answeredCall: $0.call) }
        let recent = try await recent(start)
        if let open = recent.open {
            start.open = open
            start.params.kind = params.kind ?? open.exchange.kind
            if open.exchange.stays { start.params.constraints.isLocalOnly = true }
        }
        let fixed = (recent.open?.exchange.turns ?? []) + start.results
        start.params.draft.history = fixed
        var exchanges = recent.exchanges
        if exchanges.contains(where: \.exchange.stays), !mustStay(start.params, mind.gate) {
            exchanges.removeAll(where: \.exchange.stays)
        }
        let budget = budget(start.params, registry, mind.gate)
        let kept = ConversationTrim.kept(of: exchanges.reversed().lazy.map(\.tokens), within: budget)
        start.params.draft.history =
            clean(exchanges.suffix(kept).map(\.exchange.turns), start.params, mind.gate) + fixed
        return start
    }

    private func recent(_ start: Start) async throws(BridgeError) -> Conversations.Recent {
        let calls = Set(start.params.results.map(\.call))
        do {
            let recent = try await conversations.recent(start.origin, answering: calls)
            // Nobody asked for these results, or they are here already.
            guard calls.isEmpty || recent.open != nil else { throw BridgeError.invalidParams("results") }
            return recent
        } catch let error as BridgeError {
            throw error
        } catch {
            memory.logger.error(
                "a conversation cannot be read",
                metadata: ["reason": "\(StorageFault.sentence(error))"]
            )
            // An answer to the task alone is better than none; results are nothing without their calls.
            guard calls.isEmpty else { throw BridgeError(.memoryUnavailable) }
            return Conversations.Recent()
        }
    }

    private func budget(_ params: ThoughtParams, _ registry: BackendRegistry, _ gate: PromptGuard) -> Int {
        let constraints = params.constraints
        let windows = registry.backends.lazy.filter { backend in
            backend.service == .enabled && (backend.isLocal || !constraints.isLocalOnly)
                && params.backend.map { $0 == backend.id.rawValue } ?? true
        }
        return ConversationTrim.budget(
            configured: settings.current.tokens,
            own: Self.size(params.draft, gate),
            answer: params.maxTokens,
            windows: windows.map(\.maxContext)
        )
    }

    /// Whether no backend off this machine may see the task itself.
    private func mustStay(_ params: ThoughtParams, _ gate: PromptGuard) -> Bool {
        if params.constraints.isLocalOnly { return true }
        let prompt = Self.pass(PromptDraft(task: params.draft.task), gate)
        return prompt.map { Classifier().classify($0, isExplained: false).isLocalOnly } ?? false
    }

    /// The turns of those exchanges that the guard lets go. One that it holds back, because a backend's reply planted
    /// something or because a term is new since, is left out for good, and the conversation goes on without it.
    private func clean(_ exchanges: [[Turn]], _ params: ThoughtParams, _ gate: PromptGuard) -> [Turn] {
        guard !exchanges.isEmpty else { return [] }
        var draft = params.draft
        let fixed = draft.history
        func passes(_ history: [Turn]) -> Bool {
            draft.history = history + fixed
            return Self.pass(draft, gate) != nil
        }
        let all = exchanges.flatMap(\.self)
        if passes(all) { return all }
        let harmless = exchanges.filter { Self.pass(PromptDraft(task: "", history: $0), gate) != nil }.flatMap(\.self)
        // What hides in the sum of them, or in the task, is not theirs to carry.
        return harmless.count < all.count && passes(harmless) ? harmless : []
    }

    /// What a backend would see of the draft; nil when it may not leave.
    private static func pass(_ draft: PromptDraft, _ gate: PromptGuard) -> BlindPrompt? {
        // Stand-ins of no conversation: only the verdict counts.
        switch gate.judge(draft, pseudonyms: Pseudonyms(key: [UInt8](repeating: 0, count: 16), conversation: "")) {
        case .allow(let prompt), .pseudonymise(let prompt, _, _): prompt
        case .quarantine, .refuse: nil
        }
    }

    // MARK: Behind the answer

    /// Keeps what a thought came to. When it returns, the next thought of the conversation knows it.
    func end(_ start: Start, _ reply: Reply, _ prompt: BlindPrompt) async {
        let params = start.params
        guard params.isKept else { return }
        if params.conversation != nil {
            var turns = (start.open?.exchange.turns ?? []) + start.results
            if !params.draft.task.isEmpty { turns.append(Turn(.user, params.draft.task)) }
            turns.append(Turn(.assistant, reply.plain, calls: reply.calls))
            let stays = params.constraints.isLocalOnly || Classifier().classify(prompt, isExplained: false).isLocalOnly
            await conversations.add(
                Exchange(turns: turns, kind: reply.answer.kind, stays: stays),
                tokens: size(start, reply, prompt),
                to: start.origin,
                continuing: start.open?.id,
                since: start.moment
            )
        }
        // A thought that waits for a tool is not at its end.
        guard reply.calls.isEmpty else { return }
        let task = [start.open?.exchange.task, params.draft.task].compactMap(\.self).first { !$0.isEmpty } ?? ""
        let record = Journal.Record(
            caller: params.caller,
            kind: reply.answer.kind.rawValue,
            task: task,
            answer: reply.plain,
            backend: reply.answer.backend.rawValue,
            confidence: reply.answer.confidence
        )
        journal.note(record, of: start.origin, since: start.moment)
    }

    /// What the exchange takes when it is sent again. Counted as the backend saw it: how much goes along must not depend
    /// on how long a name is that does not go.
    private func size(_ start: Start, _ reply: Reply, _ prompt: BlindPrompt) -> Int {
        var turns = Array(prompt.history.suffix(start.results.count))
        if !start.params.draft.task.isEmpty { turns.append(Turn(.user, prompt.task)) }
        turns.append(Turn(.assistant, reply.answer.text, calls: reply.answer.calls))
        return (start.open?.tokens ?? 0) + TokenEstimate.tokens(of: turns)
    }

    /// The size of a draft as a backend would see it; as it is typed when it may not leave anyway.
    private static func size(_ draft: PromptDraft, _ gate: PromptGuard) -> Int {
        pass(draft, gate).map { TokenEstimate.tokens(of: $0) } ?? TokenEstimate.tokens(of: draft)
    }

    // MARK: What clients ask of it

    /// Forgets; gives how many turns there were.
    func forget(_ origin: Origin) async throws(BridgeError) -> Int {
        guard let exchanges = await memory.forget(origin) else { throw BridgeError(.memoryUnavailable) }
        return exchanges
    }

    /// What the persona remembers.
    func remember(_ origin: Origin, about: String?, limit: Int) async throws(BridgeError) -> [Journal.Entry] {
        // What was answered just now is remembered too.
        _ = await memory.write { _ in 0 }
        do { return try await journal.entries(of: origin, about: about, limit: limit) } catch {
            memory.logger.error("the journal cannot be read", metadata: ["reason": "\(StorageFault.sentence(error))"])
            throw BridgeError(.memoryUnavailable)
        }
    }
}
