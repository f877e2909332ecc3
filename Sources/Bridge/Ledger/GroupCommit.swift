internal import Dispatch
internal import Synchronization

/// Gathers what many tasks want written into one transaction: whoever comes while one commits rides with the next.
///
/// A commit costs tens of microseconds, or milliseconds where it must reach the disk; under load one is shared by all
/// requests that came meanwhile, and a single request waits for nobody.
final class GroupCommit<Entry: Sendable, Receipt: Sendable>: Sendable {
    /// Writes the entries in one transaction; one receipt an entry, in order, or nil when nothing was written.
    typealias Write = @Sendable ([Entry]) -> [Receipt]?

    private struct Waiting {
        let entry: Entry
        let continuation: CheckedContinuation<Receipt?, Never>?
    }

    private struct State {
        var waiting: [Waiting] = []
        var isWriting = false
    }

    private let state = Mutex(State())
    private let queue: DispatchQueue
    private let write: Write

    init(label: String, write: @escaping Write) {
        self.queue = DispatchQueue(label: label, qos: .userInitiated)
        self.write = write
    }

    /// Writes the entry, and returns when it is committed; nil when it could not be.
    func append(_ entry: Entry) async -> Receipt? {
        await withCheckedContinuation { enqueue(Waiting(entry: entry, continuation: $0)) }
    }

    /// Writes the entry some time soon, and waits for nothing.
    func appendLater(_ entry: Entry) {
        enqueue(Waiting(entry: entry, continuation: nil))
    }

    /// Returns when everything that was appended before is committed.
    func flush() {
        queue.sync {}
    }

    private func enqueue(_ waiting: Waiting) {
        let mustStart = state.withLock { state in
            state.waiting.append(waiting)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.drain() } }
    }

    private func drain() {
        while true {
            let batch = state.withLock { state in
                let batch = state.waiting
                state.waiting = []
                state.isWriting = !batch.isEmpty
                return batch
            }
            guard !batch.isEmpty else { return }
            let receipts = write(batch.map(\.entry))
            for (index, waiting) in batch.enumerated() { waiting.continuation?.resume(returning: receipts?[index]) }
        }
    }
}
