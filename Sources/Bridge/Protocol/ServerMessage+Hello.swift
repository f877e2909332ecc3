internal import Persona
internal import Routing

extension ServerMessage {
    /// What the daemon offers besides what every daemon did.
    private static let capabilities: [StaticString] = [
        "stream", "cancel", "subscribe", "backends", "models", "reload", "names", "rate", "switch", "budget.alert",
        "model.switching", "learning", "preferences", "experiment", "jobs", "compare", "migrate", "batch", "consensus",
    ]

    static func hello(_ id: RequestID, persona: PersonaID, maxInFlight: Int) -> [UInt8] {
        result(id) { json in
            json.key("protocol")
            json.integer(protocolVersion)
            json.key("server")
            json.constant("workshop")
            json.key("version")
            json.constant(Version.current)
            json.key("persona")
            json.string(persona.rawValue)
            json.key("capabilities")
            json.array(capabilities) { $0.constant($1) }
            json.key("limits")
            json.object { json in
                json.key("line_bytes")
                json.integer(LineBatcher.maxLine)
                json.key("in_flight")
                json.integer(maxInFlight)
            }
        }
    }
}
