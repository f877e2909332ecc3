public import Logging
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
        // Closing the terminal that it was started from is no reason to end.
        signal(SIGHUP, SIG_IGN)
        raiseFileLimit()
        let parts = try Parts(config, logger: logger)
        defer { parts.close() }
        var group = ServiceGroupConfiguration(
            // Stopped in reverse order: the socket first.
            services: [parts.health, parts.server],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }

    /// As many open files as the system allows: each client and each backend's connection is one.
    private func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// What a daemon is made of.
    struct Parts: Sendable {
        let ledger: Ledger
        let transport: CurlLoop
        let board: HealthBoard
        let health: HealthService
        let server: BridgeServer

        init(_ config: BridgeConfig, logger: Logger) throws {
            ledger = try Ledger(path: config.ledger.path, durability: config.ledger.durability, logger: logger)
            transport = try CurlLoop()
            let live = LiveRouting(RoutingSnapshot(registry: BackendRegistry(config.backends), policy: config.policy))
            board = HealthBoard(live.current.registry)
            let service = ThoughtService(
                personas: config.personas,
                defaultPersona: config.defaultPersona,
                live: live,
                board: board,
                ledger: ledger,
                transport: transport
            )
            let probe = HealthProbe(
                live: live,
                board: board,
                scan: service.scan,
                ledger: ledger,
                transport: transport
            )
            health = HealthService(probe: probe, board: board, interval: config.healthInterval, logger: logger)
            server = BridgeServer(config.server, service: service, logger: logger)
        }

        /// Lets go of everything, what is not yet written first.
        func close() {
            transport.shutdown()
            ledger.close()
        }
    }
}
