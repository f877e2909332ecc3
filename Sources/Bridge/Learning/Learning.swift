internal import Logging
internal import Routing
internal import Synchronization

/// Routing that learns: what is known of the backends, kept up with what comes of requests, and said of every plan.
///
/// It is made anew out of the ledger at the start. A plan takes the lock for as long as it takes to read one list.
final class Learning: PlanSteering {
    private struct State {
        var policy: LearningPolicy
        var bandit: Bandit
        /// The one that experiments ask: it acts, whatever the mode.
        var tester: Bandit
        var experience = Experience()
        var standing: ExperimentStanding?
        /// While the ledger is read: whether something has changed that must be read again.
        var isReading = false
        var isStale = false
        /// What was heard meanwhile, by the number of its request: it may be among what is read, or not.
        var heard: [(request: Int64, outcome: RequestOutcome)] = []

        init(_ policy: LearningPolicy) {
            self.policy = policy
            bandit = Bandit(policy)
            var acting = policy
            acting.mode = .on
            tester = Bandit(acting)
        }
    }

    let ledger: Ledger
    let preferences: Preferences
    private let logger: Logger
    private let state: Mutex<State>
    /// Whether there is nothing to say.
    private let isIdle = Atomic<Bool>(true)
    /// Experiments begin and end one after the other.
    private let isChanging = Atomic<Bool>(false)

    /// - Throws: what the database says.
    init(_ policy: LearningPolicy, ledger: Ledger, logger: Logger) throws {
        self.ledger = ledger
        self.logger = logger
        preferences = Preferences(try ledger.toldPreferences())
        var state = State(policy)
        state.standing = try ledger.lastExperiment()
        let isIdle = policy.mode == .off && state.standing?.isRunning != true
        self.state = Mutex(state)
        self.isIdle.store(isIdle, ordering: .releasing)
        ledger.activity.listen { [weak self] in self?.heard($0) }
        ledger.activity.listen { [weak self] in self?.heard($0, $1, at: $2) }
    }

    /// How it learns, now.
    var policy: LearningPolicy { state.withLock { $0.policy } }

    /// What is known, now.
    var experience: Experience { state.withLock { $0.experience } }

    /// The last experiment; nil when there never was one.
    var standing: ExperimentStanding? { state.withLock { $0.standing } }

    // MARK: Deciding

    func steer(_ plan: consuming RoutePlan, _ facts: borrowing Selector.Facts) -> RoutePlan {
        guard !isIdle.load(ordering: .acquiring) else { return plan }
        let kind = plan.classification.kind
        let (bandit, tester, arms, experiment) = state.withLock { state in
            let experiment = state.standing.flatMap { $0.isRunning ? $0.experiment : nil }
            return (state.bandit, state.tester, state.experience.arms(kind), experiment)
        }
        if let experiment {
            let (tested, isEnrolled) = experiment.steer(plan, facts, tester, arms)
            if isEnrolled { return tested }
            plan = tested
        }
        guard let lesson = bandit.lesson(plan, facts, arms) else { return plan }
        return bandit.apply(lesson, to: plan)
    }

    // MARK: Learning

    /// So many are kept while the ledger is read; beyond that it is read once more.
    private static let mostHeard = 10_000

    private func heard(_ receipt: EgressReceipt, _ settlement: Settlement, at time: Int64) {
        guard !isIdle.load(ordering: .acquiring),
            let outcome = RequestOutcome(receipt, settlement, time: time)
        else { return }
        state.withLock { state in
            guard state.policy.mode != .off else { return }
            state.experience.learn(outcome, state.policy)
            guard state.isReading else { return }
            if state.heard.count < Self.mostHeard {
                state.heard.append((receipt.sequence, outcome))
            } else {
                state.isStale = true
            }
        }
    }

    private func heard(_ decision: DecisionRecord) {
        guard let trial = decision.trial, let reward = decision.trialReward else { return }
        let ended: ExperimentStanding? = state.withLock { state in
            guard var standing = state.standing, standing.isRunning, standing.experiment.id == trial.experiment else {
                return nil
            }
            standing.test.add(reward, toB: trial.isB, standing.experiment)
            state.standing = standing
            return standing.isRunning ? nil : standing
        }
        guard let ended else { return }
        settle()
        logger.notice(
            "the experiment is decided",
            metadata: ["experiment": "\(ended.experiment.id)", "verdict": "\(ended.test.verdict.rawValue)"]
        )
    }

    /// Takes what somebody thought of an answer.
    func rated(_ thought: RatedThought, stars: Int) async {
        let isOn = state.withLock { state in
            guard state.policy.mode != .off else { return false }
            // It is on record already, and may be read or not.
            if state.isReading { state.isStale = true }
            if thought.lastStars == nil, let kind = thought.kind, let backend = BackendID(thought.backend) {
                state.experience.learn(stars: stars, kind, backend, time: thought.time, state.policy)
            }
            return true
        }
        guard isOn else { return }
        // The last word counts, and the one before is in the sums already.
        if let last = thought.lastStars, last != stars { await read() }
        guard let caller = thought.caller, policy.showsPreferences else { return }
        await noticePreferences(of: caller)
    }

    /// Forgets what a caller has taught and prefers.
    func forget(_ caller: String) async throws(BridgeError) {
        do { try await ledger.forgetLessons(of: caller) } catch { throw BridgeError(.ledgerUnavailable) }
        preferences.forget(caller)
        if policy.mode != .off { await read() }
    }

    /// Learns by another policy from now on.
    func adopt(_ policy: LearningPolicy) async {
        let hasChanged = state.withLock { state in
            guard state.policy != policy else { return false }
            let standing = state.standing
            let experience = policy.mode == .off ? Experience() : state.experience
            state = State(policy)
            (state.standing, state.experience) = (standing, experience)
            return true
        }
        guard hasChanged else { return }
        settle()
        await start()
    }

    /// Reads what is on record. Until then nothing is known, and the rules decide.
    func start() async {
        let policy = policy
        if policy.mode != .off { await read() }
        await noticePreferences(of: nil)
    }

    /// Reads all again. Of two who want it at once one does it for both.
    private func read() async {
        let isMine = state.withLock { state in
            state.isStale = true
            defer { state.isReading = true }
            return !state.isReading
        }
        guard isMine else { return }
        while true {
            let policy = state.withLock { state -> LearningPolicy? in
                if !state.isStale {
                    state.isReading = false
                    return nil
                }
                state.isStale = false
                state.heard = []
                return state.policy
            }
            guard let policy else { return }
            do {
                // What was told until now is written before.
                _ = await ledger.commits.append(.mark)
                var (experience, requests) = try await ledger.lived(policy)
                state.withLock { state in
                    guard state.policy == policy, policy.mode != .off else { return }
                    for (request, outcome) in state.heard where !requests.contains(request) {
                        experience.learn(outcome, policy)
                    }
                    state.heard = []
                    state.experience = experience
                }
            } catch {
                logger.error("what was learned cannot be read", metadata: ["reason": "\(type(of: error))"])
            }
        }
    }

    private func noticePreferences(of caller: String?) async {
        guard policy.showsPreferences else {
            if caller == nil { preferences.forgetLearned() }
            return
        }
        do { preferences.notice(try await ledger.ratings(by: caller), of: caller) } catch {
            logger.error("ratings cannot be read", metadata: ["reason": "\(type(of: error))"])
        }
    }

    /// Is there anything to say from now on?
    private func settle() {
        let isIdle = state.withLock { $0.policy.mode == .off && $0.standing?.isRunning != true }
        self.isIdle.store(isIdle, ordering: .releasing)
    }

    // MARK: Experiments

    /// Begins an experiment.
    /// - Throws: ``BridgeError/Code/experimentRunning`` while there is one.
    func begin(_ experiment: Experiment) async throws(BridgeError) -> ExperimentStanding {
        guard !isChanging.exchange(true, ordering: .acquiringAndReleasing) else {
            throw BridgeError(.experimentRunning)
        }
        defer { isChanging.store(false, ordering: .releasing) }
        if standing?.isRunning == true { throw BridgeError(.experimentRunning) }
        let standing: ExperimentStanding
        do { standing = try await ledger.begin(experiment) } catch { throw BridgeError(.ledgerUnavailable) }
        state.withLock { $0.standing = standing }
        settle()
        return standing
    }

    /// Stops the one that is running; gives how the last one stands, nil when there never was one.
    func stop() async throws(BridgeError) -> ExperimentStanding? {
        guard let running = standing, running.isRunning else { return standing }
        let stopped: ExperimentStanding
        do { stopped = try await ledger.stop(running) } catch { throw BridgeError(.ledgerUnavailable) }
        state.withLock { state in
            if state.standing?.experiment.id == stopped.experiment.id { state.standing?.stopped = stopped.stopped }
        }
        settle()
        return standing
    }
}

extension LearningPolicy {
    /// Whether ratings may steer.
    fileprivate var showsPreferences: Bool { mode == .on && learnsPreferences }
}
