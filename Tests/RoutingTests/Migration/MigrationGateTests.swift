import TestSupport
import Testing

@testable import Routing

/// A migration that is simulated: thoughts come, the shift places them, the backends answer as they are made, and the watch
/// decides.
struct SimulatedMigration {
    /// How a backend answers.
    struct Nature {
        var failures = 0.02
        /// At the median, spread over a factor of two to each side.
        var milliseconds = 400.0
        var quality = 0.9
        /// From so many of its thoughts in a step on, it fails so often.
        var turns: (at: Int, failures: Double)?
    }

    var end: Migration.State
    /// The share at which it ended.
    var share: Int
    /// How many thoughts of the step at which it ended were the target's, from the one on that it turned bad.
    var sinceTurn: Int
    /// How many thoughts there were in all.
    var thoughts: Int

    init(_ source: Nature, _ target: Nature, turnsAt share: Int = 10, gate: MigrationGate, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var migration = try Migrating.migration(drains: false, id: Int64(seed % 1_000), gate: gate)
        var watch = MigrationWatch(gate, steps: 3, source: migration.source, target: migration.target)
        (sinceTurn, thoughts, self.share) = (0, 0, migration.share)
        var inStep = 0
        var shift = try Migrating.shift(migration.share, id: migration.id)
        while !migration.state.isOver, thoughts < 200_000 {
            let isTarget = shift.isTargets(nil, turn: UInt64(thoughts))
            thoughts += 1
            var nature = isTarget ? target : source
            if isTarget {
                inStep += 1
                if let turn = nature.turns, migration.share >= share, inStep > turn.at || migration.share > share {
                    nature.failures = turn.failures
                    sinceTurn += 1
                }
            }
            let sample = Self.sample(isTarget ? .target : .source, nature, &random)
            guard let finding = watch.take(sample) else { continue }
            self.share = migration.share
            switch finding {
            case .passed(let words): try migration.take(.passed(words))
            case .stopped(let words): try migration.take(.stopped(words))
            }
            watch.begin()
            inStep = 0
            shift = try Migrating.shift(migration.share, id: migration.id)
        }
        end = migration.state
    }

    static func sample(_ arm: MigrationSample.Arm, _ nature: Nature, _ random: inout SeededGenerator) -> MigrationSample
    {
        guard Double.random(in: 0..<1, using: &random) >= nature.failures else {
            return MigrationSample(arm, hasFailed: true)
        }
        let factor = Double.random(in: 0.5...2, using: &random)
        return MigrationSample(
            arm,
            hasFailed: false,
            milliseconds: nature.milliseconds * factor,
            quality: min(1, nature.quality + Double.random(in: -0.1...0.1, using: &random))
        )
    }
}

@Suite("The gates stop a bad target within the bound that they state, and a good one as rarely as they state")
struct MigrationGateTests {
    private typealias Nature = SimulatedMigration.Nature

    @Test("the bound is stated: 10 thoughts in a row with the ordinary gate")
    func bound() {
        #expect(MigrationGate().bound(steps: 3) == 10)
        #expect(MigrationGate(samples: 1_000).bound(steps: 3) == 12)
    }

    @Test(
        "a target that fails everything is stopped within the bound, wherever in the step it begins to",
        arguments: [0, 1, 20, 50, 91]
    )
    func broken(turn: Int) throws {
        let gate = MigrationGate()
        let bound = gate.bound(steps: 3)
        for seed in 0..<20 as Range<UInt64> {
            let run = try SimulatedMigration(
                Nature(),
                Nature(failures: 0, turns: (at: turn, failures: 1)),
                gate: gate,
                seed: seed
            )
            #expect(run.end == .rolledBack)
            #expect(run.share == 10)
            #expect(run.sinceTurn <= bound, "\(run)")
        }
    }

    @Test(
        "of 100 targets that fail half of the time from 10 % on, all are stopped at 10 %, 19 of 20 within 40 of their thoughts"
    )
    func half() throws {
        var late = 0
        for seed in 0..<100 as Range<UInt64> {
            let run = try SimulatedMigration(
                Nature(),
                Nature(turns: (at: 10, failures: 0.5)),
                gate: MigrationGate(),
                seed: seed
            )
            #expect(run.end == .rolledBack)
            #expect(run.share == 10)
            if run.sinceTurn > 40 { late += 1 }
        }
        #expect(late <= 5, "\(late)")
    }

    @Test("of 200 targets that are as good as the source, no more are rolled back than stated: 5 of 100")
    func good() throws {
        var stopped = 0
        for seed in 1_000..<1_200 as Range<UInt64> {
            let run = try SimulatedMigration(Nature(), Nature(), gate: MigrationGate(), seed: seed)
            if run.end == .rolledBack { stopped += 1 }
        }
        #expect(stopped <= 10, "\(stopped)")
    }

    @Test("of 200 targets that fail as often as is just allowed, no more are rolled back than stated")
    func limit() throws {
        var stopped = 0
        for seed in 2_000..<2_200 as Range<UInt64> {
            let run = try SimulatedMigration(
                Nature(failures: 0.0),
                Nature(failures: MigrationGate.allowedFailures),
                gate: MigrationGate(),
                seed: seed
            )
            if run.end == .rolledBack { stopped += 1 }
        }
        #expect(stopped <= 10, "\(stopped)")
        // The boundary is one that some of them touch: a gate that never stops anybody would pass otherwise.
        #expect(stopped > 0)
    }

    @Test("a source that fails itself is no reason to stop a target that fails as often")
    func sharedTrouble() throws {
        var stopped = 0
        for seed in 3_000..<3_060 as Range<UInt64> {
            let run = try SimulatedMigration(
                Nature(failures: 0.15),
                Nature(failures: 0.15),
                gate: MigrationGate(),
                seed: seed
            )
            if run.end == .rolledBack { stopped += 1 }
        }
        #expect(stopped <= 3, "\(stopped)")
    }

    @Test("three times as slow, or much worse, is stopped; a little slower is not")
    func slower() throws {
        for seed in 0..<10 as Range<UInt64> {
            let slow = try SimulatedMigration(Nature(), Nature(milliseconds: 1_200), gate: MigrationGate(), seed: seed)
            #expect(slow.end == .rolledBack)
            #expect(slow.share == 10)
            let poor = try SimulatedMigration(Nature(), Nature(quality: 0.7), gate: MigrationGate(), seed: seed)
            #expect(poor.end == .rolledBack)
            #expect(poor.share == 10)
        }
        var stopped = 0
        for seed in 0..<40 as Range<UInt64> {
            let run = try SimulatedMigration(
                Nature(),
                Nature(milliseconds: 440, quality: 0.89),
                gate: MigrationGate(),
                seed: seed
            )
            if run.end == .rolledBack { stopped += 1 }
        }
        #expect(stopped <= 2, "\(stopped)")
    }

    @Test("dearer than allowed is stopped, and only where costs are held against each other")
    func dearer() throws {
        for (ratio, isStopped) in [(2.0 as Double?, true), (4, false), (nil, false)] {
            let (source, target) = (try Fixture.id("alpha"), try Fixture.id("beta"))
            var watch = MigrationWatch(MigrationGate(costRatio: ratio), steps: 3, source: source, target: target)
            var finding: MigrationWatch.Finding?
            for place in 0..<100 where finding == nil {
                let cost = 0.001 + Double(place % 10) * 0.0001
                _ = watch.take(MigrationSample(.source, hasFailed: false, cost: cost))
                finding = watch.take(MigrationSample(.target, hasFailed: false, cost: cost * 3))
            }
            let found = try #require(finding)
            if isStopped {
                #expect(found == .stopped("beta is dearer than 2.0 times alpha"))
            } else {
                guard case .passed = found else { return #expect(Bool(false), "\(found)") }
            }
        }
    }

    @Test("a step is not passed before its samples are in, and says when there was nothing to compare with")
    func enough() throws {
        let (source, target) = (try Fixture.id("alpha"), try Fixture.id("beta"))
        var watch = MigrationWatch(MigrationGate(samples: 30), steps: 1, source: source, target: target)
        for _ in 0..<29 { #expect(watch.take(MigrationSample(.target, hasFailed: false, milliseconds: 5)) == nil) }
        for _ in 0..<19 { #expect(watch.take(MigrationSample(.source, hasFailed: false, milliseconds: 9)) == nil) }
        let end = watch.take(MigrationSample(.target, hasFailed: false, milliseconds: 5))
        let words = "0 of 30 failed; 5 ms at the median, alpha 9 ms; too little of alpha to compare speed and quality"
        #expect(end == .passed(words))
    }

    @Test(
        "what a decision says of a migration",
        arguments: [
            ("alpha", "alpha", "because", true, "source ok"), ("alpha", "beta", "because", true, "source failed"),
            ("beta", "beta", "migration 7: ...", true, "target ok"),
            ("beta", "alpha", "migration 7: ...", true, "target failed"),
            ("alpha", "alpha", "migration 7: ...", false, "target failed"),
            ("alpha", "alpha", "because", false, "none"),
            ("beta", "beta", "because", true, "none"), ("beta", "beta", "migration 71: ...", true, "none"),
        ] as [(String, String, String, Bool, String)]
    )
    func sample(selected: String, served: String, reason: String, considers: Bool, expected: String) throws {
        let shift = try Migrating.shift(10)
        func read(_ outcome: DecisionRecord.Outcome, cached: Bool = false) throws -> MigrationSample? {
            MigrationSample(
                selected: try Fixture.id(selected),
                served: try Fixture.id(served),
                considersTarget: considers,
                reason: reason,
                outcome: outcome,
                isCached: cached,
                milliseconds: 12,
                cost: 0.5,
                quality: 0.8,
                shift
            )
        }
        let found = try read(.answered)
        let words = found.map { "\($0.arm.rawValue) \($0.hasFailed ? "failed" : "ok")" } ?? "none"
        #expect(words == expected)
        if let found { #expect((found.milliseconds == nil) == found.hasFailed) }
        #expect(try read(.cancelled) == nil)
        #expect(try read(.overBudget) == nil)
        #expect(try read(.answered, cached: true) == nil)
        if let failed = try read(.allFailed) { #expect(failed.hasFailed) }
    }

    @Test("the rank test agrees with the tables, and ties are no evidence")
    func ranks() {
        // Without overlap, 8 against 8: U is 64, z is (64 - 32 - 0.5) / sqrt(8 * 8 * 17 / 12), the tail 0.00047.
        let (small, large) = ((0..<8).map(Double.init), (10..<18).map(Double.init))
        #expect(abs(Ranks.chanceOfLarger(large, than: small) - 0.00047) < 0.00002)
        #expect(Ranks.chanceOfLarger(small, than: large) > 0.999)
        #expect(Ranks.chanceOfLarger([1, 1, 1], than: [1, 1]) == 1)
        #expect(Ranks.chanceOfLarger([], than: [1]) == 1)
        // 5 of 100: Wilson's interval at 90 %, two sides, is 0.0247 to 0.0987 (by its formula).
        #expect(abs(Ranks.wilsonUpper(5, of: 100) - 0.0987) < 0.0005)
        #expect(abs(Ranks.wilsonLower(5, of: 100) - 0.0247) < 0.0005)
    }

    @Test("copies that contradict too often are an objection, a few are not")
    func copies() {
        let sample = MigrationSample(.source, hasFailed: false, quality: 0.9)
        func tally(_ conflicts: Int, of count: Int) -> ShadowTally {
            var tally = ShadowTally()
            for place in 0..<count {
                tally.take(
                    ShadowTally.Pair(place < conflicts ? .contradiction : .equivalent, source: sample, target: sample)
                )
            }
            return tally
        }
        #expect(tally(30, of: 100).objection(MigrationGate()) == nil)
        #expect(tally(45, of: 100).objection(MigrationGate()) != nil)
        #expect(tally(45, of: 100).alike == 55)
    }
}
