import Persona
import TestSupport
import Testing

@testable import Routing

/// A router over invented backends, a scripted transport, a ledger in memory and a clock that stands still.
struct Workbench {
    let clock = ManualClock()
    let ledger: MemoryLedger
    let transport: FakeTransport
    let live: LiveRouting
    let board: HealthBoard
    let router: Router

    /// - Parameter moves: what each backend does, by its name.
    init(
        _ backends: [Backend],
        _ moves: [String: [FakeTransport.Move]],
        isLedgerBroken: Bool = false,
        limits: Router.Limits = Router.Limits(maxAttempts: 4),
        policy: RoutingPolicy = Workbench.noRetries,
        budgets: BudgetBook = BudgetBook(),
        cache: AnswerCache = AnswerCache(),
        models: (any ModelGate)? = nil,
        tick: Duration = .zero
    ) {
        let clock = clock
        ledger = MemoryLedger(isBroken: isLedgerBroken)
        transport = FakeTransport(Dictionary(moves.map { ("://\($0.key).test", $0.value) }) { first, _ in first })
        var policy = policy
        policy.limits = limits
        live = LiveRouting(RoutingSnapshot(registry: BackendRegistry(backends), policy: policy))
        board = HealthBoard(live.current.registry, now: clock.now)
        router = Router(
            live: live,
            board: board,
            scan: TestPrompts.scan,
            ledger: ledger,
            transport: transport,
            budgets: budgets,
            cache: cache,
            models: models,
            circumstances: Router.Circumstances(
                now: {
                    defer { clock.advance(by: tick) }
                    return clock.now
                },
                sleep: { clock.advance(by: $0) },
                jitter: { 1 }
            )
        )
    }

    /// Nobody is asked twice.
    static var noRetries: RoutingPolicy {
        var policy = RoutingPolicy()
        policy.retry.attempts = 0
        return policy
    }

    /// Three backends of equal standing, in the order of their names.
    static func three() throws -> [Backend] {
        try ["one", "two", "three"].map { try Fixture.backend($0, [.speed]) }
    }

    /// A quick question.
    static func thought(streamed: Bool = false) throws -> Thought {
        Thought(prompt: try TestPrompts.blind("2 + 2, quick"), isStreamed: streamed, caller: "player 7")
    }

    /// Who was asked, in order, by the URLs of what was sent.
    var asked: [String] {
        transport.sent.map { String($0.url.dropFirst("http://".count).prefix { $0 != "." }) }
    }

    /// How a backend is now.
    func lamp(_ name: String) throws -> BackendHealth {
        let id = try Fixture.id(name)
        return try #require(board.snapshot(at: clock.now).first { $0.backend == id })
    }
}

/// The tries of a thought, as "backend outcome".
func story(_ attempts: [Attempt]) -> [String] { attempts.map { "\($0.backend) \($0.outcome.label)" } }

/// The tries that an error tells of; nil for another error.
func story(of error: RoutingError) -> [String]? {
    switch error {
    case .allFailed(let attempts), .deadline(let attempts), .ledgerUnavailable(let attempts): story(attempts)
    case .noBackend, .egressBlocked, .cancelled: nil
    }
}
