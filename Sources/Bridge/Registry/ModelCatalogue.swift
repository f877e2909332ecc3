internal import Routing

/// Which models there are, over all backends that are well: asked all at once, kept for 30 seconds, and asked once for
/// everybody who wants to know at the same time.
actor ModelCatalogue {
    /// A model, and where it can be had.
    struct Model: Sendable, Equatable {
        var name: String
        var backend: BackendID
        /// Whether the configuration names it.
        var isConfigured: Bool
        /// Whether the backend's own list names it.
        var isListed: Bool
    }

    /// What became of one backend's list.
    struct Source: Sendable, Equatable {
        enum Outcome: Sendable, Equatable {
            case listed
            /// Its format has no list.
            case noList
            /// Not asked, for its health.
            case skipped(HealthState)
            case failed(FailureClass)
            /// The request may not leave, or cannot be recorded.
            case heldBack
        }

        var backend: BackendID
        var outcome: Outcome
        /// How long ago it was asked.
        var age = Duration.zero
    }

    /// The answer.
    struct Listing: Sendable {
        var models: [Model]
        var sources: [Source]
        /// Whether there were more than are shown.
        var isCut: Bool
    }

    private typealias Reply = Result<[String], ModelDiscovery.Failure>

    /// What decides whether two lists are of the same server.
    private struct Place: Hashable {
        var url: String
        var wire: Backend.WireName
        var provider: String
        var hasKey: Bool

        init(_ backend: Backend) {
            url = backend.url
            wire = backend.wire
            provider = backend.provider
            hasKey = backend.key != nil
        }
    }

    private struct Kept {
        var place: Place
        var at: ContinuousClock.Instant
        var reply: Reply
    }

    /// How long a list is as good as new.
    static let freshness = Duration.seconds(30)
    /// With more models than that the answer would not fit into a line.
    static let mostModels = 4_000

    private let live: LiveRouting
    private let board: HealthBoard
    private let discovery: @Sendable () -> ModelDiscovery
    private let now: @Sendable () -> ContinuousClock.Instant
    private var kept: [BackendID: Kept] = [:]
    private var asking: [BackendID: (place: Place, task: Task<Reply, Never>)] = [:]

    init(
        live: LiveRouting,
        board: HealthBoard,
        discovery: @escaping @Sendable () -> ModelDiscovery,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.live = live
        self.board = board
        self.discovery = discovery
        self.now = now
    }

    /// All models.
    /// - Parameter isFresh: whether to ask again, however new the lists are.
    func list(isFresh: Bool = false) async -> Listing {
        let backends = live.current.registry.backends.filter { $0.disabledReason == nil }
        let lamps = Dictionary(board.snapshot(at: now()).map { ($0.backend, $0.state) }) { first, _ in first }
        // All are asked before any is waited for.
        var waiting: [(backend: Backend, answer: Answer)] = []
        for backend in backends {
            waiting.append((backend, answer(of: backend, state: lamps[backend.id] ?? .unknown, isFresh: isFresh)))
        }
        var models: [Model] = []
        var sources: [Source] = []
        for (backend, answer) in waiting {
            let (names, source) = await settled(answer, of: backend)
            sources.append(source)
            models += Self.models(of: backend, listed: names)
        }
        let isCut = models.count > Self.mostModels
        return Listing(models: Array(models.prefix(Self.mostModels)), sources: sources, isCut: isCut)
    }

    /// Whether a backend lists the model. It is asked whatever its health: an operator who wants another model may want it
    /// because this one is not there. A list of before that lacks the model may be too old.
    func lists(_ model: String, _ backend: Backend) async -> Bool {
        for isFresh in [false, true] {
            let answer = answer(of: backend, state: .unknown, isFresh: isFresh)
            let (names, _) = await settled(answer, of: backend)
            if names.contains(model) { return true }
            if case .asked = answer { return false }
        }
        return false
    }

    // MARK: One backend

    private enum Answer {
        case skipped(HealthState)
        case kept(Kept)
        case asked(Task<Reply, Never>)
    }

    private func answer(of backend: Backend, state: HealthState, isFresh: Bool) -> Answer {
        let place = Place(backend)
        if !isFresh, let kept = kept[backend.id], kept.place == place, now() - kept.at < Self.freshness {
            return .kept(kept)
        }
        switch state {
        case .unhealthy, .rateLimited, .configError, .disabled: return .skipped(state)
        case .healthy, .degraded, .unknown: break
        }
        if let asking = asking[backend.id], asking.place == place { return .asked(asking.task) }
        let discovery = discovery()
        // Of its own: one who no longer wants to know must not take the answer from the others.
        let task = Task { await discovery.models(of: backend) }
        asking[backend.id] = (place, task)
        return .asked(task)
    }

    private func settled(_ answer: Answer, of backend: Backend) async -> ([String], Source) {
        switch answer {
        case .skipped(let state): return ([], Source(backend: backend.id, outcome: .skipped(state)))
        case .kept(let kept): return Self.read(kept.reply, backend.id, age: now() - kept.at)
        case .asked(let task):
            let reply = await task.value
            if asking[backend.id]?.task == task {
                asking[backend.id] = nil
                kept[backend.id] = Kept(place: Place(backend), at: now(), reply: reply)
            }
            return Self.read(reply, backend.id, age: .zero)
        }
    }

    private static func read(_ reply: Reply, _ id: BackendID, age: Duration) -> ([String], Source) {
        let outcome: Source.Outcome =
            switch reply {
            case .success: .listed
            case .failure(.noList): .noList
            case .failure(.heldBack): .heldBack
            case .failure(.failed(let failure)): .failed(failure)
            }
        return ((try? reply.get()) ?? [], Source(backend: id, outcome: outcome, age: age))
    }

    /// The configured ones first, then those that only the backend names.
    private static func models(of backend: Backend, listed: [String]) -> [Model] {
        let names = Set(listed)
        var configured: [String] = []
        for name in [backend.model] + backend.models where !configured.contains(name) { configured.append(name) }
        let known = Set(configured)
        return configured.map {
            Model(name: $0, backend: backend.id, isConfigured: true, isListed: names.contains($0))
        }
            + listed.filter { !known.contains($0) }.map {
                Model(name: $0, backend: backend.id, isConfigured: false, isListed: true)
            }
    }
}
