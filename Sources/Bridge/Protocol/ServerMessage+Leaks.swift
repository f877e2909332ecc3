internal import Foundation
internal import Routing

extension ServerMessage {
    static func leaks(_ id: RequestID, _ leaks: [Quarantine.Leak]) -> [UInt8] {
        result(id) { json in
            json.key("leaks")
            json.array(leaks) { json, leak in json.object { write(leak, &$0) } }
        }
    }

    static func leak(_ id: RequestID, _ leak: Quarantine.Leak) -> [UInt8] {
        result(id) { json in
            write(leak, &json)
            guard let texts = leak.texts else { return }
            json.key("task")
            json.string(cut(texts.task))
            json.key("texts")
            json.array(texts.held) { $0.string(cut($1)) }
        }
    }

    /// A line has its limit, and a text may need six bytes for each of its own.
    private static func cut(_ text: String) -> String { text.pieces(atMost: 16 << 10).first ?? "" }

    private static func write(_ leak: Quarantine.Leak, _ json: inout JSONWriter) {
        json.key("leak")
        json.integer(leak.id)
        json.key("time")
        json.string(leak.time.formatted(.iso8601))
        json.key("persona")
        json.string(leak.persona)
        if let caller = leak.caller {
            json.key("caller")
            json.string(caller)
        }
        json.key("class")
        json.string(leak.identityClass)
        json.key("severity")
        json.string(leak.severity)
        json.key("field")
        json.string(leak.field)
        json.key("state")
        json.string(leak.state.rawValue)
    }
}
