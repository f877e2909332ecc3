/// Takes a Markdown fence off an answer that a program reads: models put one around JSON however they are asked.
///
/// Of anything else every byte stays. Pieces may be cut anywhere.
struct Fence: Sendable {
    private enum Place {
        /// What has come may still be a fence.
        case before([UInt8])
        /// Inside of one; what is held may be its end.
        case inside([UInt8])
        /// There is none.
        case none
    }

    private var place = Place.before([])

    private static let tick = UInt8(ascii: "`")
    /// How long a fence's line may be.
    private static let longest = 64

    /// What may be shown after this piece.
    mutating func feed(_ piece: String) -> String {
        switch place {
        case .none: return piece
        case .before(let before): return begin(before + Array(piece.utf8))
        case .inside(let held): return go(on: held + Array(piece.utf8))
        }
    }

    /// What is left at the end.
    mutating func finish() -> String {
        defer { place = .none }
        switch place {
        case .none: return ""
        case .before(let before): return String(decoding: before, as: UTF8.self)
        case .inside(let held):
            let line = held.drop { Self.isSpace($0) }
            let isEnd = line.prefix(3).elementsEqual([Self.tick, Self.tick, Self.tick])
            return isEnd ? "" : String(decoding: held, as: UTF8.self)
        }
    }

    private mutating func begin(_ bytes: [UInt8]) -> String {
        let line = bytes.drop { Self.isSpace($0) }
        let ticks = line.prefix(3)
        guard ticks.allSatisfy({ $0 == Self.tick }) else { return pass(bytes) }
        return ticks.count == 3 ? open(bytes, line) : hold(bytes)
    }

    /// Behind three ticks: the rest of the line is the language's name.
    private mutating func open(_ bytes: [UInt8], _ line: ArraySlice<UInt8>) -> String {
        guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else {
            return line.count < Self.longest ? hold(bytes) : pass(bytes)
        }
        place = .inside([])
        return go(on: Array(bytes[(end + 1)...]))
    }

    private mutating func hold(_ bytes: [UInt8]) -> String {
        place = .before(bytes)
        return ""
    }

    private mutating func pass(_ bytes: [UInt8]) -> String {
        place = .none
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Holds back white space and ticks: they may be the last ones.
    private mutating func go(on bytes: [UInt8]) -> String {
        let kept = bytes.reversed().drop { Self.isSpace($0) || $0 == Self.tick }.count
        place = .inside(Array(bytes[kept...]))
        return String(decoding: bytes[..<kept], as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }
}
