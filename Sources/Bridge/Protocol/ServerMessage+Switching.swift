internal import Routing

extension ServerMessage {
    /// How it stands with a thought that waits for its model.
    static func switching(_ id: RequestID, _ notice: SwitchNotice) -> [UInt8] {
        notification("think.switching") { json in
            json.key("id")
            write(id, &json)
            write(notice, &json)
        }
    }

    /// The fields of a notice; a stream over HTTP has the same ones.
    static func write(_ notice: SwitchNotice, _ json: inout JSONWriter) {
        json.key("sidecar")
        json.string(notice.sidecar)
        json.key("profile")
        json.string(notice.profile)
        json.key("place")
        json.integer(notice.place)
        json.key("elapsed_s")
        json.seconds(notice.elapsed)
        json.key("expected_s")
        json.seconds(notice.expected)
    }

    /// A notice as an object of its own.
    static func json(of notice: SwitchNotice) -> [UInt8] {
        var json = JSONWriter()
        json.object { write(notice, &$0) }
        return json.bytes
    }

    /// A sidecar stands otherwise than before.
    static func switching(_ lamp: SwitchLamp) -> [UInt8] {
        notification("model.switching") { write(lamp, &$0) }
    }

    static func write(_ lamp: SwitchLamp, _ json: inout JSONWriter) {
        json.key("sidecar")
        json.string(lamp.sidecar)
        json.key("state")
        json.string(lamp.state.rawValue)
        json.key("active")
        json.string(lamp.active, orNull: ())
        json.key("profile")
        json.string(lamp.profile, orNull: ())
        json.key("waiting")
        json.integer(lamp.waiting)
    }

    /// What a backend's lamp says of its model, where that is loaded on demand.
    static func write(_ place: ModelPlace?, _ lamps: SwitchLamps, _ json: inout JSONWriter) {
        guard let place else { return }
        let lamp = lamps[place.sidecar]
        json.key("model_place")
        json.object { json in
            json.key("sidecar")
            json.string(place.sidecar)
            json.key("profile")
            json.string(place.profile)
            json.key("loaded")
            json.boolean(lamp?.activeNames.contains(place.profile) ?? false)
            json.key("state")
            json.string((lamp?.state ?? .unknown).rawValue)
            json.key("waiting")
            json.integer(lamp?.waiting ?? 0)
        }
    }
}
