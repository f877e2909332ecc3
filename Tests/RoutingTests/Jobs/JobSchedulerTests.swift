import Testing

@testable import Routing

@Suite("The scheduler says which jobs are begun, and it says it on paper")
struct JobSchedulerTests {
    /// A moment and what is in the queue then, and what is to come of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var jobs: [QueuedJob]
        var results: [Int64: Bool] = [:]
        var room = 2
        var interactive = 0
        var now: Int64 = 1_000_000
        var start: [Int64] = []
        var fail: [Int64] = []
        var wake: Int64?
    }

    private static let minute: Int64 = 60_000

    static let cases: [Case] = [
        Case(testDescription: "an empty queue", jobs: []),
        Case(
            testDescription: "the older of equals first, as many as there is room for",
            jobs: [QueuedJob(id: 3), QueuedJob(id: 1), QueuedJob(id: 2)],
            start: [1, 2]
        ),
        Case(
            testDescription: "those under way take their room",
            jobs: [QueuedJob(id: 1, isRunning: true), QueuedJob(id: 2), QueuedJob(id: 3)],
            start: [2]
        ),
        Case(
            testDescription: "a higher priority first",
            jobs: [
                QueuedJob(id: 1, priority: 1, submitted: 900_000), QueuedJob(id: 2, priority: 9, submitted: 900_000),
            ],
            room: 1,
            start: [2]
        ),
        Case(
            testDescription: "ten minutes are worth one level: who has waited goes first",
            jobs: [QueuedJob(id: 1, priority: 1), QueuedJob(id: 2, priority: 2, submitted: 11 * minute)],
            room: 1,
            now: 11 * minute,
            start: [1]
        ),
        Case(
            testDescription: "and a little less are not",
            jobs: [QueuedJob(id: 1, priority: 1), QueuedJob(id: 2, priority: 2, submitted: 9 * minute)],
            room: 1,
            now: 9 * minute,
            start: [2]
        ),
        Case(
            testDescription: "a job waits for those whose results it needs, queued or under way",
            jobs: [QueuedJob(id: 1, isRunning: true), QueuedJob(id: 2, needs: [1]), QueuedJob(id: 3, needs: [2])],
            start: []
        ),
        Case(
            testDescription: "and begins when all of them have results",
            jobs: [QueuedJob(id: 3, needs: [1, 2])],
            results: [1: true, 2: true],
            start: [3]
        ),
        Case(
            testDescription: "what needs one that came to nothing fails, through others too",
            jobs: [QueuedJob(id: 2, needs: [1]), QueuedJob(id: 3, needs: [2]), QueuedJob(id: 4)],
            results: [1: false],
            start: [4],
            fail: [2, 3]
        ),
        Case(
            testDescription: "and so does what needs one that is gone",
            jobs: [QueuedJob(id: 2, needs: [1])],
            fail: [2]
        ),
        Case(
            testDescription: "a pause is kept, and its end is told",
            jobs: [QueuedJob(id: 1, notBefore: 1_000_500), QueuedJob(id: 2, notBefore: 1_000_300)],
            wake: 1_000_300
        ),
        Case(
            testDescription: "a pause that is over holds nobody",
            jobs: [QueuedJob(id: 1, notBefore: 1_000_000)],
            start: [1]
        ),
        Case(
            testDescription: "nor does one that only a clock set back can have made",
            jobs: [QueuedJob(id: 1, notBefore: 1_000_001 + JobBackoff.longest)],
            start: [1]
        ),
        Case(
            testDescription: "while somebody waits for an answer one place is enough",
            jobs: [QueuedJob(id: 1), QueuedJob(id: 2)],
            interactive: 3,
            start: [1],
            wake: 1_000_250
        ),
        Case(
            testDescription: "and when it is taken none is begun",
            jobs: [QueuedJob(id: 1, isRunning: true), QueuedJob(id: 2)],
            interactive: 1,
            wake: 1_000_250
        ),
        Case(testDescription: "no room, no job, and no hurry", jobs: [QueuedJob(id: 1)], room: 0),
        Case(
            testDescription: "more under way than there is room for, after a reload",
            jobs: [QueuedJob(id: 1, isRunning: true), QueuedJob(id: 2, isRunning: true), QueuedJob(id: 3)],
            room: 1
        ),
        Case(
            testDescription: "a clock that was set back makes nobody younger than new",
            jobs: [QueuedJob(id: 1, priority: 5, submitted: 9_000_000), QueuedJob(id: 2, priority: 4, submitted: 0)],
            room: 1,
            now: 100_000,
            start: [1]
        ),
    ]

    @Test(arguments: cases)
    func decides(_ given: Case) {
        let scheduler = JobScheduler(room: given.room, interactive: given.interactive)
        let decision = scheduler.decide(given.jobs, results: given.results, now: given.now)
        #expect(decision.start == given.start)
        #expect(decision.fail.map(\.job) == given.fail)
        #expect(decision.wake == given.wake)
    }

    @Test("a chain of a thousand fails as one")
    func longChain() {
        let jobs = (2...1_001).map { QueuedJob(id: Int64($0), needs: [Int64($0 - 1)]) }
        let decision = JobScheduler(room: 2).decide(jobs.shuffled(), results: [1: false], now: 0)
        #expect(decision.fail.count == 1_000)
        #expect(decision.start.isEmpty)
    }

    @Test(
        "each pause is twice the one before, up to an hour; a hint makes it longer, never shorter",
        arguments: [
            (1, 30_000, nil, 30_000), (2, 30_000, nil, 60_000), (4, 30_000, nil, 240_000), (9, 30_000, nil, 3_600_000),
            (70, .max, nil, 3_600_000), (1, 0, nil, 0), (5, 0, nil, 0), (1, 30_000, 90_000, 90_000),
            (3, 30_000, 10_000, 120_000), (1, 1, .max, 3_600_000), (0, 5, nil, 5), (1, -7, nil, 0),
        ] as [(Int, Int64, Int64?, Int64)]
    )
    func backoff(_ failures: Int, _ base: Int64, _ hint: Int64?, _ pause: Int64) {
        #expect(JobBackoff.pause(after: failures, base: base, hint: hint) == pause)
    }

    @Test(
        "a circle is found, wherever it is",
        arguments: [
            ([], nil), ([[]], nil), ([[0]], 0), ([[1], [0]], 0), ([[], [0], [1]], nil), ([[2], [0], [1]], 0),
            ([[], [2], [1], [0]], 1), ([[1, 1], []], nil), ([[7]], nil), ([[], [0], [0], [1, 2]], nil),
        ] as [([[Int]], Int?)]
    )
    func circles(_ needs: [[Int]], _ stuck: Int?) {
        #expect(JobGraph.stuck(needs) == stuck)
    }
}

@Suite("A task has places for the results of other jobs", .timeLimit(.minutes(1)))
struct JobTemplateTests {
    @Test(
        "what is a place, and what only looks like one",
        arguments: [
            ("no place", []), ("{{job:1}}", ["1"]), ("a {{job:1}} b {{job:two}} c {{job:1}}", ["1", "two"]),
            ("{{job:}}", []), ("{{job:a b}}", []), ("{{job:1}", []), ("{{job:{{job:2}}", ["2"]), ("{job:1}", []),
            ("{{job:ü}}", []), ("{{job:\(String(repeating: "x", count: 65))}}", []), ("", []), ("}}{{job:", []),
            ("💡{{job:3}}💡", ["3"]),
        ] as [(String, [String])]
    )
    func names(_ task: String, _ names: [String]) {
        let template = JobTemplate(task)
        #expect(template.names == names)
        // What is no place stays as it is.
        #expect(template.filled { "{{job:\($0)}}" } == task)
    }

    @Test("a task that is full of beginnings is read once, not once for each of them")
    func openings() {
        let task = String(repeating: "{{job:", count: 200_000)
        #expect(JobTemplate(task).names.isEmpty)
        #expect(JobTemplate(task + "1}}").names == ["1"])
    }

    @Test("results stand in the places, and a place in a result is text")
    func filled() {
        let template = JobTemplate("Compare {{job:1}} with {{job:b}}, and {{job:1}} again.")
        #expect(
            template.filled { ["1": "{{job:b}}", "b": "two"][$0] } == "Compare {{job:b}} with two, and {{job:b}} again."
        )
        #expect(template.filled { $0 == "1" ? "one" : nil } == nil)
    }
}
