internal import Foundation
internal import Logging
internal import Routing
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration again while the daemon runs: when it is told to, on SIGHUP, and when a file has changed.
///
/// A configuration that is wrong changes nothing at all. One that is right is taken over by each part in one step of
/// its own; nothing that is in flight is touched.
actor Reloader {
    /// What a reload came to.
    struct Report: Sendable {
        /// What is new, but takes effect only when the daemon is started anew.
        var needsRestart: [String]
        /// What is doubtful.
        var warnings: [ConfigProblem]
    }

    private var config: BridgeConfig
    private let adopt: @Sendable (BridgeConfig) async -> Void
    private let logger: Logger

    /// - Parameter adopt: hands a configuration that is right to those who live by it.
    init(_ config: BridgeConfig, logger: Logger, adopt: @escaping @Sendable (BridgeConfig) async -> Void) {
        self.config = config
        self.logger = logger
        self.adopt = adopt
    }

    /// The files that the configuration was read from, as they were then.
    var watched: [FileStamp] { config.watched }

    /// Reads it again, and takes it over.
    /// - Throws: ``ConfigProblems`` with all that is wrong; then everything stays as it was.
    func reload() async throws(ConfigProblems) -> Report {
        var fresh: BridgeConfig
        do {
            fresh = try ConfigLoader.load(config.source)
            if let socket = config.source.socket { try fresh.listen(on: socket) }
        } catch {
            for problem in error.problems {
                logger.error("the configuration is wrong, and the old one stays", metadata: ["problem": "\(problem)"])
            }
            throw error
        }
        let report = Report(needsRestart: config.needsRestart(for: fresh), warnings: fresh.warnings)
        // What needs a restart stays as it runs, so that it is told again the next time.
        fresh.server = config.server
        fresh.http = config.http
        fresh.ledger = config.ledger
        fresh.memory.path = config.memory.path
        fresh.keepEmbeddedSidecars(of: config)
        config = fresh
        await adopt(fresh)
        logger.notice("the configuration was read again")
        for key in report.needsRestart {
            logger.warning("it takes effect after a restart", metadata: ["key": "\(key)"])
        }
        return report
    }
}

/// Reloads on SIGHUP, and when a file of the configuration has changed.
struct ReloadService: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "ReloadService"

    let reloader: Reloader
    /// How often the files are looked at.
    var interval = Duration.seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await reloadOnSignal() }
                group.addTask { await reloadOnChange() }
            }
        }
    }

    private func reloadOnSignal() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup) { _ = try? await reloader.reload() }
    }

    private func reloadOnChange() async {
        var changed: [FileStamp]?
        // What was read in vain is not read again until it changes.
        var tried: [FileStamp]?
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            let read = await reloader.watched
            let stamps = FileStamp.of(read.map(\.path))
            if stamps == read || stamps == tried {
                changed = nil
            } else if stamps == changed {
                // The same twice: whoever writes it has ended. Half a file may be a whole configuration.
                _ = try? await reloader.reload()
                tried = stamps
                changed = nil
            } else {
                changed = stamps
            }
        }
    }
}
