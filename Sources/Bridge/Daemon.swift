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
        CoreDumps.forbid()
        // Closing the terminal that it was started from is no reason to end: it is read as a reload.
        signal(SIGHUP, SIG_IGN)
        raiseFileLimit()
        giveMemoryBack()
        let parts = try Parts(config, logger: logger, manager: ServiceManager())
        defer { parts.close() }
        let sidecar = try embeddedSidecar()
        let opening = Opening(isOpen: sidecar == nil)
        var group = ServiceGroupConfiguration(
            // Stopped in reverse order: the door and the socket first.
            services: (sidecar.map { [EmbeddedSidecar(sidecar: $0, opening: opening)] } ?? []) + [
                IdleMemory(), parts.switching, parts.health, parts.budgetWatch, parts.memoryWatch,
                JobService(queue: parts.jobs),
                LedgerService(ledger: parts.ledger),
                ReloadService(reloader: parts.operations.reloader), Awaiting(base: parts.server, opening: opening),
            ] + (parts.door.map { [Awaiting(base: $0, opening: opening)] } ?? []),
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
}
