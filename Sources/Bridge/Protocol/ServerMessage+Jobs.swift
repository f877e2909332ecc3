internal import Foundation
internal import Routing

extension ServerMessage {
    static func submitted(_ id: RequestID, _ rows: [JobRow], names: [String?]) -> [UInt8] {
        result(id) { json in
            json.key("jobs")
            json.array(zip(rows, names)) { json, pair in
                json.object { json in
                    json.key("job")
                    json.integer(pair.0.id)
                    if let name = pair.1 {
                        json.key("name")
                        json.string(name)
                    }
                    json.key("after")
                    json.array(pair.0.needs) { $0.integer($1) }
                }
            }
        }
    }

    static func jobs(_ id: RequestID, _ reports: [JobReport]) -> [UInt8] {
        result(id) { json in
            json.key("jobs")
            json.array(reports) { json, report in json.object { json in write(report, &json) } }
            json.key("done")
            json.integer(reports.count { $0.row.state == .done })
            json.key("ended")
            json.integer(reports.count(where: \.row.state.hasEnded))
            json.key("total")
            json.integer(reports.count)
        }
    }

    static func jobCancelled(_ id: RequestID, _ job: Int64, isCancelled: Bool) -> [UInt8] {
        result(id) { json in
            json.key("job")
            json.integer(job)
            json.key("cancelled")
            json.boolean(isCancelled)
        }
    }

    /// A job, the decision of its newest attempt, or both; what is not there is null.
    static func job(_ id: RequestID, _ report: JobReport?, _ decision: RecordedDecision?) -> [UInt8] {
        result(id) { json in
            json.key("job")
            if let report { json.object { json in writeWhole(report, &json) } } else { json.null() }
            json.key("decision")
            if let decision { json.object { json in write(decision, &json) } } else { json.null() }
        }
    }

    static func replayed(_ id: RequestID, _ decision: RecordedDecision, _ replay: Replay) -> [UInt8] {
        result(id) { json in
            json.key("decision")
            json.object { json in write(decision, &json) }
            json.key("today")
            json.object { json in
                json.key("criterion")
                json.string(replay.plan.criterion.rawValue)
                json.key("considered")
                json.array(replay.plan.candidates) { json, one in
                    json.object { json in
                        json.key("backend")
                        json.string(one.backend.id.rawValue)
                        json.key("score")
                        json.number(one.score.total.rounded(toPlaces: 3))
                        json.key("why")
                        json.string(one.why)
                    }
                }
                json.key("rejected")
                json.array(replay.plan.rejected) { json, one in
                    json.object { json in
                        json.key("backend")
                        json.string(one.backend.rawValue)
                        json.key("rule")
                        json.string(one.rule.rawValue)
                        json.key("why")
                        json.string(one.why)
                    }
                }
            }
            json.key("differences")
            json.array(replay.differences) { $0.string($1) }
            json.key("not_replayed")
            json.array(replay.notReplayed) { $0.string($1) }
        }
    }

    // MARK: Parts

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }

    private static func write(_ report: JobReport, _ json: inout JSONWriter) {
        let row = report.row
        json.key("job")
        json.integer(row.id)
        json.key("state")
        json.string(report.isWaiting ? "waiting" : row.state.rawValue)
        json.key("priority")
        json.integer(row.priority)
        if let caller = row.caller {
            json.key("caller")
            json.string(caller)
        }
        json.key("after")
        json.array(row.needs) { $0.integer($1) }
        json.key("attempts")
        json.integer(row.attempts)
        json.key("attempts_left")
        json.integer(row.state.hasEnded ? 0 : row.triesLeft)
        json.key("submitted")
        json.string(time(row.submitted))
        let moments: [(StaticString, Int64?)] = [
            ("started", row.started), ("finished", row.finished), ("not_before", row.notBefore),
        ]
        for (name, moment) in moments {
            guard let moment else { continue }
            json.key(name)
            json.string(time(moment))
        }
        if let error = row.error {
            json.key("error")
            json.string(error)
        }
        if let characters = report.characters {
            json.key("characters")
            json.integer(characters)
        }
    }

    private static func writeWhole(_ report: JobReport, _ json: inout JSONWriter) {
        write(report, &json)
        json.key("idempotent")
        json.boolean(report.row.isIdempotent)
        if let ahead = report.ahead {
            json.key("ahead")
            json.integer(ahead)
        }
        json.key("parts")
        json.object { json in
            json.key("done")
            json.integer(report.parts.done)
            json.key("total")
            json.integer(report.parts.total)
        }
        json.key("tries")
        json.array(report.attempts) { json, attempt in
            json.object { json in
                json.key("thought")
                json.string(attempt.thought)
                json.key("started")
                json.string(time(attempt.started))
                json.key("outcome")
                if let outcome = attempt.outcome { json.string(outcome) } else { json.null() }
                if let finished = attempt.finished {
                    json.key("ms")
                    json.integer(finished - attempt.started)
                }
            }
        }
        if let task = report.task {
            json.key("task")
            json.string(cut(task))
        }
        json.key("result")
        if let result = report.result { json.object { json in write(result, &json) } } else { json.null() }
    }

    private static func write(_ result: JobTexts.Result, _ json: inout JSONWriter) {
        json.key("text")
        json.string(cut(result.text))
        json.key("cut")
        json.boolean(result.text.utf8.count > mostOfText)
        json.key("backend")
        json.string(result.backend)
        json.key("model")
        json.string(result.model)
        json.key("kind")
        json.string(result.kind)
        json.key("confidence")
        if let confidence = result.confidence { json.number(confidence) } else { json.null() }
        json.key("cost_usd")
        if let cost = result.costUSD { json.number(cost) } else { json.null() }
        json.key("cached")
        json.boolean(result.isCached)
        json.key("thought")
        json.string(result.thought)
    }

    private static let mostOfText = 64 << 10

    /// A line has its limit, and a text may need six bytes for each of its own.
    private static func cut(_ text: String) -> String { text.pieces(atMost: mostOfText).first ?? "" }

    private static func write(_ decision: RecordedDecision, _ json: inout JSONWriter) {
        let record = decision.record
        json.key("thought")
        json.string(record.thought)
        json.key("time")
        json.string(decision.time.formatted(.iso8601))
        if let caller = record.caller {
            json.key("caller")
            json.string(caller)
        }
        json.key("kind")
        json.string(record.kind.rawValue)
        json.key("complexity")
        json.string(record.complexity.rawValue)
        json.key("confidence")
        json.number(record.confidence)
        json.key("criterion")
        json.string(record.criterion.rawValue)
        json.key("prompt_tokens")
        if let tokens = record.promptTokens { json.integer(tokens) } else { json.null() }
        json.key("considered")
        json.array(record.considered) { json, one in
            json.object { json in
                json.key("backend")
                json.string(one.backend.rawValue)
                json.key("score")
                if let score = one.score { json.number(score) } else { json.null() }
            }
        }
        json.key("rejected")
        json.array(record.rejected) { json, one in
            json.object { json in
                json.key("backend")
                json.string(one.backend.rawValue)
                json.key("rule")
                json.string(one.rule.rawValue)
            }
        }
        json.key("reason")
        if let reason = record.reason { json.string(reason) } else { json.null() }
        writeEnd(decision, &json)
    }

    /// What came of it.
    private static func writeEnd(_ decision: RecordedDecision, _ json: inout JSONWriter) {
        let record = decision.record
        json.key("outcome")
        json.string(record.outcome.rawValue)
        json.key("backend")
        if let served = record.served { json.string(served.rawValue) } else { json.null() }
        json.key("model")
        if let model = record.model { json.string(model) } else { json.null() }
        json.key("fallback")
        json.boolean(decision.fallbackUsed)
        json.key("cached")
        json.boolean(record.isCached)
        json.key("requests")
        json.array(decision.requests) { json, one in json.object { json in write(one, &json) } }
        json.key("ms")
        json.number(record.duration.milliseconds)
        json.key("cost_usd")
        if let cost = record.cost { json.number(cost.dollars) } else { json.null() }
        json.key("quality")
        if let quality = record.quality { json.number(quality) } else { json.null() }
        json.key("stars")
        if let stars = decision.stars { json.integer(stars) } else { json.null() }
    }

    private static func write(_ request: RecordedDecision.Request, _ json: inout JSONWriter) {
        json.key("backend")
        json.string(request.backend)
        json.key("model")
        json.string(request.model)
        json.key("purpose")
        json.string(request.purpose)
        json.key("outcome")
        if let outcome = request.outcome { json.string(outcome) } else { json.null() }
        json.key("ms")
        if let milliseconds = request.milliseconds { json.number(milliseconds) } else { json.null() }
        json.key("cost_usd")
        if let cost = request.cost { json.number(cost.dollars) } else { json.null() }
        json.key("quality")
        if let quality = request.quality { json.number(quality) } else { json.null() }
    }
}
