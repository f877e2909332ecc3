internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#endif

/// What tells the processes of a sidecar from all others: a word in their environment, which children inherit, into
/// whatever group or session they move.
///
/// A list of process ids in a file could not do that: a sidecar that is killed between starting a process and writing
/// it down loses it, and the ids of children are not known at all.
struct ProcessMark: Sendable, Hashable, CustomStringConvertible {
    /// The variable.
    static let variable = "WORKSHOP_SIDECAR"

    /// The word: the path of the sidecar's lock, then which life of the sidecar, then which run.
    let description: String

    private init(_ text: String) { description = text }

    /// All processes of all lives of the sidecar with that lock.
    init(state: String) { self.init(state + "#") }

    /// One from an earlier ``description``.
    init(description: String) { self.init(description) }

    /// Those of this life.
    func life(_ number: UInt32) -> ProcessMark { ProcessMark("\(description)\(number).") }

    /// Those of one run.
    func run(_ id: Int) -> ProcessMark { ProcessMark("\(description)\(id).") }

    /// Whether a process with that environment is meant; as `/proc` has it, every variable with a zero behind it.
    func isIn(environment: [UInt8]) -> Bool {
        // With the zero before it, so that it is found at the beginning of a variable alone.
        let wanted = [0] + Array("\(Self.variable)=\(description)".utf8)
        if environment.starts(with: wanted.dropFirst()) { return true }
        return Data(environment).range(of: Data(wanted)) != nil
    }
}

/// Finds and ends processes that are nobody's any more.
enum Stragglers {
    /// The processes with a mark, and those of a session.
    /// - Parameter session: only as long as its leader's id cannot have passed to another.
    static func find(_ mark: ProcessMark, session: pid_t? = nil) -> [pid_t] {
        let own = getpid()
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { pid in
            guard pid != own else { return false }
            // Foundation's own readers ask for a file's size first, and these files have none.
            if let environment = read("/proc/\(pid)/environ"), mark.isIn(environment: environment) { return true }
            guard let session, let stat = read("/proc/\(pid)/stat") else { return false }
            return isRunning(stat, in: session)
        }
    }

    /// Kills them all, and returns how many there were when none is left, or when they do not end.
    @discardableResult
    static func end(_ mark: ProcessMark, session: pid_t? = nil) async -> Int {
        var ended: Set<pid_t> = []
        for _ in 0..<patience {
            let found = find(mark, session: session)
            if found.isEmpty { break }
            for pid in found { kill(pid, SIGKILL) }
            ended.formUnion(found)
            try? await Task.sleep(for: .milliseconds(5))
        }
        return ended.count
    }

    /// A killed process is gone in milliseconds, but for one that the kernel does not let go of.
    private static let patience = 400

    /// Whether the line of `/proc/PID/stat` (proc(5)) is of a living process of the session: behind the name, which is in
    /// brackets and may hold any character, stand state, parent, group and session.
    static func isRunning(_ stat: [UInt8], in session: pid_t) -> Bool {
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return false }
        let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 3, !["Z", "X"].contains(String(decoding: fields[0], as: UTF8.self)) else { return false }
        return pid_t(String(decoding: fields[3], as: UTF8.self)) == session
    }

    /// All of a file of `/proc`; nil when there is none or it is not ours to read.
    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += chunk[..<count]
        }
    }
}
