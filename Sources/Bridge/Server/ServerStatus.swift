internal import Foundation
internal import Routing
internal import Synchronization

/// What `health` tells of the daemon itself, shared by all connections.
final class ServerStatus: Sendable {
    private let started = ContinuousClock.now
    private let inFlight = Atomic<Int>(0)

    func began() { inFlight.add(1, ordering: .relaxed) }
    func ended() { inFlight.subtract(1, ordering: .relaxed) }

    /// The answer to `health`.
    func health(_ id: RequestID, _ service: ThoughtService) -> [UInt8] {
        let now = ContinuousClock.now
        return ServerMessage.result(id) { json in
            json.key("version")
            json.constant(Version.current)
            json.key("uptime_s")
            json.number((now - started).milliseconds / 1_000)
            json.key("in_flight")
            json.integer(inFlight.load(ordering: .relaxed))
            json.key("backends")
            json.array(service.board.snapshot(at: now)) { json, lamp in
                guard let backend = service.registry[lamp.backend] else { return }
                json.object { json in
                    ServerMessage.write(lamp, backend, since: Self.date(lamp.since, now), &json)
                    ServerMessage.write(backend.place, service.switching, &json)
                }
            }
        }
    }

    /// The notification that a backend's state is another one; nil for a backend that is gone.
    func change(of backend: BackendID, _ service: ThoughtService) -> [UInt8]? {
        let now = ContinuousClock.now
        guard let lamp = service.board.snapshot(at: now).first(where: { $0.backend == backend }),
            let configured = service.registry[backend]
        else { return nil }
        return ServerMessage.notification("health.changed") { json in
            ServerMessage.write(lamp, configured, since: Self.date(lamp.since, now), &json)
            ServerMessage.write(configured.place, service.switching, &json)
        }
    }

    /// The time of day of an instant of the steady clock.
    private static func date(_ instant: ContinuousClock.Instant, _ now: ContinuousClock.Instant) -> Date {
        Date(timeIntervalSinceNow: -(now - instant).milliseconds / 1_000)
    }
}
