import Testing

@testable import Routing

@Suite("Among those who may, the user's word comes first, then the home of the kind, then the score")
struct SelectionOrderTests {
    /// The ten of the acceptance list, as kinds.
    @Test(
        "the ten tasks land where the rules say",
        arguments: [
            (.status, .simple, 40, [], "local"), (.status, .simple, 30, [], "local"),
            (.codeReview, .moderate, 900, [], "claude"), (.reasoning, .complex, 300, [], "claude"),
            (.architecture, .complex, 60, [], "claude"), (.summarization, .moderate, 700, [], "gpt"),
            (.longDocument, .complex, 60_000, [], "kimi"), (.multimodal, .simple, 1_100, ["image/png"], "gemini"),
            (.quickAnswer, .simple, 10, [], "grok"), (.codeGeneration, .moderate, 80, [], "kimi"),
        ] as [(TaskKind, Complexity, Int, [String], String)]
    )
    func acceptance(
        _ kind: TaskKind,
        _ complexity: Complexity,
        _ tokens: Int,
        _ attachments: [String],
        _ first: String
    ) throws {
        let classification = Classification(
            kind: kind,
            complexity: complexity,
            confidence: 0.8,
            isLocalOnly: false,
            why: []
        )
        let facts = Selector.Facts(classification: classification, promptTokens: tokens, attachments: attachments)
        #expect(Selecting.names(try Selecting.plan(facts)).first == first)
    }

    @Test("a rule for the kind goes before the primary, the primary before the home, the fallback goes last")
    func named() throws {
        let plan = try Selecting.plan(Selecting.facts(.reasoning)) {
            $0.rules = [.reasoning: [try Fixture.id("gemini"), try Fixture.id("kimi")]]
            $0.primary = try Fixture.id("grok")
            $0.fallback = try Fixture.id("claude")
        }
        #expect(Selecting.names(plan) == ["gemini", "kimi", "grok", "gpt", "openrouter", "local", "claude"])
        #expect(plan.candidates[0].why == "the configured rule for reasoning")
        #expect(plan.candidates[2].why == "the configured primary")
        #expect(plan.candidates[6].why == "the configured fallback")
    }

    @Test(
        "a criterion puts the score before the home",
        arguments: [
            (.balanced, ["small", "cheap", "large", "dear"]), (.costFirst, ["large", "small", "cheap", "dear"]),
            (.qualityFirst, ["dear", "cheap", "large", "small"]), (.speedFirst, ["small", "cheap", "large", "dear"]),
        ] as [(RoutingPolicy.Criterion, [String])]
    )
    func criterion(_ criterion: RoutingPolicy.Criterion, _ expected: [String]) throws {
        let facts = Selecting.facts(.status)
        let byPolicy = try Selecting.plan(facts, Selecting.tiers()) { $0.criterion = criterion }
        #expect(Selecting.names(byPolicy) == expected)
        var own = facts
        own.constraints.criterion = criterion
        let byRequest = try Selecting.plan(own, Selecting.tiers()) { $0.criterion = .qualityFirst }
        #expect(Selecting.names(byRequest) == expected)
        #expect(byRequest.criterion == criterion)
    }

    @Test(
        "among equals the needs shift the weights",
        arguments: [
            (Needs(), "cheap"), (Needs(speed: 0.9), "quick"), (Needs(cost: 0.9), "cheap"),
            (Needs(quality: 0.9), "good"),
        ]
    )
    func needs(_ needs: Needs, _ first: String) throws {
        var equals = try Selecting.equals("quick", "cheap", "good")
        for place in equals.indices { equals[place].prices = PriceVector(input: 5, output: 5) }
        equals[0].speed = 0.95
        equals[1].prices = PriceVector(input: 0, output: 0)
        equals[2].quality = 0.95
        let plan = try Selecting.plan(Selecting.facts(.quickAnswer, needs: needs), equals)
        #expect(Selecting.names(plan).first == first)
    }

    @Test("among equals the reliable one comes first; how fast they answered counts when the balancing says so")
    func measured() throws {
        let two = try Selecting.equals("one", "two")
        let failing = [try Selecting.lamp("one") { $0.reliability = 0.5 }]
        let facts = Selecting.facts(.quickAnswer)
        #expect(Selecting.names(try Selecting.plan(facts, two, health: failing)) == ["two", "one"])
        let slow = try [
            Selecting.lamp("two") { $0.typicalLatency = .milliseconds(100) },
            Selecting.lamp("one") { $0.typicalLatency = .seconds(9) },
        ]
        #expect(Selecting.names(try Selecting.plan(facts, two, health: slow)) == ["one", "two"])
        let latency = try Selecting.plan(facts, two, health: slow) { $0.balancing = .latencyAware }
        #expect(Selecting.names(latency) == ["two", "one"])
    }

    @Test(
        "a delicate task skips the fast local tier, with the reason",
        arguments: [
            (Selecting.facts(.status), "small", nil),
            (Selecting.facts(.status, .complex), "cheap", .demanding),
            (Selecting.facts(.status, needs: Needs(quality: 0.8)), "cheap", .demanding),
            (Selecting.facts(.status, confidence: 0.49), "cheap", .uncertain),
            (Selecting.facts(.status, confidence: 0.5), "small", nil),
            (Selecting.facts(.status) { $0.affectsState = true }, "cheap", .exposed),
            (Selecting.facts(.reasoning) { $0.isVisible = true }, "dear", .exposed),
            (Selecting.facts(.reasoning), "large", nil),
        ] as [(Selector.Facts, String, Care?)]
    )
    func care(_ facts: Selector.Facts, _ first: String, _ care: Care?) throws {
        let plan = try Selecting.plan(facts, Selecting.tiers())
        #expect(Selecting.names(plan).first == first)
        if let care {
            #expect(plan.candidates[0].reason == .care(care))
            #expect(Selecting.names(plan).last == "small")
        }
        var local = facts
        local.constraints.isLocalOnly = true
        let stays = try Selecting.plan(local, Selecting.tiers())
        #expect(Selecting.names(stays) == (care == nil && first == "small" ? ["small", "large"] : ["large", "small"]))
    }

    @Test(
        "a tier that is asked for begins, the better ones follow, the lesser ones come last",
        arguments: [
            (.localFast, ["small", "large", "cheap", "dear"]), (.localQuality, ["large", "cheap", "dear", "small"]),
            (.api, ["cheap", "dear", "large", "small"]),
        ] as [(Tier, [String])]
    )
    func tier(_ tier: Tier, _ expected: [String]) throws {
        let facts = Selecting.facts(.summarization, .complex) { $0.constraints.tier = tier }
        #expect(Selecting.names(try Selecting.plan(facts, Selecting.tiers())) == expected)
    }

    @Test(
        "who prefers this machine gets it for what it can do",
        arguments: [
            (.simple, ["small", "large", "cheap", "dear"]), (.moderate, ["large", "cheap", "dear", "small"]),
            (.complex, ["cheap", "large", "dear", "small"]),
        ] as [(Complexity, [String])]
    )
    func prefersLocal(_ complexity: Complexity, _ expected: [String]) throws {
        let facts = Selecting.facts(.summarization, complexity)
        let plan = try Selecting.plan(facts, Selecting.tiers()) { $0.prefersLocal = true }
        #expect(Selecting.names(plan) == expected)
        let not = Selecting.facts(.summarization, complexity) { $0.constraints.prefersLocal = false }
        let away = try Selecting.plan(not, Selecting.tiers()) { $0.prefersLocal = true }
        #expect(Selecting.names(away).first == "cheap")
    }

    @Test("equals take turns, others do not")
    func roundRobin() throws {
        let backends = try Selecting.equals("one", "two", "three") + [Fixture.backend("home", [.local], local: true)]
        var firsts: [String: Int] = [:]
        for turn in 0..<UInt64(300) {
            let facts = Selecting.facts(.quickAnswer) { $0.turn = turn }
            let names = Selecting.names(try Selecting.plan(facts, backends) { $0.balancing = .roundRobin })
            firsts[names[0], default: 0] += 1
            #expect(names.last == "home")
        }
        #expect(firsts == ["one": 100, "two": 100, "three": 100])
    }

    @Test("by weight: three times the weight is three times the work, and no weight comes last")
    func weighted() throws {
        var backends = try Selecting.equals("one", "two", "none")
        backends[0].weight = 3
        backends[2].weight = 0
        var ones = 0
        for turn in 0..<UInt64(4_000) {
            let facts = Selecting.facts(.quickAnswer) { $0.turn = turn }
            let names = Selecting.names(try Selecting.plan(facts, backends) { $0.balancing = .weighted })
            if names[0] == "one" { ones += 1 }
            #expect(names[2] == "none")
        }
        #expect((2_900...3_100).contains(ones))
    }

    @Test("the least loaded first, and the fastest of late, who was never timed before both")
    func loads() throws {
        let three = try Selecting.equals("one", "two", "three")
        let health = try [
            Selecting.lamp("one") { ($0.inFlight, $0.typicalLatency) = (4, .milliseconds(200)) },
            Selecting.lamp("two") { ($0.inFlight, $0.typicalLatency) = (0, .milliseconds(900)) },
            Selecting.lamp("three") { $0.inFlight = 2 },
        ]
        let facts = Selecting.facts(.quickAnswer)
        let loaded = try Selecting.plan(facts, three, health: health) { $0.balancing = .leastLoaded }
        #expect(Selecting.names(loaded) == ["two", "three", "one"])
        let late = try Selecting.plan(facts, three, health: health) { $0.balancing = .latencyAware }
        #expect(Selecting.names(late) == ["three", "one", "two"])
    }

    @Test("a poor answer goes to the stronger ones, the next tier first, and never down")
    func escalations() throws {
        let plan = try Selecting.plan(Selecting.facts(.status), Selecting.tiers())
        func next(_ name: String) throws -> [String] {
            plan.escalations(after: try Fixture.id(name)).map(\.backend.id.rawValue)
        }
        #expect(try next("small") == ["large", "cheap", "dear"])
        #expect(try next("large") == ["cheap", "dear"])
        #expect(try next("cheap") == ["dear"])
        #expect(try next("dear") == [])
        #expect(try next("nobody") == [])
        let seven = try Selecting.plan(Selecting.facts(.quickAnswer))
        #expect(seven.escalations(after: try Fixture.id("grok")).first?.backend.id.rawValue == "gpt")
    }

    @Test("a score is the sum of its parts, and prices are told as an expected cost")
    func score() throws {
        let facts = Selecting.facts(.status) { $0.answerTokens = 200 }
        let plan = try Selecting.plan(facts, Selecting.tiers())
        let dear = try #require(plan.candidates.first { $0.backend.id.rawValue == "dear" })
        #expect(dear.expectedCost == NanoDollars(3_300_000))
        #expect(dear.score.quality == 0.3 * 0.95)
        #expect(dear.score.speed == 0.2 * 0.5)
        // $0.0033 for 300 tokens are $11 a million.
        #expect(abs(dear.score.cost - 0.3 * 2 / 13) < 1e-9)
        #expect(dear.score.reliability == 0.2)
        #expect(abs(dear.score.total - (0.285 + 0.1 + 0.6 / 13 + 0.2)) < 1e-9)
        #expect(plan.candidates.first { $0.backend.id.rawValue == "small" }?.expectedCost == NanoDollars(0))
    }
}
