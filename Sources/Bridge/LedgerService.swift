internal import ServiceLifecycle

/// Signs the ledger's tree every minute, and forgets old payloads every hour.
struct LedgerService: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "LedgerService"

    let ledger: Ledger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var minutes = 0
            var isDue = false
            while !Task.isCancelled {
                isDue = isDue || minutes % 60 == 0
                // Looked at each minute: a leap of the clock is noticed while it is young.
                let forgets = ledger.ages.mayForget && isDue
                // On a thread that may wait for the disk: no request is behind it.
                await Task.detached {
                    if forgets { ledger.forgetOldPayloads() }
                    ledger.keeper.keep(ledger.logger)
                }.value
                if forgets { isDue = false }
                minutes += 1
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }
}
