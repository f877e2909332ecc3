internal import Logging
internal import Persona
internal import Routing

/// What thinks, put together: the backends of the moment, the routers over them, and what steers those.
struct ThinkingParts: Sendable {
    let live: LiveRouting
    let board: HealthBoard
    let registry: DynamicRegistry
    let budgets: BudgetBook
    /// The door's keys; nil without a door.
    let ring: KeyRing?
    let switchboard: Switchboard
    let learning: Learning
    let migration: (steering: MigrationSteering, ears: MigrationEars)
    let bench: Live<ThoughtService.Bench>
    let roster: Roster
    let admission: Admission
    let service: ThoughtService
    /// What is kept of conversations.
    let settings: Live<BridgeConfig.MemorySettings>
    private let ledger: Ledger
    private let cache: AnswerCache
    /// What the configuration lets callers spend; each key's own budgets stand beside it.
    private let configured: Live<[Budget]>

    init(_ config: BridgeConfig, _ world: Daemon.Parts.World, _ logger: Logger) throws {
        let ledger = world.ledger
        let live = LiveRouting(RoutingSnapshot(registry: BackendRegistry([]), policy: config.policy))
        let board = HealthBoard(live.current.registry)
        registry = try DynamicRegistry(config, live: live, board: board, ledger: ledger, logger: logger)
        let budgets = BudgetBook(config.budgets, spending: try ledger.spending())
        let configured = Live(config.budgets)
        ring = config.http.map { http in
            KeyRing(http.keys, logger: logger) { budgets.replace(configured.current + $0) }
        }
        let cache = AnswerCache(config.cache)
        let keys = { @Sendable in live.current.registry.keys }
        let switchboard = Switchboard(config.sidecars, transport: world.transport, logger: logger)
        let learning = try Learning(config.policy.learning, ledger: ledger, logger: logger)
        let migration = (steering: MigrationSteering(live: live), ears: MigrationEars())
        let makeBench = { @Sendable (personas: PersonaSet) in
            ThoughtService.Bench(
                personas: personas,
                router: Router(
                    live: live,
                    board: board,
                    scan: personas.scan,
                    ledger: ledger,
                    transport: world.transport,
                    budgets: budgets,
                    cache: cache,
                    blind: { personas.blind($0) },
                    models: switchboard,
                    steering: [learning, learning.preferences, migration.steering],
                    circumstances: world.circumstances
                )
            )
        }
        let bench = Live(makeBench(PersonaSet(config, names: .none, keys: keys)))
        roster = Roster(config, keys: keys) { bench.replace(with: makeBench($0)) }
        settings = Live(config.memory)
        admission = Admission(ledger: ledger, memory: world.memory)
        service = ThoughtService(
            bench: bench,
            live: live,
            board: board,
            ledger: ledger,
            budgets: budgets,
            switching: switchboard.lamps,
            admission: admission,
            continuity: Continuity(memory: world.memory, settings: settings),
            learning: LearningService(learning: learning, live: live),
            ears: migration.ears
        )
        (self.live, self.board, self.budgets, self.configured) = (live, board, budgets, configured)
        (self.switchboard, self.learning, self.migration) = (switchboard, learning, migration)
        (self.bench, self.ledger, self.cache) = (bench, ledger, cache)
        Task { await learning.start() }
    }

    /// Takes a configuration over that was read again.
    func adopt(_ config: BridgeConfig, _ logger: Logger) async {
        // The personas first: nothing of theirs may leave through an older scan.
        await roster.replace(config)
        do { try ledger.isGuarding(config.personas) } catch {
            logger.error("the ledger cannot note that the personas are others")
        }
        await switchboard.adopt(config.sidecars)
        await registry.adopt(config)
        await learning.adopt(config.policy.learning)
        configured.replace(with: config.budgets)
        budgets.replace(config.budgets + (ring?.budgets ?? []))
        settings.replace(with: config.memory)
        cache.replace(config.cache)
    }
}
