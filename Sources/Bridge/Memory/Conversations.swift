internal import Foundation
internal import GRDB
internal import Persona
internal import Routing

/// What was said in each conversation, so that no backend needs to remember it.
struct Conversations: Sendable {
    /// An exchange as it is kept.
    struct Kept: Sendable {
        let id: Int64
        let tokens: Int
        let exchange: Exchange
    }

    /// What goes with a thought.
    struct Recent: Sendable {
        /// The newest that fit, the oldest first; none that still waits for results.
        var exchanges: [Kept] = []
        /// The one that waits for these results.
        var open: Kept?
    }

    let memory: Memory
    let settings: Live<BridgeConfig.MemorySettings>

    /// The newest exchanges of a conversation, as many as fit.
    /// - Parameter calls: the calls whose results are here; empty when there are none.
    func recent(_ origin: Origin, answering calls: Set<String> = []) async throws -> Recent {
        guard let name = memory.digests(of: origin).conversation else { return Recent() }
        let settings = settings.current
        let oldest = memory.nowMilliseconds - settings.days.milliseconds
        return try await memory.pool.read { [memory] db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT exchange.id, tokens, is_open, sealed
                        FROM exchange JOIN conversation ON conversation.id = exchange.conversation
                        WHERE conversation.name = ? AND time_ms >= ? ORDER BY exchange.id DESC
                        """
                ),
                arguments: [name, oldest]
            )
            var recent = Recent()
            var sizes: [Int] = []
            var isFull = false
            while !(isFull && (calls.isEmpty || recent.open != nil)), let row = try rows.next() {
                let (tokens, isOpen): (Int, Bool) = (row[1], row[2])
                if isOpen ? calls.isEmpty || recent.open != nil : isFull { continue }
                if !isOpen {
                    sizes.append(tokens)
                    isFull = ConversationTrim.kept(of: sizes, within: settings.tokens) < sizes.count
                    if isFull { continue }
                }
                // One that cannot be read must not take the others along.
                guard let exchange = memory.exchange(row[3], row[0], of: name) else { continue }
                let kept = Kept(id: row[0], tokens: tokens, exchange: exchange)
                if !isOpen {
                    recent.exchanges.append(kept)
                } else if Set(kept.exchange.openCalls.map(\.id)) == calls {
                    recent.open = kept
                }
            }
            recent.exchanges.reverse()
            return recent
        }
    }

    /// Adds an exchange to its conversation; the oldest go when there are too many.
    /// - Parameters:
    ///   - tokens: how much of a window it takes when it goes to a backend again; nil for that of its turns as they are.
    ///   - open: the one that it goes on with, and whose place it takes.
    ///   - moment: when the thought began, see ``Forgettings``.
    func add(
        _ exchange: Exchange,
        tokens: Int? = nil,
        to origin: Origin,
        continuing open: Int64?,
        since moment: UInt64
    ) async {
        let digests = memory.digests(of: origin)
        guard let name = digests.conversation else { return }
        let settings = settings.current
        let now = memory.nowMilliseconds
        let tokens = tokens ?? TokenEstimate.tokens(of: exchange.turns)
        _ = await memory.write { [memory] db in
            guard !memory.forgettings.hasForgotten(digests, since: moment) else { return 0 }
            if let open {
                try db.run(
                    """
                    DELETE FROM exchange
                    WHERE id = ? AND is_open AND conversation = (SELECT id FROM conversation WHERE name = ?)
                    """,
                    [.integer(open), .blob(name)]
                )
                // Its results came twice, or it was too old.
                guard db.changesCount == 1 else { return 0 }
            }
            let conversation = try Self.conversation(name, owner: digests.owner, now: now, settings, db)
            let next = try db.cachedStatement(sql: "SELECT COALESCE(MAX(id), 0) + 1 FROM exchange")
            let id = try Int64.fetchOne(next) ?? 1
            let text = String(decoding: try JSONEncoder().encode(exchange), as: UTF8.self)
            try db.run(
                """
                INSERT INTO exchange (id, conversation, time_ms, turns, tokens, is_open, sealed)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(id), .integer(conversation), .integer(now), .integer(exchange.turns.count),
                    .integer(tokens), .flag(!exchange.openCalls.isEmpty),
                    .blob(try memory.seal(text, at: Memory.exchangePlace(id, of: name))),
                ]
            )
            try Self.bound(conversation, settings, db)
            return 1
        }
    }

    /// The row of a conversation; a new one pushes out its caller's oldest, or the oldest of all.
    private static func conversation(
        _ name: Data,
        owner: Data,
        now: Int64,
        _ settings: BridgeConfig.MemorySettings,
        _ db: Database
    ) throws -> Int64 {
        let known = try db.cachedStatement(sql: "SELECT id FROM conversation WHERE name = ?")
        if let id = try Int64.fetchOne(known, arguments: [name]) {
            try db.run("UPDATE conversation SET used_ms = ? WHERE id = ?", [.integer(now), .integer(id)])
            return id
        }
        try db.run(
            "INSERT INTO conversation (name, owner, used_ms) VALUES (?, ?, ?)",
            [.blob(name), .blob(owner), .integer(now)]
        )
        let id = db.lastInsertedRowID
        try db.run(
            """
            DELETE FROM conversation WHERE id IN (
                SELECT id FROM conversation WHERE owner = ? ORDER BY used_ms DESC, id DESC LIMIT -1 OFFSET ?)
            """,
            [.blob(owner), .integer(settings.conversationsOfCaller)]
        )
        try db.run(
            """
            DELETE FROM conversation WHERE id IN (
                SELECT id FROM conversation ORDER BY used_ms DESC, id DESC LIMIT -1 OFFSET ?)
            """,
            [.integer(settings.conversations)]
        )
        return id
    }

    /// Deletes the oldest exchanges of a conversation that has too many turns or bytes. The newest stays.
    private static func bound(_ conversation: Int64, _ settings: BridgeConfig.MemorySettings, _ db: Database) throws {
        let kept = try db.cachedStatement(
            sql: "SELECT id, turns, LENGTH(sealed) FROM exchange WHERE conversation = ? ORDER BY id DESC"
        )
        let rows = try Row.fetchAll(kept, arguments: [conversation])
        var (turns, bytes) = (0, 0)
        let surplus = rows.drop { row in
            turns += row[1] as Int
            bytes += row[2] as Int
            return turns <= settings.turns && bytes <= settings.conversationBytes
        }
        guard let row = surplus.first, let newest = rows.first else { return }
        let (first, last): (Int64, Int64) = (row[0], newest[0])
        try db.run(
            "DELETE FROM exchange WHERE conversation = ? AND id <= ? AND id < ?",
            [.integer(conversation), .integer(first), .integer(last)]
        )
    }
}

extension Memory {
    static func exchangePlace(_ id: Int64, of name: Data) -> Place {
        Place(table: "exchange", row: "\(name.base64EncodedString())/\(id)")
    }

    fileprivate func exchange(_ sealed: Data, _ id: Int64, of name: Data) -> Exchange? {
        unsealed(sealed, at: Self.exchangePlace(id, of: name))
    }
}

extension Int {
    /// So many days in milliseconds.
    var milliseconds: Int64 { Int64(self) * 86_400_000 }
}
