internal import Dispatch
internal import Synchronization

/// Gathers what many tasks want written into one transaction: whoever comes while one commits rides with the next.
///
/// A commit costs tens of microseconds, or milliseconds where it must reach the disk; under load one is shared by all
/// requests that came meanwhile, and a single request waits for nobody.
final class GroupCommit<Entry: Sendable, Receipt: Sendable>: Sendable {
    /// Writes the entries in one transaction; one receipt an entry, in order, or nil when nothing was written. Only a
    /// patient one may wait for anything.
    typealias Write = @Sendable (_ entries: [Entry], _ isPatient: Bool) -> [Receipt]?

    /// An object: it goes through three lists, and a struct of another type's making would be copied in each by the runtime.
    private final class Waiting: Sendable {
        let entry: Entry
        let continuation: CheckedContinuation<Receipt?, Never>?

        init(entry: Entry, continuation: CheckedContinuation<Receipt?, Never>?) {
            self.entry = entry
            self.continuation = continuation
        }
    }

    private struct State {
        var waiting: [Waiting] = []
        /// Entries that nobody waits for, until their time has come or somebody else's has.
        var later: [Waiting] = []
        var isWriting = false
        /// Entries written since the last maintenance.
        var written = 0

        mutating func takeLater() {
            guard !later.isEmpty else { return }
            waiting += later
            later = []
        }
    }

    /// After so many entries maintenance is due: never on the thread of a caller.
    private static var maintenanceInterval: Int { 2_000 }
    /// So many entries that nobody waits for are written at once.
    private static var mostLater: Int { 256 }

    private let state = Mutex(State())
    private let queue: DispatchQueue
    private let lag: DispatchTimeInterval?
    private let write: Write
    private let maintain: @Sendable () -> Void

    /// - Parameters:
    ///   - lag: how long an entry that nobody waits for may wait for others, so that they share a commit; nil for not at all.
    ///   - maintain: begins what is due after so many entries; no entry is written before it returns.
    init(
        label: String,
        lag: DispatchTimeInterval? = nil,
        write: @escaping Write,
        maintain: @escaping @Sendable () -> Void
    ) {
        self.queue = DispatchQueue(label: label, qos: .userInitiated)
        self.lag = lag
        self.write = write
        self.maintain = maintain
    }

    /// Writes the entry, and returns when it is committed; nil when it could not be.
    /// - Parameter isAlone: whether nobody else is likely to write now. Then the caller commits on its own thread: two
    ///   hops to a writer and back take longer than the commit.
    func append(_ entry: Entry, isAlone: Bool = false) async -> Receipt? {
        if isAlone, becomeWriter() {
            let receipt = write([entry], false)?.first
            finishWriting(1)
            // What could not be done at once is done on the queue's thread, with patience.
            if let receipt { return receipt }
        }
        return await withCheckedContinuation { enqueue(Waiting(entry: entry, continuation: $0)) }
    }

    /// Writes the entry some time soon, and waits for nothing.
    func appendLater(_ entry: Entry) {
        let waiting = Waiting(entry: entry, continuation: nil)
        guard let lag else { return enqueue(waiting) }
        let count = state.withLock { state in
            state.later.append(waiting)
            return state.later.count
        }
        if count == 1 { queue.asyncAfter(deadline: .now() + lag) { self.writeLater() } }
        if count == Self.mostLater { writeLater() }
    }

    /// Returns when everything that was appended before is committed.
    func flush() {
        writeLater()
        queue.sync {}
    }

    /// Has what nobody waits for written now.
    private func writeLater() {
        let mustStart = state.withLock { state in
            guard !state.later.isEmpty else { return false }
            state.takeLater()
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.drain() } }
    }

    /// Takes the writer's place when it is free.
    private func becomeWriter() -> Bool {
        state.withLock { state in
            // What was told before is written before.
            guard !state.isWriting, state.later.isEmpty else { return false }
            state.isWriting = true
            return true
        }
    }

    /// Leaves the writer's place, to the queue when others have come meanwhile or maintenance is due.
    private func finishWriting(_ count: Int) {
        let isWanted = state.withLock { state in
            state.written += count
            state.isWriting = !state.waiting.isEmpty || state.written >= Self.maintenanceInterval
            return state.isWriting
        }
        if isWanted { queue.async { self.drain() } }
    }

    private func enqueue(_ waiting: Waiting) {
        let mustStart = state.withLock { state in
            state.takeLater()
            state.waiting.append(waiting)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.drain() } }
    }

    private func drain() {
        while true {
            let (batch, isDue) = state.withLock { state in
                let batch = state.waiting
                let isDue = state.written >= Self.maintenanceInterval
                state.waiting = []
                state.written = (isDue ? 0 : state.written) + batch.count
                state.isWriting = !batch.isEmpty || isDue
                return (batch, isDue)
            }
            if isDue {
                maintain()
                if batch.isEmpty { continue }
            }
            guard !batch.isEmpty else { return }
            let receipts = write(batch.map(\.entry), true)
            for (index, waiting) in batch.enumerated() { waiting.continuation?.resume(returning: receipts?[index]) }
        }
    }
}
