internal import NIOCore
internal import Synchronization

/// One client's connection, and the time that it has for what it does now. A client that takes longer is not waited for.
final class DoorConnection: Sendable {
    let channel: any Channel
    private let deadline = Mutex<(scheduled: Scheduled<Void>, hasPassed: Bool)?>(nil)

    init(_ channel: any Channel) { self.channel = channel }

    /// What happens to a client that is late.
    enum Lateness {
        /// Nothing more is read: what was asked can still be answered.
        case stopsReading
        case closes
    }

    /// Gives the client so long, instead of what it had before.
    func allow(_ time: Duration, late: Lateness) {
        let scheduled = channel.eventLoop.scheduleTask(in: TimeAmount(time)) { [weak self, channel] in
            self?.deadline.withLock { $0?.hasPassed = true }
            channel.close(mode: late == .closes ? .all : .input, promise: nil)
        }
        let old = deadline.withLock { deadline in
            let old = deadline
            deadline = (scheduled, false)
            return old
        }
        old?.scheduled.cancel()
    }

    /// The client has done what it was given time for.
    /// - Returns: whether it was late.
    @discardableResult
    func settle() -> Bool {
        let old = deadline.withLock { deadline in
            let old = deadline
            deadline = nil
            return old
        }
        old?.scheduled.cancel()
        return old?.hasPassed ?? false
    }
}
