import Persona
import Synchronization
import TestSupport
import Testing

@testable import Routing

/// Two hundred random schedules of faults. A failure names its seed: `Schedule(seed:)` makes the same one again.
@Suite(
    "Whatever the backends do, a request ends in one answer or one error, and nothing is lost",
    .timeLimit(.minutes(2))
)
struct RouterFaultScheduleTests {
    /// Backends, what they do, and how it is asked.
    struct Schedule: Sendable {
        let seed: UInt64
        let backends: [Backend]
        let moves: [String: [FakeTransport.Move]]
        let policy: RoutingPolicy
        let isStreamed: Bool
        /// Whether only local backends may see it.
        let isLocalOnly: Bool
        /// What a day may cost.
        let limit: NanoDollars
        /// Whose places somebody else has for as long as the request lasts.
        let taken: BackendID?
        /// Who is changed, or else removed, meanwhile, and after how many turns of the executor.
        let change: (backend: Int, isRemoved: Bool, turns: Int)?
        /// After how many turns of the executor the request is cancelled; nil for never.
        let cancelAfter: Int?

        init(seed: UInt64) throws {
            self.seed = seed
            var dice = SeededGenerator(seed: seed)
            let names = ["one", "two", "three", "four", "five"].prefix(Int.random(in: 1...5, using: &dice))
            var backends: [Backend] = []
            var moves: [String: [FakeTransport.Move]] = [:]
            var hangs = false
            for name in names {
                var backend = try Fixture.backend(name, [.speed])
                backend.isStreamed = Bool.random(using: &dice)
                backend.allowedFails = Int.random(in: 0...3, using: &dice)
                backend.cooldown = .seconds(Int.random(in: 1...30, using: &dice))
                backend.maxConcurrent = Bool.random(using: &dice) ? Int.random(in: 1...3, using: &dice) : nil
                backend.maxContext = [8_192, 128_000].randomElement(using: &dice) ?? 8_192
                backend.prices = Bool.random(using: &dice) ? PriceVector(input: 1, output: 2) : nil
                backend.isLocal = Bool.random(using: &dice)
                backend.quality = Double.random(in: 0...1, using: &dice)
                backends.append(backend)
                moves[name] = (0..<Int.random(in: 1...4, using: &dice)).map { _ in
                    let move = Self.move(using: &dice)
                    if case .hang = move { hangs = true }
                    return move
                }
            }
            self.backends = backends
            self.moves = moves
            var policy = RoutingPolicy()
            policy.limits.maxAttempts = Int.random(in: 1...7, using: &dice)
            policy.limits.deadline = .seconds(Int.random(in: 1...60, using: &dice))
            policy.retry.attempts = Int.random(in: 0...2, using: &dice)
            policy.hasFailover = Int.random(in: 0..<8, using: &dice) > 0
            policy.reroutesContentPolicy = Bool.random(using: &dice)
            policy.quality.escalations = Int.random(in: 0...2, using: &dice)
            self.policy = policy
            isStreamed = Bool.random(using: &dice)
            isLocalOnly = Int.random(in: 0..<4, using: &dice) == 0
            limit = NanoDollars(Bool.random(using: &dice) ? .max : Int64.random(in: 0...20_000_000, using: &dice))
            taken = Int.random(in: 0..<4, using: &dice) == 0 ? backends.randomElement(using: &dice)?.id : nil
            change =
                Bool.random(using: &dice)
                ? (
                    Int.random(in: 0..<backends.count, using: &dice), Bool.random(using: &dice),
                    Int.random(in: 0...200, using: &dice)
                ) : nil
            // A scripted transport keeps no limits of time: what hangs is ended by whoever asked.
            cancelAfter =
                hangs || Int.random(in: 0..<5, using: &dice) == 0 ? Int.random(in: 0...400, using: &dice) : nil
        }

        private static func move(using dice: inout SeededGenerator) -> FakeTransport.Move {
            switch Int.random(in: 0..<16, using: &dice) {
            case 0...2: return .reply(status: 200, body: Fixture.answer("four"))
            case 3...4: return .stream(whole)
            case 5:
                let status = [400, 401, 402, 403, 404, 408, 413, 422, 500, 502, 503, 504, 529].randomElement(
                    using: &dice
                )
                return .reply(status: status ?? 500, body: "{}")
            case 6:
                let wait = Int.random(in: 0...90, using: &dice)
                return .reply(status: 429, headers: "retry-after: \(wait)\r\n", body: "")
            case 7: return .stream(cut(whole.joined(), using: &dice), end: ends.randomElement(using: &dice) ?? .whole)
            case 8:
                return .reply(
                    status: 200,
                    body: ["{", "", "null", "<html>", "data: {\n\n"].randomElement(using: &dice) ?? ""
                )
            case 9: return .failure(errors.randomElement(using: &dice) ?? .cut)
            case 10: return .reply(status: 200, body: Fixture.answer("I'm sorry, but I can't help with that request."))
            case 11:
                return .stream([
                    Fixture.chunk("I'm sorry, but I can't"), Fixture.chunk(" help with that.", finish: "stop"),
                ])
            case 12:
                let code = ["content_filter", "context_length_exceeded", "insufficient_quota"].randomElement(
                    using: &dice
                )
                return .reply(status: 400, body: #"{"error":{"code":"\#(code ?? "")"}}"#)
            case 13: return .reply(status: 200, body: Fixture.answer(poor))
            case 14: return .stream([Fixture.chunk("[INST] "), Fixture.chunk("<|im_start|>", finish: "stop")])
            default:
                if Int.random(in: 0..<3, using: &dice) == 0 { return .hang }
                return .stream([Fixture.chunk("", finish: "stop"), "data: [DONE]\n\n"])
            }
        }

        private static let whole = [
            Fixture.chunk("The answer"), ": ping\n\n", Fixture.chunk(" is"), Fixture.chunk(" four.", finish: "stop"),
            "data: [DONE]\n\n",
        ]
        private static let poor = "[INST] Lorem ipsum <|im_start|>"
        private static let ends: [HTTPBody.End] = [
            .whole, .failed(.cut), .failed(.timedOut(.stall)), .failed(.timedOut(.total)), .failed(.responseTooLarge),
        ]
        private static let errors: [TransportError] = [
            .unreachable, .tls, .timedOut(.connect), .timedOut(.firstToken), .timedOut(.total), .cut, .stale, .notHTTP,
            .responseTooLarge, .curl(56),
        ]

        /// The text up to some byte, in pieces of any length.
        private static func cut(_ text: String, using dice: inout SeededGenerator) -> [String] {
            var rest = Substring(text.prefix(Int.random(in: 0...text.count, using: &dice)))
            var pieces: [String] = []
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...40, using: &dice))
                pieces.append(String(piece))
                rest = rest.dropFirst(piece.count)
            }
            return pieces
        }
    }

    @Test("two hundred schedules", arguments: 0..<200 as Range<UInt64>)
    func schedule(_ index: UInt64) async throws {
        let schedule = try Schedule(seed: 20_261_121 &+ index &* 7_919)
        let seed = Comment(rawValue: "Schedule(seed: \(schedule.seed))")
        let budgets = BudgetBook([Budget(period: .day, limit: schedule.limit)])
        let bench = Workbench(
            schedule.backends,
            schedule.moves,
            limits: schedule.policy.limits,
            policy: schedule.policy,
            budgets: budgets
        )
        let start = bench.clock.now
        let taken = schedule.taken.flatMap { bench.board.granted($0, at: start) }
        let heard = Mutex<(kept: String, count: Int)>(("", 0))
        var asked = try Workbench.thought(streamed: schedule.isStreamed)
        asked.constraints.isLocalOnly = schedule.isLocalOnly
        let thought = asked
        let task = Task { () -> Result<Answer, RoutingError> in
            do throws(RoutingError) {
                return .success(
                    try await bench.router.think(thought) { event in
                        heard.withLock { heard in
                            heard.count += 1
                            switch event {
                            case .delta(let text): heard.kept += text
                            case .restarted: heard.kept = ""
                            case .brokeOff, .switching: break
                            }
                        }
                    }
                )
            } catch { return .failure(error) }
        }
        await Self.meddle(schedule, bench, task)
        let result = await task.value
        if let taken { taken.finish(.unsaid, at: bench.clock.now) }
        #expect(bench.clock.now - start <= schedule.policy.limits.deadline, seed)
        try expectPaid(bench, budgets, schedule, seed)
        expectNothingLost(bench, schedule, seed)
        let sent = bench.transport.sent.count
        #expect(sent <= schedule.policy.limits.maxAttempts, seed)
        switch result {
        case .success(let answer):
            #expect(answer.attempts.last?.outcome == .answered || answer.confidence != nil, seed)
            #expect(answer.attempts.contains { $0.backend == answer.backend && $0.outcome == .answered }, seed)
            #expect(!answer.text.isEmpty, seed)
            if schedule.isStreamed { #expect(heard.withLock { $0.kept } == answer.text, seed) }
        case .failure(.cancelled): #expect(schedule.cancelAfter != nil, seed)
        case .failure(.noBackend): #expect(sent == 0, seed)
        case .failure(let error):
            let told = try #require(story(of: error), seed)
            #expect(told.count >= sent, seed)
            #expect(!told.contains { $0.hasSuffix("answered") }, seed)
        }
        if !schedule.isStreamed { #expect(heard.withLock { $0.count } == 0, seed) }
    }

    /// What happens to the request and to its backends meanwhile.
    private static func meddle(
        _ schedule: Schedule,
        _ bench: Workbench,
        _ task: Task<Result<Answer, RoutingError>, Never>
    ) async {
        for turn in 0...max(schedule.cancelAfter ?? 0, schedule.change?.turns ?? 0) {
            if turn == schedule.cancelAfter { task.cancel() }
            if let change = schedule.change, turn == change.turns {
                var backends = schedule.backends
                if change.isRemoved {
                    backends.remove(at: change.backend)
                } else {
                    backends[change.backend].url += "/other"
                }
                bench.board.adopt(BackendRegistry(backends), now: bench.clock.now)
                bench.board.adopt(BackendRegistry(schedule.backends), now: bench.clock.now)
            }
            await Task.yield()
        }
    }

    /// Nothing is held any more, the day's sum is that of the requests, one decision is told, and no budget is overrun.
    private func expectPaid(
        _ bench: Workbench,
        _ budgets: BudgetBook,
        _ schedule: Schedule,
        _ seed: Comment
    ) throws {
        let day = try #require(budgets.standings().first)
        #expect(day.held == NanoDollars(0), seed)
        #expect(day.spent <= schedule.limit, seed)
        let costs = bench.ledger.settlements.compactMap { $0?.cost }.reduce(NanoDollars(0)) { $0.plus($1) }
        #expect(day.spent >= costs, seed)
        #expect(bench.ledger.decisions.count == 1, seed)
        if let cost = bench.ledger.decisions.first?.cost { #expect(cost == day.spent, seed) }
        if schedule.isLocalOnly {
            let remote = Set(schedule.backends.filter { !$0.isLocal }.map(\.id.rawValue))
            #expect(!bench.asked.contains { remote.contains($0) }, seed)
        }
    }

    /// Each request is in the ledger with its end, nothing is in flight, and after its cooldown every breaker lets
    /// somebody in again.
    private func expectNothingLost(_ bench: Workbench, _ schedule: Schedule, _ seed: Comment) {
        #expect(bench.ledger.records.count == bench.transport.sent.count, seed)
        #expect(bench.ledger.settlements.allSatisfy { $0 != nil }, seed)
        let lamps = bench.board.snapshot(at: bench.clock.now)
        #expect(lamps.allSatisfy { $0.inFlight == 0 }, seed)
        bench.clock.advance(by: .seconds(3_600))
        for backend in schedule.backends {
            switch bench.board.permit(for: backend.id, at: bench.clock.now) {
            case .granted(let permit): permit.finish(.unsaid, at: bench.clock.now)
            case .refused(let refusal): Issue.record("\(backend.id): \(refusal); \(seed)")
            }
        }
        #expect(bench.board.snapshot(at: bench.clock.now).allSatisfy { $0.inFlight == 0 && $0.isPermitted }, seed)
    }
}
