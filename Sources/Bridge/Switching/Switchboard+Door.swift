internal import HTTPTypes
internal import Routing

/// What the front door shows of the sidecars, and how a person switches a model.
extension Switchboard {
    /// `GET /models/status`: each sidecar's own status, asked now, and the queue here.
    func status() async -> [UInt8] {
        let replies = await replies(to: .status)
        return Self.list(replies) { name, json in
            guard let queue = desks[name]?.queue else { return }
            json.key("queue")
            json.object { Self.write(queue, &$0) }
        }
    }

    /// `GET /models/available`: the profiles of each.
    func available() async -> [UInt8] { Self.list(await replies(to: .available)) { _, _ in } }

    /// `POST /models/switch`: as the sidecar's own request, with `sidecar` where there are several.
    func change(_ body: [UInt8]) async -> (status: Int, body: [UInt8]) {
        do throws(SidecarError) {
            guard let fields = RequestFields(body) else { throw .notJSON }
            try fields.allow(["sidecar", "profile", "if_busy", "wait", "patience_s"])
            guard fields.has("profile") else { throw .badRequest(field: "profile") }
            let profile = fields.isNull("profile") ? nil : try fields.string("profile")
            let ifBusy: SwitchWish.IfBusy = try fields.choice("if_busy") ?? .refuse
            // To stop what is at work, one asks the sidecar itself.
            guard ifBusy != .stop else { throw .badRequest(field: "if_busy") }
            let wanted = fields.isNull("sidecar") ? nil : try fields.string("sidecar")
            let waits = try fields.boolean("wait") ?? true
            let patience = try fields.integer("patience_s", in: 1...3_600) ?? 120
            guard let name = await find(wanted, profile), let desk = desks[name] else {
                let message = "There is no sidecar of that name, or none with that profile."
                return (404, Self.error("unknown_sidecar", message))
            }
            let call = SidecarCall.change(to: profile, ifBusy: ifBusy.rawValue, waits: waits, patience: patience)
            let reply = await desk.line.ask(call, limit: .seconds(patience + 10))
            await look(at: name)
            switch reply {
            case .success(let reply): return (reply.status, reply.body)
            case .failure(let refusal): return (502, Self.error("unreachable", refusal.failure.sentence, src: name))
            }
        } catch {
            return (error.status.code, Self.error(error.code.description, error.message))
        }
    }

    /// The sidecar of that name; without one, the one that has the profile, or the only one.
    private func find(_ name: String?, _ profile: String?) async -> String? {
        if let name { return desks[name] == nil ? nil : name }
        if desks.count == 1 { return sidecars.first }
        guard let profile else { return nil }
        for sidecar in sidecars where await desks[sidecar]?.line.names()?[profile] != nil { return sidecar }
        return nil
    }

    /// What each says, asked beside each other.
    private func replies(to call: SidecarCall) async -> [(name: String, reply: Result<HTTPReply, ModelRefusal>)] {
        let lines = desks.map { ($0.key, $0.value.line) }
        var replies = await withTaskGroup(of: (name: String, reply: Result<HTTPReply, ModelRefusal>).self) { group in
            for (name, line) in lines { group.addTask { (name, await line.ask(call)) } }
            var replies: [(name: String, reply: Result<HTTPReply, ModelRefusal>)] = []
            for await reply in group { replies.append(reply) }
            return replies
        }
        replies.sort { $0.name < $1.name }
        return replies
    }

    /// `{"sidecars": [{"sidecar", ..., "reply", "error"}]}`.
    private static func list(
        _ replies: [(name: String, reply: Result<HTTPReply, ModelRefusal>)],
        _ more: (String, inout JSONWriter) -> Void
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 1_024)
        json.object { json in
            json.key("sidecars")
            json.array(replies) { json, entry in
                json.object { json in
                    json.key("sidecar")
                    json.string(entry.name)
                    more(entry.name, &json)
                    write(entry.reply, &json)
                }
            }
        }
        return json.bytes
    }

    private static func write(_ reply: Result<HTTPReply, ModelRefusal>, _ json: inout JSONWriter) {
        var (said, failure): ([UInt8]?, FailureClass?)
        switch reply {
        case .success(let reply) where reply.status == 200 && isJSON(reply.body): said = reply.body
        case .success(let reply): failure = SidecarLine.failure(reply.status)
        case .failure(let refusal): failure = refusal.failure
        }
        json.key("reply")
        if let said { json.raw(said) } else { json.null() }
        json.key("error")
        json.string(failure?.rawValue, orNull: ())
    }

    private static func isJSON(_ body: [UInt8]) -> Bool {
        (try? body.withUnsafeBytes { try JSONParser.parse($0) }) != nil
    }

    private static func write(_ queue: ModelQueue, _ json: inout JSONWriter) {
        json.key("active")
        json.string(queue.active, orNull: ())
        json.key("switching_to")
        json.string(queue.course?.target, orNull: ())
        json.key("in_flight")
        json.integer(queue.inFlight)
        json.key("waiting")
        json.array(queue.line) { json, ticket in
            json.object { json in
                json.key("profile")
                json.string(ticket.profile)
                json.key("waited_s")
                json.seconds(ContinuousClock.now - ticket.arrived)
            }
        }
        let tally = queue.tally
        json.key("totals")
        json.object { json in
            for (key, count) in [
                ("arrived", tally.arrived), ("granted", tally.granted), ("left", tally.left),
                ("switches", tally.switches),
            ] as [(StaticString, Int)] {
                json.key(key)
                json.integer(count)
            }
            json.key("refused")
            json.object { json in
                for (failure, count) in tally.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    json.key(escaping: failure.rawValue)
                    json.integer(count)
                }
            }
        }
    }

    /// In the sidecar's own form.
    /// - Parameter src: who failed: the daemon, or a sidecar by its name in the configuration.
    private static func error(_ code: String, _ message: String, src: String = DoorError.ourselves) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("src")
            json.string(src)
            json.key("error")
            json.object { json in
                json.key("code")
                json.string(code)
                json.key("message")
                json.string(message)
            }
        }
        return json.bytes
    }
}
