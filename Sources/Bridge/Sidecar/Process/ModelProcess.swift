internal import Foundation
internal import Routing
internal import Subprocess
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// A llama-server that the sidecar runs itself, in a session of its own.
final class ModelProcess: ModelRunner {
    let url: LoopbackURL
    let model: String
    let log = ProcessLog()

    private let command: ModelCommand
    private let arguments: [String]
    private let mark: ProcessMark
    private let line: ModelServerLine

    private struct State {
        /// The leader of its session and group, until it is reaped.
        var pid: pid_t?
        /// What it was told before it was there.
        var early: Int32?
        /// What it said of its slots last.
        var slots: [UInt8]?
    }

    private let state = Mutex(State())

    /// - Parameters:
    ///   - port: that nobody else has.
    ///   - mark: of this run alone.
    init(_ profile: Profile, _ command: ModelCommand, port: Int, mark: ProcessMark, line: ModelServerLine) {
        self.command = command
        self.mark = mark
        self.line = line
        url = LoopbackURL(port: port)
        model = command.flags.last { ModelFlag.aliases.contains($0.name) }?.value ?? profile.id
        arguments = command.arguments(port: port, alias: profile.id)
    }

    /// The process, while it is there.
    var pid: pid_t? { state.withLock { $0.pid } }

    func run() async -> RunExit {
        guard let pipe = try? FileDescriptor.pipe() else { return .notStarted("no descriptor is left for its output") }
        let output = OutputReader(pipe.readEnd, log: log)
        let exit = await spawn(writingTo: pipe.writeEnd)
        let leader = state.withLock { $0.pid.take() }
        // Whatever it has started, and has not ended, goes with it.
        await Stragglers.end(mark, session: leader)
        await output.finished()
        return exit
    }

    private func spawn(writingTo output: FileDescriptor) async -> RunExit {
        // A session is a process group too, and no signal of a terminal reaches it.
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let environment = command.environment.merging([ProcessMark.variable: mark.description]) { $1 }
        let executable =
            command.executable.contains("/") ? Executable.path(FilePath(command.executable)) : .name(command.executable)
        do {
            let result = try await Subprocess.run(
                executable,
                arguments: Arguments(arguments),
                environment: .inherit.updating(
                    Dictionary(
                        uniqueKeysWithValues: environment.compactMap { name, value in
                            Environment.Key(rawValue: name).map { ($0, value) }
                        }
                    )
                ),
                platformOptions: options,
                input: .none,
                output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                error: .combinedWithOutput
            ) { execution in
                let early = state.withLock { state in
                    state.pid = execution.processIdentifier.value
                    return state.early
                }
                if let early { signal(early) }
            }
            switch result.terminationStatus {
            case .exited(let code): return .code(code)
            case .signaled(let number): return .signal(number)
            }
        } catch {
            return .notStarted(Self.reason(error, command.executable))
        }
    }

    /// Why a process is none, without the environment that a library's error may show.
    private static func reason(_ error: any Error, _ executable: String) -> String {
        guard let error = error as? SubprocessError else { return "\(executable) cannot be run" }
        if error.code == .executableNotFound {
            return "there is no program \(executable); set `command` in the manifest"
        }
        guard let cause = error.underlyingError else { return "\(executable) cannot be run" }
        return "\(executable): \(cause)"
    }

    func terminate() { signal(SIGTERM) }

    func kill() { signal(SIGKILL) }

    private func signal(_ number: Int32) {
        state.withLock { state in
            // The whole group. While its leader is not reaped, no other group can have its number.
            if let pid = state.pid { _ = Glibc.kill(-pid, number) } else { state.early = number }
        }
    }

    func isReady() async -> Bool {
        guard case .success(let reply) = await line.ask(.health, at: url) else { return false }
        return reply.status == 200
    }

    func occupancy() async -> Occupancy {
        switch await line.ask(.slots, at: url) {
        case .success(let reply) where reply.status == 200:
            // A slot's counters move with every request: what reads as before has not worked.
            let before = state.withLock { state in
                defer { state.slots = reply.body }
                return state.slots
            }
            return Occupancy(requests: Slots.processing(reply.body), hasWorked: before != nil && before != reply.body)
        // It cannot say, or will not without a key.
        case .success: return Occupancy()
        // It answers between two steps of its work; one that does not answer now is in the middle of one.
        case .failure(.transport(.timedOut(.total))): return Occupancy(requests: 1, hasWorked: true)
        case .failure: return Occupancy()
        }
    }
}

/// llama-server's `GET /slots`.
enum Slots {
    private struct Slot: Decodable {
        /// Since llama.cpp b3600 or so; before that a number.
        let is_processing: Bool?
        /// 0 is idle.
        let state: Int?
    }

    /// How many slots work on a request; nil for what is no such list.
    static func processing(_ body: [UInt8]) -> Int? {
        guard let slots = try? JSONTree.decode([Slot].self, from: body) else { return nil }
        return slots.count { $0.is_processing ?? ($0.state.map { $0 != 0 } ?? false) }
    }
}

/// Reads what a process writes, on a thread of its own: a pipe that nobody reads stops the process.
final class OutputReader: Sendable {
    private let isOver = Atomic(false)

    /// Takes the reading end over.
    init(_ end: FileDescriptor, log: ProcessLog) {
        Thread { [self] in
            var chunk = [UInt8](repeating: 0, count: 16 << 10)
            while let count = try? chunk.withUnsafeMutableBytes({ try end.read(into: $0) }), count > 0 {
                log.append(chunk[..<count])
            }
            try? end.close()
            isOver.store(true, ordering: .releasing)
        }.start()
    }

    /// Returns when everybody who could write has ended; after a second all the same, should somebody have escaped.
    func finished() async {
        for _ in 0..<500 where !isOver.load(ordering: .acquiring) {
            try? await Task.sleep(for: .milliseconds(2))
        }
    }
}
