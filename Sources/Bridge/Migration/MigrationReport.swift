internal import Routing

/// How a migration stands.
struct MigrationReport: Sendable {
    let kept: KeptMigration
    let watch: MigrationWatch?
    let copies: ShadowTally
    let copyCost: NanoDollars
    let heldBack: Int
    let rows: [MigrationRow]
}

extension Migrations {
    /// How the last migration stands; nil when there was none.
    func report() throws(BridgeError) -> MigrationReport? {
        guard let kept else { return nil }
        do {
            let rows = try ledger.rows(of: kept.migration.id)
            return MigrationReport(
                kept: kept,
                watch: watch,
                copies: copies,
                copyCost: copyCost,
                heldBack: heldBack,
                rows: rows
            )
        } catch { throw BridgeError(.ledgerUnavailable) }
    }

    /// Does what is asked, and says how it stands then.
    func perform(_ request: MigrateRequest, _ id: RequestID) async throws(BridgeError) -> [UInt8] {
        switch request {
        case .plan(let wish): return ServerMessage.migrationPlan(id, try plan(wish))
        case .apply(let wish): try await apply(wish)
        case .status: break
        case .pause: try await pause()
        case .resume: try await resume()
        case .rollBack: try await rollBack()
        }
        return ServerMessage.migration(id, try report())
    }
}
