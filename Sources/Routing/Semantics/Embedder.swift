internal import Persona

/// Asks a backend where a question points: blind, scanned, recorded, within a budget and a time, and never on the way of
/// a thought that it cannot help.
struct Embedder: Sendable {
    let egress: Egress
    let budgets: BudgetBook
    let semantic: SemanticCache
    let now: @Sendable () -> ContinuousClock.Instant

    /// The answer to the same question in other words. The question stays with the thought, for its own answer to be kept.
    func lookup(_ course: Course, _ registry: BackendRegistry) async -> AnswerCache.Hit? {
        guard let policy = semantic.policy, let backend = registry[policy.backend], Self.may(ask: backend, course),
            var question = course.question(semantic), let vector = await vector(course, backend, policy)
        else { return nil }
        question.vector = vector
        course.meaning = question
        return await semantic.find(question, at: now())
    }

    /// Whether the backend may see the task. One off this machine sees only what would leave it anyway, and nothing that the
    /// caller gave to another backend alone.
    private static func may(ask backend: Backend, _ course: Course) -> Bool {
        guard case .enabled = backend.service, backend.place == nil else { return false }
        guard !backend.isLocal else { return true }
        let constraints = course.thought.constraints
        let isBound = constraints.isLocalOnly || course.plan.classification.isLocalOnly
        return !isBound && (constraints.backend ?? backend.id) == backend.id
            && course.plan.candidates.first?.backend.isLocal == false
    }

    /// Where the task points; nil when that cannot be had in time.
    @inline(never)
    private func vector(_ course: Course, _ backend: Backend, _ policy: SemanticPolicy) async -> [Float]? {
        let prompt = course.thought.prompt
        guard let request = EmbeddingWire.encode(prompt, for: backend, model: policy.model) else { return nil }
        let price = policy.price ?? (backend.isLocal ? 0 : backend.prices?.input)
        // As with answers: an estimate falls short by half at most.
        let most = Self.cost(request.body.count / 2 + 8, price) ?? NanoDollars(0)
        let reservation: Reservation
        switch budgets.reserve(most, backend: backend.id, caller: course.thought.caller, task: course.run.budget) {
        case .failure: return nil
        case .success(let held): reservation = held
        }
        guard let ticket = semantic.ticket(at: now()) else { return nil }
        let began = now()
        guard
            let passage = try? await egress.pass(
                request,
                to: backend,
                record: { sealed in
                    EgressRecord(
                        purpose: .embedding,
                        backend: backend.id,
                        model: policy.model,
                        thought: course.run.id,
                        attempt: 1,
                        kind: course.plan.classification.kind,
                        caller: course.thought.caller,
                        isLocal: backend.isLocal,
                        standIns: course.thought.standIns,
                        request: sealed
                    )
                }
            )
        else {
            semantic.done(ticket, .neutral, at: now())
            return nil
        }
        let receipt = passage.receipt
        let limits = TransferLimits(
            connect: min(backend.timeouts.connect, policy.timeout),
            total: policy.timeout,
            maxBody: 1 << 20
        )
        let result: Result<EmbeddingWire.Reply, WireError> =
            switch await egress.send(passage, limits: limits) {
            case .failure(let error): .failure(WireError(FailureClassifier.classify(error)))
            case .success(let reply): Result { () throws(WireError) in try EmbeddingWire.decode(reply) }
            }
        let ended = now()
        switch result {
        case .success(let reply):
            let cost = reply.tokens.flatMap { Self.cost($0, price) }
            reservation.settle(cost ?? (price == 0 ? NanoDollars(0) : nil))
            semantic.done(ticket, .success, cost: cost, at: ended)
            let usage = reply.tokens.map { Usage(inputUncached: $0, outputVisible: 0, source: .provider) }
            await settle(receipt, .answered, ended - began, policy.model, usage ?? .missing, cost)
            return reply.vector
        case .failure(let error):
            reservation.settle(NanoDollars(0))
            semantic.done(ticket, error.failure == .cancelled ? .neutral : .failure(error.failure), at: ended)
            await settle(receipt, .failed(error.failure), ended - began, nil, error.usage, nil)
            return nil
        }
    }

    private func settle(
        _ receipt: EgressReceipt,
        _ outcome: Attempt.Outcome,
        _ duration: Duration,
        _ model: String?,
        _ usage: Usage,
        _ cost: NanoDollars?
    ) async {
        await egress.settle(
            receipt,
            Settlement(outcome: outcome, duration: duration, model: model, usage: usage, cost: cost)
        )
    }

    /// A dollar per million tokens is 1,000 billionths of a dollar a token; nil where nobody said the price.
    private static func cost(_ tokens: Int, _ price: Double?) -> NanoDollars? {
        price.map { NanoDollars(Int64((Double(tokens) * $0 * 1_000).rounded(.up))) }
    }
}
