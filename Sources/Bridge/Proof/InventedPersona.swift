internal import Foundation
internal import Persona

/// A persona that nobody is: made of chance, to be put in a real one's place, and as unlike all others as its file allows.
struct InventedPersona: Sendable, Undisclosed {
    /// The text of its `persona.yaml`.
    let file: String
    /// The text of its `SOUL.md`.
    let soul: String
    /// The name by which it is spoken to.
    let name: String
    /// Every term of its identity, the name first.
    let terms: [(key: String, text: String)]
    /// How it feels; no backend may notice.
    let mood: String

    /// As many as wanted, the same for the same seed: names of 8 to 18 letters, 9 to 67 terms, a soul of nothing to
    /// 20,000 letters, voices of one line to six.
    /// - Parameter size: how much each of them is, from 0 to 1, where they are to be alike in that: the same persona,
    ///   renamed.
    static func make(_ count: Int, seed: UInt64, size: Double? = nil) -> [InventedPersona] {
        var dice = Dice(seed: seed)
        // The smallest and the largest persona are among them, whatever the dice say.
        return (0..<count).map { InventedPersona(size ?? Double($0) / Double(max(1, count - 1)), &dice) }
    }

    private init(_ size: Double, _ dice: inout Dice) {
        var terms: [(key: String, text: String)] = [("name", dice.name())]
        let counts = [
            ("aliases", 4), ("people", 16), ("places", 12), ("projects", 8), ("accounts", 6), ("paths", 6),
            ("terms", 6),
        ]
        for (key, most) in counts {
            for _ in 0..<(1 + Int(Double(most) * size)) { terms.append((key, dice.term(of: key))) }
        }
        terms.append(("owner", "\(dice.name()) \(dice.name())"))
        self.terms = terms
        name = terms[0].text
        mood = dice.pick(["merry", "grim", "weary", "curious", "proud", "shy", "restless", "calm"])
        soul = dice.prose(letters: Int(20_000 * size))
        var lines = ["identity:", "  name: \(name)", "  owner: \(terms[terms.count - 1].text)", "  soul: SOUL.md"]
        for (key, _) in counts {
            let texts = terms.filter { $0.key == key }.map { "\"\($0.text)\"" }
            lines.append("  \(key): [\(texts.joined(separator: ", "))]")
        }
        lines.append("voice:")
        for key in ["opening", "closing", "refusal", "unavailable", "late"] {
            let said = (0..<(1 + Int(5 * size))).map { _ in "\"\(dice.prose(letters: 8 + Int(60 * size))) \"" }
            lines.append("  \(key): [\(said.joined(separator: ", "))]")
        }
        lines.append("  moods: {\(mood): {weight: \(1 + Int(5 * size)), opening: [\"\(dice.prose(letters: 20))\"]}}")
        file = lines.joined(separator: "\n") + "\n"
    }

    /// Writes it down as a persona's folder.
    func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try file.write(toFile: folder + "/persona.yaml", atomically: true, encoding: .utf8)
        try soul.write(toFile: folder + "/SOUL.md", atomically: true, encoding: .utf8)
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed.
struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// One of them.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(next() % UInt64(values.count))] }

    /// A word that no language has, of two to five syllables.
    mutating func word() -> String {
        let fronts = ["vr", "zk", "thr", "gw", "dz", "kh", "y", "qu", "zh", "vl", "pf", "xy"]
        let hearts = ["au", "ei", "oa", "yu", "oe", "iy", "uo", "ae"]
        let ends = ["lk", "zd", "rx", "mv", "gth", "nq", "bz", "wk"]
        return (0..<(2 + Int(next() % 2))).map { _ in pick(fronts) + pick(hearts) }.joined() + pick(ends)
    }

    /// A word with a capital.
    mutating func name() -> String { word().capitalized }

    /// Sentences of such words.
    mutating func prose(letters: Int) -> String {
        var text = ""
        while text.count < letters {
            text += (0..<(3 + Int(next() % 9))).map { _ in word() }.joined(separator: " ") + ". "
        }
        return String(text.prefix(letters))
    }

    fileprivate mutating func term(of key: String) -> String {
        switch key {
        case "accounts": "\(word())@\(word()).example"
        case "paths": "/srv/\(word())/\(word())"
        case "people", "places": next() % 2 == 0 ? name() : "\(name()) \(name())"
        default: name()
        }
    }
}
