import Testing

@testable import Routing

/// Shorthand for tests of selection: names instead of backends.
enum Selecting {
    static func facts(
        _ kind: TaskKind,
        _ complexity: Complexity = .simple,
        confidence: Double = 1,
        needs: Needs = Needs(),
        tokens: Int = 100,
        _ change: (inout Selector.Facts) -> Void = { _ in }
    ) -> Selector.Facts {
        var classification = Classification(
            kind: kind,
            complexity: complexity,
            confidence: confidence,
            isLocalOnly: false,
            why: []
        )
        classification.needs = needs
        var facts = Selector.Facts(classification: classification, promptTokens: tokens)
        change(&facts)
        return facts
    }

    static func plan(
        _ facts: Selector.Facts,
        _ backends: [Backend]? = nil,
        health: [BackendHealth] = [],
        _ change: (inout RoutingPolicy) throws -> Void = { _ in }
    ) throws -> RoutePlan {
        var snapshot = RoutingSnapshot(registry: try backends.map(BackendRegistry.init) ?? Fixture.seven())
        try change(&snapshot.policy)
        return Selector().plan(facts, snapshot: snapshot, health: health)
    }

    static func names(_ plan: RoutePlan) -> [String] { plan.candidates.map(\.backend.id.rawValue) }

    static func rules(_ plan: RoutePlan) -> [String: Rejection.Rule] {
        Dictionary(plan.rejected.map { ($0.backend.rawValue, $0.rule) }) { first, _ in first }
    }

    static func single(_ name: String) throws -> Strategy { .single(try Fixture.id(name)) }

    static func lamp(
        _ name: String,
        _ state: HealthState = .healthy,
        permitted: Bool = true,
        _ change: (inout BackendHealth) -> Void = { _ in }
    ) throws -> BackendHealth {
        var lamp = BackendHealth(
            backend: try Fixture.id(name),
            state: state,
            breaker: .closed,
            since: .now,
            latency: nil,
            why: "why",
            isPermitted: permitted
        )
        change(&lamp)
        return lamp
    }

    /// Some backends of one role, in the order of their names.
    static func equals(_ names: String...) throws -> [Backend] {
        try names.map { try Fixture.backend($0, [.speed]) }
    }

    /// A small and a large model on the desk, and two providers, with scores and prices.
    static func tiers() throws -> [Backend] {
        var small = try Fixture.backend("small", [.local], local: true)
        (small.quality, small.speed) = (0.4, 0.9)
        var large = try Fixture.backend("large", [.reasoning], local: true)
        (large.quality, large.speed) = (0.75, 0.3)
        var cheap = try Fixture.backend("cheap", [.breadth])
        (cheap.quality, cheap.speed, cheap.prices) = (0.7, 0.8, PriceVector(input: 0.2, output: 0.5))
        var dear = try Fixture.backend("dear", [.reasoning])
        (dear.quality, dear.speed, dear.prices) = (0.95, 0.5, PriceVector(input: 3, output: 15))
        return [small, large, cheap, dear]
    }
}
