internal import Foundation
internal import Logging
internal import Routing
internal import Subprocess

#if canImport(Glibc)
    internal import Glibc
#endif

/// Runs the models of a manifest, one at a time: does what the ``Supervisor`` decides, and tells it what happens.
actor Sidecar {
    /// What makes a run of a model.
    typealias MakeRunner = @Sendable (ModelRun, _ port: Int?) -> any ModelRunner

    /// How often a model is asked.
    struct Intervals: Sendable {
        /// Whether it is ready.
        var poll = Duration.milliseconds(500)
        /// Whether it lives and works, when it is.
        var watch = Duration.seconds(2)
    }

    let manifest: Manifest
    private let logger: Logger
    private let intervals: Intervals
    private let makeRunner: MakeRunner
    private var supervisor: Supervisor
    private var runner: (run: Int, any ModelRunner)?
    private var waiters: [Int: CheckedContinuation<SwitchOutcome, Never>] = [:]
    private var timer: Task<Void, Never>?
    private var lastWish = 0
    private var lastPort: Int?
    private var isClosed = false
    private var closers: [CheckedContinuation<Void, Never>] = []
    private let began = ContinuousClock.now

    init(
        _ manifest: Manifest,
        logger: Logger,
        intervals: Intervals = Intervals(),
        makeRunner: @escaping MakeRunner
    ) {
        self.manifest = manifest
        self.intervals = intervals
        self.logger = logger
        self.makeRunner = makeRunner
        supervisor = Supervisor(limits: manifest.limits, now: .now)
    }

    /// Runners as a manifest means them.
    static func runners(mark: ProcessMark, line: ModelServerLine) -> MakeRunner {
        { run, port in
            switch run.profile.runner {
            case .process(let command):
                ModelProcess(run.profile, command, port: port ?? 0, mark: mark.run(run.id), line: line)
            case .server(let server, let model):
                ServedModel(server, model: model, patience: run.profile.readyTimeout, line: line)
            }
        }
    }

    // MARK: What may be asked

    /// Wishes for a model, or for none, and returns when that is settled; a task that is cancelled wishes no more.
    func wish(for target: SwitchTarget, ifBusy: SwitchWish.IfBusy, patience: Duration) async -> SwitchOutcome {
        let id = nextWish()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters[id] = continuation
                handle(.wanted(SwitchWish(id: id, target: target, ifBusy: ifBusy, deadline: .now + patience)))
                if Task.isCancelled { handle(.left(wish: id)) }
            }
        } onCancel: {
            Task { await handle(.left(wish: id)) }
        }
    }

    /// Wishes for a model without waiting: what is settled at once, or nil.
    func wishSoon(for target: SwitchTarget, ifBusy: SwitchWish.IfBusy, patience: Duration) -> SwitchOutcome? {
        let id = nextWish()
        let actions = handle(
            .wanted(SwitchWish(id: id, target: target, ifBusy: ifBusy, deadline: .now + patience))
        )
        for case .settle(id, let outcome) in actions { return outcome }
        return nil
    }

    private func nextWish() -> Int {
        lastWish += 1
        return lastWish
    }

    /// Permission to send requests to a model for so long.
    func lease(_ id: String, profile: Profile, duration: Duration) -> LeaseAnswer {
        defer { arm() }
        return supervisor.lease(id, profile: profile, until: .now + duration, at: .now)
    }

    /// Gives a permission back; false when there is none of that name.
    func release(_ id: String) -> Bool {
        let (isKnown, actions) = supervisor.release(id, at: .now)
        actions.forEach(perform)
        arm()
        return isKnown
    }

    /// Everything that is known, as of now.
    var status: SidecarStatus {
        SidecarStatus(supervisor, runner: runner?.1, uptime: .now - began, at: .now)
    }

    /// Stops the model, and returns when nothing runs any more.
    func close() async {
        handle(.close)
        if isClosed { return }
        await withCheckedContinuation { closers.append($0) }
    }

    // MARK: What happens

    @discardableResult
    private func handle(_ event: Supervisor.Event) -> [Supervisor.Action] {
        let before = supervisor.revision
        let actions = supervisor.handle(event, at: .now)
        if supervisor.revision != before { tell() }
        actions.forEach(perform)
        arm()
        return actions
    }

    private func perform(_ action: Supervisor.Action) {
        switch action {
        case .start(let run): start(run)
        case .terminate(let run): if let runner, runner.run == run.id { runner.1.terminate() }
        case .kill(let run): if let runner, runner.run == run.id { runner.1.kill() }
        case .measure(let run): measure(run)
        case .settle(let wish, let outcome): waiters.removeValue(forKey: wish)?.resume(returning: outcome)
        case .closed:
            isClosed = true
            closers.forEach { $0.resume() }
            closers = []
        }
    }

    private func start(_ run: ModelRun) {
        var port: Int?
        if case .process = run.profile.runner {
            port = FreePort.find(in: manifest.ports, after: lastPort)
            guard let port else {
                let ports = "\(manifest.ports.lowerBound)-\(manifest.ports.upperBound)"
                // Not from inside the call that decided to start it: one event at a time.
                Task {
                    handle(.exited(run: run.id, .notStarted("no port of \(ports) is free; see sidecar.ports"), log: []))
                }
                return
            }
            lastPort = port
        }
        let runner = makeRunner(run, port)
        self.runner = (run.id, runner)
        Task {
            let exit = await runner.run()
            if self.runner?.run == run.id { self.runner = nil }
            handle(.exited(run: run.id, exit, log: runner.log.lines))
        }
        Task { await watch(run, runner) }
    }

    /// Asks the model whether it is ready, then whether it lives and works, for as long as it is there.
    private func watch(_ run: ModelRun, _ runner: any ModelRunner) async {
        var haste: [Duration] = []
        while supervisor.run?.id == run.id {
            if await runner.isReady() { handle(.answered(run: run.id)) }
            if supervisor.active?.id == run.id {
                let occupancy = await runner.occupancy()
                handle(.occupied(run: run.id, requests: occupancy.requests, hasWorked: occupancy.hasWorked))
                try? await Task.sleep(for: intervals.watch)
            } else if await hasSpoken(run, runner, within: haste.popLast() ?? intervals.poll) {
                // It says so a moment before it is so.
                haste = [160, 80, 40, 20, 10].map { .milliseconds($0) }
            }
        }
    }

    /// Waits for the next question of a loading model, or until it says that it can be asked.
    private func hasSpoken(_ run: ModelRun, _ runner: any ModelRunner, within interval: Duration) async -> Bool {
        let end = ContinuousClock.now + interval
        while ContinuousClock.now < end, supervisor.run?.id == run.id {
            if runner.log.takeBell() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    private func measure(_ run: ModelRun) {
        guard let runner, runner.run == run.id else { return }
        let model = runner.1
        Task {
            let occupancy = await model.occupancy()
            handle(.measured(run: run.id, requests: occupancy.requests, hasWorked: occupancy.hasWorked))
        }
    }

    /// Has the supervisor told when the time comes that it waits for.
    private func arm() {
        timer?.cancel()
        timer = nil
        guard let next = supervisor.nextTick else { return }
        timer = Task {
            guard (try? await Task.sleep(until: next, clock: .continuous)) != nil else { return }
            handle(.tick)
        }
    }

    private func tell() {
        let now = status
        var metadata: Logger.Metadata = ["state": "\(now.state)"]
        if let profile = now.profile { metadata["profile"] = "\(profile)" }
        if let failure = now.failure, now.state == "failed" || now.restartIn != nil {
            metadata["why"] = "\(failure.exit.display)"
        }
        logger.log(level: now.state == "failed" ? .error : .notice, "the model's state has changed", metadata: metadata)
    }
}

/// Finds a port that nobody listens on.
enum FreePort {
    /// The first free one after a port, around the end of the range: one that was just left may still be held.
    static func find(in range: ClosedRange<Int>, after last: Int?) -> Int? {
        let start = last.map { range.contains($0 + 1) ? $0 + 1 : range.lowerBound } ?? range.lowerBound
        return (Array(start...range.upperBound) + Array(range.lowerBound..<start)).first(where: isFree)
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
