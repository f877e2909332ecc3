import Foundation
import GRDB
import Persona
import Routing
import Synchronization
import TestSupport
import Testing

@testable import Bridge

/// An upstream that streams what a test makes of each request, and remembers in which order they came.
enum JobUpstream {
    /// - Parameter answer: nil for a failure.
    static func saying(_ answer: @escaping @Sendable (String) -> String?) -> LoopbackUpstream {
        .answering { request, peer in
            if request.hasPrefix("GET") { return peer.reply("{}") }
            guard let text = answer(request) else { return peer.reply("{}", status: "500 No") }
            Upstream.stream([Upstream.chunk(text), Upstream.chunk("", finish: "stop") + Upstream.usage], to: peer)
        }
    }

    /// The tasks that were asked, in order.
    static func asked(_ upstream: LoopbackUpstream, among tasks: [String]) -> [String] {
        upstream.requests.filter { !$0.hasPrefix("GET") }
            .compactMap { request in tasks.first { request.contains($0) } }
    }
}

@Suite("Jobs wait, are done, and are tried again", .timeLimit(.minutes(1)))
struct JobQueueTests {
    private func with(
        _ answer: @escaping @Sendable (String) -> String? = { _ in "Blue." },
        adjust: @escaping @Sendable (inout BridgeConfig) -> Void = { _ in },
        _ body: (JobQueue, JobBench, LoopbackUpstream) async throws -> Void
    ) async throws {
        let upstream = JobUpstream.saying(answer)
        let bench = try JobBench(alpha: upstream.url, adjust: adjust)
        defer {
            upstream.stop()
            bench.clean()
        }
        try await bench.running { try await body($0.jobs, bench, upstream) }
    }

    @Test("a job is done without anybody waiting, and its result can be fetched")
    func done() async throws {
        try await with { queue, _, _ async throws in
            let job = try await queue.submit("say one word")[0]
            #expect(try await queue.becomes(job, "done"))
            let shown = try await queue.show(job)
            #expect((shown["result"] as? [String: Any])?["text"] as? String == (try await queue.text(job)))
            #expect(try await queue.text(job)?.contains("Blue.") == true)
            #expect(shown["task"] as? String == "say one word")
            let tries = try #require(shown["tries"] as? [[String: Any]])
            #expect(tries.count == 1 && tries[0]["outcome"] as? String == "done")
            let parts = try #require(shown["parts"] as? [String: Int])
            #expect(parts == ["done": 1, "total": 1])
        }
    }

    @Test("neither task nor answer stands anywhere in the clear")
    func encrypted() async throws {
        try await with({ _ in "zanzibarine" }, adjust: { $0.ledger.settings.keepsPayloads = false }) {
            queue,
            bench,
            _ async throws in
            let job = try await queue.submit("what is a quixotropic lamp?")[0]
            #expect(try await queue.becomes(job, "done"))
            let bytes = try bench.bytes()
            #expect(bytes.range(of: Data("quixotropic".utf8)) == nil)
            #expect(bytes.range(of: Data("zanzibarine".utf8)) == nil)
            #expect(try await queue.text(job)?.contains("zanzibarine") == true)
        }
    }

    @Test("a job waits for others, and their answers stand in its task, once and as text")
    func dependencies() async throws {
        let answer = { @Sendable (request: String) -> String? in
            if request.contains("first question") { return "the answer {{job:a}} of one" }
            return request.contains("second question") ? "the answer of two" : "both"
        }
        try await with(answer) { queue, _, upstream async throws in
            let jobs = try await queue.numbers([
                "action": "submit",
                "jobs": [
                    ["name": "sum", "think": ["task": "join {{job:a}} and {{job:b}}"]],
                    ["name": "a", "think": ["task": "first question"]],
                    ["name": "b", "think": ["task": "second question"], "after": ["a"]],
                ],
            ])
            #expect(jobs.count == 3)
            #expect(try await queue.becomes(jobs[0], "done"))
            let asked = JobUpstream.asked(upstream, among: ["first question", "second question", "join "])
            #expect(asked == ["first question", "second question", "join "])
            let joined = try #require(upstream.requests.last)
            #expect(joined.contains("join the answer {{job:a}} of one and the answer of two"))
            #expect((try await queue.show(jobs[0])["parts"] as? [String: Int]) == ["done": 3, "total": 3])
            let list = try await queue.ask(["action": "list", "jobs": jobs])
            #expect(list["done"] as? Int == 3 && list["total"] as? Int == 3)
        }
    }

    @Test("what had to stay on this machine stays when it is part of another task")
    func stays() throws {
        let stored = StoredTask(think: #"{"task":"say it again: {{job:4}}"}"#, names: [:])
        var result = JobTexts.Result(thought: "t", text: "", plain: "blue", backend: "a", model: "m", kind: "general")
        #expect(try stored.params { _ in result }.constraints.isLocalOnly == false)
        result.stays = true
        let params = try stored.params { $0 == 4 ? result : nil }
        #expect(params.constraints.isLocalOnly)
        #expect(params.draft.task == "say it again: blue")
        #expect(throws: BridgeError.self) { try stored.params { _ in nil } }
        result.plain = String(repeating: "x", count: StoredTask.longest)
        #expect(throws: BridgeError.self) { try stored.params { _ in result } }
    }

    @Test("bad requests are told by their field, and change nothing")
    func refusals() async throws {
        let think: [String: Any] = ["task": "t"]
        let table: [([String: Any], String, String?)] = [
            (["action": "dance"], "invalid_params", "action"),
            (["action": "submit"], "invalid_params", "jobs"),
            (["action": "submit", "jobs": [] as [Any]], "invalid_params", "jobs"),
            (["action": "submit", "jobs": [[:] as [String: Any]]], "invalid_params", "think"),
            (["action": "submit", "jobs": [["think": [:] as [String: Any]]]], "invalid_params", "task"),
            (["action": "submit", "jobs": [["think": ["task": "t", "stream": true]]]], "invalid_params", "stream"),
            (
                ["action": "submit", "jobs": [["think": ["task": "t", "conversation": "c"]]]], "invalid_params",
                "conversation"
            ),
            (["action": "submit", "jobs": [["think": think, "priority": 10]]], "invalid_params", "priority"),
            (["action": "submit", "jobs": [["think": think, "attempts": 0]]], "invalid_params", "attempts"),
            (["action": "submit", "jobs": [["think": think, "backoff_s": -1]]], "invalid_params", "backoff_s"),
            (["action": "submit", "jobs": [["think": think, "name": "7"]]], "invalid_params", "name"),
            (["action": "submit", "jobs": [["think": think, "name": "a b"]]], "invalid_params", "name"),
            (
                ["action": "submit", "jobs": [["think": think, "name": "a"], ["think": think, "name": "a"]]],
                "invalid_params", "name"
            ),
            (["action": "submit", "jobs": [["think": think, "colour": 1]]], "invalid_params", "colour"),
            (["action": "submit", "jobs": [["think": think, "after": [99]]]], "unknown_job", nil),
            (["action": "submit", "jobs": [["think": think, "after": ["b"]]]], "unknown_job", nil),
            (["action": "submit", "jobs": [["think": ["task": "{{job:99}}"]]]], "unknown_job", nil),
            (
                ["action": "submit", "jobs": [["think": think, "name": "a", "after": ["a"]]]], "invalid_params", "after"
            ),
            (
                [
                    "action": "submit",
                    "jobs": [
                        ["think": think, "name": "a", "after": ["b"]], ["think": ["task": "{{job:a}}"], "name": "b"],
                    ],
                ], "invalid_params", "after"
            ),
            (
                ["action": "submit", "jobs": [["think": ["task": "t", "persona": "nobody"]]]], "unknown_persona", nil
            ),
            (["action": "show"], "invalid_params", "job"), (["action": "show", "job": 1], "unknown_job", nil),
            (["action": "show", "thought": "abc"], "unknown_thought", nil),
            (["action": "show", "thought": "abc", "job": 1], "invalid_params", "thought"),
            (["action": "cancel", "job": 1], "unknown_job", nil), (["action": "retry", "job": 1], "unknown_job", nil),
            (["action": "replay", "job": 1], "unknown_job", nil), (["action": "cancel"], "invalid_params", "job"),
            (["action": "list", "state": "asleep"], "invalid_params", "state"),
            (["action": "list", "limit": 0], "invalid_params", "limit"),
        ]
        try await with { queue, _, upstream async throws in
            for (params, code, field) in table {
                let error = await #expect(throws: BridgeError.self, "\(params)") { _ = try await queue.ask(params) }
                #expect(error.map { "\($0.code.name)" } == code, "\(params)")
                #expect(error?.details.field == field, "\(params)")
            }
            #expect(try await queue.ask(["action": "list"])["total"] as? Int == 0)
            #expect(try queue.texts.sizes().isEmpty)
            #expect(upstream.requests.allSatisfy { $0.hasPrefix("GET") })
        }
    }

    @Test("of those that wait the higher priority is begun first")
    func priority() async throws {
        let (gate, begun) = (Gate(), Gate())
        let answer = { @Sendable (request: String) -> String? in
            if request.contains("task zero") {
                begun.open()
                gate.wait()
            }
            return "Yes."
        }
        try await with(answer, adjust: { $0.jobs.inFlight = 1 }) { queue, _, upstream async throws in
            try await queue.submit("task zero")
            await begun.opened()
            try await queue.submit("task low", more: ["priority": 1])
            let middle = try await queue.submit("task middle")[0]
            let high = try await queue.submit("task high", more: ["priority": 9])[0]
            #expect(try await queue.show(high)["ahead"] as? Int == 0)
            #expect(try await queue.show(middle)["ahead"] as? Int == 1)
            gate.open()
            let tasks = ["task zero", "task high", "task middle", "task low"]
            #expect(await eventually { JobUpstream.asked(upstream, among: tasks).count == 4 })
            #expect(JobUpstream.asked(upstream, among: tasks) == tasks)
        }
    }

    @Test("an attempt that fails is followed by another, and the last one ends the job and those that need it")
    func retries() async throws {
        let count = Mutex(0)
        let isWell = Mutex(false)
        let answer = { @Sendable (request: String) -> String? in
            if request.contains("never") { return isWell.withLock { $0 } ? "At last." : nil }
            return count.withLock { count in
                count += 1
                return count > 2 ? "Third." : nil
            }
        }
        try await with(answer) { queue, _, _ async throws in
            let job = try await queue.submit("sometimes", more: ["attempts": 3])[0]
            #expect(try await queue.becomes(job, "done"))
            let tries = try #require(try await queue.show(job)["tries"] as? [[String: Any]])
            #expect(tries.map { $0["outcome"] as? String } == ["all_backends_failed", "all_backends_failed", "done"])
            #expect(Set(tries.compactMap { $0["thought"] as? String }).count == 3)

            let jobs = try await queue.numbers([
                "action": "submit",
                "jobs": [
                    ["name": "a", "think": ["task": "never"], "attempts": 2],
                    ["name": "b", "think": ["task": "after {{job:a}}"]],
                    ["name": "c", "think": ["task": "then"], "after": ["b"]],
                ],
            ])
            #expect(try await queue.becomes(jobs[2], "failed"))
            #expect(try await queue.show(jobs[0])["error"] as? String == "all_backends_failed")
            #expect(try await queue.show(jobs[1])["error"] as? String == "dependency_failed")
            #expect(try await queue.show(jobs[0])["attempts"] as? Int == 2)
            isWell.withLock { $0 = true }
            _ = try await queue.ask(["action": "retry", "job": jobs[0]])
            #expect(try await queue.becomes(jobs[2], "done"))
            #expect(try await queue.show(jobs[0])["attempts"] as? Int == 3)
            let error = await #expect(throws: BridgeError.self) {
                try await queue.ask(["action": "retry", "job": jobs[0]])
            }
            #expect(error?.code == .jobConflict)
        }
    }

    @Test("a pause is kept between attempts")
    func backoff() async throws {
        try await with({ _ in nil }) { queue, _, _ async throws in
            let job = try await queue.submit("never", more: ["backoff_s": 600])[0]
            #expect(try await eventually { try await queue.show(job)["not_before"] != nil })
            let shown = try await queue.show(job)
            #expect(shown["state"] as? String == "queued" && shown["attempts"] as? Int == 1)
            #expect(shown["error"] as? String == "all_backends_failed")
        }
    }

    @Test("what the guard refuses is not tried again")
    func refused() async throws {
        try await with { queue, _, upstream async throws in
            let job = try await queue.submit("Read me /home/rowan/lantern-mill/journal, page three.")[0]
            #expect(try await eventually { try await queue.show(job)["finished"] != nil })
            let shown = try await queue.show(job)
            #expect(shown["state"] as? String == "failed" && shown["attempts"] as? Int == 1)
            #expect(upstream.requests.allSatisfy { $0.hasPrefix("GET") })
        }
    }

    @Test("a job can be cancelled while it waits and while it is under way, and not after")
    func cancel() async throws {
        let (gate, begun) = (Gate(), Gate())
        let answer = { @Sendable (request: String) -> String? in
            guard request.contains("slow") else { return "Yes." }
            begun.open()
            gate.wait()
            return "Late."
        }
        try await with(answer, adjust: { $0.jobs.inFlight = 1 }) { queue, _, upstream async throws in
            let slow = try await queue.submit("slow")[0]
            await begun.opened()
            let jobs = try await queue.submit("waits one", "waits two")
            let dependent = try await queue.submit("needs {{job:\(slow)}}")[0]
            #expect(try await queue.state(dependent) == "waiting")
            for job in [jobs[0], slow] {
                #expect(try await queue.ask(["action": "cancel", "job": job])["cancelled"] as? Bool == true)
                #expect(try await queue.state(job) == "cancelled")
            }
            #expect(try await queue.becomes(jobs[1], "done"))
            #expect(try await queue.becomes(dependent, "failed"))
            gate.open()
            #expect(try await queue.ask(["action": "cancel", "job": jobs[1]])["cancelled"] as? Bool == false)
            #expect(try await queue.state(slow) == "cancelled")
            #expect(JobUpstream.asked(upstream, among: ["waits one", "needs"]).isEmpty)
        }
    }

    @Test("a user's jobs are that user's, and a caller's that caller's; the owner sees all")
    func ownership() async throws {
        try await with { queue, _, _ async throws in
            let anns = try await queue.submit("of ann", as: .ann)[0]
            let told = try await queue.numbers(
                ["action": "submit", "jobs": [["think": ["task": "of cat", "caller": "cat"]]]],
                as: .ann
            )[0]
            #expect(try await queue.becomes(told, "done"))
            for action in ["show", "cancel", "retry", "replay"] {
                let error = await #expect(throws: BridgeError.self) {
                    try await queue.ask(["action": action, "job": anns], as: .bob)
                }
                #expect(error?.code == .unknownJob, "\(action)")
            }
            let wrong = await #expect(throws: BridgeError.self) {
                try await queue.ask(["action": "show", "job": told, "caller": "dog"], as: .ann)
            }
            #expect(wrong?.code == .unknownJob)
            // Another's result is not to be had by way of a task.
            let theft = await #expect(throws: BridgeError.self) { try await queue.submit("{{job:\(anns)}}", as: .bob) }
            #expect(theft?.code == .unknownJob)
            let inside = await #expect(throws: BridgeError.self) {
                try await queue.numbers(
                    ["action": "submit", "jobs": [["think": ["task": "{{job:\(told)}}", "caller": "dog"]]]],
                    as: .ann
                )
            }
            #expect(inside?.code == .unknownJob)
            #expect(try await queue.ask(["action": "list"], as: .bob)["total"] as? Int == 0)
            #expect(try await queue.ask(["action": "list"], as: .ann)["total"] as? Int == 2)
            #expect(try await queue.ask(["action": "list", "caller": "cat"], as: .ann)["total"] as? Int == 1)
            #expect(try await queue.ask(["action": "list"])["total"] as? Int == 2)
        }
    }

    @Test("what is forgotten is gone: rows, texts, and what is under way")
    func forget() async throws {
        let (gate, begun) = (Gate(), Gate())
        let answer = { @Sendable (request: String) -> String? in
            guard request.contains("slow") else { return "Yes." }
            begun.open()
            gate.wait()
            return "Late."
        }
        let upstream = JobUpstream.saying(answer)
        let bench = try JobBench(alpha: upstream.url)
        defer {
            upstream.stop()
            bench.clean()
        }
        try await bench.running { parts async throws in
            let queue = parts.jobs
            let jobs = try await queue.numbers([
                "action": "submit",
                "jobs": [
                    ["think": ["task": "first", "caller": "ann"]], ["think": ["task": "slow", "caller": "ann"]],
                    ["think": ["task": "bob's", "caller": "bob"]],
                ],
            ])
            await begun.opened()
            #expect(try await queue.becomes(jobs[0], "done"))
            let origin = try queue.service.origin(persona: nil, caller: "ann")
            _ = await parts.memory.forget(origin)
            try await queue.forget(origin)
            gate.open()
            #expect(try await queue.becomes(jobs[2], "done"))
            #expect(try await queue.ask(["action": "list"])["total"] as? Int == 1)
            #expect(try queue.texts.sizes().keys.sorted() == [jobs[2]])
            let attempts = try await parts.ledger.pool.read { db in
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM job_attempt WHERE job != ?", arguments: [jobs[2]])
            }
            #expect(attempts == 0)
            // A number is not given again.
            #expect(try await queue.submit("next")[0] == jobs[2] + 1)
        }
    }

    @Test("the queue is bounded: in number, for each caller, and in bytes")
    func bounds() async throws {
        let adjust = { @Sendable (config: inout BridgeConfig) in
            config.jobs.inFlight = 0
            config.jobs.most = 4
            config.jobs.mostOfCaller = 2
            config.jobs.bytes = 20_000
        }
        try await with(adjust: adjust) { queue, _, _ async throws in
            func refused(_ limit: Int, _ body: () async throws -> Void) async {
                let error = await #expect(throws: BridgeError.self) { try await body() }
                #expect(error?.code == .queueFull && error?.details.limit == limit)
            }
            try await queue.submit("one", "two")
            await refused(2) { try await queue.submit("three") }
            await refused(20_000) { try await queue.submit(String(repeating: "x", count: 20_000), as: .ann) }
            try await queue.submit("three", as: .ann)
            await refused(4) { try await queue.submit("four", "five", as: .bob) }
            try await queue.submit("four", as: .bob)
            #expect(try await queue.ask(["action": "list"])["total"] as? Int == 4)
            _ = try await queue.ask(["action": "cancel", "job": 1])
            try await queue.submit("again")
            await refused(4) { _ = try await queue.ask(["action": "retry", "job": 1]) }
        }
    }

    @Test("what is old or too much is forgotten, the oldest first, and never what somebody waits for")
    func retention() async throws {
        let upstream = JobUpstream.saying { _ in "Yes." }
        let bench = try JobBench(alpha: upstream.url) { $0.jobs.days = 1 }
        defer {
            upstream.stop()
            bench.clean()
        }
        let jobs = try await bench.running { parts async throws in
            let jobs = try await parts.jobs.submit("old", "needed")
            #expect(try await parts.jobs.becomes(jobs[1], "done"))
            #expect(try await parts.jobs.becomes(jobs[0], "done"))
            return jobs
        }
        let parts = try bench.open()
        try await parts.ledger.pool.write { db in
            try db.execute(
                sql: "UPDATE job SET submitted_ms = submitted_ms - 90000000, finished_ms = finished_ms - 90000000"
            )
        }
        let waiting = try await parts.jobs.numbers([
            "action": "submit",
            "jobs": [["think": ["task": "young {{job:\(jobs[1])}}"]], ["think": ["task": "late"]]],
        ])
        try await parts.ledger.pool.write { db in
            try db.execute(
                sql: "UPDATE job SET submitted_ms = submitted_ms - 90000000 WHERE id = ?",
                arguments: [waiting[1]]
            )
        }
        parts.close()
        try await bench.running { parts async throws in
            #expect(try await parts.jobs.becomes(waiting[0], "done"))
            #expect(try await parts.jobs.becomes(waiting[1], "failed"))
            #expect(try await parts.jobs.show(waiting[1])["error"] as? String == "expired")
            let left = try await parts.jobs.ask(["action": "list"])["jobs"] as? [[String: Any]] ?? []
            #expect(
                left.compactMap { $0["job"] as? Int64 ?? ($0["job"] as? Int).map(Int64.init) } == [
                    waiting[1], waiting[0], jobs[1],
                ]
            )
            #expect(try parts.jobs.texts.sizes()[jobs[0]] == nil)
        }
    }
}
