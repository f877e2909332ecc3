internal import Foundation
internal import GRDB
internal import Logging

/// Signs what the tree is, now and then, and keeps it: in the database, and in a file beside it.
struct CheckpointKeeper: Sendable {
    /// Why nothing is signed: the tree is not the continuation of what was signed before.
    struct Inconsistent: Error, CustomStringConvertible {
        /// What was signed.
        let size: Int64
        var description: String {
            "the ledger is not what was signed at \(size) leaves; nothing is signed any more. See `workshop audit`"
        }
    }

    let path: String
    let pool: DatabasePool
    let signer: NoteSigner
    let clock: @Sendable () -> Date

    /// Signs the tree as it is; gives the note that was signed before when nothing has come since.
    func sign() throws -> SignedNote {
        let time = Int64(clock().timeIntervalSince1970 * 1_000)
        let note = try LedgerWriter.patiently { try pool.write { db in try sign(db, time) } }
        if Self.head(path) != note {
            try Data(note.description.utf8).write(to: URL(fileURLWithPath: LedgerFiles.head(path)), options: .atomic)
            try PrivateFile.protect(LedgerFiles.head(path))
        }
        return note
    }

    private func sign(_ db: Database, _ time: Int64) throws -> SignedNote {
        let tree = try LeafTable.tree(db)
        let kept = try LeafTable.lastCheckpoint(db)
        for note in [kept, Self.head(path)] { try Self.check(note, against: tree) }
        let checkpoint = Checkpoint(origin: signer.publicKey.name, size: tree.size, root: try tree.root())
        if let kept, Checkpoint(kept) == checkpoint { return kept }
        let note = try SignedNote(signing: checkpoint.text, with: signer)
        try db.execute(
            sql: "INSERT OR REPLACE INTO checkpoint (size, time_ms, note) VALUES (?, ?, ?)",
            arguments: [tree.size, time, note.description]
        )
        return note
    }

    /// Signs when there is something to be signed, and logs when that cannot be done.
    func keep(_ logger: Logger) {
        do { _ = try sign() } catch let error as Inconsistent {
            logger.error("\(error)")
        } catch {
            logger.error("no checkpoint can be made", metadata: ["reason": "\(LedgerWriter.reason(error))"])
        }
    }

    /// Logs when the tree is not the continuation of what was signed.
    func check(_ logger: Logger) {
        do {
            try pool.read { db in
                let tree = try LeafTable.tree(db)
                for note in [try LeafTable.lastCheckpoint(db), Self.head(path)] {
                    try Self.check(note, against: tree)
                }
            }
        } catch { logger.error("the ledger was tampered with, see `workshop audit`: \(error)") }
    }

    /// The checkpoint beside the database.
    static func head(_ ledger: String) -> SignedNote? {
        FileManager.default.contents(atPath: LedgerFiles.head(ledger))
            .flatMap { SignedNote(String(decoding: $0, as: UTF8.self)) }
    }

    private static func check(_ note: SignedNote?, against tree: MerkleTree) throws {
        guard let note, let checkpoint = Checkpoint(note) else { return }
        guard checkpoint.size <= tree.size, try tree.root(of: checkpoint.size) == checkpoint.root else {
            throw Inconsistent(size: checkpoint.size)
        }
    }
}

extension Ledger {
    /// Signs the tree as it is.
    func checkpoint() throws -> SignedNote { try keeper.sign() }
}
