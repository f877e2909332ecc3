internal import Foundation
internal import GRDB
internal import Routing

/// Goes once through all leaves in order, beside the rows that they stand for, and makes the tree anew.
struct TreeWalk {
    /// A checkpoint that the tree is held against when it has grown to its size.
    struct Mark {
        let name: String
        let note: SignedNote
        let checkpoint: Checkpoint
        /// Whether it is told of by itself, and not only counted.
        let isTold: Bool
    }

    private(set) var findings: AuditFindings
    private var edge = TreeEdge()
    private var marks: ArraySlice<Mark>
    private let sets: [Int64: GuardSet]
    private let secrets: LedgerSecrets
    private let payloads: PayloadCheck
    private var gathered: [PayloadCheck.Kept] = []
    /// Callers' keyed names: a few hundred people ask a million times.
    private var callers: [String: [UInt8]] = [:]
    /// The last row of each kind that a leaf stood for, and how many rows were found for leaves.
    private var lastRows: [LeafTableName: Int64] = [:]
    private(set) var found: [LeafTableName: Int] = [:]
    private(set) var payloadsFound = 0
    /// Payloads that were kept and are not there, by day.
    private(set) var missing: [Int: (count: Int, first: Int64)] = [:]
    /// Payloads of days before it may be gone.
    private(set) var forgottenBefore = Int.min
    private var isBroken = false

    /// The tables that leaves stand for.
    enum LeafTableName: String, CaseIterable {
        case egress
        case event = "guard_event"
        case retention
    }

    static let sql = """
        SELECT l.number, l.source, l.row, l.hashes, \(LeafRows.egressColumns), \(LeafRows.eventColumns),
            r.id, r.time_ms, r.before_day, r.payloads, p.sealed
        FROM leaf l
        LEFT JOIN egress e ON l.source IN (1, 3) AND e.seq = l.row
        LEFT JOIN guard_event g ON l.source IN (2, 4) AND g.id = l.row
        LEFT JOIN retention r ON l.source = 5 AND r.id = l.row
        LEFT JOIN payload p ON l.source IN (1, 3) AND p.seq = l.row
        ORDER BY l.number
        """
    // Where the parts begin.
    private static let egress = 4
    private static let event = egress + LeafRows.egressCount
    private static let retention = event + 7
    private static let sealed = retention + 4

    init(
        _ findings: AuditFindings,
        marks: [Mark],
        sets: [Int64: GuardSet],
        secrets: LedgerSecrets,
        payloads: PayloadCheck
    ) {
        self.findings = findings
        self.marks = marks.sorted { $0.checkpoint.size < $1.checkpoint.size }[...]
        self.sets = sets
        self.secrets = secrets
        self.payloads = payloads
    }

    /// Takes the next leaf.
    mutating func take(_ row: Row) {
        hold()
        let number: Int64 = row[0]
        if number != edge.size, !isBroken {
            isBroken = true
            findings.report(.leafMissing, "leaf \(edge.size) is not there; the next is \(number)")
        }
        let stored: Data = row[3]
        guard let source = LeafSource(rawValue: row[1]) else {
            findings.report(.recordChanged, "leaf \(number) is of no kind that there is")
            return grow(TreeHash(stored.prefix(TreeHash.length)) ?? .ofNothing, stored, number)
        }
        let name: LeafTableName = source.isEgress ? .egress : source == .retention ? .retention : .event
        let id: Int64 = row[2]
        let hash = leaf(row, source)?.hash
        order(name, id, number)
        if let hash {
            found[name, default: 0] += 1
            if hash != TreeHash(stored.prefix(TreeHash.length)) {
                findings.report(.recordChanged, "\(name.rawValue) \(id) is not what was recorded (leaf \(number))")
            }
        } else {
            findings.report(.recordDeleted, "\(name.rawValue) \(id) was recorded and is gone (leaf \(number))")
        }
        grow(TreeHash(stored.prefix(TreeHash.length)) ?? hash ?? .ofNothing, stored, number)
    }

    /// Ends the walk: what is signed beyond the end was cut off.
    mutating func finish() {
        hold()
        for mark in marks {
            findings.report(
                .cut,
                "\(mark.name) was signed at \(mark.checkpoint.size) leaves, and there are \(edge.size)"
            )
            tell(mark, isConsistent: false)
        }
        marks = []
        payloads.take(&gathered, isLast: true)
        findings.size = edge.size
        findings.root = edge.root
        findings.peaks = (0..<Int64.bitWidth - 1).reversed().map { 1 << Int64($0) }.filter { edge.size & $0 != 0 }
    }

    // MARK: The tree

    private mutating func grow(_ hash: TreeHash, _ stored: Data, _ number: Int64) {
        // With the hash that is stored: a row that was changed is then one problem, and not one of each node above it.
        let nodes = edge.append(hash)
        guard !isBroken else { return }
        let isSame =
            stored.count == nodes.count * TreeHash.length
            && stored.withUnsafeBytes { bytes in
                nodes.enumerated().allSatisfy { level, node in
                    withUnsafeBytes(of: node) { $0.elementsEqual(bytes[(level * 32)..<(level * 32 + 32)]) }
                }
            }
        if !isSame { findings.report(.nodeChanged, "the hashes above leaf \(number) are not those of its leaves") }
    }

    /// Holds the tree against what was signed at its size.
    private mutating func hold() {
        while let mark = marks.first, mark.checkpoint.size <= edge.size {
            marks.removeFirst()
            let isConsistent = mark.checkpoint.root == edge.root
            if !isConsistent {
                findings.report(
                    .forked,
                    "\(mark.name), signed at \(mark.checkpoint.size) leaves, is of another history"
                )
            }
            tell(mark, isConsistent: isConsistent)
        }
    }

    private mutating func tell(_ mark: Mark, isConsistent: Bool) {
        let isSigned = findings.key.map { $0.isKey(of: mark.note, named: mark.checkpoint.origin) } ?? false
        if !isSigned { findings.report(.unsigned, "\(mark.name) is not signed by the key of this ledger") }
        let size = mark.checkpoint.size
        if isSigned, isConsistent {
            findings.signed = max(findings.signed, size)
            findings.signedSizes.append(size)
        }
        if mark.isTold {
            findings.held.append(.init(name: mark.name, size: size, isSigned: isSigned, isConsistent: isConsistent))
        } else {
            findings.checkpoints += 1
        }
    }

    /// Leaves stand for rows in the order in which these were written.
    private mutating func order(_ name: LeafTableName, _ id: Int64, _ number: Int64) {
        let last = lastRows[name] ?? 0
        if id <= last {
            findings.report(.leafOutOfOrder, "\(name.rawValue) \(id) comes after \(last) (leaf \(number))")
        } else if id > last + 1 {
            findings.report(
                .gap,
                "\(name.rawValue) has nothing from \(last + 1) to \(id - 1)",
                count: Int(id - last - 1)
            )
            if name == .egress { findings.gaps += id - last - 1 }
        }
        lastRows[name] = max(last, id)
    }

    // MARK: The rows

    /// Verdicts of the guard after which something left, or nothing was held back by them.
    private static let notHeld: Set<String> = ["pseudonymised", "released", "denied", "reply_caught"]

    /// The leaf of the row as it is now; nil when it is gone.
    private mutating func leaf(_ row: Row, _ source: LeafSource) -> LeafText? {
        switch source {
        case .egress, .adoptedEgress:
            guard !row.hasNull(atIndex: Self.egress) else { return nil }
            let leaf = LeafRows.egress(row, from: Self.egress, sets: sets) { keyed($0) }
            count(leaf, source, sealed: row[Self.sealed])
            return leaf.text(source)
        case .event, .adoptedEvent:
            guard !row.hasNull(atIndex: Self.event) else { return nil }
            let leaf = LeafRows.event(row, from: Self.event, sets: sets)
            findings.events[leaf.verdict, default: 0] += 1
            if !Self.notHeld.contains(leaf.verdict) {
                findings.heldByClass[leaf.identityClass, default: 0] += 1
                findings.days[WallTime(milliseconds: leaf.time).day, default: .init()].held += 1
            }
            return leaf.text(source)
        case .retention:
            guard !row.hasNull(atIndex: Self.retention) else { return nil }
            let leaf = RetentionLeaf(
                id: row[Self.retention],
                time: row[Self.retention + 1],
                beforeDay: row[Self.retention + 2],
                payloads: row[Self.retention + 3]
            )
            // Only what the log says itself lets a payload be gone.
            if leaf.text.hash == TreeHash((row[3] as Data).prefix(TreeHash.length)) {
                forgottenBefore = max(forgottenBefore, Int(leaf.beforeDay))
            }
            return leaf.text
        }
    }

    private mutating func keyed(_ caller: String) -> [UInt8] {
        if let known = callers[caller] { return known }
        if callers.count > 100_000 { callers = [:] }
        let name = secrets.caller(caller)
        callers[caller] = name
        return name
    }

    private mutating func count(_ leaf: EgressLeaf, _ source: LeafSource, sealed: Data?) {
        let day = WallTime(milliseconds: leaf.time).day
        findings.records += 1
        if source == .adoptedEgress { findings.adopted += 1 }
        if leaf.purpose == EgressRecord.Purpose.probe.rawValue { findings.probes += 1 }
        findings.first = min(findings.first ?? .max, leaf.sequence)
        findings.last = max(findings.last ?? .min, leaf.sequence)
        findings.since = min(findings.since ?? .max, leaf.time)
        findings.until = max(findings.until ?? .min, leaf.time)
        findings.byBackend[leaf.backend, default: .init()].records += 1
        findings.byBackend[leaf.backend, default: .init()].bytes += leaf.bytesSent
        findings.days[day, default: .init()].byBackend[leaf.backend, default: 0] += 1
        if let sealed {
            payloadsFound += 1
            if leaf.isKept == true {
                gathered.append(.init(sequence: leaf.sequence, day: day, digest: leaf.digest, sealed: sealed))
                payloads.take(&gathered)
            } else {
                findings.report(.payloadExtra, "egress \(leaf.sequence) has a payload, and none was kept")
            }
        } else if leaf.isKept == true {
            let before = missing[day]
            missing[day] = ((before?.count ?? 0) + 1, min(before?.first ?? .max, leaf.sequence))
        } else {
            findings.payloadsNever += 1
        }
    }
}

extension NoteKey {
    /// Whether a note was signed with this key, under whatever name the log had then.
    func isKey(of note: SignedNote, named origin: String) -> Bool {
        note.isSigned(by: NoteKey(name: origin, key: key))
    }
}
