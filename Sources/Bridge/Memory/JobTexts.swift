internal import Foundation
internal import GRDB
internal import Logging

/// What jobs ask and what came of them, encrypted. Where each stands is in the ledger.
struct JobTexts: Sendable {
    /// What came of a job.
    struct Result: Sendable, Codable, Equatable {
        /// The thought that it came of.
        var thought: String
        /// In the persona's words.
        var text: String
        /// The answer alone: what goes into the task of another job.
        var plain: String
        var backend: String
        var model: String
        var kind: String
        var confidence: Double?
        var costUSD: Double?
        var isCached = false
        /// Whether no backend off this machine may see it.
        var stays = false
    }

    let memory: Memory

    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE job_text (
                    id INTEGER PRIMARY KEY,
                    owner BLOB NOT NULL,
                    task BLOB NOT NULL,
                    result BLOB
                ) STRICT;
                CREATE INDEX job_text_by_owner ON job_text (owner);
                """
        )
    }

    // These wait for their commit, and hold their thread meanwhile: jobs are few, and their order is what counts.

    /// Keeps what jobs ask; all of it or nothing. What stands there under their numbers was never accepted.
    /// - Parameter tasks: the parameters of a thought as JSON, by number.
    func keep(_ tasks: [(id: Int64, json: String)], of owner: Data) throws {
        try LedgerWriter.patiently {
            try memory.pool.write { db in
                for task in tasks {
                    try db.execute(
                        sql: "INSERT OR REPLACE INTO job_text (id, owner, task, result) VALUES (?, ?, ?, NULL)",
                        arguments: [task.id, owner, try memory.seal(task.json, at: Self.task(task.id))]
                    )
                }
            }
        }
    }

    /// The parameters of the thought; nil when they were forgotten, or cannot be read.
    func task(_ id: Int64) throws -> String? {
        let sealed = try memory.pool.read { db in
            try Data.fetchOne(db, sql: "SELECT task FROM job_text WHERE id = ?", arguments: [id])
        }
        guard let sealed else { return nil }
        do { return try memory.open(sealed, at: Self.task(id)) } catch {
            memory.logger.error("the task of a job cannot be read", metadata: ["job": "\(id)"])
            return nil
        }
    }

    /// Keeps what came of a job, in place of what came of it before.
    /// - Returns: whether anybody still wants it: not when the job was forgotten.
    func keep(_ result: Result, of id: Int64) throws -> Bool {
        let text = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
        return try LedgerWriter.patiently {
            try memory.pool.write { db in
                try db.execute(
                    sql: "UPDATE job_text SET result = ? WHERE id = ?",
                    arguments: [try memory.seal(text, at: Self.result(id)), id]
                )
                return db.changesCount == 1
            }
        }
    }

    /// What came of a job; nil when nothing did yet.
    func result(_ id: Int64) throws -> Result? {
        let sealed = try memory.pool.read { db in
            try Data.fetchOne(db, sql: "SELECT result FROM job_text WHERE id = ?", arguments: [id])
        }
        return sealed.flatMap { memory.unsealed($0, at: Self.result(id)) }
    }

    /// Deletes the texts of these, and gives whether there were any.
    @discardableResult
    func delete(_ ids: [Int64]) throws -> Bool {
        guard !ids.isEmpty else { return false }
        return try LedgerWriter.patiently {
            try memory.pool.write { db in
                var count = 0
                for id in ids {
                    try db.execute(sql: "DELETE FROM job_text WHERE id = ?", arguments: [id])
                    count += db.changesCount
                }
                return count > 0
            }
        }
    }

    /// The numbers of all that have texts, and how many bytes each takes.
    func sizes() throws -> [Int64: Int] {
        let rows = try memory.pool.read { db in
            try Row.fetchAll(db, sql: "SELECT id, LENGTH(task) + COALESCE(LENGTH(result), 0) FROM job_text")
        }
        return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }

    private static func task(_ id: Int64) -> Memory.Place { Memory.Place(table: "job_text", row: "\(id)/task") }
    private static func result(_ id: Int64) -> Memory.Place { Memory.Place(table: "job_text", row: "\(id)/result") }
}
