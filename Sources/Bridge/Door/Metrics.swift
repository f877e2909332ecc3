internal import Foundation
internal import Routing

#if canImport(Glibc)
    internal import Glibc
#endif

/// What `GET /metrics` tells. Pure but for ``ProcessFigures``: counters are those of ``Activity``, since the daemon started.
///
/// No label holds a caller's name, a model's own word or anything of a task: their number would grow without bound, and
/// whoever scrapes is to know none of it.
enum Metrics {
    static func text(
        _ activity: Activity.Snapshot,
        _ rows: [LampRow],
        _ budgets: [BudgetStanding],
        semantic: SemanticFigures = SemanticFigures(),
        started: Date,
        process: ProcessFigures? = .now()
    ) -> String {
        var text = MetricsText()
        text.add(
            "workshop_build_info",
            .gauge,
            "The version, as a label; always 1.",
            [([("version", "\(Version.current)")], 1)]
        )
        text.add(
            "workshop_start_time_seconds",
            .gauge,
            "When the daemon started, in seconds since 1970.",
            started.timeIntervalSince1970.rounded()
        )
        addLamps(rows, &text)
        addRequests(activity, &text)
        addThoughts(activity, &text)
        addBudgets(budgets, &text)
        addSemantic(semantic, &text)
        if let process { addProcess(process, &text) }
        return text.text
    }

    private static func addLamps(_ rows: [LampRow], _ text: inout MetricsText) {
        text.add(
            "workshop_backend_state",
            .gauge,
            "1 for the state that a backend is in, 0 for the others.",
            rows.flatMap { row in
                HealthState.allCases.map { state in
                    (labels(row) + [("state", state.rawValue)], row.lamp.state == state ? 1 : 0)
                }
            }
        )
        text.add(
            "workshop_backend_in_flight",
            .gauge,
            "Requests that a backend has in flight.",
            rows.map { (labels($0), Double($0.lamp.inFlight)) }
        )
        text.add(
            "workshop_backend_reliability",
            .gauge,
            "The share of its requests that a backend answered of late, from 0 to 1.",
            rows.map { (labels($0), $0.lamp.reliability) }
        )
        text.add(
            "workshop_backend_probe_seconds",
            .gauge,
            "How long the last good probe of a backend took.",
            rows.compactMap { row in row.lamp.latency.map { (labels(row), $0 / .seconds(1)) } }
        )
    }

    private static func addRequests(_ activity: Activity.Snapshot, _ text: inout MetricsText) {
        let backends = activity.backends.sorted { $0.key.rawValue < $1.key.rawValue }
        text.add(
            "workshop_requests_total",
            .counter,
            "Requests to a backend that have ended, by purpose (thought, critique, probe, comparison, shadow, embedding) and outcome.",
            backends.flatMap { id, backend in
                backend.byPurpose
                    .flatMap { purpose, outcomes in
                        outcomes.sorted { $0.key < $1.key }.map { outcome, count in
                            ([("backend", id.rawValue), ("purpose", purpose), ("outcome", outcome)], Double(count))
                        }
                    }
            }
        )
        text.add(
            "workshop_request_duration_seconds",
            "How long answered thoughts took a backend.",
            backends.map { ([("backend", $0.key.rawValue)], $0.value.duration) }
        )
        text.add(
            "workshop_first_token_seconds",
            "How long the first token of an answered thought took a backend.",
            backends.map { ([("backend", $0.key.rawValue)], $0.value.firstToken) }
        )
        text.add(
            "workshop_tokens_total",
            .counter,
            "Tokens as backends counted them, by direction (input, output).",
            backends.flatMap { id, backend in
                [
                    ([("backend", id.rawValue), ("direction", "input")], Double(backend.inputTokens)),
                    ([("backend", id.rawValue), ("direction", "output")], Double(backend.outputTokens)),
                ]
            }
        )
        text.add(
            "workshop_cost_usd_total",
            .counter,
            "What requests cost, in US dollars, as far as it is known.",
            backends.map { ([("backend", $0.key.rawValue)], $0.value.cost.dollars) }
        )
    }

    private static func addThoughts(_ activity: Activity.Snapshot, _ text: inout MetricsText) {
        text.add(
            "workshop_thoughts_total",
            .counter,
            "Thoughts by what they came to.",
            DecisionRecord.Outcome.allCases.map {
                ([("outcome", $0.rawValue)], Double(activity.thoughts[$0] ?? 0))
            }
        )
        text.add(
            "workshop_cached_total",
            .counter,
            "Thoughts that the cache answered.",
            Double(activity.cached)
        )
        text.add(
            "workshop_fallbacks_total",
            .counter,
            "Thoughts that another backend answered than was selected.",
            Double(activity.fallbacks)
        )
        text.add(
            "workshop_guard_events_total",
            .counter,
            "What the guard did.",
            GuardEvent.allCases.map { ([("event", $0.rawValue)], Double(activity.guardEvents[$0] ?? 0)) }
        )
    }

    private static func addBudgets(_ budgets: [BudgetStanding], _ text: inout MetricsText) {
        let told: [(MetricsText.Labels, BudgetStanding)] = budgets.compactMap { standing in
            if case .caller = standing.scope { return nil }
            let backend = standing.scope == .everything ? "" : standing.name
            return ([("period", standing.budget.period.rawValue), ("backend", backend)], standing)
        }
        text.add(
            "workshop_budget_limit_usd",
            .gauge,
            "A budget's limit, in US dollars; the backend is empty for that of everything.",
            told.map { ($0.0, $0.1.budget.limit.dollars) }
        )
        text.add(
            "workshop_budget_spent_usd",
            .gauge,
            "What of a budget is spent in its period, in US dollars.",
            told.map { ($0.0, $0.1.spent.dollars) }
        )
    }

    private static func addProcess(_ process: ProcessFigures, _ text: inout MetricsText) {
        text.add(
            "process_resident_memory_bytes",
            .gauge,
            "Memory of the daemon that is in use.",
            Double(process.residentBytes)
        )
        text.add(
            "process_cpu_seconds_total",
            .counter,
            "Time that the daemon had a processor.",
            process.processorSeconds
        )
    }

    private static func labels(_ row: LampRow) -> MetricsText.Labels { [("backend", row.lamp.backend.rawValue)] }
}

/// What the system says of this process.
struct ProcessFigures: Sendable {
    var residentBytes: Int
    var processorSeconds: Double

    /// As it is now; nil where the system does not say it so.
    static func now() -> ProcessFigures? {
        // The second field is the number of resident pages (proc_pid_statm(5)).
        guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = statm.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return ProcessFigures(
            residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)),
            // POSIX has a million of them in a second (clock(3)).
            processorSeconds: Double(clock()) / 1_000_000
        )
    }
}
