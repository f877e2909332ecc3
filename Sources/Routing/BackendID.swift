/// The name of a backend in the configuration: lower-case letters, digits, `-`, `_` and `.`, at most 64 of them.
public struct BackendID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name as it stands in configuration, ledger and protocol.
    public let rawValue: String

    /// Nil when the name is empty, too long, or holds another character.
    public init?(_ rawValue: String) {
        let isPlain = rawValue.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    /// The name.
    public var description: String { rawValue }

    /// By name.
    public static func < (left: BackendID, right: BackendID) -> Bool { left.rawValue < right.rawValue }
}
