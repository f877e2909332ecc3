import Testing

@testable import Routing

/// Shorthand for tests of migrations.
enum Migrating {
    static func migration(
        _ strategy: Migration.Strategy = .gradualMigration,
        shares: [Int]? = nil,
        drains: Bool = true,
        id: Int64 = 7,
        gate: MigrationGate = MigrationGate()
    ) throws -> Migration {
        let (source, target) = (try Fixture.id("alpha"), try Fixture.id("beta"))
        return Migration(
            id: id,
            from: source,
            to: target,
            strategy: strategy,
            steps: try Migration.steps(
                strategy,
                from: source,
                to: target,
                shares: shares,
                drains: drains,
                samples: gate.samples
            ),
            gate: gate,
            maxCost: NanoDollars(1_000_000_000)
        )
    }

    static func shift(_ share: Int, id: Int64 = 7) throws -> MigrationShift {
        MigrationShift(id: id, from: try Fixture.id("alpha"), to: try Fixture.id("beta"), share: share)
    }
}

@Suite("A migration goes from step to step, and what does not fit changes nothing")
struct MigrationTests {
    private func names(_ migration: Migration) -> [String] { migration.steps.map(\.name) }

    @Test("each strategy has its steps")
    func steps() throws {
        #expect(try names(Migrating.migration()) == ["share:10", "share:50", "share:100", "drain"])
        #expect(try names(Migrating.migration(shares: [1, 100], drains: false)) == ["share:1", "share:100"])
        #expect(try names(Migrating.migration(.immediateCutover)) == ["share:100", "drain"])
        #expect(try names(Migrating.migration(.parallelTesting)) == ["shadow:100"])
        for step in try Migrating.migration().steps { #expect(Migration.Step(name: step.name) == step) }
    }

    @Test(
        "a step's name that is none is no step",
        arguments: ["", "share", "share:0", "share:101", "drain:1", "shadow:-1", "x:1"]
    )
    func noStep(name: String) {
        #expect(Migration.Step(name: name) == nil)
    }

    @Test(
        "a plan that cannot be is told",
        arguments: [[], [10, 5, 100], [10, 50], [0, 100], [10, 10, 100], [50, 101]]
    )
    func noPlan(shares: [Int]) throws {
        #expect(throws: Migration.PlanProblem.shares) { try Migrating.migration(shares: shares) }
        #expect(throws: Migration.PlanProblem.noShares) { try Migrating.migration(.immediateCutover, shares: [100]) }
        let id = try Fixture.id("alpha")
        #expect(throws: Migration.PlanProblem.sameBackend) {
            try Migration.steps(.immediateCutover, from: id, to: id, samples: 10)
        }
    }

    @Test("passed gates lead to the drain, and its end to the end")
    func whole() throws {
        var migration = try Migrating.migration()
        var shares = [migration.share]
        for _ in 0..<2 {
            #expect(try migration.take(.passed("ok")) == .none)
            shares.append(migration.share)
        }
        #expect(shares == [10, 50, 100])
        #expect(throws: Migration.Misfit.self) { try migration.take(.drained) }
        #expect(try migration.take(.passed("ok")) == .drainSource)
        #expect(migration.share == 100)
        #expect(throws: Migration.Misfit.self) { try migration.take(.passed("ok")) }
        #expect(try migration.take(.drained) == .none)
        #expect(migration.state == .done)
        #expect(migration.share == 100)
        #expect(MigrationShift(migration) == nil)
        #expect(migration.succession?.isDrained == true)
    }

    @Test("who keeps the source has the target in its place all the same, and copies move nothing")
    func kept() throws {
        var migration = try Migrating.migration(shares: [100], drains: false)
        #expect(migration.succession == nil)
        try migration.take(.passed("ok"))
        #expect(migration.state == .done)
        #expect(migration.succession?.isDrained == false)
        var test = try Migrating.migration(.parallelTesting)
        try test.take(.passed("ok"))
        #expect(test.state == .done)
        #expect(test.succession == nil)
        #expect(test.share == 0)
    }

    @Test("a rollback gives the work back, and from the drain on restores the source")
    func rollback() throws {
        var migration = try Migrating.migration()
        #expect(try migration.take(.stopped("it fails")) == .none)
        #expect(migration.state == .rolledBack)
        #expect(migration.reason == "it fails")
        #expect(migration.share == 0)
        var late = try Migrating.migration(.immediateCutover)
        try late.take(.passed("ok"))
        #expect(try late.take(.rollBack("no")) == .restoreSource)
    }

    @Test("a pause keeps the share, and only a paused one goes on")
    func pause() throws {
        var migration = try Migrating.migration()
        try migration.take(.pause("wait"))
        #expect(migration.share == 10)
        for event: Migration.Event in [.pause("again"), .passed("ok"), .drained] {
            #expect(throws: Migration.Misfit.self) { try migration.take(event) }
        }
        #expect(migration.reason == "wait")
        try migration.take(.resume)
        #expect(migration.reason == nil)
        #expect(throws: Migration.Misfit.self) { try migration.take(.resume) }
        try migration.take(.pause("wait"))
        #expect(try migration.take(.stopped("it fails")) == .none)
    }

    @Test("what is over takes nothing more", arguments: [Migration.State.done, .rolledBack])
    func over(state: Migration.State) throws {
        let made = try Migrating.migration()
        var migration = Migration(
            id: 1,
            from: made.source,
            to: made.target,
            strategy: made.strategy,
            steps: made.steps,
            gate: made.gate,
            maxCost: made.maxCost,
            state: state
        )
        let before = migration
        let events: [Migration.Event] = [.passed(""), .stopped(""), .drained, .pause(""), .resume, .rollBack("")]
        for event in events { #expect(throws: Migration.Misfit.self) { try migration.take(event) } }
        #expect(migration == before)
    }
}

@Suite("A plan is steered for the share of the step, and conversations stay where they are")
struct MigrationSteeringTests {
    private func plan(_ names: [String] = ["alpha", "other", "beta"], rejected: [Rejection] = []) throws -> RoutePlan {
        RoutePlan(
            classification: Selecting.facts(.general).classification,
            candidates: try names.map { Candidate.of(try Fixture.backend($0)) },
            rejected: rejected,
            criterion: .balanced,
            path: ["automatic"],
            promptTokens: 10
        )
    }

    private func facts(_ conversation: String? = nil, turn: UInt64 = 0, backend: BackendID? = nil) -> Selector.Facts {
        Selecting.facts(.general) { facts in
            facts.conversation = conversation
            facts.turn = turn
            facts.constraints.backend = backend
        }
    }

    @Test("the target takes the source's place, the source is next, and the words say why")
    func order() throws {
        let steered = try Migrating.shift(100).steer(plan(), facts())
        #expect(Selecting.names(steered) == ["beta", "alpha", "other"])
        #expect(steered.candidates[0].why == "migration 7: beta in place of alpha, 100 %")
        let middle = try Migrating.shift(100).steer(plan(["other", "alpha", "beta"]), facts())
        #expect(Selecting.names(middle) == ["other", "beta", "alpha"])
        #expect(middle.candidates[0].why == Candidate.of(try Fixture.backend("other")).why)
    }

    @Test("who is ahead stays ahead, who is not there is not brought in, and who was asked for is asked")
    func untouched() throws {
        let shift = try Migrating.shift(100)
        for names in [["beta", "alpha"], ["alpha", "other"], ["other", "beta"], []] {
            #expect(Selecting.names(shift.steer(try plan(names), facts())) == names)
        }
        let named = shift.steer(try plan(), facts(backend: try Fixture.id("alpha")))
        #expect(Selecting.names(named) == ["alpha", "other", "beta"])
    }

    @Test("learning has no say between the two: the share is the step's, and each is marked as whose it is")
    func learned() throws {
        func learned(_ names: [String], _ verdict: Lesson.Verdict = .prefers) throws -> RoutePlan {
            var plan = try plan(names)
            let first = plan.candidates[0]
            let belief = Belief(Evidence(), Weights.weights(for: .balanced, needs: Needs()), prior: 0.5, worth: 1)
            let lesson = Lesson(
                verdict: verdict,
                isShadow: false,
                backend: first.backend.id,
                belief: belief,
                other: nil,
                otherBelief: nil,
                place: 1
            )
            plan.candidates[0].reason = .learned(lesson, over: first.reason)
            return plan
        }
        let all = try Migrating.shift(100).steer(learned(["beta", "alpha", "other"]), facts())
        #expect(Selecting.names(all) == ["beta", "alpha", "other"])
        #expect(all.candidates[0].why == "migration 7: beta in place of alpha, 100 %")
        let shift = try Migrating.shift(10)
        let firsts = try (0..<UInt64(1_000)).map { turn in
            let plan = try shift.steer(learned(["beta", "alpha", "other"]), facts(turn: turn))
            #expect(plan.candidates[0].why.hasPrefix(shift.mark) == (plan.candidates[0].backend.id == shift.target))
            return Selecting.names(plan)[0]
        }
        #expect((50...150).contains(firsts.count { $0 == "beta" }))
        // By the rules it was the target's, or somebody else's: nothing of it is handed over.
        for plan in [try learned(["beta", "alpha"], .agrees), try learned(["beta", "other", "alpha"])] {
            #expect(Selecting.names(shift.steer(plan, facts())) == Selecting.names(plan))
        }
    }

    @Test("the bounds of the strategy stay at their places")
    func gates() throws {
        var plan = try plan()
        plan.candidates[1].gate = Candidate.Gate(classes: [.lowQuality], span: 1)
        let steered = try Migrating.shift(100).steer(plan, facts())
        #expect(steered.candidates.map { $0.gate != nil } == [false, true, false])
    }

    @Test(
        "a target that is not well leaves the source first, and its turn is still its turn",
        arguments: [true, false]
    )
    func unwell(isRejected: Bool) throws {
        let beta = try Fixture.id("beta")
        var plan = try plan(isRejected ? ["alpha", "other"] : ["alpha", "other", "beta"])
        if isRejected {
            plan = try self.plan(["alpha"], rejected: [Rejection(backend: beta, rule: .breakerOpen, why: "open")])
        } else {
            let last = plan.candidates[2]
            plan.candidates[2] = Candidate(
                backend: last.backend,
                state: .unhealthy,
                score: last.score,
                expectedCost: nil,
                isLastResort: true,
                gate: nil,
                reason: .poor
            )
        }
        let steered = try Migrating.shift(100).steer(plan, facts())
        #expect(steered.candidates[0].backend.id.rawValue == "alpha")
        #expect(steered.candidates[0].why == "migration 7: beta cannot be asked, alpha stays")
        let context = Rejection(backend: beta, rule: .context, why: "too long")
        let unfit = try Migrating.shift(100).steer(self.plan(["alpha"], rejected: [context]), facts())
        #expect(!unfit.candidates[0].why.hasPrefix("migration"))
    }

    @Test("a share is that share, of conversations and of thoughts without one", arguments: [1, 10, 50, 99])
    func share(percent: Int) throws {
        let shift = try Migrating.shift(percent)
        let talks = (0..<20_000).count { shift.isTargets("caller conversation \($0)", turn: 0) }
        let turns = (0..<20_000).count { shift.isTargets(nil, turn: UInt64($0)) }
        for count in [talks, turns] { #expect(abs(Double(count) / 200 - Double(percent)) < 1.2, "\(count)") }
    }

    @Test("a conversation stays where it is, and once over it stays over while the share grows")
    func sticky() throws {
        let (ten, fifty) = (try Migrating.shift(10), try Migrating.shift(50))
        for number in 0..<2_000 {
            let name = "talk \(number)"
            let first = ten.isTargets(name, turn: 1)
            #expect(first == ten.isTargets(name, turn: 999))
            if first { #expect(fifty.isTargets(name, turn: 5)) }
        }
        // Another migration chooses others.
        let other = try Migrating.shift(10, id: 8)
        let both = (0..<2_000).count { ten.isTargets("talk \($0)", turn: 0) && other.isTargets("talk \($0)", turn: 0) }
        #expect(both < 60)
    }

    @Test("a target that has taken a drained one's place stands where that would stand")
    func succession() throws {
        var backends = try ["first", "alpha", "between", "beta"].map { try Fixture.backend($0, [.speed]) }
        let (alpha, beta) = (try Fixture.id("alpha"), try Fixture.id("beta"))
        backends[1].service = .draining
        var policy = RoutingPolicy()
        policy.rules = [.general: backends.map(\.id)]
        let live = LiveRouting(RoutingSnapshot(registry: BackendRegistry(backends), policy: policy))
        let steering = MigrationSteering(live: live)
        let facts = facts()
        func names() -> [String] {
            Selecting.names(steering.steer(Selector().plan(facts, snapshot: live.current, health: []), facts))
        }
        #expect(names() == ["first", "between", "beta"])
        steering.follow(nil, successions: [MigrationSuccession(alpha, by: beta, isDrained: true)])
        #expect(names() == ["first", "beta", "between"])
        // Somebody enables it again: it is its own.
        live.update { snapshot in
            backends[1].service = .enabled
            snapshot.registry = BackendRegistry(backends)
        }
        #expect(names() == ["first", "alpha", "between", "beta"])
        steering.follow(nil, successions: [MigrationSuccession(alpha, by: beta, isDrained: false)])
        #expect(names() == ["first", "beta", "alpha", "between"])
        // And back.
        let back = MigrationSuccession(beta, by: alpha, isDrained: false)
        steering.follow(nil, successions: [MigrationSuccession(alpha, by: beta, isDrained: false), back])
        #expect(names() == ["first", "alpha", "beta", "between"])
    }

    @Test("without a migration a plan is what it was")
    func nothing() throws {
        let steering = MigrationSteering()
        #expect(Selecting.names(steering.steer(try plan(), facts())) == ["alpha", "other", "beta"])
        steering.follow(try Migrating.shift(100))
        #expect(Selecting.names(steering.steer(try plan(), facts())) == ["beta", "alpha", "other"])
        steering.follow(nil)
        #expect(Selecting.names(steering.steer(try plan(), facts())) == ["alpha", "other", "beta"])
    }
}
