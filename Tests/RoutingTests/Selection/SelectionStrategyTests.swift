import Testing

@testable import Routing

@Suite("A configured strategy says who is asked, without code")
struct SelectionStrategyTests {
    private func plan(
        _ strategy: Strategy,
        _ facts: Selector.Facts = Selecting.facts(.status),
        health: [BackendHealth] = []
    ) throws -> RoutePlan {
        try Selecting.plan(facts, health: health) { $0.strategy = strategy }
    }

    @Test("single is that backend and no other, and who is asked for by name is asked all the same")
    func single() throws {
        let kimi = try plan(Selecting.single("kimi"))
        #expect(Selecting.names(kimi) == ["kimi"])
        #expect(kimi.rejected.count == 6 && kimi.rejected.allSatisfy { $0.rule == .strategy })
        #expect(kimi.strategy == "single kimi")
        let grok = try Fixture.id("grok")
        let asked = try plan(Selecting.single("kimi"), Selecting.facts(.status) { $0.constraints.backend = grok })
        #expect(Selecting.names(asked) == ["grok"])
        #expect(try plan(Selecting.single("nobody")).candidates.isEmpty)
    }

    @Test("fallback is its order, each backend once, and automatic the rest")
    func fallback() throws {
        let tree = try Strategy.fallback(
            [Selecting.single("gpt"), Selecting.single("kimi"), Selecting.single("gpt"), .automatic],
            on: nil
        )
        let plan = try plan(tree)
        #expect(Selecting.names(plan) == ["gpt", "kimi", "local", "grok", "claude", "gemini", "openrouter"])
        #expect(plan.candidates[0].why == "by the configured strategy: fallback")
    }

    @Test(
        "with classes given, the next target is asked after a failure of one of them alone; an outer fallback goes on"
    )
    func classes() throws {
        let inner = try Strategy.fallback([Selecting.single("gpt"), Selecting.single("kimi")], on: [.rateLimited])
        let outer = try Strategy.fallback(
            [inner, .fallback([Selecting.single("grok"), Selecting.single("claude")], on: nil)],
            on: [.rateLimited, .serverError]
        )
        let plan = try plan(outer)
        #expect(Selecting.names(plan) == ["gpt", "kimi", "grok", "claude"])
        #expect(plan.candidates.next(after: 0, failure: .rateLimited) == 1)
        #expect(plan.candidates.next(after: 0, failure: .serverError) == 2)
        #expect(plan.candidates.next(after: 0, failure: .refused) == nil)
        #expect(plan.candidates.next(after: 1, failure: .rateLimited) == 2)
        #expect(plan.candidates.next(after: 2, failure: .refused) == 3)
        #expect(plan.candidates.next(after: 3, failure: .rateLimited) == nil)
        // A poor answer is no such failure.
        #expect(plan.escalations(after: try Fixture.id("grok")).map(\.backend.id.rawValue) == ["gpt", "claude"])
        #expect(plan.escalations(after: try Fixture.id("gpt")).isEmpty)
        let down = [try Selecting.lamp("gpt", .unhealthy, permitted: false)]
        let without = try self.plan(outer, health: down)
        #expect(Selecting.names(without) == ["kimi", "grok", "claude"])
        #expect(without.candidates[0].gate == nil)
    }

    @Test("shares take turns, also one below the other, and those who cannot be asked take none")
    func loadBalance() throws {
        func share(_ name: String) throws -> Strategy.Share { Strategy.Share(target: try Selecting.single(name)) }
        let inner = try Strategy.loadBalance([share("gpt"), share("kimi")], .roundRobin)
        let tree = try Strategy.loadBalance(
            [Strategy.Share(target: inner), share("claude"), share("grok")],
            .roundRobin
        )
        func firsts(_ health: [BackendHealth]) throws -> [String: Int] {
            var firsts: [String: Int] = [:]
            for turn in 0..<UInt64(120) {
                let names = Selecting.names(
                    try plan(tree, Selecting.facts(.status) { $0.turn = turn }, health: health)
                )
                firsts[names[0], default: 0] += 1
                #expect(names.count == (health.isEmpty ? 4 : 3))
            }
            return firsts
        }
        #expect(try firsts([]) == ["gpt": 20, "kimi": 20, "claude": 40, "grok": 40])
        let down = [try Selecting.lamp("claude", .unhealthy, permitted: false)]
        #expect(try firsts(down) == ["gpt": 30, "kimi": 30, "grok": 60])
    }

    @Test("shares count by their own weights, and by the load of whom they would ask")
    func shares() throws {
        let shares = try [
            Strategy.Share(weight: 1, target: Selecting.single("gpt")),
            Strategy.Share(weight: 9, target: Selecting.single("kimi")),
        ]
        var kimi = 0
        for turn in 0..<UInt64(2_000) {
            let plan = try plan(.loadBalance(shares, .weighted), Selecting.facts(.status) { $0.turn = turn })
            if Selecting.names(plan)[0] == "kimi" { kimi += 1 }
        }
        #expect((1_740...1_860).contains(kimi))
        let busy = [try Selecting.lamp("gpt") { $0.inFlight = 3 }]
        #expect(Selecting.names(try plan(.loadBalance(shares, .leastLoaded), health: busy)) == ["kimi", "gpt"])
    }

    @Test(
        "a conditional takes the first branch that holds",
        arguments: [
            (.kind([.status, .general]), true), (.kind([.reasoning]), false), (.complexity([.simple]), true),
            (.role([.local]), true), (.role([.code]), false), (.isLocalOnly(false), true), (.isLocalOnly(true), false),
            (.longerThan(tokens: 99), true), (.longerThan(tokens: 100), false), (.lessConfidentThan(0.9), true),
            (.lessConfidentThan(0.8), false), (.modality(["image", "audio"]), true), (.modality(["video"]), false),
            (.caller(["player 7"]), true), (.caller(["player 8"]), false), (.hasTools(true), true),
            (.hasTools(false), false),
        ] as [(Strategy.Condition, Bool)]
    )
    func conditions(_ condition: Strategy.Condition, _ holds: Bool) throws {
        let facts = Selecting.facts(.status, confidence: 0.8) {
            $0.caller = "player 7"
            $0.hasTools = true
            $0.modalities = ["image"]
        }
        let tree = try Strategy.conditional(
            [Strategy.Branch(when: [condition, .kind([.status])], then: Selecting.single("gpt"))],
            otherwise: .fallback([Selecting.single("gemini")], on: nil)
        )
        let plan = try plan(tree, facts)
        #expect(Selecting.names(plan) == [holds ? "gpt" : "gemini"])
        #expect(plan.strategy == (holds ? "conditional -> single gpt" : "conditional -> fallback -> single gemini"))
    }

    @Test("without a branch that holds and without otherwise nobody is asked")
    func nobody() throws {
        let tree = Strategy.conditional([Strategy.Branch(when: [.hasTools(true)], then: .automatic)], otherwise: nil)
        #expect(try plan(tree).rejected.count == 7)
    }
}
