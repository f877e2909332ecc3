internal import NIOCore
internal import Synchronization

/// One client's connection, and the time that it has for what it does now. A client that takes longer is not waited for.
final class DoorConnection: Sendable {
    private struct State {
        var deadline: NIODeadline?
        var late = Lateness.closes
        var hasPassed = false
        /// One timer serves all deadlines that are later than it: to set and to cancel one for each request costs more than
        /// to set it anew, now and then, when it was too early.
        var timer: (at: NIODeadline, scheduled: Scheduled<Void>)?
    }

    let channel: any Channel
    private let state = Mutex(State())

    init(_ channel: any Channel) { self.channel = channel }

    /// What happens to a client that is late.
    enum Lateness {
        /// Nothing more is read: what was asked can still be answered.
        case stopsReading
        case closes
    }

    /// Gives the client so long, instead of what it had before.
    func allow(_ time: Duration, late: Lateness) {
        let deadline = NIODeadline.now() + TimeAmount(time)
        let needsTimer = state.withLock { state in
            state.deadline = deadline
            state.late = late
            state.hasPassed = false
            return state.timer.map { $0.at > deadline } ?? true
        }
        if needsTimer { setTimer(deadline) }
    }

    private func setTimer(_ deadline: NIODeadline) {
        let scheduled = channel.eventLoop.scheduleTask(deadline: deadline) { [weak self] () -> Void in
            self?.look(at: deadline)
        }
        let old = state.withLock { state in
            let old = state.timer
            state.timer = (deadline, scheduled)
            return old
        }
        old?.scheduled.cancel()
    }

    /// A timer's time has come.
    private func look(at timer: NIODeadline) {
        let (late, next): (Lateness?, NIODeadline?) = state.withLock { state in
            // Another has taken its place.
            guard state.timer?.at == timer else { return (nil, nil) }
            state.timer = nil
            guard let deadline = state.deadline else { return (nil, nil) }
            guard deadline <= timer else { return (nil, deadline) }
            state.hasPassed = true
            return (state.late, nil)
        }
        if let late { channel.close(mode: late == .closes ? .all : .input, promise: nil) }
        if let next { setTimer(next) }
    }

    /// It has ended: there is nothing to wait for.
    func end() { state.withLock { $0.timer.take() }?.scheduled.cancel() }

    /// The client has done what it was given time for.
    /// - Returns: whether it was late.
    @discardableResult
    func settle() -> Bool {
        state.withLock { state in
            state.deadline = nil
            defer { state.hasPassed = false }
            return state.hasPassed
        }
    }
}
