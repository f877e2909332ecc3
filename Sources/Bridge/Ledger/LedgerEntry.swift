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
    func write(to batch: inout LedgerBatch) throws -> Int64 {
        switch self {
        case .egress(let record, let time, let evidence):
            return try Self.write(record, time: time, evidence, to: &batch)
        case .settlement(let receipt, let settlement, let time):
            try Self.write(receipt, settlement, time: time, to: &batch)
        case .decision(let decision, let time):
            try Self.write(decision, time: time, to: &batch)
            if let sums = DaySums(decision) { batch.sums.add(sums, to: DaySums.Key(decision, time: time)) }
        case .rating(let row, let stars):
            try batch.db.run(
                "UPDATE backend_selection_history SET user_rating = ? WHERE id = ?",
                [.integer(stars), .integer(row)]
            )
        case .mark: break
        case .guarded(let verdict, let identityClass, let place, let backend, let time):
            try batch.statements.guardEvent.run(batch.db) { row in
                row.integer(time)
                row.text(verdict)
                row.text(identityClass.rawValue)
                row.text(place)
                row.text(backend?.rawValue)
                row.integer(batch.guardSet?.id)
            }
            let leaf = EventLeaf(
                id: batch.db.lastInsertedRowID,
                time: time,
                verdict: verdict,
                identityClass: identityClass.rawValue,
                place: place,
                backend: backend?.rawValue,
                guardSet: batch.guardSet
            )
            try batch.append(.event, row: leaf.id, leaf.text(.event))
        }
        return 0
    }

    /// The row of a request, its payload and its leaf: all of them, or the request does not leave.
    private static func write(
        _ record: EgressRecord,
        time: Int64,
        _ evidence: Evidence,
        to batch: inout LedgerBatch
    ) throws -> Int64 {
        try batch.statements.egress.run(batch.db) { row in
            row.integer(time)
            row.text(record.purpose.rawValue)
            row.text(record.backend.rawValue)
            row.text(record.model)
            row.text(record.thought)
            row.integer(record.attempt)
            row.text(record.kind?.rawValue)
            row.text(record.caller)
            row.integer(record.request.body.count)
            evidence.digest.withUnsafeBytes { row.blob($0) }
            row.flag(evidence.payload != nil)
            row.integer(record.standIns)
            row.integer(batch.guardSet?.id)
        }
        let leaf = EgressLeaf(
            sequence: batch.db.lastInsertedRowID,
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
            guardSet: batch.guardSet
        )
        if let payload = evidence.payload {
            try batch.statements.payload.run(batch.db) { row in
                row.integer(leaf.sequence)
                payload.withUnsafeBytes { row.blob($0) }
            }
        }
        try batch.append(.egress, row: leaf.sequence, leaf.text(.egress))
        return leaf.sequence
    }

    /// The end of a request, the decision that came with it, and the sums of the day: a report never reads every row.
    private static func write(
        _ receipt: EgressReceipt,
        _ settlement: Settlement,
        time: Int64,
        to batch: inout LedgerBatch
    ) throws {
        let usage = settlement.usage
        try batch.statements.performance.run(batch.db) { row in
            row.integer(receipt.sequence)
            row.integer(time)
            row.text(receipt.backend.rawValue)
            row.text(receipt.purpose.rawValue)
            row.text(settlement.outcome.label)
            row.integer(settlement.duration.microseconds)
            row.text(settlement.model)
            row.integer(usage.inputUncached)
            row.integer(usage.inputCacheRead)
            row.integer(usage.inputCacheWrite)
            row.integer(usage.outputVisible)
            row.integer(usage.outputReasoning)
            row.text(usage.source.rawValue)
            row.integer(settlement.cost?.value)
            row.text(receipt.kind?.rawValue)
            row.text(receipt.caller)
            row.text(receipt.isLocal.map(DaySums.tier))
            row.integer(settlement.firstToken?.microseconds)
            row.real(settlement.tokensPerSecond)
            row.real(settlement.quality)
        }
        // The end of a request is written once, and so is what it adds.
        guard batch.db.changesCount == 1, receipt.purpose != .probe else { return }
        let key = DaySums.Key(receipt, time: time)
        let sums = DaySums(settlement)
        if let caller = receipt.caller {
            batch.sums.add(sums, to: DaySums.CallerKey(day: key.day, caller: caller))
        }
        batch.sums.add(sums, to: key)
        guard let decision = settlement.decision else { return }
        try write(decision, time: time, to: &batch)
        if let sums = DaySums(decision) { batch.sums.add(sums, to: DaySums.Key(decision, time: time)) }
    }

    private static func write(_ decision: DecisionRecord, time: Int64, to batch: inout LedgerBatch) throws {
        try batch.statements.history.run(batch.db) { row in
            row.integer(time)
            row.text(decision.thought)
            row.text(decision.caller)
            row.text(decision.kind.rawValue)
            row.text(decision.complexity.rawValue)
            row.real(decision.confidence.isFinite ? decision.confidence : 0)
            row.text(decision.criterion.rawValue)
            row.text(batch.statements.considered.json(of: decision.considered, json))
            row.text(batch.statements.rejected.json(of: decision.rejected, json))
            row.text(decision.selected?.rawValue)
            row.text(decision.reason)
            row.flag(decision.hasFallenBack)
            row.flag(decision.isCached)
            row.text(decision.served?.rawValue)
            row.text(decision.outcome.rawValue)
            row.integer(decision.attempts)
            row.integer(decision.duration.microseconds)
            row.integer(decision.cost?.value)
            row.real(decision.quality)
            row.text(decision.model)
            row.text(decision.trial?.name)
            row.real(decision.trialReward)
            row.integer(decision.promptTokens)
            row.text(batch.statements.wishes.json(of: decision.wishes) { $0.json.map { Array($0.utf8) } })
        }
    }

    // MARK: JSON

    private static func json(_ considered: [DecisionRecord.Considered]) -> [UInt8] {
        var json = JSONWriter(reserving: 128)
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
        return json.bytes
    }

    private static func json(_ rejected: [Rejection]) -> [UInt8] {
        var json = JSONWriter(reserving: 128)
        json.array(rejected) { json, one in
            json.object { json in
                json.key("backend")
                json.string(one.backend.rawValue)
                json.key("rule")
                json.string(one.rule.rawValue)
            }
        }
        return json.bytes
    }
}

extension Duration {
    /// In whole microseconds.
    fileprivate var microseconds: Int64 { Int64(milliseconds * 1_000) }
}
