internal import Foundation
internal import GRDB
internal import Routing

/// What `audit` tells of the tree, and of the last proofs: all of it is read, nothing is proved now.
struct ProofReport: Sendable {
    let size: Int64
    let root: TreeHash
    /// Whether the tree continues the last checkpoint.
    let isContinued: Bool
    let key: String
    let payloadsKept: Int
    let payloadsDeleted: Int
    let verified: AuditSummary?
    let invariance: InvarianceResult?

    /// Writes the members `tree`, `verified`, `payloads`, `rescan` and `invariance`.
    func write(_ json: inout JSONWriter) {
        json.key("tree")
        json.object { json in
            json.key("size")
            json.integer(size)
            json.key("root")
            json.string(root.base64)
            json.key("checkpoint")
            json.boolean(isContinued)
            json.key("key")
            json.string(key)
        }
        json.key("verified")
        if let verified { json.object { Self.write(verified, &$0) } } else { json.null() }
        json.key("payloads")
        json.object { json in
            json.key("kept")
            json.integer(payloadsKept)
            json.key("deleted")
            json.integer(payloadsDeleted)
        }
        json.key("rescan")
        if let verified, let scanned = verified.scanned, let found = verified.found {
            json.object { json in
                json.key("time")
                json.string(verified.time)
                json.key("scanned")
                json.integer(scanned)
                json.key("found")
                json.integer(found)
            }
        } else {
            json.null()
        }
        json.key("invariance")
        if let invariance { json.object { invariance.write(&$0) } } else { json.null() }
    }

    private static func write(_ summary: AuditSummary, _ json: inout JSONWriter) {
        json.key("time")
        json.string(summary.time)
        json.key("ok")
        json.boolean(summary.ok)
        json.key("records")
        json.integer(summary.records)
        json.key("problems")
        json.integer(summary.problems)
    }
}

extension Ledger {
    func proof(_ db: Database) throws -> ProofReport {
        let tree = try LeafTable.tree(db)
        let kept = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM payload") ?? 0
        let once = try Int.fetchOne(db, sql: "SELECT COALESCE(SUM(payload), 0) FROM egress") ?? 0
        // A tree that is damaged is no reason to tell nothing.
        let root = try? tree.root()
        let last = try LeafTable.lastCheckpoint(db).flatMap(Checkpoint.init)
        let isContinued = last.map { $0.size <= tree.size && (try? tree.root(of: $0.size)) == $0.root }
        return ProofReport(
            size: tree.size,
            root: root ?? .ofNothing,
            isContinued: (isContinued ?? false) && root != nil,
            key: signer.publicKey.text,
            payloadsKept: kept,
            payloadsDeleted: max(0, once - kept),
            verified: AuditSummary.read(beside: path),
            invariance: InvarianceResult.read(beside: path)
        )
    }
}
