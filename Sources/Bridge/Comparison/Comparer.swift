internal import Persona
internal import Routing

/// Gives the same prompts to several backends, through the guard, and holds their answers against each other.
///
/// Each answer is a thought of its own with the purpose `comparison`: it goes through the egress scan, the ledger, the
/// budgets, the breaker and the judge like any other, to one backend, and never out of the cache. Backends are asked side
/// by side; one backend gets its prompts one after the other, so that its times are not those of a queue.
struct Comparer: Sendable {
    let bench: Live<ThoughtService.Bench>
    let live: LiveRouting
    let admission: Admission

    /// One answer of one backend.
    struct Cell: Sendable {
        /// The place of the prompt.
        let prompt: Int
        let backend: BackendID
        var status: Status
        var milliseconds: Double?
        var firstTokenMilliseconds: Double?
        var inputTokens: Int?
        var outputTokens: Int?
        var cost: NanoDollars?
        var quality: Double?
        var model: String?
        /// Through the reply filter; nil when there is no answer.
        var text: String?
        /// How long the whole text is, when only its beginning is given.
        var cutFrom: Int?
        var thought: String?

        /// How it ended: `answered`, a failure class, an error's name, or the rule that left the backend out.
        enum Status: Sendable, Equatable {
            case answered
            case failed(String)

            var label: String {
                switch self {
                case .answered: "answered"
                case .failed(let label): label
                }
            }
        }

        /// As it is held against others.
        var compared: ComparedAnswer {
            switch status {
            case .answered: .text(text ?? "")
            case .failed(FailureClass.refused.rawValue): .refusal
            case .failed: .none
            }
        }
    }

    /// What it will cost at worst, known before anything is sent.
    struct Estimate: Sendable {
        /// By backend, in their order; nil for one that is billed and whose prices nobody said.
        var worst: [(backend: BackendID, cost: NanoDollars?)]
        /// By prompt: the error of a prompt that the guard holds back.
        var refused: [Int: BridgeError]

        var total: NanoDollars { NanoDollars(worst.reduce(0) { $0 + ($1.cost?.value ?? 0) }) }
        var unpriced: BackendID? { worst.first { $0.cost == nil }?.backend }
    }

    /// All of it.
    struct Report: Sendable {
        let estimate: Estimate
        let backends: [Backend]
        let promptCount: Int
        /// By prompt, then in the order of the backends; none where the guard held the prompt back.
        let cells: [Cell]
        /// Whether only the cost was asked.
        let isEstimate: Bool

        /// What it comes to. Long answers take their time: it is no event loop's work.
        @concurrent func summary() async -> ComparisonSummary { ComparisonSummary(self) }
    }

    /// A prompt that may leave.
    private struct Admitted: Sendable {
        let place: Int
        let thought: Thought
        let filter: ReplyFilter
    }

    /// Does it.
    /// - Parameter onCell: told each answer as it comes.
    func compare(
        _ params: CompareParams,
        onCell: @escaping @Sendable (Cell) async -> Void
    ) async throws(BridgeError) -> Report {
        let bench = bench.current
        let registry = live.current.registry
        var backends: [Backend] = []
        for name in params.backends {
            guard let id = BackendID(name), let backend = registry[id] else { throw BridgeError(.unknownBackend) }
            backends.append(backend)
        }
        let (admitted, refused) = try await admit(params, bench, registry)
        let estimate = Estimate(worst: worst(of: admitted, on: backends), refused: refused)
        if !params.isEstimate {
            if estimate.unpriced != nil {
                let why = "A backend is billed and has no prices: give it prices in the configuration."
                throw BridgeError(.comparisonTooDear, .init(why: why))
            }
            guard estimate.total.value <= params.maxCost.value else {
                let why = "Allow more, ask fewer prompts or backends, or bound the answers."
                throw BridgeError(.comparisonTooDear, .init(why: why, usd: estimate.total.dollars))
            }
        }
        let cells = params.isEstimate ? [] : await ask(admitted, backends, bench, params.perBackend, onCell)
        if Task.isCancelled { throw BridgeError(.cancelled) }
        let order = Dictionary(backends.enumerated().map { ($1.id, $0) }) { first, _ in first }
        return Report(
            estimate: estimate,
            backends: backends,
            promptCount: params.prompts.count,
            cells: cells.sorted { ($0.prompt, order[$0.backend] ?? 0) < ($1.prompt, order[$1.backend] ?? 0) },
            isEstimate: params.isEstimate
        )
    }

    // MARK: Before anything is sent

    private func admit(
        _ params: CompareParams,
        _ bench: ThoughtService.Bench,
        _ registry: BackendRegistry
    ) async throws(BridgeError) -> ([Admitted], [Int: BridgeError]) {
        let id = params.persona.map(PersonaID.init) ?? bench.personas.defaultPersona
        guard let mind = id.flatMap({ bench.personas[$0] }) else { throw BridgeError(.unknownPersona) }
        var admitted: [Admitted] = []
        var refused: [Int: BridgeError] = [:]
        for (place, prompt) in params.prompts.enumerated() {
            // Others want the event loop, too.
            await Task.yield()
            do throws(BridgeError) {
                let passed = try await admission.admit(
                    params.thought(prompt),
                    mind,
                    registry,
                    isSent: !params.isEstimate
                )
                var thought = passed.thought
                thought.purpose = .comparison
                admitted.append(Admitted(place: place, thought: thought, filter: passed.filter))
            } catch {
                guard [.personaRefused, .quarantined].contains(error.code) else { throw error }
                refused[place] = error
            }
        }
        return (admitted, refused)
    }

    private func worst(
        of admitted: [Admitted],
        on backends: [Backend]
    ) -> [(backend: BackendID, cost: NanoDollars?)] {
        backends.map { backend in
            guard backend.prices != nil || !backend.isBilled else { return (backend.id, nil) }
            let sum = admitted.reduce(Int64(0)) { $0 + $1.thought.worstCase(on: backend).value }
            return (backend.id, NanoDollars(sum))
        }
    }

    // MARK: Asking

    /// Hands out the prompts of one backend in order.
    private actor Lane {
        private var rest: ArraySlice<Admitted>

        init(_ admitted: [Admitted]) {
            rest = admitted[...]
        }

        func next() -> Admitted? { Task.isCancelled ? nil : rest.popFirst() }
    }

    private func ask(
        _ admitted: [Admitted],
        _ backends: [Backend],
        _ bench: ThoughtService.Bench,
        _ perBackend: Int,
        _ onCell: @escaping @Sendable (Cell) async -> Void
    ) async -> [Cell] {
        await withTaskGroup(of: [Cell].self) { group in
            for backend in backends {
                let lane = Lane(admitted)
                for _ in 0..<min(perBackend, admitted.count) {
                    group.addTask {
                        var cells: [Cell] = []
                        while let prompt = await lane.next() {
                            let cell = await ask(prompt, backend, bench.router)
                            if Task.isCancelled { break }
                            await onCell(cell)
                            cells.append(cell)
                        }
                        return cells
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func ask(_ prompt: Admitted, _ backend: Backend, _ router: Router) async -> Cell {
        var thought = prompt.thought
        thought.constraints.backend = backend.id
        // What was told as the worst case is the most, also when a request must be repeated.
        let worst = thought.worstCase(on: backend)
        if worst.value > 0 { thought.maxCost = worst }
        do throws(RoutingError) {
            let answer = try await router.think(thought)
            return Cell(answer, prompt: prompt.place, prompt.filter, thought.prompt)
        } catch {
            return Cell(prompt: prompt.place, backend: backend.id, status: .failed(Self.label(error)))
        }
    }

    private static func label(_ error: RoutingError) -> String {
        switch error {
        case .noBackend(let rejected):
            rejected.first { $0.rule != .notRequested }?.rule.rawValue ?? BridgeError.Code.noBackend.name.description
        case .allFailed(let attempts), .deadline(let attempts):
            attempts.last?.outcome.label ?? BridgeError.Code.deadlineExceeded.name.description
        case .egressBlocked: BridgeError.Code.egressBlocked.name.description
        case .ledgerUnavailable: BridgeError.Code.ledgerUnavailable.name.description
        case .cancelled: BridgeError.Code.cancelled.name.description
        }
    }
}

extension Comparer.Cell {
    /// A longer answer is cut in what is shown: a line of the protocol has its limit.
    private static let longest = 65_536

    fileprivate init(_ answer: Answer, prompt: Int, _ filter: ReplyFilter, _ blind: BlindPrompt) {
        var filter = filter
        var text = filter.feed(answer.text) + filter.finish(isCut: answer.finish == .length)
        let length = text.utf8.count
        if length > Self.longest { text = text.pieces(atMost: Self.longest).first ?? "" }
        let judged = QualityJudge.Answer(text: answer.text, calls: answer.calls, finish: answer.finish)
        self.init(
            prompt: prompt,
            backend: answer.backend,
            status: .answered,
            milliseconds: answer.duration.milliseconds,
            firstTokenMilliseconds: answer.firstToken?.milliseconds,
            inputTokens: answer.usage.inputTotal,
            outputTokens: answer.usage.outputVisible.map { $0 + (answer.usage.outputReasoning ?? 0) },
            cost: answer.cost,
            // A comparison is judged also where answers are not.
            quality: answer.confidence ?? QualityJudge().judge(judged, for: blind, kind: answer.kind).confidence,
            model: answer.model,
            text: text,
            cutFrom: length > Self.longest ? length : nil,
            thought: answer.thought
        )
    }
}

extension Usage {
    /// The tokens of the prompt, from a cache or not; nil when nobody said them.
    fileprivate var inputTotal: Int? {
        inputUncached.map { $0 + (inputCacheRead ?? 0) + (inputCacheWrite ?? 0) }
    }
}
