/// The name of a persona's folder: letters, digits, `-` and `_`, at most 64 of them; not `none`, which is ``nobody``.
public struct PersonaID: Sendable, Hashable, CustomStringConvertible {
    /// The name as it stands in configuration and on the wire to the game.
    public let rawValue: String

    /// Nil when the name is empty, too long, or holds anything that has no place in a folder's name.
    public init?(_ rawValue: String) {
        let isPlain = rawValue.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(rawValue.utf8.count), rawValue != Self.nobody.rawValue else { return nil }
        self.rawValue = rawValue
    }

    /// Nobody in particular: no folder has this name.
    public static let nobody = PersonaID(unchecked: "none")

    private init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// The name.
    public var description: String { rawValue }
}
