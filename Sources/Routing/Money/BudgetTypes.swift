/// A budget has no room for a request. It says which one, and no amount: a caller learns nothing of what others spend.
public struct BudgetExceeded: Error, Sendable, Equatable {
    /// Whose budget; of a budget that each caller has, the caller's own.
    public let scope: Budget.Scope
    /// Its period; ``Budget/Period/task`` also for the task's own bound.
    public let period: Budget.Period

    /// The sentence for a rejection.
    public var sentence: String {
        let span =
            switch period {
            case .task: "one task"
            case .day: "the day"
            case .month: "the month"
            }
        return switch scope {
        case .everything: "the budget of \(span) does not cover it"
        case .backend: "the backend's budget of \(span) does not cover it"
        case .caller: "the caller's budget of \(span) does not cover it"
        }
    }
}

/// The bound of one thought, and what it has spent so far.
public struct TaskBudget: Sendable, Equatable {
    /// What all of its requests together may cost; nil for any sum.
    public let limit: NanoDollars?
    /// What they have cost.
    public private(set) var spent = NanoDollars(0)
    private var byBackend: [BackendID: NanoDollars] = [:]

    /// Nothing is spent yet.
    public init(limit: NanoDollars? = nil) {
        self.limit = limit
    }

    /// What is left; nil for any sum.
    public var left: NanoDollars? { limit.map { $0.less(spent) } }

    /// Counts a request.
    public mutating func spend(_ cost: NanoDollars, on backend: BackendID) {
        guard cost.value > 0 else { return }
        spent.add(cost)
        byBackend[backend, default: NanoDollars(0)].add(cost)
    }

    func spent(on backend: BackendID) -> NanoDollars { byBackend[backend] ?? NanoDollars(0) }
}

/// What was spent in a day and its month, as the ledger knows it.
public struct Spending: Sendable, Equatable {
    /// The sums of a period.
    public struct Sums: Sendable, Equatable {
        /// Of all.
        public var everything: NanoDollars
        /// By backend.
        public var byBackend: [BackendID: NanoDollars]
        /// By caller; those who gave no name are the empty one.
        public var byCaller: [String: NanoDollars]

        /// Sums; nothing by default.
        public init(
            everything: NanoDollars = NanoDollars(0),
            byBackend: [BackendID: NanoDollars] = [:],
            byCaller: [String: NanoDollars] = [:]
        ) {
            self.everything = everything
            self.byBackend = byBackend
            self.byCaller = byCaller
        }
    }

    /// A moment of that day and that month.
    public var time: WallTime
    /// The day's sums.
    public var day: Sums
    /// The month's sums, the day's among them.
    public var month: Sums

    /// What was spent; nothing by default.
    public init(at time: WallTime, day: Sums = Sums(), month: Sums = Sums()) {
        self.time = time
        self.day = day
        self.month = month
    }
}

/// What budgets leave for one caller's request.
public struct Allowance: Sendable, Equatable {
    private var all: NanoDollars?
    private var byBackend: [BackendID: NanoDollars] = [:]

    /// So much for everybody; nothing is bounded without it.
    public init(_ all: NanoDollars? = nil) {
        self.all = all
    }

    /// What is left for a request to that backend; nil when nothing bounds it.
    public func left(for backend: BackendID) -> NanoDollars? {
        guard let own = byBackend[backend] else { return all }
        return min(own, all ?? own)
    }

    /// Whether a request to that backend fits. What costs nothing always does.
    public func covers(_ worstCase: NanoDollars, for backend: BackendID) -> Bool {
        worstCase.value <= 0 || left(for: backend).map { worstCase <= $0 } ?? true
    }

    mutating func narrow(_ left: NanoDollars) { all = min(left, all ?? left) }

    mutating func narrow(_ left: NanoDollars, for backend: BackendID) {
        byBackend[backend] = min(left, byBackend[backend] ?? left)
    }
}

/// How one budget stands.
public struct BudgetStanding: Sendable, Equatable {
    /// The budget.
    public let budget: Budget
    /// Whose account it is: of a budget that each caller has, one caller's.
    public let scope: Budget.Scope
    /// What was spent in its period.
    public let spent: NanoDollars
    /// What is held for requests under way.
    public let held: NanoDollars

    /// What is neither spent nor held.
    public var left: NanoDollars { budget.limit.less(spent).less(held) }

    /// What was spent, in percent of the limit.
    public var percent: Double {
        budget.limit.value > 0 ? 100 * spent.dollars / budget.limit.dollars : 100
    }

    /// The name of the backend or caller; empty for everything, and for callers without a name.
    public var name: String {
        switch scope {
        case .everything: ""
        case .backend(let backend): backend.rawValue
        case .caller(let name): name
        }
    }
}

/// A budget is nearly or wholly used up.
public struct BudgetAlert: Sendable, Equatable {
    /// How far.
    public enum Level: String, Sendable {
        /// 80 % are spent.
        case near
        /// 100 % are spent.
        case reached

        /// The share in percent.
        public var percent: Int { self == .near ? 80 : 100 }

        init?(spent: NanoDollars, of limit: NanoDollars) {
            if spent >= limit {
                self = .reached
            } else if limit.less(spent).value <= limit.value / 5 {
                self = .near
            } else {
                return nil
            }
        }
    }

    /// Whose budget; of a budget that each caller has, one caller's.
    public let scope: Budget.Scope
    /// Its period.
    public let period: Budget.Period
    /// How far.
    public let level: Level
    /// What was spent.
    public let spent: NanoDollars
    /// What is held for requests under way.
    public let held: NanoDollars
    /// The limit.
    public let limit: NanoDollars

    /// How the budget stands.
    public var standing: BudgetStanding {
        let budget = Budget(scope: scope, period: period, limit: limit)
        return BudgetStanding(budget: budget, scope: scope, spent: spent, held: held)
    }

    /// The sentence for the log: without a caller's name, which stays in the ledger.
    public var sentence: String {
        let whose =
            switch scope {
            case .everything: "the \(period.rawValue)'s budget"
            case .backend(let backend): "the \(period.rawValue)'s budget of \(backend)"
            case .caller: "a caller's budget of the \(period.rawValue)"
            }
        return level == .near ? "\(whose) is nearly used up" : "\(whose) is used up"
    }
}

extension NanoDollars {
    /// The sum, or the most that there is.
    func plus(_ other: NanoDollars) -> NanoDollars {
        let (sum, overflows) = value.addingReportingOverflow(other.value)
        return NanoDollars(overflows ? .max : sum)
    }

    /// What is left, never less than nothing.
    func less(_ other: NanoDollars) -> NanoDollars {
        let (rest, overflows) = value.subtractingReportingOverflow(other.value)
        return NanoDollars(overflows ? 0 : max(0, rest))
    }

    mutating func add(_ other: NanoDollars) { self = plus(other) }
}
