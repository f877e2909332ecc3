internal import GRDB
internal import Routing

/// What is written in one transaction: the connection, the tree's edge as it grows, and the sums that go with the rows.
struct LedgerBatch {
    let db: Database
    let statements: LedgerStatements
    /// The guard that read what was sent or held back.
    let guardSet: GuardSet?
    var edge: TreeEdge
    var sums = CommitSums()

    /// Adds a leaf for a row that was just written.
    mutating func append(_ source: LeafSource, row: Int64, _ text: LeafText) throws {
        try LeafTable.append(source, row: row, text, to: &edge, db, statements.leaf)
    }

    /// Writes the entries; gives the number of the row of each that is a request.
    mutating func write(_ entries: [LedgerEntry]) throws -> [Int64] {
        var receipts: [Int64] = []
        receipts.reserveCapacity(entries.count)
        for entry in entries {
            receipts.append(try entry.write(to: &self))
            if sums.isFull { try sums.write(statements, db) }
        }
        try sums.write(statements, db)
        return receipts
    }
}

/// The statements that are run with every request. `@unchecked Sendable`: they are touched by whoever has the connection
/// that writes, and there is one.
final class LedgerStatements: @unchecked Sendable {
    let egress = KeptStatement(
        """
        INSERT INTO egress (time_ms, purpose, backend, model, thought, attempt, kind, caller, bytes_sent, digest,
            payload, stand_ins, guard_set)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    )
    let payload = KeptStatement("INSERT INTO payload (seq, sealed) VALUES (?, ?)")
    let leaf = LeafTable.insertion()
    let performance = KeptStatement(
        """
        INSERT OR IGNORE INTO backend_performance (seq, time_ms, backend, purpose, outcome, response_time_us,
            model_used, input_uncached, input_cache_read, input_cache_write, output_visible, output_reasoning,
            usage_source, cost_nanousd, kind, caller, tier, first_token_us, tokens_per_second, quality_score)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    )
    let history = KeptStatement(
        """
        INSERT INTO backend_selection_history (time_ms, thought, caller, job_type, job_complexity, confidence_score,
            selection_criteria, available_backends, rejected_backends, selected_backend, selection_reasoning,
            fallback_used, cached, final_backend, outcome, attempts, response_time_us, cost_nanousd, quality_score,
            final_model, trial, reward, prompt_tokens, wishes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    )
    let guardEvent = KeptStatement(
        "INSERT INTO guard_event (time_ms, verdict, class, place, backend, guard_set) VALUES (?, ?, ?, ?, ?, ?)"
    )
    let usageDay = KeptStatement(DaySums.intoUsage)
    let callerDay = KeptStatement(DaySums.intoCaller)
    let considered = LastJSON<[DecisionRecord.Considered]>()
    let rejected = LastJSON<[Rejection]>()
    let wishes = LastJSON<DecisionWishes>()

    /// Lets go of all of them: see ``KeptStatement/forget()``.
    func forget() {
        for statement in [egress, payload, leaf, performance, history, guardEvent, usageDay, callerDay] {
            statement.forget()
        }
    }
}

/// The JSON of the value that was written last: one decision is often made of what the one before it was made of.
final class LastJSON<Value: Equatable> {
    private var last: (value: Value, json: [UInt8]?)?

    func json(of value: Value, _ make: (Value) -> [UInt8]?) -> [UInt8]? {
        if let last, last.value == value { return last.json }
        let json = make(value)
        last = (value, json)
        return json
    }
}
