internal import Foundation
internal import HTTPTypes
internal import Routing

/// What the sidecar answers, whatever server asks it.
struct SidecarAPI: Sendable {
    /// An answer.
    struct Reply: Sendable {
        var status = HTTPResponse.Status.ok
        var retryAfter: Int?
        var body: [UInt8]
    }

    let sidecar: Sidecar

    /// How large a request's body may be.
    static let maxBody = 16 << 10
    /// How long a lease may last, and how long it does when nobody says.
    private static let leaseSeconds = (range: 1...3_600, standard: 600)
    private static let patience = 1...86_400

    // MARK: Reading

    func health() async -> Reply {
        let status = await sidecar.status
        return reply { json in
            json.key("status")
            json.constant("ok")
            json.key("version")
            json.constant(Version.current)
            json.key("state")
            json.string(status.state)
        }
    }

    func available() async -> Reply {
        let profiles = sidecar.manifest.profiles
        let active = await sidecar.status.active
        return reply { json in
            json.key("profiles")
            json.array(profiles) { json, profile in Self.write(profile, isActive: profile.id == active, &json) }
        }
    }

    func status() async -> Reply { await reply(.ok, sidecar.status) }

    // MARK: Doing

    /// `POST /models/switch`.
    func change(_ body: [UInt8]) async throws(SidecarError) -> Reply {
        let fields = try Self.fields(body)
        try fields.allow(["profile", "if_busy", "wait", "patience_s"])
        let target = try target(fields)
        let ifBusy: SwitchWish.IfBusy = try fields.choice("if_busy") ?? .refuse
        let seconds = try fields.integer("patience_s", in: Self.patience)
        let patience = seconds.map { .seconds($0) } ?? sidecar.manifest.limits.patience
        guard try fields.boolean("wait") ?? true else {
            let outcome = await sidecar.wishSoon(for: target, ifBusy: ifBusy, patience: patience)
            if let outcome, let error = SidecarError(outcome) { throw error }
            return await reply(outcome == nil ? .accepted : .ok, sidecar.status)
        }
        let outcome = await sidecar.wish(for: target, ifBusy: ifBusy, patience: patience)
        if let error = SidecarError(outcome) { throw error }
        return await reply(.ok, sidecar.status)
    }

    /// `POST /models/lease`.
    func lease(_ body: [UInt8]) async throws(SidecarError) -> Reply {
        let fields = try Self.fields(body)
        try fields.allow(["profile", "lease", "seconds"])
        guard let name = try fields.string("profile") else { throw .badRequest(field: "profile") }
        let profile = try profile(name)
        let seconds = try fields.integer("seconds", in: Self.leaseSeconds.range) ?? Self.leaseSeconds.standard
        let id = try fields.string("lease") ?? UUID().uuidString.lowercased()
        switch await sidecar.lease(id, profile: profile, duration: .seconds(seconds)) {
        case .notReady: throw .notActive(profile.id)
        case .switching(let target): throw .switching(to: target)
        case .granted: break
        }
        let status = await sidecar.status
        return reply { json in
            json.key("lease")
            json.string(id)
            json.key("profile")
            json.string(profile.id)
            json.key("seconds")
            json.integer(seconds)
            json.key("url")
            json.string(status.endpoint?.url.base, orNull: ())
            json.key("model")
            json.string(status.endpoint?.model, orNull: ())
        }
    }

    /// `POST /models/release`.
    func release(_ body: [UInt8]) async throws(SidecarError) -> Reply {
        let fields = try Self.fields(body)
        try fields.allow(["lease"])
        guard let id = try fields.string("lease") else { throw .badRequest(field: "lease") }
        guard await sidecar.release(id) else { throw .unknownLease }
        return await reply(.ok, sidecar.status)
    }

    // MARK: Errors

    /// An error as an answer. One about how the models stand says how they stand, so that nobody has to ask again.
    func reply(_ error: SidecarError) async -> Reply {
        var status: SidecarStatus?
        switch error {
        case .notActive, .busy, .loading, .switching, .failed, .timedOut: status = await sidecar.status
        default: break
        }
        var reply = reply { json in
            // Who failed: a router passes errors of many on.
            json.key("src")
            json.constant("workshop-sidecar")
            json.key("error")
            json.object { json in
                json.key("code")
                json.constant(error.code)
                json.key("message")
                json.string(error.message)
                json.key("hint")
                json.string(error.hint, orNull: ())
                if case .badRequest(let field) = error {
                    json.key("field")
                    json.string(field)
                }
                if case .failed(let failure) = error {
                    json.key("log")
                    json.array(failure.log) { $0.string($1) }
                }
            }
            if let status {
                json.key("status")
                status.write(&json)
            }
        }
        reply.status = error.status
        reply.retryAfter = error.retryAfter
        return reply
    }

    // MARK: Parts

    private func target(_ fields: RequestFields) throws(SidecarError) -> SwitchTarget {
        guard fields.has("profile") else { throw .badRequest(field: "profile") }
        if fields.isNull("profile") { return .nothing }
        guard let name = try fields.string("profile") else { throw .badRequest(field: "profile") }
        return .profile(try profile(name))
    }

    private func profile(_ name: String) throws(SidecarError) -> Profile {
        if let profile = sidecar.manifest.profile(name) { return profile }
        let names = sidecar.manifest.profiles.flatMap { [$0.id] + $0.aliases }
        throw .unknownProfile(hint: name.suggestion(among: names))
    }

    private static func fields(_ body: [UInt8]) throws(SidecarError) -> RequestFields {
        guard let fields = RequestFields(body) else { throw .notJSON }
        return fields
    }

    private func reply(_ status: HTTPResponse.Status, _ state: SidecarStatus) -> Reply {
        var json = JSONWriter(reserving: 1_024)
        state.write(&json)
        return Reply(status: status, body: json.bytes)
    }

    private func reply(_ fields: (inout JSONWriter) -> Void) -> Reply {
        var json = JSONWriter(reserving: 1_024)
        json.object(fields)
        return Reply(body: json.bytes)
    }

    private static func write(_ profile: Profile, isActive: Bool, _ json: inout JSONWriter) {
        json.object { json in
            json.key("id")
            json.string(profile.id)
            json.key("name")
            json.string(profile.name)
            json.key("aliases")
            json.array(profile.aliases) { $0.string($1) }
            json.key("active")
            json.boolean(isActive)
            json.key("server")
            switch profile.runner {
            case .process(let command):
                json.constant("process")
                json.key("present")
                json.boolean(command.hasModel)
            case .server(let server, let model):
                json.string(server.kind.rawValue)
                json.key("model")
                json.string(model)
            }
            json.key("ttl_s")
            json.seconds(profile.timeToLive)
            json.key("memory_bytes")
            if let memory = profile.memory { json.integer(memory) } else { json.null() }
        }
    }
}
