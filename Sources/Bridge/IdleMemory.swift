internal import CGlibc
internal import Foundation
internal import ServiceLifecycle

#if canImport(Glibc)
    internal import Glibc
#endif

/// Gives back what the allocator keeps, when there was work and nothing is going on any more.
struct IdleMemory: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "IdleMemory"

    /// How often it looks.
    private static let interval = Duration.seconds(2)
    /// So much of a processor's time within an interval is idle.
    private static let rest = Duration.milliseconds(100)
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
                    malloc_trim(0)
                    given = now
                }
                last = now
            }
        }
    }

    /// What this process has taken of all processors; clock(3) counts microseconds.
    private static var processorTime: Duration { .microseconds(clock()) }
}
