internal import Foundation
internal import Routing

extension ServerMessage {
    /// What a wish comes to.
    static func migrationPlan(_ id: RequestID, _ plan: MigrationPlan) -> [UInt8] {
        let migration = plan.migration
        return result(id) { json in
            json.key("plan")
            json.object { json in
                write(migration, &json)
                json.key("max_usd")
                if migration.strategy == .parallelTesting {
                    json.number(migration.maxCost.dollars)
                } else {
                    json.null()
                }
                json.key("expected_cost_ratio")
                number(plan.costRatio, &json)
                json.key("warnings")
                json.array(plan.warnings) { $0.string($1) }
            }
        }
    }

    /// How the last migration stands; null when there was none.
    static func migration(_ id: RequestID, _ report: MigrationReport?) -> [UInt8] {
        result(id) { json in
            json.key("migration")
            guard let report else { return json.null() }
            json.object { json in write(report, &json) }
        }
    }

    private static func write(_ report: MigrationReport, _ json: inout JSONWriter) {
        let migration = report.kept.migration
        json.key("id")
        json.integer(migration.id)
        json.key("began")
        json.string(report.kept.created.formatted(.iso8601))
        json.key("state")
        json.string(migration.state.rawValue)
        json.key("step")
        json.integer(migration.step + 1)
        json.key("share")
        json.integer(migration.share)
        json.key("reason")
        if let reason = migration.reason { json.string(reason) } else { json.null() }
        write(migration, &json)
        json.key("source")
        json.object { write(report.watch?.sourceTally, &$0) }
        json.key("target")
        json.object { write(report.watch?.targetTally, &$0) }
        json.key("allowed_failures")
        number(report.watch?.allowedFailures.rounded(toPlaces: 4), &json)
        json.key("copies")
        json.object { writeCopies(report, &$0) }
        json.key("history")
        json.array(report.rows) { json, row in
            json.object { json in
                json.key("time")
                json.string(row.time.formatted(.iso8601))
                json.key("event")
                json.string(row.event)
                json.key("state")
                json.string(row.state)
                json.key("step")
                json.integer(row.step + 1)
                json.key("name")
                json.string(row.stepName)
                json.key("share")
                json.integer(row.share)
                json.key("words")
                if let words = row.words { json.string(words) } else { json.null() }
            }
        }
    }

    private static func writeCopies(_ report: MigrationReport, _ json: inout JSONWriter) {
        json.key("count")
        json.integer(report.copies.count)
        json.key("conflicts")
        json.integer(report.copies.conflicts)
        json.key("levels")
        json.object { json in
            for level in Equivalence.Level.allCases {
                guard let count = report.copies.levels[level] else { continue }
                json.key(escaping: level.rawValue)
                json.integer(count)
            }
        }
        json.key("cost_usd")
        json.number(report.copyCost.dollars)
        json.key("max_usd")
        json.number(report.kept.migration.maxCost.dollars)
        json.key("held_back")
        json.integer(report.heldBack)
    }

    private static func write(_ migration: Migration, _ json: inout JSONWriter) {
        let gate = migration.gate
        json.key("from")
        json.string(migration.source.rawValue)
        json.key("to")
        json.string(migration.target.rawValue)
        json.key("strategy")
        json.string(migration.strategy.rawValue)
        json.key("steps")
        json.array(migration.steps) { json, step in
            json.object { json in
                json.key("name")
                json.string(step.name)
                json.key("words")
                json.string(step.words(migration.source, migration.target))
            }
        }
        json.key("gate")
        json.object { json in
            json.key("samples")
            json.integer(gate.samples)
            json.key("false_alarm")
            json.number(gate.falseAlarm)
            json.key("latency_ratio")
            json.number(gate.latencyRatio)
            json.key("quality_margin")
            json.number(gate.qualityMargin)
            json.key("cost_ratio")
            number(gate.costRatio?.rounded(toPlaces: 3), &json)
            json.key("conflicts")
            json.number(gate.conflicts)
            json.key("bound")
            json.integer(gate.bound(steps: migration.steps.count { $0 != .drain }))
        }
    }

    private static func write(_ tally: MigrationWatch.Tally?, _ json: inout JSONWriter) {
        json.key("thoughts")
        json.integer(tally?.count ?? 0)
        json.key("failed")
        json.integer(tally?.failures ?? 0)
        json.key("median_ms")
        number(tally?.medianMilliseconds, &json)
        json.key("mean_usd")
        number(tally?.meanCost, &json)
        json.key("mean_quality")
        number(tally?.meanQuality?.rounded(toPlaces: 4), &json)
    }

    private static func number(_ value: Double?, _ json: inout JSONWriter) {
        if let value { json.number(value) } else { json.null() }
    }
}
