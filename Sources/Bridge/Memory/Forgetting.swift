internal import Foundation
internal import GRDB
internal import Logging
internal import ServiceLifecycle

extension Memory {
    /// Forgets a conversation, or all of a caller's with this persona: its turns, and what the journal holds of it; with all of
    /// a caller's goes what was held back of his, decided or not. Thoughts that are under way leave no turn behind. When it
    /// returns, the files hold nothing of it any more.
    /// - Returns: how many exchanges there were; nil when it could not be written.
    func forget(_ origin: Origin) async -> Int? {
        let digests = digests(of: origin)
        let (column, journalColumn) = digests.conversation == nil ? ("owner", "owner") : ("name", "conversation")
        let digest = digests.conversation ?? digests.owner
        // First: whoever writes after this, and began before, writes nothing.
        forgettings.forget(digest)
        let count = await write { db in
            let count = try Int.fetchOne(
                db,
                sql: """
                    SELECT COUNT(*)
                    FROM exchange JOIN conversation ON conversation.id = exchange.conversation
                    WHERE conversation.\(column) = ?
                    """,
                arguments: [digest]
            )
            try db.run("DELETE FROM conversation WHERE \(column) = ?", [.blob(digest)])
            try db.run("DELETE FROM journal WHERE \(journalColumn) = ?", [.blob(digest)])
            // What was held back, and what waits in the queue, belongs to no conversation.
            if column == "owner" {
                try db.run("DELETE FROM quarantine WHERE owner = ?", [.blob(digest)])
                try db.run("DELETE FROM job_text WHERE owner = ?", [.blob(digest)])
            }
            return count ?? 0
        }
        if count != nil { await purge() }
        return count
    }

    /// Deletes what is too old or too much.
    /// - Parameter byAge: false where the clock is not to be gone by: then only what is too much.
    func sweep(_ settings: BridgeConfig.MemorySettings, byAge: Bool = true) async {
        let now = byAge ? nowMilliseconds : 0
        let deleted = await write { db in
            let before = db.totalChangesCount
            try db.run("DELETE FROM exchange WHERE time_ms < ?", [.integer(now - settings.days.milliseconds)])
            try db.run("DELETE FROM conversation WHERE id NOT IN (SELECT conversation FROM exchange)")
            try db.run(
                """
                DELETE FROM conversation WHERE id IN (
                    SELECT id FROM (
                        SELECT id, SUM(bytes) OVER (ORDER BY used_ms DESC, id DESC) AS total FROM (
                            SELECT conversation.id AS id, used_ms, SUM(LENGTH(sealed)) AS bytes
                            FROM exchange JOIN conversation ON conversation.id = exchange.conversation
                            GROUP BY conversation.id))
                    WHERE total > ?)
                """,
                [.integer(settings.bytes)]
            )
            try db.run("DELETE FROM journal WHERE time_ms < ?", [.integer(now - settings.journalDays.milliseconds)])
            try db.run(
                "DELETE FROM journal WHERE id IN (SELECT id FROM journal ORDER BY id DESC LIMIT -1 OFFSET ?)",
                [.integer(settings.journalEntries)]
            )
            return db.totalChangesCount - before
        }
        if let deleted, deleted > 0 { await purge() }
    }
}

/// Keeps the memory within its bounds, also while nobody thinks.
struct MemoryWatch: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "MemoryWatch"

    let memory: Memory
    let settings: Live<BridgeConfig.MemorySettings>
    let ages: ClockWatch

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                await memory.sweep(settings.current, byAge: ages.mayForget)
            } while (try? await Task.sleep(for: .seconds(3_600))) != nil
        }
    }
}
