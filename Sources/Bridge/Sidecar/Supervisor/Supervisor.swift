/// Decides which model runs, and when it is started, stopped, started again or given up.
///
/// Pure: what happens comes in with its time, what is to be done goes out. One owner calls it, one call at a time, so no
/// decision is made on a state of a moment ago.
struct Supervisor: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Where it is going from a model that is in the way.
    private struct Course: Equatable {
        var target: SwitchTarget
        /// Whether it is our own idea: a model that nobody has used for too long.
        var isOwn = false
        /// When the model that is in the way is asked again whether it is busy; nil while it is being asked.
        var nextMeasure: Instant?
    }

    private let limits: Manifest.Limits
    private(set) var phase = Phase.stopped
    /// Since when.
    private(set) var since: Instant
    /// How often the present model was started again by itself.
    private(set) var restarts = 0
    /// The last failure, of whichever model.
    private(set) var lastFailure: ModelFailure?
    /// How many requests the model works on, as far as it says.
    private(set) var requests: Int?
    /// Permissions to send requests, with their ends.
    private(set) var leases: [String: Instant] = [:]
    /// How long the models took to load when they did last.
    private(set) var loadTimes: [String: Duration] = [:]
    /// Grows whenever the phase changes.
    private(set) var revision = 0
    private(set) var isClosing = false

    private var course: Course?
    private var wishes: [SwitchWish] = []
    private var lastRun = 0
    private var lastAnswer: Instant
    private var lastUse: Instant
    private var actions: [Action] = []

    /// How often a model that is in the way is asked whether it is still busy.
    static let measureInterval = Duration.milliseconds(250)

    init(limits: Manifest.Limits, now: Instant) {
        self.limits = limits
        since = now
        lastAnswer = now
        lastUse = now
    }

    // MARK: What may be read

    /// The model that answers.
    var active: ModelRun? { if case .ready(let run, _) = phase { run } else { nil } }

    /// The run that is there, in whatever phase.
    var run: ModelRun? {
        switch phase {
        case .starting(let run, _), .ready(let run, _), .stopping(let run, _, _): run
        case .stopped, .pausing, .failed: nil
        }
    }

    /// The profile that the phase is about.
    var profile: Profile? {
        switch phase {
        case .stopped: nil
        case .pausing(let profile, _), .failed(_, let profile): profile
        case .starting, .ready, .stopping: run?.profile
        }
    }

    /// What it is on its way to, when something is in the way.
    var target: SwitchTarget? { course?.target }

    /// Whether requests are under way, as far as anybody has said.
    var isBusy: Bool { !leases.isEmpty || (requests ?? 0) > 0 }

    /// When an idle model will be unloaded.
    var unloadsAt: Instant? {
        guard case .ready(let run, _) = phase, course == nil, !isBusy, let life = run.profile.timeToLive else {
            return nil
        }
        return lastUse + life
    }

    /// When it wants a ``Event/tick``; nil when nothing depends on time.
    var nextTick: Instant? {
        var times = wishes.map(\.deadline) + Array(leases.values)
        switch phase {
        case .stopped, .failed: break
        case .starting(_, let deadline): times.append(deadline)
        case .pausing(_, let until): times.append(until)
        case .stopping(_, _, let killAt): if let killAt { times.append(killAt) }
        case .ready(let run, let since):
            if let hang = run.profile.hangTimeout { times.append(lastAnswer + hang) }
            if restarts > 0 { times.append(since + limits.stable) }
            if let next = course?.nextMeasure { times.append(next) }
            if let unload = unloadsAt { times.append(unload) }
        }
        return times.min()
    }

    // MARK: What happens

    /// Takes what has happened, and says what is to be done, in this order.
    mutating func handle(_ event: Event, at now: Instant) -> [Action] {
        actions = []
        switch event {
        case .wanted(let wish): want(wish, at: now)
        case .left(let wish):
            settleAll(.timedOut) { $0.id == wish }
            abandonUnwanted()
        case .answered(let id): if run?.id == id { answered(at: now) }
        case .occupied(let id, let requests, let hasWorked):
            if active?.id == id { note(requests, hasWorked, at: now) }
        case .measured(let id, let requests, let hasWorked):
            if active?.id == id { measured(requests, hasWorked, at: now) }
        case .exited(let id, let exit, let log): if let run, run.id == id { exited(run, exit, log, at: now) }
        case .tick: tick(at: now)
        case .close: close(at: now)
        }
        return actions
    }

    /// Asks for permission to send a request to a model, or to go on with one; it ends by itself, or by
    /// ``release(_:at:)``.
    mutating func lease(_ id: String, profile: Profile, until: Instant, at now: Instant) -> LeaseAnswer {
        guard let active, active.profile.id == profile.id else { return .notReady }
        // One that is held already is of a request under way, and is let go on.
        if let course, leases[id] == nil {
            guard course.isOwn else { return .switching(to: course.target.profile?.id) }
            self.course = nil
        }
        leases[id] = until
        lastUse = now
        return .granted
    }

    /// Gives a permission back; false when there is none of that name.
    mutating func release(_ id: String, at now: Instant) -> (isKnown: Bool, actions: [Action]) {
        actions = []
        guard leases.removeValue(forKey: id) != nil else { return (false, []) }
        lastUse = now
        if leases.isEmpty { measureNow() }
        return (true, actions)
    }

    // MARK: Wishes

    private mutating func want(_ wish: SwitchWish, at now: Instant) {
        if isClosing { return settle(wish, .closing) }
        if let course, course.target != wish.target {
            // What is on its way is let arrive, but for an unloading, and for whoever insists.
            guard course.target == .nothing || wish.ifBusy == .stop else {
                return settle(wish, .switching(to: course.target.profile?.id))
            }
            self.course = nil
            let isUnloading = if case .stopping = phase { course.target == .nothing } else { false }
            if !isUnloading { settleAll(.switching(to: wish.target.profile?.id)) { $0.target == course.target } }
        }
        switch phase {
        case .stopped, .failed, .pausing: wantIdle(wish, at: now)
        case .starting(let run, _):
            if wish.target.profile == run.profile { return wishes.append(wish) }
            guard wish.ifBusy != .refuse else { return settle(wish, .loading(run.profile.id)) }
            set(course: wish)
            if wish.ifBusy == .stop { stop(run, .switching, at: now) }
        case .ready(let run, _):
            if wish.target.profile == run.profile, course == nil { return settle(wish, .done) }
            if wish.target.profile == run.profile { return wishes.append(wish) }
            let isNew = course == nil
            set(course: wish)
            if wish.ifBusy == .stop { stop(run, .switching, at: now) } else if isNew { measureNow() }
        case .stopping(let run, let why, _):
            // A model that is stopped because it failed comes back by itself.
            let returns = why != .switching && course == nil
            if returns, wish.target.profile == run.profile { wishes.append(wish) } else { set(course: wish) }
        }
    }

    /// A wish when no process is in the way.
    private mutating func wantIdle(_ wish: SwitchWish, at now: Instant) {
        if case .pausing(let profile, _) = phase, wish.target.profile == profile {
            return wishes.append(wish)
        }
        settleAll(.switching(to: wish.target.profile?.id)) { $0.target != wish.target }
        wishes.append(wish)
        restarts = 0
        arrive(at: wish.target, at: now)
    }

    private mutating func set(course wish: SwitchWish) {
        if course == nil { course = Course(target: wish.target) }
        course?.isOwn = false
        wishes.append(wish)
    }

    /// Starts what was wished for, or settles on nothing.
    private mutating func arrive(at target: SwitchTarget, at now: Instant) {
        course = nil
        switch target {
        case .nothing:
            enter(.stopped, at: now)
            settleAll(.done) { $0.target == .nothing }
        case .profile(let profile): start(profile, at: now)
        }
    }

    private mutating func settle(_ wish: SwitchWish, _ outcome: SwitchOutcome) {
        actions.append(.settle(wish: wish.id, outcome))
    }

    private mutating func settleAll(_ outcome: SwitchOutcome, where isMeant: (SwitchWish) -> Bool) {
        for wish in wishes where isMeant(wish) { settle(wish, outcome) }
        wishes.removeAll(where: isMeant)
    }

    // MARK: Busy or not

    /// Asks the model in the way whether it is busy; one with leases is.
    private mutating func measureNow() {
        guard let course, let active else { return }
        self.course?.nextMeasure = nil
        if leases.isEmpty {
            actions.append(.measure(active))
        } else {
            refuseImpatient(course, active)
        }
    }

    private mutating func note(_ requests: Int?, _ hasWorked: Bool, at now: Instant) {
        self.requests = requests
        if hasWorked || (requests ?? 0) > 0 { lastUse = now }
    }

    private mutating func measured(_ requests: Int?, _ hasWorked: Bool, at now: Instant) {
        note(requests, hasWorked, at: now)
        guard let course, let active else { return }
        if course.isOwn, hasWorked || isBusy {
            self.course = nil
        } else if isBusy {
            refuseImpatient(course, active)
            self.course?.nextMeasure = now + Self.measureInterval
        } else {
            stop(active, .switching, at: now)
        }
    }

    /// Tells those who would not wait; when nobody is left, nothing is switched.
    private mutating func refuseImpatient(_ course: Course, _ active: ModelRun) {
        settleAll(.busy(active.profile.id)) { $0.target == course.target && $0.ifBusy == .refuse }
        abandonUnwanted()
    }

    /// Forgets a course that nobody wishes any more, while it has not begun.
    private mutating func abandonUnwanted() {
        guard let course, !course.isOwn, !wishes.contains(where: { $0.target == course.target }) else { return }
        if case .stopping = phase { return }
        self.course = nil
    }

    // MARK: Runs

    private mutating func start(_ profile: Profile, at now: Instant) {
        lastRun += 1
        let run = ModelRun(id: lastRun, profile: profile, began: now)
        requests = nil
        enter(.starting(run, deadline: now + profile.readyTimeout), at: now)
        actions.append(.start(run))
    }

    private mutating func stop(_ run: ModelRun, _ why: StopReason, at now: Instant) {
        leases.removeAll()
        requests = nil
        course?.nextMeasure = nil
        enter(.stopping(run, why: why, killAt: now + run.profile.stopTimeout), at: now)
        actions.append(.terminate(run))
    }

    private mutating func answered(at now: Instant) {
        lastAnswer = now
        guard case .starting(let run, _) = phase else { return }
        loadTimes[run.profile.id] = now - run.began
        lastUse = now
        enter(.ready(run, since: now), at: now)
        settleAll(.done) { $0.target.profile == run.profile }
        measureNow()
    }

    private mutating func exited(_ run: ModelRun, _ exit: RunExit, _ log: [String], at now: Instant) {
        leases.removeAll()
        requests = nil
        func failure(_ cause: ModelFailure.Cause) -> ModelFailure {
            ModelFailure(profile: run.profile.id, cause: cause, exit: exit, log: log, at: now)
        }
        switch phase {
        case .stopping(_, .switching, _): moveOn(at: now)
        case .stopping(_, .tooSlow, _): fail(failure(.tooSlow), run.profile, isFinal: true, at: now)
        case .stopping(_, .hung, _): fail(failure(.hung), run.profile, isFinal: false, at: now)
        case .ready where exit == .unloaded:
            // No fault: that is what its server is for.
            if course == nil { course = Course(target: .nothing) }
            moveOn(at: now)
        default:
            let isFinal = if case .notStarted = exit { true } else { false }
            fail(failure(isFinal ? .notStarted : .crashed), run.profile, isFinal: isFinal, at: now)
        }
    }

    /// Goes where the course leads, now that nothing is in the way.
    private mutating func moveOn(at now: Instant) {
        settleAll(.done) { $0.target == .nothing }
        restarts = 0
        arrive(at: isClosing ? .nothing : course?.target ?? .nothing, at: now)
        if isClosing { actions.append(.closed) }
    }

    private mutating func fail(_ failure: ModelFailure, _ profile: Profile, isFinal: Bool, at now: Instant) {
        lastFailure = failure
        if isClosing || course != nil {
            let next = course?.target
            settleAll(.failed(failure)) { $0.target.profile == profile && $0.target != next }
            return moveOn(at: now)
        }
        guard !isFinal, restarts < limits.restarts else {
            enter(.failed(failure, profile), at: now)
            return settleAll(.failed(failure)) { $0.target.profile == profile }
        }
        // Doubled each time: 1 s, 2 s, 4 s.
        let pause = limits.backoff * Double(1 << min(restarts, 16))
        restarts += 1
        enter(.pausing(profile, until: now + pause), at: now)
    }

    // MARK: Time

    private mutating func tick(at now: Instant) {
        let hadLeases = !leases.isEmpty
        leases = leases.filter { $0.value > now }
        settleAll(.timedOut) { $0.deadline <= now }
        abandonUnwanted()
        if hadLeases && leases.isEmpty {
            lastUse = now
            measureNow()
        }
        switch phase {
        case .stopped, .failed: break
        case .starting(let run, let deadline): if now >= deadline { stop(run, .tooSlow, at: now) }
        case .pausing(let profile, let until): if now >= until { start(profile, at: now) }
        case .stopping(let run, let why, let killAt):
            guard let killAt, now >= killAt else { return }
            phase = .stopping(run, why: why, killAt: nil)
            actions.append(.kill(run))
        case .ready(let run, let since): tickReady(run, since: since, at: now)
        }
    }

    private mutating func tickReady(_ run: ModelRun, since: Instant, at now: Instant) {
        if let hang = run.profile.hangTimeout, now >= lastAnswer + hang { return stop(run, .hung, at: now) }
        if now >= since + limits.stable { restarts = 0 }
        if let next = course?.nextMeasure, now >= next { return measureNow() }
        if let unload = unloadsAt, now >= unload {
            course = Course(target: .nothing, isOwn: true)
            measureNow()
        }
    }

    private mutating func close(at now: Instant) {
        guard !isClosing else { return }
        isClosing = true
        course = nil
        settleAll(.closing) { _ in true }
        switch phase {
        case .starting(let run, _), .ready(let run, _): stop(run, .switching, at: now)
        case .stopping: break
        case .stopped, .pausing, .failed:
            enter(.stopped, at: now)
            actions.append(.closed)
        }
    }

    private mutating func enter(_ next: Phase, at now: Instant) {
        phase = next
        since = now
        revision += 1
    }
}
