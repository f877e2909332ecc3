import Dispatch
import Synchronization
import Testing

@testable import Routing

@Suite("A budget is never overshot, however many ask at once", .timeLimit(.minutes(1)))
struct BudgetBookTests {
    private let alpha: BackendID
    private let worst = NanoDollars(7)
    private let limit = NanoDollars(100)

    init() throws { alpha = try Fixture.id("alpha") }

    private func book(_ budgets: [Budget]? = nil) -> BudgetBook {
        BudgetBook(
            budgets ?? [Budget(period: .day, limit: limit)],
            clock: { WallTime(milliseconds: 1_769_860_800_000) }
        )
    }

    private func spent(_ book: BudgetBook) -> [NanoDollars] { book.standings().flatMap { [$0.spent, $0.held] } }

    @Test("a hundred tasks in parallel, LiteLLM's issue 34732: as many pass as there is money for, and not one more")
    func tasks() async {
        let book = book()
        let passed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    guard case .success(let reservation) = book.reserve(worst, backend: alpha, caller: nil) else {
                        return false
                    }
                    await Task.yield()
                    reservation.settle(worst)
                    return true
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 14)
        #expect(spent(book) == [NanoDollars(98), NanoDollars(0)])
    }

    @Test("a hundred threads at once, each with what it cost and what it dropped")
    func threads() {
        let book = book()
        let highest = Mutex<Int64>(0)
        DispatchQueue.concurrentPerform(iterations: 100) { index in
            for _ in 0..<20 {
                guard case .success(let reservation) = book.reserve(worst, backend: alpha, caller: "\(index)") else {
                    continue
                }
                let sums = spent(book).reduce(0) { $0 + $1.value }
                highest.withLock { $0 = max($0, sums) }
                if index.isMultiple(of: 2) { reservation.settle(NanoDollars(1)) }
            }
        }
        #expect(highest.withLock { $0 } <= limit.value)
        let standing = book.standings()[0]
        #expect(standing.held == NanoDollars(0))
        #expect((1...limit.value).contains(standing.spent.value))
    }

    @Test("a reservation that is dropped gives its money back")
    func dropped() {
        let book = book()
        do {
            let reservation = book.reserve(limit, backend: alpha, caller: nil)
            #expect(spent(book) == [NanoDollars(0), limit])
            _ = consume reservation
        }
        #expect(spent(book) == [NanoDollars(0), NanoDollars(0)])
    }

    @Test("what nobody priced stays counted with its worst case; what is free counts nothing")
    func unknown() throws {
        let book = book()
        #expect(try book.reserve(worst, backend: alpha, caller: nil).get().settle(nil) == worst)
        #expect(try book.reserve(NanoDollars(0), backend: alpha, caller: nil).get().settle(nil) == NanoDollars(0))
        #expect(spent(book) == [worst, NanoDollars(0)])
    }

    @Test("a zero is a zero and no worst case: LiteLLM's issue 37992 charged it")
    func explicitZero() throws {
        let book = book()
        #expect(try book.reserve(worst, backend: alpha, caller: nil).get().settle(NanoDollars(0)) == NanoDollars(0))
        #expect(spent(book) == [NanoDollars(0), NanoDollars(0)])
    }

    @Test("a budget of 30 is not spent to 99: LiteLLM's issue 26672")
    func enforced() throws {
        let book = book([Budget(scope: .caller("ann"), period: .month, limit: NanoDollars(30))])
        var passed = 0
        for _ in 0..<33 {
            guard case .success(let reservation) = book.reserve(NanoDollars(3), backend: alpha, caller: "ann") else {
                continue
            }
            reservation.settle(NanoDollars(3))
            passed += 1
        }
        #expect(passed == 10)
        #expect(spent(book) == [NanoDollars(30), NanoDollars(0)])
    }

    @Test("a cost above the worst case is counted as it is")
    func dearer() throws {
        let book = book()
        try book.reserve(worst, backend: alpha, caller: nil).get().settle(NanoDollars(150))
        #expect(spent(book) == [NanoDollars(150), NanoDollars(0)])
        #expect(book.left(for: nil, backend: alpha) == NanoDollars(0))
        #expect(throws: BudgetExceeded(scope: .everything, period: .day)) {
            _ = try book.reserve(NanoDollars(1), backend: alpha, caller: nil).get()
        }
    }

    @Test("who refuses says whose budget and which period, and no amount")
    func exceeded() {
        let own = BudgetExceeded(scope: .caller("ann"), period: .month)
        #expect(own.sentence == "the caller's budget of the month does not cover it")
        #expect(
            BudgetExceeded(scope: .backend(alpha), period: .day).sentence.hasPrefix("the backend's budget of the day")
        )
        #expect(
            BudgetExceeded(scope: .everything, period: .task).sentence == "the budget of one task does not cover it"
        )
    }

    @Test("alerts reach all who listen")
    func alerts() async throws {
        let book = book([Budget(scope: .caller(""), period: .month, limit: limit)])
        var first = book.alerts().makeAsyncIterator()
        var second = book.alerts().makeAsyncIterator()
        try book.reserve(limit, backend: alpha, caller: "ann").get().settle(NanoDollars(85))
        let alert = BudgetAlert(
            scope: .caller("ann"),
            period: .month,
            level: .near,
            spent: NanoDollars(85),
            held: NanoDollars(0),
            limit: limit
        )
        #expect(alert.standing.left == NanoDollars(15) && alert.standing.name == "ann")
        #expect(alert.sentence == "a caller's budget of the month is nearly used up")
        #expect(await first.next() == alert)
        #expect(await second.next() == alert)
    }

    @Test("without budgets nothing is bounded")
    func unbounded() throws {
        let book = BudgetBook()
        #expect(book.left(for: "ann", backend: alpha) == nil)
        #expect(book.left(for: nil, backend: alpha, task: TaskBudget(limit: worst)) == worst)
        try book.reserve(NanoDollars(.max), backend: alpha, caller: nil).get().settle(NanoDollars(1))
    }

    @Test(
        "the worst case: every prompt token at the dearest price, and the longest answer that is allowed",
        arguments: [
            (1_000, nil, nil, 1_000 * 4 + 4_096 * 10), (1_000, nil, 500, 1_000 * 4 + 500 * 10),
            (1_000, 200, 500, 1_000 * 4 + 200 * 10), (1_000, 800, 500, 1_000 * 4 + 500 * 10), (0, 0, nil, 0),
        ] as [(Int, Int?, Int?, Int64)]
    )
    func worstCase(_ input: Int, maxTokens: Int?, maxOutput: Int?, dollarsAMillion: Int64) throws {
        var backend = try Fixture.backend("alpha")
        #expect(backend.worstCase(inputTokens: input, maxTokens: maxTokens) == NanoDollars(0))
        backend.maxOutput = maxOutput
        backend.prices = PriceVector(input: 3, output: 10, cacheRead: 0.3, cacheWrite: 4)
        #expect(backend.worstCase(inputTokens: input, maxTokens: maxTokens) == NanoDollars(dollarsAMillion * 1_000))
        #expect(backend.worstCase(inputTokens: .max, maxTokens: .max) == NanoDollars(.max))
        // Whatever is dearer for reasoning, for an hour in the cache or for a long prompt is held too.
        backend.prices?.reasoning = 20
        backend.prices?.cacheWriteHour = 6
        let dearer = NanoDollars(100 * 6_000 + 200 * 20_000)
        #expect(backend.worstCase(inputTokens: 100, maxTokens: 200) == dearer)
        backend.prices?.longPrompt = PriceVector.LongPrompt(above: 99, input: 6, output: 20)
        #expect(backend.worstCase(inputTokens: 100, maxTokens: 200) == NanoDollars(dearer.value * 2))
    }
}
