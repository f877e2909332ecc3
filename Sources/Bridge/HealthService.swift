internal import Logging
internal import Routing
internal import ServiceLifecycle

/// Probes every backend again and again, and logs what changes.
struct HealthService: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "HealthService"

    /// The probe of now: backends and personas may be others the next time.
    let probe: @Sendable () -> HealthProbe
    let board: HealthBoard
    let ledger: Ledger
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
        var schedule = ProbeSchedule()
        while !Task.isCancelled {
            let now = ContinuousClock.now
            await probe().probeAll { schedule.isDue($0, at: now) }
            try? await Task.sleep(for: .milliseconds(500))
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
            // The lamp is what counts; its copy in the ledger is for those who look there later.
            try? ledger.note(health: lamp.state.rawValue, of: id.rawValue)
            logger.notice(
                "backend changed",
                metadata: ["backend": "\(id)", "state": "\(lamp.state.rawValue)", "why": "\(lamp.why)"]
            )
        }
    }
}

/// When each backend is to be probed again.
struct ProbeSchedule {
    private var next: [BackendID: ContinuousClock.Instant] = [:]

    /// Whether the backend is to be probed now; if so, it is not for its interval, give or take a tenth.
    mutating func isDue(_ backend: Backend, at now: ContinuousClock.Instant) -> Bool {
        if let next = next[backend.id], next > now, next <= now + backend.healthInterval * 1.1 { return false }
        // Jitter: many daemons that start together must not ask together for ever.
        next[backend.id] = now + backend.healthInterval * Double.random(in: 0.9...1.1)
        return true
    }
}
