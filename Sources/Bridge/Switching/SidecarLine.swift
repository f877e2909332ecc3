internal import Routing

/// Asks one sidecar, and reads what it says.
struct SidecarLine: Sendable {
    let url: LoopbackURL
    let token: Secret?
    let line: ModelServerLine

    /// How long a lease lasts that nobody renews, in seconds: when the daemon dies, its requests block nothing for longer.
    static let leaseSeconds = 60
    /// How long a switch may take: the manifest's `ready_timeout_s` ends a load before, and nobody's patience is longer.
    private static let switchSeconds = 3_600

    /// What a lease's question comes to.
    enum LeaseReply: Sendable, Equatable {
        /// The profile's name in the manifest, where it answers, and what its server calls the model.
        case granted(profile: String, url: String, model: String)
        case refused(ModelQueue.Truth)
        case failed(FailureClass)
    }

    /// What is read of a status.
    struct Status: Sendable, Equatable {
        var truth = ModelQueue.Truth.changing
        /// `stopped`, `starting`, `ready`, `stopping`, `failed`.
        var state = "stopped"
        var active: String?
        /// The profile that the state is about.
        var profile: String?
        /// How long the present load took the last time.
        var expected: Duration?
    }

    /// Asks for permission, or for more time with one that is held.
    func lease(_ lease: String, of profile: String) async -> LeaseReply {
        let call = SidecarCall.lease(lease, profile: profile, seconds: Self.leaseSeconds)
        switch await ask(call) {
        case .failure(let refusal): return .failed(refusal.failure)
        case .success(let reply):
            let body = Body(reply)
            switch reply.status {
            case 200:
                guard let profile = body.profile, let url = body.url, LoopbackURL(url) != nil, let model = body.model
                else {
                    return .failed(.malformed)
                }
                return .granted(profile: profile, url: url, model: model)
            case 409: return .refused(body.status.map(Self.truth) ?? .changing)
            default: return .failed(Self.failure(reply.status))
            }
        }
    }

    /// Gives permission back. One that nobody can be told of runs out by itself.
    func release(_ lease: String) async { _ = await ask(.release(lease)) }

    /// Has a profile loaded, and returns when it is there, or will not be.
    func change(to profile: String) async -> ModelQueue.SwitchEnd {
        let seconds = Self.switchSeconds
        let call = SidecarCall.change(to: profile, ifBusy: "wait", waits: true, patience: seconds)
        switch await ask(call, limit: .seconds(seconds + 10)) {
        case .failure(let refusal): return refusal.failure == .cancelled ? .notYet : .failed(refusal.failure)
        case .success(let reply):
            switch reply.status {
            case 200: return .ready
            case 409, 504: return .notYet
            default: return .failed(Self.failure(reply.status))
            }
        }
    }

    /// How it stands; nil when it does not say.
    func status() async -> Status? {
        guard case .success(let reply) = await ask(.status), reply.status == 200 else { return nil }
        return (try? JSONTree.decode(Body.State.self, from: reply.body)).map(Self.status)
    }

    /// Every name and alias of its profiles, with the profile's own name; nil when it does not say.
    func names() async -> [String: String]? {
        guard case .success(let reply) = await ask(.available), reply.status == 200,
            let list = try? JSONTree.decode(Profiles.self, from: reply.body)
        else { return nil }
        let pairs = list.profiles.flatMap { profile in ([profile.id] + profile.aliases).map { ($0, profile.id) } }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Asks, whatever it is. A kept connection that had died is no answer: it is asked once more.
    func ask(_ call: SidecarCall, limit: Duration = .seconds(5)) async -> Result<HTTPReply, ModelRefusal> {
        for isLast in [false, true] {
            switch await line.ask(call, at: url, token: token, limit: limit) {
            case .success(let reply): return .success(reply)
            case .failure(.transport(.stale)) where !isLast: continue
            case .failure(.transport(.cancelled)): return .failure(ModelRefusal(.cancelled))
            case .failure(.transport(.timedOut)): return .failure(ModelRefusal(.timeoutTotal))
            case .failure: return .failure(ModelRefusal(.unreachable))
            }
        }
        return .failure(ModelRefusal(.unreachable))
    }

    // MARK: Reading

    static func failure(_ status: Int) -> FailureClass {
        switch status {
        case 401, 403: .auth
        case 404: .modelMissing
        case 503: .modelFailed
        default: .serverError
        }
    }

    private static func truth(_ state: Body.State) -> ModelQueue.Truth {
        let now = ContinuousClock.now
        switch state.state {
        case "ready":
            // One that makes room for another is not there any more.
            guard let active = state.active, state.switching != true else { return .changing }
            return .ready(active, since: now - .milliseconds(Int64((state.since ?? 0) * 1_000)))
        case "stopped", "failed": return .nothing
        default: return .changing
        }
    }

    private static func status(_ state: Body.State) -> Status {
        Status(
            truth: truth(state),
            state: state.state,
            active: state.active,
            profile: state.profile,
            expected: state.progress?.expected.map { .milliseconds(Int64($0 * 1_000)) }
        )
    }

    /// The fields that are read, by the API's own names.
    private struct Body: Decodable {
        struct State: Decodable {
            var state: String
            var active: String?
            var profile: String?
            var switching: Bool?
            var since: Double?
            var progress: Progress?

            enum CodingKeys: String, CodingKey {
                case state, active, profile, switching, progress
                case since = "since_s"
            }
        }

        struct Progress: Decodable {
            var expected: Double?

            enum CodingKeys: String, CodingKey {
                case expected = "expected_s"
            }
        }

        var profile: String?
        var url: String?
        var model: String?
        var status: State?

        init() {}

        init(_ reply: HTTPReply) { self = (try? JSONTree.decode(Body.self, from: reply.body)) ?? Body() }
    }

    private struct Profiles: Decodable {
        struct Profile: Decodable {
            var id: String
            var aliases: [String]
        }

        var profiles: [Profile]
    }
}
