public import Foundation
internal import GRDB
internal import Routing

/// The usage log of a ledger: one line of JSON for each request of a thought, the oldest first.
///
/// It reads beside the daemon and disturbs it in nothing. There is no text to be told: the ledger holds none.
public struct UsageExport: Sendable {
    /// Why a ledger cannot be read.
    public struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        /// What to do.
        public var description: String { "the ledger \(path) cannot be read: \(reason)" }
    }

    private let path: String

    /// The usage log of the ledger at that path.
    public init(ledger path: String) {
        self.path = path
    }

    /// Gives the lines, each with its LF, one after the other as they are read.
    /// - Parameters:
    ///   - since: requests that left then or later.
    ///   - until: requests that left before.
    ///   - onLine: an error of it ends the reading, and is thrown on.
    public func run(since: Date? = nil, until: Date? = nil, onLine: ([UInt8]) throws -> Void) throws {
        do {
            // SQLite would say "out of memory" or make a new file.
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw Failure(path: path, reason: LedgerFiles.missing)
            }
            var configuration = Configuration()
            configuration.readonly = true
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let bounds = [since.map(Self.milliseconds) ?? .min, until.map(Self.milliseconds) ?? .max]
            try database.read { db in
                guard try db.tableExists("usage_day") else {
                    throw Failure(path: path, reason: "it is an older one; start the daemon once")
                }
                let rows = try Row.fetchCursor(db, sql: Self.sql, arguments: StatementArguments(bounds))
                while let row = try rows.next() { try onLine(Self.line(row)) }
            }
        } catch let error as DatabaseError {
            throw Failure(path: path, reason: "\(error.extendedResultCode): \(error.message ?? "no message")")
        }
    }

    private static func milliseconds(_ date: Date) -> Int64 {
        // A date may be further away than an integer reaches.
        Int64(min(max(date.timeIntervalSince1970 * 1_000, -1e15), 1e15))
    }

    private static let sql = """
        SELECT e.time_ms, e.seq, e.thought, e.attempt, e.purpose, e.backend, COALESCE(p.model_used, e.model), e.kind,
            e.caller, p.tier, p.outcome, p.response_time_us, p.first_token_us, p.input_uncached, p.input_cache_read,
            p.input_cache_write, p.output_visible, p.output_reasoning, p.usage_source, p.cost_nanousd, p.quality_score
        FROM egress e LEFT JOIN backend_performance p USING (seq)
        WHERE e.purpose != 'probe' AND e.time_ms >= ? AND e.time_ms < ? ORDER BY e.seq
        """

    private static func line(_ row: Row) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("time")
            json.string(Date(timeIntervalSince1970: Double(row[0] as Int64) / 1_000).formatted(timeStyle))
            json.key("seq")
            json.integer(row[1] as Int64)
            json.key("thought")
            json.string(orNull: row[2])
            json.key("attempt")
            json.integer(row[3] as Int64)
            let names: [(StaticString, Int)] = [
                ("purpose", 4), ("backend", 5), ("model", 6), ("kind", 7), ("caller", 8), ("tier", 9), ("outcome", 10),
            ]
            for (name, index) in names {
                json.key(name)
                json.string(orNull: row[index])
            }
            json.key("ms")
            json.number(orNull: (row[11] as Int64?).map { Double($0) / 1_000 })
            json.key("first_token_ms")
            json.number(orNull: (row[12] as Int64?).map { Double($0) / 1_000 })
            let counts: [(StaticString, Int)] = [
                ("input_uncached", 13), ("input_cache_read", 14), ("input_cache_write", 15), ("output_visible", 16),
                ("output_reasoning", 17),
            ]
            for (name, index) in counts {
                json.key(name)
                if let count: Int64 = row[index] { json.integer(count) } else { json.null() }
            }
            json.key("source")
            json.string(orNull: row[18])
            json.key("cost_usd")
            json.number(orNull: (row[19] as Int64?).map { NanoDollars($0).dollars })
            json.key("quality")
            json.number(orNull: row[20])
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    /// `2026-11-21T01:02:03.456Z`
    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

extension JSONWriter {
    fileprivate mutating func string(orNull value: String?) {
        if let value { string(value) } else { null() }
    }

    fileprivate mutating func number(orNull value: Double?) {
        if let value { number(value) } else { null() }
    }
}

extension BridgeConfig {
    /// Where the ledger is.
    public var ledgerPath: String { ledger.path }
}
