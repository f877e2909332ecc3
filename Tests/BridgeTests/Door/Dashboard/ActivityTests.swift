import Foundation
import Persona
import Testing

@testable import Bridge
@testable import Routing

@Suite("What has happened since the start is counted in memory, and is bounded", .timeLimit(.minutes(1)))
struct ActivityTests {
    @Test("a ring keeps the newest, in order", arguments: [0, 1, 3, 4, 5, 11])
    func ring(count: Int) {
        var ring = Ring<Int>(4)
        for number in 0..<count { ring.append(number) }
        #expect(ring.values == Array((0..<count).suffix(4)))
    }

    @Test("a duration is counted at the first bound that it does not pass")
    func histogram() {
        var histogram = Histogram()
        for milliseconds in [50, 51, 1_000, 301_000] { histogram.add(.milliseconds(milliseconds)) }
        let counts = Dictionary(zip(Histogram.bounds + [.infinity], histogram.counts)) { first, _ in first }
        #expect(counts.filter { $0.value > 0 } == [0.05: 1, 0.1: 1, 1: 1, .infinity: 1])
        #expect(histogram.total == 4)
        #expect(abs(histogram.sum - 302.101) < 1e-9)
    }

    @Test("the ledger tells it of every end, decision and event of the guard")
    func ledger() async throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        let ledger = try bench.open()
        let alpha = try #require(BackendID("alpha"))
        func end(_ purpose: EgressRecord.Purpose, _ settlement: Settlement) async throws {
            await ledger.settle(try await ledger.willSend(bench.record("alpha", purpose)), settlement)
        }
        try await end(.probe, bench.end(tokens: nil, cost: nil))
        #expect(ledger.activity.snapshot.generation == 0, "a probe costs nothing")
        try await end(.thought, bench.end(.failed(.timeoutTotal), tokens: nil, cost: nil))
        try await end(.thought, bench.end(.failed(.cancelled), tokens: nil, cost: nil))
        try await end(.thought, bench.end(cost: 30, decision: try bench.decision(served: "beta", cost: 30)))
        try await end(.critique, bench.end(cost: 2))
        await ledger.decided(try bench.decision("none", served: nil, cost: nil))
        await ledger.note(.pseudonymised, .odd, place: "task")
        ledger.close()

        let snapshot = ledger.activity.snapshot
        let activity = snapshot[alpha]
        #expect(activity.thoughts == ["timeout_total": 1, "cancelled": 1, "answered": 1])
        #expect((activity.others[.critique], activity.probes) == (["answered": 1], ["answered": 1]))
        #expect(activity.durations.values == [nil, 250], "who has left says nothing of the backend")
        #expect((activity.firstTokens.values, activity.probeTimes.values) == ([50], [250]))
        #expect((activity.inputTokens, activity.outputTokens, activity.cost) == (2_000, 200, NanoDollars(32)))
        #expect(activity.failures.map(\.failure) == ["timeout_total"])
        #expect(snapshot.decisions.values.map(\.record.thought) == ["t", "none"])
        #expect(snapshot.thoughts == [.answered: 1, .allFailed: 1])
        #expect((snapshot.fallbacks, snapshot.cached) == (1, 0))
        #expect(snapshot.guardEvents == [.pseudonymised: 1])
        #expect(snapshot.generation == 6)
    }

    @Test("absurd counts of a backend are no sums that no integer holds")
    func absurd() {
        var activity = BackendActivity()
        let usage = Usage(inputUncached: .max, outputVisible: .max, source: .provider)
        for _ in 0..<3 {
            activity.took(
                .thought,
                Settlement(
                    outcome: .answered,
                    duration: .seconds(1),
                    model: nil,
                    usage: usage,
                    cost: NanoDollars(.max)
                )
            )
        }
        #expect((activity.inputTokens, activity.outputTokens) == (3_000_000_000, 3_000_000_000))
        #expect(activity.cost == NanoDollars(3_000_000_000_000_000))
    }

    @Test("the last days are told by backend, and who answered what by kind")
    func days() async throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        /// 2025-11-21 00:01:00 UTC.
        let now = Date(timeIntervalSince1970: 1_763_683_260)
        for (offset, backend, cost) in [(0.0, "beta", 30), (-86_400, "beta", 20), (-86_400 * 14, "beta", 500)] {
            let ledger = try bench.open(at: now.addingTimeInterval(offset))
            let decision = try bench.decision(kind: .knowledge, served: "alpha", cost: 1)
            let record = try bench.record(backend, kind: .knowledge)
            await ledger.settle(
                try await ledger.willSend(record),
                bench.end(cost: Int64(cost), decision: offset == 0 ? decision : nil)
            )
            ledger.close()
        }
        let ledger = try bench.open(at: now)
        let report = try await ledger.days(now: now)
        #expect(report.span == ("2025-11-08", "2025-11-21"))
        #expect(report.entries.map(\.day) == ["2025-11-20", "2025-11-21"])
        #expect(report.entries.map(\.cost) == [NanoDollars(20), NanoDollars(30)])
        #expect(report.answers == [.init(kind: "knowledge", backend: "alpha", thoughts: 1)])
        ledger.close()
    }
}
