internal import Foundation
internal import GRDB

// These wait for their commit, and hold their thread meanwhile: jobs are few, and their order is what counts.
extension Ledger {
    /// Which jobs somebody may see.
    struct JobView: Sendable {
        /// Only those of this user of the system; nil for everybody's.
        var peer: Int64?
        /// Only those of this caller; nil for everybody's.
        var caller: String?
    }

    /// The number that the next job has.
    func nextJob() throws -> Int64 {
        try pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT seq + 1 FROM sqlite_sequence WHERE name = 'job'") ?? 1
        }
    }

    /// All that have not ended, the oldest first.
    func openJobs() throws -> [JobRow] {
        try pool.read { db in
            let needs = try Self.needs(
                db,
                "WHERE job IN (SELECT id FROM job WHERE state IN ('queued', 'running'))"
            )
            return try Row.fetchAll(db, sql: "SELECT * FROM job WHERE state IN ('queued', 'running') ORDER BY id")
                .compactMap { JobRow($0, needs: needs[$0["id"]] ?? []) }
        }
    }

    /// Of the ended jobs that open ones need: whether they have a result.
    func neededResults() throws -> [Int64: Bool] {
        let rows = try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT n.id, n.state = 'done' FROM job_dependency d JOIN job j ON j.id = d.job
                        JOIN job n ON n.id = d.needs
                    WHERE j.state = 'queued' AND n.state NOT IN ('queued', 'running')
                    """
            )
        }
        return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }

    /// These jobs, or those of a state, the newest first.
    func jobs(_ view: JobView, ids: [Int64]? = nil, states: [JobState] = [], limit: Int) throws -> [JobRow] {
        var conditions: [String] = []
        var arguments = StatementArguments()
        if let peer = view.peer {
            conditions.append("peer = ?")
            arguments += [peer]
        }
        if let caller = view.caller {
            conditions.append("caller = ?")
            arguments += [caller]
        }
        if let ids {
            conditions.append("id IN (\(ids.map(String.init).joined(separator: ",")))")
        }
        if !states.isEmpty {
            conditions.append("state IN (\(states.map { "'\($0.rawValue)'" }.joined(separator: ",")))")
        }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        arguments += [limit]
        return try pool.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT * FROM job \(filter) ORDER BY id DESC LIMIT ?",
                arguments: arguments
            )
            let found = rows.map { "\($0["id"] as Int64)" }.joined(separator: ",")
            let needs = try Self.needs(db, "WHERE job IN (\(found))")
            return rows.compactMap { JobRow($0, needs: needs[$0["id"]] ?? []) }
        }
    }

    /// The attempts of a job, the first first.
    func attempts(of job: Int64) throws -> [JobAttempt] {
        try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM job_attempt WHERE job = ? ORDER BY attempt", arguments: [job])
                .map(JobAttempt.init)
        }
    }

    /// How many jobs one is made of, itself and all that it needs, and how many of them are done.
    func parts(of job: Int64) throws -> (done: Int, total: Int) {
        let row = try pool.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    WITH RECURSIVE part (id) AS (
                        SELECT ? UNION SELECT d.needs FROM job_dependency d JOIN part ON d.job = part.id)
                    SELECT COALESCE(SUM(state = 'done'), 0), COUNT(*) FROM job WHERE id IN part
                    """,
                arguments: [job]
            )
        }
        return (row?[0] ?? 0, row?[1] ?? 0)
    }

    /// The job whose attempt a thought was.
    func job(of thought: String) throws -> Int64? {
        try pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT job FROM job_attempt WHERE thought = ?", arguments: [thought])
        }
    }

    /// Whether any request of an attempt was about to leave.
    func wasSent(_ attempt: JobAttempt) throws -> Bool {
        try pool.read { db in
            try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM egress WHERE seq > ? AND thought = ?)",
                arguments: [attempt.before, attempt.thought]
            ) ?? false
        }
    }

    // MARK: Changes

    /// Takes jobs in; all of them or none.
    func accept(_ rows: [JobRow]) throws {
        try writeJobs { db in
            for row in rows {
                try db.execute(
                    sql: """
                        INSERT INTO job (id, peer, owner, caller, state, priority, is_idempotent, tries, tries_left,
                            backoff_ms, submitted_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        row.id, row.peer, row.owner, row.caller, row.state.rawValue, row.priority, row.isIdempotent,
                        row.tries, row.triesLeft, row.backoff, row.submitted,
                    ]
                )
                for need in row.needs {
                    try db.execute(
                        sql: "INSERT INTO job_dependency (job, needs) VALUES (?, ?)",
                        arguments: [row.id, need]
                    )
                }
            }
        }
    }

    /// Notes that a job begins; only then may anything of it be sent.
    /// - Returns: the attempt; nil when the job waits no more.
    func begin(_ job: Int64, thought: String) throws -> JobAttempt? {
        let now = nowMilliseconds
        return try writeJobs { db in
            try db.execute(
                sql: """
                    UPDATE job SET state = 'running', attempts = attempts + 1, tries_left = tries_left - 1,
                        not_before_ms = NULL, started_ms = ?, error = NULL WHERE id = ? AND state = 'queued'
                    """,
                arguments: [now, job]
            )
            guard db.changesCount == 1 else { return nil }
            try db.execute(
                sql: """
                    INSERT INTO job_attempt (job, attempt, thought, seq_before, started_ms)
                    SELECT id, attempts, ?, (SELECT COALESCE(MAX(seq), 0) FROM egress), ? FROM job WHERE id = ?
                    """,
                arguments: [thought, now, job]
            )
            return try Row.fetchOne(
                db,
                sql: "SELECT * FROM job_attempt WHERE job = ? ORDER BY attempt DESC LIMIT 1",
                arguments: [job]
            ).map(JobAttempt.init)
        }
    }

    /// Notes how an attempt ended, and where its job stands now.
    /// - Parameters:
    ///   - notBefore: when it is tried again.
    ///   - givesBack: whether the attempt does not count.
    func end(
        _ attempt: JobAttempt,
        of job: Int64,
        as outcome: String,
        _ state: JobState,
        error: String? = nil,
        notBefore: Int64? = nil,
        givesBack: Bool = false
    ) throws {
        let now = nowMilliseconds
        try writeJobs { db in
            try db.execute(
                sql: "UPDATE job_attempt SET finished_ms = ?, outcome = ? WHERE job = ? AND attempt = ?",
                arguments: [now, outcome, job, attempt.attempt]
            )
            try db.execute(
                sql: """
                    UPDATE job SET state = ?, finished_ms = ?, error = ?, not_before_ms = ?, tries_left = tries_left + ?
                    WHERE id = ? AND state = 'running'
                    """,
                arguments: [
                    state.rawValue, state.hasEnded ? now : nil, error, notBefore, givesBack ? 1 : 0, job,
                ]
            )
        }
    }

    /// Ends jobs that are not under way any more, or never were.
    /// - Returns: how many of them had not ended.
    @discardableResult
    func end(_ jobs: [Int64], _ state: JobState, error: String?) throws -> Int {
        let now = nowMilliseconds
        return try writeJobs { db in
            var count = 0
            for job in jobs {
                try db.execute(
                    sql: "UPDATE job_attempt SET finished_ms = ?, outcome = ? WHERE job = ? AND outcome IS NULL",
                    arguments: [now, error ?? state.rawValue, job]
                )
                try db.execute(
                    sql: """
                        UPDATE job SET state = ?, finished_ms = ?, error = ?, not_before_ms = NULL
                        WHERE id = ? AND state IN ('queued', 'running')
                        """,
                    arguments: [state.rawValue, now, error, job]
                )
                count += db.changesCount
            }
            return count
        }
    }

    /// Lets a job that came to nothing be tried again, with those that failed only because of it.
    func retry(_ job: Int64) throws {
        let now = nowMilliseconds
        try writeJobs { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE again (id) AS (
                        SELECT ?
                        UNION
                        SELECT d.job FROM job_dependency d JOIN again ON d.needs = again.id JOIN job j ON j.id = d.job
                        WHERE j.state = 'failed' AND j.error = 'dependency_failed')
                    UPDATE job SET state = 'queued', tries_left = tries, not_before_ms = NULL, finished_ms = NULL,
                        error = NULL, submitted_ms = ? WHERE id IN again
                    """,
                arguments: [job, now]
            )
        }
    }

    /// Deletes jobs, and what is known of their attempts; what was sent stays on record.
    func deleteJobs(_ jobs: [Int64]) throws {
        guard !jobs.isEmpty else { return }
        try writeJobs { db in
            for job in jobs { try db.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [job]) }
        }
    }

    /// The jobs of an owner, whatever has become of them.
    func jobs(ownedBy owner: Data) throws -> [Int64] {
        try pool.read { db in
            try Int64.fetchAll(db, sql: "SELECT id FROM job WHERE owner = ?", arguments: [owner])
        }
    }

    /// All jobs that have ended and that no open one needs, with when; the oldest end first.
    func endedJobs() throws -> [(id: Int64, finished: Int64)] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, finished_ms FROM job WHERE state NOT IN ('queued', 'running') AND id NOT IN (
                        SELECT d.needs FROM job_dependency d JOIN job j ON j.id = d.job
                        WHERE j.state IN ('queued', 'running'))
                    ORDER BY finished_ms, id
                    """
            ).map { ($0[0], $0[1]) }
        }
    }

    /// The numbers of all jobs.
    func allJobs() throws -> Set<Int64> {
        try pool.read { db in try Set(Int64.fetchAll(db, sql: "SELECT id FROM job")) }
    }

    private static func needs(_ db: Database, _ filter: String) throws -> [Int64: [Int64]] {
        try Row.fetchAll(db, sql: "SELECT job, needs FROM job_dependency \(filter)")
            .reduce(into: [:]) { $0[$1[0], default: []].append($1[1]) }
    }

    private func writeJobs<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try LedgerWriter.patiently { try pool.write(body) }
    }
}

extension JobAttempt {
    fileprivate init(_ row: Row) {
        self.init(
            attempt: row["attempt"],
            thought: row["thought"],
            before: row["seq_before"],
            started: row["started_ms"],
            finished: row["finished_ms"],
            outcome: row["outcome"]
        )
    }
}
