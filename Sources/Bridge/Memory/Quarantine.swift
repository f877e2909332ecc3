internal import Foundation
internal import GRDB
internal import Persona

/// What the guard doubts, kept until the owner has looked at it.
///
/// What the owner lets go is a text: of that persona and caller it passes from then on, whatever stands around it, as far
/// as doubts go. Whoever asks the same again meanwhile waits for the same decision. Who it was and the texts are encrypted.
struct Quarantine: Sendable {
    /// Where it stands.
    enum State: String, Sendable, CaseIterable {
        case waiting, released, denied
    }

    /// A request that was held.
    struct Leak: Sendable {
        var id: Int64
        var time: Date
        var persona: String
        var caller: String?
        var identityClass: String
        var severity: String
        var field: String
        var state: State
        /// Only when they were asked for.
        var texts: Texts?
    }

    /// Who typed what.
    struct Texts: Sendable, Codable {
        var persona: String
        var caller: String?
        /// The task as it came.
        var task: String
        /// The texts that were doubted.
        var held: [String]
    }

    let memory: Memory

    /// So many wait at once; then the oldest of them is denied.
    static let mostWaiting = 1_000
    /// So many are kept; then the oldest that is denied goes.
    static let mostKept = 10_000

    /// Those of the texts that the owner let go.
    func released(_ texts: [String], of owner: Origin) async throws -> Set<String> {
        let digests = texts.map { digest($0, owner) }
        let known = try await memory.pool.read { db in
            try digests.map { digest in
                try Bool.fetchOne(
                    db,
                    sql: """
                        SELECT 1 FROM quarantine_text JOIN quarantine ON id = leak
                        WHERE digest = ? AND state = 'released'
                        """,
                    arguments: [digest]
                ) ?? false
            }
        }
        return Set(zip(texts, known).filter(\.1).map(\.0))
    }

    /// Keeps a request, unless the same texts wait already or were denied.
    /// - Returns: its number, and where it stands.
    func hold(_ held: HeldDraft, task: String, of owner: Origin) async throws -> (id: Int64, state: State, isNew: Bool)
    {
        let digests = held.texts.map { digest($0, owner) }
        let finding = held.finding
        let typed = Texts(persona: owner.persona.rawValue, caller: owner.caller, task: task, held: held.texts)
        let texts = String(decoding: try JSONEncoder().encode(typed), as: UTF8.self)
        let name = memory.digests(of: owner).owner
        let time = Int64(memory.clock().timeIntervalSince1970 * 1_000)
        return try await memory.pool.write { db in
            if let known = try Self.known(digests, db) { return (known.0, known.1, false) }
            let id = try Int64.fetchOne(db, sql: "SELECT COALESCE(MAX(id), 0) + 1 FROM quarantine") ?? 1
            try db.execute(
                sql: """
                    INSERT INTO quarantine (id, time_ms, owner, class, severity, field, state, texts)
                    VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)
                    """,
                arguments: [
                    id, time, name, finding.identityClass.rawValue, finding.severity.rawValue,
                    finding.field.rawValue, try memory.seal(texts, at: Self.place(id)),
                ]
            )
            for digest in digests {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO quarantine_text (digest, leak) VALUES (?, ?)",
                    arguments: [digest, id]
                )
            }
            try Self.bound(db)
            return (id, .waiting, true)
        }
    }

    /// All that were held, those that wait first, then the newest.
    func list(limit: Int) async throws -> [Leak] {
        try await memory.pool.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM quarantine ORDER BY state = 'waiting' DESC, id DESC LIMIT ?",
                arguments: [limit]
            ).compactMap { leak($0)?.without }
        }
    }

    /// One of them with its texts; nil when there is none of that number.
    func show(_ id: Int64) async throws -> Leak? {
        try await memory.pool.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM quarantine WHERE id = ?", arguments: [id]).flatMap(leak)
        }
    }

    /// Lets one go, or not; the last word counts. Nil when there is none of that number.
    func decide(_ id: Int64, _ state: State) async throws -> Leak? {
        try await memory.pool.write { db in
            try db.execute(sql: "UPDATE quarantine SET state = ? WHERE id = ?", arguments: [state.rawValue, id])
            return try Row.fetchOne(db, sql: "SELECT * FROM quarantine WHERE id = ?", arguments: [id])
                .flatMap { leak($0)?.without }
        }
    }

    /// The one that holds all of these texts and is not released.
    private static func known(_ digests: [Data], _ db: Database) throws -> (Int64, State)? {
        let marks = digests.map { _ in "?" }.joined(separator: ", ")
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT id, state FROM quarantine_text JOIN quarantine ON id = leak
                WHERE digest IN (\(marks)) AND state != 'released'
                GROUP BY id HAVING COUNT(*) = ? ORDER BY id DESC LIMIT 1
                """,
            arguments: StatementArguments(digests) + [Set(digests).count]
        )
        return row.flatMap { row in State(rawValue: row["state"]).map { (row["id"], $0) } }
    }

    private static func bound(_ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE quarantine SET state = 'denied' WHERE id IN
                    (SELECT id FROM quarantine WHERE state = 'waiting' ORDER BY id DESC LIMIT -1 OFFSET ?)
                """,
            arguments: [mostWaiting]
        )
        try db.execute(
            sql: """
                DELETE FROM quarantine WHERE id IN
                    (SELECT id FROM quarantine WHERE state = 'denied' ORDER BY id
                     LIMIT MAX(0, (SELECT COUNT(*) FROM quarantine) - ?))
                """,
            arguments: [mostKept]
        )
    }

    /// One with its texts; nil when they cannot be read.
    private func leak(_ row: Row) -> Leak? {
        guard let state = State(rawValue: row["state"]),
            let texts: Texts = memory.unsealed(row["texts"], at: Self.place(row["id"]))
        else { return nil }
        return Leak(
            id: row["id"],
            time: Date(timeIntervalSince1970: Double(row["time_ms"] as Int64) / 1_000),
            persona: texts.persona,
            caller: texts.caller,
            identityClass: row["class"],
            severity: row["severity"],
            field: row["field"],
            state: state,
            texts: texts
        )
    }

    private func digest(_ text: String, _ owner: Origin) -> Data {
        // The lengths keep two owners apart, whatever stands in their names.
        let (persona, caller) = (owner.persona.rawValue, owner.caller ?? "")
        return memory.digest("quarantine \(persona.utf8.count) \(caller.utf8.count) \(persona)\(caller)\(text)")
    }

    private static func place(_ id: Int64) -> Memory.Place { Memory.Place(table: "quarantine", row: "\(id)") }
}

extension Quarantine.Leak {
    /// As it is listed.
    fileprivate var without: Self {
        var leak = self
        leak.texts = nil
        return leak
    }
}
