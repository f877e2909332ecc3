import Testing

@testable import Routing

@Suite("Learning moves one candidate to the front, among those on equal footing, and says why")
struct BanditTests {
    private static func three() throws -> [Backend] {
        try ["a", "b", "c"].enumerated().map { place, name in
            var backend = try Fixture.backend(name, [.breadth])
            backend.quality = 0.9 - 0.1 * Double(place)
            backend.prices = PriceVector(input: 1, output: 1)
            return backend
        }
    }

    private static let policy: LearningPolicy = {
        var policy = LearningPolicy.learning
        policy.ceiling = 0
        return policy
    }()

    /// So many outcomes of each, with that quality.
    private static func known(
        _ qualities: [String: Double],
        _ count: Int = 40,
        _ policy: LearningPolicy = policy
    ) throws -> Experience {
        var experience = Experience()
        for _ in 0..<count {
            for (name, quality) in qualities.sorted(by: { $0.key < $1.key }) {
                let outcome = RequestOutcome(
                    kind: .knowledge,
                    backend: try Fixture.id(name),
                    isAnswered: quality > 0,
                    quality: quality,
                    seconds: 2,
                    dollarsPerMillion: 1
                )
                experience.learn(outcome, policy)
            }
        }
        return experience
    }

    private func steered(
        _ experience: Experience,
        _ policy: LearningPolicy = policy,
        facts: Selector.Facts = Selecting.facts(.knowledge, .moderate),
        backends: [Backend]? = nil,
        rules change: (inout RoutingPolicy) throws -> Void = { _ in }
    ) throws -> (RoutePlan, Lesson?) {
        let plan = try Selecting.plan(facts, try backends ?? Self.three(), change)
        let bandit = Bandit(policy)
        let lesson = bandit.lesson(plan, facts, experience.arms(.knowledge))
        return (lesson.map { bandit.apply($0, to: plan) } ?? plan, lesson)
    }

    @Test("who is better goes first, and the others keep the rules' order")
    func prefers() throws {
        let (plan, lesson) = try steered(Self.known(["a": 0.3, "b": 0.4, "c": 0.9]))
        #expect(Selecting.names(plan) == ["c", "a", "b"])
        #expect(lesson?.verdict == .prefers)
        #expect((lesson?.sureness ?? 0) > 0.99)
        let why = try #require(plan.candidates.first).why
        #expect(
            why.hasPrefix("learned to be better, 0.") && why.contains("by the rules a 0.") && why.hasSuffix("% sure")
        )
        #expect(plan.candidates[1].why == "first choice for knowledge")
    }

    @Test("in the shadow it says so and changes nothing")
    func shadow() throws {
        var policy = Self.policy
        policy.mode = .shadow
        let (plan, lesson) = try steered(Self.known(["a": 0.3, "c": 0.9]), policy)
        #expect(Selecting.names(plan) == ["a", "b", "c"])
        #expect(lesson?.isShadow == true)
        #expect(plan.candidates[0].why.hasPrefix("first choice for knowledge; learning would ask c, 0."))
    }

    @Test("when the rules are right it agrees")
    func agrees() throws {
        let (plan, lesson) = try steered(Self.known(["a": 0.9, "b": 0.3]))
        #expect(Selecting.names(plan) == ["a", "b", "c"])
        #expect(lesson?.verdict == .agrees)
        #expect(plan.candidates[0].why.contains("; learning agrees, 0."))
    }

    @Test("off, nothing is said; with too few outcomes, of the kind or of the better one, nothing is changed")
    func tooLittle() throws {
        var off = Self.policy
        off.mode = .off
        #expect(try steered(Self.known(["a": 0.3, "c": 0.9]), off).1 == nil)
        #expect(try steered(Self.known(["c": 0.9], 9)).1 == nil)
        #expect(try steered(Experience()).1 == nil)
        // Twelve of the kind, four of each: nobody is preferred yet.
        #expect(try steered(Self.known(["a": 0.1, "b": 0.9, "c": 0.9], 4)).1?.verdict == .agrees)
        // As good as the rules' choice is not better.
        #expect(try steered(Self.known(["a": 0.6, "b": 0.6])).1?.verdict == .agrees)
    }

    @Test("the criterion of the task says what is better")
    func criterion() throws {
        var experience = Experience()
        for _ in 0..<40 {
            for (name, quality, seconds) in [("a", 0.9, 60.0), ("b", 0.3, 0.5)] {
                let id = try Fixture.id(name)
                experience.learn(
                    RequestOutcome(kind: .knowledge, backend: id, isAnswered: true, quality: quality, seconds: seconds),
                    Self.policy
                )
            }
        }
        #expect(try steered(experience) { $0.criterion = .speedFirst }.1?.backend.rawValue == "b")
        #expect(try steered(experience) { $0.criterion = .qualityFirst }.1?.backend.rawValue == "a")
    }

    @Test("it stands aside where the rules, the caller or the task have said who is safe")
    func aside() throws {
        let better = try Self.known(["a": 0.2, "b": 0.5, "c": 0.9])
        let c = try Fixture.id("c")
        let tasks: [(String, (inout Selector.Facts) -> Void)] = [
            ("it changes something", { $0.affectsState = true }),
            ("it is seen", { $0.isVisible = true }),
            ("a tier is wanted", { $0.constraints.tier = .api }),
            ("a quality is wanted", { $0.constraints.minQuality = 0.1 }),
            ("a backend is named", { $0.constraints.backend = c }),
            ("a backend is over the budget", { $0.constraints.maxCost = NanoDollars(1) }),
        ]
        #expect(try steered(better).1?.backend == c)
        for (why, change) in tasks {
            var facts = Selecting.facts(.knowledge, .moderate)
            change(&facts)
            #expect(try steered(better, facts: facts).1 == nil, "\(why)")
        }
        let rules: [(String, (inout RoutingPolicy) throws -> Void)] = [
            ("a rule", { $0.rules = [.knowledge: [try Fixture.id("b")]] }),
            ("the primary", { $0.primary = try Fixture.id("b") }),
            ("a tree", { $0.strategy = .fallback([.single(try Fixture.id("a")), .automatic], on: nil) }),
            ("a bound that nobody keeps", { $0.minQuality = 1 }),
        ]
        for (why, change) in rules { #expect(try steered(better, rules: change).1 == nil, "\(why)") }
        #expect(
            try steered(better) { $0.strategy = .conditional([], otherwise: .automatic) }.1?.backend == c,
            "a tree that leaves the order to the selector"
        )
    }

    @Test(
        "nobody goes first who is elsewhere, less trusted, unwell, the configured last, or dearer where a budget counts"
    )
    func footing() throws {
        func front(
            _ change: (inout [Backend]) -> Void = { _ in },
            facts: Selector.Facts = Selecting.facts(.knowledge, .moderate),
            _ policy: (inout RoutingPolicy) throws -> Void = { _ in },
            health: [BackendHealth] = []
        ) throws -> String? {
            var backends = try Self.three()
            change(&backends)
            let plan = try Selecting.plan(facts, backends, health: health, policy)
            let arms = try Self.known(["a": 0.2, "c": 0.9]).arms(.knowledge)
            return Bandit(Self.policy).lesson(plan, facts, arms)?.backend.rawValue
        }
        #expect(try front() == "c")
        // It is on this machine, and the rules' choice is not.
        #expect(try front({ $0[2].isLocal = true }) == "a")
        #expect(try front({ for place in 0...2 { $0[place].isLocal = true } }) == "c")
        // A small model among large ones.
        let small: (inout [Backend]) -> Void = { backends in
            for place in 0...2 { backends[place].isLocal = true }
            (backends[2].roles, backends[2].quality) = ([.local], 0.3)
        }
        #expect(try front(small) == "a")
        #expect(try front(health: [Selecting.lamp("c", .degraded)]) == "a")
        #expect(try front({ $0 = $0 }, { $0.fallback = try Fixture.id("c") }) == "a")
        var bounded = Selecting.facts(.knowledge, .moderate)
        bounded.allowance = Allowance(NanoDollars(10_000_000_000))
        #expect(try front(facts: bounded) == "c")
        #expect(try front({ $0[2].prices = PriceVector(input: 2, output: 2) }, facts: bounded) == "a")
        #expect(try front({ $0[2].prices = PriceVector(input: 2, output: 2) }) == "c")
    }

    @Test("nobody is tried out where it must be right, must stay here, or may cost only so much")
    func neverExplores() throws {
        var policy = LearningPolicy.learning
        policy.ceiling = 0.5
        let experience = try Self.known(["a": 0.6, "b": 0.6, "c": 0.6], 12, policy)
        func explores(_ change: (inout Selector.Facts) -> Void, local: Bool = false) throws -> Int {
            var backends = try Self.three()
            if local { for place in backends.indices { backends[place].isLocal = true } }
            return try (0..<200).filter { turn in
                var facts = Selecting.facts(.knowledge, .moderate)
                facts.turn = UInt64(turn)
                change(&facts)
                return try steered(experience, policy, facts: facts, backends: backends).1?.verdict == .explores
            }.count
        }
        #expect(try explores { _ in } > 20)
        #expect(try explores({ _ in }, local: true) > 20)
        let tasks: [(String, Bool, (inout Selector.Facts) -> Void)] = [
            ("local only, by the caller", true, { $0.constraints.isLocalOnly = true }),
            ("local only, by itself", true, { $0.classification.isLocalOnly = true }),
            ("complex", false, { $0.classification.complexity = .complex }),
            ("demanding", false, { $0.classification.needs.quality = 0.8 }),
            ("unsure", false, { $0.classification.confidence = 0.4 }),
            ("quality first", false, { $0.constraints.criterion = .qualityFirst }),
            ("so much at most", false, { $0.constraints.maxCost = NanoDollars(1_000_000_000) }),
            ("seen", false, { $0.isVisible = true }),
        ]
        for (why, local, change) in tasks { #expect(try explores(change, local: local) == 0, "\(why)") }
    }

    @Test("the same turn decides the same, other turns and seeds otherwise; a block of turns explores once at most")
    func deterministic() throws {
        var policy = LearningPolicy.learning
        let experience = try Self.known(["a": 0.5, "b": 0.5, "c": 0.5], 12, policy)
        func story(_ seed: UInt64) throws -> [String?] {
            policy.seed = seed
            return try (0..<400).map { turn in
                let facts = Selecting.facts(.knowledge, .moderate) { $0.turn = UInt64(turn) }
                let lesson = try steered(experience, policy, facts: facts).1
                return lesson?.verdict == .explores ? lesson?.backend.rawValue : nil
            }
        }
        let first = try story(1)
        #expect(try story(1) == first)
        #expect(try story(2) != first)
        for block in stride(from: 0, to: 400, by: 10) {
            #expect(first[block..<block + 10].compactMap(\.self).count <= 1)
        }
        #expect(Set(first.compactMap(\.self)) == ["b", "c"])
    }

    @Test("a backend whose model must be loaded is not tried out")
    func loaded() throws {
        var policy = LearningPolicy.learning
        policy.ceiling = 0.5
        var backends = try Self.three()
        backends[1].place = ModelPlace(sidecar: "desk", profile: "large")
        backends[2].place = ModelPlace(sidecar: "desk", profile: "small")
        let experience = try Self.known(["a": 0.5, "b": 0.5, "c": 0.5], 12, policy)
        for turn in 0..<100 {
            let facts = Selecting.facts(.knowledge, .moderate) { $0.turn = UInt64(turn) }
            #expect(try steered(experience, policy, facts: facts, backends: backends).1?.verdict == .agrees)
        }
    }
}
