internal import ServiceLifecycle

/// Signs the ledger's tree every minute, and forgets old payloads every hour.
struct LedgerService: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "LedgerService"

    let ledger: Ledger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var minutes = 0
            while !Task.isCancelled {
                // On a thread that may wait for the disk: no request is behind it.
                await Task.detached { [minutes] in
                    if minutes % 60 == 0 { ledger.forgetOldPayloads() }
                    ledger.keeper.keep(ledger.logger)
                }.value
                minutes += 1
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }
}
