/// Reads JSON (RFC 8259), strictly, in one pass.
///
/// By hand, because every line of a client and every piece of an answer is JSON, and Foundation takes fifteen times as
/// long to read a small object.
package struct JSONParser {
    /// What is read is no JSON, nests too deep, or holds a number that no number can be.
    package struct Malformed: Error {}

    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    /// How much deeper brackets may nest: a parser must not be led into deep recursion.
    private var depth: Int

    private init(_ bytes: UnsafeRawBufferPointer, deepest: Int) {
        self.bytes = bytes
        depth = deepest
    }

    /// The value that a text says, with nothing but white space around it. A byte order mark before it is passed over.
    package static func parse(_ bytes: UnsafeRawBufferPointer, deepest: Int = 512) throws(Malformed) -> JSONValue {
        var parser = JSONParser(bytes, deepest: deepest)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.place = 3 }
        let value = try parser.value()
        guard parser.next() == nil else { throw Malformed() }
        return value
    }

    /// The next byte that is no white space, which stays where it is.
    private mutating func next() -> UInt8? {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            case let byte: return byte
            }
        }
        return nil
    }

    private mutating func value() throws(Malformed) -> JSONValue {
        switch next() {
        case UInt8(ascii: "{"): return try nested { parser throws(Malformed) in .object(try parser.fields()) }
        case UInt8(ascii: "["): return try nested { parser throws(Malformed) in .array(try parser.elements()) }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ read: (inout JSONParser) throws(Malformed) -> JSONValue
    ) throws(Malformed) -> JSONValue {
        guard depth > 0 else { throw Malformed() }
        depth -= 1
        place += 1
        let value = try read(&self)
        depth += 1
        return value
    }

    private mutating func fields() throws(Malformed) -> [JSONValue.Field] {
        var fields: [JSONValue.Field] = []
        if take(UInt8(ascii: "}")) { return fields }
        // Most have a few: no place is made for one, then for two, then for four.
        fields.reserveCapacity(4)
        repeat {
            guard next() == UInt8(ascii: "\"") else { throw Malformed() }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw Malformed() }
            fields.append(.init(key: key, value: try value()))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw Malformed() }
        return fields
    }

    private mutating func elements() throws(Malformed) -> [JSONValue] {
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return elements }
        repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw Malformed() }
        return elements
    }

    /// Passes over this byte, and white space before it, when it comes next.
    private mutating func take(_ byte: UInt8) -> Bool {
        guard next() == byte else { return false }
        place += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Malformed) -> JSONValue {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ bytes[place..<end].elementsEqual($0) }) else {
            throw Malformed()
        }
        place = end
        return value
    }

    // MARK: Strings

    private mutating func string() throws(Malformed) -> String {
        place += 1
        let start = place
        var all: UInt8 = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<place])
                place += 1
                // Most texts are ASCII, which needs no proof.
                return all < 0x80 ? String(decoding: text, as: UTF8.self) : try self.text(of: text)
            }
            if byte == UInt8(ascii: "\\") { return try string(withEscapesFrom: start) }
            guard byte >= 0x20 else { throw Malformed() }
            all |= byte
            place += 1
        }
        throw Malformed()
    }

    /// Goes on at the first escape of a string.
    private mutating func string(withEscapesFrom start: Int) throws(Malformed) -> String {
        var out = Array(bytes[start..<place])
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place += 1
                return try text(of: out)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20: throw Malformed()
            case let byte:
                out.append(byte)
                place += 1
            }
        }
        throw Malformed()
    }

    private func text(of bytes: some Sequence<UInt8>) throws(Malformed) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed() }
        return text
    }

    private mutating func escape(into out: inout [UInt8]) throws(Malformed) {
        guard place + 1 < bytes.count else { throw Malformed() }
        let kind = bytes[place + 1]
        place += 2
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(kind)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"): out.append(contentsOf: String(try scalar()).utf8)
        default: throw Malformed()
        }
    }

    /// The four digits behind `\u`, and those of the second half of a pair.
    private mutating func scalar() throws(Malformed) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        guard UTF16.isLeadSurrogate(first), place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
            bytes[place + 1] == UInt8(ascii: "u")
        else { throw Malformed() }
        place += 2
        let second = try unit()
        guard UTF16.isTrailSurrogate(second),
            let scalar = Unicode.Scalar(0x1_0000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw Malformed() }
        return scalar
    }

    private mutating func unit() throws(Malformed) -> UInt16 {
        guard place + 4 <= bytes.count else { throw Malformed() }
        var unit: UInt16 = 0
        for byte in bytes[place..<(place + 4)] {
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt16(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: unit = unit << 4 | UInt16((byte | 0x20) - 0x61 + 10)
            default: throw Malformed()
            }
        }
        place += 4
        return unit
    }

    // MARK: Numbers

    /// A number without a fraction is an integer where one can be that large, also when it is written with a point.
    private mutating func number() throws(Malformed) -> JSONValue {
        let start = place
        if place < bytes.count, bytes[place] == UInt8(ascii: "-") { place += 1 }
        let first = place
        try digits()
        guard place == first + 1 || bytes[first] != 0x30 else { throw Malformed() }
        var isWhole = true
        if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
            isWhole = false
            place += 1
            try digits()
        }
        if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            place += 1
            if place < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[place]) { place += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole {
            if let integer = Int64(text) { return .integer(integer) }
            if let unsigned = UInt64(text) { return .unsigned(unsigned) }
        }
        guard let number = Double(text), number.isFinite else { throw Malformed() }
        if let integer = Int64(exactly: number) { return .integer(integer) }
        return UInt64(exactly: number).map { .unsigned($0) } ?? .number(number)
    }

    private mutating func digits() throws(Malformed) {
        let start = place
        while place < bytes.count, bytes[place] &- 0x30 < 10 { place += 1 }
        guard place > start else { throw Malformed() }
    }
}
