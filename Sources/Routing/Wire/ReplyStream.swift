/// How one format reads what a backend sends. Framing, limits and ends are common to all: see ``ReplyStream``.
protocol ReplyReader {
    /// How the events of a stream are told apart.
    static var framing: ReplyFraming { get }

    /// Reads one event of a stream.
    mutating func read(_ event: [UInt8], into answer: inout PartialAnswer) throws(WireError)

    /// Reads a reply that is one piece.
    func readWhole(_ body: [UInt8], into answer: inout PartialAnswer) throws(WireError)
}

/// How the events of a stream are told apart.
enum ReplyFraming {
    /// `text/event-stream`.
    case serverSentEvents
    /// One JSON value on each line.
    case lines
    /// The format has no streams.
    case whole
}

extension ReplyReader {
    /// Reads a whole reply; also one that was streamed although nobody asked for that.
    func decode(_ body: [UInt8]) throws(WireError) -> Completion {
        guard !body.isEmpty else { throw WireError(.empty) }
        let isWhole =
            switch Self.framing {
            case .whole: true
            case .lines: !body.holdsLines
            case .serverSentEvents: body.firstMeaningful.map { body[$0].opensJSON } == true
            }
        guard isWhole else {
            var stream = ReplyStream(self)
            _ = try stream.feed(body)
            return try stream.finish().completion
        }
        var answer = PartialAnswer()
        do throws(WireError) {
            try readWhole(body, into: &answer)
            answer.end()
            return try answer.completion()
        } catch { throw error.counting(answer.usage) }
    }
}

/// Reads one streamed reply of any format.
///
/// A server that was asked for a stream may answer in one piece all the same; that is read too.
struct ReplyStream<Reader: ReplyReader>: StreamDecoder {
    private enum Mode {
        case undecided, events, lines, whole
    }

    private var reader: Reader
    private var mode = Mode.undecided
    private var events = ServerSentEvents()
    private var lines = LineSplitter()
    private var body: [UInt8] = []
    private var answer = PartialAnswer()
    private var sawEvent = false

    init(_ reader: Reader) {
        self.reader = reader
    }

    var usage: Usage { answer.usage }

    var hasFinished: Bool { answer.isOver || answer.finish != nil }

    mutating func feed(_ bytes: [UInt8]) throws(WireError) -> (text: String, hasProgressed: Bool) {
        do throws(WireError) {
            var bytes = bytes
            if mode == .undecided {
                // It says nothing, and is nothing to the reader either, whether it comes by itself or not.
                let start = Reader.framing == .whole ? 0 : bytes.firstMeaningful ?? bytes.endIndex
                if start > 0 { bytes.removeFirst(start) }
                mode = Self.mode(of: bytes)
            }
            switch mode {
            case .undecided: break
            case .events:
                let complete: [ServerSentEvents.Event]
                do { complete = try events.feed(bytes) } catch { throw WireError(.tooLarge) }
                for event in complete { try take(event.data) }
            case .lines:
                let complete: [[UInt8]]
                do { complete = try lines.feed(bytes) } catch { throw WireError(.tooLarge) }
                for line in complete { try take(line) }
            case .whole:
                body += bytes
                answer.hasProgressed = true
            }
            return try answer.take()
        } catch { throw error.counting(answer.usage) }
    }

    mutating func finish() throws(WireError) -> (rest: String, completion: Completion) {
        do throws(WireError) {
            switch mode {
            case .undecided: break
            case .events: if let event = events.finish() { try take(event.data) }
            case .lines: if let line = lines.finish() { try take(line) }
            case .whole:
                sawEvent = true
                try reader.readWhole(body, into: &answer)
            }
            // A 200 with no event at all is no stream: HTML, say, or nothing.
            guard sawEvent else { throw WireError(.malformed) }
            answer.end()
            let completion = try answer.completion()
            return (try answer.take().text, completion)
        } catch { throw error.counting(answer.usage) }
    }

    /// What the first byte shows that means anything; nothing while there is none.
    private static func mode(of bytes: [UInt8]) -> Mode {
        guard Reader.framing != .whole else { return .whole }
        guard let first = bytes.first else { return .undecided }
        guard Reader.framing != .lines else { return .lines }
        return first.opensJSON ? .whole : .events
    }

    private mutating func take(_ event: [UInt8]) throws(WireError) {
        guard !answer.isOver else { return }
        try reader.read(event, into: &answer)
        sawEvent = true
    }
}

/// Cuts a stream of bytes into lines (https://github.com/ndjson/ndjson-spec); empty ones are passed over.
struct LineSplitter {
    /// A line grew over the limit.
    struct TooLarge: Error {}

    private let limit: Int
    private var line: [UInt8] = []

    /// - Parameter limit: how many bytes one line may have.
    init(limit: Int = 1 << 20) {
        self.limit = limit
    }

    /// Takes the next bytes, and gives the lines that are complete with them.
    mutating func feed(_ bytes: [UInt8]) throws(TooLarge) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                if line.count > limit { throw TooLarge() }
                continue
            }
            if let line = finish() { lines.append(line) }
        }
        return lines
    }

    /// Takes the end of the input, and gives the line that had none.
    mutating func finish() -> [UInt8]? {
        defer { line.removeAll(keepingCapacity: true) }
        return line.contains { $0 > 0x20 } ? line : nil
    }
}

extension [UInt8] {
    /// Where the first byte is that is neither white space nor part of a byte order mark.
    fileprivate var firstMeaningful: Int? { firstIndex { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) } }

    /// Whether there is JSON on more than one line, each beginning an object of its own.
    fileprivate var holdsLines: Bool {
        split(separator: UInt8(ascii: "\n")).count { $0.first == UInt8(ascii: "{") } > 1
    }
}

extension UInt8 {
    /// Whether an object or a list begins with it.
    fileprivate var opensJSON: Bool { self == UInt8(ascii: "{") || self == UInt8(ascii: "[") }
}

extension WireError {
    /// The error, with what had been counted until then unless it says so itself.
    func counting(_ counts: Usage) -> WireError {
        guard usage == .missing else { return self }
        return WireError(failure, retryAfter: retryAfter, usage: counts)
    }
}
