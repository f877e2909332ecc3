internal import Foundation
internal import Routing
internal import Subprocess
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// One run of a pipe's command: the prompt goes to its standard input, what it writes to standard output is the answer.
///
/// It has a session of its own, is killed as a whole when its time is over, when it writes too much or when the client has
/// left, and nothing that it has started outlives it. Its standard error is thrown away: it may quote the prompt.
final class PipeProcess: Sendable {
    private struct State {
        /// The leader of its session and group, until it is reaped.
        var pid: pid_t?
        /// Why it was killed.
        var cause: PipeFailure?
    }

    private let command: PipeCommand
    private let model: String
    private let environment: [String: String]
    private let mark: ProcessMark
    private let limits: PipeConfig.Limits
    private let state = Mutex(State())

    private static let lastRun = Atomic(0)

    init(
        _ command: PipeCommand,
        model: String,
        environment: [String: String],
        mark: ProcessMark,
        limits: PipeConfig.Limits
    ) {
        self.command = command
        self.model = model
        self.environment = environment
        self.mark = mark.run(Self.lastRun.wrappingAdd(1, ordering: .relaxed).newValue)
        self.limits = limits
    }

    /// What it answered; returns when nothing of it runs any more.
    func run(_ prompt: [UInt8]) async -> Result<String, PipeError> {
        guard let file = command.file(in: environment["PATH"] ?? "") else { return .failure(.commandMissing) }
        guard let input = try? FileDescriptor.pipe() else { return .failure(.model(.exhausted)) }
        guard let output = try? FileDescriptor.pipe() else {
            for end in [input.readEnd, input.writeEnd] { try? end.close() }
            return .failure(.model(.exhausted))
        }
        Self.feed(prompt, to: input.writeEnd)
        let answer = CappedOutput(output.readEnd, most: limits.maxOutput) { [self] in end(.tooLarge) }
        // Not a part of this task: who cancels it kills the whole group, not the leader alone.
        let run = Task { [self] in
            let timer = Task {
                try await Task.sleep(for: limits.time)
                end(.timedOut)
            }
            let status = await spawn(file, reading: input.readEnd, writing: output.writeEnd)
            timer.cancel()
            await Stragglers.end(mark, session: state.withLock { $0.pid.take() })
            await answer.finished()
            return status
        }
        let status = await withTaskCancellationHandler {
            await run.value
        } onCancel: {
            end(.cancelled)
        }
        if let cause = state.withLock({ $0.cause }) { return .failure(.model(cause)) }
        switch status {
        case nil: return .failure(.commandMissing)
        case .exited(0):
            guard let text = String(validating: answer.bytes, as: UTF8.self) else { return .failure(.model(.garbage)) }
            return .success(text)
        case .exited(let code): return .failure(.commandFailed(code: code))
        case .signaled(let number): return .failure(.commandKilled(signal: number))
        }
    }

    /// How it ended; nil when it could not be started.
    private func spawn(
        _ file: String,
        reading input: FileDescriptor,
        writing output: FileDescriptor
    ) async -> TerminationStatus? {
        // A session is a process group too, and no signal of a terminal reaches it.
        var options = PlatformOptions()
        options.createSession = true
        let environment = environment.merging([ProcessMark.variable: mark.description]) { $1 }
        let result = try? await Subprocess.run(
            .path(FilePath(file)),
            arguments: Arguments(command.arguments(model: model)),
            environment: .custom(
                Dictionary(
                    uniqueKeysWithValues: environment.compactMap { name, value in
                        Environment.Key(rawValue: name).map { ($0, value) }
                    }
                )
            ),
            platformOptions: options,
            input: .fileDescriptor(input, closeAfterSpawningProcess: true),
            output: .fileDescriptor(output, closeAfterSpawningProcess: true),
            error: .discarded
        ) { execution in
            let pid = execution.processIdentifier.value
            state.withLock { state in
                state.pid = pid
                if state.cause != nil { kill(-pid, SIGKILL) }
            }
        }
        return result?.terminationStatus
    }

    /// Kills the whole group; the first cause counts.
    private func end(_ cause: PipeFailure) {
        state.withLock { state in
            if state.cause == nil { state.cause = cause }
            // While its leader is not reaped, no other group can have its number.
            if let pid = state.pid { kill(-pid, SIGKILL) }
        }
    }

    /// Writes the prompt, on a thread of its own: a command may answer before it has read all of it, or without reading.
    private static func feed(_ prompt: [UInt8], to end: FileDescriptor) {
        Thread {
            // Ends with an error when nobody can read any more.
            _ = try? end.writeAll(prompt)
            try? end.close()
        }.start()
    }
}

/// What a process writes, up to a limit, read on a thread of its own.
private final class CappedOutput: Sendable {
    private let collected = Mutex<[UInt8]>([])
    private let isOver = Atomic(false)

    /// Takes the reading end over.
    /// - Parameter onFlood: called once when there is more than that.
    init(_ end: FileDescriptor, most: Int, onFlood: @escaping @Sendable () -> Void) {
        Thread { [self] in
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while let count = try? chunk.withUnsafeMutableBytes({ try end.read(into: $0) }), count > 0 {
                let isFull = collected.withLock { bytes in
                    guard bytes.count + count <= most else { return true }
                    bytes += chunk[..<count]
                    return false
                }
                guard !isFull else {
                    onFlood()
                    break
                }
            }
            try? end.close()
            isOver.store(true, ordering: .releasing)
        }.start()
    }

    var bytes: [UInt8] { collected.withLock { $0 } }

    /// Returns when everybody who could write has ended; after a second all the same, should somebody have escaped.
    func finished() async {
        for _ in 0..<500 where !isOver.load(ordering: .acquiring) {
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
}
