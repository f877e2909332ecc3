import Testing

@testable import Routing

@Suite("A decision on record is held against the one of today, in words")
struct DecisionReplayTests {
    private let facts = Selector.Facts(
        classification: Classification(
            kind: .general,
            complexity: .moderate,
            confidence: 0.5,
            isLocalOnly: false,
            why: []
        ),
        promptTokens: 10
    )

    private func plan(_ backends: [Backend], _ facts: Selector.Facts? = nil) -> RoutePlan {
        Selector().plan(
            facts ?? self.facts,
            snapshot: RoutingSnapshot(registry: BackendRegistry(backends), policy: RoutingPolicy()),
            health: []
        )
    }

    private func record(_ backends: [Backend], _ facts: Selector.Facts? = nil) -> DecisionRecord {
        let plan = plan(backends, facts)
        return DecisionRecord(thought: "t", plan: plan, criterion: plan.criterion, caller: nil)
    }

    private func differences(_ then: DecisionRecord, _ now: [Backend], _ facts: Selector.Facts? = nil) -> [String] {
        DecisionReplay.differences(then, plan(now, facts), configured: now.map(\.id))
    }

    @Test("nothing has changed")
    func same() throws {
        let backends = [try Fixture.backend("alpha", [.fallback]), try Fixture.backend("beta", [.fallback])]
        #expect(differences(record(backends), backends) == ["alpha would be asked first today too"])
    }

    @Test("one is gone, one is new, one is disabled: each is told, the first choice first")
    func changed() throws {
        var alpha = try Fixture.backend("alpha", [.fallback])
        let (beta, gamma) = (try Fixture.backend("beta", [.fallback]), try Fixture.backend("gamma", [.fallback]))
        let then = record([alpha, beta])
        alpha.service = .disabled("no key")
        let words = differences(then, [alpha, gamma])
        #expect(words.first == "alpha was asked first; today it would be gamma")
        #expect(words.contains("alpha could take it then, and is left out today: no key"))
        #expect(words.contains("beta could take it then, and is not configured any more"))
        #expect(words.contains("gamma was not there then, and could take it today"))
    }

    @Test("one that was left out can take it today, and another is left out by another rule")
    func rules() throws {
        var alpha = try Fixture.backend("alpha", [.fallback])
        var beta = try Fixture.backend("beta", [.fallback])
        let gamma = try Fixture.backend("gamma", [.fallback])
        alpha.service = .disabled("no key")
        beta.service = .disabled("no key")
        let then = record([alpha, beta, gamma])
        alpha.service = .enabled
        beta.service = .enabled
        beta.maxContext = 4
        let words = differences(then, [alpha, beta])
        #expect(words.contains("alpha was left out then (disabled), and could take it today"))
        #expect(words.contains("beta was left out by disabled, today by context"))
    }

    @Test("nobody then, nobody today")
    func nobody() throws {
        let alpha = try Fixture.backend("alpha", [.fallback])
        #expect(differences(record([]), []) == ["nobody could take it then, and nobody could today"])
        #expect(differences(record([]), [alpha]).first == "nobody could take it then; today alpha would be asked first")
        #expect(differences(record([alpha]), []).first == "alpha was asked first; today nobody could take it")
    }

    @Test("the facts of a record decide as the facts of the thought did")
    func recordedFacts() throws {
        var local = try Fixture.backend("local", [.local], local: true)
        local.maxContext = 8_192
        let far = try Fixture.backend("far", [.reasoning])
        var wishes = DecisionWishes()
        wishes.constraints.isLocalOnly = true
        wishes.modalities = []
        var record = record([local, far])
        record.wishes = wishes
        record.promptTokens = 10
        let replayed = plan([local, far], record.facts(allowance: Allowance()))
        #expect(replayed.candidates.map(\.backend.id.rawValue) == ["local"])
        record.wishes.modalities = ["image"]
        #expect(record.facts(allowance: Allowance()).modalities == ["image"])
        #expect(plan([local, far], record.facts(allowance: Allowance())).candidates.isEmpty)
    }
}
