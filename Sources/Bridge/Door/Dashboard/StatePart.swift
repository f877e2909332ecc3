internal import Foundation
internal import Routing

/// The parts of what the dashboard shows: members of `GET /api/state`, events of `GET /api/events`.
enum StatePart: String, Sendable, CaseIterable {
    /// The daemon itself, and what came of the thoughts since it started.
    case daemon
    /// The backends: how they are, what they have answered, their last times.
    case lamps
    /// The last decisions with their reasons; never a word of a task.
    case decisions
    /// What it cost, by day and backend, and what may still be spent; who answered what.
    case costs
    /// Whether the ledger holds.
    case audit
    /// The models and who waits for one; of a daemon without a sidecar there is none.
    case models
}

/// One lamp with what is known of its backend.
struct LampRow: Sendable {
    var lamp: BackendHealth
    var backend: Backend
    /// By the calendar.
    var since: Date
    var activity: BackendActivity
}

/// Writes the parts as JSON. Pure.
///
/// The page needs no key on this machine, so that no caller's name is in it, and nothing of a task or an answer.
enum StateText {
    static func daemon(_ activity: Activity.Snapshot, started: Date, inFlight: Int) -> [UInt8] {
        object { json in
            json.key("version")
            json.constant(Version.current)
            json.key("started")
            json.string(started.formatted(.iso8601))
            json.key("in_flight")
            json.integer(inFlight)
            json.key("thoughts")
            json.object { json in
                for outcome in DecisionRecord.Outcome.allCases {
                    guard let count = activity.thoughts[outcome] else { continue }
                    json.key(escaping: outcome.rawValue)
                    json.integer(count)
                }
            }
            json.key("cached")
            json.integer(activity.cached)
            json.key("fallbacks")
            json.integer(activity.fallbacks)
            json.key("guard")
            json.object { json in
                for event in GuardEvent.allCases {
                    guard let count = activity.guardEvents[event] else { continue }
                    json.key(escaping: event.rawValue)
                    json.integer(count)
                }
            }
        }
    }

    static func lamps(_ rows: [LampRow]) -> [UInt8] {
        list(rows) { json, row in
            ServerMessage.write(row.lamp, row.backend, since: row.since, &json)
            json.key("in_flight")
            json.integer(row.lamp.inFlight)
            json.key("saturated")
            json.boolean(row.lamp.isSaturated)
            json.key("typical_ms")
            if let typical = row.lamp.typicalLatency { json.number(typical.milliseconds) } else { json.null() }
            json.key("reliability")
            json.number(row.lamp.reliability)
            json.key("answered")
            json.integer(row.activity.answered)
            json.key("failures")
            json.object { json in
                for (failure, count) in row.activity.failures {
                    json.key(escaping: failure)
                    json.integer(count)
                }
            }
            json.key("history")
            json.object { json in
                for (name, series) in [
                    ("latency_ms", row.activity.durations), ("first_token_ms", row.activity.firstTokens),
                    ("probe_ms", row.activity.probeTimes),
                ] as [(StaticString, Ring<Double?>)] {
                    json.key(name)
                    json.array(series.values) { json, time in
                        if let time { json.number(time.rounded(toPlaces: 1)) } else { json.null() }
                    }
                }
            }
        }
    }

    /// The newest first.
    static func decisions(_ decisions: [Activity.Decided]) -> [UInt8] {
        list(decisions.reversed()) { write($1, &$0) }
    }

    private static func write(_ decided: Activity.Decided, _ json: inout JSONWriter) {
        let record = decided.record
        json.key("time")
        json.string(Date(timeIntervalSince1970: Double(decided.time) / 1_000).formatted(.iso8601))
        json.key("thought")
        json.string(record.thought)
        for (name, word) in [
            ("kind", record.kind.rawValue), ("complexity", record.complexity.rawValue),
            ("criterion", record.criterion.rawValue), ("outcome", record.outcome.rawValue),
        ] as [(StaticString, String)] {
            json.key(name)
            json.string(word)
        }
        json.key("confidence")
        json.number(record.confidence.isFinite ? record.confidence.rounded(toPlaces: 2) : 0)
        json.key("selected")
        json.string(record.selected?.rawValue, orNull: ())
        json.key("reason")
        json.string(record.reason, orNull: ())
        json.key("served")
        json.string(record.served?.rawValue, orNull: ())
        json.key("model")
        // A backend's own word, of any length.
        json.string(record.model.map { String($0.prefix(100)) }, orNull: ())
        json.key("cached")
        json.boolean(record.isCached)
        json.key("fallback")
        json.boolean(record.hasFallenBack)
        json.key("attempts")
        json.integer(record.attempts)
        json.key("ms")
        json.number(record.duration.milliseconds.rounded(toPlaces: 1))
        json.key("cost_usd")
        if let cost = record.cost { json.number(cost.dollars) } else { json.null() }
        json.key("quality")
        if let quality = record.quality, quality.isFinite {
            json.number(quality.rounded(toPlaces: 2))
        } else {
            json.null()
        }
        json.key("considered")
        json.array(record.considered) { $0.string($1.backend.rawValue) }
        json.key("rejected")
        json.array(record.rejected) { json, rejection in
            json.object { json in
                json.key("backend")
                json.string(rejection.backend.rawValue)
                json.key("why")
                json.string(rejection.why)
            }
        }
    }

    static func costs(_ report: CostReport, _ days: DayReport) -> [UInt8] {
        object { json in
            ServerMessage.write(report.nameless, &json)
            json.key("first_day")
            json.string(days.span.first)
            json.key("last_day")
            json.string(days.span.last)
            json.key("days")
            json.array(days.entries) { json, entry in
                json.object { json in
                    json.key("day")
                    json.string(entry.day)
                    json.key("backend")
                    json.string(entry.backend)
                    json.key("usd")
                    json.number(entry.cost.dollars)
                    json.key("attempts")
                    json.integer(entry.attempts)
                    json.key("answered")
                    json.integer(entry.answered)
                }
            }
            json.key("answers")
            json.array(days.answers) { json, share in
                json.object { json in
                    json.key("kind")
                    json.string(share.kind)
                    json.key("backend")
                    json.string(share.backend)
                    json.key("thoughts")
                    json.integer(share.thoughts)
                }
            }
        }
    }

    static func audit(_ standing: AuditStanding) -> [UInt8] {
        object { json in
            json.key("verdict")
            json.string(standing.verdict.rawValue)
            json.key("why")
            json.string(standing.why)
            json.key("records")
            json.integer(standing.records)
            json.key("leaves")
            json.integer(standing.leaves)
            json.key("root")
            json.string(standing.root.base64)
            json.key("verified")
            json.string(standing.verified?.time, orNull: ())
            json.key("scanned")
            if let scanned = standing.verified?.scanned { json.integer(scanned) } else { json.null() }
            json.key("invariance")
            if let invariance = standing.invariance { json.object { invariance.write(&$0) } } else { json.null() }
        }
    }

    /// All of it as one object.
    static func whole(_ parts: [(StatePart, [UInt8])]) -> [UInt8] {
        object { json in
            for (part, text) in parts {
                json.key(escaping: part.rawValue)
                json.raw(text)
            }
        }
    }

    // MARK: Shapes

    private static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(reserving: 2_048)
        json.object(body)
        return json.bytes
    }

    private static func list<Row>(_ rows: some Sequence<Row>, _ body: (inout JSONWriter, Row) -> Void) -> [UInt8] {
        var json = JSONWriter(reserving: 4_096)
        json.array(rows) { json, row in json.object { body(&$0, row) } }
        return json.bytes
    }
}

extension CostReport {
    /// The same without what is one caller's.
    fileprivate var nameless: CostReport {
        var report = self
        report.byCaller = []
        report.budgets = budgets.filter { if case .caller = $0.scope { false } else { true } }
        return report
    }
}
