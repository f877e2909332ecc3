/// Finds the places inside a run of letters and digits where one word ends and the next begins, as in identifiers:
/// before a capital behind a small letter, before the last capital of an acronym, between letter and digit, and between
/// letters with case and letters without, whose scripts put no space between words.
struct WordEdges {
    /// What a character is to its neighbours.
    enum Kind {
        case lower, upper, digit, caseless
        /// Dropped from the folded view, but it may have been meant to separate.
        case blank
        /// Part of the character before it, such as an accent.
        case attached
    }

    /// Whether an edge lies before the byte of the folded view at this offset.
    private(set) var edges: [Bool]
    private var last = Kind.blank
    private var lastStart = 0
    private var isSecondCapital = false

    init(count: Int) {
        self.edges = [Bool](repeating: false, count: count + 1)
    }

    /// Takes the next character, whose folded form begins at this offset.
    mutating func take(_ kind: Kind, at start: Int) {
        guard kind != .attached else { return }
        switch (last, kind) {
        case (.upper, .upper): isSecondCapital = true
        case (.upper, .lower):
            if isSecondCapital { edges[lastStart] = true }
            isSecondCapital = false
        case (let before, let after):
            if before != after { edges[start] = true }
            isSecondCapital = false
        }
        last = kind
        lastStart = start
    }

    static func kind(of scalar: Unicode.Scalar) -> Kind {
        // Looking up properties costs ten times as much, and most texts are ASCII.
        switch scalar {
        case "a"..."z": return .lower
        case "A"..."Z": return .upper
        case "0"..."9": return .digit
        case "\t"..."\r", " "..."~": return .blank
        default: break
        }
        let properties = scalar.properties
        if properties.isUppercase { return .upper }
        if properties.isLowercase { return .lower }
        if properties.numericType != nil { return .digit }
        switch properties.generalCategory {
        case .otherLetter: return .caseless
        case .nonspacingMark, .enclosingMark, .spacingMark, .format, .control: return .attached
        // What separates is a space in the folded view already.
        default: return .blank
        }
    }
}
