import TestSupport
import Testing

@testable import Routing

@Suite("The selector says who is asked, in which order, and why the others are not")
struct SelectorTests {
    private let now = ContinuousClock.now

    private func facts(_ kind: TaskKind, local: Bool = false, tokens: Int = 100, attachments: [String] = [])
        -> Selector.Facts
    {
        let classification = Classification(
            kind: kind,
            complexity: .simple,
            confidence: 1,
            isLocalOnly: local,
            why: []
        )
        return Selector.Facts(classification: classification, promptTokens: tokens, attachments: attachments)
    }

    private func lamp(_ name: String, _ state: HealthState, permitted: Bool = false) throws -> BackendHealth {
        BackendHealth(
            backend: try Fixture.id(name),
            state: state,
            breaker: state == .unhealthy ? .open : .closed,
            since: now,
            latency: nil,
            why: "why",
            isPermitted: permitted
        )
    }

    private func names(_ plan: RoutePlan) -> [String] { plan.candidates.map(\.backend.id.rawValue) }

    private func rules(_ plan: RoutePlan) -> [String: Rejection.Rule] {
        Dictionary(plan.rejected.map { ($0.backend.rawValue, $0.rule) }) { first, _ in first }
    }

    @Test(
        "every kind goes home first, and the rest of the chain follows",
        arguments: [
            (.status, ["local", "grok", "gpt", "kimi", "claude", "gemini", "openrouter"]),
            (.general, ["local", "grok", "gpt", "kimi", "claude", "gemini", "openrouter"]),
            (.quickAnswer, ["grok", "local", "gpt", "claude", "kimi", "gemini", "openrouter"]),
            (.knowledge, ["gpt", "claude", "kimi", "gemini", "openrouter", "grok", "local"]),
            (.summarization, ["gpt", "claude", "kimi", "gemini", "openrouter", "grok", "local"]),
            (.reasoning, ["claude", "gpt", "kimi", "gemini", "openrouter", "grok", "local"]),
            (.codeReview, ["claude", "gpt", "kimi", "gemini", "openrouter", "grok", "local"]),
            (.codeGeneration, ["kimi", "claude", "gpt", "openrouter", "gemini", "grok", "local"]),
            (.longDocument, ["kimi", "gemini", "claude", "gpt", "openrouter", "grok", "local"]),
            (.multimodal, ["gemini", "gpt", "claude", "openrouter", "kimi", "grok", "local"]),
        ] as [(TaskKind, [String])]
    )
    func homes(_ kind: TaskKind, _ expected: [String]) throws {
        let plan = Selector().plan(facts(kind), snapshot: RoutingSnapshot(registry: try Fixture.seven()), health: [])
        #expect(names(plan) == expected)
        #expect(plan.rejected.isEmpty)
        #expect(plan.candidates.first?.why == "first choice for \(kind.rawValue)")
        #expect(plan.candidates.allSatisfy { !$0.isLastResort })
    }

    @Test("a task that must stay never leaves the machine, whoever says so", arguments: [(true, false), (false, true)])
    func localOnly(_ byTask: Bool, _ byCaller: Bool) throws {
        var facts = facts(.reasoning, local: byTask)
        facts.constraints.isLocalOnly = byCaller
        let down = [try lamp("local", .unhealthy), try lamp("claude", .healthy, permitted: true)]
        for health in [[], down] {
            let plan = Selector().plan(facts, snapshot: RoutingSnapshot(registry: try Fixture.seven()), health: health)
            #expect(names(plan) == ["local"])
            #expect(plan.rejected.count == 6)
            #expect(plan.rejected.allSatisfy { $0.rule == .notLocal })
        }
    }

    @Test(
        "nobody is asked to look at what he cannot see",
        arguments: [
            (["image/png"], ["gemini", "gpt", "claude"]), (["audio/wav"], ["gemini"]),
            (["IMAGE/PNG"], ["gemini", "gpt", "claude"]),
            (["image/png", "application/pdf"], ["gemini"]), (["model/stl"], []),
        ] as [([String], [String])]
    )
    func modality(_ attachments: [String], _ expected: [String]) throws {
        let plan = Selector().plan(
            facts(.multimodal, attachments: attachments),
            snapshot: RoutingSnapshot(registry: try Fixture.seven()),
            health: []
        )
        #expect(names(plan) == expected)
        #expect(plan.rejected.allSatisfy { $0.rule == .modality })
    }

    @Test("text attachments need no special sense")
    func textAttachment() throws {
        let plan = Selector().plan(
            facts(.status, attachments: ["text/plain"]),
            snapshot: RoutingSnapshot(registry: try Fixture.seven()),
            health: []
        )
        #expect(plan.candidates.count == 7)
    }

    @Test(
        "a task goes only where it fits, to the token",
        arguments: [
            (7_935, true), (7_936, true), (7_937, false),
        ]
    )
    func context(_ tokens: Int, _ fits: Bool) throws {
        let plan = Selector().plan(
            facts(.status, tokens: tokens),
            snapshot: RoutingSnapshot(registry: try Fixture.seven()),
            health: []
        )
        #expect(names(plan).contains("local") == fits)
        #expect((rules(plan)["local"] == .context) == !fits)
    }

    @Test("a backend that is asked for is the only one, unless it may not be used")
    func requested() throws {
        var facts = facts(.status)
        facts.constraints.backend = try Fixture.id("kimi")
        let plan = Selector().plan(facts, snapshot: RoutingSnapshot(registry: try Fixture.seven()), health: [])
        #expect(names(plan) == ["kimi"])
        #expect(plan.rejected.allSatisfy { $0.rule == .notRequested })
        facts.constraints.isLocalOnly = true
        let local = Selector().plan(facts, snapshot: RoutingSnapshot(registry: try Fixture.seven()), health: [])
        #expect(names(local).isEmpty)
        #expect(rules(local)["kimi"] == .notLocal)
        facts.constraints.backend = try Fixture.id("nobody")
        #expect(
            Selector().plan(facts, snapshot: RoutingSnapshot(registry: try Fixture.seven()), health: []).candidates
                .isEmpty
        )
    }

    @Test("a disabled backend is never asked, also as a last resort, and says why")
    func disabled() throws {
        var backend = try Fixture.backend("gpt")
        backend.service = .disabled("KEY is not set")
        let plan = Selector().plan(
            facts(.status),
            snapshot: RoutingSnapshot(registry: BackendRegistry([backend])),
            health: []
        )
        #expect(plan.candidates.isEmpty)
        #expect(plan.rejected == [Rejection(backend: backend.id, rule: .disabled, why: "KEY is not set")])
    }

    @Test(
        "who is unwell is not asked while somebody else is well",
        arguments: [
            (.unhealthy, false, .breakerOpen), (.rateLimited, true, .rateLimited), (.configError, true, .configError),
            (.unhealthy, true, nil), (.degraded, true, nil), (.unknown, true, nil), (.healthy, true, nil),
        ] as [(HealthState, Bool, Rejection.Rule?)]
    )
    func unwell(_ state: HealthState, _ isPermitted: Bool, _ rule: Rejection.Rule?) throws {
        let health = [try lamp("claude", state, permitted: isPermitted)]
        let plan = Selector().plan(
            facts(.reasoning),
            snapshot: RoutingSnapshot(registry: try Fixture.seven()),
            health: health
        )
        #expect(rules(plan)["claude"] == rule)
        #expect(names(plan).first == (rule == nil ? "claude" : "gpt"))
    }

    @Test("health never empties the list: the least bad are tried, a refused key last")
    func lastResort() throws {
        let health = [
            try lamp("local", .configError), try lamp("claude", .rateLimited), try lamp("kimi", .unhealthy),
            try lamp("gpt", .configError), try lamp("gemini", .rateLimited), try lamp("grok", .unhealthy),
            try lamp("openrouter", .unhealthy),
        ]
        let plan = Selector().plan(
            facts(.reasoning),
            snapshot: RoutingSnapshot(registry: try Fixture.seven()),
            health: health
        )
        #expect(names(plan) == ["kimi", "openrouter", "grok", "claude", "gemini", "gpt", "local"])
        #expect(plan.candidates.allSatisfy { $0.isLastResort && $0.why.hasPrefix("last resort") })
        #expect(plan.rejected.isEmpty)
    }

    @Test("of two with the same role the one that does not fail comes first")
    func degraded() throws {
        let two = BackendRegistry([try Fixture.backend("one", [.speed]), try Fixture.backend("two", [.speed])])
        let plan = Selector().plan(
            facts(.quickAnswer),
            snapshot: RoutingSnapshot(registry: two),
            health: [try lamp("one", .degraded)]
        )
        #expect(names(plan) == ["two", "one"])
    }

    @Test("every backend is either asked or rejected, exactly once", arguments: UInt64(1)...300)
    func everyBackendOnce(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let states: [HealthState] = [.healthy, .degraded, .unhealthy, .rateLimited, .configError, .unknown]
        var backends = try Fixture.seven().backends
        for index in backends.indices where Int.random(in: 0..<5, using: &generator) == 0 {
            backends[index].service = .disabled("off")
        }
        let health = try backends.map {
            try lamp(
                $0.id.rawValue,
                states[Int.random(in: 0..<6, using: &generator)],
                permitted: .random(using: &generator)
            )
        }
        let kind = TaskKind.allCases[Int.random(in: 0..<TaskKind.allCases.count, using: &generator)]
        var facts = facts(kind, local: Int.random(in: 0..<8, using: &generator) == 0)
        facts.promptTokens = Int.random(in: 0..<3_000_000, using: &generator)
        facts.modalities = Bool.random(using: &generator) ? [] : ["image"]
        facts.constraints.backend = Bool.random(using: &generator) ? nil : backends[3].id
        let plan = Selector().plan(
            facts,
            snapshot: RoutingSnapshot(registry: BackendRegistry(backends)),
            health: health
        )
        let seen = plan.candidates.map(\.backend.id) + plan.rejected.map(\.backend)
        #expect(seen.sorted() == backends.map(\.id).sorted(), "seed \(seed)")
        let order = plan.rejected.compactMap { one in backends.firstIndex { $0.id == one.backend } }
        #expect(order == order.sorted(), "seed \(seed)")
    }
}
