internal import GRDB
internal import Routing

/// What one request or one decision adds to the sums of its day.
struct DaySums {
    /// A row of `usage_day`.
    struct Key: Equatable {
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

    /// Of requests: how many, how many answered, how many of these without a known cost, the cost, the tokens.
    private var ends: [Int64] = [0, 0, 0, 0, 0, 0]
    /// Of thoughts: how many answered, from the cache, by another than was selected; then, of those with which savings are
    /// reckoned, how many, their cost, and their tokens by class.
    private var thoughts: [Int64] = [0, 0, 0, 0, 0, 0, 0, 0, 0]

    /// What a request adds.
    init(_ settlement: Settlement) {
        let isAnswered = settlement.outcome == .answered
        let usage = settlement.usage
        ends = [
            1, isAnswered ? 1 : 0, isAnswered && settlement.cost == nil ? 1 : 0, Self.summand(settlement.cost),
            Self.summand(usage.inputUncached) + Self.summand(usage.inputCacheRead)
                + Self.summand(usage.inputCacheWrite),
            Self.output(usage),
        ]
    }

    /// What a decision adds; nil when that is nothing.
    init?(_ decision: DecisionRecord) {
        guard decision.outcome == .answered || Self.summand(decision.cost) > 0 else { return nil }
        add(decision)
    }

    mutating func add(_ decision: DecisionRecord) {
        let isAnswered = decision.outcome == .answered
        let isCompared = decision.isComparable
        let usage = isCompared ? decision.usage : .missing
        thoughts = [
            isAnswered ? 1 : 0, decision.isCached ? 1 : 0, decision.hasFallenBack ? 1 : 0, isCompared ? 1 : 0,
            // What came to nothing and was paid for counts against what was saved.
            isCompared || !isAnswered ? Self.summand(decision.cost) : 0, Self.summand(usage.inputUncached),
            Self.summand(usage.inputCacheRead), Self.summand(usage.inputCacheWrite), Self.output(usage),
        ]
    }

    // MARK: Writing

    func add(to key: Key, _ db: Database) throws {
        let names: [Cell] = [
            .integer(key.day), .text(key.backend), .text(key.purpose.rawValue), .text(key.kind), .text(key.tier),
        ]
        try db.run(Self.intoUsage, names + (ends + thoughts).map { .integer($0) })
    }

    func add(toCaller caller: String, day: Int, _ db: Database) throws {
        try db.run(Self.intoCaller, [.integer(day), .text(caller)] + ends.map { .integer($0) })
    }

    /// The columns of ``ends``, in both tables.
    static let endColumns = ["attempts", "answered", "unpriced", "cost_nanousd", "input_tokens", "output_tokens"]
    /// The columns of ``thoughts``.
    static let thoughtColumns = [
        "thoughts", "cached", "fallbacks", "compared", "compared_cost_nanousd", "compared_input_uncached",
        "compared_input_cache_read", "compared_input_cache_write", "compared_output",
    ]

    private static let intoUsage = upsert(
        "usage_day",
        keys: ["day", "backend", "purpose", "kind", "tier"],
        sums: endColumns + thoughtColumns
    )
    private static let intoCaller = upsert("caller_day", keys: ["day", "caller"], sums: endColumns)

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
