/// How much two rehearsals of the same steps differ. Pure.
struct Comparison: Sendable, Equatable {
    /// Where the first difference is, never what.
    struct Place: Sendable, Equatable, CustomStringConvertible {
        /// The part of what is compared.
        enum Part: String, Sendable {
            case count = "the number of requests"
            case connection = "the connection"
            case requestLine = "the request line"
            case header = "the headers"
            case body = "the body"
            case decision = "the routing decision"
        }

        /// Which persona's, counted from zero.
        var persona: Int
        /// Which step, counted from zero.
        var step: Int
        /// Which request of the step, counted from zero.
        var request: Int
        /// The part.
        var part: Part
        /// Which byte of the request.
        var offset: Int

        /// In words.
        var description: String {
            "persona \(persona), step \(step), request \(request): \(part.rawValue), at byte \(offset)"
        }
    }

    /// How many requests are not the same, in any byte, in their connection, or because one has no counterpart.
    var differing = 0
    /// How many bytes are not the same; a byte that only one has counts as one.
    var bytes = 0
    /// How many decisions are not the same.
    var decisions = 0
    /// How many requests of the later personas were held against the first one's.
    var requests = 0
    /// Where it begins.
    var first: Place?

    /// Whether everything is the same.
    var isSame: Bool { differing == 0 && bytes == 0 && decisions == 0 }

    /// Holds a record against the first persona's of the same step.
    mutating func add(_ record: RehearsalRecord, like base: RehearsalRecord, persona: Int, step: Int) {
        func place(_ request: Int, _ part: Place.Part, _ offset: Int = 0) -> Place {
            Place(persona: persona, step: step, request: request, part: part, offset: offset)
        }
        requests += record.received.count
        for (number, (one, other)) in zip(base.received, record.received).enumerated() where one != other {
            differing += 1
            if one.bytes == other.bytes {
                first = first ?? place(number, .connection)
                continue
            }
            let same = zip(one.bytes, other.bytes).prefix { $0 == $1 }.count
            bytes += zip(one.bytes, other.bytes).count { $0 != $1 } + abs(one.bytes.count - other.bytes.count)
            first = first ?? place(number, Self.part(of: one, at: same), same)
        }
        let alone =
            base.received.dropFirst(record.received.count) + record.received.dropFirst(base.received.count)
        if !alone.isEmpty {
            differing += alone.count
            bytes += alone.reduce(0) { $0 + $1.bytes.count }
            first = first ?? place(min(record.received.count, base.received.count), .count)
        }
        if record.decision != base.decision {
            decisions += 1
            first = first ?? place(0, .decision)
        }
    }

    private static func part(of request: ReceivedRequest, at offset: Int) -> Place.Part {
        if offset >= request.headEnd { return .body }
        return offset < request.bytes.prefix { $0 != UInt8(ascii: "\r") }.count ? .requestLine : .header
    }
}
