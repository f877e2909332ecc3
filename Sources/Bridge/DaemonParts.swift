internal import Logging
internal import Persona
internal import Routing

extension Daemon {
    /// What a daemon is made of.
    struct Parts: Sendable {
        let ledger: Ledger
        let memory: Memory
        let transport: CurlLoop
        let thinking: ThinkingParts
        let health: HealthService
        let budgetWatch: BudgetWatch
        let memoryWatch: MemoryWatch
        let operations: Operations
        let jobs: JobQueue
        let migrations: Migrations
        let server: BridgeServer
        /// Nil when the configuration has none.
        let door: DoorServer?

        var board: HealthBoard { thinking.board }
        var switchboard: Switchboard { thinking.switchboard }
        var bench: Live<ThoughtService.Bench> { thinking.bench }
        var learning: Learning { thinking.learning }

        /// - Parameters:
        ///   - circumstances: time and chance of the routing; a rehearsal holds them still.
        ///   - wrap: what stands around the transport, in tests.
        ///   - manager: told when socket and front door are open.
        ///   - onOpen: told the port of the front door when it is open.
        init(
            _ config: BridgeConfig,
            logger: Logger,
            circumstances: Router.Circumstances = Router.Circumstances(),
            through wrap: (CurlLoop) -> any Transport = { $0 },
            manager: ServiceManager = .none,
            onOpen: @escaping @Sendable (Int) -> Void = { _ in }
        ) throws {
            Self.tell(config, logger)
            ledger = try Ledger(
                path: config.ledger.path,
                durability: config.ledger.durability,
                settings: config.ledger.settings,
                logger: logger
            )
            ThoughtLog.follow(ledger.activity, logger)
            try ledger.isGuarding(config.personas)
            memory = try Memory(path: config.memory.path, logger: logger)
            transport = try CurlLoop()
            let (ledger, outside) = (ledger, wrap(transport))
            let world = World(ledger: ledger, memory: memory, transport: outside, circumstances: circumstances)
            thinking = try ThinkingParts(config, world, logger)
            let thinking = thinking
            memoryWatch = MemoryWatch(memory: memory, settings: thinking.settings, ages: ledger.ages)
            migrations = try Self.migrations(thinking, ledger, logger)
            budgetWatch = BudgetWatch(budgets: thinking.budgets, logger: logger)
            health = Self.health(thinking, world, logger)
            let settings = Live(config.jobs)
            jobs = JobQueue(
                ledger: ledger,
                memory: memory,
                service: thinking.service,
                settings: settings,
                logger: logger
            )
            let tls = try config.http?.tls.map { try DoorTLS($0) }
            let (jobs, migrations) = (jobs, migrations)
            let reloader = Reloader(config, logger: logger) { config in
                await thinking.adopt(config, logger)
                await migrations.reconcile()
                settings.replace(with: config.jobs)
                jobs.ring()
                tls?.reload(logger)
            }
            operations = Self.operations(thinking, world, reloader, jobs, migrations)
            let readiness = Readiness(of: config.http == nil ? 1 : 2, onReady: manager.tellReady)
            server = BridgeServer(
                config.server,
                service: thinking.service,
                operations: operations,
                logger: logger,
                onListening: readiness.isOpen
            )
            door = Self.door(config, thinking, tls, operations, logger) { port in
                readiness.isOpen()
                onOpen(port)
            }
        }

        /// What is the same for everybody who asks, and whoever is asked.
        struct World: Sendable {
            let ledger: Ledger
            let memory: Memory
            let transport: any Transport
            let circumstances: Router.Circumstances
        }

        private static func migrations(
            _ thinking: ThinkingParts,
            _ ledger: Ledger,
            _ logger: Logger
        ) throws -> Migrations {
            let bench = thinking.bench
            let migrations = try Migrations(
                ledger: ledger,
                registry: thinking.registry,
                live: thinking.live,
                board: thinking.board,
                steering: thinking.migration.steering,
                ears: thinking.migration.ears,
                logger: logger,
                mayHave: { thought, target in
                    bench.current.router.plan(thought).candidates.contains { $0.backend.id == target }
                }
            ) { thought in
                do throws(RoutingError) { return .success(try await bench.current.router.think(thought)) } catch {
                    return .failure(error)
                }
            }
            ledger.activity.listen(thinking.migration.ears.decided)
            Task { await migrations.start() }
            return migrations
        }

        private static func health(_ thinking: ThinkingParts, _ world: World, _ logger: Logger) -> HealthService {
            HealthService(
                probe: {
                    HealthProbe(
                        live: thinking.live,
                        board: thinking.board,
                        scan: thinking.bench.current.personas.scan,
                        ledger: world.ledger,
                        transport: world.transport,
                        now: world.circumstances.now
                    )
                },
                board: thinking.board,
                ledger: world.ledger,
                logger: logger
            )
        }

        private static func operations(
            _ thinking: ThinkingParts,
            _ world: World,
            _ reloader: Reloader,
            _ jobs: JobQueue,
            _ migrations: Migrations
        ) -> Operations {
            let (live, board) = (thinking.live, thinking.board)
            return Operations(
                registry: thinking.registry,
                roster: thinking.roster,
                catalogue: ModelCatalogue(live: live, board: board) {
                    ModelDiscovery(
                        scan: thinking.bench.current.personas.scan,
                        ledger: world.ledger,
                        transport: world.transport
                    )
                },
                reloader: reloader,
                live: live,
                board: board,
                ledger: world.ledger,
                jobs: jobs,
                comparer: Comparer(bench: thinking.bench, live: live, admission: thinking.admission),
                migrations: migrations
            )
        }

        private static func door(
            _ config: BridgeConfig,
            _ thinking: ThinkingParts,
            _ tls: DoorTLS?,
            _ operations: Operations,
            _ logger: Logger,
            _ onOpen: @escaping @Sendable (Int) -> Void
        ) -> DoorServer? {
            guard let http = config.http, let ring = thinking.ring else { return nil }
            let (service, switchboard) = (thinking.service, thinking.switchboard)
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
