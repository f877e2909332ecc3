/// Which kinds of bytes stand in a text: what decides which detectors are worth running on it.
struct Signs: OptionSet {
    let rawValue: UInt16

    static let digits = Signs(rawValue: 1)
    /// What begins an escape: `\`, `%`, `=`, `&`, and the plus of `U+0054`.
    static let escapes = Signs(rawValue: 2)
    /// What begins markup: `<`, `[`, `{`, `|`, ESC.
    static let markup = Signs(rawValue: 4)
    /// All beyond ASCII.
    static let foreign = Signs(rawValue: 8)
    static let control = Signs(rawValue: 16)
    static let lines = Signs(rawValue: 32)
    static let dashes = Signs(rawValue: 64)

    static let all = Signs(rawValue: .max)

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(ofByte byte: UInt8) { self = Self.table[Int(byte)] }

    private static let table: [Signs] = (0..<256).map { value in
        switch value {
        case 0x30...0x39: .digits
        case 0x0A: .lines
        // `%ch` is a colour in some worlds, and `%54` an escape.
        case 0x25: [.escapes, .markup]
        case 0x5C, 0x3D, 0x26, 0x2B: .escapes
        case 0x3C, 0x5B, 0x7B, 0x7C: .markup
        case 0x1B: [.markup, .control]
        case 0x2D, 0x5F: .dashes
        case 0x09, 0x0D: []
        case 0..<0x20, 0x7F: .control
        case 0x80...: .foreign
        default: []
        }
    }
}
