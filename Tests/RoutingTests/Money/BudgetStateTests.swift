import Testing

@testable import Routing

@Suite("Budgets: what is held and what is spent counts, and neither is given twice")
struct BudgetStateTests {
    /// 2026-01-31 12:00:00 UTC: the next day is another month.
    private let noon = WallTime(milliseconds: 1_769_860_800_000)
    private let alpha: BackendID
    private let beta: BackendID

    init() throws {
        alpha = try Fixture.id("alpha")
        beta = try Fixture.id("beta")
    }

    private func after(hours: Int64) -> WallTime { WallTime(milliseconds: noon.milliseconds + hours * 3_600_000) }

    private func state(_ budgets: [Budget], spending: Spending? = nil) -> BudgetState {
        BudgetState(budgets, spending: spending ?? Spending(at: noon), now: noon)
    }

    private func party(_ backend: BackendID? = nil, caller: String? = nil) -> Party {
        Party(backend: backend ?? alpha, caller: caller)
    }

    private func hold(
        _ state: inout BudgetState,
        _ amount: Int64,
        _ party: Party,
        task: TaskBudget? = nil,
        at now: WallTime? = nil
    ) -> BudgetExceeded? {
        state.hold(NanoDollars(amount), for: party, task: task, at: now ?? noon)
    }

    private func settle(
        _ state: inout BudgetState,
        _ held: Int64,
        _ cost: Int64,
        _ party: Party,
        at now: WallTime? = nil
    )
        -> [BudgetAlert]
    {
        state.settle(held: NanoDollars(held), cost: NanoDollars(cost), for: party, at: now ?? noon)
    }

    @Test(
        "each scope counts its own and no other's",
        arguments: [
            (Budget.Scope.everything, true, true, true),
            (BackendID("alpha").map(Budget.Scope.backend), true, false, true),
            (BackendID("beta").map(Budget.Scope.backend), false, true, false),
            (.caller("ann"), true, true, false),
            (.caller("bob"), false, false, true),
            (.caller(""), true, true, true),
        ] as [(Budget.Scope?, Bool, Bool, Bool)]
    )
    func scopes(_ scope: Budget.Scope?, annAlpha: Bool, annBeta: Bool, bobAlpha: Bool) throws {
        let scope = try #require(scope)
        for period in [Budget.Period.day, .month] {
            let state = state([Budget(scope: scope, period: period, limit: NanoDollars(10))])
            for (party, isBound) in [
                (party(alpha, caller: "ann"), annAlpha), (party(beta, caller: "ann"), annBeta),
                (party(alpha, caller: "bob"), bobAlpha),
            ] {
                var state = state
                let exceeded = hold(&state, 11, party)
                #expect((exceeded != nil) == isBound)
                #expect(exceeded.map { $0.period } ?? period == period)
                #expect(hold(&state, 10, party) == nil)
                #expect((hold(&state, 1, party) != nil) == isBound)
            }
        }
    }

    @Test("what is held counts as spent until it is settled, and then only what it cost")
    func heldThenSettled() {
        var state = state([Budget(period: .day, limit: NanoDollars(10))])
        #expect(hold(&state, 8, party()) == nil)
        #expect(hold(&state, 3, party()) == BudgetExceeded(scope: .everything, period: .day))
        #expect(settle(&state, 8, 2, party()).isEmpty)
        #expect(hold(&state, 8, party()) == nil)
        #expect(hold(&state, 1, party()) != nil)
        let standing = state.standings(at: noon)[0]
        #expect((standing.spent, standing.held, standing.left) == (NanoDollars(2), NanoDollars(8), NanoDollars(0)))
        #expect(standing.percent == 20)
    }

    @Test("each caller has a budget of his own; those without a name share one; a name of one's own goes before")
    func eachCaller() {
        var state = state([
            Budget(scope: .caller(""), period: .day, limit: NanoDollars(10)),
            Budget(scope: .caller("ann"), period: .day, limit: NanoDollars(100)),
        ])
        #expect(hold(&state, 10, party(caller: "bob")) == nil)
        #expect(hold(&state, 10, party(caller: "cid")) == nil)
        #expect(hold(&state, 1, party(caller: "bob")) == BudgetExceeded(scope: .caller("bob"), period: .day))
        #expect(hold(&state, 100, party(caller: "ann")) == nil)
        #expect(hold(&state, 1, party(caller: "ann")) == BudgetExceeded(scope: .caller("ann"), period: .day))
        #expect(hold(&state, 10, party(caller: nil)) == nil)
        #expect(hold(&state, 1, party(caller: "")) == BudgetExceeded(scope: .caller(""), period: .day))
        #expect(state.standings(at: noon).map(\.name) == ["", "bob", "cid", "ann"])
    }

    @Test("what costs nothing passes a budget that is used up; an estimate that no number holds does not")
    func extremes() {
        var state = state([Budget(period: .month, limit: NanoDollars(0))])
        #expect(hold(&state, 0, party()) == nil)
        #expect(hold(&state, 1, party()) != nil)
        #expect(hold(&state, .max, party()) != nil)
        var endless = self.state([])
        #expect(hold(&endless, .max, party()) == nil)
        #expect(hold(&endless, .max, party()) == nil)
        _ = settle(&endless, .max, .max, party())
        _ = settle(&endless, .max, .max, party())
        #expect(endless.standings(at: noon).isEmpty)
    }

    @Test("a task has a bound of its own, and those that are configured for every task")
    func task() {
        var state = state([
            Budget(period: .task, limit: NanoDollars(50)),
            Budget(scope: .backend(beta), period: .task, limit: NanoDollars(5)),
        ])
        var task = TaskBudget(limit: NanoDollars(20))
        #expect(hold(&state, 21, party(), task: task) == BudgetExceeded(scope: .everything, period: .task))
        #expect(hold(&state, 20, party(), task: task) == nil)
        task.spend(NanoDollars(15), on: alpha)
        #expect(hold(&state, 6, party(), task: task) == BudgetExceeded(scope: .everything, period: .task))
        #expect(
            hold(&state, 6, party(beta), task: TaskBudget()) == BudgetExceeded(scope: .backend(beta), period: .task)
        )
        var free = TaskBudget()
        free.spend(NanoDollars(48), on: alpha)
        #expect(hold(&state, 3, party(), task: free) != nil)
        #expect(hold(&state, 2, party(beta), task: free) == nil)
    }

    @Test("midnight begins a new day and not a new month; the first of the month begins both")
    func rollOver() {
        let budgets = [Budget(period: .day, limit: NanoDollars(10)), Budget(period: .month, limit: NanoDollars(15))]
        let yesterday = WallTime(milliseconds: noon.milliseconds - 86_400_000)
        var state = BudgetState(budgets, spending: Spending(at: yesterday), now: yesterday)
        #expect(hold(&state, 10, party(), at: yesterday) == nil)
        _ = settle(&state, 10, 10, party(), at: yesterday)
        #expect(hold(&state, 1, party(), at: yesterday) == BudgetExceeded(scope: .everything, period: .day))
        #expect(hold(&state, 6, party(), at: noon) == BudgetExceeded(scope: .everything, period: .month))
        #expect(hold(&state, 5, party(), at: noon) == nil)
        _ = settle(&state, 5, 5, party(), at: noon)
        #expect(hold(&state, 10, party(), at: after(hours: 12)) == nil)
    }

    @Test("what is held over midnight stays held, and is counted where it ends")
    func settledAfterRollOver() {
        var state = state([Budget(period: .day, limit: NanoDollars(10))])
        #expect(hold(&state, 7, party()) == nil)
        #expect(hold(&state, 4, party(), at: after(hours: 13)) != nil)
        _ = settle(&state, 7, 6, party(), at: after(hours: 14))
        #expect(hold(&state, 4, party(), at: after(hours: 14)) == nil)
        #expect(hold(&state, 1, party(), at: after(hours: 14)) != nil)
        #expect(state.standings(at: after(hours: 14))[0].spent == NanoDollars(6))
    }

    @Test("a clock that is set back does not give the money a second time")
    func clockBackwards() {
        var state = state([
            Budget(period: .day, limit: NanoDollars(10)), Budget(period: .month, limit: NanoDollars(10)),
        ])
        for hours in [12, 11, 12, 11] as [Int64] {
            let now = after(hours: hours)
            guard hold(&state, 10, party(), at: now) == nil else { continue }
            _ = settle(&state, 10, 10, party(), at: now)
        }
        let standings = state.standings(at: after(hours: 12))
        #expect(standings.map(\.spent) == [NanoDollars(10), NanoDollars(10)])
    }

    @Test("a clock that was far ahead and is put right does not stop the days")
    func clockAhead() {
        var state = state([
            Budget(period: .day, limit: NanoDollars(10)), Budget(period: .month, limit: NanoDollars(10)),
        ])
        _ = settle(&state, 0, 10, party(), at: after(hours: 24 * 3_650))
        #expect(hold(&state, 1, party(), at: noon) != nil)
        #expect(hold(&state, 1, party(), at: after(hours: 12)) == nil)
    }

    @Test(
        "a clock that leaps to another year and comes back finds what was spent before, counted once",
        arguments: [[24 * 3_650], [-24 * 3_650], [24 * 3_650, -24 * 3_650], [-24 * 3_650, 24 * 3_650, -24 * 365]]
            as [[Int64]]
    )
    func clockLeaps(hours: [Int64]) {
        var state = state([
            Budget(period: .day, limit: NanoDollars(10)), Budget(period: .month, limit: NanoDollars(10)),
        ])
        _ = settle(&state, 0, 9, party(), at: noon)
        // To and fro: nothing is forgotten, and nothing counted twice.
        for _ in 0..<3 {
            for hours in hours { #expect(hold(&state, 0, party(), at: after(hours: hours)) == nil) }
            #expect(state.standings(at: noon).map(\.spent) == [NanoDollars(9), NanoDollars(9)])
        }
        _ = settle(&state, 0, 1, party(), at: after(hours: hours[0]))
        #expect(hold(&state, 2, party(), at: noon) != nil)
        #expect(state.standings(at: after(hours: 24 * 40)).map(\.spent) == [NanoDollars(0), NanoDollars(0)])
    }

    @Test("what the ledger knows of this day and this month counts, and what is older does not")
    func seeded() {
        let sums = Spending.Sums(
            everything: NanoDollars(9),
            byBackend: [alpha: NanoDollars(4)],
            byCaller: ["ann": NanoDollars(3)]
        )
        let budgets = [
            Budget(period: .day, limit: NanoDollars(10)),
            Budget(scope: .backend(alpha), period: .month, limit: NanoDollars(10)),
            Budget(scope: .caller("ann"), period: .day, limit: NanoDollars(10)),
        ]
        let today = state(budgets, spending: Spending(at: noon, day: sums, month: sums))
        var copy = today
        #expect(copy.standings(at: noon).map(\.spent) == [NanoDollars(9), NanoDollars(4), NanoDollars(3)])
        let old = Spending(at: WallTime(milliseconds: noon.milliseconds - 86_400_000), day: sums, month: sums)
        copy = state(budgets, spending: old)
        #expect(copy.standings(at: noon).map(\.spent) == [NanoDollars(0), NanoDollars(4), NanoDollars(0)])
    }

    @Test("80 % and 100 % are told once a period, 100 % at once when both are passed together")
    func alerts() {
        var state = state([
            Budget(period: .day, limit: NanoDollars(10)),
            Budget(scope: .backend(beta), period: .month, limit: NanoDollars(10)),
        ])
        #expect(settle(&state, 0, 7, party()).isEmpty)
        #expect(settle(&state, 0, 1, party()).map(\.level) == [.near])
        #expect(settle(&state, 0, 1, party()).isEmpty)
        let reached = settle(&state, 0, 1, party())
        #expect(reached.map(\.level) == [.reached])
        #expect((reached[0].spent, reached[0].limit, reached[0].period) == (NanoDollars(10), NanoDollars(10), .day))
        #expect(settle(&state, 0, 1, party()).isEmpty)
        #expect(settle(&state, 0, 10, party(beta)).map { "\($0.scope) \($0.level)" } == ["backend(beta) reached"])
        #expect(settle(&state, 0, 0, party()).isEmpty)
        #expect(settle(&state, 0, 8, party(), at: after(hours: 12)).map(\.level) == [.near])
    }

    @Test("other budgets apply from now on, with what was spent; the same ones tell nothing again")
    func replaced() {
        var state = state([Budget(period: .day, limit: NanoDollars(10))])
        #expect(settle(&state, 0, 9, party()).count == 1)
        state.replace([Budget(period: .day, limit: NanoDollars(10))])
        #expect(settle(&state, 0, 0, party()).isEmpty)
        state.replace([Budget(scope: .backend(alpha), period: .day, limit: NanoDollars(11))])
        #expect(hold(&state, 3, party()) == BudgetExceeded(scope: .backend(alpha), period: .day))
        #expect(settle(&state, 0, 1, party()).map(\.level) == [.near])
    }

    @Test("the selector is told the least that any budget leaves")
    func allowance() {
        var state = state([
            Budget(period: .day, limit: NanoDollars(100)),
            Budget(scope: .backend(beta), period: .day, limit: NanoDollars(8)),
            Budget(scope: .caller("bob"), period: .day, limit: NanoDollars(1)),
        ])
        #expect(hold(&state, 90, party(caller: "ann")) == nil)
        let ann = state.allowance(for: "ann", task: nil, at: noon)
        #expect((ann.left(for: alpha), ann.left(for: beta)) == (NanoDollars(10), NanoDollars(8)))
        let bounded = state.allowance(for: "ann", task: TaskBudget(limit: NanoDollars(5)), at: noon)
        #expect((bounded.left(for: alpha), bounded.left(for: beta)) == (NanoDollars(5), NanoDollars(5)))
        #expect(state.allowance(for: "bob", task: nil, at: noon).left(for: alpha) == NanoDollars(1))
        #expect(ann.covers(NanoDollars(8), for: beta))
        #expect(!ann.covers(NanoDollars(9), for: beta))
        #expect(
            state.allowance(for: "bob", task: TaskBudget(limit: NanoDollars(0)), at: noon).covers(
                NanoDollars(0),
                for: beta
            )
        )
        #expect(Allowance().left(for: alpha) == nil)
        #expect(Allowance().covers(NanoDollars(.max), for: alpha))
    }
}
