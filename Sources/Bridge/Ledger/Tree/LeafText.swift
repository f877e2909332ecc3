internal import Foundation

/// What a leaf stands for; the number is kept in the ledger.
enum LeafSource: Int64, Sendable, CaseIterable {
    /// A row of `egress`.
    case egress = 1
    /// A row of `guard_event`.
    case event = 2
    /// The same, of rows that are older than the tree: they were taken into it later, as they stood then.
    case adoptedEgress = 3
    case adoptedEvent = 4
    /// A row of `retention`: payloads were forgotten.
    case retention = 5

    fileprivate var name: StaticString {
        switch self {
        case .egress: "egress"
        case .event: "event"
        case .adoptedEgress: "adopted egress"
        case .adoptedEvent: "adopted event"
        case .retention: "retention"
        }
    }

    /// Those whose rows are in `egress`.
    var isEgress: Bool { self == .egress || self == .adoptedEgress }
}

/// The bytes of a leaf, the same for the same row at every time and in every version.
///
/// A line `workshop-ledger/1 ` and the kind, then a line for each value that is there: name, space, the number of the value's
/// bytes, space, value. Texts are UTF-8, numbers decimal, bytes in lower hex. A value that is NULL has no line. The lengths
/// make it injective: no two rows have the same bytes.
struct LeafText {
    private(set) var bytes: [UInt8]

    init(_ source: LeafSource) {
        bytes = []
        bytes.reserveCapacity(512)
        append("workshop-ledger/1 ")
        append(source.name)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func text(_ name: StaticString, _ value: String?) {
        guard var value else { return }
        value.withUTF8 { text in
            // As it is read again: a text of SQLite ends at a zero.
            let end = text.firstIndex(of: 0) ?? text.endIndex
            begin(name, end)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<end]))
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func integer(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        begin(name, Self.length(value))
        append(value)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func hex(_ name: StaticString, _ value: [UInt8]) { value.withUnsafeBytes { hex(name, $0) } }
    mutating func hex(_ name: StaticString, _ value: Data) { value.withUnsafeBytes { hex(name, $0) } }

    private mutating func hex(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        begin(name, value.count * 2)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: value.count * 2) { digits in
            for (place, byte) in value.enumerated() {
                digits[2 * place] = Self.digit(byte >> 4)
                digits[2 * place + 1] = Self.digit(byte & 15)
            }
            bytes.append(contentsOf: digits)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    var hash: TreeHash { .leaf(bytes) }

    /// A line up to its value, which has that many bytes.
    private mutating func begin(_ name: StaticString, _ count: Int) {
        append(name)
        bytes.append(UInt8(ascii: " "))
        append(Int64(count))
        bytes.append(UInt8(ascii: " "))
    }

    /// How many bytes a number has in decimal.
    private static func length(_ value: Int64) -> Int {
        var (length, rest) = (value < 0 ? 2 : 1, value.magnitude / 10)
        while rest > 0 {
            length += 1
            rest /= 10
        }
        return length
    }

    /// A number in decimal.
    private mutating func append(_ value: Int64) {
        let start = bytes.count
        let length = Self.length(value)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "-"), count: length))
        var (place, rest) = (start + length, value.magnitude)
        repeat {
            place -= 1
            bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }

    private mutating func append(_ constant: StaticString) {
        constant.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}

/// A row of `egress`, as its leaf tells it.
struct EgressLeaf {
    var sequence: Int64
    var time: Int64
    var purpose: String
    var backend: String
    var model: String
    var thought: String?
    var attempt: Int64
    var kind: String?
    /// The keyed name of the caller: a proof may be shown to others.
    var caller: [UInt8]?
    var bytesSent: Int64
    var digest: Data
    /// Whether the payload was kept; nil in adopted rows.
    var isKept: Bool?
    var standIns: Int64?
    var guardSet: GuardSet?

    func text(_ source: LeafSource) -> LeafText {
        var text = LeafText(source)
        text.integer("seq", sequence)
        text.integer("time_ms", time)
        text.text("purpose", purpose)
        text.text("backend", backend)
        text.text("model", model)
        text.text("thought", thought)
        text.integer("attempt", attempt)
        text.text("kind", kind)
        if let caller { text.hex("caller", caller) }
        text.integer("bytes_sent", bytesSent)
        text.hex("digest", digest)
        text.integer("payload", isKept.map { $0 ? 1 : 0 })
        text.integer("stand_ins", standIns)
        guardSet?.write(&text)
        return text
    }
}

/// A row of `guard_event`, as its leaf tells it. The verdict is a word like any other.
struct EventLeaf {
    var id: Int64
    var time: Int64
    var verdict: String
    var identityClass: String
    var place: String
    var backend: String?
    var guardSet: GuardSet?

    func text(_ source: LeafSource) -> LeafText {
        var text = LeafText(source)
        text.integer("id", id)
        text.integer("time_ms", time)
        text.text("verdict", verdict)
        text.text("class", identityClass)
        text.text("place", place)
        text.text("backend", backend)
        guardSet?.write(&text)
        return text
    }
}

/// A row of `retention`, as its leaf tells it.
struct RetentionLeaf {
    var id: Int64
    var time: Int64
    /// Payloads of days before this one, which counts from 1970-01-01, UTC, are forgotten.
    var beforeDay: Int64
    var payloads: Int64

    var text: LeafText {
        var text = LeafText(.retention)
        text.integer("id", id)
        text.integer("time_ms", time)
        text.integer("before_day", beforeDay)
        text.integer("payloads", payloads)
        return text
    }
}

/// Which guard read a request: the program, and what it was guarding.
struct GuardSet: Sendable, Equatable {
    /// Its row in `guard_set`.
    var id: Int64
    /// The version of the program.
    var version: String
    /// A keyed name of the terms: equal for equal terms, and nothing can be guessed from it.
    var identity: Data

    fileprivate func write(_ text: inout LeafText) {
        text.text("guard", version)
        text.hex("identity", identity)
    }
}
