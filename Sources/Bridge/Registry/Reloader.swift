internal import Foundation
internal import Logging
internal import Routing
internal import ServiceLifecycle
internal import UnixSignals

#if canImport(Glibc)
    internal import Glibc
#endif

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

    /// The files that the configuration was read from.
    var watched: [String] { config.watched }

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
        fresh.ledger = config.ledger
        config = fresh
        await adopt(fresh)
        logger.notice(
            "the configuration was read again",
            metadata: ["needs restart": "\(report.needsRestart.joined(separator: ", "))"]
        )
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
        var known = FileStamp.of(await reloader.watched)
        var changed: [FileStamp]?
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            let stamps = FileStamp.of(await reloader.watched)
            if stamps == known {
                changed = nil
            } else if stamps == changed {
                // The same twice: whoever writes it has ended. Half a file may be a whole configuration.
                _ = try? await reloader.reload()
                // What changes from now on counts again, and what has changed meanwhile too.
                known = FileStamp.of(await reloader.watched).map { new in stamps.first { $0.path == new.path } ?? new }
                changed = nil
            } else {
                changed = stamps
            }
        }
    }
}

/// What tells one state of a file from another without reading it.
struct FileStamp: Equatable, Sendable {
    var path: String
    /// Zero for a file that is not there.
    var file: UInt64 = 0
    var size: Int64 = 0
    var seconds: Int = 0
    var nanoseconds: Int = 0
    var mode: UInt32 = 0

    static func of(_ paths: [String]) -> [FileStamp] {
        paths.map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return FileStamp(path: path) }
            return FileStamp(
                path: path,
                file: UInt64(status.st_ino),
                size: Int64(status.st_size),
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec,
                mode: status.st_mode
            )
        }
    }
}
