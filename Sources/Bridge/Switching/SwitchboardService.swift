internal import ServiceLifecycle

/// Looks at every sidecar now and then, so that lamps tell what somebody else has switched.
struct SwitchboardService: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "SwitchboardService"

    let switchboard: Switchboard
    var interval = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for sidecar in await switchboard.sidecars { await switchboard.look(at: sidecar) }
                try? await Task.sleep(for: interval)
            }
        }
    }
}
