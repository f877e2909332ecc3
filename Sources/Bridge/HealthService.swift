internal import Logging
internal import Routing
internal import ServiceLifecycle

/// Probes every backend again and again, and logs what changes.
struct HealthService: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "HealthService"

    let probe: HealthProbe
    let board: HealthBoard
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await probeForever() }
                group.addTask { await refreshForever() }
                group.addTask { await logChanges() }
            }
        }
    }

    private func probeForever() async {
        while !Task.isCancelled {
            await probe.probeAll()
            // Jitter: many daemons that start together must not ask together for ever.
            try? await Task.sleep(for: interval * Double.random(in: 0.9...1.1))
        }
    }

    private func refreshForever() async {
        while !Task.isCancelled {
            board.refresh()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func logChanges() async {
        for await id in board.changes() {
            guard let lamp = board.snapshot().first(where: { $0.backend == id }) else { continue }
            logger.notice(
                "backend changed",
                metadata: ["backend": "\(id)", "state": "\(lamp.state.rawValue)", "why": "\(lamp.why)"]
            )
        }
    }
}
