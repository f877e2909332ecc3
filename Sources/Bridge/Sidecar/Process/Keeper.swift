internal import Foundation
internal import Logging
internal import Subprocess
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// A small process that outlives the sidecar by a moment: when the sidecar is gone, however it went, the keeper kills
/// what it has left behind.
///
/// `PR_SET_PDEATHSIG` would not do: it is sent when the thread that started the process ends, it does not reach the
/// process's own children, and swift-subprocess runs nothing between fork and exec on Linux.
public enum Keeper {
    /// Waits until standard input is closed, which the end of the sidecar does, then kills every process with the mark.
    /// - Parameter mark: of one life of a sidecar.
    public static func run(mark: String) async {
        // systemd and terminals signal whole groups; the keeper goes when the sidecar is gone.
        for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_IGN) }
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 0 || count < 0 && errno != EINTR { break }
        }
        await Stragglers.end(ProcessMark(description: mark))
    }

    /// Keeps a keeper running as long as the caller runs.
    /// - Parameter executable: the program whose `sidecar-keeper` is the keeper.
    static func watch(_ mark: ProcessMark, executable: String, logger: Logger) async {
        while !Task.isCancelled {
            guard let pipe = try? FileDescriptor.pipe() else { return }
            defer { try? pipe.writeEnd.close() }
            var options = PlatformOptions()
            options.createSession = true
            do {
                _ = try await Subprocess.run(
                    .path(FilePath(executable)),
                    arguments: ["sidecar-keeper", "--mark", mark.description],
                    platformOptions: options,
                    input: .fileDescriptor(pipe.readEnd, closeAfterSpawningProcess: true),
                    output: .discarded,
                    error: .discarded
                )
            } catch {
                logger.warning("there is no keeper: if the sidecar is killed, its model stays until the next start")
            }
            guard !Task.isCancelled else { return }
            logger.notice("the keeper has ended, and is started again")
            try? await Task.sleep(for: .seconds(1))
        }
    }
}
