internal import Routing

/// What several models said, and which of it was taken.
struct ConsensusReport: Sendable {
    let terms: ConsensusTerms
    let ballots: [Ballot]
    let verdict: Verdict
    /// The most that it could have cost; nil where that was not known.
    let worstCase: NanoDollars?
    /// What each said, as its client may see it.
    var shown: [String?] = []

    /// What was taken.
    var answer: Answer {
        guard let answer = ballots[verdict.winner].answer else { preconditionFailure("a verdict stands on an answer") }
        return answer
    }

    /// The report, with what each said through the reply filter.
    func shown(through filter: ReplyFilter, _ thought: Thought) -> ConsensusReport {
        var report = self
        report.shown = ballots.map { ballot in
            ballot.answer.map { answer in
                var filter = filter
                let text = filter.feed(answer.text) + filter.finish(isCut: answer.finish == .length)
                return ClosedForm.choice(text, for: thought.prompt, kind: answer.kind)
            }
        }
        return report
    }

    /// What all of them cost; nil when that is not known of one that answered.
    var cost: NanoDollars? {
        ballots.compactMap(\.answer).reduce(NanoDollars(0)) { sum, answer in
            guard let sum, let cost = answer.cost else { return nil }
            return NanoDollars(sum.value + cost.value)
        }
    }
}

extension ThoughtService {
    /// The least that those have who cannot change the decision: in a second most that are quick have answered, too.
    private static let leastGrace = Duration.seconds(1)

    private typealias Vote = (place: Int, ballot: Ballot, attempts: [Attempt])

    /// The votes in the order of those who were asked. With a majority that stands the time of the others begins to run.
    private static func collect(
        _ group: inout TaskGroup<Vote?>,
        asked: Int,
        _ terms: ConsensusTerms,
        _ world: Router.Circumstances
    ) async -> [Vote] {
        let began = world.now()
        var votes: [Vote] = []
        var isDecided = false
        for await vote in group {
            // Nothing is the end of that time.
            guard let vote else {
                group.cancelAll()
                continue
            }
            votes.append(vote)
            if votes.count == asked { group.cancelAll() }
            guard !isDecided, Verdict.stands(votes.map(\.ballot), asked: asked, terms) else { continue }
            isDecided = true
            let rest = max(leastGrace, world.now() - began)
            group.addTask {
                await world.sleep(rest)
                return nil
            }
        }
        return votes.sorted { $0.place < $1.place }
    }

    /// Asks several models at once, and takes what they agree on.
    ///
    /// Each is a thought of its own in the ledger and for the budgets, sent to one backend and nobody else. When the task is
    /// cancelled all of them are; nothing is asked again. Where a majority stands whatever the others will say, they have as
    /// long again as it took, and are cancelled then: one that is slow or hangs holds up nobody.
    func agree(
        on thought: Thought,
        _ terms: ConsensusTerms,
        _ router: Router
    ) async throws(RoutingError) -> ConsensusReport {
        let plan = router.plan(thought)
        let members = ConsensusPlan(terms, plan, maxTokens: thought.maxTokens)
        guard members.members.count >= terms.quorum else { throw .noBackend(members.rejected) }
        guard !members.isTooDear(for: terms) else { throw .noBackend(members.tooDear) }
        let kind = plan.classification.kind
        let votes = await withTaskGroup(of: Vote?.self) { group in
            for (place, backend) in members.members.enumerated() {
                var own = thought
                own.constraints.backend = backend.id
                own.isCacheable = false
                own.isStreamed = false
                // The bound is kept, and not only foretold: a second try is paid out of the same sum, and an answer that
                // nobody limits is no longer than it was reckoned.
                if terms.maxCost != nil, let most = members.worstCases[place] {
                    own.maxCost = own.maxCost.map { min($0, most) } ?? most
                }
                let vote = own
                group.addTask {
                    do throws(RoutingError) {
                        let answer = try await router.think(vote)
                        let choice = ClosedForm.choice(answer.text, for: vote.prompt, kind: kind)
                        return (place, Ballot(backend.id, answer, choice: choice), [])
                    } catch {
                        let attempts = error.attempts
                        return (place, Ballot(backend.id, failure: error.failure), attempts)
                    }
                }
            }
            return await Self.collect(&group, asked: members.members.count, terms, router.world)
        }
        if Task.isCancelled { throw .cancelled }
        let absent = members.rejected.filter { terms.backends.contains($0.backend) }
            .map { Ballot($0.backend, failure: $0.rule.failure) }
        let cast = votes.map(\.ballot) + absent
        guard let verdict = Verdict(cast, terms) else { throw .allFailed(votes.flatMap(\.attempts)) }
        return ConsensusReport(terms: terms, ballots: cast, verdict: verdict, worstCase: members.worstCase)
    }
}

extension RoutingError {
    fileprivate var attempts: [Attempt] {
        switch self {
        case .allFailed(let attempts), .deadline(let attempts), .ledgerUnavailable(let attempts): attempts
        case .noBackend, .egressBlocked, .cancelled: []
        }
    }

    /// In one word.
    fileprivate var failure: FailureClass {
        if case .some(.failed(let failure)) = attempts.last?.outcome { return failure }
        return switch self {
        case .cancelled: .cancelled
        case .deadline: .timeoutTotal
        case .noBackend(let rejected): rejected.contains { $0.rule == .budget } ? .overBudget : .breakerOpen
        case .allFailed, .egressBlocked, .ledgerUnavailable: .unreachable
        }
    }
}

extension Rejection.Rule {
    /// Why one that was to vote could not be asked.
    fileprivate var failure: FailureClass {
        switch self {
        case .budget: .overBudget
        case .context: .contextWindow
        case .saturated: .saturated
        default: .breakerOpen
        }
    }
}
