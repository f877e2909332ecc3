internal import Foundation
internal import Routing

/// Everything that a router or a person may want to know of a sidecar, as of one moment.
struct SidecarStatus: Sendable {
    /// `stopped`, `starting`, `ready`, `stopping` or `failed`.
    var state: String
    /// The profile that answers.
    var active: String?
    /// The profile that the state is about.
    var profile: String?
    /// What it is on its way to; the inner nil is no model at all.
    var next: String??
    var since: Duration
    var revision: Int
    /// Where the active profile's requests go, and what its server calls the model.
    var endpoint: (url: LoopbackURL, model: String)?
    var isBusy: Bool
    var leases: Int
    /// How many requests the model says that it works on.
    var requests: Int?
    var restarts: Int
    /// Until it is started again.
    var restartIn: Duration?
    /// Until it is unloaded because nobody uses it.
    var unloadIn: Duration?
    /// How long it has been loading, and how long it took the last time.
    var loading: (elapsed: Duration, expected: Duration?, line: String?)?
    /// The last failure, of whichever profile, and how long ago.
    var failure: ModelFailure?
    var failureAge = Duration.zero
    var uptime: Duration

    init(_ supervisor: Supervisor, runner: (any ModelRunner)?, uptime: Duration, at now: ContinuousClock.Instant) {
        self.uptime = uptime
        switch supervisor.phase {
        case .stopped: state = "stopped"
        case .starting: state = "starting"
        case .pausing(_, let until):
            state = "starting"
            restartIn = until - now
        case .ready: state = "ready"
        case .stopping: state = "stopping"
        case .failed: state = "failed"
        }
        active = supervisor.active?.profile.id
        profile = supervisor.profile?.id
        next = supervisor.target.map { $0.profile?.id }
        since = now - supervisor.since
        revision = supervisor.revision
        if active != nil, let runner { endpoint = (runner.url, runner.model) }
        isBusy = supervisor.isBusy
        leases = supervisor.leases.count
        requests = supervisor.requests
        restarts = supervisor.restarts
        unloadIn = supervisor.unloadsAt.map { $0 - now }
        if case .starting(let run, _) = supervisor.phase {
            loading = (now - run.began, supervisor.loadTimes[run.profile.id], runner?.log.last)
        }
        failure = supervisor.lastFailure
        if let failure { failureAge = now - failure.at }
    }

    /// Writes it as the API has it; `docs/sidecar.md` is the reference.
    func write(_ json: inout JSONWriter, now: Date = .now) {
        json.object { json in
            json.key("state")
            json.string(state)
            json.key("active")
            json.string(active, orNull: ())
            json.key("profile")
            json.string(profile, orNull: ())
            json.key("next")
            json.string(next ?? nil, orNull: ())
            json.key("switching")
            json.boolean(next != nil)
            json.key("since")
            json.string(Self.text(now.addingTimeInterval(-(since / .seconds(1)))))
            json.key("since_s")
            json.seconds(since)
            json.key("revision")
            json.integer(revision)
            json.key("url")
            json.string(endpoint?.url.base, orNull: ())
            json.key("model")
            json.string(endpoint?.model, orNull: ())
            json.key("busy")
            json.boolean(isBusy)
            json.key("in_flight")
            json.object { json in
                json.key("leases")
                json.integer(leases)
                json.key("requests")
                if let requests { json.integer(requests) } else { json.null() }
            }
            writeTimes(&json)
            writeFailure(&json, now: now)
            json.key("uptime_s")
            json.seconds(uptime)
        }
    }

    private func writeTimes(_ json: inout JSONWriter) {
        json.key("restarts")
        json.integer(restarts)
        json.key("restart_in_s")
        json.seconds(restartIn)
        json.key("unload_in_s")
        json.seconds(unloadIn)
        json.key("progress")
        guard let loading else { return json.null() }
        json.object { json in
            json.key("elapsed_s")
            json.seconds(loading.elapsed)
            json.key("expected_s")
            json.seconds(loading.expected)
            json.key("fraction")
            // A guess from the last time; what is not ready is not all there.
            if let expected = loading.expected, expected > .zero {
                json.number((min(0.99, loading.elapsed / expected) * 100).rounded() / 100)
            } else {
                json.null()
            }
            json.key("line")
            json.string(loading.line, orNull: ())
        }
    }

    private func writeFailure(_ json: inout JSONWriter, now: Date) {
        json.key("error")
        guard let failure else { return json.null() }
        json.object { json in
            json.key("profile")
            json.string(failure.profile)
            json.key("cause")
            json.string(failure.cause.rawValue)
            json.key("message")
            json.string(failure.display)
            json.key("at")
            json.string(Self.text(now.addingTimeInterval(-(failureAge / .seconds(1)))))
            json.key("log")
            json.array(failure.log) { $0.string($1) }
        }
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private static func text(_ date: Date) -> String { date.formatted(style) }
}

extension ModelFailure {
    /// In words.
    var display: String {
        switch cause {
        case .crashed, .notStarted: "\(profile) \(exit.display)"
        case .tooSlow: "\(profile) was not ready in time, and was stopped; see ready_timeout_s"
        case .hung: "\(profile) answered no more, and was stopped"
        }
    }
}

extension JSONWriter {
    /// The text, or null.
    mutating func string(_ value: String?, orNull: Void) {
        if let value { string(value) } else { null() }
    }

    /// Seconds with three digits behind the point, or null.
    mutating func seconds(_ value: Duration?) {
        guard let value else { return null() }
        number((max(value, .zero) / .milliseconds(1)).rounded() / 1_000)
    }
}
