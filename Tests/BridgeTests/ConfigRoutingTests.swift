import Routing
import Testing

@testable import Bridge

@Suite("routing, budgets and cache are read whole, and nothing wrong passes")
struct ConfigRoutingTests {
    private static let backends = """
        \(ConfigBench.server)
        backends:
          a: {url: "http://a/v1", model: m, role: local, local: true}
          b: {url: "http://b/v1", model: m, role: code}
          c: {url: "http://c/v1", model: m, role: breadth}

        """

    private func policy(_ text: String) throws -> RoutingPolicy {
        try ConfigBench.load(Self.backends + "routing: {\(text)}").policy
    }

    private func told(_ text: String) -> [String] {
        ConfigBench.told(ConfigBench.problems(Self.backends + text))
    }

    private func id(_ name: String) throws -> BackendID { try #require(BackendID(name)) }

    @Test("nothing said is the default policy")
    func defaults() throws {
        let config = try ConfigBench.load(Self.backends)
        #expect(config.policy == RoutingPolicy())
        #expect(config.budgets.isEmpty)
        #expect(config.cache == CachePolicy())
    }

    @Test("every key of routing is read")
    func everyKey() throws {
        let policy = try policy(
            """
            criterion: quality_first, balancing: least_loaded, primary: b, fallback: c, prefer_local: true,
            rules: {translation: c, code_generation: [b, c]}, min_quality: 0.4, failover: false, max_attempts: 9,
            deadline_s: 12.5, max_cost_usd: 0.25, content_policy: reroute,
            retry: {attempts: 3, base_ms: 10, cap_ms: 20, patience_ms: 0},
            quality: {judge: false, threshold: 0.7, escalations: 1, self_critique: true}
            """
        )
        var expected = RoutingPolicy()
        expected.criterion = .qualityFirst
        expected.balancing = .leastLoaded
        expected.primary = try id("b")
        expected.fallback = try id("c")
        expected.prefersLocal = true
        expected.rules = [.translation: [try id("c")], .codeGeneration: [try id("b"), try id("c")]]
        expected.minQuality = 0.4
        expected.hasFailover = false
        expected.limits = Router.Limits(
            maxAttempts: 9,
            deadline: .milliseconds(12_500),
            maxCost: NanoDollars(250_000_000)
        )
        expected.reroutesContentPolicy = true
        expected.retry = .init(attempts: 3, base: .milliseconds(10), cap: .milliseconds(20), patience: .zero)
        expected.quality = .init(isJudged: false, threshold: 0.7, escalations: 1, hasSelfCritique: true)
        #expect(policy == expected)
    }

    // MARK: The tree

    @Test("a leaf may be a word or a mapping")
    func leaves() throws {
        let b = Strategy.single(try id("b"))
        #expect(try policy("strategy: b").strategy == b)
        #expect(try policy("strategy: {mode: single, backend: b}").strategy == b)
        #expect(try policy("strategy: automatic").strategy == .automatic)
        #expect(try policy("strategy: {mode: automatic}").strategy == .automatic)
    }

    @Test("every mode, nested")
    func tree() throws {
        let strategy = try policy(
            """
            strategy:
              {mode: conditional,
               branches:
                [{when: {kind: [code_generation, debugging], complexity: complex, role: code, local_only: false,
                         longer_than_tokens: 4000, less_confident_than: 0.5, modality: image, caller: [ann, bob],
                         has_tools: true},
                  then: {mode: fallback, on: [rate_limited, overloaded], targets: [b, {mode: single, backend: c}]}},
                 {when: {local_only: true}, then: a}],
               default:
                {mode: loadbalance, balancing: round_robin,
                 targets: [{target: b, weight: 3}, {mode: fallback, weight: 2, targets: [c, a]}, automatic]}}
            """
        ).strategy
        let (a, b, c) = (Strategy.single(try id("a")), Strategy.single(try id("b")), Strategy.single(try id("c")))
        let expected = Strategy.conditional(
            [
                .init(
                    when: [
                        .kind([.codeGeneration, .debugging]), .complexity([.complex]), .role([.code]),
                        .isLocalOnly(false), .longerThan(tokens: 4_000), .lessConfidentThan(0.5), .modality(["image"]),
                        .caller(["ann", "bob"]), .hasTools(true),
                    ],
                    then: .fallback([b, c], on: [.rateLimited, .overloaded])
                ),
                .init(when: [.isLocalOnly(true)], then: a),
            ],
            otherwise: .loadBalance(
                [
                    .init(weight: 3, target: b), .init(weight: 2, target: .fallback([c, a], on: nil)),
                    .init(target: .automatic),
                ],
                .roundRobin
            )
        )
        #expect(strategy == expected)
    }

    @Test("a load balancer shares by weight, unless it says how")
    func defaultBalancing() throws {
        let strategy = try policy("strategy: {mode: loadbalance, targets: [a, b]}").strategy
        #expect(
            strategy
                == .loadBalance(
                    [.init(target: .single(try id("a"))), .init(target: .single(try id("b")))],
                    .weighted
                )
        )
    }

    @Test(
        "each fault of routing is told at its place",
        arguments: [
            ("primary: bb", "routing.primary: there is no backend bb there are: a, b, c"),
            ("fallback: nobody", "routing.fallback: there is no backend nobody there are: a, b, c"),
            ("criterion: cheap", "routing.criterion: is none of balanced, cost_first, quality_first, speed_first"),
            ("balancing: round-robin", "routing.balancing: is none of none, round_robin, least_loaded, weighted, "),
            ("rules: {translating: a}", "routing.rules.translating: there is no such key"),
            ("rules: {translation: x}", "routing.rules.translation: there is no backend x"),
            ("rules: {translation: []}", "routing.rules.translation: is empty"),
            ("content_policy: maybe", "routing.content_policy: is none of final, reroute"),
            ("retry: {base_ms: 9000}", "routing.retry.base_ms: is more than cap_ms"),
            ("retry: {attempts: 11}", "routing.retry.attempts: is not a number from 0 to 10"),
            ("quality: {treshold: 1}", "routing.quality.treshold: there is no such key did you mean threshold?"),
            ("max_cost_usd: -1", "routing.max_cost_usd: is not a number"),
            ("min_quality: 2", "routing.min_quality: is not a number from 0.0 to 1.0"),
            ("strategy: x", "routing.strategy: there is no backend x"),
            ("strategy: [a]", "routing.strategy: is neither a backend, automatic, nor a mapping with mode"),
            ("strategy: {targets: [a]}", "routing.strategy.mode: is missing"),
            ("strategy: {mode: fallbck}", "routing.strategy.mode: is none of automatic, single, fallback, "),
            ("strategy: {mode: single}", "routing.strategy.backend: is missing"),
            ("strategy: {mode: fallback}", "routing.strategy.targets: is missing"),
            ("strategy: {mode: fallback, targets: []}", "routing.strategy.targets: is empty"),
            ("strategy: {mode: fallback, targets: [a, q]}", "routing.strategy.targets[1]: there is no backend q"),
            ("strategy: {mode: fallback, on: [oops], targets: [a]}", "routing.strategy.on: is none of auth, "),
            (
                "strategy: {mode: loadbalance, targets: [{target: a, weight: -1}]}",
                "routing.strategy.targets[0].weight: is not a number"
            ),
            ("strategy: {mode: conditional, default: a}", "routing.strategy.branches: is missing"),
            (
                "strategy: {mode: conditional, branches: [{when: {kind: x}, then: a}]}",
                "routing.strategy.branches[0].when.kind: is none of"
            ),
            ("strategy: {mode: conditional, branches: [{then: a}]}", "routing.strategy.branches[0].when: is missing"),
            (
                "strategy: {mode: conditional, branches: [{when: {kind: status}}]}",
                "routing.strategy.branches[0].then: is missing"
            ),
            (
                "strategy: {mode: conditional, branches: [{when: {}, then: a}]}",
                "routing.strategy.branches[0].when.kind: is missing: there is no condition"
            ),
            (
                "strategy: {mode: single, backend: a, targets: [b]}",
                "routing.strategy.targets: there is no such key"
            ),
        ]
    )
    func faults(fields: String, expected: String) {
        let told = told("routing: {\(fields)}")
        #expect(told.count == 1 && told[0].contains(expected), "\(told)")
    }

    @Test("a tree that goes too deep is refused, not followed")
    func depth() {
        var tree = "a"
        for _ in 0..<200 { tree = "{mode: fallback, targets: [\(tree)]}" }
        let told = told("routing: {strategy: \(tree)}")
        #expect(told.count == 1 && told[0].contains("is nested too deeply"), "\(told)")
    }

    @Test("a backend with a fault of its own is still known by name")
    func oneFault() {
        let text = ConfigBench.server + "backends: {a: {url: x, model: m, role: local}}\nrouting: {primary: a}"
        #expect(ConfigBench.problems(text).map(\.path) == ["backends.a.url"])
    }

    // MARK: Budgets and cache

    @Test("budgets are read, each with its scope")
    func budgets() throws {
        let config = try ConfigBench.load(
            Self.backends + """
                budgets:
                  - {scope: all, period: day, usd: 5}
                  - {period: month, usd: 0.000001}
                  - {backend: b, period: day, usd: 1}
                  - {caller: "*", period: task, usd: 0.1}
                  - {caller: ann, period: day, usd: 0}
                cache: {on: true, max_age_s: 60, max_entries: 10}
                """
        )
        #expect(
            config.budgets == [
                Budget(period: .day, limit: NanoDollars(5_000_000_000)),
                Budget(period: .month, limit: NanoDollars(1_000)),
                Budget(scope: .backend(try id("b")), period: .day, limit: NanoDollars(1_000_000_000)),
                Budget(scope: .caller(""), period: .task, limit: NanoDollars(100_000_000)),
                Budget(scope: .caller("ann"), period: .day, limit: NanoDollars(0)),
            ]
        )
        #expect(config.cache == CachePolicy(isOn: true, maxAge: .seconds(60), maxEntries: 10))
    }

    @Test(
        "each fault of budgets and cache is told",
        arguments: [
            ("budgets: [{period: day}]", "budgets[0].usd: is missing"),
            ("budgets: [{usd: 1}]", "budgets[0].period: is missing"),
            ("budgets: [{usd: 1, period: week}]", "budgets[0].period: is none of task, day, month"),
            ("budgets: [{usd: x, period: day}]", "budgets[0].usd: is not a number"),
            ("budgets: [{usd: 1, period: day, backend: z}]", "budgets[0].backend: there is no backend z"),
            ("budgets: [{usd: 1, period: day, scope: some}]", "budgets[0].scope: is not all"),
            (
                "budgets: [{usd: 1, period: day, backend: a, caller: ann}]",
                "budgets[0].caller: stands beside backend"
            ),
            (
                "budgets: [{usd: 1, period: day}, {scope: all, period: day, usd: 2}]",
                "budgets[1].period: stands twice for the same scope"
            ),
            ("budgets: [day]", "budgets[0]: is not a budget"),
            ("budgets: {usd: 1, period: day, x: 1}", "budgets.x: there is no such key"),
            ("cache: {on: perhaps}", "cache.on: is neither true nor false"),
            ("cache: {max_age_s: 0}", "cache.max_age_s: is not a number from 1.0"),
            ("cache: {max_entries: 0}", "cache.max_entries: is not a number from 1"),
        ]
    )
    func moneyFaults(text: String, expected: String) {
        let told = told(text)
        #expect(told.count == 1 && told[0].contains(expected), "\(told)")
    }

    @Test("keys that YAML takes for truths are keys in JSON, too")
    func jsonKeys() throws {
        let json = """
            {"server": {"personas": "\(Daemonette.personas)"}, "cache": {"on": true},
             "backends": {"a": {"url": "http://h/v1", "model": "m", "role": "local"}},
             "routing": {"strategy": {"mode": "fallback", "on": ["auth"], "targets": ["a"]}}}
            """
        let config = try ConfigBench.load(json)
        #expect(config.cache.isOn)
        #expect(config.policy.strategy == .fallback([.single(try id("a"))], on: [.auth]))
    }

    @Test("learning is a word or a section; nothing wrong passes, and beside balancing it is not on")
    func learning() throws {
        for mode in LearningPolicy.Mode.allCases {
            #expect(try policy("learning: \(mode.rawValue)").learning.mode == mode)
        }
        let policy = try policy(
            """
            learning: {mode: on, ceiling: 0.05, min_samples: 7, half_life_days: 3.5, window: 50, prior_samples: 2,
              sureness: 0.8, rating_weight: 0, half_speed_s: 4, preferences: false, seed: 9}
            """
        ).learning
        var expected = LearningPolicy()
        (expected.mode, expected.ceiling, expected.minSamples) = (.on, 0.05, 7)
        (expected.halfLifeDays, expected.window, expected.priorSamples) = (3.5, 50, 2)
        (expected.sureness, expected.ratingWeight, expected.halfSpeed) = (0.8, 0, .seconds(4))
        (expected.learnsPreferences, expected.seed) = (false, 9)
        #expect(policy == expected)
        #expect(try self.policy("balancing: round_robin, learning: shadow").learning.mode == .shadow)
        let table: [(String, String)] = [
            ("learning: perhaps", "routing.learning: is none of off, shadow, on"),
            ("learning: {ceiling: 0.1}", "routing.learning.mode: is missing"),
            ("learning: {mode: on, ceiling: 0.6}", "routing.learning.ceiling: is not a number from 0.0 to 0.5"),
            ("learning: {mode: on, windo: 5}", "routing.learning.windo: there is no such key"),
            ("learning: {mode: on, sureness: 1}", "routing.learning.sureness: is not a number from 0.5 to 0.999"),
            (
                "balancing: round_robin, learning: on",
                "routing.learning: cannot be on beside balancing: one of them chooses among equals"
            ),
        ]
        for (text, problem) in table {
            #expect(
                told("routing: {\(text)}").contains { $0.contains(problem) },
                "\(text): \(told("routing: {\(text)}"))"
            )
        }
    }
}
