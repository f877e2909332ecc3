internal import Logging
internal import Routing
internal import ServiceLifecycle

/// Logs when a budget is nearly or wholly used up.
struct BudgetWatch: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "BudgetWatch"

    let budgets: BudgetBook
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await alert in budgets.alerts() {
                logger.warning(
                    "\(alert.sentence)",
                    metadata: ["spent_usd": "\(alert.spent.dollars)", "limit_usd": "\(alert.limit.dollars)"]
                )
            }
        }
    }
}
