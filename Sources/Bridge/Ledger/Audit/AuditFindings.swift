internal import Foundation

/// What a full audit of a ledger found.
public struct AuditFindings: Sendable {
    /// Something that is not as it should be.
    public struct Problem: Sendable, Hashable {
        /// Which verdict it is against.
        public enum Verdict: String, Sendable {
            /// What is there is what was recorded.
            case integrity
            /// All that was recorded is there.
            case completeness
        }

        /// What kind of problem it is.
        public enum Kind: String, Sendable, CaseIterable {
            case recordChanged = "record_changed"
            case recordDeleted = "record_deleted"
            case recordUnlogged = "record_unlogged"
            case leafMissing = "leaf_missing"
            case leafOutOfOrder = "leaf_out_of_order"
            case nodeChanged = "node_changed"
            case forked, cut, unsigned, gap
            case payloadChanged = "payload_changed"
            case payloadMissing = "payload_missing"
            case payloadExtra = "payload_extra"
            case endWithoutRecord = "end_without_record"

            /// Which verdict it is against.
            public var verdict: Verdict {
                switch self {
                case .recordChanged, .leafOutOfOrder, .nodeChanged, .forked, .unsigned, .payloadChanged, .payloadExtra:
                    .integrity
                case .recordDeleted, .recordUnlogged, .leafMissing, .cut, .gap, .payloadMissing, .endWithoutRecord:
                    .completeness
                }
            }
        }

        /// What kind of problem it is.
        public let kind: Kind
        /// What it is about, in a sentence. No text of a request stands in it.
        public let sentence: String
    }

    /// A checkpoint that the ledger was held against.
    struct Held: Sendable {
        let name: String
        let size: Int64
        let isSigned: Bool
        let isConsistent: Bool
    }

    /// Payloads that were read again.
    struct Rescan: Sendable {
        var scanned = 0
        var found = 0
        var byClass: [String: Int] = [:]
        /// The first sequence numbers with a finding.
        var sequences: [Int64] = []
    }

    /// Requests of a day, by backend, and what was held back that day.
    struct Day: Sendable {
        var byBackend: [String: Int] = [:]
        var held = 0
    }

    struct Totals: Sendable {
        var records = 0
        var bytes: Int64 = 0
    }

    let ledger: String
    let time: Date
    var seconds = 0.0
    var isRescanWanted = false

    var records = 0
    var adopted = 0
    var probes = 0
    var first: Int64?
    var last: Int64?
    var gaps: Int64 = 0
    var unsettled = 0
    var since: Int64?
    var until: Int64?
    var byBackend: [String: Totals] = [:]
    var events: [String: Int] = [:]
    var heldByClass: [String: Int] = [:]
    var days: [Int: Day] = [:]

    var size: Int64 = 0
    var root = TreeHash.ofNothing
    var peaks: [Int64] = []
    var key: NoteKey?
    var checkpoints = 0
    /// Leaves under the last checkpoint that holds.
    var signed: Int64 = 0
    var signedSizes: [Int64] = []
    var held: [Held] = []

    var payloadsKept = 0
    var payloadsForgotten = 0
    var payloadsNever = 0
    var rescan: Rescan?
    var invariance: InvarianceResult?

    /// The first problems, in the order in which they were found.
    public internal(set) var problems: [Problem] = []
    /// How many there are.
    public internal(set) var problemCounts: [Problem.Kind: Int] = [:]

    init(ledger: String, time: Date) {
        self.ledger = ledger
        self.time = time
    }

    /// So many are told one by one.
    static let mostProblems = 50

    mutating func report(_ kind: Problem.Kind, _ sentence: String, count: Int = 1) {
        problemCounts[kind, default: 0] += count
        if problems.count < Self.mostProblems { problems.append(Problem(kind: kind, sentence: sentence)) }
    }

    /// How many problems there are in all.
    public var problemCount: Int { problemCounts.values.reduce(0, +) }

    /// Whether nothing is against that verdict.
    public func holds(_ verdict: Problem.Verdict) -> Bool { !problemCounts.keys.contains { $0.verdict == verdict } }

    /// Whether both verdicts hold, and no payload that is still there holds a term of today's identities.
    public var isOK: Bool { problemCount == 0 && (rescan?.found ?? 0) == 0 }

    /// What no ledger can show.
    static let limits = [
        "Bytes that left this machine around the bridge, or around its ledger: only a capture of the network shows these.",
        "Whether the records since the last checkpoint are all there: they are signed every minute and at a clean stop.",
        "A history that whoever holds the signing key wrote anew: only a checkpoint that was put elsewhere shows it. "
            + "Pin one: `workshop audit checkpoint > FILE`.",
        "What was changed in records before they were taken into the tree (those that are counted as adopted).",
        "Whether answers, costs and ratings were changed: the tree holds what left and what was held back.",
        "Leaks that today's identities and detectors do not know; keys in headers were taken out before payloads were kept.",
    ]
}

/// What the test of byte invariance left beside the ledger.
struct InvarianceResult: Sendable, Decodable {
    var time: String
    var version: String?
    var personas: Int
    var tasks: Int
    var requests: Int
    var differing: Int

    /// The result beside a ledger; nil without one.
    static func read(beside ledger: String) -> InvarianceResult? {
        FileManager.default.contents(atPath: LedgerFiles.invariance(ledger))
            .flatMap { try? JSONDecoder().decode(InvarianceResult.self, from: $0) }
    }
}

/// What is kept of the last full audit, for those who ask the daemon.
struct AuditSummary: Sendable, Codable, Equatable {
    var time: String
    var ok: Bool
    var records: Int
    var problems: Int
    var scanned: Int?
    var found: Int?

    static func read(beside ledger: String) -> AuditSummary? {
        FileManager.default.contents(atPath: LedgerFiles.lastAudit(ledger))
            .flatMap { try? JSONDecoder().decode(AuditSummary.self, from: $0) }
    }

    /// Keeps it beside the ledger, for the owner alone.
    func keep(beside ledger: String) throws {
        let path = LedgerFiles.lastAudit(ledger)
        try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
        try PrivateFile.protect(path)
    }
}

extension AuditFindings {
    var summary: AuditSummary {
        AuditSummary(
            time: time.formatted(.iso8601),
            ok: isOK,
            records: records,
            problems: problemCount,
            scanned: rescan?.scanned,
            found: rescan?.found
        )
    }
}
