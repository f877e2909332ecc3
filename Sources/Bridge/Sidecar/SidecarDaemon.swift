internal import Foundation
public import Logging
internal import Routing
internal import ServiceLifecycle
internal import UnixSignals

/// `workshop sidecar`: the one place where a sidecar's parts are put together.
public struct SidecarDaemon: Sendable {
    private let manifest: Manifest
    private let logger: Logger
    /// The program whose `sidecar-keeper` is the keeper.
    private let keeper: String?
    private let intervals: Sidecar.Intervals

    /// A sidecar of a checked manifest.
    public init(_ manifest: Manifest, logger: Logger) {
        self.init(manifest, logger: logger, keeper: "/proc/self/exe")
    }

    init(_ manifest: Manifest, logger: Logger, keeper: String?, intervals: Sidecar.Intervals = .init()) {
        self.intervals = intervals
        self.manifest = manifest
        self.logger = logger
        self.keeper = keeper.map { (try? FileManager.default.destinationOfSymbolicLink(atPath: $0)) ?? $0 }
    }

    /// Runs until SIGTERM or SIGINT; the model is stopped then.
    public func run() async throws {
        CoreDumps.forbid()
        try await run(onListening: { _ in ServiceManager().tellReady() })
    }

    /// How long it may take to end.
    var patience: Duration { (manifest.profiles.map(\.stopTimeout).max() ?? .zero) + .seconds(10) }

    /// - Parameter signals: which of them end it; none for one that is part of another program.
    func run(
        endedBy signals: [UnixSignal] = [.sigterm, .sigint],
        onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let lock = try SidecarLock(manifest.state)
        defer { withExtendedLifetime(lock) {} }
        let mark = ProcessMark(state: manifest.state)
        // With the lock held, whatever bears the mark is an earlier life's.
        let ended = await Stragglers.end(mark)
        if ended > 0 {
            logger.warning(
                "processes of an earlier sidecar were still there, and are ended",
                metadata: ["count": "\(ended)"]
            )
        }
        for warning in manifest.warnings {
            logger.warning("the manifest is doubtful", metadata: ["warning": "\(warning)"])
        }
        let transport = try CurlLoop()
        defer { transport.shutdown() }
        let life = mark.life(.random(in: .min ... .max))
        let line = ModelServerLine(transport: transport)
        let sidecar = Sidecar(
            manifest,
            logger: logger,
            intervals: intervals,
            makeRunner: Sidecar.runners(mark: life, line: line)
        )
        let server = SidecarServer(
            api: SidecarAPI(sidecar: sidecar),
            listener: manifest.listener,
            logger: logger,
            onListening: onListening
        )
        var group = ServiceGroupConfiguration(
            // Stopped in reverse order: who waits for a model is told first, then the server ends.
            services: [
                KeeperService(mark: life, executable: keeper, logger: logger), server.application(),
                ModelService(sidecar: sidecar),
            ],
            gracefulShutdownSignals: signals,
            logger: logger
        )
        group.maximumGracefulShutdownDuration = patience
        do { try await ServiceGroup(configuration: group).run() } catch {
            // The server could not listen, or ended: no model may stay.
            await sidecar.close()
            throw error
        }
    }
}

/// A sidecar inside the daemon: the same one, ended with its group.
struct EmbeddedSidecar: Service, CustomStringConvertible {
    let description = "EmbeddedSidecar"
    let sidecar: SidecarDaemon
    let opening: Opening

    func run() async throws { try await sidecar.run(endedBy: []) { _ in opening.open() } }
}

/// Stops the model when the sidecar is to end.
private struct ModelService: Service, CustomStringConvertible {
    let description = "ModelService"
    let sidecar: Sidecar

    func run() async throws {
        try? await gracefulShutdown()
        await sidecar.close()
    }
}

/// Keeps the keeper.
private struct KeeperService: Service, CustomStringConvertible {
    let description = "KeeperService"
    let mark: ProcessMark
    let executable: String?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let executable else {
                try? await gracefulShutdown()
                return
            }
            await Keeper.watch(mark, executable: executable, logger: logger)
        }
    }
}
