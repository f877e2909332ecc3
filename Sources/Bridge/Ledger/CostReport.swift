internal import Foundation
internal import GRDB
internal import Routing

/// What `costs` tells. Everything but `today` is of this month.
struct CostReport: Sendable {
    /// The sums of a stretch of time.
    struct Totals: Sendable, Equatable {
        var cost = NanoDollars(0)
        var attempts = 0
        var answered = 0
        var inputTokens = 0
        var outputTokens = 0
        /// Answered attempts whose cost is not known.
        var unpriced = 0
    }

    /// The sums of one name.
    struct Share: Sendable, Equatable {
        /// Empty when nobody gave one.
        let name: String
        var totals: Totals
    }

    var today = Totals()
    var month = Totals()
    /// Each the dearest first.
    var byBackend: [Share] = []
    /// `local` and `api`.
    var byTier: [Share] = []
    var byKind: [Share] = []
    /// At most ``mostCallers``; attempts without a name are in none of them.
    var byCaller: [Share] = []
    /// Thoughts that the cache answered.
    var cachedToday = 0
    var cachedMonth = 0
    /// Since the daemon started; nil where nothing is looked up by meaning.
    var semantic: SemanticFigures?
    /// Thoughts that another backend answered than was selected.
    var fallbacks = 0
    /// Nil where the ledger was not told what to compare with.
    var savings: Savings?
    /// Of a day and of a month.
    var budgets: [BudgetStanding] = []

    static let mostCallers = 100
}

extension Ledger {
    /// The sums of today and of this month, in UTC, from the sums of the days: it takes as long for a million requests as
    /// for a thousand.
    func costs(
        against baseline: Baseline? = nil,
        budgets: [BudgetStanding] = [],
        now: Date = Date()
    ) async throws -> CostReport {
        let time = WallTime(milliseconds: Int64(now.timeIntervalSince1970 * 1_000))
        return try await pool.read { db in
            var tally = CostTally(baseline: baseline)
            let rows = try Row.fetchCursor(db, sql: CostTally.usage, arguments: [time.day, time.firstDayOfMonth])
            while let row = try rows.next() { tally.add(row) }
            var report = tally.report
            report.byCaller = try Row.fetchAll(
                db,
                sql: CostTally.callers,
                arguments: [time.firstDayOfMonth, CostReport.mostCallers]
            ).map { CostReport.Share(name: $0[0], totals: CostReport.Totals($0, from: 1)) }
            report.budgets = budgets
            return report
        }
    }

    /// What was spent today and this month, for the budgets.
    func spending(now: Date = Date()) throws -> Spending {
        let time = WallTime(milliseconds: Int64(now.timeIntervalSince1970 * 1_000))
        var spending = Spending(at: time)
        try pool.read { db in
            for (table, name) in [("usage_day", "backend"), ("caller_day", "caller")] {
                let rows = try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT \(name), SUM(cost_nanousd), SUM(cost_nanousd * (day = ?)) FROM \(table)
                        WHERE day >= ? AND cost_nanousd > 0 GROUP BY 1
                        """,
                    arguments: [time.day, time.firstDayOfMonth]
                )
                while let row = try rows.next() {
                    let name: String = row[0]
                    let (month, day) = (NanoDollars(row[1]), NanoDollars(row[2]))
                    if table == "usage_day" {
                        spending.month.add(month, ofBackend: name)
                        spending.day.add(day, ofBackend: name)
                    } else {
                        spending.month.byCaller[name] = month
                        spending.day.byCaller[name] = day
                    }
                }
            }
        }
        spending.month.addUnnamed()
        spending.day.addUnnamed()
        return spending
    }
}

extension Spending.Sums {
    fileprivate mutating func add(_ cost: NanoDollars, ofBackend name: String) {
        everything = NanoDollars(everything.value + cost.value)
        if let backend = BackendID(name) { byBackend[backend] = cost }
    }

    /// What no caller's name stands by is spent by those without one.
    fileprivate mutating func addUnnamed() {
        byCaller[""] = NanoDollars(everything.value - byCaller.values.reduce(0) { $0 + $1.value })
    }
}

/// Adds up rows of ``usage``.
private struct CostTally {
    private let baseline: Baseline?
    private var sums = CostReport()
    private var savings = Savings(baseline: nil)
    private var backends: [String: CostReport.Totals] = [:]
    private var tiers: [String: CostReport.Totals] = [:]
    private var kinds: [String: CostReport.Totals] = [:]
    /// The tokens of the compared thoughts: uncached, cache read, cache write, answer.
    private var compared: [TaskKind: [Int]] = [:]

    init(baseline: Baseline?) {
        self.baseline = baseline
    }

    /// Takes a row; its first five columns are whether it is of today, backend, purpose, kind and tier.
    mutating func add(_ row: Row) {
        let isToday: Bool = row[0]
        let totals = CostReport.Totals(row, from: 5)
        let (thoughts, cached): (Int, Int) = (row[11], row[12])
        sums.month.add(totals)
        sums.cachedMonth += cached
        sums.fallbacks += row[13]
        if isToday {
            sums.today.add(totals)
            sums.cachedToday += cached
        }
        // A thought that came to nothing has no backend, and a row without attempts.
        if totals.attempts > 0 {
            backends[row[1], default: CostReport.Totals()].add(totals)
            kinds[row[3], default: CostReport.Totals()].add(totals)
            tiers[row[4], default: CostReport.Totals()].add(totals)
        }
        if row[2] != EgressRecord.Purpose.thought.rawValue { savings.router.value += totals.cost.value }
        savings.compared += row[14]
        savings.notCompared += thoughts - row[14]
        savings.spent.value += row[15]
        guard let kind = TaskKind(rawValue: row[3]) else { return }
        let tokens = compared[kind] ?? [0, 0, 0, 0]
        compared[kind] = tokens.indices.map { tokens[$0] + row[16 + $0] }
    }

    /// All that was added.
    var report: CostReport {
        var report = sums
        report.byBackend = Self.shares(backends)
        report.byTier = Self.shares(tiers)
        report.byKind = Self.shares(kinds)
        guard let baseline else { return report }
        var savings = savings
        savings.cached = sums.cachedMonth
        for (kind, tokens) in compared where tokens.contains(where: { $0 > 0 }) {
            let usage = Usage(
                inputUncached: tokens[0],
                inputCacheRead: tokens[1],
                inputCacheWrite: tokens[2],
                outputVisible: tokens[3],
                source: .provider
            )
            // Whether there is an API to compare with does not depend on the kind.
            guard let cost = baseline.cost(of: usage, kind: kind) else { continue }
            savings.baseline = NanoDollars((savings.baseline?.value ?? 0) + cost.value)
        }
        report.savings = savings
        return report
    }

    private static func shares(_ totals: [String: CostReport.Totals]) -> [CostReport.Share] {
        totals.map { CostReport.Share(name: $0.key, totals: $0.value) }.sorted {
            ($1.totals.cost, $1.totals.attempts, $0.name) < ($0.totals.cost, $0.totals.attempts, $1.name)
        }
    }

    static let usage = """
        SELECT day = ?, backend, purpose, kind, tier, \(totals), \(summed(DaySums.thoughtColumns))
        FROM usage_day WHERE day >= ? GROUP BY 1, 2, 3, 4, 5
        """
    static let callers = """
        SELECT caller, \(totals) FROM caller_day WHERE day >= ? GROUP BY 1 ORDER BY 5 DESC, 2 DESC, 1 LIMIT ?
        """
    private static let totals = summed(DaySums.endColumns)

    private static func summed(_ columns: [String]) -> String {
        columns.map { "SUM(\($0))" }.joined(separator: ", ")
    }
}

extension CostReport.Totals {
    /// The sums of ``DaySums/endColumns``, from a column on.
    fileprivate init(_ row: Row, from first: Int) {
        attempts = row[first]
        answered = row[first + 1]
        unpriced = row[first + 2]
        cost = NanoDollars(row[first + 3])
        inputTokens = row[first + 4]
        outputTokens = row[first + 5]
    }

    fileprivate mutating func add(_ other: CostReport.Totals) {
        cost.value += other.cost.value
        attempts += other.attempts
        answered += other.answered
        inputTokens += other.inputTokens
        outputTokens += other.outputTokens
        unpriced += other.unpriced
    }
}
