import Foundation
import Testing

@testable import Bridge
@testable import Routing

@Suite("The metrics are text of Prometheus")
struct MetricsTests {
    @Test("labels are escaped, numbers are short, and a metric without samples is left out")
    func text() {
        var text = MetricsText()
        text.add("a_total", .counter, "A.", [([("name", "x\"\\\n\r\ny")], 1), ([], 0.25)])
        text.add("none", .gauge, "None.", [])
        #expect(
            text.text == """
                # HELP a_total A.
                # TYPE a_total counter
                a_total{name="x\\"\\\\\\n\r\\ny"} 1
                a_total 0.25

                """
        )
    }

    @Test("a histogram's buckets are added up, and end with all")
    func histogram() {
        var histogram = Histogram()
        for milliseconds in [40, 60, 400_000] { histogram.add(.milliseconds(milliseconds)) }
        var text = MetricsText()
        text.add("h_seconds", "H.", [([("backend", "alpha")], histogram)])
        let lines = text.text.split(separator: "\n")
        #expect(lines[1] == "# TYPE h_seconds histogram")
        #expect(lines[2] == "h_seconds_bucket{backend=\"alpha\",le=\"0.05\"} 1")
        #expect(lines[3] == "h_seconds_bucket{backend=\"alpha\",le=\"0.1\"} 2")
        #expect(lines.contains("h_seconds_bucket{backend=\"alpha\",le=\"300\"} 2"))
        #expect(lines.suffix(3).first == "h_seconds_bucket{backend=\"alpha\",le=\"+Inf\"} 3")
        #expect(lines.last == "h_seconds_count{backend=\"alpha\"} 3")
    }

    @Test("every metric stands in the documentation, and every one there is a metric")
    func documentation() async throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        let ledger = try bench.open()
        await ledger.settle(try await ledger.willSend(bench.record()), bench.end(cost: 1))
        let row = LampRow.sample
        let budget = Budget(scope: .caller(""), period: .day, limit: NanoDollars(1_000))
        let everything = Budget(period: .day, limit: NanoDollars(1_000))
        let text = Metrics.text(
            ledger.activity.snapshot,
            [row],
            [
                BudgetStanding(budget: budget, scope: .caller("ann"), spent: NanoDollars(1), held: NanoDollars(0)),
                BudgetStanding(budget: everything, scope: .everything, spent: NanoDollars(1), held: NanoDollars(0)),
            ],
            started: Date(timeIntervalSince1970: 1_763_683_260)
        )
        ledger.close()
        let told = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        )
        #expect(told == Set(try Self.documented()))
        #expect(text.contains("workshop_backend_state{backend=\"alpha\",state=\"healthy\"} 1\n"))
        #expect(text.contains("workshop_start_time_seconds 1763683260\n"))
        #expect(!text.contains("ann"), "a caller's name is nobody's who scrapes")
    }

    private static func read(_ path: String) throws -> String {
        try String(contentsOf: Daemonette.repository.appendingPathComponent(path), encoding: .utf8)
    }

    private static func documented() throws -> [Substring] {
        try read("docs/metrics.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
            .compactMap { $0.split(separator: "`").dropFirst().first }
    }

    @Test(
        "the dashboard and the alerts ask for metrics, states and outcomes that there are",
        arguments: ["configs/grafana/workshop.json", "configs/prometheus/alerts.yaml"]
    )
    func shipped(path: String) throws {
        let text = try Self.read(path).replacing(#/\\"/#, with: "\"")
        let metrics = Set(try Self.documented().map(String.init))
        let asked = text.matches(of: #/\b(?:workshop|process)_[a-z_]+/#).map {
            String($0.output).replacing(#/_(?:bucket|sum|count)$/#, with: "")
        }
        #expect(asked.count > 8 && Set(asked).subtracting(metrics).isEmpty)
        let words = Set(
            HealthState.allCases.map(\.rawValue) + DecisionRecord.Outcome.allCases.map(\.rawValue)
        )
        let values = text.matches(of: #/(?:state|outcome)[!=]~?"([a-z_|]+)"/#).flatMap { $0.1.split(separator: "|") }
        #expect(!values.isEmpty && Set(values.map(String.init)).subtracting(words).isEmpty)
    }
}

extension LampRow {
    /// A healthy backend named alpha.
    static var sample: LampRow {
        guard let id = BackendID("alpha") else { preconditionFailure("it is a name") }
        var backend = Backend(id: id, url: "http://a.test", model: "alpha-model", roles: [.local], isLocal: true)
        backend.health = .never
        let board = HealthBoard(BackendRegistry([backend]))
        guard let permit = board.snapshot().first else { preconditionFailure("it is there") }
        let lamp = BackendHealth(
            backend: id,
            state: .healthy,
            breaker: .closed,
            since: permit.since,
            latency: .milliseconds(3),
            why: "it answers",
            isPermitted: true
        )
        let since = Date(timeIntervalSince1970: 1_763_683_260)
        return LampRow(lamp: lamp, backend: backend, since: since, activity: BackendActivity())
    }
}
