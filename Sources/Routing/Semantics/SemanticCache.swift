internal import Persona
internal import Synchronization

/// Answers that are given to the same question in other words, behind the cache of the very same requests: bounded in
/// number, size and age, and emptied with every other configuration.
final class SemanticCache: Sendable {
    /// What is asked.
    struct Question: Sendable {
        /// All that an answer depends on besides the task's words: the system prompt, the kind, the history, who may
        /// answer and how.
        let scope: CacheKey
        /// What the words ask.
        let form: QuestionForm
        /// Of the snapshot.
        let generation: Int
        /// Where it points; nil before anybody was asked.
        var vector: [Float]?
    }

    private struct State {
        var shelf: SemanticShelf?
        var breaker = SemanticCache.breaker
        var underWay = 0
        var epoch = 0
        var figures = SemanticFigures()
    }

    /// Permission to ask for a vector. It is given back through ``done(_:_:at:)``.
    struct Ticket: Sendable {
        fileprivate let ticket: CircuitBreaker.Ticket
        fileprivate let epoch: Int
    }

    /// How many vectors may be asked for at a time: who comes beyond that goes on without.
    static let mostUnderWay = 16
    /// Failures of this kind of request say nothing of the backend's answers, and so it has a breaker of its own.
    private static let breaker = CircuitBreaker(tolerance: .init(allowedFails: 2), cooldown: .seconds(30))

    private let state: Mutex<State>

    init(_ policy: SemanticPolicy?) {
        state = Mutex(State(shelf: policy.map(SemanticShelf.init)))
    }

    /// How it decides; nil while it is off.
    var policy: SemanticPolicy? { state.withLock { $0.shelf?.policy } }

    /// Of which configuration its answers are.
    var epoch: Int { state.withLock { $0.epoch } }

    /// Another policy from now on, and nothing kept.
    func replace(_ policy: SemanticPolicy?) {
        state.withLock { state in
            state.shelf = policy.map(SemanticShelf.init)
            state.breaker = Self.breaker
            state.epoch += 1
        }
    }

    /// What has come of it; nil while it is off.
    var figures: SemanticFigures? {
        state.withLock { state in
            guard let shelf = state.shelf else { return nil }
            var figures = state.figures
            figures.entries = shelf.count
            figures.bytes = shelf.bytes
            return figures
        }
    }

    // MARK: Who is asked for vectors

    /// Permission to ask for a vector; nil while its backend rests after failures, or has enough to do.
    func ticket(at now: ContinuousClock.Instant) -> Ticket? {
        state.withLock { state in
            guard state.shelf != nil else { return nil }
            guard state.underWay < Self.mostUnderWay, case .granted(let ticket) = state.breaker.acquire(at: now) else {
                state.figures.failures += 1
                return nil
            }
            state.underWay += 1
            return Ticket(ticket: ticket, epoch: state.epoch)
        }
    }

    /// Gives it back with what came of it.
    func done(
        _ ticket: Ticket,
        _ outcome: CircuitBreaker.Outcome,
        cost: NanoDollars? = nil,
        at now: ContinuousClock.Instant
    ) {
        state.withLock { state in
            state.underWay -= 1
            if let cost { state.figures.spent.value += cost.value }
            if case .failure = outcome { state.figures.failures += 1 }
            if ticket.epoch == state.epoch { state.breaker.record(outcome, for: ticket.ticket, at: now) }
        }
    }

    // MARK: Answers

    /// The answer to the same question, while it is fresh. A search takes about a millisecond of a processor, and so no
    /// connection's.
    @concurrent func find(_ question: Question, at now: ContinuousClock.Instant) async -> AnswerCache.Hit? {
        guard let vector = question.vector else { return nil }
        return state.withLock { state in
            switch state.shelf?.find(question, vector, at: now) {
            case .answer(let kept, let similarity):
                var hit = AnswerCache.Hit(kept)
                hit.answer.similarity = similarity
                state.figures.hits += 1
                state.figures.saved.value += hit.cost?.value ?? 0
                return hit
            case .gated:
                state.figures.gated += 1
                state.figures.misses += 1
            case .nothing: state.figures.misses += 1
            case nil: break
            }
            return nil
        }
    }

    /// Keeps an answer. One that was cut, is empty, calls tools, was given again, or of which the judge did not think well
    /// is not kept.
    func store(_ answer: Answer, for question: Question, at now: ContinuousClock.Instant) {
        guard answer.isWhole, let vector = question.vector, let confidence = answer.confidence else { return }
        state.withLock { state in
            guard let policy = state.shelf?.policy, confidence >= policy.minConfidence else { return }
            state.shelf?.put(answer, for: question, vector, at: now)
        }
    }
}
