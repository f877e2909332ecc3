import Testing

@testable import Routing

@Suite("What learning costs and saves, in worlds that are simulated with the daemon's own decider")
struct RegretTests {
    private static let length = 2_000
    private static let seeds: [UInt64] = [1, 2]

    private func runs(_ name: String, _ chooser: Regret.Chooser) throws -> [Regret.Run] {
        let world = try #require(World.all(Self.length).first { $0.name == name })
        return Self.seeds.map { Regret(world, length: Self.length).run(chooser, seed: $0) }
    }

    @Test("whoever always knows the best misses nothing, and a seed tells the same story twice")
    func honest() throws {
        for world in World.all(300) {
            let regret = Regret(world, length: 300)
            #expect(regret.run(.best, seed: 1).total == 0, "\(world.name)")
            #expect(regret.run(.learning, seed: 1).missed == regret.run(.learning, seed: 1).missed)
            #expect(regret.run(.learning, seed: 1).missed != regret.run(.learning, seed: 2).missed)
        }
    }

    @Test(
        "it misses far less than the static rules: of a wrong order, of one that turns bad, of one that appears",
        arguments: [("stationary", 0.3), ("turns bad", 0.15), ("a new one appears", 0.4)]
    )
    func gain(_ name: String, _ share: Double) throws {
        let rules = try runs(name, .rules)
        for (learned, ruled) in zip(try runs(name, .learning), rules) {
            #expect(learned.total < share * ruled.total, "\(learned.total) of \(ruled.total)")
        }
    }

    @Test("where the rules are right it costs little: a hundredth of a reward a thought at most")
    func cost() throws {
        for run in try runs("the rules are right", .learning) {
            #expect(run.total < 0.01 * Double(Self.length))
            #expect(run.best > Self.length * 9 / 10)
        }
    }

    @Test("a backend that turns bad is left within 150 thoughts", arguments: [3, 4] as [UInt64])
    func leaving(_ seed: UInt64) throws {
        let world = try #require(World.all(Self.length).first { $0.name == "turns bad" })
        let missed = Regret(world, length: Self.length).run(.learning, seed: seed).missed
        let start = Self.length / 2 + 150
        // To stay would miss 0.45 a thought.
        #expect(missed[start + 200] - missed[start] < 0.1 * 200)
    }

    @Test("no more than the ceiling is tried out", arguments: [0, 0.02, 0.3])
    func ceiling(_ ceiling: Double) {
        for world in World.all(Self.length).suffix(1) {
            var policy = LearningPolicy.learning
            policy.ceiling = ceiling
            let run = Regret(world, length: Self.length, policy: policy).run(.learning, seed: 4)
            #expect(Double(run.explored) <= ceiling * Double(Self.length) + 1, "\(world.name)")
            if ceiling > 0 { #expect(run.explored > 0, "\(world.name)") }
        }
    }
}
