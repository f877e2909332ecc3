internal import Routing
internal import Synchronization

/// What a migration hears of the house: how thoughts were decided, and, while copies are sent, what they were. Nothing is
/// waited for; while no migration is under way it costs one load.
final class MigrationEars: Sendable {
    /// Something that was heard.
    enum Heard: Sendable {
        case decided(DecisionRecord)
        /// A thought of the source's, and its answer.
        case answered(Thought, Answer)
    }

    private let isListening = Atomic<Bool>(false)
    /// Whose thoughts are copied.
    private let copied = Mutex<BackendID?>(nil)
    let heard: AsyncStream<Heard>
    private let tell: AsyncStream<Heard>.Continuation

    init() {
        (heard, tell) = AsyncStream.makeStream(of: Heard.self, bufferingPolicy: .bufferingNewest(4_096))
    }

    /// What is listened for from now on.
    func listen(_ isOn: Bool, copying source: BackendID?) {
        copied.withLock { $0 = source }
        isListening.store(isOn, ordering: .releasing)
    }

    func decided(_ decision: DecisionRecord) {
        guard isListening.load(ordering: .acquiring) else { return }
        tell.yield(.decided(decision))
    }

    func answered(_ thought: Thought, _ answer: Answer) {
        guard isListening.load(ordering: .acquiring), copied.withLock({ $0 }) == answer.backend, !answer.isCached,
            thought.purpose == .thought, thought.constraints.backend == nil, answer.calls.isEmpty
        else { return }
        tell.yield(.answered(thought, answer))
    }

    /// Nothing more is heard.
    func close() { tell.finish() }
}
