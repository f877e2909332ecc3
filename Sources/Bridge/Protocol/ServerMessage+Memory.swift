internal import Foundation
internal import Routing

extension ServerMessage {
    /// How many exchanges were forgotten.
    static func forgotten(_ id: RequestID, turns: Int) -> [UInt8] {
        result(id) { json in
            json.key("turns")
            json.integer(turns)
        }
    }

    /// Texts of so many bytes at most: a line has its limit, and a control character takes six bytes in JSON.
    private static let mostJournalBytes = 160 << 10

    static func journal(_ id: RequestID, _ entries: [Journal.Entry], say: String) -> [UInt8] {
        var bytes = 0
        let shown = entries.prefix { entry in
            bytes += entry.record.task.utf8.count + entry.record.answer.utf8.count
            return bytes <= mostJournalBytes
        }
        return result(id) { json in
            json.key("entries")
            json.array(shown) { json, entry in json.object { json in write(entry, &json) } }
            json.key("say")
            json.string(say)
        }
    }

    private static func write(_ entry: Journal.Entry, _ json: inout JSONWriter) {
        json.key("time")
        json.string(entry.time.formatted(.iso8601))
        if let caller = entry.record.caller {
            json.key("caller")
            json.string(caller)
        }
        if let kind = entry.record.kind {
            json.key("kind")
            json.string(kind)
        }
        json.key("task")
        json.string(entry.record.task)
        json.key("answer")
        json.string(entry.record.answer)
        if let backend = entry.record.backend {
            json.key("backend")
            json.string(backend)
        }
    }
}
