internal import Routing

/// Server-sent events as they are written (https://html.spec.whatwg.org/multipage/server-sent-events.html). JSON of ours
/// has no line breaks, so that each event has one line of data.
enum SSE {
    static let data = Array("data: ".utf8)
    static let end = Array("\n\n".utf8)
    /// OpenAI's word for the end of a stream.
    static let done = Array("data: [DONE]\n\n".utf8)
    /// A line that every client passes over.
    static let comment = Array(": ping\n\n".utf8)

    /// An event without a name.
    static func event(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.object(body)
        return data + onOneLine(json.bytes) + end
    }

    /// An event of that name. Names are ours and hold no line break.
    static func event(_ name: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.object(body)
        return Array("event: \(name)\ndata: ".utf8) + onOneLine(json.bytes) + end
    }

    /// JSON without the breaks of lines that are none in JSON and none in an event, but that many a client's way of
    /// reading lines takes for some: U+0085, U+2028 and U+2029 (Python's `str.splitlines`, which httpx uses).
    static func onOneLine(_ json: [UInt8]) -> [UInt8] {
        func escaped(at place: Int) -> (text: StaticString, count: Int)? {
            let rest = json[place...].prefix(3)
            if rest.elementsEqual([0xE2, 0x80, 0xA8]) { return ("\\u2028", 3) }
            if rest.elementsEqual([0xE2, 0x80, 0xA9]) { return ("\\u2029", 3) }
            return rest.prefix(2).elementsEqual([0xC2, 0x85]) ? ("\\u0085", 2) : nil
        }
        guard json.contains(where: { $0 == 0xE2 || $0 == 0xC2 }) else { return json }
        var out: [UInt8] = []
        out.reserveCapacity(json.count + 16)
        var place = 0
        while place < json.count {
            if json[place] == 0xE2 || json[place] == 0xC2, let (text, count) = escaped(at: place) {
                text.withUTF8Buffer { out += $0 }
                place += count
            } else {
                out.append(json[place])
                place += 1
            }
        }
        return out
    }
}

/// The text of an answer as the door gives it.
enum ReplyText {
    /// In the persona's words when one was asked for, and otherwise the answer alone.
    static func whole(of reply: Reply, for request: DoorRequest) -> String {
        let text = request.params.persona == nil ? reply.plain : reply.text
        guard request.wantsJSON else { return text }
        var fence = Fence()
        return fence.feed(text) + fence.finish()
    }
}

/// Who answered: a field of the last piece of a stream, whose head was gone before anybody knew.
enum ReplyOrigin {
    static func write(_ reply: Reply, _ json: inout JSONWriter) {
        let answer = reply.answer
        json.key("workshop")
        json.object { json in
            json.key("backend")
            json.string(answer.backend.rawValue)
            json.key("model")
            json.string(answer.model)
            json.key("attempts")
            json.integer(answer.attempts.count)
            json.key("cost_usd")
            if let cost = answer.cost { json.number(cost.dollars) } else { json.null() }
            json.key("thought")
            json.string(answer.thought)
            json.key("kind")
            json.string(answer.kind.rawValue)
            json.key("cached")
            json.boolean(answer.isCached)
            json.key("usage_source")
            json.string(answer.usage.source.rawValue)
        }
    }
}

extension DoorError {
    /// Who failed, in the error's object of both dialects; no vendor has these fields, and no SDK minds them.
    func writeOrigin(_ json: inout JSONWriter) {
        json.key("src")
        json.string(src)
        guard let attempts else { return }
        json.key("attempts")
        json.array(attempts) { json, attempt in
            json.object { json in
                json.key("backend")
                json.string(attempt.backend)
                json.key("outcome")
                json.string(attempt.outcome)
            }
        }
    }
}
