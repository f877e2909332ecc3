internal import Persona
internal import Synchronization

/// Answers that are given again to the very same request: exact, in memory, bounded in number, size and age.
///
/// A request is the same when every byte that a backend would see of it is, and everything that steers who answers. Nothing
/// is compared by meaning here: "turn on" and "turn off" are near to each other (vllm-project/semantic-router's issue 2691).
/// What may be asked behind it, where the policy says so, is ``SemanticCache``.
public final class AnswerCache: Sendable {
    /// What an answer depends on besides the prompt and its kind.
    struct Call: Sendable {
        var constraints = Selector.Constraints()
        /// A model that the caller insists on.
        var model: String?
        var criterion = RoutingPolicy.Criterion.balanced
        var maxTokens: Int?
        /// From 0 to 2; nil for the backend's own.
        var temperature: Double?
        var stop: [String] = []
        /// Of the snapshot: other backends, and other models of theirs, may answer otherwise.
        var generation = 0
    }

    /// An answer that was given before.
    struct Hit: Sendable {
        /// As it was, but free, without attempts and with no tokens spent: nothing was sent. Its duration is for the caller
        /// to say.
        var answer: Answer
        /// The tokens that were not spent again.
        let usage: Usage
        /// What was not paid again, if that is known.
        let cost: NanoDollars?
    }

    private struct State {
        var shelf: AnswerShelf
        var epoch = 0
    }

    /// Above that a caller wants another answer each time.
    private static let highestTemperature = 0.5

    private let state: Mutex<State>
    /// Answers to questions in other words.
    let semantic: SemanticCache

    /// An empty cache.
    public init(_ policy: CachePolicy = CachePolicy()) {
        state = Mutex(State(shelf: AnswerShelf(policy)))
        semantic = SemanticCache(policy.isOn ? policy.semantic : nil)
    }

    /// Another policy from now on, and an empty cache: other backends may answer otherwise.
    public func replace(_ policy: CachePolicy) {
        state.withLock { state in
            state.shelf = AnswerShelf(policy)
            state.epoch += 1
        }
        semantic.replace(policy.isOn ? policy.semantic : nil)
    }

    /// The key of a request; nil when it is not to be answered out of the cache, nor its answer kept: the cache is off, the
    /// caller forbids it, there are tools to be called, or it is to be answered otherwise each time.
    func key(_ prompt: BlindPrompt, kind: TaskKind, call: Call, isCacheable: Bool) -> CacheKey? {
        guard isCacheable, prompt.tools.isEmpty, (call.temperature ?? 0) <= Self.highestTemperature else { return nil }
        let epoch = state.withLock { $0.shelf.policy.isOn ? $0.epoch : nil }
        return epoch.map { CacheKey(prompt, kind: kind, call: call, epoch: $0) }
    }

    /// The answer that was given to the same request, while it is fresh.
    func lookup(_ key: CacheKey, at now: ContinuousClock.Instant) -> Hit? {
        state.withLock { $0.shelf.take(key, at: now) }.map(Hit.init)
    }

    /// Keeps an answer. One that was cut, is empty, calls tools or came out of the cache is not kept.
    /// - Parameter isSound: that it passed every judgement: no refusal, not the best of a bad lot.
    func store(_ answer: Answer, isSound: Bool, for key: CacheKey, at now: ContinuousClock.Instant) {
        guard isSound, answer.isWhole else { return }
        state.withLock { $0.shelf.put(answer, for: key, at: now) }
    }
}

extension Answer {
    /// Whether it may be given again: not cut, not empty, without calls of tools, and not given again itself.
    var isWhole: Bool { finish == .stop && !text.isEmpty && calls.isEmpty && !isCached }
}

extension AnswerCache.Hit {
    /// An answer, given again.
    init(_ kept: Answer) {
        var answer = kept
        answer.isCached = true
        answer.attempts = []
        answer.usage = Usage(
            inputUncached: 0,
            inputCacheRead: 0,
            inputCacheWrite: 0,
            outputVisible: 0,
            outputReasoning: 0,
            source: kept.usage.source
        )
        answer.cost = NanoDollars(0)
        answer.firstToken = nil
        answer.duration = .zero
        self.init(answer: answer, usage: kept.usage, cost: kept.cost)
    }
}
