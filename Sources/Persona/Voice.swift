/// A persona's way of speaking: lines that are put around a backend's answer, and lines for when there is none.
///
/// Deterministic: the same seed picks the same lines. It never touches the answer itself, so code and facts stay whole.
public struct Voice: Sendable, Equatable {
    /// What stands before an answer.
    public var opening: [String]
    /// What stands behind an answer.
    public var closing: [String]
    /// Said when the task names what may not leave.
    public var refusal: [String]
    /// Said when no backend answers.
    public var unavailable: [String]
    /// Said when the time ran out.
    public var late: [String]

    /// Plain words, for a persona whose file says nothing.
    public static let plain = Voice(
        opening: [""],
        closing: [""],
        refusal: ["That I keep to myself."],
        unavailable: ["I cannot think just now. Ask me again in a while."],
        late: ["That took me too long. Ask me again in a while."]
    )

    /// A voice of the given lines.
    public init(
        opening: [String],
        closing: [String],
        refusal: [String],
        unavailable: [String],
        late: [String]
    ) {
        self.opening = opening
        self.closing = closing
        self.refusal = refusal
        self.unavailable = unavailable
        self.late = late
    }

    /// One line of a list, the same for the same seed; empty for an empty list.
    public func pick(_ lines: KeyPath<Voice, [String]>, seed: UInt64) -> String {
        let choices = self[keyPath: lines]
        guard !choices.isEmpty else { return "" }
        return choices[Int(seed % UInt64(choices.count))]
    }

    /// A seed from a text (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/): the same in every process.
    public static func seed(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
