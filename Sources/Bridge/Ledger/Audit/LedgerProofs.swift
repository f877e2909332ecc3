internal import Foundation
internal import GRDB
internal import Logging

/// What the owner of a ledger does with its tree besides auditing it. Where something must be written, it is written beside a
/// daemon that runs.
public struct LedgerTree: Sendable {
    private let path: String
    private let origin: String?

    /// The tree of the ledger at that path, with the name that its configuration gives it.
    public init(ledger path: String, origin: String? = nil) {
        self.path = path
        self.origin = origin
    }

    /// The tree of the ledger of a configuration.
    public init(_ config: BridgeConfig) {
        self.init(ledger: config.ledger.path, origin: config.ledger.settings.origin)
    }

    /// The key that checkpoints are checked with: name, id and Ed25519 key.
    public func key() throws -> String {
        guard let signer = try LedgerFile.signer(path, origin: origin) else {
            throw LedgerAudit.Failure(path: path, reason: "it has no key yet; start the daemon once")
        }
        return signer.publicKey.text
    }

    /// Signs the tree as it is, and keeps what was signed.
    public func checkpoint() throws -> String { try with { try $0.checkpoint().description } }

    /// A proof that a request is in the log, with the bytes of its leaf.
    /// - Parameter sequence: of the request.
    public func prove(_ sequence: Int64) throws -> String {
        try with { ledger in
            // First of all, so that the request is under a checkpoint.
            let note = try ledger.checkpoint()
            guard let head = Checkpoint(note) else { throw CocoaError(.coderInvalidValue) }
            return try ledger.pool.read { db in
                let numbers = try Int64.fetchAll(
                    db,
                    sql: "SELECT number FROM leaf WHERE source IN (1, 3) AND row = ?",
                    arguments: [sequence]
                )
                guard let number = numbers.first, number < head.size, let leaf = try Self.leaf(number, path, db) else {
                    throw LedgerAudit.Failure(path: path, reason: "it has no request \(sequence)")
                }
                let path = try LeafTable.tree(db).inclusionProof(of: number, in: head.size)
                return LeafProof(leaf: leaf.bytes, index: number, path: path, note: note).description
            }
        }
    }

    /// Forgets the payloads of days before that one; the tree goes on to hold.
    /// - Parameter day: counts from 1970-01-01, UTC.
    /// - Returns: how many there were.
    public func forgetPayloads(before day: Int) throws -> Int { try with { try $0.forgetPayloads(before: day) } }

    /// The number of a day such as `2026-11-21`, from 1970-01-01; nil when it is none.
    public static func day(_ text: String) -> Int? { DayName.day(text) }

    /// What came of the check of a proof.
    public struct Proven: Sendable {
        /// Whether the signature and the path hold.
        public let holds: Bool
        /// Whether the ledger has that very leaf there; nil when there is no ledger to ask.
        public let isThere: Bool?
        /// What was recorded, as lines of name, length and value.
        public let leaf: String
    }

    /// Checks a proof.
    /// - Parameter key: as ``key()`` gives it; the one beside the ledger without it.
    public func check(_ proof: String, key: String? = nil) throws -> Proven {
        guard let proof = LeafProof(proof), let head = Checkpoint(proof.note) else {
            throw LedgerAudit.Failure(path: path, reason: "the proof is none")
        }
        let text = try key ?? LedgerFile.signer(path, origin: head.origin)?.publicKey.text
        guard let key = text.flatMap({ NoteKey($0.trimmingCharacters(in: .whitespacesAndNewlines)) }) else {
            throw LedgerAudit.Failure(path: path, reason: "there is no key to check with; give --key")
        }
        let isThere = try? LedgerFile.read(path) { db in
            let tree = try LeafTable.tree(db)
            guard head.size <= tree.size, try tree.root(of: head.size) == head.root else { return false }
            return try Self.leaf(proof.index, path, db)?.bytes == proof.leaf
        }
        let own = NoteKey(name: head.origin, key: key.key)
        return Proven(holds: proof.holds(for: own), isThere: isThere, leaf: String(decoding: proof.leaf, as: UTF8.self))
    }

    /// The leaf of a request, from its row as it is now.
    private static func leaf(_ number: Int64, _ path: String, _ db: Database) throws -> LeafText? {
        let secrets = LedgerSecrets(try LedgerFile.secret(path))
        let sql =
            "SELECT \(LeafRows.egressColumns), l.source FROM leaf l JOIN egress e ON e.seq = l.row WHERE l.number = ?"
        guard let row = try Row.fetchOne(db, sql: sql, arguments: [number]),
            let source = LeafSource(rawValue: row[LeafRows.egressCount]), source.isEgress
        else { return nil }
        return LeafRows.egress(row, sets: try LeafRows.guardSets(db), caller: secrets.caller).text(source)
    }

    private func with<Value>(_ body: (Ledger) throws -> Value) throws -> Value {
        // One that is not there would be made.
        guard FileManager.default.fileExists(atPath: path) else {
            throw LedgerAudit.Failure(path: path, reason: LedgerFiles.missing)
        }
        // Nor a new key for an old ledger.
        _ = try LedgerFile.secret(path)
        let quiet = Logger(label: "ledger") { _ in SwiftLogNoOpLogHandler() }
        let ledger = try Ledger(path: path, settings: .init(origin: origin), logger: quiet)
        defer { ledger.close() }
        do { return try body(ledger) } catch let error as CheckpointKeeper.Inconsistent {
            throw LedgerAudit.Failure(path: path, reason: "\(error)")
        } catch let error as DatabaseError {
            throw LedgerAudit.Failure(path: path, reason: LedgerWriter.reason(error))
        }
    }
}
