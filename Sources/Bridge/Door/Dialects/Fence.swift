/// Takes a Markdown fence off an answer that a program reads: models put one around JSON however they are asked.
///
/// Of anything else every byte stays. Pieces may be cut anywhere.
struct Fence: Sendable {
    private enum Place {
        /// What has come may still be a fence.
        case before
        /// Inside of one; what is held may be its end.
        case inside
        /// There is none.
        case none
    }

    private var place = Place.before
    private var held: [UInt8] = []

    private static let tick = UInt8(ascii: "`")
    /// How long a fence's line may be, and the white space before it.
    private static let longest = 64

    /// What may be shown after this piece.
    mutating func feed(_ piece: String) -> String {
        switch place {
        case .none: return piece
        case .before:
            held += piece.utf8
            return begin()
        case .inside: return go(on: Array(piece.utf8))
        }
    }

    /// What is left at the end.
    mutating func finish() -> String {
        defer {
            place = .none
            held = []
        }
        if case .inside = place {
            let line = held.drop { Self.isSpace($0) }
            if line.prefix(3).elementsEqual([Self.tick, Self.tick, Self.tick]) { return "" }
        }
        return String(decoding: held, as: UTF8.self)
    }

    private mutating func begin() -> String {
        let line = held.drop { Self.isSpace($0) }
        let ticks = line.prefix(3)
        guard line.startIndex <= Self.longest, ticks.allSatisfy({ $0 == Self.tick }) else { return pass() }
        return ticks.count == 3 ? open(line) : ""
    }

    /// Behind three ticks: the rest of the line is the language's name.
    private mutating func open(_ line: ArraySlice<UInt8>) -> String {
        // However much has come at once, no more of it counts than when it comes byte by byte.
        guard let end = line.prefix(Self.longest).firstIndex(of: UInt8(ascii: "\n")) else {
            return line.count < Self.longest ? "" : pass()
        }
        let rest = Array(line[(end + 1)...])
        place = .inside
        held = []
        return go(on: rest)
    }

    private mutating func pass() -> String {
        defer { held = [] }
        place = .none
        return String(decoding: held, as: UTF8.self)
    }

    /// Holds back white space and ticks: they may be the last ones. What is held already is not read again: models that
    /// are asked for JSON may write white space without end.
    private mutating func go(on bytes: [UInt8]) -> String {
        guard let last = bytes.lastIndex(where: { !Self.isSpace($0) && $0 != Self.tick }) else {
            held += bytes
            return ""
        }
        defer { held = Array(bytes[(last + 1)...]) }
        return String(decoding: held + bytes[...last], as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }
}
