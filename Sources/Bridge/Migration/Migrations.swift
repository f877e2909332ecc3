internal import Foundation
internal import Logging
internal import Routing

/// Carries out migrations: one at a time, on record in the ledger, across restarts.
///
/// What a step does is the steering's; what is seen of it comes through the ears; whether it goes on is the watch's word.
/// Each change is committed before it has an effect, but for one: a target that must be left is left at once.
actor Migrations {
    let ledger: Ledger
    private let registry: DynamicRegistry
    private let live: LiveRouting
    private let board: HealthBoard
    private let steering: MigrationSteering
    private let ears: MigrationEars
    private let logger: Logger
    /// Whether the rules let that backend have the thought at all.
    private let mayHave: @Sendable (Thought, BackendID) -> Bool
    /// Asks the target for a copy.
    private let copy: @Sendable (Thought) async -> Result<Answer, RoutingError>
    /// The last one, whatever became of it.
    private(set) var kept: KeptMigration?
    private(set) var watch: MigrationWatch?
    private(set) var copies = ShadowTally()
    /// What copies have cost, those under way at their worst.
    private(set) var copyCost = NanoDollars(0)
    /// How many copies a budget has held back since the daemon began.
    private(set) var heldBack = 0
    private var copiesInFlight = 0
    private var successions: [MigrationSuccession] = []
    private var draining: Task<Void, Never>?
    private var listening: Task<Void, Never>?
    /// An end that could not be written down when it came.
    private var owed: (event: String, words: String?)?

    private static let mostCopiesInFlight = 2

    /// Reads what the ledger kept, and goes on with it.
    init(
        ledger: Ledger,
        registry: DynamicRegistry,
        live: LiveRouting,
        board: HealthBoard,
        steering: MigrationSteering,
        ears: MigrationEars,
        logger: Logger,
        mayHave: @escaping @Sendable (Thought, BackendID) -> Bool,
        copy: @escaping @Sendable (Thought) async -> Result<Answer, RoutingError>
    ) throws {
        self.ledger = ledger
        self.registry = registry
        self.live = live
        self.board = board
        self.steering = steering
        self.ears = ears
        self.logger = logger
        self.mayHave = mayHave
        self.copy = copy
        successions = try Self.successions(ledger)
        kept = try ledger.openMigration() ?? ledger.lastMigration()
        if let kept, !kept.migration.state.isOver {
            (watch, copies, copyCost) = try Self.restored(kept, ledger)
        }
        Self.follow(kept?.migration, successions, steering, ears)
    }

    /// Begins to listen; what was under way goes on.
    func start() async {
        guard listening == nil else { return }
        let heard = ears.heard
        listening = Task { [weak self] in
            for await one in heard { await self?.take(one) }
        }
        if let migration = kept?.migration, migration.state == .running, migration.current == .drain { drain() }
        await reconcile()
    }

    private static func successions(_ ledger: Ledger) throws -> [MigrationSuccession] {
        try ledger.doneMigrations().compactMap(\.succession)
    }

    /// What had been seen of a step.
    private static func restored(
        _ kept: KeptMigration,
        _ ledger: Ledger
    ) throws -> (MigrationWatch, ShadowTally, NanoDollars) {
        var watch = MigrationWatch(kept.migration)
        var tally = ShadowTally()
        var cost = 0.0
        for pair in try ledger.copies(of: kept.migration.id) {
            tally.take(pair)
            cost += pair.target.cost ?? 0
            _ = watch.take(pair.source)
            _ = watch.take(pair.target)
        }
        if let shift = MigrationShift(kept.migration) {
            let samples = try ledger.samples(of: shift, since: kept.since)
            for sample in samples.before + samples.step { _ = watch.take(sample) }
        }
        return (watch, tally, NanoDollars(dollars: cost) ?? NanoDollars(0))
    }

    private static func follow(
        _ migration: Migration?,
        _ successions: [MigrationSuccession],
        _ steering: MigrationSteering,
        _ ears: MigrationEars
    ) {
        // One that is done is among them already.
        let open = migration.flatMap { $0.state.isOver ? nil : $0.succession }
        let all = successions + [open].compactMap(\.self)
        steering.follow(migration.flatMap(MigrationShift.init), successions: all)
        ears.listen(
            migration.map { !$0.state.isOver } ?? false,
            copying: migration.flatMap { $0.isShadowing ? $0.source : nil }
        )
    }

    /// Lets go.
    nonisolated func close() { ears.close() }

    // MARK: What operators ask

    /// What a wish comes to; nothing is done.
    func plan(_ wish: MigrationWish) throws(BridgeError) -> MigrationPlan {
        try MigrationPlan(wish, live.current)
    }

    /// Begins what is wished.
    func apply(_ wish: MigrationWish) async throws(BridgeError) {
        payDebt()
        if let kept, !kept.migration.state.isOver { throw BridgeError(.migrationRuns) }
        let plan = try MigrationPlan(wish, live.current)
        guard plan.targetTakesWork else { throw plan.problem("Enable the target before work is given to it.", "to") }
        do { kept = try ledger.begin(plan.migration) } catch {
            logger.error("a migration cannot be kept", metadata: ["reason": "\(LedgerWriter.reason(error))"])
            throw BridgeError(.ledgerUnavailable)
        }
        guard let kept else { return }
        copies = ShadowTally()
        copyCost = NanoDollars(0)
        heldBack = 0
        watch = try? Self.restored(kept, ledger).0
        if watch == nil { watch = MigrationWatch(kept.migration) }
        // The steps begin with what is seen from now on.
        watch?.begin()
        Self.follow(kept.migration, successions, steering, ears)
        logger.notice(
            "a migration begins",
            metadata: ["from": "\(kept.migration.source)", "to": "\(kept.migration.target)"]
        )
    }

    func pause() async throws(BridgeError) {
        try await change(.pause("an operator paused it"), "paused", words: nil)
    }

    func resume() async throws(BridgeError) {
        try await change(.resume, "resumed", words: nil, isNewStep: true)
    }

    func rollBack() async throws(BridgeError) {
        let why = "an operator took it back"
        try await change(.rollBack(why), "rolled_back", words: why)
    }

    /// Looks whether both backends are still there: after a reload, and when one was removed.
    func reconcile() async {
        guard let migration = kept?.migration, !migration.state.isOver else { return }
        let registry = live.current.registry
        for id in [migration.target, migration.source] where registry[id] == nil {
            return await stop("\(id) is no longer there")
        }
    }

    // MARK: What is heard

    private func take(_ heard: MigrationEars.Heard) async {
        switch heard {
        case .decided(let decision):
            guard let migration = kept?.migration, migration.current != .drain, let shift = MigrationShift(migration),
                let sample = MigrationSample(decision, of: shift), let finding = watch?.take(sample)
            else { return }
            await take(finding)
        case .answered(let thought, let answer): await offer(thought, answer)
        }
    }

    private func take(_ finding: MigrationWatch.Finding) async {
        guard let migration = kept?.migration, !migration.state.isOver else { return }
        switch finding {
        case .stopped(let why): await stop(why)
        case .passed(let words):
            // A paused one is watched on, in rounds.
            guard migration.state == .running else {
                watch?.begin()
                return
            }
            if migration.isShadowing, let why = copies.objection(migration.gate) { return await stop(why) }
            do throws(BridgeError) { try await change(.passed(words), "passed", words: words, isNewStep: true) } catch {
                // It is asked again with the next thought.
                logger.error("a step of a migration cannot be kept", metadata: ["code": "\(error.code.name)"])
            }
        }
    }

    // MARK: Changes

    /// Leaves the target at once; what cannot be written down is written down later.
    private func stop(_ why: String) async {
        guard let migration = kept?.migration, !migration.state.isOver else { return }
        logger.warning(
            "a migration was stopped",
            metadata: ["from": "\(migration.source)", "to": "\(migration.target)", "why": "\(why)"]
        )
        do throws(BridgeError) { try await change(.stopped(why), "stopped", words: why) } catch {
            guard var kept, !kept.migration.state.isOver else { return }
            _ = try? kept.migration.take(.stopped(why))
            self.kept = kept
            owed = ("stopped", why)
            Self.follow(kept.migration, successions, steering, ears)
            Task { [weak self] in
                while await self?.owed != nil {
                    try? await Task.sleep(for: Self.debtInterval)
                    await self?.payDebt()
                }
            }
        }
    }

    private func change(
        _ event: Migration.Event,
        _ name: String,
        words: String?,
        isNewStep: Bool = false
    ) async throws(BridgeError) {
        payDebt()
        guard let before = kept, !before.migration.state.isOver else { throw BridgeError(.noMigration) }
        var migration = before.migration
        let effect: Migration.Effect
        do { effect = try migration.take(event) } catch {
            let why = migration.state == .paused ? "It is paused." : "It is not paused."
            throw BridgeError(.badMigration, .init(why: why))
        }
        if effect == .restoreSource {
            // Its word must not come after ours.
            draining?.cancel()
            await draining?.value
            try await registry.undrain(migration.source)
            // Somebody else may have had a word meanwhile.
            guard kept == before else { throw BridgeError(.badMigration, .init(why: "It has just changed.")) }
        }
        do { try ledger.keep(migration, event: name, words: words, isNewStep: isNewStep) } catch {
            logger.error("a migration cannot be kept", metadata: ["reason": "\(LedgerWriter.reason(error))"])
            throw BridgeError(.ledgerUnavailable)
        }
        kept?.migration = migration
        if isNewStep { watch?.begin() }
        if migration.state == .done, let succession = migration.succession { successions.append(succession) }
        Self.follow(migration, successions, steering, ears)
        if effect == .drainSource { drain() }
        if migration.state == .paused { draining?.cancel() }
        logger.notice("a migration goes on", metadata: ["event": "\(name)", "step": "\(migration.current.name)"])
    }

    /// Writes down an end that could not be written down when it came.
    private func payDebt() {
        guard let debt = owed, let migration = kept?.migration else { return }
        guard (try? ledger.keep(migration, event: debt.event, words: debt.words, isNewStep: false)) != nil else {
            return
        }
        owed = nil
    }

    // MARK: Draining

    /// Lets the source take nothing new, by the same word as an operator's, and waits until it has nothing left.
    private func drain() {
        draining?.cancel()
        guard let source = kept?.migration.source else { return }
        draining = Task { [weak self, registry, board, logger] in
            var isTold = false
            var quiet = 0
            while !Task.isCancelled {
                do throws(BridgeError) {
                    if !isTold { try await registry.say(.draining, of: source.rawValue) }
                    isTold = true
                } catch {
                    logger.error("a migration cannot drain its source", metadata: ["code": "\(error.code.name)"])
                }
                let inFlight = board.snapshot().first { $0.backend == source }?.inFlight ?? 0
                quiet = isTold && inFlight == 0 ? quiet + 1 : 0
                // What was planned a moment ago may not have begun yet.
                if quiet >= 2 {
                    guard await self?.drained() == false else { return }
                    // The ledger did not take it, which is on record in the log.
                    try? await Task.sleep(for: Self.debtInterval)
                } else {
                    try? await Task.sleep(for: Self.drainInterval)
                }
            }
        }
    }

    private static let drainInterval = Duration.milliseconds(100)
    /// How long what the ledger did not take waits until it is tried again.
    private static let debtInterval = Duration.seconds(5)

    /// Ends the last step.
    /// - Returns: false when that is to be tried again.
    private func drained() async -> Bool {
        guard kept?.migration.state == .running, kept?.migration.current == .drain else { return true }
        do throws(BridgeError) { try await change(.drained, "drained", words: nil) } catch {
            logger.error("the end of a drain cannot be kept", metadata: ["code": "\(error.code.name)"])
            return false
        }
        return true
    }

    // MARK: Copies

    /// Pauses by itself; what the ledger does not take is asked again with the next thought.
    private func pause(_ why: String) async {
        do throws(BridgeError) { try await change(.pause(why), "paused", words: why) } catch {
            logger.error("a pause of a migration cannot be kept", metadata: ["code": "\(error.code.name)"])
        }
    }

    /// Gives the target a copy of a thought, if there is room and money for one more.
    private func offer(_ thought: Thought, _ answer: Answer) async {
        guard let migration = kept?.migration, migration.isShadowing, copiesInFlight < Self.mostCopiesInFlight,
            let target = live.current.registry[migration.target], mayHave(thought, migration.target)
        else { return }
        var copied = thought
        copied.purpose = .shadow
        copied.constraints.backend = migration.target
        copied.constraints.model = nil
        copied.isCacheable = false
        copied.conversation = nil
        // It is the operator's wish: nobody else pays for it out of a budget of his own.
        copied.caller = nil
        let worst = copied.worstCase(on: target)
        guard copyCost.value + worst.value <= migration.maxCost.value else {
            return await pause("the copies have cost what they may")
        }
        if worst.value > 0 { copied.maxCost = worst }
        copyCost.value += worst.value
        copiesInFlight += 1
        Task { [weak self, copy, copied] in
            let end = await copy(copied)
            await self?.copied(copied, answer, end, held: worst)
        }
    }

    private func copied(
        _ thought: Thought,
        _ answer: Answer,
        _ end: Result<Answer, RoutingError>,
        held: NanoDollars
    ) async {
        copiesInFlight -= 1
        // A copy that failed may have cost something; nobody knows how much, so it stays counted at its worst.
        if case .success(let other) = end, let cost = other.cost { copyCost.value += cost.value - held.value }
        if case .failure(let error) = end {
            if error.sentNothing { copyCost.value -= held.value }
            if error.isBudgets { heldBack += 1 }
        }
        guard let migration = kept?.migration, migration.isShadowing, let pair = ShadowTally.Pair(answer, end) else {
            return
        }
        do { try ledger.keep(pair, of: migration.id) } catch {
            return logger.error("a copy's verdict cannot be kept", metadata: ["reason": "\(type(of: error))"])
        }
        copies.take(pair)
        _ = watch?.take(pair.source)
        if let finding = watch?.take(pair.target) { await take(finding) }
    }
}
