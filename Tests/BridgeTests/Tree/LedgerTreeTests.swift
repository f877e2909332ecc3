import Foundation
import GRDB
import Persona
import Testing

@testable import Bridge
@testable import Routing

@Suite("the ledger proves itself", .timeLimit(.minutes(2)))
struct LedgerTreeTests {
    private let bench: LedgerBench
    private let noon = Date(timeIntervalSince1970: 1_763_726_400)  // 2025-11-21 12:00:00 UTC

    init() throws {
        bench = try LedgerBench()
    }

    private func audit(_ pinned: String? = nil) throws -> AuditFindings {
        try LedgerAudit(ledger: bench.path).run(pinned: pinned.map { [("pin", $0)] } ?? [])
    }

    /// A configuration whose personas are guarded today.
    private func config(_ terms: [(class: IdentityClass, text: String)]) throws -> BridgeConfig {
        let yaml = """
            server: {socket: \(bench.folder.path)/w.sock, personas: \(Daemonette.personas)}
            ledger: {path: \(bench.path)}
            backends:
              alpha: {url: "http://127.0.0.1:1", model: m, role: local, local: true, prices: {input: 0, output: 0}}
            """
        let file = bench.folder.appendingPathComponent("backends.yaml").path
        try yaml.write(toFile: file, atomically: true, encoding: .utf8)
        var config = try ConfigLoader.load(file, environment: ["HOME": bench.folder.path])
        config.personas = [
            PersonaCard(id: try #require(PersonaID("timmy")), identity: Identity(terms: terms), voice: .plain)
        ]
        return config
    }

    private func files() throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: bench.folder.path)
        return Dictionary(
            names.compactMap { name in
                FileManager.default.contents(atPath: bench.folder.appendingPathComponent(name).path).map { (name, $0) }
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    // MARK: The tree

    @Test("hundreds at once, in shared commits, are one leaf each, and the tree holds")
    func concurrent() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        let record = try bench.record()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<300 { group.addTask { _ = try? await ledger.willSend(record) } }
        }
        #expect(try await ledger.pool.read { try LeafTable.size($0) } == 300)
        ledger.close()
        let findings = try audit()
        #expect((findings.size, findings.records, findings.problemCount) == (300, 300, 0))
    }

    @Test("a request whose leaf cannot be written is not sent")
    func noLeaf() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        try await ledger.pool.write { try $0.execute(sql: "DROP TABLE leaf") }
        let record = try bench.record()
        await #expect(throws: LedgerUnavailable.self) { _ = try await ledger.willSend(record) }
        #expect(try await ledger.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM egress") } == 0)
        ledger.close()
    }

    @Test("two that write in turn, in two processes as it were, make one tree")
    func inTurn() async throws {
        defer { bench.clean() }
        let (one, other) = (try bench.open(), try bench.open())
        for _ in 0..<5 {
            _ = try await one.willSend(bench.record())
            _ = try await other.willSend(bench.record())
        }
        _ = try one.checkpoint()
        one.close()
        other.close()
        let findings = try audit()
        #expect((findings.size, findings.problemCount) == (10, 0))
    }

    @Test("an audit while the ledger is open and has signed nothing yet is well, and says how much is not signed")
    func whileOpen() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        for _ in 0..<3 { _ = try await ledger.willSend(bench.record()) }
        let findings = try audit()
        #expect((findings.isOK, findings.size, findings.signed, findings.unsettled) == (true, 3, 0, 3))
        ledger.close()
    }

    @Test("nothing is signed twice, and what is signed stands beside the ledger, for the owner alone")
    func signed() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        _ = try await ledger.willSend(bench.record())
        let note = try ledger.checkpoint()
        #expect(try ledger.checkpoint() == note)
        #expect(CheckpointKeeper.head(bench.path) == note)
        for file in [LedgerFiles.head(bench.path), LedgerFiles.signer(bench.path)] {
            let rights = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(rights == 0o600)
        }
        _ = try await ledger.willSend(bench.record())
        #expect(try ledger.checkpoint() != note)
        ledger.close()
        #expect(try audit(note.description).isOK)
    }

    @Test("a request is proved to anybody who has the key, and to nobody after it was changed")
    func proved() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        for index in 0..<7 { _ = try await ledger.willSend(bench.record(caller: "ann", text: "task \(index)")) }
        ledger.close()
        let tree = LedgerTree(ledger: bench.path)
        let proof = try tree.prove(4)
        let proven = try tree.check(proof, key: tree.key())
        #expect((proven.holds, proven.isThere) == (true, true))
        #expect(proven.leaf.hasPrefix("workshop-ledger/1 egress\nseq 1 4\n"))
        #expect(!proven.leaf.contains("ann") && !proven.leaf.contains("task 3"))
        #expect(throws: LedgerAudit.Failure.self) { try tree.prove(8) }
        let queue = try DatabaseQueue(path: bench.path)
        try await queue.write { try $0.execute(sql: "UPDATE egress SET backend = 'beta' WHERE seq = 4") }
        try queue.close()
        let later = try tree.check(proof, key: tree.key())
        #expect((later.holds, later.isThere) == (true, false))
    }

    @Test("the leaf's bytes are those of the documentation")
    func leafBytes() {
        let leaf = EgressLeaf(
            sequence: 12,
            time: 1_763_726_400_000,
            purpose: "thought",
            backend: "alpha",
            model: "m\u{E9}",
            thought: nil,
            attempt: 1,
            kind: "general",
            caller: [0xAB, 0x01],
            bytesSent: 2,
            digest: Data([0xFF]),
            isKept: true,
            standIns: 0,
            guardSet: GuardSet(id: 3, version: "0.1.0", identity: Data([0x0A]))
        )
        #expect(
            String(decoding: leaf.text(.egress).bytes, as: UTF8.self) == """
                workshop-ledger/1 egress
                seq 2 12
                time_ms 13 1763726400000
                purpose 7 thought
                backend 5 alpha
                model 3 m\u{E9}
                attempt 1 1
                kind 7 general
                caller 4 ab01
                bytes_sent 1 2
                digest 2 ff
                payload 1 1
                stand_ins 1 0
                guard 5 0.1.0
                identity 2 0a

                """
        )
    }

    // MARK: Older ledgers

    @Test("the rows of an older ledger are taken into the tree, as older ones, and are safe from then on")
    func adopted() async throws {
        defer { bench.clean() }
        try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
        let old = try DatabaseQueue(path: bench.path)
        try LedgerSchema.migrator(LedgerSecrets([1])).migrate(old, upTo: "3: selection history, jobs, sums by day")
        try await old.write { db in
            for seq in 1...5 {
                try db.execute(
                    sql:
                        "INSERT INTO egress VALUES (?, ?, 'thought', 'alpha', 'm', 't', 1, 'general', 'ann', 2, x'00')",
                    arguments: [seq, 1_763_726_400_000]
                )
            }
            try db.execute(sql: "INSERT INTO guard_event VALUES (1, 1763726400000, 'refused', 'place', 'task', NULL)")
        }
        try old.close()
        let ledger = try bench.open(at: noon)
        _ = try await ledger.willSend(bench.record())
        ledger.close()
        let findings = try audit()
        #expect((findings.isOK, findings.size, findings.adopted, findings.records) == (true, 7, 5, 6))
        let queue = try DatabaseQueue(path: bench.path)
        try await queue.write { try $0.execute(sql: "UPDATE egress SET caller = 'bob' WHERE seq = 2") }
        try queue.close()
        #expect(try audit().problems.map(\.kind) == [.recordChanged])
    }

    // MARK: Configuration

    @Test(
        "the keys of the configuration are read, and a name that no key may have is a problem",
        arguments: [
            (
                "payloads: false, retention_days: 30, origin: example.org/w",
                Ledger.Settings?.some(.init(keepsPayloads: false, retentionDays: 30, origin: "example.org/w"))
            ),
            ("retention_days: 0", .some(.init())), ("origin: a b", nil), ("origin: a+b", nil),
            ("retention_days: -1", nil),
        ]
    )
    func keys(section: String, expected: Ledger.Settings?) throws {
        defer { bench.clean() }
        try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
        let yaml = """
            server: {socket: \(bench.folder.path)/w.sock, personas: \(Daemonette.personas)}
            ledger: {path: \(bench.path), \(section)}
            backends:
              alpha: {url: "http://127.0.0.1:1", model: m, role: local, local: true, prices: {input: 0, output: 0}}
            """
        let file = bench.folder.appendingPathComponent("backends.yaml").path
        try yaml.write(toFile: file, atomically: true, encoding: .utf8)
        let config = try? ConfigLoader.load(file, environment: ["HOME": bench.folder.path])
        #expect(config?.ledger.settings == expected)
    }

    // MARK: Payloads

    @Test("payloads are nowhere in plain, keys are kept nowhere, and what is kept is what was sent")
    func sealed() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: noon)
        let receipt = try await ledger.willSend(bench.record(text: "{\"content\":\"a very plain prompt\"}"))
        let sealed = try #require(
            try await ledger.pool.read { db in
                try Data.fetchOne(db, sql: "SELECT sealed FROM payload WHERE seq = ?", arguments: [receipt.sequence])
            }
        )
        ledger.close()
        for (name, bytes) in try files() {
            #expect(bytes.range(of: Data("plain prompt".utf8)) == nil, "\(name)")
            #expect(bytes.range(of: Data("sk-123".utf8)) == nil, "\(name)")
        }
        let key = try #require(DayKeys(folder: LedgerFiles.days(bench.path)).kept(20_413))
        let payload = try key.open(sealed)
        #expect(
            String(decoding: payload, as: UTF8.self)
                == "POST http://h/v1\nAccept: */*\nAuthorization: \n\n{\"content\":\"a very plain prompt\"}"
        )
        let request = try #require(Payload.request(payload))
        #expect((request.url, request.headers.count) == ("http://h/v1", 2))
        #expect(String(decoding: request.body, as: UTF8.self) == "{\"content\":\"a very plain prompt\"}")
    }

    @Test("equal prompts look alike to nobody: neither payloads nor, on other days, digests")
    func unlinkable() async throws {
        defer { bench.clean() }
        for day in [0.0, 0, 1] {
            let ledger = try bench.open(at: noon.addingTimeInterval(day * 86_400))
            _ = try await ledger.willSend(bench.record())
            ledger.close()
        }
        let ledger = try bench.open()
        let (sealed, digests) = try await ledger.pool.read { db in
            (
                try Data.fetchAll(db, sql: "SELECT sealed FROM payload"),
                try Data.fetchAll(db, sql: "SELECT digest FROM egress ORDER BY seq")
            )
        }
        ledger.close()
        #expect(Set(sealed).count == 3)
        #expect(digests[0] == digests[1] && digests[1] != digests[2])
    }

    @Test("without payloads nothing is kept, and the tree holds")
    func without() async throws {
        defer { bench.clean() }
        let ledger = try Ledger(path: bench.path, settings: .init(keepsPayloads: false))
        _ = try await ledger.willSend(bench.record())
        ledger.close()
        let findings = try audit()
        #expect((findings.isOK, findings.payloadsKept, findings.payloadsNever) == (true, 0, 1))
    }

    @Test("a day whose key is deleted is forgotten for ever, is on record as such, and the tree still holds")
    func retention() async throws {
        defer { bench.clean() }
        for day in 0..<3 {
            let ledger = try bench.open(at: noon.addingTimeInterval(Double(day) * 86_400))
            for _ in 0..<4 { _ = try await ledger.willSend(bench.record()) }
            ledger.close()
        }
        let pinned = try LedgerTree(ledger: bench.path).checkpoint()
        #expect(try LedgerTree(ledger: bench.path).forgetPayloads(before: 20_415) == 8)
        let keys = try files().keys.filter { $0.hasSuffix(".key") && $0.contains("days") }
        #expect(keys == ["ledger.db.days/2025-11-23.key"])
        let findings = try audit(pinned)
        #expect(findings.problems.map(\.sentence) == [])
        #expect((findings.payloadsKept, findings.payloadsForgotten, findings.size) == (4, 8, 13))
        // A second time there is nothing to do, and no leaf.
        #expect(try LedgerTree(ledger: bench.path).forgetPayloads(before: 20_415) == 0)
        #expect(try audit().size == 13)
    }

    @Test("a day's key that is gone without a word is a problem")
    func keyless() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: noon)
        for _ in 0..<2 { _ = try await ledger.willSend(bench.record()) }
        ledger.close()
        try FileManager.default.removeItem(atPath: LedgerFiles.days(bench.path) + "/2025-11-21.key")
        let findings = try audit()
        #expect(findings.problemCounts == [.payloadMissing: 2])
        #expect(findings.holds(.integrity))
    }

    @Test("the daemon forgets what the configuration says, and never today")
    func configured() async throws {
        defer { bench.clean() }
        for day in 0..<4 {
            let ledger = try Ledger(path: bench.path, settings: .init(retentionDays: 1)) {
                noon.addingTimeInterval(Double(day) * 86_400)
            }
            _ = try await ledger.willSend(bench.record())
            ledger.forgetOldPayloads()
            #expect(try ledger.forgetPayloads(before: 99_999) == (day == 0 ? 0 : 1))
            #expect(try await ledger.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM payload") } == 1)
            ledger.close()
        }
        #expect(try audit().isOK)
    }

    // MARK: The audit

    @Test("payloads are read again with the identities of today: counts and numbers, never the text")
    func rescan() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        for text in ["hello", "where is Lantern Mill", "hello", "ask Rosalind Quarrington", "lantern mill again"] {
            _ = try await ledger.willSend(bench.record(text: "{\"content\":\"\(text)\"}"))
        }
        ledger.close()
        let config = try config([(.place, "Lantern Mill"), (.person, "Rosalind Quarrington")])
        let audit = LedgerAudit(config)
        let findings = try audit.run()
        let rescan = try #require(findings.rescan)
        #expect((rescan.scanned, rescan.found) == (5, 3))
        #expect(rescan.byClass == ["place": 2, "person": 1])
        #expect(rescan.sequences == [2, 4, 5])
        #expect(!findings.isOK && findings.problemCount == 0)
        for text in [findings.json, findings.page, findings.rows.joined().joined()] {
            #expect(!text.contains("Lantern") && !text.contains("Quarrington"))
        }
        #expect(try audit.run(rescans: false).isOK)
        #expect(try LedgerAudit(try self.config([(.place, "Elsewhere Manor")])).run().isOK)
    }

    @Test("the daemon tells the tree, the last audit, and the result of the test of invariance")
    func told() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        _ = try await ledger.willSend(bench.record(text: "{\"content\":\"lantern mill\"}"))
        var report = try await ledger.audit().proof
        #expect((report.size, report.isContinued) == (1, false))
        #expect(report.verified == nil && report.invariance == nil)
        _ = try ledger.checkpoint()
        let audit = LedgerAudit(try config([(.place, "Lantern Mill")]))
        try audit.keep(try audit.run())
        let result = """
            {"time": "2026-11-20T22:00:00Z", "version": "0.1.0", "personas": 8, "tasks": 200, "requests": 9, "differing": 0,
             "mutants": {"made": 22}}
            """
        try Data(result.utf8).write(to: URL(fileURLWithPath: LedgerFiles.invariance(bench.path)))
        report = try await ledger.audit().proof
        #expect(report.isContinued)
        #expect((report.verified?.ok, report.verified?.records, report.verified?.problems) == (false, 1, 0))
        #expect((report.verified?.scanned, report.verified?.found) == (1, 1))
        #expect((report.invariance?.personas, report.invariance?.differing) == (8, 0))
        #expect((report.payloadsKept, report.payloadsDeleted) == (1, 0))
        ledger.close()
    }

    @Test("leaves say which guard read them: the same for the same terms, whatever their order")
    func guarded() async throws {
        defer { bench.clean() }
        let ledger = try bench.open()
        func card(_ terms: [(class: IdentityClass, text: String)]) throws -> PersonaCard {
            PersonaCard(id: try #require(PersonaID("timmy")), identity: Identity(terms: terms), voice: .plain)
        }
        try ledger.isGuarding([card([(.name, "Timmy"), (.place, "Lantern Mill")])])
        _ = try await ledger.willSend(bench.record())
        try ledger.isGuarding([card([(.place, "Lantern Mill"), (.name, "Timmy")])])
        _ = try await ledger.willSend(bench.record())
        try ledger.isGuarding([card([(.name, "Timmy")])])
        _ = try await ledger.willSend(bench.record())
        let sets = try await ledger.pool.read { db in
            try Int64.fetchAll(db, sql: "SELECT guard_set FROM egress ORDER BY seq")
        }
        #expect(sets == [1, 1, 2])
        ledger.close()
        #expect(try audit().isOK)
        for (name, bytes) in try files() { #expect(bytes.range(of: Data("Lantern".utf8)) == nil, "\(name)") }
    }

    @Test("the report is JSON, and a page that needs nothing from elsewhere and is well-formed")
    func reports() async throws {
        defer { bench.clean() }
        let ledger = try bench.open(at: noon)
        for name in ["alpha", "beta", "alpha"] { _ = try await ledger.willSend(bench.record(name)) }
        await ledger.decided(try bench.decision(cost: nil))
        ledger.close()
        let findings = try audit()
        let json = try #require(try JSONSerialization.jsonObject(with: Data(findings.json.utf8)) as? [String: Any])
        #expect(json["ok"] as? Bool == true)
        #expect((json["tree"] as? [String: Any])?["size"] as? Int == 3)
        let page = findings.page
        for foreign in ["<script", "http://", "https://", "url(", "@import", "src="] {
            #expect(!page.contains(foreign))
        }
        let marks = try Regex("<(/?)([a-z0-9]+)[^>]*?(/?)>")
        var open: [Substring] = []
        for match in page.matches(of: marks) {
            let name = try #require(match.output[2].substring)
            if ["meta", "br"].contains(name) || match.output[3].substring == "/" { continue }
            if match.output[1].substring == "/" { #expect(open.popLast() == name) } else { open.append(name) }
        }
        #expect(open.isEmpty)
        #expect(AuditFindings.escaped("<b a=\"'&\u{7}") == "&lt;b a=&quot;&#39;&amp;\u{FFFD}")
    }
}
