internal import Foundation
internal import Routing

extension ServerMessage {
    static func costs(_ id: RequestID, _ report: CostReport) -> [UInt8] {
        result(id) { json in
            json.key("today")
            json.object { write(report.today, &$0) }
            json.key("month")
            json.object { write(report.month, &$0) }
            json.key("by_backend")
            json.array(report.byBackend) { json, row in
                json.object { json in
                    json.key("backend")
                    json.string(row.backend)
                    write(row.totals, &json)
                }
            }
        }
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
                json.key("refused")
                json.integer(report.refused)
                json.key("egress_blocked")
                json.integer(report.egressBlocked)
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
