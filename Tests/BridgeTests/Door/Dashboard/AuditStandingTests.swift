import Foundation
import Testing

@testable import Bridge

@Suite("The ledger's standing is told by what was proved last")
struct AuditStandingTests {
    private func standing(
        _ isContinued: Bool? = true,
        verified: AuditSummary? = AuditSummary(time: "t", ok: true, records: 7, problems: 0, scanned: 7, found: 0)
    ) -> AuditStanding {
        AuditStanding(records: 9, leaves: 9, root: .ofNothing, isContinued: isContinued, verified: verified)
    }

    @Test("good, bad or not known, with the reason")
    func verdicts() {
        #expect(standing().verdict == .good)
        #expect(standing().why == "the last full audit is in order, 2 records since")
        #expect(standing(false).verdict == .bad)
        #expect(standing(verified: nil).verdict == .unknown)
        #expect(standing(verified: nil).why == "never fully audited")
        #expect(standing(nil).why == "nothing is signed yet")
        let broken = AuditSummary(time: "t", ok: false, records: 7, problems: 2, scanned: 7, found: 1)
        #expect(standing(false, verified: broken).verdict == .bad)
        #expect(
            standing(false, verified: broken).why == "the tree does not continue its last checkpoint; "
                + "the last full audit found problems; the last re-scan found something"
        )
    }

    @Test("a ledger that is signed and was never audited is not known; one that was is good until something is wrong")
    func ledger() async throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        let ledger = try bench.open()
        await ledger.settle(try await ledger.willSend(bench.record()), bench.end(cost: 1))
        #expect(try await ledger.standing().why == "never fully audited")
        ledger.keeper.keep(ledger.logger)
        let audit = LedgerAudit(ledger: bench.path)
        try audit.keep(try audit.run())
        let standing = try await ledger.standing()
        #expect((standing.verdict, standing.records) == (.good, 1))
        #expect(standing.why == "the last full audit is in order")
        ledger.close()
    }
}
