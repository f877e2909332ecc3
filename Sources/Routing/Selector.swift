/// Chooses who is asked, in which order. Pure: a classification, the backends and their health go in, a plan comes out.
public struct Selector: Sendable {
    /// What the caller insists on.
    public struct Constraints: Sendable, Equatable {
        /// No backend off this machine may see the task.
        public var isLocalOnly: Bool
        /// Only this backend.
        public var backend: BackendID?
        /// Only this model.
        public var model: String?

        /// Constraints; none by default.
        public init(isLocalOnly: Bool = false, backend: BackendID? = nil) {
            self.isLocalOnly = isLocalOnly
            self.backend = backend
        }
    }

    /// What a selection looks at besides the backends.
    public struct Facts: Sendable {
        /// What the task is about.
        public var classification: Classification
        /// The size of the task in bytes.
        public var taskBytes: Int
        /// The media types that come with it.
        public var attachments: [String]
        /// What the caller insists on.
        public var constraints: Constraints

        /// Facts.
        public init(
            classification: Classification,
            taskBytes: Int,
            attachments: [String] = [],
            constraints: Constraints = Constraints()
        ) {
            self.classification = classification
            self.taskBytes = taskBytes
            self.attachments = attachments
            self.constraints = constraints
        }
    }

    /// A selector.
    public init() {}

    /// The plan. Health alone never empties it: when every backend that could take the task is out for its health, the
    /// least bad is tried all the same.
    public func plan(_ facts: Facts, registry: BackendRegistry, health: [BackendHealth]) -> RoutePlan {
        let lamps = Dictionary(health.map { ($0.backend, $0) }, uniquingKeysWith: { first, _ in first })
        var candidates: [Candidate] = []
        var unwell: [(Candidate, Rejection)] = []
        var rejected: [Rejection] = []
        for backend in registry.backends {
            let state = lamps[backend.id]?.state ?? .unknown
            if let rejection = unfit(backend, facts) {
                rejected.append(rejection)
            } else if let rejection = unwellness(backend, lamps[backend.id]) {
                let why = "last resort: \(rejection.why)"
                unwell.append((Candidate(backend: backend, state: state, why: why, isLastResort: true), rejection))
            } else {
                let why = reason(backend, facts.classification.kind)
                candidates.append(Candidate(backend: backend, state: state, why: why, isLastResort: false))
            }
        }
        if candidates.isEmpty {
            candidates = unwell.map(\.0)
        } else {
            rejected += unwell.map(\.1)
        }
        return RoutePlan(
            classification: facts.classification,
            candidates: ranked(candidates, for: facts.classification.kind),
            rejected: inOrder(rejected, of: registry)
        )
    }

    // MARK: Filters

    /// Why the backend can never take this task, whatever its health.
    private func unfit(_ backend: Backend, _ facts: Facts) -> Rejection? {
        func reject(_ rule: Rejection.Rule, _ why: String) -> Rejection {
            Rejection(backend: backend.id, rule: rule, why: why)
        }
        if let reason = backend.disabledReason { return reject(.disabled, reason) }
        if let only = facts.constraints.backend, only != backend.id {
            return reject(.notRequested, "another backend was asked for")
        }
        if !backend.isLocal && (facts.constraints.isLocalOnly || facts.classification.isLocalOnly) {
            return reject(.notLocal, "the task must stay on this machine")
        }
        let missing = Set(facts.attachments.compactMap(Self.modality)).subtracting(backend.modalities)
        if let first = missing.min() { return reject(.modality, "it takes no \(first)") }
        let tokens = Self.estimatedTokens(bytes: facts.taskBytes)
        if tokens > backend.maxContext {
            return reject(.context, "about \(tokens) tokens do not fit into \(backend.maxContext)")
        }
        return nil
    }

    /// Why the backend should not be asked just now.
    private func unwellness(_ backend: Backend, _ lamp: BackendHealth?) -> Rejection? {
        guard let lamp else { return nil }
        switch lamp.state {
        case .configError: return Rejection(backend: backend.id, rule: .configError, why: lamp.why)
        case .rateLimited: return Rejection(backend: backend.id, rule: .rateLimited, why: lamp.why)
        case .unhealthy where !lamp.isPermitted:
            return Rejection(backend: backend.id, rule: .breakerOpen, why: lamp.why)
        case .unhealthy, .healthy, .degraded, .unknown, .disabled: return nil
        }
    }

    /// The main type of a media type that needs more than reading; nil for text.
    private static func modality(_ mediaType: String) -> String? {
        let main = mediaType.prefix { $0 != "/" }.lowercased()
        return main == "text" ? nil : main
    }

    /// Three bytes a token: English has about four, so the estimate errs on the side of a larger window, by a third.
    static func estimatedTokens(bytes: Int) -> Int { bytes / 3 + 64 }

    // MARK: Order

    /// Who is asked after the home of a kind: the nearest in ability first, `fallback` before those who would guess.
    private static func chain(from home: Role) -> [Role] {
        let rest: [Role] =
            switch home {
            case .local: [.speed, .breadth, .code, .reasoning, .longContext, .multimodal, .fallback]
            case .speed: [.local, .breadth, .reasoning, .code, .longContext, .multimodal, .fallback]
            case .breadth: [.reasoning, .longContext, .multimodal, .fallback, .code, .speed, .local]
            case .reasoning: [.breadth, .code, .longContext, .multimodal, .fallback, .speed, .local]
            case .code: [.reasoning, .breadth, .longContext, .fallback, .multimodal, .speed, .local]
            case .longContext: [.multimodal, .reasoning, .breadth, .fallback, .code, .speed, .local]
            case .multimodal: [.breadth, .reasoning, .fallback, .longContext, .code, .speed, .local]
            case .fallback: Role.allCases.filter { $0 != .fallback }
            }
        return [home] + rest
    }

    private func ranked(_ candidates: [Candidate], for kind: TaskKind) -> [Candidate] {
        let chain = Self.chain(from: kind.home)
        func rank(_ candidate: Candidate) -> (Int, Int, Int) {
            let place = candidate.backend.roles.compactMap { chain.firstIndex(of: $0) }.min() ?? chain.count
            // A key that was refused is the least promising of all last resorts.
            let ill = candidate.state == .configError ? 2 : candidate.state == .rateLimited ? 1 : 0
            return (ill, place, candidate.state == .degraded ? 1 : 0)
        }
        // Places are sorted, not candidates: those are large to move.
        let places = candidates.indices.map { (rank: rank(candidates[$0]), place: $0) }
            .sorted { ($0.rank.0, $0.rank.1, $0.rank.2, $0.place) < ($1.rank.0, $1.rank.1, $1.rank.2, $1.place) }
        return places.map { candidates[$0.place] }
    }

    private func reason(_ backend: Backend, _ kind: TaskKind) -> String {
        if backend.roles.contains(kind.home) { return "first choice for \(kind.rawValue)" }
        return backend.roles.contains(.fallback) ? "general fallback" : "next in the chain of \(kind.home.rawValue)"
    }

    private func inOrder(_ rejected: [Rejection], of registry: BackendRegistry) -> [Rejection] {
        registry.backends.compactMap { backend in rejected.first { $0.backend == backend.id } }
    }
}
