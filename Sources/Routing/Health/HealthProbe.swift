public import Persona

/// Asks every backend whether it lives, without a bill: a list of models or a health page, never a completion.
public struct HealthProbe: Sendable {
    private let live: LiveRouting
    private let board: HealthBoard
    private let egress: Egress
    private let now: @Sendable () -> ContinuousClock.Instant

    /// How long a probe may take.
    static let limits = TransferLimits(connect: .seconds(2), total: .seconds(5), maxBody: 4 << 20)

    /// A probe over the backends.
    public init(
        live: LiveRouting,
        board: HealthBoard,
        scan: EgressScan,
        ledger: any EgressLedger,
        transport: any Transport,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.live = live
        self.board = board
        self.egress = Egress(scan: scan, ledger: ledger, transport: transport)
        self.now = now
    }

    /// Asks all of them at once, and returns when the last has answered or run out of time.
    /// - Parameter isDue: which of them.
    public func probeAll(where isDue: (Backend) -> Bool = { _ in true }) async {
        let due = live.current.registry.backends.filter { $0.disabledReason == nil && isDue($0) }
        await withDiscardingTaskGroup { group in
            for backend in due {
                guard case .get(let url) = backend.health else { continue }
                group.addTask { await probe(backend, url: url) }
            }
        }
    }

    /// A backend that has no such page lives all the same: only a refused key, a full house or a fault counts.
    private static func verdict(_ reply: HTTPReply, _ format: any WireFormat) -> WireError? {
        guard reply.status != 200 else { return nil }
        let error = format.failure(reply)
        return [.modelMissing, .badRequest, .contextWindow].contains(error.failure) ? nil : error
    }

    /// The backend as a page is asked for it: its key goes to where its requests go and nowhere else, so that nobody
    /// gets it by naming another host as `health`.
    static func asked(_ backend: Backend, at url: String) -> Backend {
        guard GuardedKey.origin(of: url) != GuardedKey.origin(of: backend.url) else { return backend }
        var stranger = backend
        stranger.key = nil
        return stranger
    }

    private func probe(_ backend: Backend, url: String) async {
        let format = backend.wire.format
        guard
            let passage = try? await egress.pass(
                format.probe(Self.asked(backend, at: url), url: url),
                to: backend,
                record: { sealed in
                    EgressRecord(
                        purpose: .probe,
                        backend: backend.id,
                        model: backend.model,
                        thought: nil,
                        attempt: 1,
                        kind: nil,
                        caller: nil,
                        isLocal: backend.isLocal,
                        request: sealed
                    )
                }
            )
        else { return }
        let receipt = passage.receipt
        let ticket = board.probeTicket(for: backend.id, at: now())
        let began = now()
        let error: WireError? =
            switch await egress.send(passage, limits: Self.limits) {
            case .failure(let error): WireError(FailureClassifier.classify(error))
            case .success(let reply): Self.verdict(reply, format)
            }
        let ended = now()
        board.probed(
            backend.id,
            ticket,
            error?.failure,
            retryAfter: error?.retryAfter,
            latency: ended - began,
            at: ended
        )
        await egress.settle(
            receipt,
            Settlement(
                outcome: error.map { .failed($0.failure) } ?? .answered,
                duration: ended - began,
                model: nil,
                usage: .missing,
                cost: nil
            )
        )
    }
}
