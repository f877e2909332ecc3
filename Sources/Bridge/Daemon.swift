internal import CGlibc
public import Logging
internal import Persona
internal import Routing
internal import ServiceLifecycle
internal import UnixSignals

#if canImport(Glibc)
    internal import Glibc
#endif

/// The daemon: the one place where its parts are put together.
public struct Daemon: Sendable {
    private let config: BridgeConfig
    private let logger: Logger

    /// A daemon of a checked configuration.
    public init(_ config: BridgeConfig, logger: Logger) {
        self.config = config
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT; what is in flight then has five seconds to end.
    public func run() async throws {
        // Whatever the daemon makes is the owner's alone: SQLite makes its own files beside the ledger.
        umask(0o077)
        // Closing the terminal that it was started from is no reason to end: it is read as a reload.
        signal(SIGHUP, SIG_IGN)
        raiseFileLimit()
        giveMemoryBack()
        let parts = try Parts(config, logger: logger)
        defer { parts.close() }
        let sidecar = try embeddedSidecar()
        var group = ServiceGroupConfiguration(
            // Stopped in reverse order: the door and the socket first.
            services: (sidecar.map { [EmbeddedSidecar(sidecar: $0)] } ?? []) + [
                IdleMemory(), parts.switching, parts.health, parts.budgetWatch, parts.memoryWatch,
                JobService(queue: parts.jobs),
                LedgerService(ledger: parts.ledger),
                ReloadService(reloader: parts.operations.reloader), parts.server,
            ] + (parts.door.map { [$0] } ?? []),
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = .seconds(5) + (sidecar?.patience ?? .zero)
        try await ServiceGroup(configuration: group).run()
    }

    /// The sidecar that runs inside this program, if the configuration has one.
    private func embeddedSidecar() throws -> SidecarDaemon? {
        guard let file = config.sidecars.compactMap(\.manifest).first else { return nil }
        let manifest = try ManifestReader.load(file, environment: config.environment.values)
        return SidecarDaemon(manifest, logger: logger)
    }

    /// As many open files as the system allows: each client and each backend's connection is one.
    private func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// What is freed goes back to the system. Left alone, glibc raises its limits with the first large table that is thrown
    /// away, and keeps megabytes from then on (mallopt(3), M_MMAP_THRESHOLD). The end of a heap waits for ``IdleMemory``: to
    /// give it back and take it again with every few requests costs more than they do.
    private func giveMemoryBack() {
        mallopt(M_MMAP_THRESHOLD, 128 << 10)
        mallopt(M_TRIM_THRESHOLD, 2 << 20)
        mallopt(M_TOP_PAD, 256 << 10)
        // As many heaps as threads that work at a time: each keeps what its own threads have freed.
        mallopt(M_ARENA_MAX, 2)
    }

    /// What a daemon is made of.
    struct Parts: Sendable {
        let ledger: Ledger
        let memory: Memory
        let transport: CurlLoop
        let board: HealthBoard
        let health: HealthService
        let budgetWatch: BudgetWatch
        let memoryWatch: MemoryWatch
        let switchboard: Switchboard
        let bench: Live<ThoughtService.Bench>
        let operations: Operations
        let learning: Learning
        let jobs: JobQueue
        let migrations: Migrations
        let server: BridgeServer
        /// Nil when the configuration has none.
        let door: DoorServer?

        /// - Parameters:
        ///   - circumstances: time and chance of the routing; a rehearsal holds them still.
        ///   - wrap: what stands around the transport, in tests.
        ///   - onOpen: told the port of the front door when it is open.
        init(
            _ config: BridgeConfig,
            logger: Logger,
            circumstances: Router.Circumstances = Router.Circumstances(),
            through wrap: (CurlLoop) -> any Transport = { $0 },
            onOpen: @escaping @Sendable (Int) -> Void = { _ in }
        ) throws {
            Self.tell(config, logger)
            ledger = try Ledger(
                path: config.ledger.path,
                durability: config.ledger.durability,
                settings: config.ledger.settings,
                logger: logger
            )
            try ledger.isGuarding(config.personas)
            memory = try Memory(path: config.memory.path, logger: logger)
            transport = try CurlLoop()
            let live = LiveRouting(RoutingSnapshot(registry: BackendRegistry([]), policy: config.policy))
            board = HealthBoard(live.current.registry)
            let registry = try DynamicRegistry(config, live: live, board: board, ledger: ledger, logger: logger)
            let budgets = BudgetBook(config.budgets, spending: try ledger.spending())
            // What the configuration lets callers spend; each key's own budgets stand beside it.
            let configured = Live(config.budgets)
            let ring = config.http.map { http in
                KeyRing(http.keys, logger: logger) { budgets.replace(configured.current + $0) }
            }
            let tls = try config.http?.tls.map { try DoorTLS($0) }
            let cache = AnswerCache(config.cache)
            let (board, ledger, transport) = (board, ledger, wrap(transport))
            let keys = { @Sendable in live.current.registry.keys }
            switchboard = Switchboard(config.sidecars, transport: transport, logger: logger)
            let switchboard = switchboard
            learning = try Learning(config.policy.learning, ledger: ledger, logger: logger)
            let learning = learning
            let migration = (steering: MigrationSteering(live: live), ears: MigrationEars())
            let makeBench = { @Sendable (personas: PersonaSet) in
                ThoughtService.Bench(
                    personas: personas,
                    router: Router(
                        live: live,
                        board: board,
                        scan: personas.scan,
                        ledger: ledger,
                        transport: transport,
                        budgets: budgets,
                        cache: cache,
                        blind: { personas.blind($0) },
                        models: switchboard,
                        steering: [learning, learning.preferences, migration.steering],
                        circumstances: circumstances
                    )
                )
            }
            bench = Live(makeBench(PersonaSet(config, names: .none, keys: keys)))
            let bench = bench
            let roster = Roster(config, keys: keys) { bench.replace(with: makeBench($0)) }
            let settings = Live(config.memory)
            let admission = Admission(ledger: ledger, memory: memory)
            memoryWatch = MemoryWatch(memory: memory, settings: settings)
            let service = ThoughtService(
                bench: bench,
                live: live,
                board: board,
                ledger: ledger,
                budgets: budgets,
                switching: switchboard.lamps,
                admission: admission,
                continuity: Continuity(memory: memory, settings: settings),
                learning: LearningService(learning: learning, live: live),
                ears: migration.ears
            )
            Task { await learning.start() }
            migrations = try Migrations(
                ledger: ledger,
                registry: registry,
                live: live,
                board: board,
                steering: migration.steering,
                ears: migration.ears,
                logger: logger,
                mayHave: { thought, target in
                    bench.current.router.plan(thought).candidates.contains { $0.backend.id == target }
                }
            ) { thought in
                do throws(RoutingError) { return .success(try await bench.current.router.think(thought)) } catch {
                    return .failure(error)
                }
            }
            let migrations = migrations
            ledger.activity.listen(migration.ears.decided)
            Task { await migrations.start() }
            budgetWatch = BudgetWatch(budgets: budgets, logger: logger)
            health = HealthService(
                probe: {
                    HealthProbe(
                        live: live,
                        board: board,
                        scan: bench.current.personas.scan,
                        ledger: ledger,
                        transport: transport,
                        now: circumstances.now
                    )
                },
                board: board,
                ledger: ledger,
                logger: logger
            )
            let jobSettings = Live(config.jobs)
            jobs = JobQueue(
                ledger: ledger,
                memory: memory,
                service: service,
                settings: jobSettings,
                logger: logger
            )
            let jobs = jobs
            let reloader = Reloader(config, logger: logger) { config in
                // The personas first: nothing of theirs may leave through an older scan.
                await roster.replace(config)
                do { try ledger.isGuarding(config.personas) } catch {
                    logger.error("the ledger cannot note that the personas are others")
                }
                await switchboard.adopt(config.sidecars)
                await registry.adopt(config)
                await learning.adopt(config.policy.learning)
                await migrations.reconcile()
                configured.replace(with: config.budgets)
                budgets.replace(config.budgets + (ring?.budgets ?? []))
                settings.replace(with: config.memory)
                cache.replace(config.cache)
                jobSettings.replace(with: config.jobs)
                jobs.ring()
                tls?.reload(logger)
            }
            operations = Operations(
                registry: registry,
                roster: roster,
                catalogue: ModelCatalogue(live: live, board: board) {
                    ModelDiscovery(scan: bench.current.personas.scan, ledger: ledger, transport: transport)
                },
                reloader: reloader,
                live: live,
                board: board,
                ledger: ledger,
                jobs: jobs,
                comparer: Comparer(bench: bench, live: live, admission: admission),
                migrations: migrations
            )
            server = BridgeServer(config.server, service: service, operations: operations, logger: logger)
            door = Self.door(config, ring, tls, service, operations, switchboard, logger, onOpen)
        }

        private static func door(
            _ config: BridgeConfig,
            _ ring: KeyRing?,
            _ tls: DoorTLS?,
            _ service: ThoughtService,
            _ operations: Operations,
            _ switchboard: Switchboard,
            _ logger: Logger,
            _ onOpen: @escaping @Sendable (Int) -> Void
        ) -> DoorServer? {
            guard let http = config.http, let ring else { return nil }
            let limits = DoorLimits(most: http.maxInFlight)
            let table = DoorTable(
                service: service,
                operations: operations,
                switchboard: switchboard,
                limits: limits,
                http: http
            )
            let source = DashboardSource(
                live: service.live,
                board: service.board,
                ledger: service.ledger,
                budgets: service.budgets,
                semantic: { service.semanticFigures },
                models: { await switchboard.sidecars.isEmpty ? nil : await switchboard.status() }
            )
            let responder = DoorResponder(
                routes: DoorRoutes(table.routes + DashboardRoutes(source).routes),
                gate: DoorGate(keys: ring, http: http),
                http: http,
                logger: logger
            )
            return DoorServer(
                http: http,
                tls: tls,
                responder: responder,
                limits: limits,
                logger: logger,
                onListening: onOpen
            )
        }

        /// Watches the sidecars.
        var switching: SwitchboardService { SwitchboardService(switchboard: switchboard) }

        /// Logs what is doubtful about a configuration, and which variables set nothing.
        private static func tell(_ config: BridgeConfig, _ logger: Logger) {
            for warning in config.warnings {
                logger.warning("the configuration is doubtful", metadata: ["warning": "\(warning)"])
            }
            for change in config.changes {
                guard let reason = change.reason else { continue }
                logger.info(
                    "a variable sets nothing",
                    metadata: ["variable": "\(change.variable)", "why": "\(reason)"]
                )
            }
        }

        /// Lets go of everything, what is not yet written first.
        func close() {
            migrations.close()
            transport.shutdown()
            ledger.close()
            memory.close()
        }
    }
}
