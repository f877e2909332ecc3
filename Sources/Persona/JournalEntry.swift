/// One thought that the persona remembers: who asked what, and what was answered. It stays on the machine.
public struct JournalEntry: Sendable, Equatable, Undisclosed {
    /// When it ended, in seconds since 1970 (UTC).
    public let time: Double
    /// Who asked; nil when nobody said.
    public let caller: String?
    /// The kind of task, as the protocol names it; nil when it is not known.
    public let kind: String?
    /// What was asked, as it was typed.
    public let task: String
    /// What was answered, without the lines around it.
    public let answer: String

    /// An entry of the given parts.
    public init(time: Double, caller: String? = nil, kind: String? = nil, task: String, answer: String) {
        self.time = time
        self.caller = caller
        self.kind = kind
        self.task = task
        self.answer = answer
    }
}
