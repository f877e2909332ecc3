import Testing

@testable import Routing

/// A queue whose happenings and decisions are words.
///
/// Happenings: `want a` (`want a away`: without waiting), `yes 1`, `no 1 a` (the sidecar has `a`; `none`, `changing`),
/// `fails 1 unreachable`, `end 1`, `left 1`, `ready` (`ready 1`: the first switch), `not yet`, `failed model_failed`, `heard a`, `after 5` (seconds).
struct QueueStory {
    private(set) var queue: ModelQueue
    private(set) var now = ContinuousClock.now
    private var tickets = 0

    init(_ limits: ModelQueue.Limits = .init()) { queue = ModelQueue(limits: limits) }

    /// What is decided.
    mutating func happens(_ text: String) -> String {
        let words = text.split(separator: " ").map(String.init)
        if words[0] == "after" { now += .milliseconds(Int64((Double(words[1]) ?? 0) * 1_000)) }
        return queue.handle(event(words), at: now).map(\.words).joined(separator: ", ")
    }

    private mutating func event(_ words: [String]) -> ModelQueue.Event {
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        switch words[0] {
        case "want":
            tickets += 1
            let deadline = now + queue.limits.patience
            let waits = words.count == 2
            return .arrived(.init(id: tickets, profile: words[1], arrived: now, deadline: deadline, waits: waits))
        case "yes": return .granted(number)
        case "no": return .refused(number, truth(words[2]))
        case "fails": return .failed(number, FailureClass(rawValue: words[2]) ?? .malformed)
        case "end": return .ended(number)
        case "left": return .left(number)
        case "heard": return .heard(truth(words[1]))
        case "ready": return words.count > 1 ? .switched(number: number, .ready) : switched(.ready)
        case "not": return switched(.notYet)
        case "failed": return switched(.failed(FailureClass(rawValue: words[1]) ?? .malformed))
        default: return .tick
        }
    }

    private func switched(_ end: ModelQueue.SwitchEnd) -> ModelQueue.Event {
        .switched(number: queue.course?.number ?? 0, end)
    }

    private func truth(_ word: String) -> ModelQueue.Truth {
        switch word {
        case "none": .nothing
        case "changing": .changing
        default: .ready(word, since: now)
        }
    }

    /// In how many seconds it wants to be asked again.
    var nextTick: Double? { queue.nextTick.map { ($0 - now) / .seconds(1) } }
}

extension ModelQueue.Action {
    /// In words.
    var words: String {
        switch self {
        case .ask(let ticket): "ask \(ticket.id)"
        case .giveBack(let id): "give back \(id)"
        case .change(let profile, _): "change \(profile)"
        case .abandon: "abandon"
        case .refuse(let id, let failure): "refuse \(id) \(failure.rawValue)"
        case .tell(let id, let place): "\(id) is \(place)"
        }
    }
}
