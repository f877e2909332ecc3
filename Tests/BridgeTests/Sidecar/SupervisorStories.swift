import Testing

@testable import Bridge

/// Tells a supervisor what happens, in words, and writes down what it decides, in words.
struct SupervisorStory {
    private var supervisor: Supervisor
    private var now = ContinuousClock.now
    private var wishes = 0

    init(_ limits: Manifest.Limits = .init()) {
        supervisor = Supervisor(limits: limits, now: now)
    }

    /// `a` loads in at most 100 s, ends within 10, hangs after 60, and stays; `b` goes after 30 s without work.
    static func profile(_ id: String) -> Profile {
        var profile = Profile(id: id, name: id, runner: .process(ModelCommand(executable: "x", model: "m")))
        profile.readyTimeout = .seconds(100)
        profile.timeToLive = id == "b" ? .seconds(30) : nil
        return profile
    }

    /// What is decided when that happens:
    /// `wish a`, `wish - wait`, `answered`, `occupied 1`, `worked`, `idle`, `measured 0`, `exit 1`, `unloaded`, `missing`,
    /// `left 1`, `lease x a 60`, `release x`, `after 5`, `close`.
    mutating func happens(_ text: String) -> String {
        let words = text.split(separator: " ").map(String.init)
        let run = supervisor.run?.id ?? 0
        switch words[0] {
        case "wish":
            wishes += 1
            let target: SwitchTarget = words[1] == "-" ? .nothing : .profile(Self.profile(words[1]))
            let ifBusy = words.count > 2 ? SwitchWish.IfBusy(rawValue: words[2]) ?? .refuse : .refuse
            return told(.wanted(SwitchWish(id: wishes, target: target, ifBusy: ifBusy, deadline: now + .seconds(120))))
        case "left": return told(.left(wish: Int(words[1]) ?? 0))
        case "answered": return told(.answered(run: run))
        case "occupied": return told(.occupied(run: run, requests: Int(words[1]), hasWorked: false))
        case "worked": return told(.occupied(run: run, requests: nil, hasWorked: true))
        case "measured":
            return told(.measured(run: run, requests: Int(words[1]), hasWorked: words.count > 2))
        case "exit": return told(.exited(run: run, .code(Int32(words[1]) ?? 0), log: ["bye"]))
        case "unloaded": return told(.exited(run: run, .unloaded, log: []))
        case "missing": return told(.exited(run: run, .notStarted("no such program"), log: []))
        case "late": return told(.exited(run: run - 1, .code(9), log: []))
        case "lease":
            let until = now + .seconds(Int(words[3]) ?? 0)
            return "\(supervisor.lease(words[1], profile: Self.profile(words[2]), until: until, at: now))"
        case "release":
            let (isKnown, actions) = supervisor.release(words[1], at: now)
            return ([isKnown ? "known" : "unknown"] + actions.map(Self.text)).joined(separator: ", ")
        case "after":
            now += .milliseconds(Int64((Double(words[1]) ?? 0) * 1_000))
            return told(.tick)
        case "close": return told(.close)
        default: return "?"
        }
    }

    private mutating func told(_ event: Supervisor.Event) -> String {
        supervisor.handle(event, at: now).map(Self.text).joined(separator: ", ")
    }

    /// Where it stands, in words.
    var standing: String {
        let phase =
            switch supervisor.phase {
            case .stopped: "stopped"
            case .starting(let run, _): "starting \(run.profile.id)"
            case .pausing(let profile, let until): "pausing \(profile.id) \((until - now) / .seconds(1))"
            case .ready(let run, _): "ready \(run.profile.id)"
            case .stopping(let run, let why, let killAt):
                "stopping \(run.profile.id) \(why)\(killAt == nil ? " killed" : "")"
            case .failed(let failure, let profile): "failed \(profile.id) \(failure.cause.rawValue)"
            }
        return supervisor.target.map { "\(phase) > \($0.profile?.id ?? "-")" } ?? phase
    }

    /// How long until it wants a tick, in seconds.
    var nextTick: Double? { supervisor.nextTick.map { ($0 - now) / .seconds(1) } }

    private static func text(_ action: Supervisor.Action) -> String {
        switch action {
        case .start(let run): "start \(run.profile.id)"
        case .terminate(let run): "terminate \(run.profile.id)"
        case .kill(let run): "kill \(run.profile.id)"
        case .measure(let run): "measure \(run.profile.id)"
        case .settle(let wish, let outcome): "\(wish) \(text(outcome))"
        case .closed: "closed"
        }
    }

    private static func text(_ outcome: SwitchOutcome) -> String {
        switch outcome {
        case .done: "done"
        case .failed(let failure): "failed \(failure.cause.rawValue) \(failure.exit.display)"
        case .busy(let profile): "busy \(profile)"
        case .loading(let profile): "loading \(profile)"
        case .switching(let target): "switching \(target ?? "-")"
        case .timedOut: "timed out"
        case .closing: "closing"
        }
    }
}
