internal import Routing
internal import Synchronization

/// How a sidecar stands, for whoever looks at it.
struct SwitchLamp: Sendable, Equatable {
    /// What may be said of a sidecar in one word.
    enum State: String, Sendable, CaseIterable {
        /// A model answers.
        case ready
        /// A model is being fetched for somebody here.
        case switching
        /// It is loading or stopping on somebody else's word.
        case busy
        /// No model is loaded.
        case empty
        /// Its model was given up.
        case failed
        /// It does not answer.
        case unreachable
        /// Not asked yet.
        case unknown
    }

    let sidecar: String
    var state = State.unknown
    /// The model that answers.
    var active: String?
    /// Every name of the model that answers.
    var activeNames: Set<String> = []
    /// The model that is being fetched, or was given up.
    var profile: String?
    /// How many requests wait.
    var waiting = 0
    /// How many are with the model.
    var inFlight = 0

    init(_ desk: Switchboard.Desk) {
        sidecar = desk.settings.name
        waiting = desk.queue.waiting.count
        inFlight = desk.queue.inFlight
        if let course = desk.queue.course {
            state = .switching
            profile = course.target
        } else if let active = desk.queue.active {
            state = .ready
            self.active = active
            activeNames = Set(desk.names.filter { $0.value == active }.keys).union([active])
        } else if desk.isSilent {
            state = .unreachable
        } else if let status = desk.status {
            profile = status.profile
            state =
                switch status.state {
                case "failed": .failed
                case "stopped": .empty
                default: .busy
                }
        }
    }
}

/// The lamps of all sidecars: read without waiting, and told to whoever listens when they change.
final class SwitchLamps: Sendable {
    private struct Book {
        var lamps: [String: SwitchLamp] = [:]
        var observers: [Int: AsyncStream<SwitchLamp>.Continuation] = [:]
        var lastObserver = 0
    }

    private let book = Mutex(Book())

    /// The lamp of a sidecar.
    subscript(_ sidecar: String) -> SwitchLamp? { book.withLock { $0.lamps[sidecar] } }

    /// Every change from now on.
    func changes() -> AsyncStream<SwitchLamp> {
        let (stream, continuation) = AsyncStream<SwitchLamp>.makeStream(bufferingPolicy: .bufferingNewest(64))
        let observer = book.withLock { book in
            book.lastObserver += 1
            book.observers[book.lastObserver] = continuation
            return book.lastObserver
        }
        continuation.onTermination = { [weak self] _ in
            self?.book.withLock { $0.observers[observer] = nil }
        }
        return stream
    }

    func set(_ lamp: SwitchLamp) {
        let observers = book.withLock { book in
            guard book.lamps[lamp.sidecar] != lamp else { return [AsyncStream<SwitchLamp>.Continuation]() }
            // How many are with the model changes with every request: that alone is no news.
            var known = book.lamps[lamp.sidecar]
            book.lamps[lamp.sidecar] = lamp
            known?.inFlight = lamp.inFlight
            return known == lamp ? [] : Array(book.observers.values)
        }
        for observer in observers { observer.yield(lamp) }
    }
}
