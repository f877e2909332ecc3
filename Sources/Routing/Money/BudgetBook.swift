internal import Synchronization

/// The budgets and what has been spent of them: asked before a request leaves, told after it has ended.
///
/// A request's worst case is held before it leaves, in one step with the look at every budget that applies, so a hundred at
/// once spend no more than one after the other would. Short synchronous sections, no waiting. What was spent lives in
/// memory; the ledger gives it back at the start.
///
/// A backend without prices has no worst case, so no budget bounds it.
public final class BudgetBook: Sendable {
    private struct Book {
        var state: BudgetState
        var observers: [UInt64: AsyncStream<BudgetAlert>.Continuation] = [:]
        var lastObserver: UInt64 = 0
    }

    private let book: Mutex<Book>
    private let clock: @Sendable () -> WallTime

    /// A book of those budgets.
    /// - Parameter spending: what was spent before, from the ledger.
    public init(
        _ budgets: [Budget] = [],
        spending: Spending? = nil,
        clock: @escaping @Sendable () -> WallTime = { .now }
    ) {
        let now = clock()
        book = Mutex(Book(state: BudgetState(budgets, spending: spending ?? Spending(at: now), now: now)))
        self.clock = clock
    }

    /// Other budgets from now on. What was spent and what is held stay.
    public func replace(_ budgets: [Budget]) {
        book.withLock { $0.state.replace(budgets) }
    }

    /// Holds the worst case of one request against all budgets that apply, or names the first that has no room for it.
    /// - Parameter worstCase: zero for a backend that is free or has no prices; zero always passes.
    public func reserve(
        _ worstCase: NanoDollars,
        backend: BackendID,
        caller: String?,
        task: TaskBudget? = nil
    ) -> Result<Reservation, BudgetExceeded> {
        let party = Party(backend: backend, caller: caller)
        let now = clock()
        if let exceeded = book.withLock({ $0.state.hold(worstCase, for: party, task: task, at: now) }) {
            return .failure(exceeded)
        }
        return .success(Reservation(book: self, held: worstCase, party: party))
    }

    /// What is left for a caller, for the selector: one short look for all backends.
    public func allowance(for caller: String?, task: TaskBudget? = nil) -> Allowance {
        let now = clock()
        return book.withLock { book in
            guard !book.state.budgets.isEmpty || task != nil else { return Allowance() }
            return book.state.allowance(for: caller, task: task, at: now)
        }
    }

    /// What is left for a caller at a backend, what is held counted as spent; nil when nothing bounds it.
    public func left(for caller: String?, backend: BackendID, task: TaskBudget? = nil) -> NanoDollars? {
        allowance(for: caller, task: task).left(for: backend)
    }

    /// How every budget of a day or a month stands, in the order of the configuration.
    public func standings() -> [BudgetStanding] {
        let now = clock()
        return book.withLock { $0.state.standings(at: now) }
    }

    /// The alerts from now on: at 80 % and at 100 % of a budget, each once a period and once a start of the daemon.
    public func alerts() -> AsyncStream<BudgetAlert> {
        let (stream, continuation) = AsyncStream<BudgetAlert>.makeStream(bufferingPolicy: .bufferingNewest(256))
        let observer = book.withLock { book in
            book.lastObserver += 1
            book.observers[book.lastObserver] = continuation
            return book.lastObserver
        }
        continuation.onTermination = { [weak self] _ in
            self?.book.withLock { $0.observers[observer] = nil }
        }
        return stream
    }

    /// Takes a reservation back, with what was spent.
    fileprivate func settle(held: NanoDollars, cost: NanoDollars, party: Party) {
        let now = clock()
        let (alerts, observers) = book.withLock { book in
            let alerts = book.state.settle(held: held, cost: cost, for: party, at: now)
            return (alerts, alerts.isEmpty ? [] : Array(book.observers.values))
        }
        for observer in observers { for alert in alerts { observer.yield(alert) } }
    }
}

/// Money that is held for one request. It comes back on every path: by ``settle(_:)``, or by itself.
public struct Reservation: ~Copyable, Sendable {
    private let book: BudgetBook
    private let held: NanoDollars
    private let party: Party
    private var isSettled = false

    fileprivate init(book: BudgetBook, held: NanoDollars, party: Party) {
        self.book = book
        self.held = held
        self.party = party
    }

    /// Gives it back with what the request cost.
    ///
    /// A request that brought nothing back (refused, not connected) is not billed: drop the reservation, or settle zero.
    /// - Parameter cost: nil when it was billed and nobody said how much, such as a stream that broke, or an answer without
    ///   its tokens. Unknown is not free, so the worst case stays counted until the period ends; for a backend without
    ///   prices that is zero. The ledger says `unpriced`, and a restart forgets it.
    /// - Returns: what was counted, for ``TaskBudget/spend(_:on:)``.
    @discardableResult
    public consuming func settle(_ cost: NanoDollars?) -> NanoDollars {
        let counted = cost ?? held
        isSettled = true
        book.settle(held: held, cost: counted, party: party)
        return counted
    }

    deinit {
        if !isSettled { book.settle(held: held, cost: NanoDollars(0), party: party) }
    }
}
