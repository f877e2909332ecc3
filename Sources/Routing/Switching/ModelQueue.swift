/// Decides who may go to the one model that a sidecar has loaded, who waits for another at which place, and when it is
/// switched.
///
/// Pure: what happens comes in with its time, what is to be done goes out. One owner calls it, one call at a time.
///
/// What holds, whatever happens:
/// - One switch at a time, and none while a request is under way.
/// - The next model is that of whoever waits longest. So while somebody waits, no other model is loaded twice.
/// - Requests for the present model go on past those who wait for another, for one ``Limits/turn`` and no longer.
/// - What it believes of the sidecar only orders the queue. Whether a request may go, the sidecar says: each one asks.
package struct ModelQueue: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// How long and how many.
    package struct Limits: Sendable, Equatable {
        /// How many may wait for one model.
        package var waiting = 10
        /// How long each may wait.
        package var patience = Duration.seconds(120)
        /// How long a model stays at least, so that what is rarely asked for does not come and go with each request.
        package var residency = Duration.seconds(5)
        /// How long requests for the present model may go past those who wait for another.
        package var turn = Duration.seconds(15)

        package init() {}
    }

    /// One request.
    package struct Ticket: Sendable, Equatable {
        /// Grows with each arrival.
        package let id: Int
        package let profile: String
        package let arrived: Instant
        /// Until when it waits.
        package let deadline: Instant
        /// Whether it waits at all.
        package let waits: Bool
        /// How often the sidecar has said that its model is not there.
        fileprivate var refusals = 0

        package init(id: Int, profile: String, arrived: Instant, deadline: Instant, waits: Bool = true) {
            self.id = id
            self.profile = profile
            self.arrived = arrived
            self.deadline = deadline
            self.waits = waits
        }
    }

    /// What the sidecar says of itself.
    package enum Truth: Sendable, Equatable {
        case ready(String, since: Instant)
        /// No model is loaded, and none is on its way.
        case nothing
        /// Something is on its way.
        case changing
    }

    /// How a switch ended.
    package enum SwitchEnd: Sendable, Equatable {
        case ready
        /// Something else was on its way, or it took too long: it may be asked for again.
        case notYet
        case failed(FailureClass)
    }

    /// What happens.
    package enum Event: Sendable, Equatable {
        case arrived(Ticket)
        /// Whoever had that ticket waits no more.
        case left(Int)
        /// The sidecar lets it go.
        case granted(Int)
        /// Its model is not the one that is there.
        case refused(Int, Truth)
        /// The sidecar could not be asked, or will never say yes.
        case failed(Int, FailureClass)
        /// The request is over.
        case ended(Int)
        case switched(number: Int, SwitchEnd)
        /// The sidecar has told how it stands.
        case heard(Truth)
        case tick
    }

    /// What is to be done.
    package enum Action: Sendable, Equatable {
        /// Ask the sidecar for a lease.
        case ask(Ticket)
        /// Give a lease back that nobody needs any more.
        case giveBack(Int)
        case change(to: String, number: Int)
        /// Nobody wishes for that switch any more.
        case abandon(number: Int)
        case refuse(Int, FailureClass)
        case tell(Int, place: Int)
    }

    /// What has come of all that arrived: `arrived` is the sum of the others, and of those who still wait or ask.
    package struct Tally: Sendable, Equatable {
        package var arrived = 0
        package var granted = 0
        package var left = 0
        package var refused: [FailureClass: Int] = [:]
        /// Switches that were begun, not those who wished for them.
        package var switches = 0
    }

    /// A switch on its way.
    package struct Course: Sendable, Equatable {
        package let target: String
        package let number: Int
        package let began: Instant
        /// Nobody waits for it: it is for those who come later.
        fileprivate var isAhead = false
    }

    package var limits: Limits
    package private(set) var tally = Tally()
    package private(set) var truth = Truth.changing
    package private(set) var course: Course?
    /// In the order of their arrival.
    package private(set) var waiting: [Ticket] = []
    private var asking: [Int: Ticket] = [:]
    private var underWay: Set<Int> = []
    private var notBefore: Instant?
    private var lastNumber = 0
    private var told: [Int: Int] = [:]
    private var actions: [Action] = []

    /// The pause before a switch is asked for again that was refused, or that brought nothing.
    private static let pause = Duration.milliseconds(200)

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    // MARK: What may be read

    /// The model that is there, as far as is known.
    package var active: String? { if course == nil, case .ready(let profile, _) = truth { profile } else { nil } }

    /// How many requests are with the model.
    package var inFlight: Int { underWay.count }

    /// How many are being asked for.
    package var asked: Int { asking.count }

    /// When it wants a ``Event/tick``; nil when nothing depends on time.
    package var nextTick: Instant? {
        var times = waiting.map(\.deadline)
        if course == nil, !waiting.isEmpty, asking.isEmpty, underWay.isEmpty, let next = mayBegin { times.append(next) }
        return times.min()
    }

    // MARK: What happens

    /// Takes what has happened, and says what is to be done, in this order.
    package mutating func handle(_ event: Event, at now: Instant) -> [Action] {
        actions = []
        switch event {
        case .arrived(let ticket): arrive(ticket, at: now)
        case .left(let id): leave(id)
        case .granted(let id): grant(id, at: now)
        case .refused(let id, let truth): refuse(id, truth, at: now)
        case .failed(let id, let failure):
            if let ticket = asking.removeValue(forKey: id) { refuse(ticket, failure) }
        case .ended(let id): underWay.remove(id)
        case .switched(let number, let end): if course?.number == number { arrive(end, at: now) }
        case .heard(let truth): if course == nil { learn(truth) }
        case .tick: break
        }
        settle(at: now)
        return actions
    }

    private mutating func arrive(_ ticket: Ticket, at now: Instant) {
        tally.arrived += 1
        // Whoever is the first to want a model that is not there asks all the same: it may be there by now.
        let isFirst =
            active != ticket.profile && !waiting.contains { $0.profile == ticket.profile }
            && !asking.values.contains { $0.profile == ticket.profile }
        if course == nil, isFirst || mayGo(ticket, at: now) { ask(ticket) } else { wait(ticket, at: now) }
    }

    private mutating func leave(_ id: Int) {
        let isKnown = asking.removeValue(forKey: id) != nil || waiting.contains { $0.id == id }
        waiting.removeAll { $0.id == id }
        if isKnown { tally.left += 1 }
    }

    private mutating func grant(_ id: Int, at now: Instant) {
        guard let ticket = asking.removeValue(forKey: id) else { return actions.append(.giveBack(id)) }
        underWay.insert(id)
        tally.granted += 1
        if active != ticket.profile { learn(.ready(ticket.profile, since: now)) }
    }

    private mutating func refuse(_ id: Int, _ truth: Truth, at now: Instant) {
        if course == nil { learn(truth) }
        guard var ticket = asking.removeValue(forKey: id) else { return }
        // A model that comes and is gone again must not be fetched as fast as can be.
        if ticket.refusals > 0 { notBefore = now + Self.pause }
        ticket.refusals += 1
        wait(ticket, at: now)
    }

    private mutating func learn(_ truth: Truth) { self.truth = truth }

    private mutating func arrive(_ end: SwitchEnd, at now: Instant) {
        guard let course = course.take() else { return }
        truth = .changing
        switch end {
        case .ready: truth = .ready(course.target, since: now)
        case .notYet: notBefore = now + Self.pause
        case .failed(let failure):
            for ticket in waiting where ticket.profile == course.target { refuse(ticket, failure) }
            waiting.removeAll { $0.profile == course.target }
        }
    }

    // MARK: Who goes, who waits

    /// Whether the ticket's model is there, and nobody has a better right to the next.
    private func mayGo(_ ticket: Ticket, at now: Instant) -> Bool {
        guard case .ready(ticket.profile, let since) = truth, course == nil else { return false }
        guard let other = waiting.first(where: { $0.profile != ticket.profile }) else { return true }
        return ticket.id < other.id || now < max(since, other.arrived) + limits.turn
    }

    private mutating func ask(_ ticket: Ticket) {
        asking[ticket.id] = ticket
        actions.append(.ask(ticket))
    }

    private mutating func wait(_ ticket: Ticket, at now: Instant) {
        guard ticket.waits else {
            refuse(ticket, .modelAway)
            // Where nothing is loaded nobody is in the way: the model is there for whoever comes later.
            if truth == .nothing, course == nil, waiting.isEmpty, asking.isEmpty, underWay.isEmpty {
                begin(ticket.profile, isAhead: true, at: now)
            }
            return
        }
        guard waiting.count(where: { $0.profile == ticket.profile }) < limits.waiting else {
            return refuse(ticket, .queueFull)
        }
        let place = waiting.firstIndex { $0.id > ticket.id } ?? waiting.endIndex
        waiting.insert(ticket, at: place)
    }

    private mutating func refuse(_ ticket: Ticket, _ failure: FailureClass) {
        tally.refused[failure, default: 0] += 1
        actions.append(.refuse(ticket.id, failure))
    }

    // MARK: When it is switched

    private mutating func settle(at now: Instant) {
        for ticket in waiting where ticket.deadline <= now { refuse(ticket, .queueTimeout) }
        waiting.removeAll { $0.deadline <= now }
        if let course, !course.isAhead, !waiting.contains(where: { $0.profile == course.target }) {
            actions.append(.abandon(number: course.number))
            self.course = nil
            truth = .changing
        }
        if course == nil { move(at: now) }
        tellPlaces()
    }

    /// Lets go who may go; when nobody is left who needs the present model, the next one is fetched.
    private mutating func move(at now: Instant) {
        let going = waiting.filter { mayGo($0, at: now) }
        if !going.isEmpty {
            waiting.removeAll { ticket in going.contains { $0.id == ticket.id } }
            for ticket in going { ask(ticket) }
        }
        guard let first = waiting.first, asking.isEmpty, underWay.isEmpty else { return }
        if let mayBegin, now < mayBegin { return }
        begin(first.profile, at: now)
    }

    /// When the next switch may begin; nil for at once.
    private var mayBegin: Instant? {
        guard case .ready(_, let since) = truth else { return notBefore }
        return max(since + limits.residency, notBefore ?? since)
    }

    private mutating func begin(_ target: String, isAhead: Bool = false, at now: Instant) {
        lastNumber += 1
        notBefore = nil
        tally.switches += 1
        course = Course(target: target, number: lastNumber, began: now, isAhead: isAhead)
        actions.append(.change(to: target, number: lastNumber))
    }

    // MARK: Places

    /// Those who wait, in the order in which they will go: model by model.
    package var line: [Ticket] {
        var models: [String] = course.map { [$0.target] } ?? []
        for ticket in waiting where !models.contains(ticket.profile) { models.append(ticket.profile) }
        return models.flatMap { model in waiting.filter { $0.profile == model } }
    }

    private mutating func tellPlaces() {
        guard !waiting.isEmpty || !told.isEmpty else { return }
        var places: [Int: Int] = [:]
        for (index, ticket) in line.enumerated() {
            places[ticket.id] = index + 1
            if told[ticket.id] != index + 1 { actions.append(.tell(ticket.id, place: index + 1)) }
        }
        told = places
    }
}
