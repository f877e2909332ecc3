internal import Foundation
public import Logging
internal import Synchronization

#if canImport(Glibc)
    // With Hummingbird in the module, the compiler may take Dispatch's copy of `stat` for the one that is meant.
    internal import CDispatch
    internal import Glibc
#endif

/// The log on standard error, a line an event, each written whole.
public struct LogLines: LogHandler {
    /// Events below it are passed over.
    public var logLevel: Logger.Level
    /// What belongs to every event.
    public var metadata = Logger.Metadata()
    /// What else does, by the task that logs.
    public var metadataProvider: Logger.MetadataProvider?

    private let line: LogLine
    private let write: @Sendable (String) -> Void

    /// The log of `label`.
    public init(_ label: String, format: LogFormat, level: Logger.Level) {
        self.init(label, format: format, level: level, isForJournal: Self.isJournal, write: Self.writeError)
    }

    init(
        _ label: String,
        format: LogFormat,
        level: Logger.Level,
        isForJournal: Bool,
        write: @escaping @Sendable (String) -> Void
    ) {
        logLevel = level
        line = LogLine(format: format, label: label, isForJournal: isForJournal)
        self.write = write
    }

    /// One of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        // What a thrown error says of itself is for a program's author; its type says what happened and quotes nobody.
        if let error = event.error { all["error"] = "\(type(of: error))" }
        let told = LogLine.Event(
            time: Date(),
            level: event.level,
            message: "\(event.message)",
            metadata: all.mapValues { "\($0)" }
        )
        write(line.text(told))
    }

    /// Whether standard error leads to the journal: systemd names the stream's device and inode (systemd.exec(5)).
    private static let isJournal: Bool = {
        var status = stat()
        guard let named = ProcessInfo.processInfo.environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0
        else {
            return false
        }
        return named == "\(status.st_dev):\(status.st_ino)"
    }()

    /// Two threads' lines do not mix, also where one is longer than a pipe takes at once.
    private static let turn = Mutex(())

    /// Waits until standard error takes more, where somebody who shares it has made it one that does not wait.
    private static func isReady() -> Bool {
        var error = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&error, 1, 1_000) > 0
    }

    private static func writeError(_ text: String) {
        turn.withLock { _ in
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
                if count < 0 && (errno == EINTR || errno == EAGAIN && isReady()) { continue }
                // Nobody is left to be told.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
