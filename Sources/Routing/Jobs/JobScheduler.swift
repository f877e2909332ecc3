/// A job that has not ended, as the scheduler sees it.
public struct QueuedJob: Sendable, Equatable {
    /// Its number; of equals the lower one goes first.
    public var id: Int64
    /// From 0 to 9; a higher one goes first.
    public var priority: Int
    /// When it was accepted, in milliseconds since 1970.
    public var submitted: Int64
    /// Before when it is not tried again, in milliseconds since 1970.
    public var notBefore: Int64?
    /// The jobs whose results it needs.
    public var needs: [Int64]
    /// Whether it is under way.
    public var isRunning: Bool

    /// A job.
    public init(
        id: Int64,
        priority: Int = JobScheduler.usualPriority,
        submitted: Int64 = 0,
        notBefore: Int64? = nil,
        needs: [Int64] = [],
        isRunning: Bool = false
    ) {
        self.id = id
        self.priority = priority
        self.submitted = submitted
        self.notBefore = notBefore
        self.needs = needs
        self.isRunning = isRunning
    }
}

/// What is begun now, what cannot be done any more, and when to look again.
public struct JobDecision: Sendable, Equatable {
    /// The jobs to begin, in order.
    public var start: [Int64] = []
    /// The jobs that need one which came to nothing, each with that one; those that need them are among them.
    public var fail: [Failed] = []
    /// When something may have changed by itself, in milliseconds since 1970; nil: only when somebody says so.
    public var wake: Int64?

    /// A job that cannot be done.
    public struct Failed: Sendable, Equatable {
        /// It.
        public let job: Int64
        /// What it needs.
        public let needs: Int64
    }
}

/// Says which jobs are begun now. Pure: jobs, ends, room and time go in, a decision comes out.
public struct JobScheduler: Sendable {
    /// What a job has that names no priority.
    public static let usualPriority = 5
    /// So long a wait is worth one level of priority: nobody waits for ever behind others.
    public static let levelOfWaiting: Int64 = 600_000
    /// How soon to look again while others are thinking, in milliseconds.
    static let glance: Int64 = 250

    /// How many may run at a time.
    public var room: Int
    /// How many thoughts are under way that somebody waits for.
    public var interactive: Int

    /// A scheduler for a moment.
    public init(room: Int, interactive: Int = 0) {
        self.room = room
        self.interactive = interactive
    }

    /// Decides.
    /// - Parameters:
    ///   - jobs: all that have not ended.
    ///   - results: of the jobs that are needed and have ended: whether there is a result. One that is missing here and
    ///     among the jobs is gone, and gives none.
    ///   - now: in milliseconds since 1970.
    public func decide(_ jobs: [QueuedJob], results: [Int64: Bool], now: Int64) -> JobDecision {
        var decision = JobDecision()
        let open = Set(jobs.lazy.map(\.id))
        decision.fail = Self.failed(jobs, open, results)
        let failed = Set(decision.fail.lazy.map(\.job))
        let ready = jobs.filter { job in
            !job.isRunning && !failed.contains(job.id) && job.needs.allSatisfy { !open.contains($0) }
        }
        let running = jobs.count(where: \.isRunning)
        let due = ready.filter { Self.isDue($0, now) }.sorted { Self.goes($0, before: $1, now) }
        // While somebody waits for an answer, jobs take one place and no more.
        let places = max(0, (interactive > 0 ? min(1, room) : room) - running)
        decision.start = due.prefix(places).map(\.id)
        var moments = ready.compactMap { Self.isDue($0, now) ? nil : $0.notBefore }
        if due.count > places, running + places < room { moments.append(now + Self.glance) }
        decision.wake = moments.min()
        return decision
    }

    /// A clock that was set back must not hold anybody for longer than the longest pause there is.
    private static func isDue(_ job: QueuedJob, _ now: Int64) -> Bool {
        guard let notBefore = job.notBefore else { return true }
        return notBefore <= now || notBefore - now > JobBackoff.longest
    }

    private static func goes(_ one: QueuedJob, before other: QueuedJob, _ now: Int64) -> Bool {
        let (rank, otherRank) = (rank(one, now), rank(other, now))
        return rank != otherRank ? rank > otherRank : one.id < other.id
    }

    private static func rank(_ job: QueuedJob, _ now: Int64) -> Int64 {
        Int64(job.priority) * levelOfWaiting + max(0, now - job.submitted)
    }

    /// Everything that needs what came to nothing, directly or through others.
    private static func failed(
        _ jobs: [QueuedJob],
        _ open: Set<Int64>,
        _ results: [Int64: Bool]
    ) -> [JobDecision.Failed] {
        var failed: [JobDecision.Failed] = []
        var seen: Set<Int64> = []
        for job in jobs where !job.isRunning {
            guard let lost = job.needs.first(where: { !open.contains($0) && results[$0] != true }) else { continue }
            seen.insert(job.id)
            failed.append(.init(job: job.id, needs: lost))
        }
        guard !failed.isEmpty else { return [] }
        var dependents: [Int64: [Int64]] = [:]
        for job in jobs { for need in job.needs { dependents[need, default: []].append(job.id) } }
        var next = 0
        while next < failed.count {
            let lost = failed[next].job
            next += 1
            for job in dependents[lost] ?? [] where seen.insert(job).inserted {
                failed.append(.init(job: job, needs: lost))
            }
        }
        return failed
    }
}

/// How long a job waits after an attempt that came to nothing: each time twice as long.
public enum JobBackoff {
    /// The longest pause, in milliseconds.
    public static let longest: Int64 = 3_600_000

    /// The pause in milliseconds.
    /// - Parameters:
    ///   - failures: how many attempts have failed in a row, at least 1.
    ///   - base: the first pause, in milliseconds.
    ///   - hint: what a backend asked for, in milliseconds.
    public static func pause(after failures: Int, base: Int64, hint: Int64? = nil) -> Int64 {
        let doublings = min(max(failures - 1, 0), 30)
        let (pause, isTooLong) = max(base, 0).multipliedReportingOverflow(by: 1 << doublings)
        return min(max(isTooLong ? longest : pause, hint ?? 0), longest)
    }
}
