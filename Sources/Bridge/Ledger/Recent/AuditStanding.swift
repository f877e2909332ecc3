internal import Foundation
internal import GRDB
internal import Routing

/// How the ledger stands by what was proved last, read from a few rows and files: whoever looks all day must not have the
/// whole of it read each time. `audit` counts every record, and `workshop audit` proves them.
struct AuditStanding: Sendable {
    /// As a person would say it.
    enum Verdict: String, Sendable {
        case good, bad
        /// Nobody has looked.
        case unknown
    }

    /// As many as the last one's number says: rows are never deleted.
    var records: Int64
    var leaves: Int64
    var root: TreeHash
    /// Whether the tree continues the last checkpoint; nil while nothing is signed.
    var isContinued: Bool?
    var verified: AuditSummary?
    var invariance: InvarianceResult?

    /// What is wrong, in words.
    private var faults: [String] {
        let faults = [
            (isContinued == false, "the tree does not continue its last checkpoint"),
            (verified?.ok == false, "the last full audit found problems"),
            ((verified?.found ?? 0) > 0, "the last re-scan found something"),
            ((invariance?.differing ?? 0) > 0, "requests differed between personas"),
        ]
        return faults.filter(\.0).map(\.1)
    }

    var verdict: Verdict {
        if !faults.isEmpty { return .bad }
        return verified == nil || isContinued == nil ? .unknown : .good
    }

    /// The verdict's reason.
    var why: String {
        switch verdict {
        case .bad: return faults.joined(separator: "; ")
        case .unknown: return verified == nil ? "never fully audited" : "nothing is signed yet"
        case .good:
            let later = records - Int64(verified?.records ?? 0)
            let since = later > 0 ? ", \(later) record\(later == 1 ? "" : "s") since" : ""
            return "the last full audit is in order\(since)"
        }
    }
}

extension Ledger {
    /// How it stands. It reads as many nodes of the tree as a proof has.
    func standing() async throws -> AuditStanding {
        let (records, size, root, isContinued) = try await pool.read { db in
            let tree = try LeafTable.tree(db)
            // A tree that is damaged is no reason to tell nothing.
            let root = try? tree.root()
            let last = try LeafTable.lastCheckpoint(db).flatMap(Checkpoint.init)
            let isContinued = last.map { last in
                root != nil && last.size <= tree.size && (try? tree.root(of: last.size)) == last.root
            }
            let records = try Int64.fetchOne(db, sql: "SELECT MAX(seq) FROM egress") ?? 0
            return (records, tree.size, root ?? .ofNothing, isContinued)
        }
        return AuditStanding(
            records: records,
            leaves: size,
            root: root,
            isContinued: isContinued,
            verified: AuditSummary.read(beside: path),
            invariance: InvarianceResult.read(beside: path)
        )
    }
}
