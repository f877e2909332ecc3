internal import Foundation
internal import GRDB

/// The tables of the tree and of the payloads.
enum TreeSchema {
    static func create(_ db: Database, secrets: LedgerSecrets) throws {
        // One row for each leaf, in order from 0. `hashes` are the leaf's hash and those of the nodes that are complete with
        // it, upwards: the node `index` of `level` is the hash `level` of leaf `(index + 1) << level - 1`.
        try db.execute(
            sql: """
                CREATE TABLE leaf (
                    number INTEGER PRIMARY KEY,
                    source INTEGER NOT NULL,
                    row INTEGER NOT NULL,
                    hashes BLOB NOT NULL
                ) STRICT
                """
        )
        // What was signed, in the form in which it is handed on.
        try db.execute(
            sql:
                "CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, note TEXT NOT NULL) STRICT"
        )
        // The bytes of each request, encrypted with the key of its day, which is in no database.
        try db.execute(sql: "CREATE TABLE payload (seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT")
        try db.execute(
            sql: """
                CREATE TABLE retention (
                    id INTEGER PRIMARY KEY,
                    time_ms INTEGER NOT NULL,
                    before_day INTEGER NOT NULL,
                    payloads INTEGER NOT NULL
                ) STRICT
                """
        )
        try db.execute(
            sql: """
                CREATE TABLE guard_set (
                    id INTEGER PRIMARY KEY,
                    time_ms INTEGER NOT NULL,
                    version TEXT NOT NULL,
                    identity BLOB NOT NULL
                ) STRICT
                """
        )
        for column in ["payload INTEGER", "stand_ins INTEGER", "guard_set INTEGER REFERENCES guard_set (id)"] {
            try db.execute(sql: "ALTER TABLE egress ADD COLUMN \(column)")
        }
        try db.execute(sql: "ALTER TABLE guard_event ADD COLUMN guard_set INTEGER REFERENCES guard_set (id)")
        try adopt(db, secrets: secrets)
    }

    /// Takes the rows that are there into the tree: requests, then events. From here on they can no longer be changed
    /// unseen; what happened to them before, nobody can tell.
    private static func adopt(_ db: Database, secrets: LedgerSecrets) throws {
        var edge = TreeEdge()
        let insertion = LeafTable.insertion()
        let requests = try Row.fetchCursor(db, sql: "SELECT \(LeafRows.egressColumns) FROM egress e ORDER BY seq")
        while let row = try requests.next() {
            let leaf = LeafRows.egress(row, caller: { secrets.caller($0) })
            try LeafTable.append(
                .adoptedEgress,
                row: leaf.sequence,
                leaf.text(.adoptedEgress),
                to: &edge,
                db,
                insertion
            )
        }
        let events = try Row.fetchCursor(db, sql: "SELECT \(LeafRows.eventColumns) FROM guard_event g ORDER BY id")
        while let row = try events.next() {
            let leaf = LeafRows.event(row)
            try LeafTable.append(.adoptedEvent, row: leaf.id, leaf.text(.adoptedEvent), to: &edge, db, insertion)
        }
    }
}

/// Leaves out of rows that are kept.
enum LeafRows {
    static let egressColumns = """
        e.seq, e.time_ms, e.purpose, e.backend, e.model, e.thought, e.attempt, e.kind, e.caller, e.bytes_sent, e.digest,
        e.payload, e.stand_ins, e.guard_set
        """
    static let egressCount = 14
    static let eventColumns = "g.id, g.time_ms, g.verdict, g.class, g.place, g.backend, g.guard_set"

    /// A leaf of ``egressColumns``.
    static func egress(
        _ row: Row,
        from start: Int = 0,
        sets: [Int64: GuardSet] = [:],
        caller: (String) -> [UInt8]
    ) -> EgressLeaf {
        EgressLeaf(
            sequence: row[start],
            time: row[start + 1],
            purpose: row[start + 2],
            backend: row[start + 3],
            model: row[start + 4],
            thought: row[start + 5],
            attempt: row[start + 6],
            kind: row[start + 7],
            caller: (row[start + 8] as String?).map(caller),
            bytesSent: row[start + 9],
            digest: row[start + 10],
            isKept: (row[start + 11] as Int64?).map { $0 != 0 },
            standIns: row[start + 12],
            guardSet: (row[start + 13] as Int64?).flatMap { sets[$0] }
        )
    }

    /// A leaf of ``eventColumns``.
    static func event(_ row: Row, from start: Int = 0, sets: [Int64: GuardSet] = [:]) -> EventLeaf {
        EventLeaf(
            id: row[start],
            time: row[start + 1],
            verdict: row[start + 2],
            identityClass: row[start + 3],
            place: row[start + 4],
            backend: row[start + 5],
            guardSet: (row[start + 6] as Int64?).flatMap { sets[$0] }
        )
    }

    static func guardSets(_ db: Database) throws -> [Int64: GuardSet] {
        let rows = try Row.fetchAll(db, sql: "SELECT id, version, identity FROM guard_set")
        return Dictionary(
            rows.map { ($0[0], GuardSet(id: $0[0], version: $0[1], identity: $0[2])) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

/// The table of leaves.
enum LeafTable {
    /// Why no node can be read: the table does not hold what a tree of its size has.
    struct Damaged: LocalizedError {
        var errorDescription: String? { "leaves of its tree are missing; `workshop audit` says which" }
    }

    /// Adds a leaf for a row that was just written.
    static func append(
        _ source: LeafSource,
        row: Int64,
        _ text: LeafText,
        to edge: inout TreeEdge,
        _ db: Database,
        _ statement: KeptStatement = insertion()
    ) throws {
        let number = edge.size
        let hashes = edge.append(text.hash)
        try statement.run(db) { cells in
            cells.integer(number)
            cells.integer(source.rawValue)
            cells.integer(row)
            // A hash is its bytes, and nothing else.
            hashes.withUnsafeBytes { cells.blob($0) }
        }
    }

    static func insertion() -> KeptStatement {
        KeptStatement("INSERT INTO leaf (number, source, row, hashes) VALUES (?, ?, ?, ?)")
    }

    /// How many leaves there are.
    static func size(_ db: Database) throws -> Int64 {
        // Of an unbroken table, the last number; a search in the tree, not a count.
        try Int64.fetchOne(db, sql: "SELECT MAX(number) FROM leaf").map { $0 + 1 } ?? 0
    }

    /// The tree as it is kept.
    static func tree(_ db: Database) throws -> MerkleTree {
        MerkleTree(size: try size(db)) { level, index in
            let number = (index + 1) << Int64(level) - 1
            let statement = try db.cachedStatement(sql: "SELECT hashes FROM leaf WHERE number = ?")
            guard let hashes = try Data.fetchOne(statement, arguments: [number]) else { throw Damaged() }
            let start = level * TreeHash.length
            guard hashes.count >= start + TreeHash.length,
                let hash = TreeHash(hashes.dropFirst(start).prefix(TreeHash.length))
            else { throw Damaged() }
            return hash
        }
    }

    /// The last checkpoint that was kept.
    static func lastCheckpoint(_ db: Database) throws -> SignedNote? {
        try String.fetchOne(db, sql: "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").flatMap(SignedNote.init)
    }
}
