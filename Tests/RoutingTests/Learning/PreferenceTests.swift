import Testing

@testable import Routing

@Suite("A caller's preference chooses among those whom the rules let be asked")
struct PreferenceTests {
    private func front(
        _ preference: Preference,
        _ source: Preference.Source = .told,
        kind: TaskKind = .knowledge,
        complexity: Complexity = .moderate,
        facts change: (inout Selector.Facts) -> Void = { _ in },
        policy: (inout RoutingPolicy) throws -> Void = { _ in }
    ) throws -> (String, String) {
        let facts = Selecting.facts(kind, complexity, change)
        let plan = try Selecting.plan(facts, Selecting.tiers(), policy)
        let steered = preference.steer(plan, facts, source)
        #expect(Set(Selecting.names(steered)) == Set(Selecting.names(plan)))
        return (steered.candidates[0].backend.id.rawValue, steered.candidates[0].why)
    }

    @Test("told, it is followed")
    func told() throws {
        #expect(try front(.quality) == ("dear", "the caller prefers quality"))
        #expect(try front(.local).0 == "large")
        #expect(try front(.speed).0 == "small")
        #expect(try front(.backend(Fixture.id("dear"))) == ("dear", "the caller prefers the backend dear"))
        // It is first already: by the rules, and not by a wish.
        #expect(try front(.backend(Fixture.id("cheap"))) == ("cheap", "first choice for knowledge"))
        #expect(try front(.quality, policy: { $0.primary = try Fixture.id("cheap") }).0 == "dear")
    }

    @Test("learned, it stays where the rules' choice is: on this machine or off it, and of no lesser tier")
    func learned() throws {
        #expect(try front(.backend(Fixture.id("dear")), .learned).1 == "the caller's ratings prefer the backend dear")
        #expect(try front(.backend(Fixture.id("large")), .learned).0 == "cheap")
        #expect(try front(.backend(Fixture.id("small")), .learned).0 == "cheap")
    }

    @Test("who is not a candidate stays out, and what the rules, the task or the request have said stands")
    func rules() throws {
        #expect(try front(.backend(Fixture.id("gone"))).0 == "cheap")
        #expect(try front(.quality, facts: { $0.constraints.isLocalOnly = true }).0 == "large")
        #expect(try front(.speed, facts: { $0.constraints.isLocalOnly = true }).0 == "small")
        let small = try Fixture.id("small")
        #expect(try front(.quality, facts: { $0.constraints.backend = small }).0 == "small")
        #expect(try front(.speed, facts: { $0.isVisible = true }).0 != "small")
        #expect(try front(.speed, facts: { $0.constraints.tier = .api }).0 == "cheap")
        #expect(try front(.speed, policy: { $0.rules = [.knowledge: [try Fixture.id("large")]] }).0 == "large")
        #expect(try front(.speed, policy: { $0.strategy = .single(try Fixture.id("dear")) }).0 == "dear")
        // The answer must be right: no lesser tier.
        #expect(try front(.speed, complexity: .complex).0 == "cheap")
        #expect(try front(.local, complexity: .complex).0 == "cheap")
    }

    @Test("ratings show a preference when there are enough of them and they are apart")
    func shown() throws {
        func rated(_ name: String, _ stars: [Int]) throws -> RatedBackend {
            let squares = stars.reduce(0) { $0 + Double($1 * $1) }
            return RatedBackend(
                try Fixture.id(name),
                count: stars.count,
                sum: Double(stars.reduce(0, +)),
                squares: squares
            )
        }
        let (fives, twos) = (Array(repeating: 5, count: 10), Array(repeating: 2, count: 6))
        let a = try Fixture.id("a")
        #expect(Preference.shown(by: [try rated("a", fives), try rated("b", twos)]) == .backend(a))
        #expect(Preference.shown(by: [try rated("a", Array(fives.dropLast())), try rated("b", twos)]) == nil)
        #expect(Preference.shown(by: [try rated("a", fives), try rated("b", [1, 1])]) == nil)
        #expect(Preference.shown(by: [try rated("a", fives)]) == nil)
        #expect(Preference.shown(by: []) == nil)
        let mixed = Array(repeating: [1, 5], count: 8).flatMap(\.self)
        #expect(Preference.shown(by: [try rated("a", mixed), try rated("b", Array(mixed.reversed()))]) == nil)
    }
}
