public import Persona

/// Makes a blind prompt of a draft, or says no: the guard's voice in the router, for questions of its own.
public typealias Blinding = @Sendable (PromptDraft) -> BlindPrompt?

/// Asks the fast local tier what it thinks of an answer. Nothing leaves the machine for it, and an opinion that cannot be
/// had weighs nothing.
struct Critic: Sendable {
    let caller: BackendCaller
    let board: HealthBoard
    let world: Router.Circumstances
    let blind: Blinding?

    /// The longest that an opinion is waited for.
    private static let patience = Duration.seconds(10)
    /// A number needs no more.
    private static let maxTokens = 8

    /// The opinion from 0 to 1; nil when nobody can be asked, when the guard does not let the question through, or when
    /// the reply holds none.
    /// - Parameter answerer: who is not asked about its own work.
    func opinion(
        on answer: Completion,
        of answerer: BackendID,
        _ course: Course,
        _ registry: BackendRegistry
    ) async -> Double? {
        let question = SelfCritique.question(task: course.thought.prompt.task, answer: answer.text)
        let draft = PromptDraft(task: question, instructions: SelfCritique.instruction.description)
        // Nor is a model loaded for an opinion.
        let fit = registry.backends.filter {
            $0.tier == .localFast && $0.disabledReason == nil && $0.id != answerer && $0.place == nil
        }
        guard let prompt = blind?(draft), let backend = fit.first,
            case .granted(let permit) = board.permit(for: backend.id, at: world.now())
        else { return nil }
        var run = ThoughtRun(start: world.now(), limits: Router.Limits(deadline: Self.patience), id: course.run.id)
        run.sent = course.run.sent
        let thought = Thought(
            prompt: prompt,
            constraints: Selector.Constraints(isLocalOnly: true),
            maxTokens: Self.maxTokens,
            temperature: 0,
            caller: course.thought.caller,
            purpose: .critique
        )
        let call = BackendCall(backend: backend, kind: .classification, thought: thought)
        guard let end = try? await caller.ask(call, run: run, onEvent: { _ in }) else { return nil }
        switch end.result {
        case .success(let reply):
            permit.finish(.answered, at: end.ended)
            let cost = backend.prices.flatMap { $0.cost(of: reply.usage) }
            await caller.settle(end, Settlement(answered: reply, end, usage: reply.usage, cost: cost))
            return SelfCritique.opinion(in: reply.text)
        case .failure(let error):
            permit.finish(.failed(error.failure, retryAfter: error.retryAfter), at: end.ended)
            await caller.settle(end, Settlement(failed: error, end, cost: nil))
            return nil
        }
    }
}

extension Settlement {
    /// The end of a request that was answered.
    init(
        answered completion: Completion,
        _ end: CallEnd,
        usage: Usage,
        cost: NanoDollars?,
        verdict: AnswerVerdict = .good(nil),
        decision: DecisionRecord? = nil
    ) {
        self.init(
            outcome: verdict == .refusal ? .failed(.refused) : .answered,
            duration: end.duration,
            model: completion.model,
            usage: usage,
            cost: cost,
            firstToken: end.firstText.map { $0 - end.began },
            quality: verdict.confidence,
            decision: decision
        )
    }

    /// The end of a request that failed.
    init(failed error: WireError, _ end: CallEnd, cost: NanoDollars?) {
        self.init(
            outcome: .failed(error.failure),
            duration: end.duration,
            model: nil,
            usage: error.usage,
            cost: cost
        )
    }
}
