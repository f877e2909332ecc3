internal import Foundation
internal import Routing

extension ServerMessage {
    static func costs(_ id: RequestID, _ report: CostReport) -> [UInt8] {
        result(id) { write(report, &$0) }
    }

    /// The members of a report.
    static func write(_ report: CostReport, _ json: inout JSONWriter) {
        json.key("today")
        json.object { write(report.today, &$0) }
        json.key("month")
        json.object { write(report.month, &$0) }
        let parts: [(StaticString, StaticString, [CostReport.Share])] = [
            ("by_backend", "backend", report.byBackend), ("by_tier", "tier", report.byTier),
            ("by_kind", "kind", report.byKind), ("by_caller", "caller", report.byCaller),
        ]
        for (part, name, shares) in parts {
            json.key(part)
            json.array(shares) { json, share in
                json.object { json in
                    json.key(name)
                    json.string(share.name)
                    write(share.totals, &json)
                }
            }
        }
        json.key("cache")
        json.object { json in
            json.key("today")
            json.integer(report.cachedToday)
            json.key("month")
            json.integer(report.cachedMonth)
            if let semantic = report.semantic {
                json.key("semantic")
                json.object { write(semantic, &$0) }
            }
        }
        json.key("fallbacks")
        json.integer(report.fallbacks)
        json.key("budgets")
        json.array(report.budgets.prefix(mostBudgets)) { json, budget in
            json.object { write(budget, showsHeld: true, &$0) }
        }
        json.key("savings")
        if let savings = report.savings { json.object { write(savings, &$0) } } else { json.null() }
    }

    /// The notification that a budget is nearly or wholly used up.
    static func alert(_ alert: BudgetAlert) -> [UInt8] {
        notification("budget.alert") { json in
            write(alert.standing, showsHeld: false, &json)
            json.key("level")
            json.integer(alert.level.percent)
        }
    }

    /// A budget that each caller has is a row a caller, and a line has its limit.
    private static let mostBudgets = 200

    private static func write(_ budget: BudgetStanding, showsHeld: Bool, _ json: inout JSONWriter) {
        json.key("scope")
        switch budget.scope {
        case .everything: json.constant("everything")
        case .backend: json.constant("backend")
        case .caller: json.constant("caller")
        }
        json.key("name")
        json.string(budget.name)
        json.key("period")
        json.string(budget.budget.period.rawValue)
        json.key("limit_usd")
        json.number(budget.budget.limit.dollars)
        json.key("spent_usd")
        json.number(budget.spent.dollars)
        if showsHeld {
            json.key("held_usd")
            json.number(budget.held.dollars)
        }
        json.key("left_usd")
        json.number(budget.left.dollars)
        json.key("percent")
        json.number((budget.percent * 10).rounded() / 10)
    }

    private static func write(_ savings: Savings, _ json: inout JSONWriter) {
        json.key("baseline_usd")
        if let baseline = savings.baseline { json.number(baseline.dollars) } else { json.null() }
        json.key("spent_usd")
        json.number(savings.spent.dollars)
        json.key("router_usd")
        json.number(savings.router.dollars)
        json.key("saved_usd")
        if let saved = savings.saved { json.number(saved.dollars) } else { json.null() }
        json.key("percent")
        if let percent = savings.percent { json.number((percent * 10).rounded() / 10) } else { json.null() }
        json.key("compared")
        json.integer(savings.compared)
        json.key("not_compared")
        json.integer(savings.notCompared)
        json.key("cached")
        json.integer(savings.cached)
    }

    static func audit(_ id: RequestID, _ report: AuditReport) -> [UInt8] {
        result(id) { json in
            json.key("records")
            json.integer(report.records)
            json.key("first_seq")
            if let first = report.firstSequence { json.integer(first) } else { json.null() }
            json.key("last_seq")
            if let last = report.lastSequence { json.integer(last) } else { json.null() }
            json.key("gaps")
            json.integer(report.gaps)
            json.key("unsettled")
            json.integer(report.unsettled)
            json.key("probes")
            json.integer(report.probes)
            json.key("by_backend")
            json.array(report.byBackend) { json, row in
                json.object { json in
                    json.key("backend")
                    json.string(row.backend)
                    json.key("records")
                    json.integer(row.records)
                    json.key("bytes_sent")
                    json.integer(row.bytesSent)
                }
            }
            json.key("guard")
            json.object { json in
                json.key("allowed")
                json.integer(report.records - report.probes)
                let events: [(StaticString, GuardEvent)] = [
                    ("refused", .refused), ("egress_blocked", .egressBlocked), ("pseudonymised", .pseudonymised),
                    ("quarantined", .quarantined), ("released", .released), ("denied", .denied),
                    ("replies_caught", .replyCaught),
                ]
                for (name, event) in events {
                    json.key(name)
                    json.integer(report.guardEvents[event] ?? 0)
                }
            }
            json.key("blocked_by_class")
            json.object { json in
                for row in report.blockedByClass {
                    json.key(escaping: row.identityClass)
                    json.integer(row.count)
                }
            }
            json.key("since")
            if let since = report.since { json.string(since.formatted(.iso8601)) } else { json.null() }
            report.proof.write(&json)
        }
    }

    private static func write(_ totals: CostReport.Totals, _ json: inout JSONWriter) {
        json.key("usd")
        json.number(totals.cost.dollars)
        json.key("attempts")
        json.integer(totals.attempts)
        json.key("answered")
        json.integer(totals.answered)
        json.key("input_tokens")
        json.integer(totals.inputTokens)
        json.key("output_tokens")
        json.integer(totals.outputTokens)
        json.key("unpriced")
        json.integer(totals.unpriced)
    }
}
