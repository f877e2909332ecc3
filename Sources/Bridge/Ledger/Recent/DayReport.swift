internal import Foundation
internal import GRDB
internal import Routing

/// What each backend cost on each of the last days, and who answered what this month.
struct DayReport: Sendable, Equatable {
    /// One backend's day.
    struct Entry: Sendable, Equatable {
        /// `2026-11-21`, in UTC.
        let day: String
        let backend: String
        let cost: NanoDollars
        let attempts: Int
        let answered: Int
    }

    /// One backend's share of a kind of task.
    struct Answers: Sendable, Equatable {
        let kind: String
        let backend: String
        /// Thoughts, those out of the cache among them.
        let thoughts: Int
    }

    /// The first and the last of the days, both counted.
    var span: (first: String, last: String)
    /// By day; days without a request have none.
    var entries: [Entry] = []
    /// The commonest kind first, each with the busiest backend first.
    var answers: [Answers] = []

    /// How many days are told.
    static let length = 14

    static func == (one: DayReport, other: DayReport) -> Bool {
        one.span == other.span && one.entries == other.entries && one.answers == other.answers
    }
}

extension Ledger {
    /// The last days, from the sums of the days: it takes as long for a million requests as for a thousand.
    func days(now: Date = Date()) async throws -> DayReport {
        let time = WallTime(milliseconds: Int64(now.timeIntervalSince1970 * 1_000))
        let first = time.day - DayReport.length + 1
        return try await pool.read { db in
            var report = DayReport(span: (DayName.text(first), DayName.text(time.day)))
            report.entries = try Row.fetchAll(db, sql: DayReport.entriesSQL, arguments: [first]).map { row in
                DayReport.Entry(
                    day: DayName.text(row[0]),
                    backend: row[1],
                    cost: NanoDollars(row[2]),
                    attempts: row[3],
                    answered: row[4]
                )
            }
            report.answers = try Row.fetchAll(db, sql: DayReport.answersSQL, arguments: [time.firstDayOfMonth])
                .map { DayReport.Answers(kind: $0[0], backend: $0[1], thoughts: $0[2]) }
            return report
        }
    }
}

extension DayReport {
    // A thought that came to nothing is a row without a backend.
    fileprivate static let entriesSQL = """
        SELECT day, backend, SUM(cost_nanousd), SUM(attempts), SUM(answered) FROM usage_day
        WHERE day >= ? AND backend != '' GROUP BY day, backend HAVING SUM(attempts) > 0 ORDER BY day, backend
        """
    fileprivate static let answersSQL = """
        SELECT kind, backend, SUM(thoughts) AS given, SUM(SUM(thoughts)) OVER (PARTITION BY kind) AS whole
        FROM usage_day WHERE day >= ? AND backend != '' AND kind != ''
        GROUP BY kind, backend HAVING given > 0 ORDER BY whole DESC, kind, given DESC, backend
        """
}
