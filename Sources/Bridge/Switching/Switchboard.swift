internal import Logging
internal import Routing
internal import Synchronization

/// The way to the models of all sidecars: does what each one's ``Routing/ModelQueue`` decides, and tells it what happens.
actor Switchboard: ModelGate {
    /// What a request that waits is told.
    enum Update: Sendable {
        case notice(SwitchNotice)
        case end(Result<ModelPass, ModelRefusal>)
    }

    /// One sidecar, its queue, and what is under way with it.
    struct Desk {
        var settings: SidecarSettings
        var line: SidecarLine
        var queue: ModelQueue
        /// The profiles' own names, by every name and alias.
        var names: [String: String] = [:]
        /// Who waits for an answer, by ticket.
        var feeds: [Int: (feed: AsyncStream<Update>.Continuation, ticket: ModelQueue.Ticket)] = [:]
        /// Leases that are held or being asked for, with what renews each.
        var leases: [Int: (profile: String, renewal: Task<Void, Never>?)] = [:]
        /// The switch that is under way.
        var change: Task<Void, Never>?
        /// How long each model took to load the last time, as far as was seen.
        var loadTimes: [String: Duration] = [:]
        /// What it said of itself when it was looked at last.
        var status: SidecarLine.Status?
        /// Whether it did not answer then.
        var isSilent = false
        var timer: Task<Void, Never>?
        var pulse: Task<Void, Never>?
    }

    private let line: ModelServerLine
    let logger: Logger
    var desks: [String: Desk] = [:]
    private var lastTicket = 0
    /// Tells one life's leases from another's.
    private let life = String(UInt64.random(in: .min ... .max), radix: 36)
    /// What may be read without waiting.
    nonisolated let lamps = SwitchLamps()

    /// How often a lease that is held is renewed.
    private static let renewal = Duration.seconds(SidecarLine.leaseSeconds / 3)
    /// How often who waits hears how long already.
    private static let beat = Duration.seconds(1)

    init(_ sidecars: [SidecarSettings], transport: any Transport, logger: Logger) {
        line = ModelServerLine(transport: transport)
        self.logger = logger
        for settings in sidecars { desks[settings.name] = Self.desk(settings, line) }
    }

    private static func desk(_ settings: SidecarSettings, _ line: ModelServerLine) -> Desk {
        Desk(
            settings: settings,
            line: SidecarLine(url: settings.url, token: settings.token, line: line),
            queue: ModelQueue(limits: settings.limits)
        )
    }

    /// Takes a new configuration over. Who waits at a sidecar that is another one now waits there no more.
    func adopt(_ sidecars: [SidecarSettings]) {
        for (name, desk) in desks {
            if let fresh = sidecars.first(where: { $0.name == name }), fresh.isSamePlace(as: desk.settings) {
                desks[name]?.settings = fresh
                desks[name]?.queue.limits = fresh.limits
            } else {
                close(desk)
                desks[name] = nil
            }
        }
        for settings in sidecars where desks[settings.name] == nil { desks[settings.name] = Self.desk(settings, line) }
    }

    private func close(_ desk: Desk) {
        for waiter in desk.feeds.values { waiter.feed.yield(.end(.failure(ModelRefusal(.unreachable)))) }
        for lease in desk.leases.values { lease.renewal?.cancel() }
        for task in [desk.change, desk.timer, desk.pulse] { task?.cancel() }
    }

    /// Which there are, in order.
    var sidecars: [String] { desks.keys.sorted() }

    // MARK: Requests

    nonisolated func enter(
        _ place: ModelPlace,
        waits: Bool,
        until deadline: ContinuousClock.Instant,
        onNotice: (SwitchNotice) async -> Void
    ) async -> Result<ModelPass, ModelRefusal> {
        guard let (ticket, updates) = await queue(at: place, waits: waits, until: deadline) else {
            return .failure(ModelRefusal(.unreachable))
        }
        for await update in updates {
            switch update {
            case .notice(let notice): await onNotice(notice)
            case .end(.success(let pass)) where Task.isCancelled:
                leave(pass)
                return .failure(ModelRefusal(.cancelled))
            case .end(let result): return result
            }
        }
        // The client has left.
        await abandon(ticket, at: place.sidecar)
        return .failure(ModelRefusal(.cancelled))
    }

    private func queue(
        at place: ModelPlace,
        waits: Bool,
        until deadline: ContinuousClock.Instant
    ) async -> (ticket: Int, updates: AsyncStream<Update>)? {
        await learnName(of: place)
        guard let desk = desks[place.sidecar] else { return nil }
        lastTicket += 1
        let now = ContinuousClock.now
        let ticket = ModelQueue.Ticket(
            id: lastTicket,
            profile: desk.names[place.profile] ?? place.profile,
            arrived: now,
            deadline: min(deadline, now + desk.settings.limits.patience),
            waits: waits
        )
        let (updates, feed) = AsyncStream<Update>.makeStream()
        desks[place.sidecar]?.feeds[ticket.id] = (feed, ticket)
        handle(.arrived(ticket), at: place.sidecar)
        return (ticket.id, updates)
    }

    private func abandon(_ ticket: Int, at sidecar: String) {
        desks[sidecar]?.feeds[ticket] = nil
        handle(.left(ticket), at: sidecar)
        // It had been let go, and did not hear of it.
        if desks[sidecar]?.leases[ticket]?.renewal != nil { end(ticket, at: sidecar) }
    }

    nonisolated func leave(_ pass: ModelPass) {
        Task { await end(pass.number, at: pass.origin) }
    }

    /// The request with that lease is over.
    private func end(_ id: Int, at sidecar: String) {
        release(id, at: sidecar)
        handle(.ended(id), at: sidecar)
    }

    private func release(_ id: Int, at sidecar: String) {
        guard let lease = desks[sidecar]?.leases.removeValue(forKey: id), let line = desks[sidecar]?.line else {
            return
        }
        lease.renewal?.cancel()
        let name = leaseName(id)
        Task { await line.release(name) }
    }

    private func leaseName(_ id: Int) -> String { "\(life)-\(id)" }

    /// Two names of one profile are one model: the sidecar is asked once what is what.
    private func learnName(of place: ModelPlace) async {
        guard let desk = desks[place.sidecar], desk.names[place.profile] == nil else { return }
        if let names = await desk.line.names() { desks[place.sidecar]?.names = names }
    }

    // MARK: What happens

    func handle(_ event: ModelQueue.Event, at sidecar: String) {
        guard var queue = desks[sidecar]?.queue else { return }
        let before = (queue.course, queue.active)
        let actions = queue.handle(event, at: .now)
        desks[sidecar]?.queue = queue
        for action in actions { perform(action, at: sidecar) }
        if before.0 != queue.course || before.1 != queue.active { tell(sidecar) }
        arm(sidecar)
    }

    private func perform(_ action: ModelQueue.Action, at sidecar: String) {
        switch action {
        case .ask(let ticket): ask(ticket, at: sidecar)
        case .giveBack(let id): release(id, at: sidecar)
        case .change(let profile, let number): change(to: profile, number, at: sidecar)
        case .abandon:
            desks[sidecar]?.change?.cancel()
            desks[sidecar]?.change = nil
        case .refuse(let id, let failure): refuse(id, failure, at: sidecar)
        case .tell(let id, _): notify(id, at: sidecar)
        }
    }

    private func ask(_ ticket: ModelQueue.Ticket, at sidecar: String) {
        guard let line = desks[sidecar]?.line else { return }
        let name = leaseName(ticket.id)
        desks[sidecar]?.leases[ticket.id] = (ticket.profile, nil)
        Task {
            let reply = await line.lease(name, of: ticket.profile)
            heard(reply, ticket, at: sidecar)
        }
    }

    private func heard(_ reply: SidecarLine.LeaseReply, _ ticket: ModelQueue.Ticket, at sidecar: String) {
        switch reply {
        case .granted(_, let url, let model):
            let pass = ModelPass(id: ticket.id, sidecar: sidecar, url: url, model: model)
            if let feed = desks[sidecar]?.feeds.removeValue(forKey: ticket.id)?.feed {
                let renewal = renewal(of: ticket, at: sidecar)
                desks[sidecar]?.leases[ticket.id]?.renewal = renewal
                handle(.granted(ticket.id), at: sidecar)
                feed.yield(.end(.success(pass)))
            } else {
                handle(.granted(ticket.id), at: sidecar)
            }
        case .refused(let truth):
            desks[sidecar]?.leases[ticket.id] = nil
            handle(.refused(ticket.id, truth), at: sidecar)
        case .failed(let failure):
            // Whether it was granted, nobody knows.
            release(ticket.id, at: sidecar)
            if failure == .modelMissing { desks[sidecar]?.names = [:] }
            handle(.failed(ticket.id, failure), at: sidecar)
        }
    }

    /// Keeps a lease for as long as its request takes.
    private func renewal(of ticket: ModelQueue.Ticket, at sidecar: String) -> Task<Void, Never>? {
        guard let line = desks[sidecar]?.line else { return nil }
        let name = leaseName(ticket.id)
        return Task {
            while (try? await Task.sleep(for: Self.renewal)) != nil {
                if case .refused = await line.lease(name, of: ticket.profile) { return }
            }
        }
    }

    private func change(to profile: String, _ number: Int, at sidecar: String) {
        guard let line = desks[sidecar]?.line else { return }
        let began = ContinuousClock.now
        desks[sidecar]?.change = Task {
            let end = await line.change(to: profile)
            guard desks[sidecar]?.queue.course?.number == number else { return }
            desks[sidecar]?.change = nil
            if end == .ready { desks[sidecar]?.loadTimes[profile] = .now - began }
            if case .failed(let failure) = end {
                logger.warning(
                    "a model is not there",
                    metadata: ["sidecar": "\(sidecar)", "profile": "\(profile)", "why": "\(failure.sentence)"]
                )
            }
            handle(.switched(number: number, end), at: sidecar)
        }
    }

    private func refuse(_ id: Int, _ failure: FailureClass, at sidecar: String) {
        guard let desk = desks[sidecar], let waiter = desk.feeds[id] else { return }
        desks[sidecar]?.feeds[id] = nil
        let isCrowded = failure == .queueFull || failure == .queueTimeout
        let guess = desk.loadTimes[waiter.ticket.profile] ?? .seconds(5)
        waiter.feed.yield(.end(.failure(ModelRefusal(failure, retryAfter: isCrowded ? guess : nil))))
    }

    // MARK: Who hears of it

    private func notify(_ id: Int, at sidecar: String) {
        guard let desk = desks[sidecar], let waiter = desk.feeds[id],
            let place = desk.queue.line.firstIndex(where: { $0.id == id })
        else { return }
        let profile = waiter.ticket.profile
        let notice = SwitchNotice(
            profile: profile,
            sidecar: sidecar,
            place: place + 1,
            elapsed: .now - waiter.ticket.arrived,
            expected: desk.loadTimes[profile] ?? (desk.status?.profile == profile ? desk.status?.expected : nil)
        )
        waiter.feed.yield(.notice(notice))
    }

    /// Tells whoever watches how a sidecar stands.
    func tell(_ sidecar: String) {
        guard let desk = desks[sidecar] else { return }
        lamps.set(SwitchLamp(desk))
    }

    /// Has the queue told when the time comes that it waits for; while somebody waits, they hear of it each second.
    private func arm(_ sidecar: String) {
        guard let desk = desks[sidecar] else { return }
        desk.timer?.cancel()
        desks[sidecar]?.timer = desk.queue.nextTick.map { next in
            Task {
                guard (try? await Task.sleep(until: next, clock: .continuous)) != nil else { return }
                handle(.tick, at: sidecar)
            }
        }
        guard desk.pulse == nil, !desk.queue.waiting.isEmpty else { return }
        desks[sidecar]?.pulse = Task {
            while (try? await Task.sleep(for: Self.beat)) != nil, await beat(sidecar) {}
        }
    }

    /// Asks how far it is, and tells those who wait; false when nobody does.
    private func beat(_ sidecar: String) async -> Bool {
        await look(at: sidecar)
        guard let waiting = desks[sidecar]?.queue.waiting, !waiting.isEmpty else {
            desks[sidecar]?.pulse = nil
            return false
        }
        for ticket in waiting { notify(ticket.id, at: sidecar) }
        return true
    }

    /// Asks a sidecar how it stands.
    func look(at sidecar: String) async {
        guard let desk = desks[sidecar] else { return }
        let before = desk.queue
        let status = await desk.line.status()
        guard let now = desks[sidecar], now.settings == desk.settings else { return }
        desks[sidecar]?.status = status
        desks[sidecar]?.isSilent = status == nil
        // What was said while something was decided is of a moment ago.
        let isOld = now.queue.tally != before.tally || now.queue.course != before.course
        if let status, !isOld { handle(.heard(status.truth), at: sidecar) }
        tell(sidecar)
    }
}
