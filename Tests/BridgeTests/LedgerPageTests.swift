import Foundation
import GRDB
import Routing
import TestSupport
import Testing

@testable import Bridge

@Suite("The page about the ledger says what the ledger has", .timeLimit(.minutes(1)))
struct LedgerPageTests {
    private let page: String

    init() throws {
        page = try String(
            contentsOf: Daemonette.repository.appendingPathComponent("docs/ledger.md"),
            encoding: .utf8
        )
    }

    /// The columns that a section's table names, by section.
    private var columns: [String: [String]] {
        var columns: [String: [String]] = [:]
        for section in page.components(separatedBy: "\n## `").dropFirst() {
            let name = String(section.prefix { $0 != "`" })
            let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
            columns[name] = rows.flatMap { row in
                let cell = row.dropFirst(2).prefix { $0 != "|" }
                return cell.split(separator: "`").enumerated().filter { $0.offset.isMultiple(of: 2) }
                    .map { String($0.element) }.filter { $0.allSatisfy { $0.isLetter || $0 == "_" } }
            }
        }
        return columns
    }

    /// The statements that stand on it.
    private var queries: [String] {
        page.components(separatedBy: "\n\n").filter { $0.hasPrefix("    SELECT") || $0.hasPrefix("    WITH") }
    }

    @Test("every table and every column stands on it, and none that is not there")
    func tables() throws {
        let bench = try LedgerBench()
        defer { bench.clean() }
        let ledger = try bench.open()
        defer { ledger.close() }
        let columns = columns
        let found = try ledger.pool.read { db in
            let names = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')
                        AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
                    """
            )
            return try Dictionary(
                uniqueKeysWithValues: names.map { name in (name, try db.columns(in: name).map(\.name)) }
            )
        }
        for (table, names) in found {
            #expect(columns[table]?.sorted() == names.sorted(), "\(table)")
        }
        #expect(Set(columns.keys) == Set(found.keys))
    }

    @Test("its queries run on a real ledger, and find what was done")
    func queries() async throws {
        let upstream = JobUpstream.saying { $0.contains("never") ? nil : "Blue." }
        let bench = try JobBench(alpha: upstream.url)
        defer {
            upstream.stop()
            bench.clean()
        }
        try await bench.running { parts async throws in
            let jobs = try await parts.jobs.numbers([
                "action": "submit",
                "jobs": [
                    ["think": ["task": "say one word", "caller": "ann"]],
                    ["think": ["task": "never"], "attempts": 2, "backoff_s": 600],
                ],
            ])
            #expect(try await parts.jobs.becomes(jobs[0], "done"))
            #expect(try await eventually { try await parts.jobs.show(jobs[1])["not_before"] != nil })
            let thought = try #require(try parts.ledger.attempts(of: jobs[0]).first?.thought)
            _ = try await parts.ledger.rate(thought, stars: 4)
            let (alpha, beta) = (try #require(BackendID("alpha")), try #require(BackendID("beta")))
            let migration = Migration(
                id: 0,
                from: alpha,
                to: beta,
                strategy: .immediateCutover,
                steps: [.share(100)],
                gate: MigrationGate(),
                maxCost: NanoDollars(0)
            )
            _ = try parts.ledger.begin(migration)
            _ = try await parts.ledger.begin(Experiment(id: 0, a: .rules, b: .preference(.quality)))
            let queries = queries
            #expect(queries.count >= 10)
            var empty: [String] = []
            for query in queries {
                let rows = try parts.ledger.pool.read { db in try Row.fetchAll(db, sql: query) }
                if rows.isEmpty { empty.append(query) }
            }
            // Nobody was left out, there is one backend, no job was tried twice yet, and the guard held nothing back.
            let without = ["json_each(rejected_backends)", "json_array_length", "attempts > 1", "guard_event"]
            #expect(empty.allSatisfy { query in without.contains(where: query.contains) }, "\(empty)")
        }
    }
}
