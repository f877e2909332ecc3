/// What budgets know: what was spent in this day and this month, and what is held back for requests under way. Pure: the
/// time comes in.
///
/// A request's worst case is held from before it leaves until it is settled, and counts against every budget that applies;
/// what it cost is counted in the day and the month in which it ended, as the ledger does. What is held is held whatever
/// the date: a request that goes over midnight is never charged to nobody.
struct BudgetState: Sendable {
    /// What one party has spent, and what is held for it.
    private struct Account {
        var day = NanoDollars(0)
        var month = NanoDollars(0)
        var held = NanoDollars(0)
        var isEmpty: Bool { day.value == 0 && month.value == 0 && held.value == 0 }
    }

    /// An alert that has been given: once a period.
    private struct Told: Hashable {
        let scope: Budget.Scope
        let period: Budget.Period
        let level: BudgetAlert.Level
    }

    /// The bounds.
    private(set) var budgets: [Budget]
    private var day: Int
    private var month: Int
    private var accounts: [Budget.Scope: Account] = [:]
    private var told: Set<Told> = []
    private var pastDays = Past()
    private var pastMonths = Past()

    /// What was spent in the periods that the clock was in last: it may be put back into one of them.
    private struct Past {
        private static let most = 3
        private var sums: [(number: Int, spent: [Budget.Scope: NanoDollars])] = []

        func spent(in number: Int) -> [Budget.Scope: NanoDollars] { sums.last { $0.number == number }?.spent ?? [:] }

        mutating func keep(_ spent: [Budget.Scope: NanoDollars], of number: Int) {
            sums = (sums.filter { $0.number != number } + [(number, spent)]).suffix(Self.most)
        }
    }

    /// Nothing is held, and that much was spent before.
    init(_ budgets: [Budget], spending: Spending, now: WallTime) {
        self.budgets = budgets
        day = now.day
        month = now.month
        func add(_ sums: Spending.Sums, to period: WritableKeyPath<Account, NanoDollars>) {
            accounts[.everything, default: Account()][keyPath: period] = sums.everything
            for (backend, cost) in sums.byBackend {
                accounts[.backend(backend), default: Account()][keyPath: period] = cost
            }
            for (caller, cost) in sums.byCaller {
                accounts[.caller(caller), default: Account()][keyPath: period] = cost
            }
        }
        if spending.time.day == day { add(spending.day, to: \.day) }
        if spending.time.month == month { add(spending.month, to: \.month) }
    }

    /// Other bounds; what they have been told of counts anew.
    mutating func replace(_ budgets: [Budget]) {
        guard budgets != self.budgets else { return }
        self.budgets = budgets
        told = []
    }

    // MARK: One request

    /// Holds the worst case of a request, if all budgets that apply leave room for it; the first that does not, otherwise.
    ///
    /// What costs nothing always passes.
    mutating func hold(_ worstCase: NanoDollars, for party: Party, task: TaskBudget?, at now: WallTime)
        -> BudgetExceeded?
    {
        roll(to: now)
        guard worstCase.value > 0 else { return nil }
        if let exceeded = firstExceeded(by: worstCase, for: party, task: task) { return exceeded }
        for scope in party.scopes { accounts[scope, default: Account()].held.add(worstCase) }
        return nil
    }

    /// Lets go of what was held, and counts what was spent instead.
    mutating func settle(held: NanoDollars, cost: NanoDollars, for party: Party, at now: WallTime) -> [BudgetAlert] {
        roll(to: now)
        for scope in party.scopes {
            var account = accounts[scope] ?? Account()
            account.held = NanoDollars(max(0, account.held.value - held.value))
            account.day.add(cost)
            account.month.add(cost)
            accounts[scope] = account.isEmpty ? nil : account
        }
        return cost.value > 0 ? alerts(for: party) : []
    }

    /// What is left for each backend.
    mutating func allowance(for caller: String?, task: TaskBudget?, at now: WallTime) -> Allowance {
        roll(to: now)
        var allowance = Allowance()
        if let left = task?.left { allowance.narrow(left) }
        for budget in applicable(to: caller) {
            let left = budget.limit.less(used(budget, by: budget.scope.account(of: caller), task: task))
            if case .backend(let backend) = budget.scope {
                allowance.narrow(left, for: backend)
            } else {
                allowance.narrow(left)
            }
        }
        return allowance
    }

    /// How every budget stands; one that is each caller's own has a row for each caller who spent something.
    mutating func standings(at now: WallTime) -> [BudgetStanding] {
        roll(to: now)
        return budgets.filter { $0.period != .task }.flatMap { budget in
            let own = accounts.keys.filter { scope in
                guard budget.scope == .caller(""), case .caller(let name) = scope else { return scope == budget.scope }
                return applies(budget, to: name)
            }
            let scopes = own.isEmpty ? [budget.scope] : own
            return scopes.map { scope in
                let account = accounts[scope] ?? Account()
                let spent = budget.period == .day ? account.day : account.month
                return BudgetStanding(budget: budget, scope: scope, spent: spent, held: account.held)
            }.sorted { ($1.spent, $0.name) < ($0.spent, $1.name) }
        }
    }

    // MARK: Parts

    private func firstExceeded(by worstCase: NanoDollars, for party: Party, task: TaskBudget?) -> BudgetExceeded? {
        if let left = task?.left, worstCase > left { return BudgetExceeded(scope: .everything, period: .task) }
        for budget in applicable(to: party.caller) {
            if case .backend(let backend) = budget.scope, backend != party.backend { continue }
            let scope = budget.scope.account(of: party.caller)
            if worstCase > budget.limit.less(used(budget, by: scope, task: task)) {
                return BudgetExceeded(scope: scope, period: budget.period)
            }
        }
        return nil
    }

    /// What counts against a budget already.
    private func used(_ budget: Budget, by scope: Budget.Scope, task: TaskBudget?) -> NanoDollars {
        let account = accounts[scope] ?? Account()
        switch budget.period {
        case .task:
            if case .backend(let backend) = scope { return task?.spent(on: backend) ?? NanoDollars(0) }
            return task?.spent ?? NanoDollars(0)
        case .day: return account.day.plus(account.held)
        case .month: return account.month.plus(account.held)
        }
    }

    /// The budgets that a request of the caller may touch.
    private func applicable(to caller: String?) -> some Sequence<Budget> {
        budgets.lazy.filter { applies($0, to: caller ?? "") }
    }

    /// A budget with a caller's name goes before the one that each caller has.
    private func applies(_ budget: Budget, to caller: String) -> Bool {
        switch budget.scope {
        case .everything, .backend: true
        case .caller(""):
            caller.isEmpty || !budgets.contains { $0.scope == .caller(caller) && $0.period == budget.period }
        case .caller(let name): name == caller
        }
    }

    private mutating func alerts(for party: Party) -> [BudgetAlert] {
        var alerts: [BudgetAlert] = []
        for budget in applicable(to: party.caller) where budget.period != .task {
            if case .backend(let backend) = budget.scope, backend != party.backend { continue }
            let scope = budget.scope.account(of: party.caller)
            let account = accounts[scope] ?? Account()
            let spent = budget.period == .day ? account.day : account.month
            guard let level = BudgetAlert.Level(spent: spent, of: budget.limit) else { continue }
            guard told.insert(Told(scope: scope, period: budget.period, level: level)).inserted else { continue }
            // Who hears that it is used up need not hear that it soon will be.
            told.insert(Told(scope: scope, period: budget.period, level: .near))
            alerts.append(
                BudgetAlert(
                    scope: scope,
                    period: budget.period,
                    level: level,
                    spent: spent,
                    held: account.held,
                    limit: budget.limit
                )
            )
        }
        return alerts
    }

    /// Begins a new day or month. A clock that is set back by less than a period does not give the money a second time, nor
    /// does one that leaps to another year and back; one that was far ahead from the start and is put right goes on with the
    /// sums that there are.
    private mutating func roll(to now: WallTime) {
        if now.day > day || now.day < day - 1 {
            turn(.day, \.day, past: \.pastDays, from: day, to: now.day)
            day = now.day
        }
        let month = now.month
        if month > self.month || month < self.month - 1 {
            turn(.month, \.month, past: \.pastMonths, from: self.month, to: month)
            self.month = month
        }
    }

    private mutating func turn(
        _ period: Budget.Period,
        _ sum: WritableKeyPath<Account, NanoDollars>,
        past: WritableKeyPath<Self, Past>,
        from old: Int,
        to new: Int
    ) {
        let known = self[keyPath: past].spent(in: new)
        self[keyPath: past].keep(accounts.mapValues { $0[keyPath: sum] }.filter { $0.value.value > 0 }, of: old)
        if new > old {
            for scope in accounts.keys { accounts[scope]?[keyPath: sum] = NanoDollars(0) }
            told = told.filter { $0.period != period }
        }
        // Nobody knows of a clock that goes back which time was right: the larger sum counts.
        for (scope, spent) in known {
            let now = accounts[scope]?[keyPath: sum] ?? NanoDollars(0)
            accounts[scope, default: Account()][keyPath: sum] = max(now, spent)
        }
        accounts = accounts.filter { !$0.value.isEmpty }
    }
}

/// Who a request is charged to.
struct Party: Sendable {
    let backend: BackendID
    /// Nil and empty are one: all who gave no name.
    let caller: String?

    /// The accounts that it is charged to.
    var scopes: [Budget.Scope] { [.everything, .backend(backend), .caller(caller ?? "")] }
}

extension Budget.Scope {
    /// The account whose spending counts for a request of that caller's.
    fileprivate func account(of caller: String?) -> Budget.Scope { self == .caller("") ? .caller(caller ?? "") : self }
}
