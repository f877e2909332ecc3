/// Says whether bytes are one JSON value (RFC 8259), and which keys its outermost object has; nothing is decoded.
struct JSONShape {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index: Int
    private let end: Int
    private var keys: [Range<Int>] = []
    /// Deeper values are taken for broken ones.
    private static let maxDepth = 64

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    /// The keys of the outermost object, none for another value; nil when the range is not one JSON value.
    static func keys(of bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) -> [String]? {
        var reader = JSONShape(bytes, range)
        guard reader.value(0) else { return nil }
        reader.skipSpace()
        guard reader.index == reader.end else { return nil }
        return reader.keys.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    private var next: UInt8 { index < end ? bytes[index] : 0 }

    private mutating func skipSpace() {
        while index < end, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }

    private mutating func value(_ depth: Int) -> Bool {
        skipSpace()
        guard depth < Self.maxDepth else { return false }
        switch next {
        case UInt8(ascii: "{"): return members(depth)
        case UInt8(ascii: "["): return elements(depth)
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "t"): return literal("true")
        case UInt8(ascii: "f"): return literal("false")
        case UInt8(ascii: "n"): return literal("null")
        default: return number()
        }
    }

    private mutating func members(_ depth: Int) -> Bool {
        index += 1
        skipSpace()
        if next == UInt8(ascii: "}") { return step() }
        while true {
            skipSpace()
            guard let key = string() else { return false }
            if depth == 0 { keys.append(key) }
            skipSpace()
            guard next == UInt8(ascii: ":"), step(), value(depth + 1) else { return false }
            skipSpace()
            if next == UInt8(ascii: "}") { return step() }
            guard next == UInt8(ascii: ","), step() else { return false }
        }
    }

    private mutating func elements(_ depth: Int) -> Bool {
        index += 1
        skipSpace()
        if next == UInt8(ascii: "]") { return step() }
        while true {
            guard value(depth + 1) else { return false }
            skipSpace()
            if next == UInt8(ascii: "]") { return step() }
            guard next == UInt8(ascii: ","), step() else { return false }
        }
    }

    private mutating func step() -> Bool {
        index += 1
        return true
    }

    /// The inside of a string.
    private mutating func string() -> Range<Int>? {
        guard next == UInt8(ascii: "\"") else { return nil }
        let start = index + 1
        index = start
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""):
                index += 1
                return start..<(index - 1)
            case 0..<0x20: return nil
            default: index += 1
            }
        }
        return nil
    }

    private mutating func literal(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            guard index + word.count <= end, bytes[index..<(index + word.count)].elementsEqual(word) else {
                return false
            }
            index += word.count
            return true
        }
    }

    private mutating func number() -> Bool {
        let start = index
        while index < end, "+-.eE0123456789".utf8.contains(bytes[index]) { index += 1 }
        guard index > start else { return false }
        return Double(String(decoding: bytes[start..<index], as: UTF8.self)) != nil
    }
}
