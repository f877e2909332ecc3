/// Where fenced code begins and ends (CommonMark 0.31, section 4.5): a longer fence may stand around shorter ones, and one
/// that is closed on its own line is none.
struct CodeFences: Sendable {
    private var open: (mark: UInt8, count: Int, isQuoted: Bool)?

    /// Whether what comes next is code.
    var isOpen: Bool { open != nil }

    /// Whether what comes next is code whatever it is: a quotation ends with a line that has no mark of one.
    var isCertain: Bool { open.map { !$0.isQuoted } ?? false }

    /// Reads the next piece of a line.
    /// - Returns: whether it is code, or the fence of some.
    mutating func take(_ piece: ArraySlice<UInt8>) -> Bool {
        // In a quotation each line of the code has its mark.
        let isQuoted = piece.first == UInt8(ascii: ">")
        let piece = isQuoted && open?.isQuoted != false ? piece.drop { $0 == UInt8(ascii: ">") || $0 == 0x20 } : piece
        if let fence = open, fence.isQuoted, !isQuoted { open = nil }
        guard let mark = piece.first, mark == Self.tick || mark == UInt8(ascii: "~") else { return isOpen }
        let count = piece.prefix { $0 == mark }.count
        let rest = piece.dropFirst(count)
        if let fence = open {
            let isEnd = mark == fence.mark && count >= fence.count && rest.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            if isEnd { open = nil }
            return true
        }
        guard count >= 3, mark != Self.tick || !rest.contains(Self.tick) else { return false }
        open = (mark, count, isQuoted)
        return true
    }

    private static let tick = UInt8(ascii: "`")
}

/// Where a JSON object or array begins and ends in a reply that holds no fence around it.
struct JSONValueEdges: Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// Whether what comes next is of such a value.
    var isOpen: Bool { depth > 0 }

    /// Reads the next sentence.
    /// - Returns: whether it is of such a value.
    mutating func take(_ sentence: ArraySlice<UInt8>) -> Bool {
        guard depth > 0 || Self.begins(sentence) else { return false }
        for byte in sentence {
            if isInString {
                if !isEscaped, byte == UInt8(ascii: "\"") { isInString = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                depth -= 1
                if depth == 0 { break }
            }
        }
        return true
    }

    /// `{` or `[`, and behind it what JSON has there, or nothing more on the line: `[1]` and `[Name]` in prose are none.
    private static func begins(_ sentence: ArraySlice<UInt8>) -> Bool {
        guard let first = sentence.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
        guard let next = sentence.dropFirst().first(where: { $0 != 0x20 && $0 != 0x09 }) else { return true }
        return next == UInt8(ascii: "\"") || next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
    }
}
