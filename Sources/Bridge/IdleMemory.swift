internal import CMalloc
internal import Foundation
internal import ServiceLifecycle

#if canImport(Glibc)
    internal import Glibc
#endif

/// Gives memory back when nothing is going on: after the start, and after work.
///
/// Of what the daemon has mapped, most was read once: tables of types that the runtime looked through, code of the start. The
/// system counts it as the daemon's until somebody says that it is not needed; what is needed after all is in the page
/// cache, and a fault away.
struct IdleMemory: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "IdleMemory"

    /// How often it looks.
    private static let interval = Duration.milliseconds(500)
    /// So much of a processor's time within an interval is idle.
    private static let rest = Duration.milliseconds(25)
    /// So much of a processor's time must have been taken since the last time: a question now and then is answered from what
    /// is there.
    private static let work = Duration.milliseconds(500)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last = Duration.zero
            var given = Duration.zero - Self.work
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.interval) } catch { return }
                let now = Self.processorTime
                if now - last < Self.rest, now - given >= Self.work {
                    Self.giveBack()
                    given = now
                }
                last = now
            }
        }
    }

    /// What this process has taken of all processors.
    private static var processorTime: Duration {
        // clock(3) counts microseconds.
        .microseconds(clock())
    }

    private static func giveBack() {
        malloc_trim(0)
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
        for line in maps.split(separator: "\n") { forget(line) }
    }

    /// Forgets the pages of a program's code (proc_pid_maps(5), madvise(2) MADV_DONTNEED): its file has them. Nothing else:
    /// what the linker has written to may be closed to writing afterwards, and is in no file.
    private static func forget(_ line: Substring) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count == 6, fields[5].hasPrefix("/"), fields[1] == "r-xp" else { return }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else { return }
        madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
    }
}
