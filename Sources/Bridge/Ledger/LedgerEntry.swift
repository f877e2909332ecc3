internal import Foundation
internal import GRDB
internal import Persona
internal import Routing

/// Something that is written down, with its rows. Indirect: on its way to the writer it is handed on six times.
indirect enum LedgerEntry: Sendable {
    case egress(EgressRecord, time: Int64, Evidence)
    case settlement(EgressReceipt, Settlement, time: Int64)
    case decision(DecisionRecord, time: Int64)
    case rating(row: Int64, stars: Int)
    /// Nothing. Whoever waits for it waits for what was told before.
    case mark
    case guarded(verdict: String, identityClass: IdentityClass, place: String, backend: BackendID?, time: Int64)

    /// What shows later which bytes a request had.
    struct Evidence: Sendable {
        /// The payload's keyed digest.
        let digest: Data
        /// The payload, encrypted; nil when none is kept.
        let payload: Data?
        /// The keyed name of the caller.
        let caller: [UInt8]?
    }

    /// Writes its rows, and the leaf of what is in the tree; gives the number of the row of a request.
    /// - Parameter guardSet: the guard that read what was sent or held back.
    func write(_ db: Database, to edge: inout TreeEdge, _ guardSet: GuardSet?) throws -> Int64 {
        switch self {
        case .egress(let record, let time, let evidence):
            return try Self.write(record, time: time, evidence, guardSet, to: &edge, db)
        case .settlement(let receipt, let settlement, let time):
            try Self.write(receipt, settlement, time: time, db)
        case .decision(let decision, let time):
            try Self.write(decision, time: time, db)
            try DaySums(decision)?.add(to: DaySums.Key(decision, time: time), db)
        case .rating(let row, let stars):
            try db.run(
                "UPDATE backend_selection_history SET user_rating = ? WHERE id = ?",
                [.integer(stars), .integer(row)]
            )
        case .mark: break
        case .guarded(let verdict, let identityClass, let place, let backend, let time):
            try db.run(
                "INSERT INTO guard_event (time_ms, verdict, class, place, backend, guard_set) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .integer(time), .text(verdict), .text(identityClass.rawValue), .text(place),
                    .text(backend?.rawValue), .integer(guardSet?.id),
                ]
            )
            let leaf = EventLeaf(
                id: db.lastInsertedRowID,
                time: time,
                verdict: verdict,
                identityClass: identityClass.rawValue,
                place: place,
                backend: backend?.rawValue,
                guardSet: guardSet
            )
            try LeafTable.append(.event, row: leaf.id, leaf.text(.event), to: &edge, db)
        }
        return 0
    }

    /// The row of a request, its payload and its leaf: all of them, or the request does not leave.
    private static func write(
        _ record: EgressRecord,
        time: Int64,
        _ evidence: Evidence,
        _ guardSet: GuardSet?,
        to edge: inout TreeEdge,
        _ db: Database
    ) throws -> Int64 {
        try db.run(
            """
            INSERT INTO egress (time_ms, purpose, backend, model, thought, attempt, kind, caller, bytes_sent, digest,
                payload, stand_ins, guard_set)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(time), .text(record.purpose.rawValue), .text(record.backend.rawValue), .text(record.model),
                .text(record.thought), .integer(record.attempt), .text(record.kind?.rawValue), .text(record.caller),
                .integer(record.request.body.count), .blob(evidence.digest), .flag(evidence.payload != nil),
                .integer(record.standIns), .integer(guardSet?.id),
            ]
        )
        let leaf = EgressLeaf(
            sequence: db.lastInsertedRowID,
            time: time,
            purpose: record.purpose.rawValue,
            backend: record.backend.rawValue,
            model: record.model,
            thought: record.thought,
            attempt: Int64(record.attempt),
            kind: record.kind?.rawValue,
            caller: evidence.caller,
            bytesSent: Int64(record.request.body.count),
            digest: evidence.digest,
            isKept: evidence.payload != nil,
            standIns: Int64(record.standIns),
            guardSet: guardSet
        )
        if let payload = evidence.payload {
            try db.run("INSERT INTO payload (seq, sealed) VALUES (?, ?)", [.integer(leaf.sequence), .blob(payload)])
        }
        try LeafTable.append(.egress, row: leaf.sequence, leaf.text(.egress), to: &edge, db)
        return leaf.sequence
    }

    /// The end of a request, the decision that came with it, and the sums of the day: a report never reads every row.
    private static func write(_ receipt: EgressReceipt, _ settlement: Settlement, time: Int64, _ db: Database) throws {
        let usage = settlement.usage
        try db.run(
            """
            INSERT OR IGNORE INTO backend_performance (seq, time_ms, backend, purpose, outcome, response_time_us,
                model_used, input_uncached, input_cache_read, input_cache_write, output_visible, output_reasoning,
                usage_source, cost_nanousd, kind, caller, tier, first_token_us, tokens_per_second, quality_score)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(receipt.sequence), .integer(time), .text(receipt.backend.rawValue),
                .text(receipt.purpose.rawValue), .text(settlement.outcome.label),
                .integer(settlement.duration.microseconds), .text(settlement.model), .integer(usage.inputUncached),
                .integer(usage.inputCacheRead), .integer(usage.inputCacheWrite), .integer(usage.outputVisible),
                .integer(usage.outputReasoning), .text(usage.source.rawValue), .integer(settlement.cost?.value),
                .text(receipt.kind?.rawValue), .text(receipt.caller), .text(receipt.isLocal.map(DaySums.tier)),
                .integer(settlement.firstToken?.microseconds), .real(settlement.tokensPerSecond),
                .real(settlement.quality),
            ]
        )
        // The end of a request is written once, and so is what it adds.
        guard db.changesCount == 1, receipt.purpose != .probe else { return }
        let key = DaySums.Key(receipt, time: time)
        var sums = DaySums(settlement)
        if let caller = receipt.caller { try sums.add(toCaller: caller, day: key.day, db) }
        if let decision = settlement.decision {
            try write(decision, time: time, db)
            let own = DaySums.Key(decision, time: time)
            if own == key {
                sums.add(decision)
            } else {
                try DaySums(decision)?.add(to: own, db)
            }
        }
        try sums.add(to: key, db)
    }

    private static func write(_ decision: DecisionRecord, time: Int64, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO backend_selection_history (time_ms, thought, caller, job_type, job_complexity, confidence_score,
                selection_criteria, available_backends, rejected_backends, selected_backend, selection_reasoning,
                fallback_used, cached, final_backend, outcome, attempts, response_time_us, cost_nanousd, quality_score,
                final_model, trial, reward, prompt_tokens, wishes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(time), .text(decision.thought), .text(decision.caller), .text(decision.kind.rawValue),
                .text(decision.complexity.rawValue), .real(decision.confidence.isFinite ? decision.confidence : 0),
                .text(decision.criterion.rawValue),
                .text(json(decision.considered)), .text(json(decision.rejected)), .text(decision.selected?.rawValue),
                .text(decision.reason), .flag(decision.hasFallenBack), .flag(decision.isCached),
                .text(decision.served?.rawValue), .text(decision.outcome.rawValue), .integer(decision.attempts),
                .integer(decision.duration.microseconds), .integer(decision.cost?.value), .real(decision.quality),
                .text(decision.model), .text(decision.trial?.name), .real(decision.trialReward),
                .integer(decision.promptTokens), .text(decision.wishes.json),
            ]
        )
    }

    // MARK: JSON

    private static func json(_ considered: [DecisionRecord.Considered]) -> String {
        var json = JSONWriter()
        json.array(considered) { json, one in
            json.object { json in
                json.key("backend")
                json.string(one.backend.rawValue)
                if let score = one.score, score.isFinite {
                    json.key("score")
                    json.number(score.rounded(toPlaces: 3))
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func json(_ rejected: [Rejection]) -> String {
        var json = JSONWriter()
        json.array(rejected) { json, one in
            json.object { json in
                json.key("backend")
                json.string(one.backend.rawValue)
                json.key("rule")
                json.string(one.rule.rawValue)
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension Duration {
    /// In whole microseconds.
    fileprivate var microseconds: Int64 { Int64(milliseconds * 1_000) }
}
