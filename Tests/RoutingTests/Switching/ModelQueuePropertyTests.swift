import TestSupport
import Testing

@testable import Routing

@Suite("the queue for a model, over random arrivals")
struct ModelQueuePropertyTests {
    @Test("nobody is forgotten, nobody starves, no model is switched away from a request", arguments: 0..<60)
    func calm(seed: UInt64) {
        var world = QueueWorld(seed: seed, trouble: 0)
        world.run(arrivals: 200)
        #expect(world.faults == [])
        // In calm everybody is served who neither left nor found the queue full.
        #expect(Set(world.queue.tally.refused.keys).isSubset(of: [.queueFull]))
    }

    @Test("with crashes, failed loads and other routers about, everybody is answered or told", arguments: 100..<160)
    func storm(seed: UInt64) {
        var world = QueueWorld(seed: seed, trouble: 0.15)
        world.run(arrivals: 200)
        #expect(world.faults == [])
    }

    @Test("requests that come mixed are served in batches: far fewer switches than changes of model", arguments: 0..<20)
    func batches(seed: UInt64) {
        var world = QueueWorld(seed: seed, trouble: 0)
        world.run(arrivals: 200)
        #expect(world.queue.tally.switches * 3 < world.changesOfMind, "\(world.queue.tally.switches)")
    }
}

/// A sidecar, clients and time, all invented; what the queue does is checked at each step.
private struct QueueWorld {
    typealias Instant = ContinuousClock.Instant

    private enum Happening {
        case arrival, leave(Int), reply(ModelQueue.Ticket), end(Int), loaded(Int), crash, tick
    }

    private(set) var queue: ModelQueue
    private(set) var faults: [String] = []
    /// How often a request was for another model than the one before it.
    private(set) var changesOfMind = 0

    private let start = ContinuousClock.now
    private let trouble: Double
    private var random: SeededGenerator
    private var now: Instant
    private var agenda: [(at: Instant, what: Happening)] = []
    private var tickAt: Instant?
    /// The sidecar.
    private var active: String?
    private var since: Instant
    private var loading: (target: String, number: Int)?
    /// Those with the model, and who waits or asks.
    private var leases: Set<Int> = []
    private var open: [Int: ModelQueue.Ticket] = [:]
    private var settled = 0
    private var lastTicket = 0
    private var lastProfile = ""
    /// The models loaded since each one began to wait.
    private var loadsSeen: [Int: [String]] = [:]

    init(seed: UInt64, trouble: Double) {
        var limits = ModelQueue.Limits()
        limits.residency = .milliseconds(50)
        limits.turn = .milliseconds(200)
        queue = ModelQueue(limits: limits)
        random = SeededGenerator(seed: seed)
        self.trouble = trouble
        now = start
        since = start
    }

    mutating func run(arrivals: Int) {
        var at = start
        for _ in 0..<arrivals {
            at += .milliseconds(Int.random(in: 0...40, using: &random))
            agenda.append((at, .arrival))
        }
        if trouble > 0 {
            for _ in 0..<10 {
                agenda.append((start + .milliseconds(Int.random(in: 0...4_000, using: &random)), .crash))
            }
        }
        var steps = 0
        while let next = agenda.indices.min(by: { agenda[$0].at < agenda[$1].at }), steps < 50_000 {
            steps += 1
            let (time, what) = agenda.remove(at: next)
            now = time
            happen(what)
            check()
        }
        if !open.isEmpty || settled != lastTicket { faults.append("\(open.keys.sorted()) were forgotten") }
    }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private mutating func happen(_ what: Happening) {
        switch what {
        case .arrival: arrive()
        case .leave(let id): if open.removeValue(forKey: id) != nil { settle(); tell(.left(id)) }
        case .reply(let ticket): reply(to: ticket)
        case .end(let id): if leases.remove(id) != nil { tell(.ended(id)) }
        case .loaded(let number): loaded(number)
        case .crash: crash()
        case .tick:
            tickAt = nil
            tell(.tick)
        }
    }

    private mutating func arrive() {
        lastTicket += 1
        let profile = ["a", "a", "a", "b", "b", "c"].randomElement(using: &random) ?? "a"
        if profile != lastProfile { changesOfMind += 1 }
        lastProfile = profile
        let ticket = ModelQueue.Ticket(
            id: lastTicket,
            profile: profile,
            arrived: now,
            deadline: now + .seconds(20),
            waits: trouble == 0 || !chance(0.1)
        )
        open[ticket.id] = ticket
        if chance(0.1) {
            agenda.append((now + .milliseconds(Int.random(in: 0...300, using: &random)), .leave(ticket.id)))
        }
        tell(.arrived(ticket))
    }

    private mutating func crash() {
        active = nil
        for id in leases { agenda.append((now + .milliseconds(1), .end(id))) }
    }

    private mutating func reply(to ticket: ModelQueue.Ticket) {
        if chance(trouble / 10) { return tell(.failed(ticket.id, .unreachable)) }
        guard active == ticket.profile, loading == nil else {
            return tell(.refused(ticket.id, active.map { .ready($0, since: since) } ?? .nothing))
        }
        if open.removeValue(forKey: ticket.id) != nil {
            settle()
            leases.insert(ticket.id)
            passed(by: ticket)
            agenda.append((now + .milliseconds(Int.random(in: 1...60, using: &random)), .end(ticket.id)))
        }
        tell(.granted(ticket.id))
    }

    /// Whoever waits for another model is passed by those who came later for one turn at most.
    private mutating func passed(by ticket: ModelQueue.Ticket) {
        let others = queue.waiting.filter { $0.profile != ticket.profile && $0.id < ticket.id }
        guard trouble == 0, let other = others.first else { return }
        let limit = max(since, other.arrived) + queue.limits.turn + .milliseconds(5)
        if now > limit { faults.append("\(ticket.id) passed \(other.id) after its turn") }
    }

    private mutating func loaded(_ number: Int) {
        guard let (target, current) = loading, current == number else { return }
        loading = nil
        if chance(trouble) {
            let end: ModelQueue.SwitchEnd = chance(0.5) ? .failed(.modelFailed) : .notYet
            return tell(.switched(number: number, end))
        }
        active = target
        since = now
        tell(.switched(number: number, .ready))
    }

    private mutating func settle() { settled += 1 }

    private mutating func tell(_ event: ModelQueue.Event) {
        for action in queue.handle(event, at: now) { perform(action) }
        guard let next = queue.nextTick, tickAt.map({ next < $0 }) ?? true else { return }
        tickAt = next
        agenda.append((max(next, now + .milliseconds(1)), .tick))
    }

    private mutating func perform(_ action: ModelQueue.Action) {
        switch action {
        case .ask(let ticket): agenda.append((now + .milliseconds(1), .reply(ticket)))
        case .giveBack: break
        case .change(let target, let number): change(to: target, number)
        case .abandon: loading = nil
        case .refuse(let id, _):
            if open.removeValue(forKey: id) == nil { faults.append("\(id) was told twice") }
            settle()
        case .tell(let id, let place):
            if place < 1 || open[id] == nil { faults.append("\(id) was told a place, \(place)") }
        }
    }

    private mutating func change(to target: String, _ number: Int) {
        if !leases.isEmpty { faults.append("a switch to \(target) while \(leases) are under way") }
        if loading != nil { faults.append("two switches at once") }
        loading = (target, number)
        active = nil
        agenda.append((now + .milliseconds(Int.random(in: 20...120, using: &random)), .loaded(number)))
        guard trouble == 0 else { return }
        for ticket in queue.waiting where ticket.profile != target {
            if loadsSeen[ticket.id, default: []].contains(target) {
                faults.append("\(target) was loaded twice while \(ticket.id) waits for \(ticket.profile)")
            }
            loadsSeen[ticket.id, default: []].append(target)
        }
    }

    private mutating func check() {
        let tally = queue.tally
        let told = tally.granted + tally.left + tally.refused.values.reduce(0, +)
        if tally.arrived != told + queue.waiting.count + queue.asked { faults.append("the counters do not add up") }
        for profile in ["a", "b", "c"]
        where queue.waiting.count(where: { $0.profile == profile }) > queue.limits.waiting {
            faults.append("too many wait for \(profile)")
        }
        if queue.line.count != queue.waiting.count { faults.append("somebody has no place") }
    }
}
