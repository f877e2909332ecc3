internal import Foundation
internal import Logging
internal import Persona
internal import Routing
internal import ServiceLifecycle

/// Thoughts that nobody waits for: taken in, begun when there is room, tried again, kept until they are fetched.
///
/// The ledger says where each stands, the memory what it says. What a text needs is written before what a row says of it:
/// a job is accepted when both are there, and done when its result is; whatever is found in between after a sudden end is
/// put right by ``JobQueue/recover()``.
actor JobQueue {
    /// One that is under way.
    struct Run: Sendable {
        let attempt: JobAttempt
        var task: Task<Void, Never>?
        /// How much of an answer has come.
        var characters = 0
    }

    let ledger: Ledger
    nonisolated let texts: JobTexts
    nonisolated let service: ThoughtService
    let settings: Live<JobSettings>
    let logger: Logger
    var running: [Int64: Run] = [:]
    private var isClosing = false
    private var swept: Int64?
    private let signals: AsyncStream<Void>
    private nonisolated let bell: AsyncStream<Void>.Continuation

    init(ledger: Ledger, memory: Memory, service: ThoughtService, settings: Live<JobSettings>, logger: Logger) {
        self.ledger = ledger
        self.service = service
        self.settings = settings
        self.logger = logger
        texts = JobTexts(memory: memory)
        (signals, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Begins jobs and sees to their ends, until it is stopped; then it gives those under way a moment.
    func run() async {
        ring()
        await cancelWhenGracefulShutdown {
            await self.serve()
        }
        await close()
    }

    private func serve() async {
        var alarm: Task<Void, Never>?
        for await _ in signals {
            alarm?.cancel()
            guard let wake = advance() else { continue }
            let pause = Duration.milliseconds(max(wake - ledger.nowMilliseconds, 10))
            alarm = Task { [bell] in if (try? await Task.sleep(for: pause)) != nil { bell.yield() } }
        }
        alarm?.cancel()
    }

    /// Has the queue looked at again.
    nonisolated func ring() { bell.yield() }

    /// How long those under way have to end by themselves.
    private static let grace = Duration.seconds(2)

    private func close() async {
        isClosing = true
        let tasks = running.values.compactMap(\.task)
        guard !tasks.isEmpty else { return }
        let axe = Task {
            guard (try? await Task.sleep(for: Self.grace)) != nil else { return }
            for task in tasks { task.cancel() }
        }
        for task in tasks { await task.value }
        axe.cancel()
    }

    // MARK: One look at the queue

    /// Puts right, sweeps, fails what cannot be done, and begins what may begin.
    /// - Returns: when to look again by itself, in milliseconds since 1970.
    private func advance() -> Int64? {
        let now = ledger.nowMilliseconds
        do {
            let open = try recover()
            try sweepIfDue(open, now)
            let scheduler = JobScheduler(room: settings.current.inFlight, interactive: interactive)
            let decision = scheduler.decide(open.map(\.queued), results: try ledger.neededResults(), now: now)
            try ledger.end(decision.fail.map(\.job), .failed, error: "dependency_failed")
            let rows = Dictionary(open.map { ($0.id, $0) }) { first, _ in first }
            for job in decision.start { if let row = rows[job] { try start(row) } }
            return min(decision.wake ?? .max, now + Self.sweepInterval)
        } catch {
            logger.error("the queue of jobs cannot be read or written", metadata: ["reason": "\(type(of: error))"])
            return now + Self.patience
        }
    }

    private static let patience: Int64 = 5_000
    private static let sweepInterval: Int64 = 3_600_000

    /// How many requests are under way that are not ours.
    private var interactive: Int {
        max(0, service.board.snapshot(at: .now).reduce(0) { $0 + $1.inFlight } - running.count)
    }

    /// Sees to jobs that are on record as under way, and are not: the daemon died, or their end could not be written.
    /// - Returns: all that have not ended.
    private func recover() throws -> [JobRow] {
        let open = try ledger.openJobs()
        let lost = open.filter { $0.state == .running && running[$0.id] == nil }
        guard !lost.isEmpty else { return open }
        for row in lost {
            guard let attempt = try ledger.attempts(of: row.id).last else {
                try ledger.end([row.id], .failed, error: "interrupted")
                continue
            }
            try settleInterrupted(row, attempt)
        }
        return try ledger.openJobs()
    }

    /// An attempt of which nobody heard the end.
    private func settleInterrupted(_ row: JobRow, _ attempt: JobAttempt) throws {
        if try texts.result(row.id)?.thought == attempt.thought {
            return try ledger.end(attempt, of: row.id, as: "done", .done)
        }
        guard try ledger.wasSent(attempt) else {
            return try ledger.end(attempt, of: row.id, as: "not_sent", .queued, givesBack: true)
        }
        if row.isIdempotent && row.triesLeft > 0 {
            return try ledger.end(attempt, of: row.id, as: "interrupted", .queued, error: "interrupted")
        }
        try ledger.end(attempt, of: row.id, as: "interrupted", .interrupted, error: "interrupted")
    }

    // MARK: One job

    private func start(_ row: JobRow) throws {
        guard !isClosing else { return }
        guard let stored = try texts.task(row.id).map(StoredTask.init(json:)) else {
            // It was forgotten. Others may wait for its place, or for it.
            ring()
            return try ledger.deleteJobs([row.id])
        }
        var params: ThoughtParams
        do throws(BridgeError) { params = try stored.params { id in (try? self.texts.result(id)) ?? nil } } catch {
            try ledger.end([row.id], .failed, error: "\(error.code.name)")
            return ring()
        }
        let thought = Thought.newID()
        params.thought = thought
        // So that it can be told how far it is.
        params.isStreamed = true
        guard let attempt = try ledger.begin(row.id, thought: thought) else { return }
        running[row.id] = Run(attempt: attempt)
        let asked = params
        running[row.id]?.task = Task.detached { [service] in
            let outcome: Result<Reply, BridgeError>
            do throws(BridgeError) {
                outcome = .success(
                    try await service.think(asked) { event in await self.heard(event, of: row.id, attempt) }
                )
            } catch { outcome = .failure(error) }
            await self.finish(row.id, attempt, outcome)
        }
    }

    private func heard(_ event: ThoughtService.Event, of job: Int64, _ attempt: JobAttempt) {
        guard running[job]?.attempt == attempt else { return }
        switch event {
        case .delta(_, let text): running[job]?.characters += text.count
        case .restarted: running[job]?.characters = 0
        case .switching, .brokeOff: break
        }
    }

    private func finish(_ job: Int64, _ attempt: JobAttempt, _ outcome: Result<Reply, BridgeError>) {
        // Somebody has cancelled or forgotten it meanwhile.
        guard running[job]?.attempt == attempt else { return }
        running[job] = nil
        defer { ring() }
        do {
            guard let row = try ledger.jobs(.init(), ids: [job], limit: 1).first else { return }
            switch outcome {
            case .success(let reply):
                // The texts first: a row that says done has its result.
                guard try texts.keep(JobTexts.Result(reply), of: job) else { return try ledger.deleteJobs([job]) }
                try ledger.end(attempt, of: job, as: "done", .done)
            case .failure(let error) where isClosing && error.code == .cancelled: try settleInterrupted(row, attempt)
            case .failure(let error): try settle(error, row, attempt)
            }
        } catch {
            // The row still says that it is under way: the next look puts it right.
            logger.error("the end of a job cannot be written", metadata: ["reason": "\(type(of: error))"])
        }
    }

    private func settle(_ error: BridgeError, _ row: JobRow, _ attempt: JobAttempt) throws {
        let name = "\(error.code.name)"
        guard error.code.isWorthAnotherTry, row.triesLeft > 0 else {
            return try ledger.end(attempt, of: row.id, as: name, .failed, error: name)
        }
        let pause = JobBackoff.pause(
            after: row.tries - row.triesLeft,
            base: row.backoff,
            hint: error.retryAfter.map { Int64($0) * 1_000 }
        )
        let notBefore = ledger.nowMilliseconds + pause
        try ledger.end(attempt, of: row.id, as: name, .queued, error: name, notBefore: notBefore)
    }

    // MARK: Bounds

    private func sweepIfDue(_ open: [JobRow], _ now: Int64) throws {
        guard swept.map({ now - $0 >= Self.sweepInterval || now < $0 }) ?? true else { return }
        swept = now
        let oldest = ledger.ages.mayForget ? now - settings.current.days.milliseconds : 0
        let late = open.filter { $0.state == .queued && $0.submitted < oldest }.map(\.id)
        try ledger.end(late, .failed, error: "expired")
        let known = try ledger.allJobs()
        let sizes = try texts.sizes()
        // A row without its texts was forgotten; texts without a row were never accepted.
        try ledger.deleteJobs(known.filter { sizes[$0] == nil && running[$0] == nil })
        var gone = sizes.keys.filter { !known.contains($0) }
        gone += try surplus(sizes, known.count, adding: 0, before: oldest)
        try drop(gone)
    }

    /// The jobs that have ended and are too old or too many, the oldest first.
    func surplus(_ sizes: [Int64: Int], _ count: Int, adding bytes: Int, before oldest: Int64) throws -> [Int64] {
        let settings = settings.current
        var count = count
        var total = sizes.values.reduce(bytes, +)
        return try ledger.endedJobs().prefix { job in
            guard job.finished < oldest || count > settings.kept || total > settings.bytes else { return false }
            count -= 1
            total -= sizes[job.id] ?? 0
            return true
        }.map(\.id)
    }

    /// Deletes jobs with their texts, which are overwritten.
    func drop(_ jobs: [Int64]) throws {
        try ledger.deleteJobs(jobs)
        guard try texts.delete(jobs) else { return }
        let memory = texts.memory
        Task { await memory.purge() }
    }
}

/// The queue among the daemon's services.
struct JobService: Service, CustomStringConvertible {
    /// ServiceLifecycle logs its services.
    let description = "JobService"

    let queue: JobQueue

    func run() async throws { await queue.run() }
}

extension JobRow {
    /// As the scheduler sees it.
    var queued: QueuedJob {
        QueuedJob(
            id: id,
            priority: priority,
            submitted: submitted,
            notBefore: notBefore,
            needs: needs,
            isRunning: state == .running
        )
    }
}

extension JobTexts.Result {
    init(_ reply: Reply) {
        self.init(
            thought: reply.answer.thought,
            text: reply.text,
            plain: reply.plain,
            backend: reply.answer.backend.rawValue,
            model: reply.answer.model,
            kind: reply.answer.kind.rawValue,
            confidence: reply.answer.confidence,
            costUSD: reply.answer.cost?.dollars,
            isCached: reply.answer.isCached,
            stays: reply.stays
        )
    }
}
