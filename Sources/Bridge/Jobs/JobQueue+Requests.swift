internal import Foundation
internal import Persona
internal import Routing

/// Who asks about jobs.
struct JobPeer: Sendable {
    /// The user of the system at the other end.
    var user: UInt32?
    /// Whether it is the daemon's own user, who sees everybody's.
    var isOwner: Bool

    fileprivate func view(_ caller: String?) -> Ledger.JobView {
        Ledger.JobView(peer: isOwner ? nil : Int64(user ?? .max), caller: caller)
    }
}

/// Everything that is known of a job.
struct JobReport: Sendable {
    var row: JobRow
    /// Whether it waits for others.
    var isWaiting = false
    /// How many go before it; nil when it is not its turn yet, or any more.
    var ahead: Int?
    /// How much of its answer has come.
    var characters: Int?
    /// How many jobs it is made of, itself among them, and how many of those are done.
    var parts = (done: 0, total: 0)
    var attempts: [JobAttempt] = []
    var task: String?
    var result: JobTexts.Result?
}

extension JobQueue {
    /// Does what is asked, and gives the answer.
    func answer(_ id: RequestID, _ request: JobsRequest, from peer: JobPeer) async throws -> [UInt8] {
        switch request {
        case .submit(let drafts):
            let rows = try submit(drafts, from: peer)
            return ServerMessage.submitted(id, rows, names: drafts.map(\.name))
        case .list(let jobs, let states, let limit, let caller):
            let rows = try ledger.jobs(peer.view(caller), ids: jobs, states: states, limit: limit)
            return ServerMessage.jobs(id, try waiting(rows))
        case .show(.job(let job), let caller):
            let report = try report(try find(job, peer, caller))
            let decision = try await decision(of: report.attempts.last?.thought)
            return ServerMessage.job(id, report, decision)
        case .show(.thought(let thought), let caller):
            let decision = try await decision(thought, caller)
            return ServerMessage.job(id, try job(of: thought, peer, caller).map(report), decision)
        case .cancel(let job, let caller):
            let row = try find(job, peer, caller)
            return ServerMessage.jobCancelled(id, job, isCancelled: try cancel(row))
        case .retry(let job, let caller):
            let row = try find(job, peer, caller)
            guard row.state.hasEnded, row.state != .done else { throw BridgeError(.jobConflict) }
            try checkPlaces(for: [row])
            try ledger.retry(job)
            ring()
            return ServerMessage.jobs(id, try waiting([try find(job, peer, caller)]))
        case .replay(let subject, let caller):
            let thought = try thought(subject, peer, caller)
            let decision = try await decision(thought, caller)
            let replayed = Replay(decision, plan: service.replay(decision.record), service.registry)
            return ServerMessage.replayed(id, decision, replayed)
        }
    }

    /// Forgets all of an owner's jobs, those under way too; their texts are gone already.
    func forget(_ origin: Origin) throws {
        let owner = texts.memory.digests(of: origin).owner
        let jobs = try ledger.jobs(ownedBy: owner)
        for job in jobs { running.removeValue(forKey: job)?.task?.cancel() }
        try drop(jobs)
        ring()
    }

    // MARK: Taking in

    private func submit(_ drafts: [JobDraft], from peer: JobPeer) throws -> [JobRow] {
        let first = try ledger.nextJob()
        let numbers = drafts.indices.map { first + Int64($0) }
        var names: [String: Int64] = [:]
        for (draft, number) in zip(drafts, numbers) { if let name = draft.name { names[name] = number } }
        let settings = settings.current
        let now = ledger.nowMilliseconds
        var rows: [JobRow] = []
        for (draft, number) in zip(drafts, numbers) {
            let origin = try service.origin(persona: draft.params.persona, caller: draft.params.caller)
            let tries = draft.tries ?? settings.attempts
            rows.append(
                JobRow(
                    id: number,
                    peer: Int64(peer.user ?? .max),
                    owner: texts.memory.digests(of: origin).owner,
                    caller: draft.params.caller,
                    priority: draft.priority,
                    isIdempotent: draft.isIdempotent,
                    tries: tries,
                    triesLeft: tries,
                    backoff: draft.backoff ?? settings.backoff,
                    submitted: now,
                    needs: try needs(of: draft, names)
                )
            )
        }
        try check(rows, first, peer)
        let tasks = zip(drafts, numbers).map {
            ($1, StoredTask(think: $0.json, names: names.filter(draftNames($0))).json)
        }
        try makeRoom(for: rows, bytes: tasks.reduce(0) { $0 + $1.1.utf8.count })
        try keep(rows, tasks)
        ring()
        return rows
    }

    /// Keeps only the names that stand in its task.
    private func draftNames(_ draft: JobDraft) -> ((key: String, value: Int64)) -> Bool {
        let used = Set(JobTemplate(draft.params.draft.task).names)
        return { used.contains($0.key) }
    }

    /// Whom it waits for: those that it says, and those whose results have a place in its task.
    private func needs(of draft: JobDraft, _ names: [String: Int64]) throws(BridgeError) -> [Int64] {
        let places = JobTemplate(draft.params.draft.task).names.map(JobReference.init)
        var needs: Set<Int64> = []
        for reference in draft.after + places {
            switch reference {
            case .number(let number): needs.insert(number)
            case .name(let name):
                guard let number = names[name] else { throw BridgeError(.unknownJob) }
                needs.insert(number)
            }
        }
        return needs.sorted()
    }

    /// Nobody waits for himself, in whatever circle, nor for a job that is not there or not his to see.
    private func check(_ rows: [JobRow], _ first: Int64, _ peer: JobPeer) throws {
        let own = rows.map { row in row.needs.compactMap { $0 >= first ? Int($0 - first) : nil } }
        guard own.allSatisfy({ $0.allSatisfy(rows.indices.contains) }) else { throw BridgeError(.unknownJob) }
        guard JobGraph.stuck(own) == nil else { throw BridgeError.invalidParams("after") }
        for row in rows {
            let others = row.needs.filter { $0 < first }
            guard !others.isEmpty else { continue }
            // Whoever names a caller waits for that caller's jobs, and for nobody else's.
            let found = try ledger.jobs(peer.view(row.caller), ids: others, limit: others.count)
            guard found.count == others.count else { throw BridgeError(.unknownJob) }
        }
    }

    /// Whether so many more may wait.
    private func checkPlaces(for rows: [JobRow]) throws {
        let settings = settings.current
        let open = try ledger.openJobs()
        guard open.count + rows.count <= settings.most else {
            throw BridgeError(.queueFull, .init(limit: settings.most))
        }
        for row in rows {
            let own = (open + rows).count { $0.peer == row.peer && $0.caller == row.caller }
            guard own <= settings.mostOfCaller else {
                throw BridgeError(.queueFull, .init(limit: settings.mostOfCaller))
            }
        }
    }

    private func makeRoom(for rows: [JobRow], bytes: Int) throws {
        try checkPlaces(for: rows)
        let settings = settings.current
        let sizes = try texts.sizes()
        let gone = try surplus(sizes, sizes.count + rows.count, adding: bytes, before: .min)
        let left = sizes.values.reduce(bytes, +) - gone.reduce(0) { $0 + (sizes[$1] ?? 0) }
        guard left <= settings.bytes else { throw BridgeError(.queueFull, .init(limit: settings.bytes)) }
        try drop(gone)
    }

    /// The texts first: rows without them would be jobs that cannot be done.
    private func keep(_ rows: [JobRow], _ tasks: [(Int64, String)]) throws {
        var byOwner: [Data: [(id: Int64, json: String)]] = [:]
        for (row, task) in zip(rows, tasks) { byOwner[row.owner, default: []].append((task.0, task.1)) }
        do {
            for (owner, tasks) in byOwner { try texts.keep(tasks, of: owner) }
        } catch { throw BridgeError(.memoryUnavailable) }
        do { try ledger.accept(rows) } catch {
            _ = try? texts.delete(rows.map(\.id))
            throw BridgeError(.ledgerUnavailable)
        }
    }

    // MARK: Looking

    private func find(_ job: Int64, _ peer: JobPeer, _ caller: String?) throws -> JobRow {
        guard let row = try ledger.jobs(peer.view(caller), ids: [job], limit: 1).first else {
            throw BridgeError(.unknownJob)
        }
        return row
    }

    private func job(of thought: String, _ peer: JobPeer, _ caller: String?) throws -> JobRow? {
        guard let job = try ledger.job(of: thought) else { return nil }
        return try ledger.jobs(peer.view(caller), ids: [job], limit: 1).first
    }

    private func thought(_ subject: JobsRequest.Subject, _ peer: JobPeer, _ caller: String?) throws -> String {
        switch subject {
        case .thought(let thought): return thought
        case .job(let job):
            guard let attempt = try ledger.attempts(of: try find(job, peer, caller).id).last else {
                throw BridgeError(.jobConflict)
            }
            return attempt.thought
        }
    }

    private func decision(_ thought: String, _ caller: String?) async throws -> RecordedDecision {
        guard let decision = try await ledger.recordedDecision(thought, caller: caller) else {
            throw BridgeError(.unknownThought)
        }
        return decision
    }

    private func decision(of thought: String?) async throws -> RecordedDecision? {
        guard let thought else { return nil }
        return try await ledger.recordedDecision(thought)
    }

    /// The jobs, and which of them wait for others.
    private func waiting(_ rows: [JobRow]) throws -> [JobReport] {
        let open = Set(try ledger.openJobs().map(\.id))
        return rows.map { row in
            JobReport(
                row: row,
                isWaiting: row.state == .queued && row.needs.contains(where: open.contains),
                characters: running[row.id]?.characters
            )
        }
    }

    private func report(_ row: JobRow) throws -> JobReport {
        let open = try ledger.openJobs()
        let queued = open.map(\.queued)
        let order = JobScheduler(room: .max).decide(
            queued,
            results: try ledger.neededResults(),
            now: ledger.nowMilliseconds
        ).start
        let stored = try texts.task(row.id).map(StoredTask.init(json:))
        let parts = try ledger.parts(of: row.id)
        return JobReport(
            row: row,
            isWaiting: row.state == .queued && row.needs.contains { need in open.contains { $0.id == need } },
            ahead: order.firstIndex(of: row.id),
            characters: running[row.id]?.characters,
            parts: parts,
            attempts: try ledger.attempts(of: row.id),
            task: try stored?.asked().draft.task,
            result: row.state == .done ? try texts.result(row.id) : nil
        )
    }

    // MARK: Ending

    private func cancel(_ row: JobRow) throws -> Bool {
        guard try ledger.end([row.id], .cancelled, error: nil) == 1 else { return false }
        running.removeValue(forKey: row.id)?.task?.cancel()
        ring()
        return true
    }
}
