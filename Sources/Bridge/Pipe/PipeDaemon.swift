internal import CGlibc
internal import Foundation
public import Logging
internal import Routing
internal import ServiceLifecycle
internal import UnixSignals

#if canImport(Glibc)
    internal import Glibc
#endif

/// `workshop pipe`: the one place where a pipe's parts are put together.
///
/// What runs on the other machine: it receives a prompt, has it worked on, and returns the result. No state, no memory, no
/// opinion.
public struct PipeDaemon: Sendable {
    private let config: PipeConfig
    private let logger: Logger
    /// The program whose `sidecar-keeper` is the keeper.
    private let keeper: String?

    /// A pipe of a checked configuration.
    public init(_ config: PipeConfig, logger: Logger) {
        self.init(config, logger: logger, keeper: "/proc/self/exe")
    }

    init(_ config: PipeConfig, logger: Logger, keeper: String?) {
        self.config = config
        self.logger = logger
        self.keeper = keeper.map { (try? FileManager.default.destinationOfSymbolicLink(atPath: $0)) ?? $0 }
    }

    /// Runs until SIGTERM or SIGINT; what is under way has `limits.grace_s` then.
    public func run() async throws {
        CoreDumps.forbid()
        // Small and alone in its process: two arenas, however many threads, and no megabytes kept for later.
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_TRIM_THRESHOLD, 128 << 10)
        mallopt(M_MMAP_THRESHOLD, 128 << 10)
        try await run(restsAfter: .seconds(2)) { _ in
            ResidentPages.release()
            ServiceManager().tellReady()
        }
    }

    /// - Parameters:
    ///   - signals: which of them end it; none for one that is part of another program.
    ///   - rest: after how much quiet it gives memory back; nil for never, since the whole process would.
    func run(
        endedBy signals: [UnixSignal] = [.sigterm, .sigint],
        restsAfter rest: Duration? = nil,
        onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        // A command that ends without reading its prompt is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        let transport = try CurlLoop()
        defer { transport.shutdown() }
        let mark = ProcessMark(state: "pipe:\(config.host):\(config.port)").life(.random(in: .min ... .max))
        let runner = PipeRunner(config, line: ModelServerLine(transport: transport), mark: mark)
        var services: [any Service] = [PipeHTTP(runner: runner, logger: logger, onListening: onListening)]
        if let rest { services.insert(PipeRest(asked: runner.asked, quiet: rest), at: 0) }
        if case .command = config.driver, let keeper {
            services.insert(PipeKeeper(mark: mark, executable: keeper, logger: logger), at: 0)
        }
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: signals,
            logger: Logger(label: "workshop.pipe.services") { _ in SwiftLogNoOpLogHandler() }
        )
        group.maximumGracefulShutdownDuration = config.limits.grace
        try await ServiceGroup(configuration: group).run()
    }
}

/// Keeps a keeper: when the pipe is killed, it ends the commands.
private struct PipeKeeper: Service, CustomStringConvertible {
    let description = "PipeKeeper"
    let mark: ProcessMark
    let executable: String
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await Keeper.watch(mark, executable: executable, logger: logger) }
    }
}

/// Gives memory back when nobody has asked for anything for a while: what the first requests read, nobody reads again.
private struct PipeRest: Service, CustomStringConvertible {
    let description = "PipeRest"
    let asked: PipeCount
    let quiet: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last = 0
            while !Task.isCancelled {
                let before = asked.value
                try? await Task.sleep(for: quiet)
                // What only the first request has read goes at once.
                guard before != last, last == 0 || asked.value == before else { continue }
                malloc_trim(0)
                ResidentPages.release()
                last = before
            }
        }
    }
}
