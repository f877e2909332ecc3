internal import Foundation
internal import GRDB
internal import Persona

/// Proves a ledger: reads all of it in one snapshot, and changes nothing. It needs no daemon, and disturbs none.
public struct LedgerAudit: Sendable {
    /// Why a ledger cannot be audited.
    public struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        /// What to do.
        public var description: String { "the ledger \(path) cannot be audited: \(reason)" }
    }

    private let path: String
    private let personas: [PersonaCard]?

    /// An audit of the ledger at that path; payloads are not read again, since nobody says for what.
    public init(ledger path: String) {
        self.path = path
        personas = nil
    }

    /// An audit of the ledger of a configuration, with its personas of today.
    /// - Parameter path: another ledger.
    public init(_ config: BridgeConfig, ledger path: String? = nil) {
        self.path = path ?? config.ledger.path
        personas = config.personas
    }

    /// Proves all of it.
    /// - Parameters:
    ///   - pinned: checkpoints that were put elsewhere, by the names of their files.
    ///   - key: the key that signed them, as `workshop audit key` printed it; the one beside the ledger without it.
    ///   - rescans: whether payloads are read again with the identities of today.
    public func run(
        pinned: [(name: String, note: String)] = [],
        key: String? = nil,
        rescans: Bool = true
    ) throws -> AuditFindings {
        let began = ContinuousClock.now
        var findings = AuditFindings(ledger: path, time: Date())
        findings.key = try noteKey(key)
        // Before the snapshot: what is signed later is not in it.
        var marks = try pinned.map { pin in
            guard let mark = Self.mark(pin.name, pin.note) else {
                throw Failure(path: path, reason: "\(pin.name) is no checkpoint")
            }
            return mark
        }
        if let head = FileManager.default.contents(atPath: LedgerFiles.head(path)) {
            let name = "the checkpoint beside the ledger"
            if let mark = Self.mark(name, String(decoding: head, as: UTF8.self)) {
                marks.append(mark)
            } else {
                findings.report(.unsigned, "\(name) is none")
            }
        }
        let personas = rescans ? personas : nil
        let scan = personas.map { EgressScan(index: IdentityIndex($0.map(\.identity))) }
        findings = try LedgerFile.read(path) { db in try walk(findings, marks, scan, db) }
        findings.invariance = InvarianceResult.read(beside: path)
        findings.seconds = (ContinuousClock.now - began) / .seconds(1)
        return findings
    }

    /// Keeps the summary beside the ledger, where the daemon finds it.
    public func keep(_ findings: AuditFindings) throws { try findings.summary.keep(beside: path) }

    private func walk(
        _ findings: AuditFindings,
        _ marks: [TreeWalk.Mark],
        _ scan: EgressScan?,
        _ db: Database
    ) throws -> AuditFindings {
        var findings = findings
        let secrets = LedgerSecrets(try LedgerFile.secret(path))
        let payloads = PayloadCheck(keys: DayKeys(folder: LedgerFiles.days(path)), scan: scan)
        let marks = try marks + Self.marks(db, &findings)
        var walk = TreeWalk(
            findings,
            marks: marks,
            sets: try LeafRows.guardSets(db),
            secrets: secrets,
            payloads: payloads
        )
        let rows = try Row.fetchCursor(db, sql: TreeWalk.sql)
        while let row = try rows.next() { walk.take(row) }
        walk.finish()
        findings = walk.findings
        try Self.count(walk, db, &findings)
        Self.settle(payloads.finish(), walk, isScanned: scan != nil, &findings)
        return findings
    }

    /// The checkpoints that were kept.
    private static func marks(_ db: Database, _ findings: inout AuditFindings) throws -> [TreeWalk.Mark] {
        var marks: [TreeWalk.Mark] = []
        for row in try Row.fetchAll(db, sql: "SELECT size, note FROM checkpoint ORDER BY size") {
            let size: Int64 = row[0]
            if let mark = mark("checkpoint \(size)", row[1], isTold: false), mark.checkpoint.size == size {
                marks.append(mark)
            } else {
                findings.report(.unsigned, "what is kept as the checkpoint of \(size) leaves is another one, or none")
            }
        }
        return marks
    }

    private static func mark(_ name: String, _ text: String, isTold: Bool = true) -> TreeWalk.Mark? {
        guard let note = SignedNote(text), let checkpoint = Checkpoint(note) else { return nil }
        return TreeWalk.Mark(name: name, note: note, checkpoint: checkpoint, isTold: isTold)
    }

    private func noteKey(_ text: String?) throws -> NoteKey? {
        if let text {
            guard let key = NoteKey(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw Failure(path: path, reason: "the key is none; `workshop audit key` prints it")
            }
            return key
        }
        return try LedgerFile.signer(path, origin: nil)?.publicKey
    }

    // MARK: What no leaf stands for

    private static func count(_ walk: TreeWalk, _ db: Database, _ findings: inout AuditFindings) throws {
        for table in TreeWalk.LeafTableName.allCases {
            let rows = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(table.rawValue)") ?? 0
            let extra = rows - (walk.found[table] ?? 0)
            if extra > 0 {
                findings.report(.recordUnlogged, "\(extra) rows of \(table.rawValue) have no leaf", count: extra)
            }
        }
        let payloads = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM payload") ?? 0
        if payloads > walk.payloadsFound {
            let extra = payloads - walk.payloadsFound
            findings.report(.payloadExtra, "\(extra) payloads are of no request", count: extra)
        }
        findings.unsettled = try Int.fetchOne(db, sql: Self.without("backend_performance", in: "egress")) ?? 0
        let ends = try Int.fetchOne(db, sql: Self.without("egress", in: "backend_performance")) ?? 0
        if ends > 0 {
            findings.report(.endWithoutRecord, "\(ends) ends are of requests that are not there", count: ends)
        }
    }

    private static func without(_ other: String, in table: String) -> String {
        "SELECT COUNT(*) FROM \(table) t WHERE NOT EXISTS (SELECT 1 FROM \(other) o WHERE o.seq = t.seq)"
    }

    private static func settle(
        _ result: PayloadCheck.Result,
        _ walk: TreeWalk,
        isScanned: Bool,
        _ findings: inout AuditFindings
    ) {
        findings.payloadsKept = result.opened
        for sequence in result.changed.sorted() {
            findings.report(.payloadChanged, "the payload of egress \(sequence) is not what was sent")
        }
        for (day, gone) in (walk.missing.map { $0 } + result.keyless.map { $0 }).sorted(by: { $0.key < $1.key }) {
            if day < walk.forgottenBefore {
                findings.payloadsForgotten += gone.count
            } else {
                findings.report(
                    .payloadMissing,
                    "\(gone.count) payloads of \(DayName.text(day)) cannot be read, the first of egress \(gone.first), "
                        + "and nobody is on record to have forgotten them",
                    count: gone.count
                )
            }
        }
        if isScanned {
            findings.rescan = result.rescan
            findings.rescan?.sequences.sort()
        }
    }
}

/// A ledger's files, for reading alone.
enum LedgerFile {
    /// Reads the database in one snapshot.
    static func read<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        let signed = CheckpointKeeper.head(path).flatMap(Checkpoint.init)
        // SQLite would say "out of memory" or make a new file.
        guard FileManager.default.isReadableFile(atPath: path) else {
            let before = signed.map { "; it had \($0.size) leaves when it was signed last" } ?? ""
            throw LedgerAudit.Failure(path: path, reason: LedgerFiles.missing + before)
        }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let database = try DatabaseQueue(path: path, configuration: configuration)
            return try database.read { db in
                guard try db.tableExists("leaf") else {
                    throw LedgerAudit.Failure(
                        path: path,
                        reason: "it has no tree; start the daemon once if it is an older one"
                    )
                }
                return try body(db)
            }
        } catch let error as DatabaseError {
            throw LedgerAudit.Failure(path: path, reason: LedgerWriter.reason(error))
        }
    }

    /// The secret beside the ledger; never made here.
    static func secret(_ path: String) throws -> [UInt8] {
        guard let secret = FileManager.default.contents(atPath: LedgerFiles.key(path)), secret.count == 32 else {
            throw LedgerAudit.Failure(path: path, reason: "\(LedgerFiles.key(path)) is missing, or it is not yours")
        }
        return Array(secret)
    }

    /// The key that signs; nil without one.
    static func signer(_ path: String, origin: String?) throws -> NoteSigner? {
        guard let secret = FileManager.default.contents(atPath: LedgerFiles.signer(path)) else { return nil }
        return try NoteSigner(secret: Array(secret), origin: origin)
    }
}
