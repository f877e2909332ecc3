/// When a persona says a line of its own.
public enum Occasion: String, Sendable, CaseIterable {
    /// Before an answer.
    case opening
    /// Behind an answer.
    case closing
    /// Behind an answer that was cut off.
    case partial
    /// Behind an answer that the judge was not sure of.
    case unsure
    /// Instead of an answer of which nothing was left.
    case nothing
    /// The task names what may not leave.
    case refusal
    /// The task waits for the owner.
    case quarantined
    /// No backend answers.
    case unavailable
    /// The time ran out.
    case late

    /// Whether the player would hear nothing at all without it.
    public var isNeeded: Bool {
        switch self {
        case .opening, .closing, .partial, .unsure: false
        case .nothing, .refusal, .quarantined, .unavailable, .late: true
        }
    }
}

/// A persona's way of speaking: lines that are put around a backend's answer, and lines for when there is none.
///
/// Deterministic: the same moment gives the same lines. It never touches the answer itself, so code and facts stay whole,
/// and nothing of it is ever sent.
public struct Voice: Sendable, Equatable {
    /// The lines for each occasion; one of them is said. An empty line says nothing.
    public typealias Lines = [Occasion: [String]]

    /// Lines of an hour or of chance, which go before the voice's own.
    public struct Mood: Sendable, Equatable {
        /// What it is called.
        public var name: String
        /// How often it comes, beside the other moods that fit.
        public var weight: Int
        /// The hours at which it may come; nil for all.
        public var hours: Hours?
        /// What is said in it.
        public var lines: Lines

        /// A mood.
        public init(name: String, weight: Int = 1, hours: Hours? = nil, lines: Lines = [:]) {
            self.name = name
            self.weight = weight
            self.hours = hours
            self.lines = lines
        }
    }

    /// Hours of a day; they may reach over midnight.
    public struct Hours: Sendable, Equatable {
        /// The first one, from 0 to 23.
        public var first: Int
        /// The first one that is no longer among them, from 0 to 24.
        public var end: Int

        /// The hours from the one to before the other.
        public init(from first: Int, to end: Int) {
            self.first = first
            self.end = end
        }

        /// Whether the hour is among them.
        public func contains(_ hour: Int) -> Bool {
            first < end ? (first..<end).contains(hour) : hour >= first || hour < end
        }
    }

    /// Lines for some kinds of task, which go before those of the mood.
    public struct Register: Sendable, Equatable {
        /// What it is called, such as `formal`.
        public var name: String
        /// The kinds, as the protocol names them.
        public var kinds: Set<String>
        /// What is said in it.
        public var lines: Lines

        /// A register.
        public init(name: String, kinds: Set<String>, lines: Lines = [:]) {
            self.name = name
            self.kinds = kinds
            self.lines = lines
        }
    }

    /// The voice's own lines.
    public var lines: Lines
    /// Those that fit the hour are drawn from by weight; none for an even temper.
    public var moods: [Mood]
    /// The first that has the kind of the task.
    public var registers: [Register]
    /// The register of the kinds that none has.
    public var register: String?
    /// Answers that the judge trusts less are said to be unsure.
    public var unsureBelow: Double
    /// Closing lines stand only behind answers of so many characters.
    public var closingLength: ClosedRange<Int>
    /// How it tells what it remembers.
    public var journal: JournalLines

    /// Plain words, for a persona whose file says nothing.
    public static let plain = Voice()

    /// No words at all.
    public static let silent = Voice(Lines(uniqueKeysWithValues: Occasion.allCases.map { ($0, []) }))

    /// A voice of the given lines; the plain ones for an occasion without.
    public init(
        _ lines: Lines = [:],
        moods: [Mood] = [],
        registers: [Register] = [],
        register: String? = nil,
        unsureBelow: Double = 0.6,
        closingLength: ClosedRange<Int> = 0...Int.max,
        journal: JournalLines = JournalLines()
    ) {
        self.lines = Self.plainLines.merging(lines) { $1 }
        self.moods = moods
        self.registers = registers
        self.register = register
        self.unsureBelow = unsureBelow
        self.closingLength = closingLength
        self.journal = journal
    }

    private static let plainLines: Lines = [
        .partial: ["That is not the whole of it: it broke off there."],
        .unsure: ["I am not sure of that."],
        .nothing: ["I have nothing to say to that."],
        .refusal: ["That I keep to myself."],
        .quarantined: ["I want to think about that first. Ask me again later."],
        .unavailable: ["I cannot think just now. Ask me again in a while."],
        .late: ["That took me too long. Ask me again in a while."],
    ]

    /// One line of the voice's own, the same for the same seed; empty when there is none.
    public func pick(_ occasion: Occasion, seed: UInt64) -> String {
        Manner(seed: seed, layers: [lines]).line(occasion)
    }

    /// A seed from a text (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/): the same in every process.
    public static func seed(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

extension Voice {
    /// What the lines depend on.
    public struct Moment: Sendable, Equatable {
        /// What chance goes by.
        public var seed: UInt64
        /// The kind of the task, as the protocol names it.
        public var kind: String?
        /// The hour where the persona lives, from 0 to 23.
        public var hour: Int?

        /// A moment.
        public init(seed: UInt64, kind: String? = nil, hour: Int? = nil) {
            self.seed = seed
            self.kind = kind
            self.hour = hour
        }
    }

    /// Whether the hour matters.
    public var hasHours: Bool { moods.contains { $0.hours != nil } }

    /// How the persona speaks at that moment.
    public func manner(at moment: Moment) -> Manner {
        let register =
            registers.first { register in moment.kind.map { register.kinds.contains($0) } ?? false }
            ?? registers.first { $0.name == self.register }
        let layers = [register?.lines, mood(at: moment)?.lines, lines].compactMap(\.self)
        return Manner(seed: moment.seed, layers: layers)
    }

    /// The mood of that moment; nil when none fits.
    public func mood(at moment: Moment) -> Mood? {
        let fitting = moods.filter { mood in
            guard mood.weight > 0, let hours = mood.hours else { return mood.weight > 0 }
            return moment.hour.map(hours.contains) ?? false
        }
        let total = fitting.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        var place = Int(Manner.mixed(moment.seed, salt: 0) % UInt64(total))
        return fitting.first { mood in
            place -= mood.weight
            return place < 0
        }
    }
}

/// The lines of one moment: those of the register before those of the mood before the voice's own.
public struct Manner: Sendable, Equatable {
    let seed: UInt64
    let layers: [Voice.Lines]

    /// One line, the same for the same seed; empty when there is none.
    public func line(_ occasion: Occasion) -> String {
        guard let choices = layers.lazy.compactMap({ $0[occasion] }).first, !choices.isEmpty else { return "" }
        // Lines of different occasions are drawn apart, so that every pair of them can meet.
        let salt = UInt64(Occasion.allCases.firstIndex(of: occasion) ?? 0) + 1
        return choices[Int(Self.mixed(seed, salt: salt) % UInt64(choices.count))]
    }

    /// The last step of SplitMix64 (Steele, Lea and Flood, 2014).
    static func mixed(_ seed: UInt64, salt: UInt64) -> UInt64 {
        var mixed = seed &+ (salt &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
