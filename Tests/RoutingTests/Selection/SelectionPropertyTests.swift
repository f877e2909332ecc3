import TestSupport
import Testing

@testable import Routing

@Suite("Whatever the backends, the policy, the strategy and the health")
struct SelectionPropertyTests {
    /// A world at random, all of it from one seed.
    private struct World {
        var generator: SeededGenerator
        var backends: [Backend] = []
        var policy = RoutingPolicy()
        var health: [BackendHealth] = []
        var facts = Selecting.facts(.status)

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int.random(in: 0..<elements.count, using: &generator)]
        }

        mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            for place in 0..<Int.random(in: 1...9, using: &generator) {
                let roles = [pick(Role.allCases), pick(Role.allCases)]
                var backend = try Fixture.backend("b\(place)", roles, local: chance(3))
                backend.maxContext = pick([4_096, 32_000, 200_000])
                backend.modalities = chance(2) ? ["image"] : []
                backend.quality = pick([0.2, 0.5, 0.9])
                backend.prices = chance(2) ? PriceVector(input: pick([0, 1, 9]), output: 5) : nil
                if chance(9) { backend.service = pick([.draining, .disabled("off")]) }
                backends.append(backend)
            }
            let ids = backends.map(\.id)
            policy.strategy = chance(3) ? .automatic : tree(ids, depth: 3)
            policy.criterion = pick(RoutingPolicy.Criterion.allCases)
            policy.balancing = pick(Balancing.allCases)
            policy.primary = chance(3) ? pick(ids) : nil
            policy.fallback = chance(3) ? pick(ids) : nil
            policy.prefersLocal = chance(2)
            policy.minQuality = chance(3) ? 0.6 : nil
            if chance(2) { policy.rules = [pick(TaskKind.allCases): [pick(ids), pick(ids)]] }
            let states: [HealthState] = [.healthy, .degraded, .unhealthy, .rateLimited, .configError, .unknown]
            for id in ids where !chance(5) {
                let lamp = try Selecting.lamp(id.rawValue, pick(states), permitted: chance(2)) {
                    $0.isSaturated = chance(4)
                    $0.inFlight = Int.random(in: 0..<9, using: &generator)
                    $0.typicalLatency = chance(2) ? .milliseconds(Int.random(in: 1...9_000, using: &generator)) : nil
                }
                health.append(lamp)
            }
            if chance(2) { health.shuffle(using: &generator) }
            facts = Selecting.facts(
                pick(TaskKind.allCases),
                pick(Complexity.allCases),
                confidence: Double.random(in: 0...1, using: &generator),
                tokens: pick([50, 3_000, 30_000, 900_000])
            )
            facts.turn = generator.next()
            facts.modalities = chance(4) ? ["image"] : []
            facts.affectsState = chance(5)
            facts.constraints.tier = chance(5) ? pick(Tier.allCases) : nil
            facts.constraints.backend = chance(8) ? pick(ids) : nil
            facts.allowance = Allowance(
                chance(5) ? NanoDollars(Int64.random(in: 0...9_000_000, using: &generator)) : nil
            )
        }

        private mutating func tree(_ ids: [BackendID], depth: Int) -> Strategy {
            let kind = depth == 0 ? pick([0, 1]) : Int.random(in: 0..<5, using: &generator)
            switch kind {
            case 0: return .automatic
            case 1: return .single(pick(ids))
            case 2:
                let targets = (0..<3).map { _ in tree(ids, depth: depth - 1) }
                return .fallback(targets, on: chance(2) ? [pick(FailureClass.allCases), .serverError] : nil)
            case 3:
                let shares = (0..<3).map { _ in
                    Strategy.Share(weight: pick([0, 1, 5]), target: tree(ids, depth: depth - 1))
                }
                return .loadBalance(shares, pick(Balancing.allCases))
            default:
                let branch = Strategy.Branch(when: [.complexity([.simple])], then: tree(ids, depth: depth - 1))
                return .conditional([branch], otherwise: chance(3) ? nil : tree(ids, depth: depth - 1))
            }
        }

        func plan(health: [BackendHealth]? = nil) -> RoutePlan {
            let snapshot = RoutingSnapshot(registry: BackendRegistry(backends), policy: policy)
            return Selector().plan(facts, snapshot: snapshot, health: health ?? self.health)
        }
    }

    @Test(
        "every backend is either asked or rejected, exactly once, and the order is the same again",
        arguments: UInt64(1)...500
    )
    func once(_ seed: UInt64) throws {
        let world = try World(seed: seed)
        let plan = world.plan()
        let seen = plan.candidates.map(\.backend.id) + plan.rejected.map(\.backend)
        #expect(seen.sorted() == world.backends.map(\.id).sorted(), "seed \(seed)")
        let order = plan.rejected.compactMap { one in world.backends.firstIndex { $0.id == one.backend } }
        #expect(order == order.sorted(), "seed \(seed)")
        let again = world.plan()
        #expect(Selecting.names(again) == Selecting.names(plan) && again.rejected == plan.rejected, "seed \(seed)")
        #expect(Selecting.names(world.plan(health: world.health.reversed())) == Selecting.names(plan), "seed \(seed)")
    }

    @Test("a task that must stay never gets a remote candidate", arguments: UInt64(1)...500)
    func localOnly(_ seed: UInt64) throws {
        var world = try World(seed: seed)
        if seed % 2 == 0 {
            world.facts.constraints.isLocalOnly = true
        } else {
            world.facts.classification.isLocalOnly = true
        }
        let plan = world.plan()
        #expect(plan.candidates.allSatisfy { $0.backend.isLocal }, "seed \(seed)")
        for candidate in plan.candidates {
            #expect(plan.escalations(after: candidate.backend.id).allSatisfy { $0.backend.isLocal }, "seed \(seed)")
        }
    }

    @Test("health and load alone never empty the list", arguments: UInt64(1)...500)
    func health(_ seed: UInt64) throws {
        let world = try World(seed: seed)
        let isSomebodyFit = !world.plan(health: []).candidates.isEmpty
        #expect(world.plan().candidates.isEmpty == !isSomebodyFit, "seed \(seed)")
    }

    @Test("the way through the candidates goes forward and ends", arguments: UInt64(1)...300)
    func gates(_ seed: UInt64) throws {
        let plan = try World(seed: seed).plan()
        #expect(plan.candidates.first?.gate == nil, "seed \(seed)")
        for place in plan.candidates.indices {
            for failure in FailureClass.allCases {
                let next = plan.candidates.next(after: place, failure: failure)
                #expect(next.map { $0 > place && $0 < plan.candidates.count } ?? true, "seed \(seed)")
            }
        }
    }
}
