/// Cuts a stream of bytes into the events of `text/event-stream`
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html), however the bytes are split.
///
/// It works on bytes: a character that is cut in the middle is whole again before anybody decodes it. Lines end with
/// LF, CR LF or CR; comments (`: ping`) and fields other than `data` and `event` are passed over.
struct ServerSentEvents {
    /// One event.
    struct Event: Equatable {
        /// The `event` field; empty when there was none.
        var name: [UInt8] = []
        /// The `data` fields, joined by LF.
        var data: [UInt8] = []
    }

    /// An event grew over the limit.
    struct TooLarge: Error {}

    private let limit: Int
    private var line: [UInt8] = []
    private var event = Event()
    private var hasData = false
    private var wasCarriageReturn = false
    private var isFirstLine = true

    /// - Parameter limit: how many bytes one event may have.
    init(limit: Int = 1 << 20) {
        self.limit = limit
    }

    /// Takes the next bytes, and gives the events that are complete with them.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [Event] { try feed(Array(bytes)) }

    /// Takes the next bytes, and gives the events that are complete with them.
    mutating func feed(_ bytes: [UInt8]) throws(TooLarge) -> [Event] {
        var events: [Event] = []
        var place = 0
        while place < bytes.count {
            let start = place
            place = bytes.withUnsafeBufferPointer { bytes in
                var end = start
                while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") { end += 1 }
                return end
            }
            if place > start {
                wasCarriageReturn = false
                line.append(contentsOf: bytes[start..<place])
                if line.count + event.data.count > limit { throw TooLarge() }
            }
            guard place < bytes.count else { break }
            // The LF of a CR LF whose CR has ended the line already.
            let isSecondHalf = wasCarriageReturn && bytes[place] == UInt8(ascii: "\n")
            wasCarriageReturn = bytes[place] == UInt8(ascii: "\r")
            place += 1
            if !isSecondHalf, let event = endLine() { events.append(event) }
        }
        return events
    }

    /// Takes the end of the input, and gives the event that was not closed by an empty line. The standard drops it;
    /// servers that forget the last empty line are too common for that.
    mutating func finish() -> Event? {
        if let event = line.isEmpty ? nil : endLine() { return event }
        return endLine()
    }

    /// Takes a whole line; an empty one closes the event.
    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else {
            defer {
                event = Event()
                hasData = false
            }
            return hasData ? event : nil
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch line[..<colon] {
        case Self.data:
            if hasData { event.data.append(UInt8(ascii: "\n")) }
            event.data.append(contentsOf: value)
            hasData = true
        case Self.name: event.name = Array(value)
        default: break
        }
        return nil
    }

    private static let data = Array("data".utf8)[...]
    private static let name = Array("event".utf8)[...]
}
