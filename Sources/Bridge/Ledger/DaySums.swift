internal import GRDB
internal import Routing

/// What one request or one decision adds to the sums of its day.
struct DaySums {
    /// A row of `usage_day`.
    struct Key: Hashable {
        let day: Int
        let backend: String
        let purpose: EgressRecord.Purpose
        let kind: String
        let tier: String

        init(_ receipt: EgressReceipt, time: Int64) {
            day = WallTime(milliseconds: time).day
            backend = receipt.backend.rawValue
            purpose = receipt.purpose
            kind = receipt.kind?.rawValue ?? ""
            tier = receipt.isLocal.map(DaySums.tier) ?? ""
        }

        init(_ decision: DecisionRecord, time: Int64) {
            day = WallTime(milliseconds: time).day
            backend = decision.served?.rawValue ?? ""
            purpose = .thought
            kind = decision.kind.rawValue
            tier = decision.isServedLocally.map(DaySums.tier) ?? ""
        }
    }

    /// A row of `caller_day`.
    struct CallerKey: Hashable {
        let day: Int
        let caller: String
    }

    /// Of requests, as ``endColumns`` names them: how many, how many answered, how many of these without a known cost, the
    /// cost, the tokens.
    private var ends = SIMD8<Int64>()
    /// Of thoughts, as ``thoughtColumns`` names them: how many answered, from the cache, by another than was selected; then,
    /// of those with which savings are reckoned, how many, their cost, and their tokens by class.
    private var thoughts = SIMD16<Int64>()

    /// Nothing.
    init() {}

    /// What a request adds.
    init(_ settlement: Settlement) {
        let isAnswered = settlement.outcome == .answered
        let usage = settlement.usage
        ends[0] = 1
        ends[1] = isAnswered ? 1 : 0
        ends[2] = isAnswered && settlement.cost == nil ? 1 : 0
        ends[3] = Self.summand(settlement.cost)
        ends[4] =
            Self.summand(usage.inputUncached) + Self.summand(usage.inputCacheRead)
            + Self.summand(usage.inputCacheWrite)
        ends[5] = Self.output(usage)
    }

    /// What a decision adds; nil when that is nothing.
    init?(_ decision: DecisionRecord) {
        let isAnswered = decision.outcome == .answered
        guard isAnswered || Self.summand(decision.cost) > 0 else { return nil }
        let isCompared = decision.isComparable
        let usage = isCompared ? decision.usage : .missing
        thoughts[0] = isAnswered ? 1 : 0
        thoughts[1] = decision.isCached ? 1 : 0
        thoughts[2] = decision.hasFallenBack ? 1 : 0
        thoughts[3] = isCompared ? 1 : 0
        // What came to nothing and was paid for counts against what was saved.
        thoughts[4] = isCompared || !isAnswered ? Self.summand(decision.cost) : 0
        thoughts[5] = Self.summand(usage.inputUncached)
        thoughts[6] = Self.summand(usage.inputCacheRead)
        thoughts[7] = Self.summand(usage.inputCacheWrite)
        thoughts[8] = Self.output(usage)
    }

    static func += (sums: inout DaySums, more: DaySums) {
        sums.ends &+= more.ends
        sums.thoughts &+= more.thoughts
    }

    // MARK: Writing

    fileprivate func add(to key: Key, _ statement: KeptStatement, _ db: Database) throws {
        try statement.run(db) { row in
            row.integer(key.day)
            row.text(key.backend)
            row.text(key.purpose.rawValue)
            row.text(key.kind)
            row.text(key.tier)
            for index in Self.endColumns.indices { row.integer(ends[index]) }
            for index in Self.thoughtColumns.indices { row.integer(thoughts[index]) }
        }
    }

    fileprivate func add(to key: CallerKey, _ statement: KeptStatement, _ db: Database) throws {
        try statement.run(db) { row in
            row.integer(key.day)
            row.text(key.caller)
            for index in Self.endColumns.indices { row.integer(ends[index]) }
        }
    }

    /// The columns of ``ends``, in both tables.
    static let endColumns = ["attempts", "answered", "unpriced", "cost_nanousd", "input_tokens", "output_tokens"]
    /// The columns of ``thoughts``.
    static let thoughtColumns = [
        "thoughts", "cached", "fallbacks", "compared", "compared_cost_nanousd", "compared_input_uncached",
        "compared_input_cache_read", "compared_input_cache_write", "compared_output",
    ]

    static let intoUsage = upsert(
        "usage_day",
        keys: ["day", "backend", "purpose", "kind", "tier"],
        sums: endColumns + thoughtColumns
    )
    static let intoCaller = upsert("caller_day", keys: ["day", "caller"], sums: endColumns)

    private static func upsert(_ table: String, keys: [String], sums: [String]) -> String {
        let columns = keys + sums
        return """
            INSERT INTO \(table) (\(columns.joined(separator: ", ")))
            VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
            ON CONFLICT DO UPDATE SET \(sums.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", "))
            """
    }

    // MARK: Values

    static func tier(_ isLocal: Bool) -> String { isLocal ? "local" : "api" }

    /// A number as it may be added to a sum. Counts come from a backend and may be absurd: a sum that no integer holds would
    /// make every later commit fail.
    private static func summand(_ count: Int?) -> Int64 { Int64(min(max(count ?? 0, 0), 1_000_000_000_000)) }

    /// An amount as it may be added to a sum: a million dollars at most.
    private static func summand(_ cost: NanoDollars?) -> Int64 { min(max(cost?.value ?? 0, 0), 1_000_000_000_000_000) }

    private static func output(_ usage: Usage) -> Int64 {
        summand(usage.outputVisible) + summand(usage.outputReasoning)
    }
}

/// What the requests and decisions of one commit add to the sums: each row of a sum is written once a commit, however many
/// requests are in it.
struct CommitSums {
    private var usage: [DaySums.Key: DaySums] = [:]
    private var callers: [DaySums.CallerKey: DaySums] = [:]
    private var count = 0

    /// So many are added up before they are written: no sum of them is too large for an integer.
    private static let most = 1_000

    var isFull: Bool { count >= Self.most }

    mutating func add(_ sums: DaySums, to key: DaySums.Key) {
        usage[key, default: DaySums()] += sums
        count += 1
    }

    mutating func add(_ sums: DaySums, to key: DaySums.CallerKey) { callers[key, default: DaySums()] += sums }

    /// Writes what there is, and is empty again.
    mutating func write(_ statements: LedgerStatements, _ db: Database) throws {
        for (key, sums) in usage { try sums.add(to: key, statements.usageDay, db) }
        for (key, sums) in callers { try sums.add(to: key, statements.callerDay, db) }
        self = CommitSums()
    }
}
