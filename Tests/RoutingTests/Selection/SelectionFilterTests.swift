import Testing

@testable import Routing

@Suite("Whoever may not take a task is told the rule, in words")
struct SelectionFilterTests {
    @Test("a backend that is being drained gets nothing new, also when it is asked for")
    func draining() throws {
        var backends = try Fixture.seven().backends
        backends[1].service = .draining
        let plan = try Selecting.plan(Selecting.facts(.reasoning), backends)
        #expect(Selecting.rules(plan) == ["claude": .draining])
        let asked = Selecting.facts(.reasoning) { $0.constraints.backend = backends[1].id }
        #expect(try Selecting.plan(asked, backends).candidates.isEmpty)
    }

    @Test("disable a backend: the task goes to the next best")
    func nextBest() throws {
        var backends = try Fixture.seven().backends
        var asked: [String] = []
        while let first = try Selecting.plan(Selecting.facts(.reasoning), backends).candidates.first {
            asked.append(first.backend.id.rawValue)
            for place in backends.indices where backends[place].id == first.backend.id {
                backends[place].service = .disabled("by the operator")
            }
        }
        #expect(asked == ["claude", "gpt", "kimi", "gemini", "openrouter", "grok", "local"])
    }

    @Test("a task with tools goes to nobody who calls none")
    func tools() throws {
        var backends = try Fixture.seven().backends
        backends[0].weaknesses = ["no-tools"]
        let plan = try Selecting.plan(Selecting.facts(.status) { $0.hasTools = true }, backends)
        #expect(Selecting.rules(plan) == ["local": .capability])
        #expect(try Selecting.plan(Selecting.facts(.status), backends).rejected.isEmpty)
    }

    @Test("a model that is asked for leaves those who offer it")
    func model() throws {
        var backends = try Fixture.seven().backends
        backends[2].models = ["grok-1"]
        let facts = Selecting.facts(.quickAnswer) { $0.constraints.model = "grok-1" }
        let plan = try Selecting.plan(facts, backends)
        #expect(Selecting.names(plan) == ["grok", "kimi"])
        #expect(Set(Selecting.rules(plan).values) == [.notRequested])
    }

    @Test(
        "what is left of the money bounds who is asked, to the billionth of a dollar",
        arguments: [(3_300_001, true), (3_300_000, true), (3_299_999, false)]
    )
    func budget(_ left: Int64, _ fits: Bool) throws {
        // 100 tokens at $3 and 200 at $15 a million.
        var facts = Selecting.facts(.reasoning) { $0.answerTokens = 200 }
        for isBudget in [true, false] {
            facts.allowance = Allowance(isBudget ? NanoDollars(left) : nil)
            facts.constraints.maxCost = isBudget ? nil : NanoDollars(left)
            let plan = try Selecting.plan(facts, Selecting.tiers())
            #expect((Selecting.rules(plan)["dear"] == .budget) == !fits)
            #expect(Selecting.names(plan).contains("small"))
        }
    }

    @Test("without a price a budget bounds nothing, but a caller's own sum does; a local one is free")
    func unpriced() throws {
        let none = Selecting.facts(.reasoning) { $0.allowance = Allowance(NanoDollars(0)) }
        #expect(try Selecting.plan(none).rejected.isEmpty)
        let sum = Selecting.facts(.reasoning) { $0.constraints.maxCost = NanoDollars(1_000_000_000) }
        #expect(Selecting.names(try Selecting.plan(sum)) == ["local"])
    }

    @Test("the policy's bound on quality holds while somebody else can be asked, a caller's always")
    func minQuality() throws {
        let tiers = try Selecting.tiers()
        let plan = try Selecting.plan(Selecting.facts(.status), tiers) { $0.minQuality = 0.9 }
        #expect(Selecting.names(plan) == ["dear"])
        #expect(Selecting.rules(plan) == ["small": .strategy, "large": .strategy, "cheap": .strategy])
        let down = [try Selecting.lamp("dear", .unhealthy, permitted: false)]
        let others = try Selecting.plan(Selecting.facts(.status), tiers, health: down) { $0.minQuality = 0.9 }
        #expect(Selecting.names(others) == ["small", "cheap", "large"])
        #expect(Selecting.rules(others) == ["dear": .breakerOpen])
        let asked = Selecting.facts(.status) { $0.constraints.minQuality = 0.99 }
        #expect(try Selecting.plan(asked, tiers).candidates.isEmpty)
    }

    @Test("too much work takes a backend out, but never the last one")
    func saturated() throws {
        let two = try Selecting.equals("one", "two")
        let one = [try Selecting.lamp("one") { $0.isSaturated = true }]
        let plan = try Selecting.plan(Selecting.facts(.quickAnswer), two, health: one)
        #expect(Selecting.names(plan) == ["two"])
        #expect(Selecting.rules(plan) == ["one": .saturated])
        let both = try [
            Selecting.lamp("one", .rateLimited), Selecting.lamp("two") { $0.isSaturated = true },
        ]
        let last = try Selecting.plan(Selecting.facts(.quickAnswer), two, health: both)
        #expect(Selecting.names(last) == ["two", "one"])
        #expect(last.candidates.allSatisfy { $0.isLastResort })
    }

    /// https://github.com/ls1intum/edutelligence/issues/811
    @Test("an estimate that is too hot never empties the list: the largest window is tried")
    func hotEstimate() throws {
        let facts = Selecting.facts(.longDocument, tokens: 2_400_000)
        let plan = try Selecting.plan(facts)
        #expect(Selecting.names(plan) == ["grok"])
        #expect(plan.candidates.allSatisfy { $0.isLastResort && $0.why.contains("largest window") })
        #expect(plan.rejected.count == 6 && plan.rejected.allSatisfy { $0.rule == .context })
        let down = [try Selecting.lamp("grok", .unhealthy, permitted: false)]
        #expect(Selecting.names(try Selecting.plan(facts, health: down)) == ["gemini"])
        var local = facts
        local.constraints.isLocalOnly = true
        #expect(Selecting.names(try Selecting.plan(local)) == ["local"])
    }

    @Test("the answer needs room too: what was asked for, but no more than the backend gives")
    func reserve() throws {
        var backends = try Selecting.equals("one")
        backends[0].maxContext = 10_000
        var facts = Selecting.facts(.status, tokens: 7_000) { $0.answerTokens = 4_000 }
        #expect(try Selecting.plan(facts, backends).candidates[0].isLastResort)
        backends[0].maxOutput = 3_000
        #expect(try !Selecting.plan(facts, backends).candidates[0].isLastResort)
        facts.promptTokens = 7_001
        #expect(try Selecting.plan(facts, backends).candidates[0].isLastResort)
    }
}
