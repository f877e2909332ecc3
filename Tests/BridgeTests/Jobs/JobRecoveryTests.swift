import Foundation
import GRDB
import Persona
import Routing
import TestSupport
import Testing

@testable import Bridge

#if canImport(Glibc)
    import Glibc
#endif

@Suite("No accepted job is lost to a sudden end, and none is done twice", .timeLimit(.minutes(2)))
struct JobRecoveryTests {
    /// How far an attempt had come when the daemon died.
    enum Point: String, CaseIterable, Sendable {
        case textsOnly, accepted, begun, sent, sentIdempotent, sentLastTry, answered
    }

    /// Leaves a folder as a daemon leaves it that dies there.
    private func die(at point: Point, in bench: JobBench) async throws {
        let parts = try bench.open()
        defer { parts.close() }
        let origin = try parts.jobs.service.origin(persona: nil, caller: nil)
        let owner = parts.memory.digests(of: origin).owner
        let task = StoredTask(think: #"{"task":"say one word"}"#, names: [:])
        try parts.jobs.texts.keep([(1, task.json)], of: owner)
        guard point != .textsOnly else { return }
        try parts.ledger.accept([
            JobRow(
                id: 1,
                peer: 0,
                owner: owner,
                priority: 5,
                isIdempotent: [.sentIdempotent, .sentLastTry].contains(point),
                tries: point == .sentLastTry ? 1 : 3,
                triesLeft: point == .sentLastTry ? 1 : 3,
                backoff: 0,
                submitted: parts.ledger.nowMilliseconds
            )
        ])
        guard point != .accepted else { return }
        _ = try parts.ledger.begin(1, thought: "abc")
        guard point != .begun else { return }
        let bench = try LedgerBench()
        // Another thought's request is not this one's.
        _ = try await parts.ledger.willSend(bench.record(thought: "other"))
        _ = try await parts.ledger.willSend(bench.record(thought: "abc"))
        guard point == .answered else { return }
        let result = JobTexts.Result(
            thought: "abc",
            text: "Red.",
            plain: "Red.",
            backend: "alpha",
            model: "m",
            kind: "general"
        )
        #expect(try parts.jobs.texts.keep(result, of: 1))
    }

    @Test("wherever it died, the job comes to its end once, or says why not", arguments: Point.allCases)
    func dies(at point: Point) async throws {
        let upstream = JobUpstream.saying { _ in "Blue." }
        let bench = try JobBench(alpha: upstream.url)
        defer {
            upstream.stop()
            bench.clean()
        }
        try await die(at: point, in: bench)
        try await bench.running { parts async throws in
            let queue = parts.jobs
            let asked = { upstream.requests.count { !$0.hasPrefix("GET") } }
            switch point {
            case .textsOnly:
                // It was never accepted: nothing is left, and its number goes to the next.
                #expect(try await queue.submit("another")[0] == 1)
                #expect(try await queue.becomes(1, "done"))
                #expect(try await queue.show(1)["task"] as? String == "another")
            case .accepted, .begun, .sentIdempotent:
                #expect(try await queue.becomes(1, "done"))
                #expect(asked() == 1)
                #expect(try await queue.text(1)?.contains("Blue.") == true)
                let tries = try await queue.show(1)["tries"] as? [[String: Any]] ?? []
                let outcomes = tries.map { $0["outcome"] as? String }
                #expect(
                    outcomes == [.accepted: ["done"], .begun: ["not_sent", "done"]][point] ?? ["interrupted", "done"]
                )
            case .sent, .sentLastTry:
                #expect(try await queue.becomes(1, "interrupted"))
                #expect(asked() == 0)
                _ = try await queue.ask(["action": "retry", "job": 1])
                #expect(try await queue.becomes(1, "done"))
                #expect(asked() == 1)
            case .answered:
                #expect(try await queue.becomes(1, "done"))
                #expect(try await queue.text(1) == "Red.")
                #expect(asked() == 0)
            }
        }
    }

    @Test("an attempt that was not sent costs no attempt")
    func givesBack() async throws {
        let bench = try JobBench(alpha: "http://127.0.0.1:1") { $0.jobs.inFlight = 0 }
        defer { bench.clean() }
        try await die(at: .begun, in: bench)
        try await bench.running { parts async throws in
            #expect(try await parts.jobs.becomes(1, "queued"))
            #expect(try await parts.jobs.show(1)["attempts_left"] as? Int == 3)
        }
    }

    @Test("a row whose texts are gone is gone too")
    func forgotten() async throws {
        let bench = try JobBench(alpha: "http://127.0.0.1:1")
        defer { bench.clean() }
        try await die(at: .accepted, in: bench)
        let parts = try bench.open()
        try parts.jobs.texts.delete([1])
        parts.close()
        try await bench.running { parts async throws in
            #expect(try await eventually { try await parts.jobs.ask(["action": "list"])["total"] as? Int == 0 })
        }
    }

    @Test("a text that goes while its job waits gives its place to the next, and those that need it fail")
    func forgottenWhileWaiting() async throws {
        let (gate, begun) = (Gate(), Gate())
        let upstream = JobUpstream.saying { request in
            guard request.contains("slow") else { return "Yes." }
            begun.open()
            gate.wait()
            return "At last."
        }
        let bench = try JobBench(alpha: upstream.url) { $0.jobs.inFlight = 1 }
        defer {
            upstream.stop()
            bench.clean()
        }
        try await bench.running { parts async throws in
            let jobs = try await parts.jobs.submit("slow", "lost", "next")
            let needing = try await parts.jobs.submit("needs {{job:\(jobs[1])}}")
            await begun.opened()
            try parts.jobs.texts.delete([jobs[1]])
            gate.open()
            #expect(try await parts.jobs.becomes(jobs[2], "done"))
            #expect(try await parts.jobs.becomes(needing[0], "failed"))
        }
    }

    @Test("a daemon that ends in order leaves what was sent as interrupted, and does the rest at its next start")
    func orderly() async throws {
        let (gate, begun) = (Gate(), Gate())
        let upstream = JobUpstream.saying { request in
            guard request.contains("slow") else { return "Yes." }
            begun.open()
            gate.wait()
            return nil
        }
        let bench = try JobBench(alpha: upstream.url) { $0.jobs.inFlight = 1 }
        defer {
            upstream.stop()
            bench.clean()
        }
        let jobs = try await bench.running { parts async throws in
            let jobs = try await parts.jobs.submit("slow", "quick")
            await begun.opened()
            return jobs
        }
        gate.open()
        try await bench.running { parts async throws in
            #expect(try await parts.jobs.becomes(jobs[1], "done"))
            #expect(try await parts.jobs.state(jobs[0]) == "interrupted")
        }
    }

    @Test(
        "killed again and again while jobs arrive and are done, none that was accepted is lost and none is done twice"
    )
    func killed() async throws {
        let upstream = JobUpstream.saying { _ in "Yes." }
        let bench = try JobBench(alpha: upstream.url)
        defer {
            upstream.stop()
            bench.clean()
        }
        var accepted: [Int64] = []
        for round in 0..<6 {
            let daemon = try await Killable(bench)
            for task in 0..<8 {
                let think = ["task": "round \(round) task \(task)"]
                let job: [String: Any] = ["think": think, "idempotent": true, "attempts": 10]
                let answer = try await daemon.client.ask("jobs", ["action": "submit", "jobs": [job]])
                let row = (answer.result?["jobs"] as? [[String: Any]])?.first
                accepted.append(Int64(try #require(row?["job"] as? Int)))
                // In other places each time: right after the submission, in the middle of work, at its end.
                if task == round + 2 { break }
            }
            daemon.kill()
        }
        #expect(Set(accepted).count == accepted.count)
        try await bench.running { parts async throws in
            for job in accepted { #expect(try await parts.jobs.becomes(job, "done"), "job \(job)") }
            let twice = try await parts.ledger.pool.read { db in
                try Int.fetchOne(
                    db,
                    sql:
                        "SELECT COUNT(*) FROM (SELECT 1 FROM job_attempt WHERE outcome = 'done' GROUP BY job HAVING COUNT(*) > 1)"
                )
            }
            #expect(twice == 0)
        }
    }

    /// The real program over a bench's folder.
    private final class Killable {
        let client: LineClient
        private let process = Process()

        init(_ bench: JobBench) async throws {
            let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
            let build = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
            process.executableURL = (build ?? Daemonette.repository.appendingPathComponent(".build/debug"))
                .appendingPathComponent("workshop")
            process.arguments = ["serve", "--config", bench.file]
            process.standardError = FileHandle(forWritingAtPath: "/dev/null")
            try process.run()
            let socket = bench.folder.appendingPathComponent("w.sock").path
            var client: LineClient?
            _ = await eventually {
                client = try? LineClient(socket)
                return client != nil
            }
            guard let client else { throw POSIXError(.ECONNREFUSED) }
            self.client = client
        }

        func kill() {
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }
}
